"""What the events of a run say so far: counts, rate, time left."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

from harness.events import AnyEvent, NodeSeen, Notice, Phase, RunFinished, RunStarted, SampleDone, VerdictDone

WINDOW_S = 60.0
"""Seconds over which the rate is measured: long enough for slow models, short enough to follow a change."""


class Live:
    """A run as its events tell it. Fold events in, read the numbers out; it knows no clock."""

    def __init__(self) -> None:
        """Begin with nothing known."""
        self.started: RunStarted | None = None
        self.finished: RunFinished | None = None
        self.phase = ""
        self.detail = ""
        self.notices: list[Notice] = []
        self.nodes: dict[str, NodeSeen] = {}
        """The last that was said of each node of a cluster, by name."""
        self.verdicts: dict[tuple[str, int], VerdictDone] = {}
        self.sampled: set[tuple[str, int]] = set()
        self.tokens = 0
        self.last_t = 0.0
        self.passed = 0
        self.infra = 0
        self._recent: deque[float] = deque()

    def fold(self, events: Iterable[AnyEvent]) -> None:
        """Take in events in the order written."""
        for event in events:
            self.last_t = max(self.last_t, event.t)
            match event:
                case VerdictDone():
                    self._judge(event)
                case SampleDone():
                    self.sampled.add((event.problem_id, event.index))
                    self.tokens += event.tokens or 0
                case Phase():
                    self.phase, self.detail = event.name, event.detail
                case Notice():
                    self.notices.append(event)
                case NodeSeen():
                    self.nodes[event.name] = event
                case RunStarted():
                    self.started, self.finished = event, None
                    self.nodes.clear()
                    self._recent.clear()
                case RunFinished():
                    self.finished = event

    def _judge(self, event: VerdictDone) -> None:
        key = (event.problem_id, event.index)
        before = self.verdicts.get(key)
        if before is not None:  # an infrastructure error that was retried: the last verdict counts
            self.passed -= before.passed and not before.infra
            self.infra -= before.infra
        self.verdicts[key] = event
        self.passed += event.passed and not event.infra
        self.infra += event.infra
        self._recent.append(event.t)
        while self._recent and self._recent[0] < event.t - WINDOW_S:
            self._recent.popleft()

    @property
    def total(self) -> int:
        """Samples asked for."""
        return len(self.started.problems) * self.started.n if self.started else 0

    @property
    def judged(self) -> int:
        """Samples with a verdict, those of earlier sessions included."""
        earlier = self.started.done_verdicts if self.started else 0
        return max(len(self.verdicts), earlier)

    @property
    def failed(self) -> int:
        """Samples judged wrong (not those without a verdict for the sandbox's fault)."""
        return len(self.verdicts) - self.passed - self.infra

    @property
    def running(self) -> bool:
        """True if it began and did not say that it ended; its process may be dead all the same."""
        return self.started is not None and self.finished is None

    @property
    def at_work(self) -> int:
        """Nodes of a cluster that take jobs now."""
        return sum(node.state == "working" for node in self.nodes.values())

    def rate(self, now: float) -> float | None:
        """Return verdicts per second over the last minute; None before there are two."""
        recent = [t for t in self._recent if t >= now - WINDOW_S]
        if len(recent) < 2:
            return None
        span = now - recent[0]
        return (len(recent) - 1) / span if span > 0 else None

    def left(self, now: float) -> float | None:
        """Return the seconds that are left at the present rate; None where nobody knows."""
        rate = self.rate(now)
        return (self.total - self.judged) / rate if rate else None
