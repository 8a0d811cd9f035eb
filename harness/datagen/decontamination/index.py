"""The index of strict decontamination: made of references once, then only read.

Words and tokens become numbers, runs of them hashes. What every other task says tells nothing: each word
weighs -log of the share of tasks that have it, and runs and texts that weigh too little are left out, and counted.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Any

import msgspec

from harness.datagen.decontamination import grams, lexing, words
from harness.datagen.decontamination.references import Reference


class Strictness(msgspec.Struct, frozen=True, kw_only=True):
    """Where strict decontamination draws its lines.

    Set on Code Alpaca and the standard library, see docs/decontamination.md.
    """

    words: int = 10
    """Words of a run that, found in a row, tells of a task."""
    run_weight: float = 20.0
    """Least weight of such a run (sum over its distinct words, natural logarithm)."""
    run_tasks: int = 8
    """A run that more tasks have than this is a phrase, not a task."""
    whole_words: tuple[int, int] = (7, 40)
    """Texts of that many words are looked for whole too, whatever they weigh, also without their first words
    where every task begins with them ("write a python function to")."""
    text_weight: tuple[float, float] = (13.0, 24.0)
    """Weight of a text's telling words from which on it is looked for reworded, with all of them; and from which
    on ``near`` of them are enough."""
    near: float = 0.8
    """Share of a text's weight that a stretch of the row must have."""
    stretch: float = 1.5
    """Words of that stretch per word of the text."""
    grammar: float = 0.1
    """Least share of articles and the like in the stretch: programs have none, sentences have."""
    sentence: float = 40.0
    """Weight from which on a text's words are proof enough, sentence or not."""
    tokens: int = 10
    """Tokens of a run of code."""
    code: tuple[float, float] = (0.9, 0.7)
    """Share of a solution's weight that a row must have: of a short one, of a long one."""
    code_tokens: tuple[int, int] = (26, 50)
    """Where short and long begin. Shorter ones are half of all programs; the exact rule looks for them."""
    code_names: int = 2
    """Least number of distinct kept words (keywords, built-ins, attributes) of a solution."""


DEFAULT = Strictness()
HEAVIEST = 8.0
"""Weight of a word that one task has."""


class Index(msgspec.Struct, kw_only=True):
    """What a row is compared with."""

    references: tuple[Reference, ...]
    strictness: Strictness
    vocabulary: dict[str, int]
    """Canonical word to number from 1."""
    weights: Any
    """Weight of each word's number, float32; 0 for what tells nothing."""
    lengths: tuple[int, ...]
    """Of the runs of words, each in its number of words."""
    runs: grams.Table
    run_places: list[tuple[int, int, int]]
    """For each run: (reference, word that it begins with there, words) of the first task that has it."""
    grammar: frozenset[int]
    """Numbers of articles and the like."""
    near: Any
    """Least share of each text's weight, float32; above 1 for what is too short."""
    weighty: frozenset[int]
    """References that need no sentence."""
    texts: Any
    """Sparse, words x references: share of each reference's weight."""
    columns: Any
    """The same, by columns."""
    kept: dict[str, int]
    """Normal token to number from 1."""
    code_runs: grams.Table
    least_code: Any
    """Least share of each solution's weight, float32."""
    code: Any
    """Sparse, runs x references: share of each reference's weight."""
    untold: dict[str, int]
    """How many references only the exact rule can find, by what is too short about them."""

    def texts_by_reference(self, number: int) -> dict[int, float]:
        """Return the telling words of a reference, each with its share of the weight."""
        column = self.columns[:, [number]].tocoo()
        return dict(zip(column.row.tolist(), column.data.tolist(), strict=True))


