"""Jobs and who has them: given out in batches, moved when a node is lost, each answered once.

A job belongs to nobody else than this process. A node that is lost, silent or wrong about a reference loses its jobs
to others; whatever it answers later is heard only if nobody else has answered.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable
from typing import Any

from harness.cluster.messages import Answer, Gate, Work
from harness.events import NodeSeen
from harness.judging.judgement import Judgement
from harness.records import Evidence

DEPTH = 2
"""Jobs per slot that a node may have: one runs while the next waits on the spot."""
SECOND_OPINIONS = 2
"""Other nodes that a job without a verdict is tried on."""
IN_A_ROW = 8
"""Answers without a verdict after which a node takes no more work: a broken one is the quickest of all."""
LOSSES = 20
"""Nodes that may be lost under a job before it is called the job's doing; it then has no verdict."""
HEDGE_S = 60.0
"""Seconds after which a job is given to an idle node too, or four times what the longest took, if that is more."""


class Job:
    """One job, and what happened to it."""

    def __init__(self, work: Work, future: asyncio.Future[Answer]) -> None:
        self.work = work
        self.future = future
        self.nodes: set[Member] = set()
        self.without: dict[Member, Answer] = {}
        """Nodes that answered without a verdict."""
        self.losses = 0
        self.since = 0.0


class Member:
    """A node as the dispatcher sees it."""

    def __init__(self, name: str, slots: int) -> None:
        self.name = name
        self.slots = slots
        self.state = "starting"
        self.reason = ""
        self.ready: set[str] = set()
        """Names of the problem sets that it takes jobs of."""
        self.jobs: set[Job] = set()
        self.done = 0
        self.errors = 0
        self.in_a_row = 0
        """Answers without a verdict since the last one with."""
        self.working_since = 0.0
        self.send: Callable[[list[Work]], None] | None = None
        """Gives a batch to the node; None while there is no actor."""

    @property
    def room(self) -> int:
        """Jobs that it can still take."""
        if self.state != "working" or self.send is None:
            return 0
        return self.slots * DEPTH - len(self.jobs)

    def shown(self) -> NodeSeen:
        """Return it as people see it."""
        worked = time.monotonic() - self.working_since if self.working_since else 0.0
        return NodeSeen(
            name=self.name,
            state=self.state,
            slots=self.slots,
            done=self.done,
            in_flight=len(self.jobs),
            errors=self.errors,
            rate=round(self.done / worked, 2) if worked else 0.0,
            reason=self.reason,
        )


