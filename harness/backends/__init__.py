"""Backends: what turns prompts into samples, found by name in a lazy table.

A plug-in adds one with an entry point of the group ``magibench.backends``; the built-ins stand
in a table of the same form, ``module:class``. Nothing is imported before it is opened.
"""

from __future__ import annotations

import importlib
from collections.abc import AsyncIterator, Collection, Sequence
from importlib.metadata import entry_points
from typing import Any, Protocol

import msgspec

from harness.benchmarks import Benchmark
from harness.errors import BackendError, UnknownName, UsageError
from harness.records import Model, Prompt, Sample, Sampling
from harness.sources import Progress
from harness.workspace import Workspace

GROUP = "magibench.backends"
"""Group of entry points of plug-ins."""

BUILTIN = {
    "echo": "harness.backends.echo:EchoBackend",
    "openai": "harness.backends.openai:OpenAIBackend",
    "replay": "harness.backends.replay:ReplayBackend",
    "transformers": "harness.backends.transformers:TransformersBackend",
    "vllm": "harness.backends.vllm:VllmBackend",
}
"""Name to ``module:class``. The class is called as ``Factory`` describes."""

PACING = frozenset({
    "concurrency", "timeout_s", "retries", "backoff_s", "give_up_after", "requests_per_minute", "tokens_per_minute",
    "price_prompt", "price_completion", "api_key_env",
})  # fmt: skip
"""Options of backends that say how fast something is asked and what it costs: no part of a result's signature."""

RESOURCES = frozenset({
    "batch_size", "device", "threads", "engine", "tensor_parallel", "pipeline_parallel", "data_parallel", "gpu_memory",
    "kv_cache_gib", "enforce_eager", "batch_invariant",
})  # fmt: skip
"""Options of backends that say on what something is computed: a text may be rounded otherwise, but none is another's."""

Key = tuple[str, int]
"""Problem id and sample index."""


class Request(msgspec.Struct, frozen=True):
    """One sample to generate."""

    prompt: Prompt
    index: int
    """0 .. n-1 within the problem."""

    @property
    def key(self) -> Key:
        """The sample's own key."""
        return (self.prompt.problem_id, self.index)


class Backend(Protocol):
    """Answers prompts.

    One whose answers don't depend on the benchmark that it was opened with says ``any_benchmark = True``:
    a command then opens it once for all its benchmarks, and ``generate`` is called once for each.
    """

    name: str
    """Its name in the table."""

    def describe(self) -> dict[str, Any]:
        """Return what a run records: engine and version, dtype, device, batch size ..."""
        ...

    def generate(
        self, requests: Sequence[Request], sampling: Sampling, *, done: Collection[Key] = ()
    ) -> AsyncIterator[Sample]:
        """Yield a sample for every request whose key isn't in ``done``, each as soon as it is finished.

        The order is the backend's own. A resumed run passes the same requests as the first time
        and what it has as ``done``: batches are then the same, and so are the texts (a batch's
        make-up changes how floating-point numbers are rounded). What can't be answered is a sample
        with finish "error" and an empty text, never a gap; one whose error begins with "no answer"
        was lost on its way: it isn't kept, and the same command asks for it again.

        Raises:
            BackendError, ModelError, SamplesError: nothing (more) can be generated.
        """
        ...

    async def close(self) -> None:
        """Give back memory and threads; safe to call twice."""
        ...


class Factory(Protocol):
    """How a backend's class is called; it loads its model, so call it off the event loop."""

    def __call__(
        self, model: Model, workspace: Workspace, *, benchmark: Benchmark | None, progress: Progress, **options: Any
    ) -> Backend:
        """Return an open backend; ``progress`` gets a line before each step that takes long."""
        ...


def backend_names() -> list[str]:
    """Return the names of all backends, plug-ins included."""
    return sorted({*BUILTIN, *(e.name for e in entry_points(group=GROUP))})


def open_backend(
    name: str,
    model: Model,
    workspace: Workspace,
    benchmark: Benchmark | None = None,
    *,
    progress: Progress | None = None,
    **options: Any,
) -> Backend:
    """Load a model into a backend. May download, convert and take a minute: call it in a thread.

    Args:
        name: The backend's name.
        model: What to load.
        workspace: What paths are relative to.
        benchmark: Needed by ``echo``, which answers with its reference solutions.
        progress: Gets a line for people before each step that takes long.
        **options: The backend's own; those that are None are left out. See docs/backends.md.

    Raises:
        UnknownName: there is no such backend.
        UsageError: the backend has no such option.
        BackendError, ModelError, SamplesError: the model can't be opened.
    """
    factory = _factory(name)
    given = {k: v for k, v in options.items() if v is not None}
    allowed: frozenset[str] | None = getattr(factory, "options", None)
    if allowed is not None and (wrong := sorted(set(given) - allowed)):
        raise UsageError(
            f"The backend {name} has no option {', '.join(wrong)}.",
            f"Its options: {', '.join(sorted(allowed)) or 'none'}.",
        )
    return factory(model, workspace, benchmark=benchmark, progress=progress or _silent, **given)


def _factory(name: str) -> Factory:
    """Import a backend's class. A plug-in may replace a built-in by taking its name."""
    plugins = {e.name: e for e in entry_points(group=GROUP)}
    try:
        if name in plugins:
            return plugins[name].load()  # type: ignore[no-any-return]
        if name in BUILTIN:
            module, _, attribute = BUILTIN[name].partition(":")
            return getattr(importlib.import_module(module), attribute)  # type: ignore[no-any-return]
    except ImportError as error:
        raise BackendError(
            f"The backend {name} can't be imported: {error}.", "Install what it needs, or use another with --backend."
        ) from error
    raise UnknownName("backend", name, backend_names(), "magibench eval --help")


def _silent(line: str) -> None:
    del line
