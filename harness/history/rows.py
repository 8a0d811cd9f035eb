"""What the history keeps of a run: a row of the board, counts per problem, columns of verdicts."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import msgspec

from harness.provenance import file_safe
from harness.records import Metric, Run, Verdict
from harness.statistics import passes, suites_of
from harness.workspace import Workspace

FORMAT = 2
"""Changes with the columns: files of another format are made again."""


class BoardRow(msgspec.Struct, frozen=True, kw_only=True):
    """A run as a list of runs shows it: without its problems, its machine and its packages."""

    run: str
    model: str
    benchmark: str
    data_version: str
    style: str
    temperature: float
    n: int
    """Samples per problem."""
    problems: int
    """Problems asked for."""
    total_problems: int
    metrics: list[Metric]
    judged: int
    infra: int
    complete: bool
    trusted: bool
    created: str
    """ISO 8601, UTC."""


class Stamp(msgspec.Struct, frozen=True, kw_only=True):
    """What a journal was when its rows were made."""

    size: int
    """Bytes."""
    mtime_ns: int
    sha256: str = ""


class Tally(msgspec.Struct, frozen=True, kw_only=True):
    """A run's verdicts, counted by problem."""

    suites: list[str]
    problems: list[str]
    """Those with a verdict, in the order of their first one."""
    judged: list[int]
    """Samples with a verdict, by problem."""
    right: list[list[int]]
    """Of those the right ones: a list per suite, by problem."""

    def of(self, suite: str) -> dict[str, tuple[int, int]]:
        """Return (right samples, judged samples) by problem, as ``harness.statistics.right_of``."""
        right = self.right[self.suites.index(suite)]
        return dict(zip(self.problems, zip(right, self.judged, strict=True), strict=True))

    def by_suite(self) -> dict[str, dict[str, tuple[int, int]]]:
        """Return what ``of`` gives for each suite."""
        return {suite: self.of(suite) for suite in self.suites}


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """A row of the index."""

    row: BoardRow
    record: Stamp
    """Of run.json."""
    journal: Stamp
    """Of verdicts.jsonl."""
    samples: Stamp
    """Of samples.jsonl; without a checksum where it can't be read."""
    tally: Tally
    file: str
    """The verdicts' Parquet, relative to the history."""


def history_dir(workspace: Workspace) -> Path:
    """Return the folder of a workspace's history."""
    return workspace.root / "history"


def board_row(run: Run) -> BoardRow:
    """Return what a list of runs shows of ``run``."""
    return BoardRow(
        run=run.id,
        model=run.model.name,
        benchmark=run.benchmark,
        data_version=run.data_version,
        style=run.style,
        temperature=run.sampling.temperature,
        n=run.sampling.n,
        problems=len(run.problems),
        total_problems=run.total_problems,
        metrics=run.metrics,
        judged=run.judged,
        infra=run.infra,
        complete=run.complete,
        trusted=run.sandbox.get("trusted") is True,
        created=run.created,
    )


def place_of(run: Run) -> str:
    """Return where the verdicts of a run are kept, relative to the history."""
    benchmark = file_safe(f"{run.benchmark}@{run.data_version}")
    return f"verdicts/benchmark={benchmark}/model={file_safe(run.model.name)}/{run.id}.parquet"


def stamp(path: Path, *, digest: bool = False) -> Stamp:
    """Return what a file is now, with its checksum if asked; a missing one has no bytes."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return Stamp(size=0, mtime_ns=0)
    sha256 = ""
    if digest:
        with path.open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    return Stamp(size=found.st_size, mtime_ns=found.st_mtime_ns, sha256=sha256)


def still(path: Path, then: Stamp) -> bool:
    """Say whether a file is as it was. One that was only touched or copied is read to its end."""
    now = stamp(path)
    if now.size != then.size:
        return False
    return now.mtime_ns == then.mtime_ns or (bool(then.sha256) and stamp(path, digest=True).sha256 == then.sha256)


def tally(verdicts: Iterable[Verdict], suites: Sequence[str]) -> Tally:
    """Count verdicts by problem; ``infra`` ones are left out."""
    judged: dict[str, int] = {}
    right: dict[str, list[int]] = {}
    for verdict in verdicts:
        if verdict.infra:
            continue
        name = verdict.problem_id
        judged[name] = judged.get(name, 0) + 1
        counts = right.setdefault(name, [0] * len(suites))
        for position, suite in enumerate(suites):
            counts[position] += passes(verdict, suite, suites)
    return Tally(
        suites=list(suites),
        problems=list(judged),
        judged=list(judged.values()),
        right=[[counts[position] for counts in right.values()] for position in range(len(suites))],
    )


def columns(verdicts: Sequence[Verdict], suites: Sequence[str]) -> dict[str, list[Any]]:
    """Return the columns of ``writing.SCHEMA``.

    ``stage`` is the number of suites passed in their order, so that a suite counts only with those before it.
    ``program`` is the beginning of the program's SHA-256: enough to find the same program again, an eighth of the room.
    """
    return {
        "problem": [v.problem_id for v in verdicts],
        "index": [v.index for v in verdicts],
        "passed": [v.passed for v in verdicts],
        "stage": [sum(passes(v, s, suites) for s in suites) for v in verdicts],
        "infra": [v.infra for v in verdicts],
        "reason": [v.reason for v in verdicts],
        "how": [v.how for v in verdicts],
        "cached": [v.cached for v in verdicts],
        "cpu_s": [v.cpu_s for v in verdicts],
        "peak_mib": [v.peak_mib for v in verdicts],
        "program": [int(v.program_sha256[:16] or "0", 16) for v in verdicts],
    }


def entry_suites(run: Run) -> list[str]:
    """Return the suites that a run's columns and counts are made for."""
    return suites_of(run)
