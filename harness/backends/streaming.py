"""Answers while they are being written: an optional second way to ask a backend, for people who watch.

A backend that can, has ``stream``: it yields pieces of text and, at last, the sample, whose text is that of all
pieces. Those that can't are asked as always, and the whole answer is one piece. Nothing that counts is made this way:
runs ask by ``generate``.
"""

from __future__ import annotations

import contextlib
from collections.abc import AsyncGenerator, Sequence
from typing import Protocol, runtime_checkable

from harness.backends import Backend, Request
from harness.records import Sample, Sampling
from harness.styles import trim

REPLACEMENT = "\N{REPLACEMENT CHARACTER}"


@runtime_checkable
class Streaming(Protocol):
    """What a backend that can stream has in addition."""

    def stream(self, request: Request, sampling: Sampling) -> AsyncGenerator[str | Sample]:
        """Yield pieces of one answer as they are written, then its sample; leaving the iteration stops the model.

        The model stays loaded, whether the iteration came to its end or not.

        Raises:
            BackendError, ModelError: nothing (more) can be generated.
        """
        ...


def can_stream(backend: object) -> bool:
    """Say whether pieces come before the end of an answer."""
    return isinstance(backend, Streaming)


async def stream(backend: Backend, request: Request, sampling: Sampling) -> AsyncGenerator[str | Sample]:
    """Yield pieces of an answer, then its sample, from any backend; see ``Streaming.stream``.

    Raises:
        BackendError, ModelError: nothing (more) can be generated.
    """
    if isinstance(backend, Streaming):
        async with contextlib.aclosing(backend.stream(request, sampling)) as items:
            async for item in items:
                yield item
        return
    async for sample in backend.generate([request], sampling):
        if sample.text:
            yield sample.text
        yield sample


class Pieces:
    """Turns a text that grows into pieces that never have to be taken back.

    What may be the beginning of a stop string is held back until more is known, and so is the end of a text whose
    last character isn't complete: a character can take several tokens.
    """

    def __init__(self, stop: Sequence[str]) -> None:
        """Say nothing from the first of the ``stop`` strings on."""
        self._stop = [s for s in stop if s]
        self.told = ""
        """What was said so far."""

    def grow(self, text: str) -> str:
        """Take the whole text so far; return what can be said of it now."""
        text = trim(text, self._stop).rstrip(REPLACEMENT)
        held = max((_overlap(text, s) for s in self._stop), default=0)
        return self._more(text[: len(text) - held])

    def end(self, text: str) -> str:
        """Take the finished text; return what was held back."""
        return self._more(text)

    def _more(self, text: str) -> str:
        if not text.startswith(self.told):
            return ""
        piece = text[len(self.told) :]
        self.told = text if piece else self.told
        return piece


def _overlap(text: str, stop: str) -> int:
    """Return how many characters at the end of ``text`` a stop string may begin with."""
    return next((n for n in range(min(len(stop) - 1, len(text)), 0, -1) if text.endswith(stop[:n])), 0)
