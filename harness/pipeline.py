"""evaluate: one asynchronous pipeline from prompts to verdicts.

    prompts ──► backend ──► samples.jsonl ──► extract ──► sandbox ──► verdicts.jsonl ──► run.json

Samples are judged while the next ones are generated. Everything is journalled before it counts,
so that kill -9 loses at most the work in flight and the same command goes on. Faces only listen.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import time
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any

import msgspec

from harness import provenance
from harness.answers import described, flaws, lost
from harness.backends import Request
from harness.backends.lending import Lender
from harness.backends.opening import counted
from harness.errors import MagibenchError, RunError
from harness.events import AnyEvent, Notice, Phase, RunFinished, RunStarted, SampleDone, VerdictDone
from harness.history import installed, keep
from harness.judging import Judge, VerdictCache
from harness.plan import Plan
from harness.programs import extraction_of
from harness.records import Problem, Prompt, Run, Sample, Verdict
from harness.reuse import answers
from harness.runs import Key, RunFolder
from harness.statistics import breakdown, metrics
from sandboxes.contract import Sandbox

Listener = Callable[[AnyEvent], None]
AT_ONCE_PER_SLOT = 2
"""Samples in judgement per sandbox slot: one runs while the next is being made ready."""


async def evaluate(
    plan: Plan, sandbox: Sandbox, listener: Listener, cache: VerdictCache | None, lender: Lender | None = None
) -> Run:
    """Generate what is missing, judge what has no verdict, write run.json; return the run.

    Args:
        plan: What is to be done.
        sandbox: Judges; it stays open.
        listener: Hears every event.
        cache: Known verdicts; None executes every program.
        lender: Has the model, for callers with several plans; it stays open.

    Raises:
        RunError: another process works on the same run.
        MagibenchError: the model, the data or the sandbox can't be used; what is journalled stays.
    """
    folder = plan.folder(sandbox.provenance["kind"])
    with folder.locked():
        try:
            run = await _Evaluation(plan, sandbox, listener, cache, folder, lender or Lender([plan])).run()
        except BaseExceptionGroup as group:
            raise _first(group) from None
        if run.complete and installed():
            # A copy for quick questions, made again at any time: it breaks no run.
            with contextlib.suppress(OSError, MagibenchError):
                await asyncio.to_thread(keep, plan.workspace, folder)
        return run


def derive(
    folder: RunFolder, run: Run, wanted: list[Key], suites: tuple[str, ...], problems: Sequence[Problem] = ()
) -> Run:
    """Return ``run`` with every number made from the journals: the one place where they are made."""
    groups = {p.id: p.meta["groups"] for p in problems if "groups" in p.meta}
    verdicts = folder.verdicts()
    asked = [verdicts[key] for key in wanted if key in verdicts]
    judged = [v for v in asked if not v.infra]
    samples = folder.samples()
    return msgspec.structs.replace(
        run,
        metrics=metrics(judged, run.problems, suites),
        breakdown=breakdown(judged, groups, suites),
        samples=sum(key in samples for key in wanted),
        answers=flaws(samples[key] for key in wanted if key in samples),
        judged=len(judged),
        infra=len(asked) - len(judged),
        complete=len(judged) == len(wanted) and bool(wanted),
    )


class _Evaluation:
    """The state of one call of ``evaluate``."""

    def __init__(
        self,
        plan: Plan,
        sandbox: Sandbox,
        listener: Listener,
        cache: VerdictCache | None,
        folder: RunFolder,
        lender: Lender,
    ) -> None:
        self.plan = plan
        self._lender = lender
        self.sandbox = sandbox
        self.folder = folder
        self.cache = cache
        self._listener = listener
        self._wanted = plan.wanted()
        self._problems = {p.id: p for p in plan.problems}
        self._samples = folder.samples()
        self._verdicts = {k: v for k, v in folder.verdicts().items() if not v.infra}
        self._began = time.monotonic()
        self._generated_s = 0.0
        self._lost: list[Sample] = []
        self._queue: asyncio.Queue[Sample | None] = asyncio.Queue()
        self._events: Any = None

    def emit(self, event: AnyEvent) -> None:
        """Journal an event and show it."""
        event = msgspec.structs.replace(event, t=round(time.time(), 3))
        self._events.append(event)
        self._listener(event)

    async def run(self) -> Run:
        """Do it."""
        run = self._record()
        with self.folder.event_journal() as events:
            self._events = events
            self.emit(self._started(run))
            try:
                if any(key not in self._verdicts for key in self._wanted):
                    run = await self._work(run)
            except BaseException as error:
                # The record as the work left it: with sandbox and backend, wherever it broke off.
                run = self._broken_off(self.folder.record(), error)
                raise
            finally:
                self._hear_no_more()
                run = self._close(run)
            if said := described(run.answers, run.samples):
                self.emit(Notice(message=f"{said}: they count as they are."))
            seconds = round(time.monotonic() - self._began, 3)
            self.emit(RunFinished(run=run.id, complete=run.complete, metrics=run.metrics, seconds=seconds))
        return run

    def _hear_no_more(self) -> None:
        """Let go of the sandbox, which stays open: what it has to say is no longer this run's."""
        self.sandbox.listen(lambda _message, _remedy: None)
        if watch := getattr(self.sandbox, "watch_nodes", None):
            watch(lambda _event: None)

    def _record(self) -> Run:
        """Return the run's record: the existing one, with a note if other code goes on with it, or a new one."""
        fresh = self.plan.record(self.sandbox.provenance["kind"])
        try:
            old = self.folder.record()
        except RunError:
            self.folder.write(fresh)
            return fresh
        if old.complete or (old.commit, old.packages) == (fresh.commit, fresh.packages):
            return old
        version = fresh.commit[:12] or f"magibench {fresh.packages.get('magibench', '?')}"
        note = f"Resumed {fresh.created} with {version}."
        return msgspec.structs.replace(old, notes=[*old.notes, note])

    def _started(self, run: Run) -> RunStarted:
        """Describe what is there and what is to be done."""
        return RunStarted(
            run=run.id,
            model=run.model.name,
            benchmark=f"{run.benchmark}@{run.data_version}",
            problems=run.problems,
            n=self.plan.sampling.n,
            done_samples=sum(key in self._samples for key in self._wanted),
            done_verdicts=sum(key in self._verdicts for key in self._wanted),
            pid=os.getpid(),
        )

    async def _work(self, run: Run) -> Run:
        """Run generation and judging side by side."""
        self.emit(Phase(name="starting sandbox"))
        image = self.plan.benchmark.image
        self.sandbox.listen(lambda message, remedy: self.emit(Notice(level="warning", message=message, remedy=remedy)))
        if watch := getattr(self.sandbox, "watch_nodes", None):
            watch(self.emit)
        await self.sandbox.begin(image)
        box = self.sandbox.provenance
        run = self._same_image(run, box)
        image_id = box["images"].get(image, {}).get("id", f"local {box.get('python')}")
        judge = Judge(self.plan.benchmark, self.sandbox, image_id, self.cache)
        waiting = [self._samples[k] for k in self._wanted if k in self._samples and k not in self._verdicts]
        async with _closing(judge), asyncio.TaskGroup() as group:
            # Containers start while references and samples are read.
            ready = group.create_task(self._ready(image))
            gates = group.create_task(self._gates(judge))
            with self.folder.verdict_journal() as verdicts:
                slots = int(box.get("slots") or os.cpu_count() or 1) * AT_ONCE_PER_SLOT
                workers = [group.create_task(self._judge(judge, verdicts)) for _ in range(slots)]
                if self.plan.samples is not None:
                    await gates
                    waiting = await self._given(judge)
                run = msgspec.structs.replace(run, sandbox=await ready)
                self.folder.write(run)
                for sample in waiting:
                    self._queue.put_nowait(sample)
                if self.plan.samples is None:
                    run = await self._generate(run)
                for _ in workers:
                    self._queue.put_nowait(None)
                await asyncio.gather(*workers)
        return run

    async def _ready(self, image: str) -> dict[str, Any]:
        """Wait for a container; return what the run records of the sandbox."""
        await self.sandbox.prepare(image)
        return self.sandbox.provenance

    def _same_image(self, run: Run, box: dict[str, Any]) -> Run:
        """Judge everything again if earlier verdicts came from another image."""
        before = run.sandbox.get("images")
        if self._verdicts and before and before != box["images"]:
            self.emit(Notice(message="The sandbox image has changed since this run began: judging all samples again."))
            old = self.folder.path / "verdicts.jsonl"
            old.replace(self.folder.path / f"verdicts.{int(time.time())}.jsonl")
            self._verdicts.clear()
        return run

    async def _gates(self, judge: Judge) -> None:
        """Run the reference gate of every problem; name those that fail."""
        self.emit(Phase(name="reference gate", detail=f"{len(self.plan.problems)} problems"))

        async def gate(problem: Problem) -> None:
            broken = await judge.gate(problem)
            if broken:
                remedy = "Its samples get no verdict and the run stays incomplete; rebuild the image or check the data."
                self.emit(Notice(level="error", message=f"{problem.id} can't be judged here: {broken}", remedy=remedy))

        await asyncio.gather(*(gate(p) for p in judge.longest_first(self.plan.problems)))

    async def _given(self, judge: Judge) -> list[Sample]:
        """Journal the samples that were given; return those to judge, the longest problems first."""
        assert self.plan.samples is not None
        self.emit(Phase(name="judging", detail=f"{len(self.plan.samples)} samples"))
        with self.folder.sample_journal() as journal:
            for sample in self.plan.samples:
                if (sample.problem_id, sample.index) not in self._samples:
                    journal.append(sample)
        costs = {p.id: await judge.cost(p) for p in self.plan.problems if not await judge.gate(p)}
        todo = [s for s in self.plan.samples if (s.problem_id, s.index) not in self._verdicts]
        return sorted(todo, key=lambda s: -costs.get(s.problem_id, 0.0))

    async def _generate(self, run: Run) -> Run:
        """Ask the backend for what is missing; journal, then pass on, each sample as it comes."""
        missing = [key for key in self._wanted if key not in self._samples]
        if not missing:
            return run
        plan = self.plan
        prompts = {p.id: plan.benchmark.prompt(p, plan.style) for p in plan.problems}
        run = self._take_known(run, prompts)
        if all(key in self._samples for key in self._wanted):
            return run
        # All requests, also those that are done: a backend keeps its batches as they were the
        # first time, and so the texts.
        requests = [Request(prompts[pid], index) for pid, index in self._wanted]
        if self._lender.opens(plan):
            self.emit(Phase(name="loading model", detail=plan.model.name))
        loop = asyncio.get_running_loop()

        def progress(line: str) -> None:
            loop.call_soon_threadsafe(self.emit, Phase(name="loading model", detail=line))

        async with self._lender.lend(plan, progress) as backend:
            start = time.monotonic()
            before = counted(backend)
            try:
                described = await asyncio.to_thread(backend.describe)
                asked = {key: run.backend[key] for key in ("options", "usage") if key in run.backend}
                run = msgspec.structs.replace(run, backend=described | asked | {"name": plan.backend})
                self.folder.write(run)
                self.emit(Phase(name="generating", detail=f"{len(missing)} samples"))
                with self.folder.sample_journal() as journal:
                    stream: AsyncIterator[Sample] = backend.generate(requests, plan.sampling, done=set(self._samples))
                    async for sample in stream:
                        if lost(sample):
                            self._lost.append(sample)
                            continue
                        journal.append(sample)
                        tokens = sample.completion_tokens
                        self.emit(SampleDone(problem_id=sample.problem_id, index=sample.index, tokens=tokens))
                        self._queue.put_nowait(sample)
            finally:
                self._generated_s = time.monotonic() - start
                self._used(run, before, counted(backend))
        if self._lost:
            message = f"{len(self._lost)} of {len(missing)} answers were lost: {self._lost[0].error}."
            self.emit(Notice(level="error", message=message, remedy="The same command asks for them again."))
        self.emit(Phase(name="judging"))
        return run

    def _used(self, run: Run, before: dict[str, float], after: dict[str, float]) -> None:
        """Add what a server counted, and what that cost, to what earlier commands used; broken off or not."""
        if after:
            known = run.backend.get("usage", {})
            run.backend["usage"] = {k: round(known.get(k, 0) + v - before[k], 6) for k, v in after.items()}
            self.folder.write(run)

    def _take_known(self, run: Run, prompts: dict[str, Prompt]) -> Run:
        """Journal and judge the answers that another run of this workspace has already."""
        missing = [key for key in self._wanted if key not in self._samples]
        if self.plan.backend == "echo":
            return run
        notes = list(run.notes)
        with self.folder.sample_journal() as journal:
            for name, samples in answers(self.plan, missing, prompts).items():
                for sample in samples:
                    journal.append(sample)
                    self._samples[sample.problem_id, sample.index] = sample
                    self.emit(SampleDone(problem_id=sample.problem_id, index=sample.index))
                    self._queue.put_nowait(sample)
                note = f"{len(samples)} samples are those of {name}: same model, prompts and sampling."
                notes.append(note)
                self.emit(Notice(message=note))
                backend = RunFolder(self.plan.workspace.runs / name).record().backend
                run = msgspec.structs.replace(run, backend=backend)
        if notes != run.notes:
            run = msgspec.structs.replace(run, notes=notes)
            self.folder.write(run)
        return run

    async def _judge(self, judge: Judge, journal: Any) -> None:
        """Judge samples from the queue until it ends."""
        while (sample := await self._queue.get()) is not None:
            problem = self._problems[sample.problem_id]
            extraction = await asyncio.to_thread(
                extraction_of, self.plan.benchmark, problem, sample, assembled=self.plan.assembled
            )
            verdict: Verdict = await judge.verdict(problem, sample, extraction)
            journal.append(verdict)
            self.emit(
                VerdictDone(
                    problem_id=verdict.problem_id,
                    index=verdict.index,
                    passed=verdict.passed,
                    reason=verdict.reason,
                    infra=verdict.infra,
                )
            )

    def _broken_off(self, run: Run, error: BaseException) -> Run:
        """Write down why the run stays incomplete: in its events, and once in its record."""
        cause = _first(error) if isinstance(error, BaseExceptionGroup) else error
        if not isinstance(cause, MagibenchError):
            return run
        # For those who read the journal; the command itself says it when it ends.
        self._events.append(Notice(t=round(time.time(), 3), level="error", message=cause.message, remedy=cause.remedy))
        note = f"Broke off: {cause.message}"
        return msgspec.structs.replace(run, notes=[*(n for n in run.notes if n != note), note])

    def _close(self, run: Run) -> Run:
        """Derive every number and write run.json, however the work ended."""
        run = derive(self.folder, run, self._wanted, self.plan.benchmark.suites, self.plan.problems)
        worked = round(time.monotonic() - self._began, 3)
        changed = run.complete and not run.finished
        run = msgspec.structs.replace(
            run,
            finished=provenance.now() if changed else run.finished,
            generate_s=round(run.generate_s + self._generated_s, 3),
            judge_s=round(run.judge_s + worked - self._generated_s, 3) if not run.finished or changed else run.judge_s,
        )
        self.folder.write(run)
        return run


def _first(group: BaseExceptionGroup[BaseException]) -> BaseException:
    """Return the error that a user can mend, if one is among them, else the first."""
    flat = [_first(error) if isinstance(error, BaseExceptionGroup) else error for error in group.exceptions]
    return next((e for e in flat if isinstance(e, MagibenchError)), flat[0])


@contextlib.asynccontextmanager
async def _closing(judge: Judge) -> AsyncIterator[None]:
    """Stop what a judge still does when its run ends, however it ends."""
    try:
        yield
    finally:
        await judge.close()