def build(references: Sequence[Reference], strictness: Strictness = DEFAULT) -> Index:
    """Make the index: 3 s for 6,000 references."""
    import numpy as np

    spoken = [words.pieces(r.spoken) if r.part == "text" else [] for r in references]
    telling = [words.telling(words.pieces(r.prose)) if r.part == "text" else set() for r in references]
    vocabulary = {word: number for number, word in enumerate(sorted({w for ws in spoken for w in ws}), 1)}
    weights = _weights(references, spoken, vocabulary)
    lengths, runs, run_places = _runs(references, spoken, vocabulary, weights, strictness)
    texts, near, weighty = _texts(telling, vocabulary, weights, strictness)
    kept, code_runs, code, least_code = _code(references, strictness)
    return Index(
        references=tuple(references),
        strictness=strictness,
        vocabulary=vocabulary,
        weights=np.asarray(weights, dtype=np.float32),
        lengths=lengths,
        runs=runs,
        grammar=frozenset(vocabulary[w] for w in words.GRAMMAR if w in vocabulary),
        near=near,
        weighty=weighty,
        run_places=run_places,
        texts=texts,
        columns=texts.tocsc(),
        kept=kept,
        code_runs=code_runs,
        code=code,
        least_code=least_code,
        untold={
            "texts": sum(r.part == "text" for r in references) - int((near <= 1).sum()),
            "solutions": sum(r.part == "solution" for r in references) - int((least_code <= 1).sum()),
        },
    )


def _weights(references: Sequence[Reference], spoken: list[list[str]], vocabulary: dict[str, int]) -> list[float]:
    """Return each word's weight: how few tasks have it, HEAVIEST for one.

    The scale doesn't move with the number of tasks, so that the lines of ``Strictness`` mean the same where a
    benchmark is absent.
    """
    tasks: dict[str, set[str]] = defaultdict(set)
    for reference, found in zip(references, spoken, strict=True):
        tasks[f"{reference.benchmark} {reference.task}"].update(found)
    counts = Counter(word for found in tasks.values() for word in found)
    weights = [0.0] * (len(vocabulary) + 1)
    for word, number in vocabulary.items():
        if word not in words.STOP and not word.isdigit() and len(word) > 1:
            weights[number] = HEAVIEST * math.log((1 + len(tasks)) / counts[word]) / math.log(1 + len(tasks))
    return weights


def _runs(
    references: Sequence[Reference],
    spoken: list[list[str]],
    vocabulary: dict[str, int],
    weights: list[float],
    strictness: Strictness,
) -> tuple[tuple[int, ...], grams.Table, list[tuple[int, int, int]]]:
    """Return the runs of words to be found, their lengths, and where each comes from."""
    import numpy as np

    flat = np.array([vocabulary[w] for found in spoken for w in found], dtype=np.int64)
    counts = np.array([len(found) for found in spoken])
    starts = (np.cumsum(counts) - counts).tolist()
    owners = np.repeat(np.arange(len(counts)), counts).tolist()
    whole = _whole(spoken, starts, strictness)
    lengths = sorted({strictness.words, *(length for _, length in whole)})
    runs = grams.WordRuns(flat, counts)
    firsts: dict[int, tuple[int, int, int]] = {}
    for length in lengths:
        hashes, places = runs.of(length)
        tasks: dict[int, set[str]] = defaultdict(set)
        for value, place in zip(hashes.tolist(), places.tolist(), strict=True):
            owner = owners[place]
            if length == strictness.words:
                tasks[value].add(references[owner].task)
                firsts.setdefault(value, (owner, place - starts[owner], length))
        for value, found in tasks.items():
            owner, start, _ = firsts[value]
            said = set(spoken[owner][start : start + length])
            heavy = sum(sorted(weights[vocabulary[w]] for w in said)) >= strictness.run_weight
            if not heavy or len(found) > strictness.run_tasks:
                del firsts[value]
        for value, place in zip(hashes.tolist(), places.tolist(), strict=True):
            if (place, length) in whole:
                firsts[value] = (owners[place], place - starts[owners[place]], length)
    table = grams.Table(list(firsts))
    return tuple(lengths), table, [firsts[value] for value in table.hashes.tolist()]


