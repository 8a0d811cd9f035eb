"""DockerPool: warm, hardened containers, one per slot. The default, and the only one trusted.

A job takes an idle slot of its image; a container is made when none is there, renewed by use
count and after anything odd. A container that breaks is replaced and the job run again; a job
whose containers break again and again ends as "sandbox_error", never as a wrong answer. An engine
that goes away is waited for, and doesn't count (sandboxes/connection.py).
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import secrets
import time
from typing import TYPE_CHECKING, Any

from sandboxes import container, owner
from sandboxes.connection import Connection
from sandboxes.contract import CompileJob, Job, Limits, Listener, Outcome, ScriptJob, Watch
from sandboxes.errors import SandboxBroken

if TYPE_CHECKING:
    from sandboxes.images import Image

USES = 5000
"""Jobs after which a container is renewed, odd or not."""
ATTEMPTS = 5
"""Containers that a job may break; each costs a start (0.3 s)."""
STARVED = 2
"""Containers that a job may fill so that the kernel kills the worker in them: then it is the job that
used too much memory. A worker is alone with one job."""
INTERRUPTIONS = 100
"""Containers of a job that may go with their engine, or be killed through it: neither is the job's fault."""
KEPT = 3
"""Containers per slot that may be there, working or idle: a change of image or libraries costs up to 5 s of imports."""
COMPILER = "compiler"
"""Name of the containers that only compile."""
USERS = 2002
"""User ids of one container: 2,000 in rotation, and the second process of the last."""


