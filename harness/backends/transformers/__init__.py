"""transformers: batched generation with PyTorch. The one room of torch and transformers.

The loop is ours rather than ``model.generate``, for three things it can't do: rows leave the
batch when they end (on a CPU a step costs nearly as much as it has rows, and answers differ in
length by a factor of ten), every row draws from a generator of its own, and every answer is
handed over as soon as it ends.

What is deterministic: on the same machine, with the same versions, threads, batch size and list of
requests, texts are the same, whether or not the run was interrupted. A sample's random numbers
depend on the run's seed, its problem and its index only. Another batch size, dtype or number of
threads rounds differently, and near-ties between tokens may then fall the other way.

Measured: see docs/backends.md.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import threading
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Collection, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, ClassVar, TypeVar

# Before the libraries are imported: their progress bars would be drawn across the faces' own,
# and their tokenizers complain when a process that used them forks.
os.environ.setdefault("TQDM_DISABLE", "1")
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
# Answers are judged while the next are generated. Threads that wait for one another actively then
# wait for the judge's time slices: 14 to 19 tokens/s against 60 to 93 on two busy cores.
os.environ.setdefault("OMP_WAIT_POLICY", "passive")

import torch
import transformers

from harness.backends import Key, Request
from harness.backends.batching import Row, Told, needed, overflow, plan_batches, sample_seed
from harness.backends.transformers.decoding import generate_batch
from harness.backends.transformers.loading import (
    choose_device,
    choose_dtype,
    context_length,
    default_batch_size,
    end_tokens,
    load,
)
from harness.benchmarks import Benchmark
from harness.engines.server.rendering import Unanswerable, chat_text, encode
from harness.errors import BackendError, UsageError
from harness.fim import fill
from harness.records import Model, Prompt, Sample, Sampling
from harness.sources import Progress, resolve
from harness.sources.package import file_sha256
from harness.workspace import Workspace

transformers.logging.set_verbosity_error()
transformers.logging.disable_progress_bar()

T = TypeVar("T")


class TransformersBackend:
    """A causal language model out of a folder or a GGUF file."""

    name = "transformers"
    any_benchmark = True
    options: ClassVar[frozenset[str]] = frozenset({"batch_size", "device", "dtype", "threads"})

    def __init__(
        self,
        model: Model,
        workspace: Workspace,
        *,
        benchmark: Benchmark | None,
        progress: Progress,
        batch_size: int | None = None,
        device: str | None = None,
        dtype: str | None = None,
        threads: int | None = None,
    ) -> None:
        """Find, if need be convert, and load the model; from nothing that takes up to a minute.

        Args:
            model: What to load.
            workspace: What its path is relative to.
            benchmark: Not needed.
            progress: Gets a line before each step that takes long.
            batch_size: Rows generated together; default: see ``default_batch_size``.
            device: "cpu", "cuda" or "mps"; default: the best there is.
            dtype: "bfloat16", "float16" or "float32"; default: bfloat16 where the device computes in it.
            threads: Threads of a CPU; default: one per core.

        Raises:
            ModelError: the weights can't be had or can't be loaded.
            UsageError: an option's value is impossible.
        """
        self._device = choose_device(device)
        self._dtype = choose_dtype(dtype, self._device)
        rows = _positive("batch_size", batch_size)
        self._threads = _positive("threads", threads) or torch.get_num_threads()
        self._model_name = model.name
        found = resolve(model, workspace, progress)
        if found.kind not in {"folder", "gguf"}:
            raise BackendError(f"{model.name} has no weights: its source is {model.source!r}.", "Leave --backend out.")
        # One thread does everything: the number of OpenMP's threads is a property of the caller's.
        self._executor = ThreadPoolExecutor(
            1, "transformers", initializer=torch.set_num_threads, initargs=(self._threads,)
        )
        self._stop = threading.Event()
        try:
            self._tokenizer, self._model = self._executor.submit(
                load, model.name, found, self._dtype, self._device, progress
            ).result()
        except BaseException:
            self._executor.shutdown(wait=False)
            raise
        self._batch_size = rows or default_batch_size(self._model, self._device)
        self._ends = end_tokens(self._tokenizer, self._model)
        self._context = context_length(self._tokenizer, self._model)
        self._weights = found.sha256 or (file_sha256(found.path / found.gguf_file) if found.gguf_file else "")

    def describe(self) -> dict[str, Any]:
        """Return what a run records."""
        return {
            "name": self.name,
            "engine": f"transformers {transformers.__version__}",
            "torch": str(torch.__version__),
            "device": self._device,
            "dtype": self._dtype,
            "batch_size": self._batch_size,
            "threads": self._threads,
            "context": self._context,
            "weights_sha256": self._weights,
        }

    async def generate(
        self, requests: Sequence[Request], sampling: Sampling, *, done: Collection[Key] = ()
    ) -> AsyncIterator[Sample]:
        """Yield samples as their rows end; see ``Backend.generate``.

        The model works in a thread of its own; leaving the iteration stops it after the token
        it is at.
        """
        wanted = frozenset(done)

        def work(say: Callable[[Sample], None], stop: threading.Event) -> None:
            for sample in self._run(requests, sampling, wanted, stop):
                say(sample)

        async with contextlib.aclosing(self._working(work)) as samples:
            async for sample in samples:
                yield sample

    async def stream(self, request: Request, sampling: Sampling) -> AsyncGenerator[str | Sample]:
        """Yield pieces of one answer, then its sample; see ``harness.backends.streaming``."""

        def work(say: Callable[[str | Sample], None], stop: threading.Event) -> None:
            ids = self._encode(request.prompt)
            if not 0 < len(ids) < self._context:
                say(overflow(request, len(ids)))
                return
            row = Told.of(self._row(request, ids, sampling), say)
            for ended in self._batch([row], sampling, stop):
                sample = ended.sample(self._ends, self._decode)
                row.finished(sample.text)
                say(sample)

        async with contextlib.aclosing(self._working(work)) as items:
            async for item in items:
                yield item

    async def _working(self, work: Callable[[Callable[[T], None], threading.Event], None]) -> AsyncGenerator[T]:
        """Yield what ``work`` says in the model's thread; leaving the iteration sets the event that it is given."""
        loop = asyncio.get_running_loop()
        queue: asyncio.Queue[tuple[T] | BaseException | None] = asyncio.Queue()
        stop = threading.Event()
        self._stop = stop

        def say(item: T) -> None:
            loop.call_soon_threadsafe(queue.put_nowait, (item,))

        def run() -> None:
            end: BaseException | None = None
            try:
                with torch.inference_mode():
                    work(say, stop)
            except Exception as error:  # noqa: BLE001 - handed to whoever awaits
                end = _explain(error, self._model_name, self._batch_size)
            loop.call_soon_threadsafe(queue.put_nowait, end)

        working = loop.run_in_executor(self._executor, run)
        try:
            while (item := await queue.get()) is not None:
                if isinstance(item, BaseException):
                    raise item
                yield item[0]
        finally:
            stop.set()
            await working

    async def close(self) -> None:
        """Stop generating and let go of the model."""
        self._stop.set()
        self._executor.shutdown(wait=False)
        self._model = None
        if self._device == "cuda":
            torch.cuda.empty_cache()

    def render(self, prompt: Prompt) -> str:
        """Return the text that the model continues.

        Raises:
            BackendError: the style is chat and the model has no chat template, or insertion and it has no tokens for that.
        """
        if prompt.style == "insertion":
            text = fill(prompt.text, prompt.suffix, self._tokenizer.get_vocab())
            if text is None:
                raise BackendError(
                    f"{self._model_name} has no fill-in-the-middle tokens that are known (harness/fim.py).",
                    "Use --style base.",
                )
            return text
        if not prompt.turns:
            return prompt.text
        try:
            return chat_text(self._tokenizer, prompt.turns)
        except Unanswerable as error:
            raise BackendError(f"{self._model_name} {error}", error.remedy) from None

    def _encode(self, prompt: Prompt) -> list[int]:
        """Return a prompt's tokens, with the special ones that the tokenizer adds, but none twice."""
        return encode(self._tokenizer, self.render(prompt))

    def _decode(self, ids: Sequence[int], skip_special: bool) -> str:
        return str(self._tokenizer.decode(ids, skip_special_tokens=skip_special, clean_up_tokenization_spaces=False))

    def _run(
        self, requests: Sequence[Request], sampling: Sampling, done: frozenset[Key], stop: threading.Event
    ) -> Iterator[Sample]:
        """Plan batches over all requests, generate those in which something is missing."""
        # The n requests of a problem share one prompt: it is encoded once.
        prompts = {id(r.prompt): r.prompt for r in requests}
        known = {key: self._encode(prompt) for key, prompt in prompts.items()}
        fits = []
        for request in requests:
            ids = known[id(request.prompt)]
            if 0 < len(ids) < self._context:
                fits.append((request, ids))
            elif request.key not in done:
                yield overflow(request, len(ids))
        batches = plan_batches([len(ids) for _, ids in fits], self._batch_size)
        for batch in needed(batches, [request for request, _ in fits], done):
            rows = [self._row(*fits[i], sampling) for i in batch]
            ended = self._batch(rows, sampling, stop)
            yield from (row.sample(self._ends, self._decode) for row in ended if row.request.key not in done)
            if stop.is_set():
                return

    def _batch(self, rows: list[Row], sampling: Sampling, stop: threading.Event) -> Iterator[Row]:
        pad = self._tokenizer.pad_token_id or 0
        return generate_batch(self._model, rows, sampling, pad=pad, ends=self._ends, decode=self._decode, stop=stop)

    def _row(self, request: Request, ids: list[int], sampling: Sampling) -> Row:
        room = min(sampling.max_tokens, self._context - len(ids))
        return Row(request, ids, room, random.Random(sample_seed(sampling.seed, request.key)))


def _positive(name: str, value: int | None) -> int | None:
    if value is not None and value < 1:
        raise UsageError(f"{name} is {value}.", "It is 1 or more.")
    return value


def _explain(error: BaseException, model: str, batch_size: int) -> BaseException:
    """Turn a lack of memory into something that can be mended; leave everything else as it is."""
    text = str(error)
    if isinstance(error, MemoryError | torch.OutOfMemoryError) or "can't allocate memory" in text:
        return BackendError(f"{model} ran out of memory with {batch_size} rows a batch.", "Use a smaller batch size.")
    if isinstance(error, RuntimeError):
        return BackendError(f"{model} failed: {(text.splitlines() or ['?'])[0]}", "Report it with the model's name.")
    return error
