"""Typed events of a job that makes data: lines of events.jsonl, as a run's are.

``t`` is seconds since the epoch (UTC). ``Notice`` is shared with runs.
"""

from __future__ import annotations

import msgspec

from harness.events import Event, Notice
from harness.learning import learn


class JobStarted(Event, frozen=True, kw_only=True, tag="job"):
    """A command began or resumed to make a dataset."""

    dataset: str
    steps: list[str]
    pid: int = 0


class StepStarted(Event, frozen=True, kw_only=True, tag="step"):
    """A step began."""

    step: str
    position: int
    """From 0."""
    total: int | None = None
    """Rows that come in; None where it isn't known before."""


class StepProgress(Event, frozen=True, kw_only=True, tag="progress"):
    """How far a step is."""

    step: str
    done: int
    total: int | None = None
    rejected: int = 0
    detail: str = ""
    """E.g. "12.3 requests/s, 45,000 tokens"."""


class StepFinished(Event, frozen=True, kw_only=True, tag="step-finished"):
    """A step came to its end, or was there already."""

    step: str
    rows: int
    rejected: dict[str, int] = msgspec.field(default_factory=dict)
    seconds: float = 0.0
    cached: bool = False


class JobFinished(Event, frozen=True, kw_only=True, tag="job-finished"):
    """The dataset is there."""

    dataset: str
    rows: int
    seconds: float = 0.0


JobEvent = JobStarted | StepStarted | StepProgress | StepFinished | JobFinished | Notice


learn(JobEvent)