def _whole(spoken: list[list[str]], starts: list[int], strictness: Strictness) -> set[tuple[int, int]]:
    """Return (place, length) of texts that are looked for whole: with and without the words that every task begins with."""
    least, most = strictness.whole_words
    spans = set()
    for start, found in zip(starts, spoken, strict=True):
        head = next((number for number, word in enumerate(found) if word not in words.HEAD), 0)
        spans |= {(start + first, len(found) - first) for first in (0, head) if least <= len(found) - first <= most}
    return spans


def _texts(
    telling: list[set[str]], vocabulary: dict[str, int], weights: list[float], strictness: Strictness
) -> tuple[Any, Any, frozenset[int]]:
    """Return words x references, the share of each that is enough (2 where it says too little), and the weighty."""
    import numpy as np
    from scipy import sparse

    rows, columns, shares = [], [], []
    least = np.full(len(telling), 2.0, dtype=np.float32)
    weighty = set()
    low, high = strictness.text_weight
    for reference, found in enumerate(telling):
        total = sum(sorted(weights[vocabulary[word]] for word in found))
        if total < low or len(found) < 3:
            continue
        if total >= strictness.sentence:
            weighty.add(reference)
        least[reference] = max(strictness.near, 1 - (1 - strictness.near) * (total - low) / (high - low))
        for word in sorted(found):
            rows.append(vocabulary[word])
            columns.append(reference)
            shares.append(weights[vocabulary[word]] / total)
    shape = (len(vocabulary) + 1, len(telling))
    return sparse.csr_matrix((shares, (rows, columns)), shape=shape, dtype="float32"), least, frozenset(weighty)


def _code(references: Sequence[Reference], strictness: Strictness) -> tuple[dict[str, int], grams.Table, Any, Any]:
    """Return the kept tokens, the runs of code, runs x references, and the share of each that is enough."""
    import numpy as np
    from scipy import sparse

    written = [lexing.tokens(r.text) if r.part == "solution" else [] for r in references]
    normal = [[lexing.normal(token) for token in found] for found in written]
    kept = {token: n for n, token in enumerate(sorted({t for ts in normal for t in ts if t is not None}), 1)}
    flat = np.array(token_numbers(written, kept), dtype=np.int64)
    counts = np.array([len(found) for found in written])
    hashes, places = grams.code_grams(flat, counts, strictness.tokens)
    owners = np.repeat(np.arange(len(counts)), counts)[places]
    said = [{t for t in ts if t is not None and t[-1].isalpha()} for ts in normal]
    names = np.array([len(s) for s in said])
    short, long = strictness.code_tokens
    least = np.where(counts < long, *strictness.code).astype(np.float32)
    least[(counts < short) | (names < strictness.code_names)] = 2
    enough = least <= 1
    good = enough[owners] if len(owners) else owners.astype(bool)
    hashes, owners = hashes[good], owners[good]
    table = grams.Table(hashes)
    pairs = np.unique(np.stack([np.searchsorted(table.hashes, hashes), owners]), axis=1)
    shared = np.bincount(pairs[0], minlength=len(table.hashes))
    weights = np.log((1 + enough.sum()) / (1 + shared))[pairs[0]]
    totals = np.bincount(pairs[1], weights=weights, minlength=len(references))
    matrix = sparse.csr_matrix(
        (weights / totals[pairs[1]], (pairs[0], pairs[1])), shape=(len(table.hashes), len(references)), dtype="float32"
    )
    return kept, table, matrix, least


def token_numbers(texts: Sequence[list[str]], kept: dict[str, int]) -> list[int]:
    """Return the numbers of the tokens of texts: above 0 kept, 0 unknown, below 0 a name's own."""
    table = _Tokens(kept)
    lookup = table.__getitem__
    return [number for found in texts for number in map(lookup, found)]


class _Tokens(dict[str, int]):
    """Token to number; names are numbered as they come."""

    def __init__(self, kept: dict[str, int]) -> None:
        super().__init__()
        self._kept = kept
        self._names = 0

    def __missing__(self, token: str) -> int:
        normal = lexing.normal(token)
        if normal is None:
            self._names -= 1
            number = self._names
        else:
            number = self._kept.get(normal, 0)
        self[token] = number
        return number
