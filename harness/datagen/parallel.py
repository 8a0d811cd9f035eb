"""One function over many chunks in several processes: results in the order of the chunks, whoever was first.

What a chunk gives depends on nothing but the chunk and the setup, so the number of workers changes
no result. At most ``AHEAD`` chunks per worker wait: memory doesn't grow with the data.
"""

from __future__ import annotations

import itertools
import multiprocessing
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from typing import Any, TypeVar

T = TypeVar("T")
R = TypeVar("R")

AHEAD = 3
"""Chunks per worker that are under way or waiting."""

_state: Any = None
"""What the setup of this process made; a worker process has one task."""


def workers_here() -> int:
    """Return how many processors this process may use."""
    return len(os.sched_getaffinity(0))


def chunked(items: Iterable[T], size: int) -> Iterator[list[T]]:
    """Yield lists of ``size`` items; the last one may be shorter."""
    source = iter(items)
    while chunk := list(itertools.islice(source, size)):
        yield chunk


def over_chunks(
    work: Callable[[Any, T], R], chunks: Iterable[T], setup: Callable[[], Any], workers: int
) -> Iterator[R]:
    """Yield ``work(setup(), chunk)`` of every chunk, in their order.

    Args:
        work: A function of a module: it is found by name in the worker.
        chunks: Read as they are needed.
        setup: Called once per process; picklable (a ``functools.partial`` of a module's function).
        workers: Processes; 1 works in this one. A single chunk never starts a process.
    """
    source = iter(chunks)
    first = list(itertools.islice(source, 2))
    if workers <= 1 or len(first) < 2:
        state = setup()
        for chunk in itertools.chain(first, source):
            yield work(state, chunk)
        return
    # spawn, not fork: the caller may have threads (a progress display, a sandbox's loop).
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, context, _begin, (setup,)) as pool:
        waiting: deque[Future[R]] = deque()
        try:
            for chunk in itertools.chain(first, source):
                waiting.append(pool.submit(_do, work, chunk))
                if len(waiting) >= AHEAD * workers:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()


def _begin(setup: Callable[[], Any]) -> None:
    """Set a worker process up."""
    global _state
    _state = setup()


def _do(work: Callable[[Any, T], R], chunk: T) -> R:
    return work(_state, chunk)
