"""Asking a model by hand: a prompt, the answer as it comes, and the program in it run in the sandbox.

What happens is told as events. `magibench ask` prints them for people, or as JSON lines for the dashboard, which
keeps one process of it for each model: what is loaded stays loaded. Nothing of it is a result, and nothing is journalled.
"""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import time
from collections.abc import Callable
from typing import Annotated, Any, Literal, get_args

import msgspec

from harness.errors import MagibenchError, UsageError
from harness.learning import learn
from harness.records import Model, Prompt, Sampling, Style
from harness.workspace import Workspace

AskedStyle = Literal["auto", "chat", "base", "magicoder"]
"""How a prompt is put to a model; "auto" is the model's own style."""
STYLES: tuple[AskedStyle, ...] = get_args(AskedStyle)
MAX_TOKENS = 512
"""New tokens, unless somebody says otherwise."""


class Loading(msgspec.Struct, frozen=True, tag="loading", tag_field="event"):
    """A step of loading that takes long begins."""

    model: str
    detail: str


class Ready(msgspec.Struct, frozen=True, tag="ready", tag_field="event"):
    """The model is loaded."""

    model: str
    seconds: float
    streams: bool
    """Whether its backend says pieces before the end."""
    backend: dict[str, Any] = {}


class Started(msgspec.Struct, frozen=True, tag="started", tag_field="event"):
    """A prompt is being answered."""

    id: str
    model: str
    style: str


class Piece(msgspec.Struct, frozen=True, tag="piece", tag_field="event"):
    """More of an answer."""

    id: str
    text: str


class Finished(msgspec.Struct, frozen=True, tag="finished", tag_field="event"):
    """An answer is whole, was stopped, or can't be given."""

    id: str
    text: str
    """All of it."""
    finish: str
    """"stop", "length", "error", "unknown", or "stopped" by the user."""
    error: str = ""
    prompt_tokens: int | None = None
    tokens: int | None = None
    seconds: float = 0.0
    first_s: float | None = None
    """Seconds until the first piece; None where none came."""

    @property
    def rate(self) -> float | None:
        """Tokens per second, the prompt's time included."""
        return self.tokens / self.seconds if self.tokens and self.seconds > 0 else None


class Ran(msgspec.Struct, frozen=True, tag="ran", tag_field="event"):
    """The program of an answer was executed."""

    id: str
    language: str
    code: str
    how: str
    """How it was found in the answer."""
    status: str
    """See ``sandboxes.contract.Status``; "empty" where the answer has no program."""
    step: str = "run"
    """"compile" where it got no further."""
    exit_code: int | None = None
    signal: int | None = None
    stdout: str = ""
    stderr: str = ""
    detail: str = ""
    """The limit that was met."""
    cpu_s: float = 0.0
    wall_s: float = 0.0
    peak_mib: float = 0.0

    @property
    def ending(self) -> str:
        """How its process ended: "exit 1", "signal 9", else its status."""
        if self.exit_code is not None:
            return f"exit {self.exit_code}"
        return f"signal {self.signal}" if self.signal else self.status


class Failed(msgspec.Struct, frozen=True, tag="error", tag_field="event"):
    """Something can't be done, and what mends it."""

    message: str
    remedy: str = ""
    id: str = ""
    fatal: bool = False
    """The process ends."""


Event = Loading | Ready | Started | Piece | Finished | Ran | Failed
Say = Callable[[Event], None]


class Ask(msgspec.Struct, frozen=True, tag="ask", tag_field="op"):
    """A prompt to answer."""

    prompt: str
    id: str = "1"
    style: AskedStyle = "auto"
    temperature: Annotated[float, msgspec.Meta(ge=0, le=5)] = 0.0
    top_p: Annotated[float, msgspec.Meta(gt=0, le=1)] | None = None
    max_tokens: Annotated[int, msgspec.Meta(ge=1)] = MAX_TOKENS
    seed: int | None = None
    """None draws a new one."""

    @property
    def sampling(self) -> Sampling:
        """The sampling, with its defaults settled as `magibench eval` settles them."""
        nucleus = self.top_p if self.top_p is not None else (1.0 if self.temperature == 0 else 0.95)
        seed = secrets.randbits(31) if self.seed is None else self.seed
        return Sampling(temperature=self.temperature, top_p=nucleus, seed=seed, max_tokens=self.max_tokens)


