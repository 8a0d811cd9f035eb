"""Magicoder's cleaning: what repeats is dropped, the first one wins (its clean_data.py; paper, section 2.2).

A row is dropped if its seed, its problem or its solution, all white space removed, is that of a row that
was kept before it. Noise (incomplete solutions) stays on purpose: without the rows that
have ``pass`` or NotImplemented, HumanEval+ fell from 55.5 to 54.9 (paper, table 10).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from typing import Literal, TypeVar

from harness.datagen.texts import Texts

T = TypeVar("T", bound=Texts)

Repeated = Literal["seed", "problem", "solution"]
COLUMNS: tuple[Repeated, ...] = ("seed", "problem", "solution")
"""In the order in which Magicoder names a reason."""


def repeats(rows: Iterable[T]) -> Iterator[tuple[T, Repeated | None, str]]:
    """Yield (row, what it repeats or None, id of the first row with it).

    Only what was kept counts as seen, as upstream. An empty text repeats nothing: rows of a method
    without seeds are not each other's copies. Memory: 16 bytes of digest and an id per distinct text.
    """
    seen: dict[Repeated, dict[bytes, str]] = {column: {} for column in COLUMNS}
    for row in rows:
        digests = {column: _digest(getattr(row, column)) for column in COLUMNS}
        for column in COLUMNS:
            first = seen[column].get(digests[column] or b"")
            if first is not None:
                yield row, column, first
                break
        else:
            for column, digest in digests.items():
                if digest is not None:
                    seen[column][digest] = row.id
            yield row, None, ""


def _digest(text: str) -> bytes | None:
    """Return the digest of a text without its white space; None where nothing is left."""
    bare = "".join(text.split())
    return hashlib.blake2b(bare.encode("utf-8", "surrogatepass"), digest_size=16).digest() if bare else None
