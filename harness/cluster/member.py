"""One node, from the driver's side: its actor, its state, and what it is made ready for."""

from __future__ import annotations

import asyncio
import contextlib
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from harness.cluster import room
from harness.cluster.dispatch import Member
from harness.cluster.messages import Tests, Work, decode_answers, encode, local
from harness.cluster.node import NodeWorker
from harness.cluster.preparing import Refused, same_code
from harness.errors import MagibenchError
from harness.records import Problem

if TYPE_CHECKING:
    from harness.cluster.driver import Cluster

TAKE_S = 5.0
"""Seconds that a node without news keeps a question."""
SILENT_S = 20.0
"""Seconds after which a node that answers nothing at all loses its jobs to others, until it is heard again."""
START_S = 300.0
"""Seconds that an actor has to start: a node's cores may be taken by somebody else's work."""
PROBES = 4
"""Problems whose references a node judges before it takes work. Every other one runs before the first program of its
problem."""
TRIES = 6
"""Starts of an actor that fail in a row before its node is given up."""


@dataclass
class TestSet:
    """A benchmark's problems on their way to nodes."""

    tests: Tests
    problems: list[Problem]
    order: list[str]
    """Ids by the time that their references probably take."""
    image_id: str
    shared: Any = field(default=None)

    def probes(self) -> list[str]:
        """Return the problems that a node is tried with: of middling length."""
        middle = max(0, len(self.order) - PROBES) // 2
        return self.order[middle : middle + PROBES]

    async def packed(self) -> Any:
        """Return the problems where every node can fetch them, put there once."""
        if self.shared is None:
            self.shared = asyncio.ensure_future(asyncio.to_thread(self._share))
        return await asyncio.shield(self.shared)

    def _share(self) -> Any:
        return room.share_problems(self.problems)


