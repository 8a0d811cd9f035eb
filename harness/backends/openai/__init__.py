"""openai: any server that speaks OpenAI's protocol (vLLM, llama.cpp, OpenAI itself), over HTTP/1.1 with the standard library.

As many requests are under way as the server bears: the limit falls by a third when it says 429 or 503 and
grows back by one per round of answers. What may pass is retried with back-off, a bounded number of times; what is
the prompt's own fault is a sample with finish "error"; what is nobody's prompt's fault (a wrong key, a model
that isn't there, a server that stays away) ends the generation.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import time
from collections.abc import AsyncGenerator, AsyncIterator, Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, ClassVar

import msgspec

from harness.answers import LOST
from harness.backends import Key, Request
from harness.backends.openai.messages import Answer, Gathered, Refused, Retry, Settings, body, path_of, read, streamed
from harness.backends.openai.pacing import Pacer
from harness.backends.openai.transport import Connections
from harness.backends.streaming import Pieces
from harness.benchmarks import Benchmark
from harness.errors import BackendError, UsageError
from harness.records import Model, Sample, Sampling
from harness.sources import Progress
from harness.sources.parsing import OpenAISource, parse_source
from harness.styles import trim
from harness.workspace import Workspace

LONGEST_WAIT_S = 60.0
"""Of a back-off of our own; a server's Retry-After may ask for five times that."""


class Usage(msgspec.Struct):
    """What was asked and answered since the backend was opened."""

    requests: int = 0
    """That were answered."""
    retries: int = 0
    errors: int = 0
    """Prompts that could not be answered."""
    prompt_tokens: int = 0
    completion_tokens: int = 0


