"""The strict rule: what a row and a benchmark have in common beneath their spelling.

Four findings, each enough: the exact rule's string; a run of ten words; the telling words of a text, close
together (reworded); the runs of a solution's tokens, names aside (renamed, re-indented). Rows are compared
many at a time, with sparse products; a row's findings depend on that row alone.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

from harness.datagen.decontamination import grams, lexing, words
from harness.datagen.decontamination.exact import Exact
from harness.datagen.decontamination.findings import EXCERPT, Finding, exact_finding
from harness.datagen.decontamination.index import Index, token_numbers

CACHE = 2_000_000
"""Pieces of text whose number is remembered, 250 MB at most."""
ROUNDING = 1e-4
"""Shares are float32: a whole may add up to a little less than 1."""


class _Numbers(dict[str, int]):
    """Piece of text to the number of its canonical word; 0 for words that no reference has."""

    def __init__(self, vocabulary: dict[str, int]) -> None:
        super().__init__()
        self._vocabulary = vocabulary

    def __missing__(self, piece: str) -> int:
        if len(self) > CACHE:
            self.clear()
        number = self[piece] = self._vocabulary.get(words.canonical(piece), 0)
        return number


class Strict:
    """The rule over an index."""

    def __init__(self, index: Index, exact: Exact) -> None:
        """Take an index; ``exact`` is always part of the rule."""
        self._index = index
        self._exact = exact
        self._numbers = _Numbers(index.vocabulary)

    def findings(self, texts: Sequence[str]) -> list[list[Finding]]:
        """Return what each text (columns joined) has in common with tasks: one finding per task, part and rule."""
        found: list[dict[tuple[str, str, str], Finding]] = [{} for _ in texts]
        for number, text in enumerate(texts):
            for hit in self._exact.hits(text):
                found[number].setdefault(("exact", hit.item.task, hit.item.part), exact_finding(text, hit))
        self._words(texts, found)
        self._code(texts, found)
        return [list(each.values()) for each in found]

    def _words(self, texts: Sequence[str], found: list[dict[tuple[str, str, str], Finding]]) -> None:
        """Find runs of words, then texts whose words are there."""
        import numpy as np

        lookup = self._numbers.__getitem__
        numbers = [list(map(lookup, words.PIECE.findall(text))) for text in texts]
        counts = np.array([len(n) for n in numbers])
        flat = np.fromiter(itertools.chain.from_iterable(numbers), dtype=np.int64, count=int(counts.sum()))
        owners = np.repeat(np.arange(len(texts)), counts)
        starts = np.concatenate([[0], np.cumsum(counts)[:-1]])
        of_any_length = grams.WordRuns(flat, counts)
        for length in self._index.lengths:
            hashes, places = of_any_length.of(length)
            hit, runs = self._index.runs.find(hashes)
            for place, run in zip(places[hit].tolist(), runs.tolist(), strict=True):
                owner = int(owners[place])
                self._add_run(texts[owner], place - int(starts[owner]), run, found[owner])
        for owner, reference, _ in _products(flat, owners, len(texts), self._index.texts, self._index.near):
            self._add_near(texts[owner], numbers[owner], reference, found[owner])

    def _add_run(self, text: str, word: int, run: int, found: dict[tuple[str, str, str], Finding]) -> None:
        """Note the first run of a task in a text."""
        number, there, length = self._index.run_places[run]
        reference = self._index.references[number]
        key = ("words", reference.task, reference.part)
        if key in found:
            return
        start, end = _span(text, word, length)
        first, last = _span(reference.spoken, there, length)
        found[key] = Finding(
            rule="words",
            benchmark=reference.benchmark,
            task=reference.task,
            part=reference.part,
            score=1.0,
            start=start,
            matched=text[start:end][:EXCERPT],
            reference=reference.text[first:last][:EXCERPT],
        )

    def _add_near(self, text: str, numbers: list[int], number: int, found: dict[tuple[str, str, str], Finding]) -> None:
        """Note a text whose telling words stand close together."""
        index, lines = self._index, self._index.strictness
        reference = index.references[number]
        column = index.texts_by_reference(number)
        length = int(lines.stretch * len(words.PIECE.findall(reference.spoken))) + 4
        score, start, end = _densest(numbers, column, length)
        around = numbers[max(0, start - 2) : end + 2]
        sentence = sum(number in index.grammar for number in around) >= lines.grammar * len(around)
        if score < index.near[number] - ROUNDING or not (sentence or number in index.weighty):
            return
        begin, stop = _span(text, start, end - start)
        found[("near", reference.task, reference.part)] = Finding(
            rule="near",
            benchmark=reference.benchmark,
            task=reference.task,
            part=reference.part,
            score=round(score, 3),
            start=begin,
            matched=text[begin:stop][:EXCERPT],
            reference=reference.text[:EXCERPT],
        )

    def _code(self, texts: Sequence[str], found: list[dict[tuple[str, str, str], Finding]]) -> None:
        """Find solutions whose runs of tokens are there."""
        import numpy as np

        index = self._index
        written = [lexing.tokens(text) for text in texts]
        counts = np.array([len(w) for w in written])
        flat = np.array(token_numbers(written, index.kept), dtype=np.int64)
        starts = np.concatenate([[0], np.cumsum(counts)[:-1]])
        owners = np.repeat(np.arange(len(texts)), counts)
        hashes, places = grams.code_grams(flat, counts, index.strictness.tokens)
        hit, runs = index.code_runs.find(hashes)
        where = places[hit]
        for owner, number, score in _products(runs, owners[where], len(texts), index.code, index.least_code):
            reference = index.references[number]
            shared = set(index.code[:, [number]].nonzero()[0].tolist())
            here = [
                int(p - starts[owner])
                for p, run in zip(where.tolist(), runs.tolist(), strict=True)
                if owners[p] == owner and run in shared
            ]
            spans = lexing.spans(texts[owner])
            begin, stop = spans[min(here)][0], spans[max(here) + index.strictness.tokens - 1][1]
            found[owner]["code", reference.task, reference.part] = Finding(
                rule="code",
                benchmark=reference.benchmark,
                task=reference.task,
                part=reference.part,
                score=round(min(1.0, score), 3),
                start=begin,
                matched=texts[owner][begin:stop][:EXCERPT],
                reference=reference.text[:EXCERPT],
            )


def _products(columns: Any, owners: Any, rows: int, matrix: Any, least: Any) -> list[tuple[int, int, float]]:
    """Return (row, reference, share) where a row's distinct columns have the share of a reference that is enough."""
    import numpy as np
    from scipy import sparse

    pairs = np.unique(owners * matrix.shape[0] + columns)
    ones = np.ones(len(pairs), dtype=np.float32)
    here = sparse.csr_matrix((ones, (pairs // matrix.shape[0], pairs % matrix.shape[0])), shape=(rows, matrix.shape[0]))
    shares = (here @ matrix).tocoo()
    good = np.flatnonzero(shares.data >= least[shares.col] - ROUNDING)
    triples = zip(shares.row[good].tolist(), shares.col[good].tolist(), shares.data[good].tolist(), strict=True)
    return sorted(triples)


def _span(text: str, first: int, count: int) -> tuple[int, int]:
    """Return the characters from a text's word to the one ``count`` later."""
    spans = [match.span() for match in words.PIECE.finditer(text)][first : first + count]
    return (spans[0][0], spans[-1][1]) if spans else (0, 0)


def _densest(numbers: list[int], weights: dict[int, float], length: int) -> tuple[float, int, int]:
    """Return the greatest weight of distinct words within ``length`` words, and from where to where."""
    places = [(place, number) for place, number in enumerate(numbers) if number in weights]
    counts: dict[int, int] = {}
    best, now, left = (0.0, 0, 0), 0.0, 0
    for place, number in places:
        counts[number] = counts.get(number, 0) + 1
        if counts[number] == 1:
            now += weights[number]
        while places[left][0] <= place - length:
            gone = places[left][1]
            counts[gone] -= 1
            if not counts[gone]:
                now -= weights[gone]
            left += 1
        if now > best[0] + 1e-9:
            best = (now, places[left][0], place + 1)
    return best
