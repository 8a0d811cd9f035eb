"""Runs of numbers that stand for words or tokens: hashed, and looked up in the runs of the references."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

MULTIPLIER = 0x9E3779B97F4A7C15
NAMES = 1 << 40
"""Added to the distance of a name, so that no name is taken for a kept token."""
TABLE_BITS = 22
"""Of the table that most runs that no reference has are refused by."""


INVERSE = pow(MULTIPLIER, -1, 1 << 64)


class WordRuns:
    """Hashes of runs of known words within one text each, of any length, at three operations per run.

    Sums of word x multiplier^place (modulo 2^64) up to each place: the difference of two sums, divided by the
    power of the first place, is the run's polynomial.
    """

    def __init__(self, flat: Any, counts: Any) -> None:
        """Take the words.

        Args:
            flat: Numbers of the words of all texts, one text behind the other; 0 for an unknown word.
            counts: Words of each text.
        """
        import numpy as np

        self._counts = counts
        self._unknown = flat == 0
        powers = np.full(len(flat), MULTIPLIER, dtype=np.uint64)
        powers[:1] = 1
        self._inverse = np.full(len(flat), INVERSE, dtype=np.uint64)
        self._inverse[:1] = 1
        np.multiply.accumulate(self._inverse, out=self._inverse)
        np.multiply.accumulate(powers, out=powers)
        self._sums = np.concatenate([np.zeros(1, np.uint64), np.cumsum(flat.astype(np.uint64) * powers)])

    def of(self, length: int) -> tuple[Any, Any]:
        """Return (hashes, places) of the runs of ``length`` words: uint64, and where in ``flat`` each begins."""
        import numpy as np

        runs = max(0, len(self._unknown) - length + 1)
        if not runs:
            return np.zeros(0, np.uint64), np.zeros(0, np.int64)
        mixed = (self._sums[length:] - self._sums[:runs]) * self._inverse[:runs]
        return _valid(mixed, self._unknown, self._counts, length)


def code_grams(flat: Any, counts: Any, length: int) -> tuple[Any, Any]:
    """Hash every run of ``length`` known tokens within one text, names as their recurrence in the run.

    Args:
        flat: int64; above 0 for a kept token, 0 for one that no reference has, below 0 for a name.
        counts: Tokens of each text.
        length: Tokens of a run.

    Returns:
        (hashes, places): uint64 each, and where in ``flat`` the run begins.
    """
    import numpy as np

    texts = np.repeat(np.arange(len(counts)), counts)
    named = np.flatnonzero(flat < 0)
    keys = texts[named] * (1 << 32) - flat[named]
    order = np.argsort(keys, kind="stable")
    again = np.flatnonzero(keys[order[1:]] == keys[order[:-1]])
    distance = np.zeros(len(flat), dtype=np.int64)
    distance[named[order[again + 1]]] = named[order[again + 1]] - named[order[again]]
    is_name = flat < 0
    far = np.where(distance == 0, length + 1, distance)
    kept = flat.astype(np.uint64)
    recurring = (distance + NAMES).astype(np.uint64)
    first = np.uint64(NAMES)
    runs = max(0, len(flat) - length + 1)
    mixed = np.zeros(runs, dtype=np.uint64)
    for place in range(length):
        part = slice(place, place + runs)
        mixed *= np.uint64(MULTIPLIER)
        mixed += np.where(is_name[part], np.where(far[part] <= place, recurring[part], first), kept[part])
    return _valid(mixed, flat == 0, counts, length)


def _valid(mixed: Any, unknown: Any, counts: Any, length: int) -> tuple[Any, Any]:
    """Mix the bits; leave out runs with something unknown, and those that reach into the next text."""
    import numpy as np

    sums = np.concatenate([[0], np.cumsum(unknown)])
    ends = np.repeat(np.cumsum(counts), counts)
    places = np.arange(len(mixed))
    # The length is in the hash: a short run is no longer one's beginning.
    mixed = mixed + np.uint64(length)
    good = np.flatnonzero((sums[length:] == sums[: len(mixed)]) & (places + length <= ends[: len(mixed)]))
    hashes = mixed[good]
    hashes ^= hashes >> np.uint64(31)
    hashes *= np.uint64(MULTIPLIER)
    return hashes, good


class Table:
    """Distinct hashes, each with its number; finds which of many hashes are among them."""

    def __init__(self, hashes: Sequence[int] | Any) -> None:
        """Take the distinct hashes; a hash's number is its place in sorted order."""
        import numpy as np

        self.hashes = np.unique(np.asarray(hashes, dtype=np.uint64))
        self._some = np.zeros(1 << TABLE_BITS, dtype=bool)
        self._some[self._slots(self.hashes)] = True

    def _slots(self, hashes: Any) -> Any:
        import numpy as np

        return (hashes >> np.uint64(64 - TABLE_BITS)).astype(np.int64)

    def find(self, hashes: Any) -> tuple[Any, Any]:
        """Return (places in ``hashes``, their numbers here) of those that are known."""
        import numpy as np

        maybe = np.flatnonzero(self._some[self._slots(hashes)])
        if not len(self.hashes) or not len(maybe):
            return maybe[:0], maybe[:0]
        numbers = np.minimum(np.searchsorted(self.hashes, hashes[maybe]), len(self.hashes) - 1)
        right = self.hashes[numbers] == hashes[maybe]
        return maybe[right], numbers[right]
