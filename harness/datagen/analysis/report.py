"""An analysis as files: analysis.json, pictures as SVG and PNG, and a page in the site's style."""

from __future__ import annotations

from pathlib import Path

import msgspec

from harness.datagen.analysis import plots
from harness.datagen.analysis.categories import Categories
from harness.datagen.analysis.lengths import BIN, Lengths
from harness.datagen.analysis.similarity import Similarity
from harness.datagen.pages import Section, page
from harness.journal import write_atomic
from harness.learning import learn

FILE = "analysis.json"
PAGE = "analysis.html"
LENGTH_LIMIT, SIMILARITY_LIMIT = 700, 0.5
"""Where the paper's pictures end."""


class Analysis(msgspec.Struct, kw_only=True):
    """What was found of one or more data sets; parts that weren't asked for are empty."""

    datasets: list[str]
    tokenizer: str = ""
    """What counted the tokens of ``lengths``."""
    lengths: dict[str, dict[str, Lengths]] = {}
    """Data set to column to lengths."""
    categories: dict[str, Categories] = {}
    similarity: dict[str, Similarity] = {}
    """Data set to its similarity to HumanEval."""


def write(analysis: Analysis, folder: Path) -> list[str]:
    """Write numbers, pictures and the page into ``folder``; return the names of the files."""
    pictures: dict[str, plots.Pictures] = {}
    for name in analysis.datasets:
        if name in analysis.lengths:
            pictures[f"lengths-{name}"] = _lengths_picture(analysis.lengths[name])
        if name in analysis.categories:
            pictures[f"categories-{name}"] = plots.bars(analysis.categories[name].counts, "rows")
    if analysis.similarity:
        pictures["similarity"] = _similarity_picture(analysis.similarity)
    files = {f"{name}.{ending}": content for name, both in pictures.items() for ending, content in both.items()}
    files[FILE] = msgspec.json.format(msgspec.json.encode(analysis), indent=2) + b"\n"
    files[PAGE] = page(
        f"Analysis of {', '.join(analysis.datasets)}",
        "Categories, lengths and similarity to HumanEval, as Magicoder's paper has them.",
        list(_sections(analysis, pictures)),
        FILE,
    )
    for name, content in files.items():
        write_atomic(folder / name, content)
    return sorted(files)


def _lengths_picture(found: dict[str, Lengths]) -> plots.Pictures:
    series = {
        column: {float(b): lengths.bins.get(b, 0) / 1000 for b in range(0, LENGTH_LIMIT + 1, BIN)}
        for column, lengths in found.items()
    }
    return plots.curves(series, "tokens", "thousand rows", LENGTH_LIMIT)


def _similarity_picture(found: dict[str, Similarity]) -> plots.Pictures:
    steps = [f"{step / 100:.2f}" for step in range(int(100 * SIMILARITY_LIMIT) + 1)]
    series = {
        f"{name} (mean {similarity.mean:.3f})": {float(s): similarity.histogram.get(s, 0.0) for s in steps}
        for name, similarity in found.items()
    }
    return plots.curves(series, "greatest cosine with a problem of HumanEval", "share of rows", SIMILARITY_LIMIT)


def _sections(analysis: Analysis, pictures: dict[str, plots.Pictures]) -> list[Section]:
    sections = []
    for name, found in analysis.categories.items():
        total = found.rows or 1
        rows = [[category, str(count), f"{100 * count / total:.1f} %"] for category, count in found.counts.items()]
        sections.append(
            Section(
                heading=f"Categories: {name}",
                text=f"Nearest of ten names by the embedding of {found.model} ({found.mode}).",
                svg=_inline(pictures[f"categories-{name}"]),
                columns=["category", "rows", "share"],
                rows=rows,
                right=(1, 2),
            )
        )
    for name, columns in analysis.lengths.items():
        rows = [[c, str(x.rows), f"{x.mean:.1f}", str(x.median), str(x.longest)] for c, x in columns.items()]
        sections.append(
            Section(
                heading=f"Lengths: {name}",
                text=f"In tokens of {analysis.tokenizer}, bins of {BIN}.",
                svg=_inline(pictures[f"lengths-{name}"]),
                columns=["column", "rows", "mean", "median", "longest"],
                rows=rows,
                right=(1, 2, 3, 4),
            )
        )
    if analysis.similarity:
        sections.append(
            Section(
                heading="Similarity to HumanEval",
                text="TF-IDF, all data sets and HumanEval fitted together: means depend on what is in the table.",
                svg=_inline(pictures["similarity"]),
                columns=["data set", "rows", "mean of the greatest cosine"],
                rows=[[name, str(x.rows), f"{x.mean:.3f}"] for name, x in analysis.similarity.items()],
                right=(1, 2),
            )
        )
    return sections


def _inline(both: plots.Pictures) -> str:
    """Return an SVG without its XML head, for a page, in the colours of the site's sheet, which knows light and dark."""
    text = both["svg"].decode()
    for colour, name in ((plots.INK, "soft"), (plots.LINE, "rule"), (plots.COLOURS[0], "accent")):
        text = text.replace(colour, f"var(--{name})")
    return text[text.index("<svg") :]


def terminal(analysis: Analysis) -> str:
    """Return the analysis as text with bars."""
    blocks = []
    for name, found in analysis.categories.items():
        total = found.rows or 1
        shown = [f"{count} ({100 * count / total:.1f} %)" for count in found.counts.values()]
        values = [(category, float(count)) for category, count in found.counts.items()]
        blocks.append(f"Categories of {name} ({found.model}, {found.mode})\n{plots.text_bars(values, shown)}")
    for name, columns in analysis.lengths.items():
        for column, lengths in columns.items():
            head = (
                f"Length of {column} in {name}: mean {lengths.mean:.1f}, median {lengths.median} ({analysis.tokenizer})"
            )
            wide = _widened(lengths.bins)
            values = [(f"{start}", float(count)) for start, count in wide]
            blocks.append(f"{head}\n{plots.text_bars(values, [str(count) for _, count in wide])}")
    if analysis.similarity:
        values = [(name, x.mean) for name, x in analysis.similarity.items()]
        shown = [f"{x.mean:.3f}" for x in analysis.similarity.values()]
        blocks.append(f"Mean similarity to HumanEval (TF-IDF)\n{plots.text_bars(values, shown)}")
    return "\n\n".join(blocks)


def _widened(bins: dict[int, int], step: int = 5 * BIN) -> list[tuple[int, int]]:
    """Return bins of 100 tokens up to the paper's limit, and all beyond as one."""
    wide = dict.fromkeys(range(0, LENGTH_LIMIT + 1, step), 0)
    for start, count in bins.items():
        wide[min(start // step * step, LENGTH_LIMIT)] += count
    return list(wide.items())


learn(Analysis)