class OpenAIBackend:
    """Asks a server."""

    name = "openai"
    options: ClassVar[frozenset[str]] = frozenset(Settings.__struct_fields__)

    def __init__(
        self, model: Model, workspace: Workspace, *, benchmark: Benchmark | None, progress: Progress, **options: Any
    ) -> None:
        """Read the settings; the server is first asked when something is generated.

        Raises:
            BackendError: the model's source isn't a server's.
            UsageError: an option has a wrong value.
        """
        source = parse_source(model.source)
        if not isinstance(source, OpenAISource):
            raise BackendError(
                f"{model.name} is no server's model: its source is {model.source!r}.",
                "Use a source of the form openai:base_url#model.",
            )
        try:
            self._settings = msgspec.convert(options, Settings)
        except msgspec.ValidationError as error:
            raise UsageError(f"The backend openai: {error}.", "docs/backends.md lists its options.") from None
        self._source = source
        self._progress = progress
        self._key = os.environ.get(self._settings.api_key_env, "")
        self._connections = Connections(source.base_url, self._settings.timeout_s)
        self._pool = ThreadPoolExecutor(self._settings.concurrency, thread_name_prefix="openai")
        self._pacer = Pacer(
            self._settings.concurrency, self._settings.requests_per_minute, self._settings.tokens_per_minute
        )
        self._failed_in_a_row = 0
        self._reached = False
        self.usage = Usage()
        self.errors: dict[Key, str] = {}
        """Why a sample has finish "error"; whoever asked takes it out."""

    def describe(self) -> dict[str, Any]:
        """Return what a run records: never the key."""
        shown = {k: v for k, v in msgspec.to_builtins(self._settings).items() if v}
        return {
            "name": self.name,
            "engine": "server",
            "base_url": self._source.base_url,
            "model": self._source.model,
            **shown,
        }

    def cost(self) -> float | None:
        """Return what was spent, in the currency of the prices; None without prices."""
        into, out = self._settings.price_prompt, self._settings.price_completion
        if not (into or out):
            return None
        return (self.usage.prompt_tokens * into + self.usage.completion_tokens * out) / 1e6

    async def generate(
        self, requests: Sequence[Request], sampling: Sampling, *, done: Collection[Key] = ()
    ) -> AsyncIterator[Sample]:
        """Yield samples as the server answers.

        Raises:
            BackendError: the server can't be reached, refuses the key or the model, or fails too often.
        """
        waiting = iter([r for r in requests if r.key not in done])
        answers: asyncio.Queue[Sample | BaseException | None] = asyncio.Queue()

        async def work() -> None:
            try:
                for request in waiting:
                    answers.put_nowait(await self._ask(request, sampling))
            except Exception as error:  # noqa: BLE001 - raised again below, where the samples are read
                answers.put_nowait(error)
            finally:
                answers.put_nowait(None)

        workers = [asyncio.create_task(work()) for _ in range(self._settings.concurrency)]
        left = len(workers)
        try:
            while left:
                answer = await answers.get()
                if answer is None:
                    left -= 1
                elif isinstance(answer, BaseException):
                    raise answer
                else:
                    yield answer
        finally:
            for worker in workers:
                worker.cancel()
            await asyncio.gather(*workers, return_exceptions=True)

    async def stream(self, request: Request, sampling: Sampling) -> AsyncGenerator[str | Sample]:
        """Yield pieces of one answer, then its sample; see ``harness.backends.streaming``.

        A server that doesn't stream, or refuses to, is asked for the whole answer.

        Raises:
            BackendError: as ``generate``.
        """
        pieces = Pieces(request.prompt.stop)
        gathered = Gathered()
        try:
            async with contextlib.aclosing(self._heard(request, sampling)) as events:
                async for data in events:
                    gathered.take(data)
                    if piece := pieces.grow(gathered.text):
                        yield piece
        except OSError as error:
            gathered.error = gathered.error or f"no connection: {str(error) or type(error).__name__}"
        if gathered.whole and not gathered.error:
            sample = self._sample(request, gathered.answer)
        elif gathered.text:
            sample = self._failure(request, gathered.error or "the stream broke off", LOST)
            sample = msgspec.structs.replace(sample, text=trim(gathered.text, request.prompt.stop))
        else:
            sample = await self._ask(request, sampling)
        if piece := pieces.end(sample.text):
            yield piece
        yield sample

    async def _heard(self, request: Request, sampling: Sampling) -> AsyncGenerator[bytes]:
        """Yield the events of a streamed answer; none where the server gives none."""
        loop = asyncio.get_running_loop()
        queue: asyncio.Queue[bytes | None] = asyncio.Queue()
        asked = streamed(body(request, sampling, self._source.model, self._settings))
        deadline = time.monotonic() + self._settings.timeout_s
        connections = Connections(self._source.base_url, self._settings.timeout_s)

        def hear(data: bytes) -> None:
            loop.call_soon_threadsafe(queue.put_nowait, data)

        def listen() -> None:
            try:
                connections.listen(path_of(request.prompt), asked, self._key, deadline, hear)
            finally:
                loop.call_soon_threadsafe(queue.put_nowait, None)

        listening = loop.run_in_executor(self._pool, listen)
        try:
            while (data := await queue.get()) is not None:
                yield data
            await listening
        finally:
            # Breaks the connection off: the server then stops generating.
            connections.close()
            await asyncio.wait({listening}, timeout=2)

    async def close(self) -> None:
        """Close the connections, so that no thread waits for an answer any more."""
        self._connections.close()
        self._pool.shutdown(wait=False, cancel_futures=True)

    async def _ask(self, request: Request, sampling: Sampling) -> Sample:
        """Ask until there is an answer or no hope for one."""
        asked = body(request, sampling, self._source.model, self._settings)
        path = path_of(request.prompt)
        attempt = 0
        while True:
            async with self._pacer:
                result = await self._once(path, asked)
            if isinstance(result, Answer):
                self._failed_in_a_row = 0
                self._reached = True
                self._pacer.answered(result.prompt_tokens + result.completion_tokens)
                return self._sample(request, result)
            if isinstance(result, Refused):
                self._reached = True
                return self._failure(request, result.why, "refused")
            attempt += 1
            # A server that never answered is most likely not there at all: people shouldn't wait minutes to hear it.
            allowed = self._settings.retries if self._reached else min(self._settings.retries, 2)
            if attempt > allowed:
                self._failed_in_a_row += 1
                if not self._reached or self._failed_in_a_row >= self._settings.give_up_after:
                    raise self._gone(result.why)
                return self._failure(request, f"{result.why}, {attempt} times", LOST)
            self.usage.retries += 1
            if result.busy:
                self._pacer.slow_down(result.after_s)
            await asyncio.sleep(self._wait(attempt, result.after_s))

    async def _once(self, path: str, asked: bytes) -> Answer | Refused | Retry:
        """Send a request in a thread of its own and read what comes back."""
        loop = asyncio.get_running_loop()
        deadline = time.monotonic() + self._settings.timeout_s
        try:
            status, headers, data = await loop.run_in_executor(
                self._pool, self._connections.post, path, asked, self._key, deadline
            )
        except OSError as error:
            return Retry(f"no connection: {str(error) or type(error).__name__}")
        answer = read(status, headers, data)
        if isinstance(answer, BackendError):
            raise self._settled(answer)
        return answer

    def _wait(self, attempt: int, asked: float | None) -> float:
        wait: float = min(LONGEST_WAIT_S, self._settings.backoff_s * 2.0 ** (attempt - 1)) * random.uniform(0.5, 1.5)
        return max(wait, min(asked, 5 * LONGEST_WAIT_S)) if asked is not None else wait

    def _sample(self, request: Request, answer: Answer) -> Sample:
        self.usage.requests += 1
        self.usage.prompt_tokens += answer.prompt_tokens
        self.usage.completion_tokens += answer.completion_tokens
        return Sample(
            problem_id=request.prompt.problem_id,
            index=request.index,
            text=trim(answer.text, request.prompt.stop),
            prompt_sha256=request.prompt.sha256,
            finish=answer.finish,
            error="refused: content filter" if answer.finish == "error" else "",
            prompt_tokens=answer.prompt_tokens or None,
            completion_tokens=answer.completion_tokens or None,
        )

    def _failure(self, request: Request, why: str, kind: str) -> Sample:
        """Return the sample of a prompt that could not be answered, and remember why."""
        self.usage.errors += 1
        self.errors[request.key] = why
        error = f"{kind}: {why}"
        return Sample(
            problem_id=request.prompt.problem_id,
            index=request.index,
            text="",
            prompt_sha256=request.prompt.sha256,
            finish="error",
            error=error,
        )

    def _gone(self, why: str) -> BackendError:
        return BackendError(
            f"{self._source.base_url} doesn't answer: {why}.",
            "Check that the server runs and the address is right; the same command then goes on from here.",
        )

    def _settled(self, error: BackendError) -> BackendError:
        """Complete a refusal that no prompt can change."""
        return BackendError(
            f"{self._source.base_url}, model {self._source.model}: {error.message}",
            error.remedy.replace("API_KEY", self._settings.api_key_env),
        )
