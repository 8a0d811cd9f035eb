"""Reported numbers beside measured ones: under each board, and as the tables of the papers they come from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from leaderboard.boards import Board, Row
from leaderboard.reported import Report, Reported, about
from leaderboard.text import benchmark_name

BASE_OF = {"humaneval+": "humaneval", "mbpp+": "mbpp"}
"""Suites whose base tests have a name of their own among reported numbers."""


@dataclass(frozen=True)
class Line:
    """One row of a board's reported numbers."""

    report: Report
    row: Reported
    scores: tuple[float | None, ...]
    """Percent, by the board's columns."""
    version: str
    same: bool
    """Whether that is the version of the board's own data."""


def columns_of(board: Board) -> tuple[str, ...]:
    """Return the names that a board's suites have among reported numbers, the one that ranks last."""
    base = BASE_OF.get(board.benchmark)
    return (base, board.benchmark) if base else (board.benchmark,)


def lines_of(board: Board, reports: Sequence[Report]) -> list[Line]:
    """Return what others reported about a board's benchmark: the same data first, the highest first."""
    columns = columns_of(board)
    found = []
    for report, row in about(columns[-1], reports):
        version = report.version(columns[-1])
        scores = tuple(row.scores.get(name) for name in columns)
        found.append(Line(report, row, scores, version, version == board.version))
    return sorted(found, key=lambda line: not line.same)


@dataclass(frozen=True)
class PaperRow:
    """A row of a paper's table: reported, or measured here."""

    model: str
    scores: tuple[float | None, ...]
    reported: Reported | None
    links: tuple[str, ...] = ()
    """Of a measured row, the page of the run behind each score; empty where there is none."""


@dataclass(frozen=True)
class PaperTable:
    """One table of a source."""

    report: Report
    number: str
    columns: tuple[str, ...]
    rows: tuple[PaperRow, ...]

    @property
    def title(self) -> str:
        """E.g. "Magicoder, table 1"."""
        return f"{self.report.source.name}, table {self.number}" if self.number else self.report.source.name

    def heads(self) -> list[str]:
        """Return the columns' names for people."""
        return [column_name(name) for name in self.columns]


def column_name(suite: str) -> str:
    """Return a suite's name for a column: "HumanEval+", "Java", "Pandas"."""
    if "/" in suite:
        return suite.partition("/")[2]
    return benchmark_name(suite)


def paper_tables(reports: Sequence[Report], measured: Sequence[tuple[Board, Row, str]]) -> list[PaperTable]:
    """Return every source's tables with what was measured here among the rows.

    Args:
        reports: sources.
        measured: ranked rows over whole benchmarks, with the page of each.
    """
    tables = []
    for report in reports:
        for number in sorted({row.table for row in report.rows}):
            rows = [row for row in report.rows if row.table == number]
            columns = tuple(dict.fromkeys(name for row in rows for name in row.scores))
            lines = [PaperRow(row.model, tuple(row.scores.get(c) for c in columns), row) for row in rows]
            lines += _measured(columns, measured)
            main = columns[-1] if columns[-1] in {"humaneval+", "mbpp+"} else columns[0]
            at = columns.index(main)
            lines.sort(key=lambda line, at=at: (-_shown(line.scores[at]), line.model.lower()))  # type: ignore[misc]
            tables.append(PaperTable(report, number, columns, tuple(lines)))
    return tables


def _shown(score: float | None) -> float:
    return -1.0 if score is None else score


def _measured(columns: Sequence[str], measured: Sequence[tuple[Board, Row, str]]) -> list[PaperRow]:
    """Return one row per model and style with the scores that these columns have here."""
    found: dict[tuple[str, str], dict[str, tuple[float, str]]] = {}
    for board, row, link in measured:
        if row.entry.reference or row.entry.run.sampling.n > 1:
            continue
        names = columns_of(board)
        suites = list(row.metrics)
        for name, suite in zip(names[-len(suites) :], suites[-len(names) :], strict=False):
            if name in columns:
                key = (row.entry.run.model.name, row.entry.run.style)
                found.setdefault(key, {}).setdefault(name, (100 * row.metrics[suite].value, link))
    empty: tuple[float | None, str] = (None, "")
    return [
        PaperRow(
            f"{model}",
            tuple(scores.get(c, empty)[0] for c in columns),
            None,
            tuple(scores.get(c, empty)[1] for c in columns),
        )
        for (model, _), scores in sorted(found.items())
    ]
