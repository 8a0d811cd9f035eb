"""The three analyses of a dataset as plots of characters: lengths, categories, similarity to HumanEval."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping

from harness.datagen.analysis.lengths import BIN, Lengths
from harness.datagen.analysis.report import LENGTH_LIMIT, SIMILARITY_LIMIT, Analysis
from tui.marks import Line, Mark
from tui.marks import width as cells
from tui.plots import bar_lines, column_lines

HEIGHT = 8
"""Lines of a histogram."""
WIDE = 120
"""Cells from which on two parts stand beside each other."""


def analysis_lines(name: str, found: Analysis, width: int) -> list[Line]:
    """Return what an analysis found: one part under the other, or two beside each other where there is room."""
    beside = width >= WIDE
    size = (width - 4) // 2 if beside else width
    parts: list[list[Line]] = []

    def of(dataset: str) -> str:
        return f" of {dataset}" if len(found.datasets) > 1 else ""

    for dataset, columns in found.lengths.items():
        parts += [
            _lengths(f"{column}{of(dataset)}", lengths, found.tokenizer, size) for column, lengths in columns.items()
        ]
    for dataset, categories in found.categories.items():
        total = categories.rows or 1
        items = [(category, 100 * count / total) for category, count in categories.counts.items()]
        said = f"% of {categories.rows:,} rows, by {categories.model} of the {categories.mode}"
        head = _head(f"Categories{of(dataset)}", said, size)
        parts.append([*head, *bar_lines(items, size, 1)])
    for dataset, similarity in found.similarity.items():
        head = _head(f"Similarity{of(dataset)} to HumanEval", f"mean {similarity.mean:.3f}, TF-IDF", size)
        steps = [f"{step / 100:.2f}" for step in range(int(100 * SIMILARITY_LIMIT) + 1)]
        shares = _grouped({step: similarity.histogram.get(step, 0.0) for step in steps}, size)
        parts.append([*head, *column_lines(shares, size, HEIGHT, ("0", f"cosine {SIMILARITY_LIMIT:g}"))])
    lines: list[Line] = [(Mark(name, "accent"),), ()]
    while parts:
        left = parts.pop(0)
        right = parts.pop(0) if beside and parts else []
        lines += [*_beside(left, right, size), ()]
    return lines


def _lengths(what: str, found: Lengths, tokenizer: str, size: int) -> list[Line]:
    counts = {f"{start}": float(found.bins.get(start, 0)) for start in range(0, LENGTH_LIMIT, BIN)}
    beyond = sum(count for start, count in found.bins.items() if start >= LENGTH_LIMIT)
    more = f", {beyond:,} beyond" if beyond else ""
    said = f"mean {found.mean:,.1f}, median {found.median:,}, longest {found.longest:,}{more} ({tokenizer})"
    drawn = column_lines(_grouped(counts, size), size, HEIGHT, ("0", f"{LENGTH_LIMIT} tokens"))
    return [*_head(f"Length of each {what}", said, size), *drawn]


def _grouped(values: Mapping[str, float], size: int) -> list[float]:
    """Return the values, neighbours added up where there are more of them than cells."""
    counts = list(values.values())
    step = -(-len(counts) // max(1, size))
    return [sum(counts[start : start + step]) for start in range(0, len(counts), step)]


def _head(title: str, said: str, size: int) -> list[Line]:
    return [(Mark(title, "strong"),), *((Mark(part, "muted"),) for part in textwrap.wrap(said, max(20, size)))]


def _beside(left: list[Line], right: list[Line], size: int) -> list[Line]:
    """Put two parts beside each other."""
    lines: list[Line] = []
    for number in range(max(len(left), len(right))):
        one = left[number] if number < len(left) else ()
        two = right[number] if number < len(right) else ()
        gap = Mark(" " * max(1, size + 4 - cells(one)))
        lines.append((*one, gap, *two) if two else tuple(one))
    return lines
