"""What runs on a node: an actor with one pool of sandboxes. It knows nothing of Ray, and writes no run."""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import pickle
import platform
import tempfile
import time
from pathlib import Path
from typing import Any

from harness import __version__
from harness.cluster.messages import Answer, Gate, Hello, Tests, Work, code_digest, decode_work, encode, local
from harness.judging import SuiteJudge, suite_judge
from harness.records import Problem
from sandboxes.contract import Sandbox
from sandboxes.errors import MagibenchError

PIECE = 32 << 20
"""Bytes of an image that travel at a time."""
OPENER = "sandboxes.pool:DockerPool"
"""What makes a node's sandbox, as ``module:class``, called with ``slots`` and ``runtime``."""


class NodeWorker:
    """Judges jobs in the sandboxes of one node."""

    def __init__(self, slots: int, runtime: str | None = None, opener: str = OPENER) -> None:
        """Take the number of sandboxes; nothing is started yet."""
        module, _, name = opener.partition(":")
        self._box: Sandbox = getattr(importlib.import_module(module), name)(slots, runtime=runtime)
        self._slots = asyncio.Semaphore(slots)
        self._tests: dict[str, tuple[Tests, SuiteJudge, dict[str, Problem]]] = {}
        self._running: set[asyncio.Task[None]] = set()
        self._done: list[Answer] = []
        self._news = asyncio.Event()
        self._notices: list[tuple[str, str]] = []
        self._file: Path | None = None
        self._box.listen(lambda message, remedy: self._notices.append((message, remedy)))

    async def hello(self) -> dict[str, Any]:
        """Return a ``Hello``."""
        return local(Hello(version=__version__, code=code_digest(), python=platform.python_version()))  # type: ignore[no-any-return]

    async def look(self, image: str) -> str:
        """Return the digest of an image, or "" where it isn't built; never builds."""
        from sandboxes.engine import connect
        from sandboxes.images import image_id

        def ask() -> str:
            client = connect()
            try:
                return image_id(client, image)
            finally:
                client.close()

        return await asyncio.to_thread(ask)

    async def prepare(self, image: str) -> dict[str, Any]:
        """Have the image (built if it is missing) and a first sandbox; return the sandbox's provenance.

        Raises:
            EngineUnavailable, ImageError, OutOfDisk, SandboxBroken: nothing can run here.
        """
        await self._box.prepare(image)
        return self._box.provenance

    async def pieces(self, image: str) -> int:
        """Make ready to send an image; return how many pieces it has."""
        from sandboxes.imaging.moving import save_image

        if self._file is None:
            self._file = await asyncio.to_thread(save_image, image, Path(tempfile.gettempdir()))
        return -(-self._file.stat().st_size // PIECE)

    async def piece(self, number: int) -> bytes:
        """Return one piece of the image."""
        assert self._file is not None

        def read(path: Path) -> bytes:
            with path.open("rb") as file:
                file.seek(number * PIECE)
                return file.read(PIECE)

        return await asyncio.to_thread(read, self._file)

    async def fetch(self, image: str, source: Any) -> str:
        """Load an image from another node's actor, piece by piece; return its digest here."""
        from sandboxes.imaging.moving import load_image

        with tempfile.NamedTemporaryFile(prefix="magibench-image-") as file:
            for number in range(await source.pieces.remote(image)):
                file.write(await source.piece.remote(number))
            file.flush()
            await asyncio.to_thread(load_image, Path(file.name))
        return await self.look(image)

    async def open(self, tests: dict[str, Any], problems: bytes, image_id: str) -> None:
        """Take a set of problems: jobs can then name it."""
        import msgspec

        known = msgspec.convert(tests, Tests)
        # From the driver of this very job, whose code this process runs anyway.
        found: list[Problem] = await asyncio.to_thread(pickle.loads, problems)
        judge = suite_judge(known, self._box, image_id)
        self._tests[known.name] = (known, judge, {p.id: p for p in found})

    async def probe(self, tests: str, names: list[str]) -> dict[str, str]:
        """Run the reference gates of some problems; return why they fail, empty for those that pass."""
        known, judge, problems = self._tests[tests]
        reasons = await asyncio.gather(*(judge.gate(problems[name], known.suites) for name in names))
        return dict(zip(names, reasons, strict=True))

    async def forget(self, tests: str) -> None:
        """Close a set of problems."""
        found = self._tests.pop(tests, None)
        if found:
            await found[1].close()

    async def give(self, batch: bytes) -> None:
        """Begin jobs; their answers come by ``take``."""
        for work in decode_work(batch):
            task = asyncio.create_task(self._run(work))
            self._running.add(task)
            task.add_done_callback(self._running.discard)

    async def take(self, wait_s: float) -> tuple[bytes, list[tuple[str, str]]]:
        """Return all answers since the last call, as soon as there is one; and what people should know."""
        if not self._done:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._news.wait(), wait_s)
        done, self._done = self._done, []
        notices, self._notices = self._notices, []
        self._news.clear()
        return encode(done), notices

    async def close(self) -> None:
        """Stop everything and remove the sandboxes."""
        for task in list(self._running):
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)
        for name in list(self._tests):
            await self.forget(name)
        await self._box.close()
        if self._file:
            self._file.unlink(missing_ok=True)

    async def _run(self, work: Work) -> None:
        """Do one job; whatever goes wrong with this node is an answer without a verdict."""
        async with self._slots:
            start = time.monotonic()
            try:
                answer = await self._answer(work)
            except MagibenchError as error:
                answer = Answer(work.id, error=str(error))
            except Exception as error:  # noqa: BLE001 - a fault of this node's is no verdict, and must be heard of
                answer = Answer(work.id, error=f"{type(error).__name__}: {error}"[:500])
        seconds = round(time.monotonic() - start, 4)
        self._done.append(Answer(answer.id, answer.gate, answer.judgement, answer.error, seconds))
        self._news.set()

    async def _answer(self, work: Work) -> Answer:
        """Gate a problem, or judge a program of a problem that passes its gate here."""
        known, judge, problems = self._tests[work.tests]
        problem = problems[work.problem]
        broken = await judge.gate(problem, known.suites)
        if broken:
            return Answer(work.id, Gate(broken))
        if work.kind == "gate":
            key, cost = await judge.key(problem, known.suites), await judge.cost(problem, known.suites)
            return Answer(work.id, Gate("", key, cost))
        code = work.code.decode("utf-8", "surrogatepass")
        return Answer(work.id, judgement=await judge.judge(problem, code, known.suites))
