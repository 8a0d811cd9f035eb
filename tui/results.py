"""Results as tables: which columns there are, models × benchmarks, and what is written when they are exported."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from harness.records import Metric
from tui.marks import Line, Mark, duration, interval, one_line, percent
from tui.store import RunEntry
from tui.widgets.table import Column, Row, SortKey

CHOICES: dict[str, str] = {
    "benchmark": "Benchmark with its data version",
    "style": "Prompt style",
    "n": "Samples per problem",
    "temperature": "Sampling temperature",
    "problems": "Problems asked",
    "suites": "pass@1 of each suite, with its interval",
    "size": "Parameters of the model",
    "tokens": "Most new tokens per sample",
    "backend": "Backend that generated",
    "time": "Time generating and judging",
    "status": "State, or progress",
    "created": "Date",
    "id": "The run's id",
}
"""Columns that can be chosen, beside sign and model."""

EXTRA: dict[str, Column] = {
    "temperature": Column("temperature", "T", 4, "right", falling=True),
    "size": Column("size", "Size", 6, "right", falling=True),
    "tokens": Column("tokens", "Tokens", 6, "right", falling=True),
    "backend": Column("backend", "Backend", 12),
    "time": Column("time", "Time", 8, "right", falling=True),
    "id": Column("id", "Run", 20, flex=3),
}
"""Columns that are shown only where they are chosen."""


def extra_cells(entry: RunEntry) -> tuple[dict[str, Line], dict[str, SortKey]]:
    """Return cells and sort keys of the columns of ``EXTRA``."""
    cells: dict[str, Line] = {"id": (Mark(one_line(entry.id), "muted"),)}
    order: dict[str, SortKey] = {"id": entry.id}
    if (run := entry.run) is not None:
        cells["temperature"] = (Mark(f"{run.sampling.temperature:g}", "muted"),)
        cells["tokens"] = (Mark(str(run.sampling.max_tokens), "muted"),)
        cells["backend"] = (Mark(one_line(str(run.backend.get("name", ""))), "muted"),)
        order |= {"temperature": run.sampling.temperature, "tokens": run.sampling.max_tokens}
        order["backend"] = str(run.backend.get("name", ""))
        if run.model.size:
            cells["size"], order["size"] = (Mark(f"{run.model.size:g}B", "muted"),), run.model.size
        if seconds := run.generate_s + run.judge_s:
            cells["time"], order["time"] = (Mark(duration(seconds), "muted"),), seconds
    return cells, order


def last_metric(entry: RunEntry) -> Metric | None:
    """Return pass@1 of the strictest suite."""
    return next((m for m in reversed(entry.metrics) if m.k == 1), None)


def matrix(entries: Iterable[RunEntry], width: int, first: int = 0) -> tuple[list[Column], list[Row]]:
    """Return models × benchmarks: in each cell pass@1 of the strictest suite of the newest complete run.

    Args:
        entries: of the workspace.
        width: cells that there are; columns beyond are left out.
        first: how many benchmarks are scrolled out on the left.
    """
    found: dict[tuple[str, str, int, float], dict[str, RunEntry]] = {}
    for entry in sorted(entries, key=lambda e: e.created):
        if entry.run is None or entry.state != "complete" or last_metric(entry) is None:
            continue
        drawn = entry.run.sampling
        key = (entry.model, entry.run.style, drawn.n, drawn.temperature)
        found.setdefault(key, {})[entry.benchmark] = entry
    benchmarks = sorted({name for row in found.values() for name in row})
    columns = [Column("model", "Model", 22, flex=2), Column("how", "Asked", 17)]
    room = width - 22 - 17 - 10
    for name in benchmarks[min(first, max(0, len(benchmarks) - 1)) :]:
        size = max(17, min(24, len(name)))
        room -= size + 2
        if room < 0 and len(columns) > 2:
            break
        columns.append(Column(name, name, size, "right", falling=True))
    return columns, [_matrix_row(key, runs) for key, runs in found.items()]


def _matrix_row(key: tuple[str, str, int, float], runs: dict[str, RunEntry]) -> Row:
    model, style, n, temperature = key
    how = style if n == 1 and not temperature else f"{style}, {n} at {temperature:g}"
    cells: dict[str, Line] = {"model": (Mark(one_line(model), "strong"),), "how": (Mark(how, "muted"),)}
    order: dict[str, SortKey] = {"model": model.lower(), "how": how}
    for benchmark, entry in runs.items():
        metric = last_metric(entry)
        if metric is None:
            continue
        text = interval(metric.interval.low, metric.interval.high) if metric.interval else ""
        cells[benchmark] = (Mark(percent(metric.value), "strong"), Mark(f"  {text}", "muted"))
        order[benchmark] = metric.value
    return Row(f"{model}|{style}|{n}|{temperature:g}", cells, order, f"{model} {how} {' '.join(runs)}".lower())


def records(entries: Iterable[RunEntry]) -> list[dict[str, Any]]:
    """Return one flat record per run, as it is exported: numbers 0..1, one column for each number."""
    found = []
    for entry in entries:
        run = entry.run
        record: dict[str, Any] = {
            "run": entry.id,
            "model": entry.model,
            "benchmark": entry.benchmark,
            "style": run.style if run else "",
            "n": entry.n,
            "temperature": run.sampling.temperature if run else None,
            "problems": len(entry.problems),
            "state": entry.state,
            "judged": entry.judged,
            "infra": entry.infra,
            "created": entry.created,
        }
        for metric in entry.metrics:
            name = f"pass@{metric.k} {metric.suite}"
            record[name] = metric.value
            record[f"{name} low"] = metric.interval.low if metric.interval else None
            record[f"{name} high"] = metric.interval.high if metric.interval else None
        found.append(record)
    return found
