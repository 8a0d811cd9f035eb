"""A run's page: numbers, a cell per problem, comparisons with the runs near it, provenance."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from markupsafe import Markup, escape

from harness.statistics import Counts, Paired, paired
from leaderboard.answers import by_problem
from leaderboard.boards import Board, Row, Table
from leaderboard.details import endings_of, groups_of
from leaderboard.entries import PublishedRun
from leaderboard.links import Links
from leaderboard.rendering import render
from leaderboard.verdicts import STATES, Mark, State, mark_all

NEAR = 6
"""Other ranked runs that a run's page compares it with. All pairs of 200 runs would be 40,000 comparisons; the compare
page makes any other when it is asked."""


def near(table: Table, entry: PublishedRun) -> list[Row]:
    """Return the rows that a run's page compares it with: those near it in rank, and the references."""
    at = next((i for i, row in enumerate(table.rows) if row.entry is entry), 0)
    first = max(0, min(at - NEAR // 2, len(table.rows) - NEAR - 1))
    rows = [*table.rows[first : first + NEAR + 1], *table.references]
    return [row for row in rows if row.entry is not entry]


class RunPages:
    """Makes the pages of a table's runs; remembers what several of them need."""

    def __init__(self, links: Links, board: Board, table: Table) -> None:
        """Take where everything stands."""
        self._links, self._board, self._table = links, board, table
        self._outcomes: dict[str, Counts] = {}

    def page(self, entry: PublishedRun) -> bytes:
        """Return one page."""
        table = self._table
        marks = [(p, mark_all(rows, entry.suites)) for p, rows in by_problem(entry).items()]
        versus = [(row, self._compare(entry, row.entry)) for row in near(table, entry)]
        ends = [abs(end) for _, p in versus if p.interval for end in (p.interval.low, p.interval.high)]
        row = next(row for row in table.all_rows if row.entry is entry)
        metrics = [row.metrics[suite] for suite in table.suites if suite in row.metrics]
        return render(
            "run.html",
            "../",
            links=self._links,
            board=self._board,
            table=table,
            entry=entry,
            run=entry.run,
            row=row,
            metrics=metrics if entry.run.sampling.n == 1 else entry.metrics(),
            counts=_counts(marks),
            grid=grid(marks, lambda p: f"../{self._links.problem(self._board, p)}#{self._links.anchor(entry)}"),
            versus=versus,
            groups=groups_of(entry),
            endings=endings_of(entry),
            reach=min(1.0, max(ends, default=1.0) * 1.05),
        )

    def _compare(self, a: PublishedRun, b: PublishedRun) -> Paired:
        suite = self._table.main_suite
        return paired(self._right(a), self._right(b), a.run.problems, suite)

    def _right(self, entry: PublishedRun) -> Counts:
        if entry.run.id not in self._outcomes:
            self._outcomes[entry.run.id] = entry.right(self._table.main_suite)
        return self._outcomes[entry.run.id]


def _counts(marks: Sequence[tuple[str, Mark]]) -> list[tuple[State, str, int]]:
    """Return state, words and number of problems, of the states that occur."""
    numbers = dict.fromkeys(STATES, 0)
    for _, mark in marks:
        numbers[mark.state] += 1
    return [(state, STATES[state], number) for state, number in numbers.items() if number]


def grid(marks: Sequence[tuple[str, Mark]], page: Callable[[str], str]) -> Markup:
    """Return a list item per problem. By hand: through a template the 400,000 cells of 1,200 runs took 48 s."""
    icons = {
        s: f'<svg class="i" width="16" height="16" aria-hidden="true" focusable="false"><use href="#i-{s}"/></svg>'
        for s in STATES
    }
    parts = []
    for problem, mark in marks:
        words = escape(f"{problem}: {mark.words}")
        sign = f'<span aria-hidden="true">{escape(mark.short)}</span>' if mark.short else icons[mark.state]
        parts.append(
            f'<li><a class="cell {mark.state}" href="{escape(page(problem))}" title="{words}">{sign}'
            f'<span class="sr">{words}</span></a></li>\n'
        )
    return Markup("".join(parts))  # noqa: S704 - all texts are escaped above