class DockerPool:
    """Runs jobs in hardened containers."""

    def __init__(
        self,
        slots: int | None = None,
        *,
        runtime: str | None = None,
        limits: Limits | None = None,
        images: dict[str, Image] | None = None,
        overrides: dict[str, Any] | None = None,
    ) -> None:
        """Prepare the pool; containers start with the first jobs.

        Args:
            slots: containers at a time; default one per processor, as far as memory goes.
            runtime: the engine's runtime, e.g. "runsc"; default MAGIBENCH_RUNTIME, else the engine's own.
            limits: the largest limits that any job will ask for (memory and processes count); containers of a
                language's image have room for the processes that its language.toml allows anyway.
            images: images already looked up, by name.
            overrides: engine settings that replace the hardened ones, to see what each is good for;
                such a pool is not trusted.
        """
        self._overrides = dict(overrides or {})
        self._limits = limits or Limits()
        self._slots = slots or default_slots(self._limits.memory_mib)
        self._runtime = runtime or os.environ.get("MAGIBENCH_RUNTIME") or None
        self._images: dict[str, Image] = dict(images or {})
        self._free = asyncio.Semaphore(self._slots)
        self._idle: dict[str, list[container.Worker]] = {}
        self._live: set[container.Worker] = set()
        self._starting: list[tuple[str, asyncio.Task[None]]] = []
        self._engine = Connection()
        self._lock = asyncio.Lock()
        self._python: dict[str, str] = {}
        self._first_user = 100_000 + secrets.randbelow(200_000) * USERS
        self._tidied = False
        self._token = secrets.token_hex(8)
        self.renewed = 0
        """Containers replaced because something was odd."""

    @property
    def slots(self) -> int:
        """Containers that work at a time."""
        return self._slots

    @property
    def provenance(self) -> dict[str, Any]:
        """What a run records about where its code was executed."""
        return {
            "kind": "docker",
            "trusted": not self._overrides,
            "runtime": self._runtime or "default",
            "images": {name: {"tag": i.tag, "id": i.id} for name, i in sorted(self._images.items())},
            "python": dict(sorted(self._python.items())),
            "slots": self._slots,
        }

    def listen(self, listener: Listener) -> None:
        """See ``sandboxes.contract.Sandbox.listen``."""
        self._engine.listener = listener

    async def begin(self, image: str) -> None:
        """Connect, look the image up (or build it), and let a container start in every slot, all at once.

        Where an image has zygotes, jobs say which; the first is begun with.
        """
        await self._image(image)
        place = _first_place(image)
        for _ in range(self._slots - len(self._live) - len(self._starting)):
            self._starting.append((place, asyncio.create_task(self._start_idle(place))))

    async def prepare(self, image: str) -> None:
        """Do as ``begin`` does, and wait for the first container: fails early."""
        await self.begin(image)
        place = _first_place(image)
        self._give(place, await self._take(place))

    async def run(self, job: Job, watch: Watch | None = None) -> Outcome:
        """Execute one job; see ``sandboxes.contract.Sandbox.run``.

        Raises:
            EngineLost: the engine went away and stayed away.
        """
        place = _place(job)
        async with self._free:
            problem = ""
            broken = interrupted = starved = 0
            while broken < ATTEMPTS and interrupted < INTERRUPTIONS:
                worker = await self._take_patiently(place)
                since = time.time()
                try:
                    outcome = await worker.channel.run(job, watch)
                except SandboxBroken as error:
                    problem = error.message
                    from_outside = await self._after_breakage(worker)
                    starved += not from_outside and await worker.ran_out_of_memory(since)
                    if starved >= STARVED:
                        return worker.channel.out_of_memory()
                    broken += not from_outside
                    interrupted += from_outside
                    continue
                except BaseException:
                    await self._discard(worker)
                    raise
                if not worker.channel.clean:
                    await self._discard(worker)
                elif worker.channel.jobs >= USES:
                    self.renewed -= 1
                    await self._discard(worker)
                else:
                    self._give(place, worker)
                return outcome
            return Outcome(status="sandbox_error", detail=problem)

    async def _take_patiently(self, name: str) -> container.Worker:
        """Return a container, however often one does not start: that is no job's fault.

        Raises:
            EngineLost: none starts for too long.
        """
        while True:
            outages = self._engine.outages
            try:
                return await self._take(name)
            except SandboxBroken as error:
                await self._engine.mend(outages)
                await self._engine.not_started(error)

    async def _after_breakage(self, worker: container.Worker) -> bool:
        """Replace a broken container, once the engine answers; return whether the cause was outside of it."""
        try:
            return await self._engine.mend(worker.outages) or await worker.was_ended()
        finally:
            await self._discard(worker)

    async def _idle_one(self, name: str) -> container.Worker | None:
        """Return an idle container of an image, if there is one."""
        idle = self._idle.get(name)
        while idle:
            worker = idle.pop()
            if worker.outages == self._engine.outages:
                return worker
            # It went with its engine, and would only break a job.
            await self._discard(worker)
        return None

    async def _take(self, name: str) -> container.Worker:
        """Return an idle container of an image, one that is about to start, or a new one."""
        while True:
            worker = await self._idle_one(name)
            if worker is not None:
                return worker
            task = next((task for image, task in self._starting if image == name), None)
            if task is None:
                break
            await asyncio.wait([task])
            if (name, task) in self._starting:
                self._starting.remove((name, task))
                task.result()
        await self._make_room()
        return await self._start(name)

    async def _start_idle(self, name: str) -> None:
        """Start a container and let it wait for a job."""
        self._give(name, await self._start(name))

    async def _start(self, name: str) -> container.Worker:
        """Start a container."""
        image_name, _, variant = name.partition("/")
        compiler = _compiler(image_name) if variant == COMPILER else ()
        image = await self._image(image_name)
        client = await self._engine.client()
        outages = self._engine.outages
        async with self._lock:
            first = self._first_user
            self._first_user += USERS
        options = container.settings(
            image.id,
            memory_mib=self._limits.memory_mib,
            processes=max(self._limits.processes, _processes(image_name)),
            cpus=1.25,
            runtime=self._runtime,
            first_user=first,
            preload=() if compiler else _preloads(image_name, variant),
            compiler=compiler,
        )
        options["labels"][owner.POOL_LABEL] = self._token
        worker = await container.start(client, options | self._overrides)
        worker.outages = outages
        self._engine.started()
        self._live.add(worker)
        if not compiler:
            self._python[image_name] = str(worker.ready.get("python", ""))
        return worker

    async def _make_room(self) -> None:
        """Remove an idle container of another image, or of other libraries, where there are many."""
        while len(self._live) >= self._slots * KEPT:
            idle = next((w for w in self._idle.values() if w), None)
            if idle is None:
                return
            await self._forget(idle.pop(0))

    async def _image(self, name: str) -> Image:
        """Return an image, connecting to the engine on first use."""
        async with self._lock:
            client = await self._engine.client()
            if not self._tidied:
                self._tidied = True
                await asyncio.to_thread(owner.remove_orphans, client)
            if name not in self._images:
                from sandboxes.images import ensure_image

                self._images[name] = await asyncio.to_thread(ensure_image, client, name)
            return self._images[name]

    def _give(self, name: str, worker: container.Worker) -> None:
        """Put a container back."""
        self._idle.setdefault(name, []).append(worker)

    async def _discard(self, worker: container.Worker) -> None:
        """Remove a container after something odd."""
        self.renewed += 1
        await self._forget(worker)

    async def _forget(self, worker: container.Worker) -> None:
        """Remove a container, even if this task is being cancelled."""
        self._live.discard(worker)
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.shield(worker.close())

    async def close(self) -> None:
        """Remove every container and disconnect; safe to call twice."""
        starting, self._starting = self._starting, []
        await asyncio.gather(*(task for _, task in starting), return_exceptions=True)
        await asyncio.gather(*(self._forget(worker) for worker in list(self._live)))
        self._idle.clear()
        if self._engine.outages and not self._engine.lost:
            # One that was made but not started when the engine went is known to nobody else.
            await asyncio.to_thread(owner.remove_of_pool, await self._engine.client(), self._token)
        await self._engine.close()


