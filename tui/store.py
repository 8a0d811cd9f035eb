"""All runs of the workspace as the dashboard knows them, kept up to date by cheap looks at the disk."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from harness.errors import RunError
from harness.events import AnyEvent
from harness.records import Metric, Run
from harness.runs import RunFolder
from harness.workspace import Workspace
from tui import processes
from tui.live import Live
from tui.tail import Tail

State = Literal["running", "complete", "incomplete", "interrupted", "damaged"]
Stamp = tuple[int, int, int] | None
"""Inode, size and time of change of a file; None where it is missing."""


@dataclass(eq=False)
class RunEntry:
    """One run folder: its record, its live events, its state."""

    folder: RunFolder
    run: Run | None = None
    error: str = ""
    live: Live = field(default_factory=Live)
    alive: bool = False
    """Whether the process of the last session runs."""
    stamp: Stamp = None
    tail: Tail[AnyEvent] = field(init=False)

    def __post_init__(self) -> None:
        """Follow the events of the folder."""
        self.tail = Tail(self.folder.path / "events.jsonl", AnyEvent)

    @property
    def id(self) -> str:
        """The run's id."""
        return self.folder.id

    @property
    def model(self) -> str:
        """Name of the model."""
        return self.run.model.name if self.run else self.live.started.model if self.live.started else "?"

    @property
    def benchmark(self) -> str:
        """Benchmark with its data version."""
        if self.run:
            return f"{self.run.benchmark}@{self.run.data_version}" if self.run.data_version else self.run.benchmark
        return self.live.started.benchmark if self.live.started else "?"

    @property
    def problems(self) -> list[str]:
        """Ids asked for, in order."""
        return self.run.problems if self.run else self.live.started.problems if self.live.started else []

    @property
    def n(self) -> int:
        """Samples per problem."""
        return self.run.sampling.n if self.run else self.live.started.n if self.live.started else 1

    @property
    def total(self) -> int:
        """Samples asked for."""
        return len(self.problems) * self.n

    @property
    def judged(self) -> int:
        """Samples with a verdict."""
        return max(self.live.judged, self.run.judged if self.run else 0)

    @property
    def infra(self) -> int:
        """Samples without a verdict for the sandbox's fault."""
        return self.live.infra if self.live.started else self.run.infra if self.run else 0

    @property
    def created(self) -> str:
        """ISO 8601 time of the start."""
        if self.run and self.run.created:
            return self.run.created
        started = self.live.started.t if self.live.started else 0.0
        return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(started)) if started else ""

    @property
    def state(self) -> State:
        """What is to be said of it."""
        if self.live.running and self.alive:
            return "running"
        if self.run and self.run.complete:
            return "complete"
        if self.live.running:
            return "interrupted"
        if self.run or self.live.started:
            return "incomplete"
        return "damaged"

    @property
    def reason(self) -> str:
        """Why it isn't complete, in a few words."""
        if self.state == "damaged":
            return self.error
        counts = f"{self.judged}/{self.total}"
        if self.state == "interrupted":
            return f"stopped at {counts}"
        missing = self.total - self.judged
        parts = [f"{self.infra} infra"] if self.infra else []
        if missing > 0:
            parts.append(f"{counts} judged")
        return ", ".join(parts) or "not finished"

    @property
    def metrics(self) -> list[Metric]:
        """The numbers of its record."""
        if self.run and self.run.metrics:
            return self.run.metrics
        return self.live.finished.metrics if self.live.finished else []

    def metric(self, suite: str, k: int = 1) -> Metric | None:
        """Return one number of its record, or None."""
        return next((m for m in self.metrics if m.suite == suite and m.k == k), None)


class Store:
    """The runs, newest first where nothing else is asked for. No method blocks for long."""

    def __init__(self, workspace: Workspace, clock: Callable[[], float] = time.time) -> None:
        """Know nothing yet; ``poll`` looks."""
        self.workspace = workspace
        self.entries: dict[str, RunEntry] = {}
        self.ready = False
        """True after the first look."""
        self.clock = clock
        self._listed: Stamp = None
        self._turn = 0

    def poll(self, thorough: bool = False) -> set[str]:
        """Look at the disk and return the ids of runs that are new, changed or gone.

        Every turn costs one stat, and two for each run that is not complete; every eighth turn
        (or where ``thorough``) looks at all run.json files, in case one was judged again.
        """
        changed: set[str] = set()
        self._turn += 1
        full = thorough or not self.ready or self._turn % 8 == 0
        listed = stamp(self.workspace.runs)
        entries = self.entries
        if full or listed != self._listed:
            self._listed = listed
            entries = self._list()
            changed |= entries.keys() ^ self.entries.keys()
        for entry in entries.values():
            unfinished = entry.run is None or not entry.run.complete or entry.live.running
            if (full or unfinished) and self._refresh(entry, check_process=full or entry.id in changed):
                changed.add(entry.id)
        # Published at once and only now: the screens draw from another thread, and a run that is
        # shown before its record is read would stand in the wrong place for a moment.
        self.entries = entries
        self.ready = True
        return changed

    def running(self) -> list[RunEntry]:
        """Return the runs whose process lives, oldest first."""
        return sorted((e for e in self.entries.values() if e.state == "running"), key=lambda e: e.created)

    def _list(self) -> dict[str, RunEntry]:
        try:
            found = [path for path in self.workspace.runs.iterdir() if path.is_dir() and not path.name.startswith(".")]
        except OSError:
            found = []
        return {path.name: self.entries.get(path.name) or RunEntry(RunFolder(path)) for path in sorted(found)}

    def _refresh(self, entry: RunEntry, check_process: bool) -> bool:
        changed = False
        now = stamp(entry.folder.path / "run.json")
        if now != entry.stamp or (now is None and not entry.error):
            entry.stamp = now
            changed = True
            try:
                entry.run, entry.error = entry.folder.record(), ""
            except (RunError, OSError) as error:
                entry.run, entry.error = None, str(error)
        if entry.run is None or not entry.run.complete or entry.live.running:
            events, replaced = entry.tail.read()
            if replaced:
                entry.live = Live()
            entry.live.fold(events)
            changed = changed or bool(events) or replaced
            check_process = check_process or bool(events)
        if check_process:
            started = entry.live.started
            alive = entry.live.running and started is not None and processes.alive(started.pid, started.t)
            changed = changed or alive != entry.alive
            entry.alive = alive
        return changed


def stamp(path: Path) -> Stamp:
    """Return what tells one content of a file from another, or None where it can't be read."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_ino, status.st_size, status.st_mtime_ns
