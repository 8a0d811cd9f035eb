"""Similarity of data sets to HumanEval (paper, figure 3; its cosine_similarity.py).

All corpora and HumanEval are fitted together by scikit-learn's TfidfVectorizer with its defaults; of each row
the greatest cosine with HumanEval's 164 problems. Everything is sparse: upstream makes both sides dense, in
batches of 100 rows on a GPU.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec

from harness.datagen.analysis.missing import library
from harness.datagen.texts import Texts

BATCH = 5000
"""Rows multiplied at a time: 5,000 x 164 dense products are 7 MB."""


class Similarity(msgspec.Struct, frozen=True, kw_only=True):
    """How similar one corpus is."""

    rows: int
    mean: float
    histogram: dict[str, float]
    """Greatest cosine, rounded to two decimals, to the share of rows."""


def human_eval_texts() -> list[str]:
    """Return prompt, space, solution of HumanEval's problems, as upstream joins them."""
    from harness.benchmarks.data import data_of
    from harness.benchmarks.releases import releases_of

    rows = map(msgspec.json.decode, data_of(releases_of("humaneval")["v1.0"]).content.splitlines())
    return [f"{row['prompt']} {row['canonical_solution']}" for row in rows]


def texts_of(rows: Iterable[Texts]) -> Iterator[str]:
    """Yield problem, space, solution of rows, as upstream joins them."""
    return (f"{row.problem} {row.solution}" for row in rows)


def similarities(corpora: Mapping[str, Iterable[str]], references: list[str]) -> dict[str, Similarity]:
    """Return the similarity of each corpus to the references, all of them fitted together.

    Texts are read once, one after another; 75,000 of 2 KB take 0.4 GB.
    """
    maxima = greatest_cosines(corpora, references)
    found = {}
    for name, values in maxima.items():
        counts = Counter(f"{value:.2f}" for value in values.tolist())
        histogram = {score: round(count / len(values), 6) for score, count in sorted(counts.items())}
        mean = round(float(values.mean()), 4) if len(values) else 0.0
        found[name] = Similarity(rows=len(values), mean=mean, histogram=histogram)
    return found


def greatest_cosines(corpora: Mapping[str, Iterable[str]], references: list[str]) -> dict[str, Any]:
    """Return for each corpus every row's greatest cosine with a reference (float array)."""
    import numpy as np

    text = library("sklearn.feature_extraction.text", "Similarity")
    sizes: dict[str, int] = {}

    def everything() -> Iterator[str]:
        yield from references
        for name, texts in corpora.items():
            sizes[name] = 0
            for each in texts:
                sizes[name] += 1
                yield each

    matrix = text.TfidfVectorizer(dtype=np.float32).fit_transform(everything())
    # Rows have length 1, so that products are cosines.
    targets = matrix[: len(references)].T.tocsr()
    start = len(references)
    found = {}
    for name, size in sizes.items():
        parts = [
            (matrix[begin : min(begin + BATCH, start + size)] @ targets).max(axis=1).toarray().ravel()
            for begin in range(start, start + size, BATCH)
        ]
        found[name] = np.concatenate(parts) if parts else np.zeros(0, dtype=np.float32)
        start += size
    return found
