"""Rank three or more runs: scores over the problems that all were asked, corrected comparisons, tiers of ties."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from harness.comparison import Difference, differences, require_alike, require_complete
from harness.errors import UsageError
from harness.history import Tally, counted
from harness.ranking import all_pairs, tiers
from harness.records import Interval, Run
from harness.runs import RunFolder
from harness.statistics import Paired, paired, pass_interval, suites_of


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """One run in one suite."""

    run: str
    model: str
    score: float
    """pass@1 over the shared problems, 0..1."""
    interval: Interval | None
    tier: int
    """1 for the best; runs of a tier are not told apart from its first."""


class Pair(msgspec.Struct, frozen=True, kw_only=True):
    """Two runs in one suite."""

    a: str
    b: str
    difference: float
    """a - b, -1..1."""
    p: float | None
    adjusted: float
    """Holm's, over all pairs of the suite."""


class Ranking(msgspec.Struct, frozen=True, kw_only=True):
    """All runs in one suite, the best first."""

    suite: str
    standings: list[Standing]
    pairs: list[Pair]


class Field(msgspec.Struct, frozen=True, kw_only=True):
    """Several runs over the problems that all of them were asked."""

    benchmark: str
    data_version: str
    problems: list[str]
    left_out: list[str]
    """Problems that only some of them were asked."""
    differences: dict[str, list[Difference]]
    """By run: the settings in which it differs from the first one."""
    suites: list[Ranking]


def rank(folders: Sequence[RunFolder]) -> Field:
    """Rank run folders.

    Raises:
        IncompleteRun: one of them has samples without a verdict.
        UsageError: a run is named twice, benchmark or data differ, or they have no problem in common.
        RunError: a folder is damaged.
    """
    runs = [folder.record() for folder in folders]
    names = [run.id for run in runs]
    if len(set(names)) < len(names):
        raise UsageError("A run is named twice.", "Name each run once; `magibench runs list` lists them.")
    for run in runs:
        require_complete(run)
        require_alike(runs[0], run)
    shared = [p for p in runs[0].problems if all(p in set(run.problems) for run in runs[1:])]
    if not shared:
        raise UsageError(
            "These runs have no problem in common.", "Evaluate them on the same problems (`--tasks`, `--limit`)."
        )
    asked = dict.fromkeys(p for run in runs for p in run.problems)
    counts = {folder.id: counted(folder, run) for folder, run in zip(folders, runs, strict=True)}
    return Field(
        benchmark=runs[0].benchmark,
        data_version=runs[0].data_version,
        problems=shared,
        left_out=[p for p in asked if p not in set(shared)],
        differences={run.id: found for run in runs[1:] if (found := list(differences(runs[0], run)))},
        suites=[_ranking(suite, runs, counts, shared) for suite in suites_of(runs[0])],
    )


def _ranking(suite: str, runs: Sequence[Run], counts: dict[str, Tally], problems: Sequence[str]) -> Ranking:
    """Rank the runs in one suite."""
    right = {run.id: counts[run.id].of(suite) for run in runs}
    scores = {name: sum(own[p][0] / own[p][1] for p in problems) / len(problems) for name, own in right.items()}
    order = sorted(right, key=lambda name: -scores[name])
    tests: dict[tuple[str, str], Paired] = {}

    def p(a: str, b: str) -> float | None:
        tests[a, b] = paired(right[a], right[b], problems, suite)
        return tests[a, b].p

    adjusted = all_pairs(order, p)
    tier = {name: number for number, members in enumerate(tiers(scores, adjusted), 1) for name in members}
    models = {run.id: run.model.name for run in runs}
    return Ranking(
        suite=suite,
        standings=[
            Standing(
                run=name,
                model=models[name],
                score=scores[name],
                interval=pass_interval([right[name][p] for p in problems]),
                tier=tier[name],
            )
            for name in order
        ],
        pairs=[
            Pair(a=a, b=b, difference=test.difference, p=test.p, adjusted=adjusted[a, b])
            for (a, b), test in tests.items()
        ],
    )
