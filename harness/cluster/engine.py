"""What generates on a node: an actor with one model, asked in chunks. It knows nothing of Ray."""

from __future__ import annotations

import asyncio
import contextlib
import tempfile
from pathlib import Path
from typing import Any

import msgspec

from harness.backends import Backend, Request
from harness.backends.opening import opened
from harness.errors import MagibenchError
from harness.records import Model, Sample, Sampling
from harness.workspace import MODELS_FILE, Workspace


class Chunk(msgspec.Struct, frozen=True):
    """Requests that one engine answers: the same ones whatever the number of engines, and so the same batches."""

    number: int
    requests: list[Request]
    done: list[tuple[str, int]]
    """Keys of those that have an answer already."""


class News(msgspec.Struct, frozen=True):
    """What an engine has to say since it was last asked."""

    samples: list[Sample] = []
    ended: list[int] = []
    """Numbers of chunks that are finished."""
    broken: str = ""
    """Why it can't go on."""
    lines: list[str] = []
    """Of progress while it loads."""


class EngineWorker:
    """Generates with one backend."""

    def __init__(self, slots: int, name: str, model: bytes, root: str, options: dict[str, Any]) -> None:
        """Name a backend and a model; nothing is loaded yet.

        ``root``: the driver's workspace. Where this node has no such folder, only models that need none can be opened.
        """
        self._name = name
        self._model = msgspec.msgpack.decode(model, type=Model)
        self._options = options
        self._root = Path(root)
        self._backend: Backend | None = None
        self._news = asyncio.Event()
        self._samples: list[Sample] = []
        self._ended: list[int] = []
        self._lines: list[str] = []
        self._broken = ""
        self._tasks: set[asyncio.Task[None]] = set()

    async def open(self) -> dict[str, Any]:
        """Load the model; return what the backend says of itself.

        Raises:
            MagibenchError: it can't be opened here.
        """
        root = self._root
        if not (root / MODELS_FILE).is_file():
            root = Path(tempfile.mkdtemp(prefix="magibench-"))
        self._backend = await opened(
            self._name, self._model, Workspace(root), progress=self._lines.append, **self._options
        )
        return await asyncio.to_thread(self._backend.describe)

    async def give(self, chunk: bytes, sampling: bytes) -> None:
        """Begin a chunk; its samples come by ``take``."""
        work = msgspec.msgpack.decode(chunk, type=Chunk)
        task = asyncio.create_task(self._generate(work, msgspec.msgpack.decode(sampling, type=Sampling)))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def take(self, wait_s: float) -> bytes:
        """Return ``News``, as soon as there is some."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(wait_s):
                await self._news.wait()
        self._news.clear()
        news = News(self._samples, self._ended, self._broken, self._lines)
        self._samples, self._ended, self._lines = [], [], []
        return msgspec.msgpack.encode(news)

    async def close(self) -> None:
        """Stop and give back memory."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._backend is not None:
            await self._backend.close()

    async def _generate(self, work: Chunk, sampling: Sampling) -> None:
        assert self._backend is not None
        try:
            async for sample in self._backend.generate(work.requests, sampling, done=set(work.done)):
                self._samples.append(sample)
                self._news.set()
            self._ended.append(work.number)
        except MagibenchError as error:
            self._broken = str(error)
        except Exception as error:  # noqa: BLE001 - a fault of this engine's: the chunk moves
            self._broken = f"{type(error).__name__}: {error}"[:500]
        self._news.set()
