"""How long an evaluation would take and how much it would write, from what former runs took."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from tui.evaluation import BenchmarkChoice, Evaluation
from tui.marks import RUN_STATES, Line, Mark, duration, one_line, percent
from tui.results import last_metric
from tui.store import RunEntry
from tui.widgets.table import Column, Row

USUAL_BYTES = 2_500
"""Bytes per sample in a run folder where there is no former run: 1,800 to 2,800 on HumanEval+ and MBPP+."""


class Rates(NamedTuple):
    """What former runs took."""

    pairs: dict[tuple[str, str], float]
    """Seconds per sample by model and benchmark."""
    models: dict[str, float]
    """By model, over all benchmarks."""
    bytes_: float
    """Per sample."""

    def seconds(self, model: str, benchmark: str) -> float | None:
        """Return seconds per sample; None where the model was never run."""
        return self.pairs.get((model, benchmark), self.models.get(model))


def rates(entries: Iterable[RunEntry]) -> Rates:
    """Return the rates of complete runs, the newest last. Looks at file sizes: call it from a thread."""
    pairs: dict[tuple[str, str], float] = {}
    models: dict[str, float] = {}
    size = samples = 0
    for entry in sorted(entries, key=lambda e: e.created):
        run = entry.run
        if run is None or entry.state != "complete" or not run.samples:
            continue
        try:
            size += sum(file.stat().st_size for file in entry.folder.path.iterdir() if file.is_file())
        except OSError:
            continue
        samples += run.samples
        if (seconds := run.generate_s + run.judge_s) > 0:
            pairs[entry.model, run.benchmark] = models[entry.model] = seconds / run.samples
    return Rates(pairs, models, size / samples if samples else USUAL_BYTES)


class Cell(NamedTuple):
    """One model on one benchmark, all samplings together."""

    done: list[RunEntry]
    """Runs with these settings that are there already."""
    samples: int
    """That are still to be made."""
    seconds: float | None
    """None where nobody knows."""


def cell(
    form: Evaluation, model: str, style: str, benchmark: BenchmarkChoice, known: Rates, entries: Sequence[RunEntry]
) -> Cell:
    """Return what one pair takes."""
    limit = int(form.limit) if form.limit.strip().isdecimal() else benchmark.problems
    problems = min(limit, benchmark.problems)
    done: list[RunEntry] = []
    missing = 0
    for n, temperature in form.drawn:
        there = [
            e for e in entries
            if e.run is not None and e.model == model and e.run.benchmark == benchmark.name
            and e.run.data_version == benchmark.version and e.run.style == style
            and (e.n, e.run.sampling.temperature, len(e.problems)) == (n, temperature, problems)
        ]  # fmt: skip
        done += there[-1:]
        missing += max(0, problems * n - max((e.judged for e in there), default=0))
    each = known.seconds(model, benchmark.name)
    return Cell(done, missing, None if each is None else each * missing)


def cell_line(found: Cell) -> Line:
    """Return a cell of the matrix: what is there, and how long the rest would take."""
    marks: list[Mark] = []
    if found.done:
        last = found.done[-1]
        marks.append(RUN_STATES[last.state])
        if last.state == "complete" and (metric := last_metric(last)):
            marks.append(Mark(f"{percent(metric.value)}  ", "muted"))
        else:
            marks.append(Mark(f" {last.judged}/{last.total}  ", "muted"))
    if found.samples:
        marks.append(Mark("?" if found.seconds is None else f"~ {duration(found.seconds)}", "strong"))
    return tuple(marks)


def plan(
    form: Evaluation,
    styles: Mapping[str, str],
    choices: Sequence[BenchmarkChoice],
    known: Rates,
    entries: Sequence[RunEntry],
    width: int,
) -> tuple[list[Column], list[Row], Line]:
    """Return the matrix of models × benchmarks, and what all of it takes."""
    chosen = [choice for choice in choices if choice.spec in form.benchmarks]
    own = form.style if form.style != "model's own" else ""
    columns = [Column("model", "Models × benchmarks", 30 if width < 100 else 40)]
    room = width - columns[0].width - 3
    for choice in chosen:
        size = max(18, len(choice.name))
        room -= size + 2
        if room >= 0:
            columns.append(Column(choice.spec, choice.name, size, "right"))
    rows: list[Row] = []
    seconds, samples, unknown, runs = 0.0, 0, 0, 0
    for model in form.models:
        cells: dict[str, Line] = {"model": (Mark(one_line(model), "strong"),)}
        for choice in chosen:
            found = cell(form, model, own or styles.get(model, "base"), choice, known, entries)
            cells[choice.spec] = cell_line(found)
            samples += found.samples
            seconds += found.seconds or 0.0
            unknown += found.seconds is None and found.samples > 0
            runs += len(form.drawn)
        rows.append(Row(model, cells, {"model": model}, model.lower()))
    if not rows or not chosen:
        return columns, rows, ()
    time = (
        f"about {duration(seconds)}"
        if seconds and not unknown
        else f"over {duration(seconds)}"
        if seconds
        else "unknown"
    )
    written = samples * known.bytes_
    total: list[Mark] = [
        Mark(f"{runs} run{'s' * (runs != 1)}, {samples:,} samples   ", "strong"),
        Mark("time ", "muted"), Mark(f"{time}   " if samples else "none: all is there   ", "strong"),
        Mark("disk ", "muted"), Mark(disk(written), "strong"),
    ]  # fmt: skip
    if unknown:
        total.append(Mark(f"   {unknown} of these pairs never ran before", "muted"))
    if hidden := len(chosen) + 1 - len(columns):
        total.append(Mark(f"   {hidden} benchmarks don't fit in the table", "muted"))
    return columns, rows, tuple(total)


def disk(size: float) -> str:
    """Return bytes for people: "70 kB", "1.2 MB"."""
    return f"{size / 1e6:,.1f} MB" if size >= 1e5 else f"{size / 1e3:,.0f} kB"
