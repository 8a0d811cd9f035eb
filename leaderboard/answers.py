"""What a problem's page shows of each run: its distinct programs, within a budget."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from harness.records import Verdict
from leaderboard.entries import PublishedRun
from leaderboard.verdicts import Mark, mark, mark_all

SHOWN = 4
"""Distinct programs per run and problem that a page shows: with 20 runs a page stays near 200 KB."""


@dataclass(frozen=True)
class Answer:
    """One distinct program of a run, with the verdict of its first sample."""

    verdict: Verdict
    mark: Mark
    indexes: tuple[int, ...]
    """Samples that gave this program."""
    program: str | None
    """The program that was judged; None where only the raw text is known."""
    raw: str | None
    """The raw text, where it says more than the program."""


@dataclass(frozen=True)
class Attempt:
    """A run's samples of one problem."""

    entry: PublishedRun
    mark: Mark
    answers: tuple[Answer, ...]
    omitted: int
    """Distinct programs that were left out."""


def by_problem(entry: PublishedRun) -> dict[str, list[Verdict]]:
    """Return the verdicts of a run by problem, in the order of the run's problems and of samples."""
    out: dict[str, list[Verdict]] = {p: [] for p in entry.run.problems}
    for verdict in sorted(entry.verdicts, key=lambda v: v.index):
        if verdict.problem_id in out:
            out[verdict.problem_id].append(verdict)
    return {p: rows for p, rows in out.items() if rows}


def attempt(entry: PublishedRun, verdicts: Sequence[Verdict]) -> Attempt:
    """Return what the page of a problem shows of ``entry``; ``verdicts`` are those of the problem.

    Right and wrong programs take turns, so that a cut list still has both.
    """
    groups: dict[str, list[Verdict]] = {}
    for verdict in verdicts:
        key = (verdict.problem_id, verdict.index)
        same = verdict.program_sha256 or entry.programs.get(key) or entry.samples.get(key, "")
        groups.setdefault(same, []).append(verdict)
    distinct = [_answer(entry, rows) for rows in groups.values()]
    right = [a for a in distinct if a.verdict.passed]
    wrong = [a for a in distinct if not a.verdict.passed]
    half = SHOWN // 2
    shown = right[: max(half, SHOWN - len(wrong))]
    shown += wrong[: SHOWN - len(shown)]
    return Attempt(entry, mark_all(verdicts, entry.suites), tuple(shown), len(distinct) - len(shown))


def _answer(entry: PublishedRun, rows: Sequence[Verdict]) -> Answer:
    """Return one distinct program; ``rows`` are the verdicts of the samples that gave it."""
    first = rows[0]
    key = (first.problem_id, first.index)
    program, raw = entry.programs.get(key), entry.samples.get(key)
    if program is not None and raw is not None and raw.strip() == program.strip():
        raw = None
    return Answer(first, mark(first, entry.suites), tuple(v.index for v in rows), program, raw)
