"""The bookkeeping of batched generation, without a tensor: plans, seeds, stop strings, texts.

Everything here is a function of the requests and the seed alone, so that a run that is resumed
makes the batches, and draws the numbers, of the run that was interrupted.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field

from harness.backends import Key, Request
from harness.backends.streaming import Pieces
from harness.records import Finish, Sample
from harness.styles import trim

WINDOW = 8
"""Batches whose requests are sorted together: long enough to save padding, short enough that
problems are finished roughly in their own order."""

CONTEXT = 8
"""Prompt tokens decoded with an answer: some tokenizers drop a first token's leading blank."""

Decode = Callable[[Sequence[int], bool], str]
"""Token ids, and whether to leave out special tokens, to text."""


def plan_batches(lengths: Sequence[int], size: int) -> list[list[int]]:
    """Return positions of prompts, batch by batch: longest first within a window of batches.

    The longest first, so that a batch that is too large for the memory fails at once.

    Args:
        lengths: Tokens of each prompt.
        size: Rows of a batch.
    """
    batches = []
    for start in range(0, len(lengths), size * WINDOW):
        window = sorted(range(start, min(start + size * WINDOW, len(lengths))), key=lambda i: (-lengths[i], i))
        batches += [window[i : i + size] for i in range(0, len(window), size)]
    return batches


def needed(batches: Sequence[Sequence[int]], requests: Sequence[Request], done: Collection[Key]) -> list[list[int]]:
    """Return the batches in which something is still to be done, whole: see ``Backend.generate``."""
    return [list(b) for b in batches if any(requests[i].key not in done for i in b)]


def sample_seed(seed: int, key: Key) -> int:
    """Return the seed of one sample: it depends on the run's seed, the problem and the index only."""
    text = f"{seed}\0{key[0]}\0{key[1]}".encode()
    return int.from_bytes(hashlib.sha256(text).digest()[:8], "big")


@dataclass
class Row:
    """One answer while it is being generated."""

    request: Request
    prompt_ids: list[int]
    room: int
    """Tokens it may have: the sampling's limit, or what is left of the context."""
    draw: random.Random
    """Its own source of random numbers."""
    ids: list[int] = field(default_factory=list)
    finish: Finish | None = None

    def __post_init__(self) -> None:
        """Note how many tokens a stop string can span: one per byte, and some for what decoding drops."""
        self._tail = max((len(s.encode()) for s in self.request.prompt.stop), default=0) + 4

    def push(self, token: int, ends: Collection[int], decode: Decode) -> bool:
        """Take a token; return whether the row goes on.

        Only the last few tokens are looked at, so that the cost of a token doesn't grow with
        the text. The prompt is never searched: a stop string has to be generated.
        """
        self.ids.append(token)
        stop = self.request.prompt.stop
        if token in ends or (stop and _contains(decode(self.ids[-self._tail :], False), stop)):
            self.finish = "stop"
        elif len(self.ids) >= self.room:
            self.finish = "length"
        return self.finish is None

    def sample(self, ends: Collection[int], decode: Decode) -> Sample:
        """Return the finished sample: its text ends before the first stop string."""
        ids = self.ids[:-1] if self.ids and self.ids[-1] in ends else self.ids
        return Sample(
            problem_id=self.request.prompt.problem_id,
            index=self.request.index,
            text=trim(continuation(self.prompt_ids, ids, decode), self.request.prompt.stop),
            prompt_sha256=self.request.prompt.sha256,
            finish=self.finish or "unknown",
            prompt_tokens=len(self.prompt_ids),
            completion_tokens=len(self.ids),
        )


@dataclass
class Told(Row):
    """A row that is listened to while it grows."""

    hear: Callable[[str], object] = str

    @classmethod
    def of(cls, row: Row, hear: Callable[[str], object]) -> Told:
        """Return ``row`` with somebody who hears its pieces."""
        return cls(row.request, row.prompt_ids, row.room, row.draw, hear=hear)

    def __post_init__(self) -> None:
        """Begin with nothing said."""
        super().__post_init__()
        self._pieces = Pieces(self.request.prompt.stop)

    def push(self, token: int, ends: Collection[int], decode: Decode) -> bool:
        """Take a token and say what it adds to the text."""
        goes_on = super().push(token, ends, decode)
        if goes_on:
            self._say(self._pieces.grow(continuation(self.prompt_ids, self.ids, decode)))
        return goes_on

    def finished(self, text: str) -> None:
        """Say what of the finished text was held back."""
        self._say(self._pieces.end(text))

    def _say(self, piece: str) -> None:
        if piece:
            self.hear(piece)


def _contains(text: str, stop: Sequence[str]) -> bool:
    return any(s in text for s in stop)


def continuation(prompt_ids: Sequence[int], ids: Sequence[int], decode: Decode) -> str:
    """Return the text of ``ids`` as it reads after the prompt, its leading blanks included."""
    context = list(prompt_ids[-CONTEXT:])
    before = decode(context, True)
    both = decode([*context, *ids], True)
    return both[len(before) :] if both.startswith(before) else decode(ids, True)


def overflow(request: Request, tokens: int) -> Sample:
    """Return the sample of a prompt that leaves no room for an answer."""
    return Sample(
        problem_id=request.prompt.problem_id,
        index=request.index,
        text="",
        prompt_sha256=request.prompt.sha256,
        finish="error",
        prompt_tokens=tokens,
        completion_tokens=0,
        error=f"context overflow: the prompt has {tokens} tokens" if tokens else "empty prompt",
    )
