"""Suites on the index: several benchmarks under one name, with two means over them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from harness.records import Metric, Score
from leaderboard.entries import PublishedRun


@dataclass(frozen=True)
class SuiteRow:
    """What one model did in a suite."""

    score: Score
    metrics: dict[str, Metric]
    """pass@1 by member, of members that count."""
    entries: dict[str, PublishedRun]
    """The published run behind each of them."""


@dataclass(frozen=True)
class SuiteBoard:
    """One suite: complete rows by weighted mean, then those that lack a member."""

    name: str
    members: tuple[str, ...]
    rows: tuple[SuiteRow, ...]

    @property
    def shared(self) -> str:
        """What the names of all members begin with: "multipl-e-"."""
        return f"{self.name}-"


def suite_boards(scores: Iterable[Score], entries: Sequence[PublishedRun]) -> list[SuiteBoard]:
    """Return a board per suite, of scores with at least one member among the published runs."""
    published = {entry.run.id: entry for entry in entries if not entry.reference}
    boards: dict[str, list[SuiteRow]] = {}
    for score in scores:
        found = {m: published[run] for m, run in score.runs.items() if m in score.members and run in published}
        if found:
            metrics = {m: next(x for x in entry.metrics() if x.k == 1) for m, entry in found.items()}
            boards.setdefault(score.suite, []).append(SuiteRow(score, metrics, found))
    return [
        SuiteBoard(name, tuple(rows[0].score.benchmarks), tuple(sorted(rows, key=_order)))
        for name, rows in sorted(boards.items())
    ]


def as_json(board: SuiteBoard) -> bytes:
    """Return a suite as JSON: a row per model, with the runs behind its numbers."""
    rows: list[Any] = [msgspec.to_builtins(row.score) for row in board.rows]
    value = {"suite": board.name, "members": list(board.members), "rows": rows}
    return (json.dumps(value, indent=1, sort_keys=True, ensure_ascii=False) + "\n").encode("utf-8", "replace")


def _order(row: SuiteRow) -> tuple[bool, float, str, str]:
    score = row.score
    return score.weighted is None, -(score.weighted or 0.0), score.model.lower(), json.dumps(score.runs, sort_keys=True)
