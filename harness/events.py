"""Typed events of a run: lines of events.jsonl, and what every face renders.

The pipeline emits them, the terminal and the dashboard only show them. ``t`` is seconds
since the epoch (UTC).
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from harness.learning import learn
from harness.records import Metric, Reason


class Event(msgspec.Struct, frozen=True, kw_only=True, tag_field="event"):
    """Base of all events."""

    t: float = 0.0


class RunStarted(Event, frozen=True, kw_only=True, tag="started"):
    """A command began or resumed a run."""

    run: str
    model: str
    benchmark: str
    problems: list[str]
    n: int
    done_samples: int = 0
    """Samples that the journal already held."""
    done_verdicts: int = 0
    pid: int = 0


class Phase(Event, frozen=True, kw_only=True, tag="phase"):
    """A stretch of work began: "loading model", "starting sandbox", "reference gate", "judging"."""

    name: str
    detail: str = ""


class SampleDone(Event, frozen=True, kw_only=True, tag="sample"):
    """A sample was generated and journalled."""

    problem_id: str
    index: int
    tokens: int | None = None


class VerdictDone(Event, frozen=True, kw_only=True, tag="verdict"):
    """A sample was judged and journalled."""

    problem_id: str
    index: int
    passed: bool
    reason: Reason
    infra: bool = False


class Notice(Event, frozen=True, kw_only=True, tag="notice"):
    """Something people should see: a retry, a fallback, a reference that failed."""

    level: str = "info"
    """info, warning or error"""
    message: str
    remedy: str = ""


class NodeSeen(Event, frozen=True, kw_only=True, tag="node"):
    """A node of a cluster: when its state changes, and every few seconds its numbers."""

    name: str
    """Its address and the beginning of its id."""
    state: str
    """starting, preparing, working, silent, doubtful, lost or refused."""
    slots: int
    done: int = 0
    in_flight: int = 0
    errors: int = 0
    """Answers without a verdict, and times that it was lost."""
    rate: float = 0.0
    """Jobs per second since it began to work."""
    reason: str = ""


class RunFinished(Event, frozen=True, kw_only=True, tag="finished"):
    """The command came to its end."""

    run: str
    complete: bool
    metrics: list[Metric] = []
    seconds: float = 0.0


AnyEvent = RunStarted | Phase | SampleDone | VerdictDone | Notice | NodeSeen | RunFinished


def nodes_of(events: Iterable[AnyEvent]) -> dict[str, NodeSeen]:
    """Return what the last session of a run said of each node of its cluster, by name."""
    found: dict[str, NodeSeen] = {}
    for event in events:
        if isinstance(event, RunStarted):
            found.clear()
        elif isinstance(event, NodeSeen):
            found[event.name] = event
    return found


learn(AnyEvent)