class Node(Member):
    """A node of the cluster, as long as it is there."""

    def __init__(self, cluster: Cluster, place: room.Place, slots: int) -> None:
        super().__init__(place.name, slots)
        self._cluster = cluster
        self._place = place
        self.handle: Any = None
        self.alive = True
        self._doubts: list[str] = []
        self._giving: set[asyncio.Task[None]] = set()

    async def serve(self) -> None:
        """Start an actor, make it ready, take its answers; again if it is lost, for as long as the node is there."""
        failures = 0
        while self.alive and self.state != "refused":
            before = self.done
            try:
                await self._start()
                async with asyncio.TaskGroup() as group:
                    group.create_task(self._prepare_all())
                    group.create_task(self._take_all())
            except* Refused as refused:
                error = refused.exceptions[0]
                self._cluster.refuse(self, str(error))
            except* MagibenchError as broken:
                failures = failures + 1 if self.done == before else 1
                await self.gone(_first(broken))
                if failures >= TRIES:
                    self._cluster.refuse(self, f"{failures} starts failed: {self.reason}")
                await asyncio.sleep(min(30.0, 0.5 * 2**failures))
        await self.stop()
        await self._cluster.changed()

    async def gone(self, reason: str) -> None:
        """Give up the actor; its jobs go to others."""
        self.send, self.ready = None, set()
        self.state, self.reason = "lost", reason
        self.errors += 1
        self._cluster.images.drop(self)
        self._cluster.dispatcher.lost(self)
        await self.stop()
        await self._cluster.changed()

    async def stop(self, *, gently: bool = False) -> None:
        """End the actor: ``gently``, with its sandboxes, if it still answers."""
        handle, self.handle, self.send = self.handle, None, None
        if handle is None:
            return
        if gently:
            try:
                async with asyncio.timeout(10):
                    await room.call(handle.close)
            except (MagibenchError, TimeoutError):
                pass
        with contextlib.suppress(MagibenchError):
            await room.within(room.ANSWER_S, lambda: room.end(handle))

    async def forget(self, name: str) -> None:
        """Close a problem set."""
        self.ready.discard(name)
        if self.handle is not None:
            try:
                async with asyncio.timeout(5):
                    await room.call(self.handle.forget, name)
            except (MagibenchError, TimeoutError):
                pass

    def admit(self) -> None:
        """Let it work although its references fail: they fail everywhere, which every problem will say for itself."""
        self.ready.update(self._doubts)
        self._work()

    async def _start(self) -> None:
        """Start the actor and see whether it runs our code."""
        self.state, self.reason, self._doubts = "starting", "", []
        await self._cluster.changed()
        cluster = self._cluster
        self.handle = await room.within(
            room.ANSWER_S,
            lambda: room.start(self._place, NodeWorker, self.slots, cluster.runtime, cluster.opener),
        )
        try:
            async with asyncio.timeout(START_S):
                await same_code(self.handle)
        except TimeoutError:
            reason = f"no actor started there in {START_S:.0f} s: are its {self.slots} cores taken?"
            raise MagibenchError(reason) from None
        self.state = "preparing"
        self.send = self._send
        await self._cluster.changed()

    async def _prepare_all(self) -> None:
        """Make ready for every image and problem set, those that come later too."""
        images: set[str] = set()
        opened: set[str] = set()
        while True:
            for image in [i for i in self._cluster.wanted if i not in images]:
                await self._cluster.images.have(self, image, self._cluster.expected)
                images.add(image)
                await self._cluster.changed()
            for name in [n for n in self._cluster.test_sets if n not in opened]:
                opened.add(name)
                await self._open(name)
            if images >= set(self._cluster.wanted) and opened >= set(self._cluster.test_sets):
                await self._cluster.news()

    async def _open(self, name: str) -> None:
        """Send a problem set and judge some of its references; the node works if they pass."""
        found = self._cluster.test_sets.get(name)
        if found is None:
            return
        await room.call(self.handle.open, local(found.tests), await found.packed(), found.image_id)
        probes = found.probes()
        said = await room.call(self.handle.probe, name, probes)
        broken = {problem: reason for problem, reason in said.items() if reason}
        if len(broken) == len(probes) and broken:
            problem, reason = next(iter(broken.items()))
            self._doubts.append(name)
            self.state, self.reason = "doubtful", f"the reference of {problem} fails there: {reason}"
        else:
            self.ready.add(name)
            self._work()
        await self._cluster.changed()

    def _work(self) -> None:
        self.state, self.reason = "working", ""
        self.working_since = self.working_since or time.monotonic()

    def _send(self, works: list[Work]) -> None:
        """Give a batch; if it doesn't arrive, the loop that takes answers hears why."""
        handle = self.handle

        async def give() -> None:
            try:
                await room.call(handle.give, encode(works))
            except MagibenchError:
                return

        task = asyncio.ensure_future(give())
        self._giving.add(task)
        task.add_done_callback(self._giving.discard)

    async def _take_all(self) -> None:
        """Take answers as they come; a node that says nothing loses its jobs until it is heard again."""
        while True:
            question = asyncio.ensure_future(room.call(self.handle.take, TAKE_S))
            try:
                done, _ = await asyncio.wait([question], timeout=SILENT_S)
                if not done:
                    self._silent()
                    await self._cluster.changed()
                data, notices = await question
            finally:
                question.cancel()
            if self.state == "silent":
                self._work()
                await self._cluster.changed()
            for message, remedy in notices:
                self._cluster.say(f"Node {self.name}: {message}", remedy)
            for answer in decode_answers(data):
                self._cluster.dispatcher.answered(self, answer)
            if self.state == "refused":
                raise Refused(self.reason)

    def _silent(self) -> None:
        if self.state == "working":
            self.state, self.reason = "silent", f"nothing heard for {SILENT_S:.0f} s"
            self._cluster.dispatcher.lost(self, counts=False)


def _first(group: BaseExceptionGroup[BaseException]) -> str:
    error: BaseException = group
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return str(error)
