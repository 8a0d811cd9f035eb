"""Who has a job, and whose answer counts: nodes that are lost, silent, wrong, slow, or answer twice."""

from __future__ import annotations

import asyncio

import pytest

from harness.cluster.dispatch import IN_A_ROW, LOSSES, Dispatcher, Member, judgement_of
from harness.cluster.messages import Answer, Gate
from harness.errors import MagibenchError
from harness.judging.judgement import Judgement

PASSED = Judgement({}, "passed", None, 0.0, 0.0)
BROKEN = Judgement({}, "infrastructure", None, 0.0, 0.0)


class Field:
    """A dispatcher with members that only note what they are given."""

    def __init__(self, members: int, slots: int = 1) -> None:
        self.refused = []
        self.dispatcher = Dispatcher(self.refuse)
        self.given = {}
        for number in range(members):
            member = Member(f"m{number}", slots)
            member.state, member.ready = "working", {"t"}
            self.given[member] = []
            member.send = self.given[member].append
            self.dispatcher.members.append(member)

    def refuse(self, member, reason):
        member.state = "refused"
        self.refused.append((member.name, reason))
        self.dispatcher.lost(member, counts=False)

    def ask(self, count=1, kind="judge"):
        return [asyncio.ensure_future(self.dispatcher.ask(kind, "t", f"P/{n}", b"")) for n in range(count)]

    def having(self, job):
        return [m for m in self.dispatcher.members if any(j.work.id == job for j in m.jobs)]


async def turn():
    for _ in range(4):
        await asyncio.sleep(0)


async def test_jobs_that_come_together_go_together_and_no_node_gets_more_than_it_can_hold():
    field = Field(2, slots=4)
    asked = field.ask(40)
    await turn()
    assert [[len(batch) for batch in batches] for batches in field.given.values()] == [[8], [8]]
    first = field.dispatcher.members[0]
    for work in field.given[first][0][:3]:
        field.dispatcher.answered(first, Answer(work.id, judgement=PASSED))
    await turn()
    assert [len(batch) for batch in field.given[first]] == [8, 3]
    assert sum(task.done() for task in asked) == 3
    for task in asked:
        task.cancel()


async def test_the_job_of_a_lost_node_moves_and_its_late_answer_is_heard_once():
    field = Field(2)
    (task,) = field.ask()
    await turn()
    (first,) = field.having(1)
    first.state = "silent"
    field.dispatcher.lost(first, counts=False)
    await turn()
    second = next(m for m in field.having(1) if m is not first)
    field.dispatcher.answered(first, Answer(1, judgement=PASSED))
    assert (await task).judgement == PASSED
    field.dispatcher.answered(second, Answer(1, judgement=BROKEN))
    assert field.dispatcher.repeated == 1
    assert not first.jobs
    assert not second.jobs


async def test_what_is_no_verdict_is_asked_of_others_and_never_a_wrong_answer():
    field = Field(3)
    (task,) = field.ask()
    await turn()
    seen = []
    while not task.done():
        (member,) = field.having(1)
        seen.append(member)
        field.dispatcher.answered(member, Answer(1, error="disk full"))
        await turn()
    assert len(set(seen)) == 3
    judgement = judgement_of(await task)
    assert (judgement.reason, judgement.evidence.error) == ("infrastructure", "disk full")


async def test_a_node_whose_reference_fails_where_anothers_passes_is_refused():
    field = Field(2)
    (task,) = field.ask(kind="gate")
    await turn()
    (first,) = field.having(1)
    field.dispatcher.answered(first, Answer(1, gate=Gate("no numpy")))
    await turn()
    (second,) = field.having(1)
    field.dispatcher.answered(second, Answer(1, gate=Gate("", "key", 0.1)))
    assert (await task).gate.key == "key"
    assert field.refused == [(first.name, "the reference of P/0 fails there: no numpy")]


async def test_a_reference_that_fails_everywhere_is_the_datas_fault():
    field = Field(2)
    (task,) = field.ask(kind="gate")
    for _ in range(2):
        await turn()
        (member,) = field.having(1)
        field.dispatcher.answered(member, Answer(1, gate=Gate("raises")))
    assert (await task).gate.broken == "raises"
    assert field.refused == []


async def test_a_broken_node_that_is_quick_takes_no_more_work():
    field = Field(2, slots=8)
    asked = field.ask(2 * IN_A_ROW)
    await turn()
    first, second = field.dispatcher.members
    for job in sorted(first.jobs, key=lambda j: j.work.id):
        field.dispatcher.answered(first, Answer(job.work.id, error="no engine"))
    await turn()
    assert [name for name, _ in field.refused] == [first.name]
    while second.jobs:
        for job in list(second.jobs):
            field.dispatcher.answered(second, Answer(job.work.id, judgement=PASSED))
        await turn()
    assert all(task.result().judgement == PASSED for task in asked)


async def test_a_slow_nodes_job_is_given_to_an_idle_one_too(monkeypatch):
    monkeypatch.setattr("harness.cluster.dispatch.HEDGE_S", -1.0)
    field = Field(2)
    (task,) = field.ask()
    await turn()
    field.dispatcher.hedge()
    await turn()
    assert len(field.having(1)) == 2
    field.dispatcher.answered(field.dispatcher.members[1], Answer(1, judgement=PASSED))
    assert (await task).judgement == PASSED


async def test_a_job_under_which_node_after_node_is_lost_gets_no_verdict():
    field = Field(1)
    (task,) = field.ask()
    for _ in range(LOSSES):
        await turn()
        field.dispatcher.lost(field.dispatcher.members[0])
    assert judgement_of(await task).reason == "infrastructure"


async def test_whoever_waits_hears_that_nobody_is_left():
    field = Field(0)
    (task,) = field.ask()
    await turn()
    field.dispatcher.fail(MagibenchError("gone"))
    with pytest.raises(MagibenchError, match="gone"):
        await task
