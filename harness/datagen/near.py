"""Near-duplicates by MinHash, with rensa's signatures and the parameters of bigcode-dataset and Magicoder.

Texts are joined with a blank line and split into words of ``[A-Za-z_0-9]``; the set of their 5-grams is
signed by 256 permutations, cut into bands for the threshold of 0.7; what shares a band and is as similar
as the threshold is one cluster, of which the first row stays. Where we differ from the peers' script:

- runs of separators make no empty words, so that indentation doesn't count as text;
- rows of fewer than ten words are compared with none (there, all of them are one cluster);
- a shared band is a candidate only: the whole signatures must agree too. At 25 bands of 10, one pair of
  similarity 0.6 in seven shares a band.
"""

from __future__ import annotations

import hashlib
import itertools
import re
from collections.abc import Iterable
from functools import partial
from typing import Any

import msgspec

from harness.datagen.parallel import chunked, over_chunks

WORD = re.compile(r"[A-Za-z_0-9]+")
CHUNK = 2000
"""Texts signed at a time."""
MULTIPLIER = 0x9E3779B97F4A7C15
"""Odd, so that no information of a word is lost as it moves through the polynomial."""
CACHE = 1_000_000
"""Words whose hash is remembered, 100 MB at most."""


class MinHash(msgspec.Struct, frozen=True, kw_only=True):
    """How similar texts are found; the defaults are the peers'."""

    ngram: int = 5
    """Words that are one element of the set."""
    min_words: int = 10
    """Shorter texts are compared with none."""
    permutations: int = 256
    threshold: float = 0.7
    """Estimated Jaccard similarity from which on two texts are near-duplicates."""
    seed: int = 42

    def bands(self) -> tuple[int, int]:
        """Return (bands, rows per band) with the least sum of false positives and false negatives.

        The integrals of datasketch's ``_optimal_param`` over a fixed grid of 1,000 points.
        """
        import numpy as np

        def area(values: Any, grid: Any) -> float:
            return float(((values[1:] + values[:-1]) / 2 * np.diff(grid)).sum())

        low, high = np.linspace(0.0, self.threshold, 1000), np.linspace(self.threshold, 1.0, 1000)
        best = (float("inf"), (1, 1))
        for bands in range(1, self.permutations + 1):
            for rows in range(1, self.permutations // bands + 1):
                wrong = area(1 - (1 - low**rows) ** bands, low) + area((1 - high**rows) ** bands, high)
                best = min(best, (wrong, (bands, rows)))
        return best[1]


PEERS = MinHash()


class Near(msgspec.Struct, frozen=True):
    """What a text is a near-duplicate of."""

    index: int
    """Of the first text of its cluster."""
    similarity: float
    """Estimated Jaccard similarity to that text; below the threshold where others lie between them."""


def near_duplicates(texts: Iterable[str], settings: MinHash = PEERS, workers: int = 1) -> list[Near | None]:
    """Return for every text the first text of its cluster, or None if it is the first itself.

    Memory: 1 KiB per text for 256 permutations; the texts are read once.
    """
    import numpy as np

    parts = list(over_chunks(_sign, chunked(texts, CHUNK), partial(_Signer, settings), workers))
    if not parts:
        return []
    signatures = np.concatenate([part[0] for part in parts])
    long_enough = np.concatenate([part[1] for part in parts])
    return _clusters(signatures, long_enough, settings)


class _Signer:
    """Hashes words and remembers them."""

    def __init__(self, settings: MinHash) -> None:
        self.settings = settings
        self.hashes = _Hashes()


class _Hashes(dict[str, int]):
    """Word to 64 bits, the same in every process (Python's own hash is salted)."""

    def __missing__(self, word: str) -> int:
        if len(self) >= CACHE:
            self.clear()
        value = int.from_bytes(hashlib.blake2b(word.encode(), digest_size=8).digest(), "little")
        self[word] = value
        return value


def _sign(signer: _Signer, texts: list[str]) -> tuple[Any, Any]:
    """Return signatures (texts x permutations, uint32) and which texts are long enough to have one."""
    import numpy as np
    from rensa import RMinHash

    settings = signer.settings
    lookup = signer.hashes.__getitem__
    words = [WORD.findall(text) for text in texts]
    counts = np.array([len(w) for w in words])
    hashes = map(lookup, itertools.chain.from_iterable(words))
    flat = np.fromiter(hashes, dtype=np.uint64, count=int(counts.sum()))
    grams = max(0, len(flat) - settings.ngram + 1)
    mixed = np.zeros(grams, dtype=np.uint64)
    for place in range(settings.ngram):
        mixed *= np.uint64(MULTIPLIER)
        mixed += flat[place : place + grams]
    mixed ^= mixed >> np.uint64(29)
    mixed *= np.uint64(MULTIPLIER)
    # An n-gram that begins in one text and ends in the next is nobody's.
    long_enough = counts >= max(settings.min_words, settings.ngram)
    starts = np.concatenate([[0], np.cumsum(counts)[:-1]])
    kept = np.where(long_enough, counts - settings.ngram + 1, 0)
    pieces = [mixed[start : start + count] for start, count in zip(starts, kept, strict=True) if count]
    offsets = np.concatenate([[0], np.cumsum(kept)]).astype(np.uint64)
    elements = np.concatenate(pieces) if pieces else np.zeros(0, dtype=np.uint64)
    matrix = RMinHash.digest_matrix_from_flat_token_hashes(elements, offsets, settings.permutations, settings.seed)
    return np.array(matrix.to_rows(), dtype=np.uint32).reshape(len(texts), settings.permutations), long_enough


def _clusters(signatures: Any, long_enough: Any, settings: MinHash) -> list[Near | None]:
    """Join what shares a band and agrees; return the first of each one's cluster."""
    import numpy as np

    parents = list(range(len(signatures)))

    def find(index: int) -> int:
        while parents[index] != index:
            parents[index] = parents[parents[index]]
            index = parents[index]
        return index

    def similarity(one: int, two: int) -> float:
        return float((signatures[one] == signatures[two]).mean())

    bands, rows = settings.bands()
    members = np.flatnonzero(long_enough)
    for band in range(bands):
        keys = np.ascontiguousarray(signatures[members, band * rows : (band + 1) * rows])
        whole = keys.view(np.dtype((np.void, keys.dtype.itemsize * rows))).ravel()
        order = np.argsort(whole, kind="stable")
        same = np.flatnonzero(whole[order[1:]] == whole[order[:-1]])
        for place in same:
            # Neighbours in a stable order: the earlier text first, so chains hang on the first one.
            one, two = int(members[order[place]]), int(members[order[place + 1]])
            first, second = find(one), find(two)
            if first != second and similarity(one, two) >= settings.threshold:
                parents[max(first, second)] = min(first, second)
    found: list[Near | None] = []
    for index in range(len(signatures)):
        first = find(index)
        found.append(None if first == index else Near(first, similarity(first, index)))
    return found
