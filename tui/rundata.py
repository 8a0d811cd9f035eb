"""Everything about one open run: its samples and verdicts, and what they add up to."""

from __future__ import annotations

import time
from collections.abc import Sequence

from harness.errors import RunError
from harness.records import Metric, Sample, Verdict
from harness.statistics import metrics
from tui.store import RunEntry
from tui.tail import Tail

FILTERS = ("all", "failed", "passed", "infra")


class RunData:
    """The journals of one run, followed as they grow."""

    def __init__(self, entry: RunEntry) -> None:
        """Follow a run; ``poll`` reads."""
        self.entry = entry
        self.verdicts: dict[tuple[str, int], Verdict] = {}
        self.states: dict[str, str] = {}
        """State of each problem that has a verdict; a key of ``tui.marks.STATES``."""
        self.suites: list[str] = []
        """Suites in the order judged."""
        self._tail: Tail[Verdict] = Tail(entry.folder.path / "verdicts.jsonl", Verdict)
        self._by_problem: dict[str, dict[int, Verdict]] = {}
        self._samples: dict[str, list[Sample]] | None = None
        self.revision: dict[str, int] = {}
        """How often the verdicts of a problem changed: what is drawn from them is drawn anew only then."""
        self._numbers: list[Metric] = []
        self._numbers_due = 0.0

    def poll(self) -> set[str]:
        """Read new verdicts and return the problems they are about."""
        new, replaced = self._tail.read()
        if replaced:
            self.verdicts.clear()
            self.states.clear()
            self._by_problem.clear()
        touched = set(self._by_problem) if replaced else set()
        for verdict in new:
            self.verdicts[verdict.problem_id, verdict.index] = verdict
            self._by_problem.setdefault(verdict.problem_id, {})[verdict.index] = verdict
            touched.add(verdict.problem_id)
            if len(verdict.suites) > len(self.suites):
                self.suites = list(verdict.suites)
        for problem in touched:
            self.states[problem] = self._state(problem)
            self.revision[problem] = self.revision.get(problem, 0) + 1
        return touched

    def of(self, problem: str) -> list[Verdict]:
        """Return the verdicts of a problem, by sample."""
        found = self._by_problem.get(problem, {})
        return [found[index] for index in sorted(found)]

    def _state(self, problem: str) -> str:
        verdicts = self._by_problem.get(problem, {}).values()
        if any(v.infra for v in verdicts):
            return "infra"
        passed = sum(v.passed for v in verdicts)
        if len(verdicts) < self.entry.n:
            return "pending"
        return "passed" if passed == len(verdicts) else "partly" if passed else "failed"

    def counts(self) -> dict[str, int]:
        """Return how many problems each filter shows."""
        found = dict.fromkeys(FILTERS, 0)
        for problem in self.entry.problems:
            for name in FILTERS:
                found[name] += self.shown(problem, name)
        return found

    def shown(self, problem: str, name: str) -> bool:
        """Return whether a filter shows a problem. "failed": not every sample passed."""
        state = self.states.get(problem, "pending")
        return name in {"all", state} or (name == "failed" and state == "partly")

    def metrics(self) -> list[Metric]:
        """Return the numbers: those of the record where the run is complete, else those so far."""
        if self.entry.run is not None and self.entry.run.complete and self.entry.run.metrics:
            return self.entry.run.metrics
        began = time.monotonic()
        if began >= self._numbers_due or not self._numbers or self.entry.state != "running":
            self._numbers = metrics(self.verdicts.values(), self.entry.problems, self.suites)
            # With several samples intervals are bootstraps, 0.2 s at 1,000 problems: at most a twentieth of the time.
            self._numbers_due = time.monotonic() + 20 * (time.monotonic() - began)
        return self._numbers

    def samples(self, problem: str) -> list[Sample]:
        """Return the samples of a problem by index. Reads the journal once: call it from a thread.

        Raises:
            RunError: the journal is damaged.
        """
        if self._samples is None or (problem not in self._samples and self.entry.state == "running"):
            grouped: dict[str, list[Sample]] = {}
            for sample in self.entry.folder.samples().values():
                grouped.setdefault(sample.problem_id, []).append(sample)
            for rows in grouped.values():
                rows.sort(key=lambda sample: sample.index)
            self._samples = grouped
        return self._samples.get(problem, [])


def neighbour(problems: Sequence[str], current: str, by: int, wanted: Sequence[str] | None = None) -> str | None:
    """Return the problem ``by`` places further (only among ``wanted`` if given); None at the end."""
    if current not in problems:
        return problems[0] if problems else None
    allowed = set(problems if wanted is None else wanted)
    index = problems.index(current) + by
    while 0 <= index < len(problems):
        if problems[index] in allowed:
            return problems[index]
        index += by
    return None


__all__ = ["FILTERS", "RunData", "RunError", "neighbour"]
