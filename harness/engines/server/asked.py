"""What is asked of an engine, and what it answers: between the loop (``main``) and an engine's adapter."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

Say = Callable[[str], None]
"""Takes a line for people."""


class Trouble(Exception):
    """Something a user can mend: it ends the generation and reaches the harness with its kind and remedy."""

    def __init__(self, kind: str, message: str, remedy: str = "") -> None:
        super().__init__(message)
        self.kind = kind
        """"memory", "nan", "model", "option" or "engine"."""
        self.remedy = remedy


@dataclass(frozen=True)
class Asked:
    """One answer to generate."""

    number: int
    """Names it; the answer carries it."""
    ids: list[int]
    """Tokens of the prompt."""
    room: int
    """Tokens the answer may have."""
    stop: list[str]
    seed: int
    tell: bool = False
    """Somebody watches: say what there is of the answer while it is written (``Told``), if that can be done."""


@dataclass(frozen=True)
class Answered:
    """One answer."""

    number: int
    text: str
    """Without the stop string that ended it."""
    finish: str
    """"stop" or "length"."""
    tokens: int


@dataclass(frozen=True)
class Told:
    """An answer so far."""

    number: int
    text: str
    """All of it, not just what is new."""


class Engine(Protocol):
    """What an adapter's ``open_engine(model, adapter, options, say)`` returns; its model is loaded."""

    tokenizer: Any
    """A tokenizer with the methods of transformers'."""
    context: int
    """Tokens that prompt and answer may have together."""

    def describe(self) -> dict[str, Any]:
        """Return what a run records: engine and version, dtype, device, batch size."""
        ...

    def run(
        self, asked: Sequence[Asked], temperature: float, top_p: float, stopped: Callable[[], bool]
    ) -> Iterator[Answered | Told]:
        """Yield answers as they end, all prompts at once; fewer once ``stopped()``."""
        ...
