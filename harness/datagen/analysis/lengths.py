"""Lengths of problems and solutions in tokens (paper, figure 7; its length.py)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import msgspec

from harness.datagen.analysis.tokens import Tokenizer
from harness.datagen.parallel import chunked
from harness.datagen.texts import Texts

BIN = 20
"""Tokens per bin, as the paper."""
BATCH = 1000


class Lengths(msgspec.Struct, frozen=True, kw_only=True):
    """How long one column's texts are."""

    rows: int
    mean: float
    median: int
    longest: int
    bins: dict[int, int]
    """First length of a bin to number of texts; empty bins are left out."""


def lengths(rows: Iterable[Texts], tokenizer: Tokenizer) -> dict[str, Lengths]:
    """Return the lengths of ``problem`` and ``solution``. Rows are read once; what grows is 100 bytes per length."""
    counts: dict[str, Counter[int]] = {"problem": Counter(), "solution": Counter()}
    for chunk in chunked(rows, BATCH):
        for column, counter in counts.items():
            counter.update(tokenizer.count([getattr(row, column) for row in chunk]))
    return {column: _lengths(counter) for column, counter in counts.items()}


def _lengths(counter: Counter[int]) -> Lengths:
    rows = counter.total()
    bins: Counter[int] = Counter()
    median, seen = 0, 0
    for length, count in sorted(counter.items()):
        bins[length // BIN * BIN] += count
        if seen * 2 < rows <= (seen + count) * 2:
            median = length
        seen += count
    total = sum(length * count for length, count in counter.items())
    return Lengths(
        rows=rows,
        mean=round(total / rows, 2) if rows else 0.0,
        median=median,
        longest=max(counter, default=0),
        bins=dict(sorted(bins.items())),
    )
