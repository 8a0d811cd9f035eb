"""Opening a backend beside an event loop, so that loading a model can be broken off like everything else."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from typing import Any

import msgspec

from harness.backends import Backend, open_backend
from harness.benchmarks import Benchmark
from harness.errors import BackendError
from harness.records import Model
from harness.sources import Progress
from harness.workspace import Workspace

PATIENCE_S = 15.0
"""For a thread to notice that nobody waits for its model any more."""


async def opened(
    name: str,
    model: Model,
    workspace: Workspace,
    benchmark: Benchmark | None = None,
    *,
    progress: Progress,
    **options: Any,
) -> Backend:
    """Open a backend in a thread; see ``open_backend``.

    A thread can't be interrupted: where this is cancelled, the processes that load are ended, and the thread stops
    at its next word of progress. vLLM loads for a minute or more, and ctrl-c used to wait for it.
    """
    stopped = threading.Event()

    def tell(line: str) -> None:
        if stopped.is_set():
            raise BackendError("Stopped while loading.", "The same command begins again.")
        progress(line)

    opening = asyncio.create_task(
        asyncio.to_thread(open_backend, name, model, workspace, benchmark=benchmark, progress=tell, **options)
    )
    try:
        return await asyncio.shield(opening)
    except asyncio.CancelledError:
        from harness.engines.child import kill_all

        stopped.set()
        kill_all()
        with contextlib.suppress(Exception):
            late = await asyncio.wait_for(opening, PATIENCE_S)
            await late.close()
        raise


def counted(backend: Backend) -> dict[str, float]:
    """Return what a backend has counted since it was opened: requests, retries, tokens, cost; most count nothing."""
    found: dict[str, float] = msgspec.to_builtins(getattr(backend, "usage", None) or {})
    cost = getattr(backend, "cost", lambda: None)()
    return found if cost is None else found | {"cost": cost}
