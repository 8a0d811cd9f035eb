"""Generating on the nodes of a cluster: one engine per GPU (or as many GPUs as it spans), or one per node without any.

Requests are cut into chunks of a fixed size, and an engine answers a chunk at a time: batches are the same, and so are
the texts, whatever the number of engines. The chunk of an engine that is lost goes to another, without what it answered.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from harness.backends import Backend, Request
from harness.backends.opening import opened
from harness.benchmarks import Benchmark
from harness.cluster import room
from harness.cluster.engine import Chunk, EngineWorker, News
from harness.errors import BackendError, MagibenchError
from harness.records import Model, Sample, Sampling
from harness.sources import Progress
from harness.workspace import Workspace

if TYPE_CHECKING:
    from harness.cluster.driver import Cluster

ON_NODES = frozenset({"transformers", "vllm"})
"""Backends that compute. The others ask a server, read a file or repeat: the driver does that itself."""
CHUNK = 64
"""Requests of a chunk, at least; whole batches."""
TAKE_S = 5.0
SILENT_S = 120.0
"""Seconds after which an engine that says nothing at all is taken for lost."""
TRIES = 3
"""Failures in a row after which an engine is started no more."""


class Engine:
    """One engine, from the driver's side."""

    def __init__(self, place: room.Place, gpus: float) -> None:
        self.place = place
        self.gpus = gpus
        self.handle: Any = None
        self.described: dict[str, Any] = {}
        self.failures = 0
        self.reason = ""


