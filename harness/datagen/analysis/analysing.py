"""Analysing data sets: what `magibench data analyze` does for several, and a recipe's step for its own rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import ClassVar, Literal

import msgspec

from harness.datagen.analysis.categories import Embedder, Mode, categories
from harness.datagen.analysis.lengths import lengths
from harness.datagen.analysis.report import Analysis, write
from harness.datagen.analysis.similarity import human_eval_texts, similarities, texts_of
from harness.datagen.analysis.tokens import tokenizer
from harness.datagen.rows import Rejected, Row
from harness.datagen.steps import Context, Step
from harness.datagen.texts import Texts
from harness.errors import UsageError

AnalysisPart = Literal["categories", "lengths", "similarity"]
ALL: tuple[AnalysisPart, ...] = ("categories", "lengths", "similarity")


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """What is analysed, and by which models."""

    parts: tuple[AnalysisPart, ...] = ALL
    tokenizer: str = ""
    """As ``tokens.tokenizer`` takes it."""
    model: str = ""
    """As ``categories.Embedder`` takes it."""
    mode: Mode = "solution"
    sample: int = 0
    """Rows whose category is asked for, evenly spread; 0 for all: MiniLM embeds some 30 rows per second on a core."""


def analyse(datasets: Mapping[str, Sequence[Texts]], options: Options) -> Analysis:
    """Analyse data sets together.

    Raises:
        UsageError: nothing to analyse, or a library or a model isn't here.
    """
    empty = [name for name, rows in datasets.items() if not rows]
    if empty or not datasets:
        raise UsageError(f"{' and '.join(empty) or 'Nothing'} has no rows to analyse.", "Name data sets with rows.")
    analysis = Analysis(datasets=list(datasets))
    if "lengths" in options.parts:
        counter = tokenizer(options.tokenizer)
        analysis.tokenizer = counter.name
        analysis.lengths = {name: lengths(rows, counter) for name, rows in datasets.items()}
    if "similarity" in options.parts:
        texts = {name: texts_of(rows) for name, rows in datasets.items()}
        analysis.similarity = similarities(texts, human_eval_texts())
    if "categories" in options.parts:
        embedder = Embedder(options.model)
        for name, rows in datasets.items():
            chosen = rows if not options.sample else _spread(rows, options.sample)
            analysis.categories[name] = categories(chosen, embedder, options.mode)
    return analysis


def _spread(rows: Sequence[Texts], count: int) -> list[Texts]:
    """Return ``count`` rows at even distances, all if there are fewer."""
    count = min(count, len(rows))
    return [rows[place * len(rows) // count] for place in range(count)]


class Analyze(Step, frozen=True, kw_only=True):
    """Analyse the rows and pass them on as they are; numbers, pictures and page lie in the step's reports."""

    name: ClassVar[str] = "analyze"

    parts: tuple[AnalysisPart, ...] = ALL
    tokenizer: str = ""
    model: str = ""
    mode: Mode = "solution"
    sample: int = 0

    def run(self, rows: Iterable[Row], context: Context) -> Iterator[Row | Rejected]:
        """Yield every row, after all of them were looked at."""
        held = list(rows)
        if held:
            options = Options(
                parts=self.parts, tokenizer=self.tokenizer, model=self.model, mode=self.mode, sample=self.sample
            )
            write(analyse({"rows": held}, options), context.reports)
        yield from held
