"""Suites: several benchmarks under one name, and what they are together.

A suite is asked for like a benchmark and is a run per member. Its score is derived from those runs: the mean
weighted by problems (Magicoder's Table 2, bigcode-evaluation-harness's way) and the plain mean over members.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from harness.records import Run, Score

__all__ = ["SUITES", "Score", "expand", "scores"]

SUITES: dict[str, tuple[str, ...]] = {
    "multipl-e": tuple(f"multipl-e-{language}" for language in ("java", "js", "cpp", "php", "swift", "rs")),
}
"""Name to members, in the order of Magicoder's Table 2."""


def expand(names: Iterable[str]) -> list[str]:
    """Return names with those of suites replaced by their members' ("multipl-e@v1" keeps its version)."""
    expanded: list[str] = []
    for name in names:
        suite, at, version = name.partition("@")
        expanded += [f"{member}{at}{version}" for member in SUITES[suite]] if suite in SUITES else [name]
    return expanded


def scores(suite: str, runs: Iterable[Run]) -> list[Score]:
    """Return a score per model, style and sampling that has a run of any member, by model.

    Args:
        suite: a name of ``SUITES``.
        runs: newest first, of any benchmark.
    """
    groups: dict[tuple[str, str, str], list[Run]] = {}
    for run in runs:
        if run.benchmark in SUITES[suite]:
            sampling = msgspec.json.encode(run.sampling).decode()
            groups.setdefault((run.model.name, _style(run), sampling), []).append(run)
    return [_score(suite, groups[key]) for key in sorted(groups)]


def _style(run: Run) -> str:
    return run.style if run.template_sha256 else "as given"


def _score(suite: str, runs: Sequence[Run]) -> Score:
    """Return what the runs of one model say together."""
    chosen: dict[str, Run] = {}
    for member in SUITES[suite]:
        own = [run for run in runs if run.benchmark == member]
        if own:
            chosen[member] = next((run for run in own if not _lacking(run)), own[0])
    missing = {m: _lacking(chosen[m]) if m in chosen else "no run" for m in SUITES[suite]}
    missing = {member: why for member, why in missing.items() if why}
    values = {m: _pass_at_1(run) for m, run in chosen.items() if m not in missing}
    total = sum(chosen[m].total_problems for m in values)
    first = runs[0]
    return Score(
        suite=suite,
        model=first.model.name,
        style=_style(first),
        temperature=first.sampling.temperature,
        n=first.sampling.n,
        benchmarks=list(SUITES[suite]),
        members=values,
        runs={member: run.id for member, run in chosen.items()},
        missing=missing,
        weighted=None if missing else sum(v * chosen[m].total_problems for m, v in values.items()) / total,
        plain=None if missing else sum(values.values()) / len(values),
    )


def _lacking(run: Run) -> str:
    """Return why a run doesn't count; empty if it does."""
    if len(run.problems) < run.total_problems:
        return f"{len(run.problems)} of {run.total_problems} problems"
    return "" if run.complete else "incomplete"


def _pass_at_1(run: Run) -> float:
    return next(metric.value for metric in run.metrics if metric.k == 1)