class ClusterBackend:
    """Answers prompts with all engines of a cluster."""

    any_benchmark = True

    def __init__(self, name: str, engines: list[Engine], opening: list[Any], progress: Progress, batch: int) -> None:
        """Take engines of which at least one is open; ``opening`` is what an actor is started with."""
        self.name = name
        self._engines = engines
        self._opening = opening
        self._progress = progress
        self._chunk = -(-CHUNK // batch) * batch
        self.leave: Callable[[], Awaitable[None]] | None = None
        """Leaves the cluster, where nobody else of this process uses it."""

    def describe(self) -> dict[str, Any]:
        """Return what the first engine says, and how many there are."""
        first = next(e.described for e in self._engines if e.handle is not None)
        return first | {"engines": sum(e.handle is not None for e in self._engines), "chunk": self._chunk}

    async def generate(
        self, requests: Sequence[Request], sampling: Sampling, *, done: Collection[tuple[str, int]] = ()
    ) -> AsyncIterator[Sample]:
        """See ``harness.backends.Backend``."""
        answered = set(done)
        waiting: deque[tuple[int, list[Request]]] = deque(
            (number, list(requests[start : start + self._chunk]))
            for number, start in enumerate(range(0, len(requests), self._chunk))
        )
        left = {number for number, chunk in waiting if not answered.issuperset(r.key for r in chunk)}
        out: asyncio.Queue[Sample | None] = asyncio.Queue()

        async def work(engine: Engine) -> None:
            while left and engine.failures < TRIES:
                if not waiting:
                    await asyncio.sleep(0.2)  # another's chunk may come back
                    continue
                number, chunk = waiting.popleft()
                if number not in left:
                    continue
                try:
                    await self._ready(engine)
                    keys = [r.key for r in chunk if r.key in answered]
                    async for sample in self._answers(engine, Chunk(number, chunk, keys), sampling):
                        key = (sample.problem_id, sample.index)
                        if key not in answered:
                            answered.add(key)
                            await out.put(sample)
                    left.discard(number)
                    engine.failures = 0
                except MagibenchError as error:
                    waiting.appendleft((number, chunk))
                    await self._lost(engine, error)

        async def all_of_them() -> None:
            await asyncio.gather(*(work(engine) for engine in self._engines))
            await out.put(None)

        task = asyncio.create_task(all_of_them())
        try:
            while (sample := await out.get()) is not None:
                yield sample
            await task
        finally:
            task.cancel()
        if left:
            reasons = "; ".join(f"{e.place.name}: {e.reason}" for e in self._engines)
            raise BackendError(f"No engine of the cluster can go on: {reasons}", "The same command goes on.")

    async def close(self) -> None:
        """End every engine."""
        await asyncio.gather(*(self._end(engine) for engine in self._engines))
        if self.leave is not None:
            await self.leave()

    async def open(self) -> None:
        """Load the model everywhere.

        Raises:
            BackendError: it can be opened nowhere.
        """

        async def one(engine: Engine) -> None:
            try:
                await self._ready(engine)
            except MagibenchError as error:
                await self._lost(engine, error)

        await asyncio.gather(*(one(engine) for engine in self._engines))
        if all(engine.handle is None for engine in self._engines):
            reasons = "; ".join(f"{e.place.name}: {e.reason}" for e in self._engines) or "the cluster has no node"
            raise BackendError(f"The model can be opened on no node: {reasons}")

    async def _ready(self, engine: Engine) -> None:
        """Start an engine that isn't there."""
        if engine.handle is None:
            engine.handle = await asyncio.to_thread(
                room.start, engine.place, EngineWorker, 0, *self._opening, gpus=engine.gpus
            )
            engine.described = await room.call(engine.handle.open)
            self._progress(f"ready on {engine.place.name}")

    async def _answers(self, engine: Engine, chunk: Chunk, sampling: Sampling) -> AsyncIterator[Sample]:
        """Have an engine answer a chunk; yield its samples as they come."""
        encode = msgspec.msgpack.encode
        await room.call(engine.handle.give, encode(chunk), encode(sampling))
        while True:
            try:
                async with asyncio.timeout(SILENT_S):
                    news = msgspec.msgpack.decode(await room.call(engine.handle.take, TAKE_S), type=News)
            except TimeoutError:
                raise room.NodeLost(f"nothing heard for {SILENT_S:.0f} s") from None
            for sample in news.samples:
                yield sample
            if news.broken:
                raise BackendError(news.broken)
            if chunk.number in news.ended:
                return

    async def _lost(self, engine: Engine, error: MagibenchError) -> None:
        """Give up an engine's actor; it may be started again."""
        engine.failures += 1
        engine.reason = str(error)
        self._progress(f"lost on {engine.place.name}: {error.message}")
        await self._end(engine)

    async def _end(self, engine: Engine) -> None:
        handle, engine.handle = engine.handle, None
        if handle is not None:
            await asyncio.to_thread(room.end, handle)


async def open_on_nodes(
    cluster: Cluster,
    name: str,
    model: Model,
    workspace: Workspace,
    benchmark: Benchmark | None = None,
    *,
    progress: Progress,
    **options: Any,
) -> Backend:
    """Open a backend on the nodes of a cluster; stands where ``harness.backends.opening.opened`` does.

    Raises:
        MagibenchError: it can be opened nowhere.
    """
    if name not in ON_NODES:
        return await opened(name, model, workspace, benchmark=benchmark, progress=progress, **options)
    await cluster.join()
    span = int(options.get("tensor_parallel") or 1) * int(options.get("pipeline_parallel") or 1)
    engines: list[Engine] = []
    found = await asyncio.to_thread(room.places)
    for place in found:
        engines += [Engine(place, span) for _ in range(place.gpus // span)]
    if not engines:
        engines = [Engine(place, 0) for place in found if place.cpus]
    given = {key: value for key, value in options.items() if value is not None}
    opening = [name, msgspec.msgpack.encode(model), str(workspace.root), given]
    backend = ClusterBackend(name, engines, opening, progress, int(options.get("batch_size") or 1))
    try:
        await backend.open()
    except BaseException:
        await backend.close()
        raise
    return backend


def opener_at(address: str) -> Callable[..., Awaitable[Backend]]:
    """Return what opens backends on the nodes of a cluster that is joined for that alone."""

    async def open_it(name: str, model: Model, workspace: Workspace, **options: Any) -> Backend:
        from harness.cluster.driver import Cluster

        cluster = Cluster(address)
        try:
            backend = await open_on_nodes(cluster, name, model, workspace, **options)
        except BaseException:
            await cluster.close()
            raise
        if isinstance(backend, ClusterBackend):
            backend.leave = cluster.close
        return backend

    return open_it
