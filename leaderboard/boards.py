"""Boards: which runs stand in one table, in which order, and which of them are tied.

Only like is ranked with like: one board per benchmark, data version and checksum, one table
per set of problems. Two runs are *tied* where the exact McNemar test (or its counterpart for
several samples) does not tell them apart at 5 %.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from harness.records import Metric
from harness.statistics import Paired, paired
from leaderboard.entries import PublishedRun
from leaderboard.text import benchmark_name, slug

LEVEL = 0.05
"""p from which on two runs count as tied."""


@dataclass(frozen=True)
class Row:
    """One run in a table."""

    entry: PublishedRun
    metrics: dict[str, Metric]
    """pass@1 by suite."""
    rank: int | None
    """1 for the best; equal values share a rank; None for references."""
    tied: bool
    """Not told apart from the first one (which is itself not marked)."""
    versus_first: Paired | None
    """The comparison behind ``tied``."""


@dataclass(frozen=True)
class Table:
    """The runs over one set of problems."""

    id: str
    problems: tuple[str, ...]
    total: int
    """Problems of the whole benchmark."""
    suites: tuple[str, ...]
    rows: tuple[Row, ...]
    """Ranked, best first."""
    references: tuple[Row, ...]
    """Runs of the benchmark's own solutions: apart, not ranked."""

    @property
    def whole(self) -> bool:
        """Whether these are all problems of the benchmark."""
        return len(self.problems) == self.total

    @property
    def label(self) -> str:
        """Which problems: "all 164 problems", or "40 of 164 problems"."""
        if self.whole:
            return f"all {self.total:,} problems"
        return f"{len(self.problems):,} of {self.total:,} problems"

    @property
    def range(self) -> str:
        """First and last problem of a subset."""
        if len(self.problems) < 2:
            return "".join(self.problems)
        return f"{self.problems[0]} … {self.problems[-1]}"

    @property
    def main_suite(self) -> str:
        """The suite that ranks: the last one, which counts only with those before it."""
        return self.suites[-1]

    @property
    def all_rows(self) -> tuple[Row, ...]:
        """Ranked rows, then references."""
        return (*self.rows, *self.references)


@dataclass(frozen=True)
class Board:
    """One benchmark in one version of its data."""

    id: str
    benchmark: str
    version: str
    sha256: str
    tables: tuple[Table, ...]
    """The whole benchmark first, then subsets, larger first."""

    @property
    def name(self) -> str:
        """The benchmark's name as its paper writes it."""
        return benchmark_name(self.benchmark)

    @cached_property
    def entries(self) -> list[PublishedRun]:
        """All its runs, in the order of the tables."""
        return [row.entry for table in self.tables for row in table.all_rows]

    @cached_property
    def problems(self) -> list[str]:
        """Every problem that some run was asked, in the benchmark's own order as far as runs show it."""
        return list(dict.fromkeys(p for table in self.tables for p in table.problems))


def board_id(benchmark: str, version: str) -> str:
    """Return the id of a board, but for boards of the same version with other data."""
    return slug(f"{benchmark}-{version}")


def arrange(entries: Iterable[PublishedRun]) -> list[Board]:
    """Sort runs into boards and tables and rank them. The order of ``entries`` doesn't matter."""
    groups: dict[tuple[str, str, str], list[PublishedRun]] = {}
    for entry in sorted(entries, key=lambda e: e.run.id):
        run = entry.run
        groups.setdefault((run.benchmark, run.data_version, run.data_sha256), []).append(entry)
    boards = []
    taken: set[str] = set()
    for (benchmark, version, sha), members in sorted(groups.items()):
        name = board_id(benchmark, version)
        if name in taken:  # the same version with other data
            name = f"{name}-{sha[:8]}"
        taken.add(name)
        boards.append(Board(name, benchmark, version, sha, tuple(_tables(name, members))))
    return boards


def _tables(board: str, members: Sequence[PublishedRun]) -> list[Table]:
    """Return one table per set of problems."""
    subsets: dict[tuple[frozenset[str], tuple[str, ...]], list[PublishedRun]] = {}
    for entry in members:
        subsets.setdefault((frozenset(entry.run.problems), tuple(entry.suites)), []).append(entry)
    tables: list[Table] = []
    for (problems, suites), entries in sorted(subsets.items(), key=lambda s: (-len(s[0][0]), sorted(s[0][0]), s[0][1])):
        number = len(tables) + 1
        first = entries[0].run
        rows = _ranked([e for e in entries if not e.reference], suites[-1])
        references = [Row(e, _pass_at_1(e), None, False, None) for e in entries if e.reference]
        total = max(first.total_problems, len(problems))
        name = board if number == 1 else f"{board}-{number}"
        tables.append(Table(name, tuple(first.problems), total, suites, tuple(rows), tuple(references)))
    return tables


def _pass_at_1(entry: PublishedRun) -> dict[str, Metric]:
    """Return pass@1 by suite, derived from the verdicts."""
    return {m.suite: m for m in entry.metrics() if m.k == 1}


def _ranked(entries: Sequence[PublishedRun], suite: str) -> list[Row]:
    """Return rows, best first; the same value gives the same rank; ties with the first are marked."""
    numbers = {e.run.id: _pass_at_1(e) for e in entries}
    order = sorted(entries, key=lambda e: (-numbers[e.run.id][suite].value, e.run.model.name.lower(), e.run.id))
    rows: list[Row] = []
    best = order[0].right(suite) if order else {}
    for position, entry in enumerate(order, 1):
        mine = numbers[entry.run.id]
        same = rows and mine[suite].value == rows[-1].metrics[suite].value
        rank = rows[-1].rank if same else position
        mine_right = entry.right(suite) if position > 1 else {}
        versus = paired(mine_right, best, entry.run.problems, suite) if position > 1 else None
        tied = versus is not None and versus.p is not None and versus.p >= LEVEL
        rows.append(Row(entry, mine, rank, tied, versus))
    return rows
