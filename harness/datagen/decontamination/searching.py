"""Searching rows for what benchmarks ask, with any number of workers: each row with its findings, in order."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from typing import Literal, Protocol, TypeVar

from harness.datagen.decontamination.exact import COLUMNS, Exact
from harness.datagen.decontamination.findings import Finding, exact_finding
from harness.datagen.decontamination.index import DEFAULT, Strictness, build
from harness.datagen.decontamination.references import Reference, references
from harness.datagen.decontamination.sources import Source
from harness.datagen.decontamination.strict import Strict
from harness.datagen.parallel import chunked, over_chunks
from harness.datagen.texts import Texts, joined

T = TypeVar("T", bound=Texts)
Mode = Literal["exact", "strict"]

CHUNK = 500
"""Rows searched at a time: enough for the products to be long, 40 MB of numbers at most."""


class _Searcher(Protocol):
    """What a worker has: a rule over many texts."""

    def findings(self, texts: Sequence[str]) -> list[list[Finding]]:
        """Return the findings of each text."""
        ...


class _ExactOnly:
    """The exact rule over many texts."""

    def __init__(self, exact: Exact) -> None:
        self._exact = exact

    def findings(self, texts: Sequence[str]) -> list[list[Finding]]:
        """Return each text's findings; the first is upstream's reason."""
        return [[exact_finding(text, hit) for hit in self._exact.hits(text)] for text in texts]


def search(
    rows: Iterable[T],
    found: tuple[Source, ...],
    mode: Mode = "strict",
    *,
    columns: tuple[str, ...] = COLUMNS,
    strictness: Strictness = DEFAULT,
    workers: int = 1,
) -> Iterator[tuple[T, list[Finding]]]:
    """Yield every row with what it has in common with benchmarks; nothing is in common where the list is empty.

    Args:
        rows: Read once, as they are needed.
        found: What is searched for.
        mode: ``exact`` or ``strict``, which contains it.
        columns: Attributes of a row that are joined and searched.
        strictness: Where the strict rule draws its lines.
        workers: Processes; the findings are the same with any number.
    """
    known = references(found) if mode == "strict" else ()
    waiting: deque[list[T]] = deque()

    def texts() -> Iterator[list[str]]:
        for chunk in chunked(rows, CHUNK):
            waiting.append(chunk)
            yield [joined(row, columns) for row in chunk]

    setup = partial(_searcher, found, known, strictness)
    for findings in over_chunks(_search, texts(), setup, workers):
        yield from zip(waiting.popleft(), findings, strict=True)


def _searcher(found: tuple[Source, ...], known: tuple[Reference, ...], strictness: Strictness) -> _Searcher:
    """Make the rule in the process that applies it: an automaton can't be sent."""
    exact = Exact(found)
    return Strict(build(known, strictness), exact) if known else _ExactOnly(exact)


def _search(searcher: _Searcher, texts: list[str]) -> list[list[Finding]]:
    return searcher.findings(texts)
