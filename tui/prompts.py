"""Prompts that were sent, kept in the workspace: playground/prompts.jsonl, a line each, only ever appended to."""

from __future__ import annotations

import contextlib
import math
import time
from typing import cast

import msgspec

from harness.asking import MAX_TOKENS, Ask, AskedStyle
from harness.errors import UsageError
from harness.learning import learn
from harness.workspace import Workspace

KEPT = 500
"""Prompts that are read back."""


class Sent(msgspec.Struct, frozen=True, kw_only=True):
    """A line of the file."""

    t: float
    """Seconds since the epoch."""
    prompt: str
    models: list[str] = []


class Prompts:
    """The prompts of a workspace, and which of them is shown."""

    def __init__(self, workspace: Workspace) -> None:
        """Read nothing yet."""
        self._path = workspace.root / "playground" / "prompts.jsonl"
        self._sent: list[str] | None = None
        self._at = 0
        self._draft = ""
        self.models: list[str] = []
        """Those that the newest prompt went to."""

    @property
    def sent(self) -> list[str]:
        """Prompts, the newest last, none twice in a row; lines that aren't whole are passed over."""
        if self._sent is None:
            self._sent = []
            with contextlib.suppress(OSError):
                for line in self._path.read_bytes().splitlines()[-KEPT:]:
                    with contextlib.suppress(msgspec.MsgspecError):
                        sent = msgspec.json.decode(line, type=Sent)
                        self._remember(sent.prompt)
                        self.models = sent.models
            self._at = len(self._sent)
        return self._sent

    def add(self, prompt: str, models: list[str]) -> str:
        """Append a prompt; return why it could not be kept, or nothing."""
        _ = self.sent
        self._remember(prompt)
        self._at = len(self.sent)
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with self._path.open("ab") as file:
                file.write(msgspec.json.encode(Sent(t=round(time.time(), 3), prompt=prompt, models=models)) + b"\n")
        except OSError as error:
            return f"{self._path} could not be written: {error.strerror}."
        return ""

    def recall(self, by: int, shown: str) -> str | None:
        """Return the prompt before or after the one that is shown; None where there is none. A draft comes back."""
        place = self._at + by
        if not 0 <= place <= len(self.sent):
            return None
        if self._at == len(self.sent):
            self._draft = shown
        self._at = place
        return self._draft if place == len(self.sent) else self.sent[place]

    def _remember(self, prompt: str) -> None:
        if self._sent is not None and (not self._sent or self._sent[-1] != prompt):
            self._sent.append(prompt)


def request(prompt: str, temperature: str, tokens: str, style: str) -> Ask:
    """Return a request of what was typed; empty numbers are the usual ones.

    Raises:
        UsageError: the prompt is empty, or a number is none.
    """
    if not prompt.strip():
        raise UsageError("The prompt is empty.", "Write one.")
    heat, most = _number(temperature, 0.0), _number(tokens, MAX_TOKENS)
    if heat is None or not 0 <= heat <= 5:
        raise UsageError(f"{temperature!r} is no temperature.", "Write a number from 0 to 5.")
    if most is None or most < 1 or most != int(most):
        raise UsageError(f"{tokens!r} is no number of tokens.", "Write a whole number from 1 up.")
    return Ask(
        prompt,
        style=cast("AskedStyle", style),
        temperature=heat,
        max_tokens=int(most),
    )


def _number(text: str, empty: float) -> float | None:
    try:
        number = float(text) if text.strip() else empty
    except ValueError:
        return None
    return number if math.isfinite(number) else None


learn(Sent)
