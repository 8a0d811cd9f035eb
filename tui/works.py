"""Trainings and datasets as their events tell them: states, progress, what was measured so far."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, TypeVar

from harness.datagen.events import JobEvent, JobFinished, JobStarted, StepFinished, StepProgress, StepStarted
from harness.events import Notice, Phase
from harness.finetune.events import (
    CheckpointSaved,
    Evaluated,
    HeldOut,
    StepTrained,
    TrainingEvent,
    TrainingFinished,
    TrainingPlanned,
    TrainingStarted,
)
from harness.workspace import Workspace
from tui import processes
from tui.marks import duration
from tui.tail import Tail

State = Literal["running", "complete", "incomplete", "interrupted"]
Points = list[tuple[float, float]]


@dataclass(eq=False)
class Work:
    """A training or the making of a dataset, by the events of its folder."""

    path: Path
    pid: int = 0
    began: float = 0.0
    """When the process of the last attempt wrote that it began; seconds since the epoch."""
    ended: bool = False
    """Whether the last attempt said that it came to its end."""
    alive: bool = False
    phase: str = ""
    note: str = ""
    """The last warning or error, if any."""
    done: int = 0
    total: int = 0
    last_t: float = 0.0
    tail: Tail[Any] = field(init=False)

    KIND = "work"

    @property
    def name(self) -> str:
        """The folder's name."""
        return self.path.name

    @property
    def key(self) -> str:
        """Kind and name: unique among all works."""
        return f"{self.KIND} {self.name}"

    @property
    def state(self) -> State:
        """What is to be said of it."""
        if self.alive and not self.ended:
            return "running"
        return "complete" if self.ended else "interrupted" if self.pid else "incomplete"

    @property
    def created(self) -> str:
        """ISO 8601 time of the last event."""
        return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(self.last_t)) if self.last_t else ""

    def poll(self, full: bool) -> bool:
        """Read what is new; True if anything is. ``full`` looks after the process too."""
        events, replaced = self.tail.read()
        if replaced:
            self.reset()
        for event in events:
            self.last_t = max(self.last_t, event.t)
            if isinstance(event, Notice):
                self.note = event.message if event.level != "info" else self.note
            elif isinstance(event, Phase):
                self.phase = f"{event.name} {event.detail}".strip()
            else:
                self.fold(event)
        before = self.state
        if events or full:
            self.alive = not self.ended and processes.alive(self.pid, self.began)
        return bool(events) or replaced or self.state != before

    def begin(self, pid: int, t: float) -> None:
        """An attempt began."""
        self.pid, self.began, self.ended, self.note = pid, t, False, ""

    def reset(self) -> None:
        """Forget everything: the journal was replaced."""
        self.done = self.total = 0

    def fold(self, event: Any) -> None:
        """Take in an event of the kind's own."""


@dataclass(eq=False)
class Training(Work):
    """A training."""

    KIND = "training"
    plan: TrainingPlanned | None = None
    steps: dict[int, StepTrained] = field(default_factory=dict)
    held_out: dict[int, float] = field(default_factory=dict)
    scores: dict[str, dict[int, float]] = field(default_factory=dict)
    """pass@1 by benchmark and suite, by step."""
    checkpoints: dict[int, str] = field(default_factory=dict)
    """Models by step."""

    def __post_init__(self) -> None:
        """Follow its events."""
        self.tail = Tail(self.path / "events.jsonl", TrainingEvent)

    def reset(self) -> None:
        """Forget everything."""
        super().reset()
        self.plan = None
        for found in (self.steps, self.held_out, self.scores, self.checkpoints):
            found.clear()

    def fold(self, event: Any) -> None:
        """Take in an event; a step that was done twice counts once."""
        match event:
            case TrainingPlanned():
                self.begin(event.pid, event.t)
                self.plan, self.total = event, event.steps
            case TrainingStarted():
                self.done, self.total, self.phase = event.step, event.steps, "training"
                self.steps = {n: s for n, s in self.steps.items() if n <= event.step}
            case StepTrained():
                self.steps[event.step] = event
                self.done, self.total = event.step, event.steps
            case HeldOut():
                self.held_out[event.step] = event.loss
            case Evaluated():
                for suite, value in event.scores.items():
                    self.scores.setdefault(f"{event.benchmark} {suite}", {})[event.step] = value
            case CheckpointSaved():
                self.checkpoints[event.step] = event.model
            case TrainingFinished():
                self.ended, self.phase = True, ""

    @property
    def last(self) -> StepTrained | None:
        """The last step."""
        return self.steps[max(self.steps)] if self.steps else None

    @property
    def pace(self) -> str:
        """Speed and time left, in a few words."""
        last = self.last
        if last is None or self.state != "running":
            return ""
        return f"{last.tokens_per_s:,.0f} tokens/s   {duration(last.left_s)} left"

    def curve(self, name: str) -> Points:
        """Return points (step, value): "loss", "learning_rate", "tokens_per_s", "memory_mib", "held_out"."""
        if name == "held_out":
            return sorted(self.held_out.items())
        return [(step, float(getattr(event, name))) for step, event in sorted(self.steps.items())]