class Stop(msgspec.Struct, frozen=True, tag="stop", tag_field="op"):
    """Stop answering; the model stays."""


class Execute(msgspec.Struct, frozen=True, tag="run", tag_field="op"):
    """Run the program of an answer."""

    text: str
    prompt: str = ""
    id: str = "1"
    style: AskedStyle = "auto"
    language: str = ""
    """Name of an image or one of its aliases; empty: that of the answer's fence, else python."""


def style_of(model: Model, style: AskedStyle) -> Style:
    """Return the style that a prompt gets: the one asked for, or the model's own."""
    if style == "auto":
        return "base" if model.style == "insertion" else model.style
    return style


def prompt_of(text: str, style: Style) -> Prompt:
    """Return a prompt of free text: no prefilled answer, and no stop strings but a base model's end tokens.

    Raises:
        UsageError: it is empty.
    """
    if not text.strip():
        raise UsageError("The prompt is empty.", "Write one.")
    if style == "chat":
        return Prompt(problem_id="prompt", style=style, turns=[{"role": "user", "content": text.strip()}])
    if style == "magicoder":
        from harness.styles import magicoder_prompt

        return Prompt(problem_id="prompt", style=style, text=magicoder_prompt(text.strip()), stop=["\n@@ Instruction"])
    return Prompt(problem_id="prompt", style="base", text=text, prefill=text, stop=["<|endoftext|>"])


class Session:
    """One model, loaded once, for any number of prompts."""

    def __init__(self, model: Model, workspace: Workspace, say: Say, **options: Any) -> None:
        """Load nothing yet; ``options`` are the backend's."""
        self.model = model
        self._workspace = workspace
        self._say = say
        self._options = options
        self._backend: Any = None

    async def open(self) -> None:
        """Load the model.

        Raises:
            MagibenchError: it can't be loaded.
        """
        from harness.backends.opening import opened
        from harness.backends.streaming import can_stream

        name = self.model.name
        began = time.monotonic()
        self._say(Loading(name, f"opening {name}"))
        options = dict(self._options)
        backend = options.pop("backend", None) or self.model.backend
        self._backend = await opened(
            backend, self.model, self._workspace, progress=lambda line: self._say(Loading(name, line)), **options
        )
        seconds = round(time.monotonic() - began, 3)
        self._say(Ready(name, seconds, can_stream(self._backend), self._backend.describe()))

    async def ask(self, asked: Ask) -> Finished:
        """Answer a prompt; when cancelled, the model stops and what it said is told as "stopped".

        Raises:
            MagibenchError: it can't be answered.
        """
        from harness.backends import Request
        from harness.backends.streaming import stream

        style = style_of(self.model, asked.style)
        prompt = prompt_of(asked.prompt, style)
        self._say(Started(asked.id, self.model.name, style))
        began = time.monotonic()
        first: float | None = None
        text = ""
        end = Finished(asked.id, "", "error", "The backend gave no answer.")
        try:
            async with contextlib.aclosing(stream(self._backend, Request(prompt, 0), asked.sampling)) as items:
                async for item in items:
                    if isinstance(item, str):
                        first = time.monotonic() - began if first is None else first
                        text += item
                        self._say(Piece(asked.id, item))
                        continue
                    end = Finished(
                        asked.id, item.text, item.finish, item.error, item.prompt_tokens, item.completion_tokens
                    )
        except asyncio.CancelledError:
            self._say(_timed(Finished(asked.id, text, "stopped"), began, first))
            raise
        end = _timed(end, began, first)
        self._say(end)
        return end

    async def close(self) -> None:
        """Let go of the model; safe to call twice."""
        backend, self._backend = self._backend, None
        if backend is not None:
            await backend.close()


def _timed(end: Finished, began: float, first: float | None) -> Finished:
    """Return the end of an answer with its times."""
    seconds = round(time.monotonic() - began, 3)
    return msgspec.structs.replace(end, seconds=seconds, first_s=None if first is None else round(first, 3))


def failed(error: MagibenchError, about: str = "", *, fatal: bool = False) -> Failed:
    """Return the event of an error; ``about`` is the id of what was asked."""
    return Failed(error.message, error.remedy, about, fatal)


learn(Event, Ask)
