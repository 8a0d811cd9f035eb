"""A board's two charts: score against size, and score against training tokens."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from markupsafe import Markup

from leaderboard.boards import Board, Row
from leaderboard.charts import Point, scatter
from leaderboard.entries import PublishedRun
from leaderboard.outside import Line


def board_charts(board: Board, lines: Sequence[Line], link: Callable[[PublishedRun], str]) -> list[Markup]:
    """Return the charts of a board's whole table; none where there is nothing to draw.

    Reported numbers stand among them only where their data is that of the board.
    """
    table = next((t for t in board.tables if t.whole), None)
    if table is None:
        return []
    sized = [_point(row, row.entry.run.model.size, table.main_suite, link) for row in table.rows]
    sized += [
        Point(line.row.size_b, line.scores[-1], line.row.model, measured=False)
        for line in lines
        if line.same and line.row.size_b and line.scores[-1] is not None
    ]
    taught = [_point(row, row.entry.run.model.training.get("tokens"), table.main_suite, link) for row in table.rows]
    title = f"{board.name} {board.version}, pass@1"
    by_size = [p for p in sized if p is not None]
    by_tokens = [p for p in taught if p is not None]
    charts = [
        scatter(by_size, f"{title} against size", "parameters", "B") if len(by_size) > 1 else Markup(""),
        scatter(by_tokens, f"{title} against tokens of the fine-tuning", "tokens of the fine-tuning", "")
        if len(by_tokens) > 1
        else Markup(""),
    ]
    return charts if any(charts) else []


def under(chart: Markup) -> Markup:
    """Return a chart for a page in a folder of the site: its links lead up first."""
    return Markup(chart.replace('<a href="', '<a href="../'))  # noqa: S704 - our own drawing


def _point(row: Row, x: float | None, suite: str, link: Callable[[PublishedRun], str]) -> Point | None:
    if not x:
        return None
    metric = row.metrics[suite]
    low, high = (100 * metric.interval.low, 100 * metric.interval.high) if metric.interval else (None, None)
    name = row.entry.run.model.name
    return Point(float(x), 100 * metric.value, name, link=link(row.entry), low=low, high=high)