class Dispatcher:
    """Gives jobs to members and takes their answers."""

    def __init__(self, refuse: Callable[[Member, str], None]) -> None:
        """Call ``refuse`` for a node whose reference fails where another's passes."""
        self.members: list[Member] = []
        self._refuse = refuse
        self._jobs: dict[int, Job] = {}
        self._waiting: deque[Job] = deque()
        self._next = 0
        self._longest = 0.0
        self._pumping = False
        self.batches = 0
        self.repeated = 0
        """Answers that somebody else had given before."""

    async def ask(self, kind: Any, tests: str, problem: str, code: bytes = b"") -> Answer:
        """Have a job done somewhere; return its answer.

        Raises:
            MagibenchError: there is nobody left to do it (``fail``).
        """
        self._next += 1
        job = Job(Work(self._next, kind, tests, problem, code), asyncio.get_running_loop().create_future())
        self._jobs[job.work.id] = job
        self._waiting.append(job)
        self.pump()
        try:
            return await job.future
        finally:
            self._forget(job)

    def pump(self) -> None:
        """Give out what waits, at the end of this turn of the loop: jobs that came together go together."""
        if not self._pumping:
            self._pumping = True
            asyncio.get_running_loop().call_soon(self._give_out)

    def _give_out(self) -> None:
        self._pumping = False
        batches: dict[Member, list[Work]] = {}
        left: deque[Job] = deque()
        while self._waiting:
            job = self._waiting.popleft()
            if job.future.done():
                continue
            member = self._best(job)
            if member is None:
                left.append(job)
                if not any(m.room > 0 for m in self.members):
                    left.extend(self._waiting)
                    self._waiting.clear()
                continue
            self._assign(job, member)
            batches.setdefault(member, []).append(job.work)
        self._waiting = left
        for member, works in batches.items():
            self.batches += 1
            assert member.send is not None
            member.send(works)

    def _best(self, job: Job) -> Member | None:
        """Return the member with the most room, measured by its slots, that may have a job."""
        fits = [m for m in self.members if m.room > 0 and job.work.tests in m.ready and m not in job.nodes]
        fresh = [m for m in fits if m not in job.without] or (fits if not self._others(job) else [])
        return max(fresh, key=lambda m: m.room / m.slots, default=None)

    def _others(self, job: Job) -> bool:
        """Say whether a member that hasn't answered yet could do a job, now or soon."""
        return any(m.state == "working" and job.work.tests in m.ready and m not in job.without for m in self.members)

    def _assign(self, job: Job, member: Member) -> None:
        job.nodes.add(member)
        job.since = time.monotonic()
        member.jobs.add(job)

    def answered(self, member: Member, answer: Answer) -> None:
        """Take an answer: the first verdict counts, what is no verdict is asked of others."""
        job = self._jobs.get(answer.id)
        if job is None:
            self.repeated += 1
            return
        member.jobs.discard(job)
        job.nodes.discard(member)
        if _is_verdict(answer):
            member.done += 1
            member.in_a_row = 0
            self._longest = max(self._longest, answer.seconds)
            for other, said in job.without.items():
                if said.gate is not None and other.state == "working":
                    self._refuse(other, f"the reference of {job.work.problem} fails there: {said.gate.broken}")
            self._resolve(job, answer)
        else:
            member.errors += 1
            member.in_a_row += answer.gate is None
            job.without[member] = answer
            if member.in_a_row >= IN_A_ROW and self._others(job):
                self._refuse(member, f"{IN_A_ROW} jobs in a row got no verdict there: {_said(answer)}")
            if len(job.without) <= SECOND_OPINIONS and self._others(job):
                self._again(job)
            elif not job.nodes:
                self._resolve(job, answer)
        self.pump()

    def lost(self, member: Member, *, counts: bool = True) -> None:
        """Give a member's jobs to others. ``counts``: it is lost, not only silent."""
        for job in sorted(member.jobs, key=lambda j: j.work.id, reverse=True):
            job.losses += counts
            if counts:
                job.nodes.discard(member)
                if job.losses >= LOSSES:
                    error = f"{LOSSES} nodes were lost while they had this job"
                    self._resolve(job, Answer(job.work.id, error=error))
                    continue
            if not job.nodes - {member}:
                self._again(job)
        if counts:
            member.jobs.clear()
        self.pump()

    def hedge(self) -> None:
        """Give jobs that take very long to idle members too: their node may be slow, or cut off."""
        if self._waiting or not any(m.state == "working" and len(m.jobs) < m.slots for m in self.members):
            return
        limit = time.monotonic() - max(HEDGE_S, 4 * self._longest)
        for job in list(self._jobs.values()):
            if len(job.nodes) == 1 and job.since < limit:
                self._again(job)
        self.pump()

    def fail(self, error: Exception) -> None:
        """Tell everybody who waits that nobody is left."""
        for job in list(self._jobs.values()):
            if not job.future.done():
                job.future.set_exception(error)

    @property
    def asked(self) -> int:
        """Jobs so far."""
        return self._next

    @property
    def open(self) -> int:
        """Jobs without an answer."""
        return len(self._jobs)

    def _again(self, job: Job) -> None:
        """Let a job wait for a member, before those that nobody has had."""
        if job not in self._waiting and not job.future.done():
            self._waiting.appendleft(job)

    def _resolve(self, job: Job, answer: Answer) -> None:
        self._jobs.pop(job.work.id, None)
        if not job.future.done():
            job.future.set_result(answer)

    def _forget(self, job: Job) -> None:
        """Drop a job that nobody waits for any more; where it still runs, its answer will be heard by nobody."""
        self._jobs.pop(job.work.id, None)
        for member in job.nodes:
            member.jobs.discard(job)
        self.pump()


def _is_verdict(answer: Answer) -> bool:
    """Say whether an answer says something about the job, not about the node."""
    if answer.gate is not None:
        return not answer.gate.broken
    return answer.judgement is not None and answer.judgement.reason != "infrastructure"


def _said(answer: Answer) -> str:
    """Return why there is no verdict."""
    proof = answer.judgement.evidence if answer.judgement else None
    return (answer.error or (proof.error if proof else "") or "unknown")[:300]


def judgement_of(answer: Answer) -> Judgement:
    """Return the judgement of an answer; one without a verdict is "infrastructure", never a wrong answer."""
    if answer.judgement is not None:
        return answer.judgement
    reason = answer.error or (answer.gate.broken if answer.gate else "")
    return Judgement({}, "infrastructure", Evidence(error=reason[:2000]), 0.0, 0.0)


def gate_of(answer: Answer) -> Gate:
    """Return what a gate job said; a node that could not run it is no gate that failed, but none that passed."""
    return answer.gate or Gate(answer.error or "no node could run the reference")
