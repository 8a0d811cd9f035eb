"""The cluster as a sandbox: one actor on every node, whoever of them is there and fit to work."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from typing import Any

from harness.benchmarks import Benchmark
from harness.cluster import room
from harness.cluster.dispatch import Dispatcher, Member
from harness.cluster.judge import RemoteJudge
from harness.cluster.member import Node, TestSet
from harness.cluster.messages import Tests
from harness.cluster.node import OPENER
from harness.cluster.preparing import Images
from harness.errors import MagibenchError
from harness.events import NodeSeen
from harness.judging import suite_judge
from sandboxes.contract import Job, Listener, Outcome, Watch
from sandboxes.errors import EngineLost

LOOK_S = 2.0
"""Seconds between two looks at who is there."""
PATIENCE_S = 300.0
"""Seconds without any node that works before the run breaks off."""
HOME_S = 20.0
"""The same, where the node that the driver is joined to is lost."""
SHOW_S = 5.0
"""Seconds between two reports of every node's numbers."""
SLOT_MIB = 4096
"""MiB of a node's memory per slot: what one job may take."""


class Cluster:
    """Judges on the nodes of a Ray cluster. Stands where a ``sandboxes.contract.Sandbox`` does."""

    def __init__(
        self, address: str, slots: int | None = None, *, runtime: str | None = None, opener: str = OPENER
    ) -> None:
        """Name a cluster; nothing is started yet.

        Args:
            address: see ``room.connect``.
            slots: sandboxes per node; default one per core that Ray has of it, as far as its memory goes.
            runtime: the container engines' runtime.
            opener: what makes a node's sandbox, see ``node.OPENER``.
        """
        self.address = address
        self.runtime = runtime
        self.opener = opener
        self.images = Images()
        self.test_sets: dict[str, TestSet] = {}
        self.wanted: list[str] = []
        """Images, in the order asked for."""
        self.expected = 0
        """Nodes that were there in the beginning."""
        self.dispatcher = Dispatcher(self.refuse)
        self._slots = slots
        self._nodes: dict[str, Node] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._watch: asyncio.Task[None] | None = None
        self._listener: Listener = lambda _message, _remedy: None
        self._show: Callable[[NodeSeen], None] = lambda _state: None
        self._shown: dict[str, NodeSeen] = {}
        self._changed = asyncio.Condition()
        self._closed = False
        self._joined = False
        self._home = ""
        self._over: MagibenchError | None = None
        self._judges = 0

    @property
    def provenance(self) -> dict[str, Any]:
        """As of one machine: the images are the same everywhere. ``slots`` counts all nodes that are not refused."""
        boxes = list(self.images.boxes.values())
        merged = {name: image for box in boxes for name, image in box["images"].items()}
        python = {name: version for box in boxes for name, version in box.get("python", {}).items()}
        nodes = [n for n in self._nodes.values() if n.state not in {"refused", "lost"}]
        first = boxes[0] if boxes else {}
        return {
            "kind": first.get("kind", "docker"),
            "trusted": bool(boxes) and all(box.get("trusted") for box in boxes),
            "runtime": first.get("runtime", self.runtime or "default"),
            "images": merged,
            "python": python,
            "slots": sum(n.slots for n in nodes),
            "nodes": len(nodes),
        }

    def listen(self, listener: Listener) -> None:
        """See ``sandboxes.contract.Sandbox.listen``."""
        self._listener = listener

    def watch_nodes(self, show: Callable[[NodeSeen], None]) -> None:
        """Have ``show`` called whenever a node changes its state, and every few seconds with its numbers.

        Whoever was called before hears the last numbers first: a short run would end without any.
        """
        for node in self._nodes.values():
            if node.name in self._shown:
                self._show(node.shown())
        self._show = show
        self._shown.clear()

    def say(self, message: str, remedy: str = "") -> None:
        """Tell people something."""
        self._listener(message, remedy)

    async def join(self) -> None:
        """Join the cluster; once.

        Raises:
            UsageError: nobody answers, or Ray is not installed.
        """
        if not self._joined:
            await room.within(room.CONNECT_S, lambda: room.connect(self.address))
            self._joined = True
            self._home = await room.within(room.ANSWER_S, room.home)

    async def begin(self, image: str) -> None:
        """Join the cluster, start an actor on every node, wait until one of them has the image and a sandbox.

        Raises:
            UsageError: the cluster can't be joined.
            SandboxError: no node can work; the message has every node's reason.
        """
        if self._watch is None:
            await self.join()
            found = await room.within(room.ANSWER_S, room.places)
            self._admit(found)
            self.expected = len(self._nodes)
            self._watch = asyncio.create_task(self._look_around())
        if image not in self.wanted:
            self.wanted.append(image)
            await self.changed()
        async with self._changed:
            await self._changed.wait_for(lambda: image in self.images.boxes or self._nobody() or self._over is not None)
        if image not in self.images.boxes:
            if self._over is not None:
                raise self._over
            raise self._nobody_error()

    async def prepare(self, image: str) -> None:
        """Do as ``begin`` does."""
        await self.begin(image)

    async def run(self, job: Job, watch: Watch | None = None) -> Outcome:
        """Refuse: on a cluster, whole programs are judged (``suite_judge``), not single jobs."""
        raise NotImplementedError("a cluster judges; it doesn't run single jobs")

    def suite_judge(self, benchmark: Benchmark, image_id: str) -> RemoteJudge:
        """Return the judge of a benchmark; its problems are sent to every node."""
        self._judges += 1
        name = f"{benchmark.name}@{benchmark.version}#{self._judges}"
        tests = Tests(name=name, tests=benchmark.tests, image=benchmark.image, suites=tuple(benchmark.suites))
        local = suite_judge(benchmark, self, image_id)
        problems = sorted(benchmark.problems(), key=local.guess)
        self.test_sets[name] = TestSet(tests, list(benchmark.problems()), [p.id for p in problems], image_id)
        task = asyncio.ensure_future(self.changed())
        task.add_done_callback(lambda _: None)

        async def close() -> None:
            self.test_sets.pop(name, None)
            await asyncio.gather(*(node.forget(name) for node in self._nodes.values()))

        return RemoteJudge(name, benchmark, local, self.dispatcher, close)

    async def close(self) -> None:
        """End every actor and leave the cluster; safe to call twice."""
        if self._closed:
            return
        self._closed = True
        tasks = [*self._tasks.values(), *([self._watch] if self._watch else [])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.gather(*(node.stop(gently=True) for node in self._nodes.values()), return_exceptions=True)
        if self._joined:
            with contextlib.suppress(MagibenchError):
                await room.within(room.ANSWER_S, room.disconnect)

    async def changed(self) -> None:
        """Let everybody look again: a node has a new state, or there is something new to prepare."""
        for node in self._nodes.values():
            shown = node.shown()
            before = self._shown.get(node.name)
            if before is None or (before.state, before.reason) != (shown.state, shown.reason):
                self._shown[node.name] = shown
                self._show(shown)
                if shown.state in {"refused", "lost"}:
                    self.say(f"Node {shown.name} {shown.state}: {shown.reason}")
        self._settle_doubtful()
        self.dispatcher.pump()
        async with self._changed:
            self._changed.notify_all()

    async def news(self) -> None:
        """Wait for the next ``changed``, or a moment: one may have passed before this began to wait."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(LOOK_S), self._changed:
                await self._changed.wait()

    def refuse(self, member: Member, reason: str) -> None:
        """Give a node no more work, and take from it what it has."""
        member.state, member.reason = "refused", reason
        self.dispatcher.lost(member, counts=False)
        member.ready.clear()
        task = asyncio.ensure_future(self.changed())
        task.add_done_callback(lambda _: None)

    def _admit(self, found: list[room.Place]) -> None:
        """Begin with nodes that are new."""
        for place in found:
            if place.id in self._nodes:
                continue
            fit = min(place.cpus, place.memory_mib // SLOT_MIB) if place.memory_mib else place.cpus
            slots = self._slots or max(1, fit)
            if place.cpus < 1:
                continue  # a head that only coordinates
            node = Node(self, place, min(slots, place.cpus))
            self._nodes[place.id] = node
            self.dispatcher.members.append(node)
            self._tasks[place.id] = asyncio.create_task(node.serve())

    async def _look_around(self) -> None:
        """Find nodes that come and go; end the run where nobody has been there for long."""
        loop = asyncio.get_running_loop()
        alone_since = silent_since = 0.0
        shown = loop.time()
        while True:
            await asyncio.sleep(LOOK_S)
            now = loop.time()
            try:
                found = await room.within(room.ANSWER_S, room.places)
                silent_since = 0.0
            except MagibenchError:
                silent_since = silent_since or now
                if now - silent_since > PATIENCE_S / 5:
                    await self._fail("The Ray cluster doesn't answer any more.")
                continue
            alive = {place.id for place in found}
            for key, node in self._nodes.items():
                node.alive = key in alive
                if not node.alive and node.state not in {"lost", "refused"}:
                    self._tasks[key].cancel()
                    await node.gone("the node left the cluster")
            self._admit(found)
            self.dispatcher.hedge()
            alone_since = (alone_since or now) if not self._at_work() else 0.0
            alone = now - alone_since if alone_since else 0.0
            if self._home and self._home not in alive and alone > HOME_S:
                # It still hears the cluster, but can start nothing there any more.
                await self._fail("The node of the Ray cluster that this driver was joined to is lost.")
            elif self.dispatcher.open and alone > PATIENCE_S:
                await self._fail("No node of the cluster has worked for five minutes.")
            if now - shown > SHOW_S:
                shown = now
                for node in self._nodes.values():
                    if node.state == "working":
                        self._show(node.shown())

    async def _fail(self, message: str) -> None:
        """Break off: whoever waits hears why."""
        self._over = EngineLost(message, "What is journalled is kept: run the same command again.")
        self.dispatcher.fail(self._over)
        await self.changed()

    def _at_work(self) -> bool:
        return any(n.state == "working" for n in self._nodes.values())

    def _nobody(self) -> bool:
        """Say whether no node can work any more, as far as is known."""
        return all(n.state == "refused" or not n.alive for n in self._nodes.values())

    def _nobody_error(self) -> MagibenchError:
        reasons = "; ".join(f"{n.name}: {n.reason}" for n in self._nodes.values()) or "it has no node with a core"
        return MagibenchError(f"No node of the cluster can work: {reasons}", "See docs/scaling.md.")

    def _settle_doubtful(self) -> None:
        """Decide about nodes whose references fail: theirs is the fault if others' pass, the data's if nobody's do."""
        doubtful = [n for n in self._nodes.values() if n.state == "doubtful"]
        if not doubtful:
            return
        if self._at_work():
            for node in doubtful:
                node.state = "refused"
                node.reason += "; other nodes pass"
        elif not any(n.state in {"starting", "preparing"} for n in self._nodes.values()):
            for node in doubtful:
                node.admit()