def _place(job: Job) -> str:
    """Return which containers a job can run in: "image", "image/zygote", or "image/compiler"."""
    if isinstance(job, CompileJob):
        return f"{job.image}/{COMPILER}"
    return f"{job.image}/{job.zygote}" if isinstance(job, ScriptJob) and job.zygote else job.image


def _first_place(image: str) -> str:
    """Return where the first jobs of an image will probably run."""
    from sandboxes.images import language

    zygote = next(iter(language(image).zygotes), "")
    return f"{image}/{zygote}" if zygote else image


def _preloads(image: str, zygote: str) -> tuple[str, ...]:
    """Return what a worker imports for a zygote.

    Raises:
        ImageError: the image has no such zygote.
    """
    if not zygote:
        return ()
    from sandboxes.errors import ImageError
    from sandboxes.images import language

    known = language(image).zygotes
    if zygote not in known:
        raise ImageError(f"The image {image!r} has no zygote {zygote!r}.", f"There are: {', '.join(known) or 'none'}.")
    return known[zygote]


def _processes(image: str) -> int:
    """Return how many processes and threads the programs of an image may have: those of a language with an end."""
    from sandboxes.images import language

    found = language(image)
    return found.limits.processes if found.end or found.compiler else 0


def _compiler(image: str) -> tuple[str, ...]:
    """Return the argv of an image's compiler that stays.

    Raises:
        ImageError: it has none.
    """
    from sandboxes.errors import ImageError
    from sandboxes.images import language

    found = language(image).compiler
    if not found:
        raise ImageError(f"The image {image!r} has no compiler that stays.", "Compile by a step of a program job.")
    return found


def default_slots(memory_mib: int) -> int:
    """Return one slot per processor, but no more than the memory can hold at its limit."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    try:
        total = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") >> 20
    except (ValueError, OSError):
        return cores
    return max(1, min(cores, int(total * 0.8) // memory_mib))
