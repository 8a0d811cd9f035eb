"""What a run's page shows beyond its score: groups of problems; compiling and running apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from harness.records import Metric, Verdict
from leaderboard.entries import PublishedRun

UNBUILT = {"compile error", "syntax error"}
"""Reasons of programs that never ran."""


@dataclass(frozen=True)
class Groups:
    """Scores by one kind of group, e.g. by library."""

    kind: str
    rows: tuple[tuple[str, Metric], ...]
    """Name of the group and its pass@1 in the last suite."""


@dataclass(frozen=True)
class Ending:
    """How many programs ended with one status of the benchmark's own evaluator."""

    status: str
    passed: int
    """Here: the status is a success and the tests were reached."""
    unbuilt: int
    """Did not compile, or did not parse."""
    failed: int
    """Compiled, and failed when they ran."""

    @property
    def programs(self) -> int:
        """All of them."""
        return self.passed + self.unbuilt + self.failed


@dataclass(frozen=True)
class Step:
    """What a step cost, over the programs that came to it."""

    name: str
    programs: int
    cpu_s: float
    """Mean seconds of CPU time."""
    wall_s: float
    """Mean seconds on the clock."""


@dataclass(frozen=True)
class Endings:
    """Programs that are compiled and run, with the evaluator's own statuses beside our verdicts."""

    rows: tuple[Ending, ...]
    """By status, the commonest first."""
    early: int
    """Ended with success before the end of their tests: failed here."""
    own_rule: int
    """Would pass by the evaluator's own rule."""
    steps: tuple[Step, ...]

    @property
    def total(self) -> Ending:
        """The sum of all rows."""
        return Ending(
            "all",
            sum(row.passed for row in self.rows),
            sum(row.unbuilt for row in self.rows),
            sum(row.failed for row in self.rows),
        )


def groups_of(entry: PublishedRun) -> list[Groups]:
    """Return the scores of a run by kind of group; none where its benchmark has no groups."""
    kinds: dict[str, list[tuple[str, Metric]]] = {}
    for metric in entry.run.breakdown:
        kind, _, name = metric.group.partition(": ")
        if metric.k == 1 and metric.suite == entry.suites[-1]:
            kinds.setdefault(kind, []).append((name, metric))
    return [Groups(kind, tuple(sorted(rows, key=lambda row: row[0].lower()))) for kind, rows in kinds.items()]


def by_group(entries: Sequence[PublishedRun]) -> tuple[str, list[str], dict[str, dict[str, Metric]]] | None:
    """Return the first kind of group of some runs, its groups, and the scores by run id; None where there are no groups.

    DS-1000's libraries stand beside its total on the index, as in the paper's table 3.
    """
    found = {entry.run.id: groups_of(entry) for entry in entries}
    kinds = [kind for groups in found.values() for kind in groups]
    if not kinds:
        return None
    first = min((kind.kind for kind in kinds), key=lambda name: (name != "library", name))
    scores = {run: dict(kind.rows) for run, groups in found.items() for kind in groups if kind.kind == first}
    names = sorted({name for rows in scores.values() for name in rows}, key=str.lower)
    return first, names, scores


def endings_of(entry: PublishedRun) -> Endings | None:
    """Return how a run's programs ended; None where the benchmark's evaluator has no statuses of its own."""
    judged = [v for v in entry.verdicts if v.peer_passed is not None]
    if not judged:
        return None
    by_status: dict[str, list[Verdict]] = {}
    for verdict in judged:
        by_status.setdefault(verdict.peer_status or "none", []).append(verdict)
    rows = [_ending(status, verdicts) for status, verdicts in by_status.items()]
    return Endings(
        rows=tuple(sorted(rows, key=lambda row: (-row.programs, row.status))),
        early=sum(v.reason == "early exit" for v in judged),
        own_rule=sum(bool(v.peer_passed) for v in judged),
        steps=tuple(_steps(judged)),
    )


def unbuilt(verdict: Verdict) -> bool:
    """Say whether a program never ran: it was refused, or its compiler met a limit."""
    if verdict.reason in UNBUILT:
        return True
    return bool(verdict.steps) and verdict.steps[-1].name == "compile"


def _ending(status: str, verdicts: Sequence[Verdict]) -> Ending:
    passed = sum(v.passed for v in verdicts)
    refused = sum(unbuilt(v) for v in verdicts)
    return Ending(status, passed, refused, len(verdicts) - passed - refused)


def _steps(verdicts: Sequence[Verdict]) -> list[Step]:
    """Return the mean cost of each step."""
    uses: dict[str, list[tuple[float, float]]] = {}
    for verdict in verdicts:
        for step in verdict.steps:
            uses.setdefault(step.name, []).append((step.cpu_s, step.wall_s))
    return [
        Step(name, len(costs), sum(c for c, _ in costs) / len(costs), sum(w for _, w in costs) / len(costs))
        for name, costs in uses.items()
    ]
