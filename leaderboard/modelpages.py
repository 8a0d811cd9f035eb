"""A page per model: where it comes from, what it learned from, what it scores, and how that grew over its checkpoints."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from harness.records import Model
from leaderboard.boards import Board, Row, Table
from leaderboard.charts import Point, history
from leaderboard.entries import DataReport
from leaderboard.text import benchmark_name

Placed = tuple[Board, Table, Row]


@dataclass(frozen=True)
class ModelPage:
    """What the page of one model shows."""

    name: str
    model: Model
    """Its entry, as its latest run has it."""
    rows: tuple[Placed, ...]
    """Its runs, in the order of boards."""
    ancestors: tuple[tuple[str, str], ...]
    """Names of what it was tuned from, the first one first, and their pages; empty where there is none."""
    checkpoints: tuple[tuple[str, str], ...]
    """Of the same training, by step, with their pages."""
    chart: Markup
    """Scores over the checkpoints; empty where there are fewer than two."""
    datasets: tuple[DataReport, ...]


def model_pages(boards: Iterable[Board], slugs: Mapping[str, str]) -> list[ModelPage]:
    """Return the pages of all models but the references, by name. ``slugs``: file name by model."""
    rows: dict[str, list[Placed]] = {}
    for board in boards:
        for table in board.tables:
            for row in table.rows:
                rows.setdefault(row.entry.run.model.name, []).append((board, table, row))
    latest = {
        name: max((r.entry.run for _, _, r in found), key=lambda run: run.created).model for name, found in rows.items()
    }
    pages = []
    for name in sorted(rows, key=str.lower):
        model = latest[name]
        family = _checkpoints(model, latest)
        datasets = {d.name: d for _, _, row in rows[name] for d in row.entry.datasets}
        pages.append(
            ModelPage(
                name=name,
                model=model,
                rows=tuple(rows[name]),
                ancestors=tuple((a, _page(a, slugs)) for a in _ancestors(model, latest)),
                checkpoints=tuple((m.name, _page(m.name, slugs)) for m in family),
                chart=_chart(model, family, rows),
                datasets=tuple(datasets.values()),
            )
        )
    return pages


def _page(name: str, slugs: Mapping[str, str]) -> str:
    return f"models/{slugs[name]}.html" if name in slugs else ""


def _ancestors(model: Model, known: Mapping[str, Model]) -> list[str]:
    """Return the chain of bases, the first one first."""
    chain: list[str] = []
    at: Model | None = model
    while at is not None and at.base and at.base not in chain and at.base != at.name:
        chain.append(at.base)
        at = known.get(at.base)
    return chain[::-1]


def _checkpoints(model: Model, known: Mapping[str, Model]) -> list[Model]:
    """Return the published checkpoints of the same training, by step, this one among them; with their base before them."""
    name = model.training.get("name")
    if not name:
        return []
    return sorted(
        (m for m in known.values() if m.training.get("name") == name and m.base == model.base),
        key=lambda m: int(m.training.get("step", 0)),
    )


def _chart(model: Model, family: Sequence[Model], rows: Mapping[str, Sequence[Placed]]) -> Markup:
    """Draw every whole benchmark on which at least two of base and checkpoints were measured."""
    if not family:
        return Markup("")
    lines: dict[str, list[Point]] = {}
    for name, tokens in [(model.base, 0.0), *((m.name, float(m.training.get("tokens", 0))) for m in family)]:
        for board, table, row in rows.get(name, ()):
            if not table.whole or row.entry.run.style != model.style:
                continue
            metric = row.metrics[table.main_suite]
            bounds = (100 * metric.interval.low, 100 * metric.interval.high) if metric.interval else (None, None)
            line = lines.setdefault(f"{benchmark_name(board.benchmark)}", [])
            if all(p.x != tokens for p in line):
                line.append(Point(tokens, 100 * metric.value, name, low=bounds[0], high=bounds[1]))
    kept = [(name, line) for name, line in lines.items() if len(line) > 1]
    return history(kept, f"Scores over the checkpoints of {model.training['name']}", "tokens trained")