@dataclass(eq=False)
class Making(Work):
    """A dataset and how it was made."""

    KIND = "dataset"
    names: list[str] = field(default_factory=list)
    step: str = ""
    position: int = 0
    detail: str = ""
    rejected: int = 0
    finished: dict[str, StepFinished] = field(default_factory=dict)
    _marks: list[tuple[float, int]] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Follow its events."""
        self.tail = Tail(self.path / "events.jsonl", JobEvent)

    def reset(self) -> None:
        """Forget everything."""
        super().reset()
        self.finished.clear()

    def fold(self, event: Any) -> None:
        """Take in an event."""
        match event:
            case JobStarted():
                self.begin(event.pid, event.t)
                self.names, self.finished = event.steps, {}
            case StepStarted():
                self.step, self.position, self.detail = event.step, event.position, ""
                self.done, self.total, self.rejected, self._marks = 0, event.total or 0, 0, []
                self.phase = f"{event.step}, step {event.position + 1} of {len(self.names)}"
            case StepProgress():
                self.done, self.total = event.done, event.total or self.total
                self.rejected, self.detail = event.rejected, event.detail
                self._marks = [*self._marks[-20:], (event.t, event.done)]
            case StepFinished():
                self.finished[event.step] = event
            case JobFinished():
                self.ended, self.phase = True, ""

    @property
    def state(self) -> State:
        """A manifest says that it is whole; where the journal is gone too."""
        said = super().state
        return "complete" if said != "running" and (self.path / "manifest.json").is_file() else said

    @property
    def pace(self) -> str:
        """Speed and time left of the step, in a few words."""
        if self.state != "running":
            return ""
        if self.detail:
            return self.detail
        if len(self._marks) < 2:
            return ""
        (t0, d0), (t1, d1) = self._marks[0], self._marks[-1]
        if t1 <= t0 or d1 <= d0:
            return ""
        rate = (d1 - d0) / (t1 - t0)
        left = f"   {duration((self.total - self.done) / rate)} left" if self.total else ""
        return f"{rate:,.0f} rows/s{left}"


W = TypeVar("W", bound=Work)


class Works:
    """All trainings and datasets of the workspace. ``poll`` is cheap where nothing changed."""

    def __init__(self, workspace: Workspace) -> None:
        """Know nothing yet."""
        self.workspace = workspace
        self.trainings: dict[str, Training] = {}
        self.datasets: dict[str, Making] = {}
        self._turn = 0

    def poll(self) -> set[str]:
        """Look at the disk; return the keys of works that are new, changed or gone."""
        full = self._turn % 8 == 0
        self._turn += 1
        changed: set[str] = set()
        if full:
            self.trainings = self._list(
                self.workspace.trainings, self.trainings, Training, ("recipe.json", "events.jsonl"), changed
            )
            self.datasets = self._list(
                self.workspace.datasets, self.datasets, Making, ("manifest.json", ".work"), changed
            )
        for work in (*self.trainings.values(), *self.datasets.values()):
            if (full or work.state == "running") and work.poll(full):
                changed.add(work.key)
        return changed

    def running(self) -> list[Training | Making]:
        """Return what runs now, oldest first."""
        works: list[Training | Making] = [*self.trainings.values(), *self.datasets.values()]
        found = [work for work in works if work.state == "running"]
        return sorted(found, key=lambda work: work.began)

    @staticmethod
    def _list(
        folder: Path, known: dict[str, W], kind: Callable[[Path], W], signs: tuple[str, ...], changed: set[str]
    ) -> dict[str, W]:
        try:
            paths = sorted(p for p in folder.iterdir() if any((p / sign).exists() for sign in signs))
        except OSError:
            paths = []
        found = {path.name: known.get(path.name) or kind(path) for path in paths}
        changed |= {(known.get(name) or found[name]).key for name in known.keys() ^ found.keys()}
        return found
