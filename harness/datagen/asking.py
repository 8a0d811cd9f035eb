"""Asking a teacher: any backend, each answer journalled before it counts, none asked for twice.

The journal of a teacher with its sampling holds every answer ever given to a dataset, keyed by the checksum of
the filled prompt and the index. What is made of answers is a function of the journal, so it doesn't matter
in which order they came, how many were under way or how often the command was killed.
"""

from __future__ import annotations

import asyncio
import hashlib
import itertools
import time
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal, Self, TypeVar

import msgspec

from harness.answers import lost
from harness.backends import PACING, Backend, Request
from harness.backends.opening import counted, opened
from harness.datagen.events import StepProgress
from harness.datagen.recipes import load_prompt
from harness.datagen.rows import Rejected, Row
from harness.datagen.steps import Context, Step
from harness.errors import DatasetError
from harness.events import Notice
from harness.journal import Journal
from harness.learning import learn
from harness.records import Finish, Prompt, Sample, Sampling
from harness.registry import find_model
from harness.styles import prompt_sha256
from harness.workspace import Workspace

T = TypeVar("T")
CHUNK = 8192
"""Prompts that are asked together: memory is bounded, and a teacher is empty once per so many answers."""
EVERY_S = 1.0


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What a teacher said: a line of a journal."""

    key: str
    """SHA-256 of the filled prompt."""
    index: int
    text: str
    finish: Finish
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    error: str = ""
    """Why there is no text, where finish is "error"."""


class Asking(Step, frozen=True, kw_only=True):
    """Base of the steps that ask a teacher."""

    reports_progress: ClassVar[bool] = True

    teacher: str
    """Name of a model in models.toml."""
    prompt: str
    """Name of a file of recipes/prompts/, or its path."""
    backend: str = ""
    """Default: the model's."""
    temperature: Annotated[float, msgspec.Meta(ge=0, le=5)] = 0.0
    """0 is greedy, as in the paper."""
    top_p: Annotated[float, msgspec.Meta(gt=0, le=1)] = 1.0
    max_tokens: Annotated[int, msgspec.Meta(ge=1)] = 2500
    style: Literal["", "chat", "base"] = ""
    """chat, or base: the prompt as a text to continue. Default: the model's."""
    options: dict[str, Any] = msgspec.field(default_factory=dict)
    """Of the backend: docs/backends.md."""

    def parameters(self) -> dict[str, Any]:
        """Return the parameters without what only paces."""
        found = super().parameters()
        return {**found, "options": {k: v for k, v in self.options.items() if k not in PACING}}

    def fingerprint(self, workspace: Workspace) -> Any:
        """Return where the teacher comes from, and the prompt's checksum."""
        model = find_model(workspace, self.teacher)
        return [model.source, model.sha256, load_prompt(workspace, self.prompt).sha256]

    def sampling(self, context: Context) -> Sampling:
        """Return how answers are drawn."""
        return Sampling(temperature=self.temperature, top_p=self.top_p, seed=context.seed, max_tokens=self.max_tokens)


def chunked(items: Iterable[T], size: int = CHUNK) -> Iterator[list[T]]:
    """Yield lists of ``size`` items; the last one may be shorter."""
    source = iter(items)
    while chunk := list(itertools.islice(source, size)):
        yield chunk


def unusable(answer: Answer, row: Row | None = None) -> Rejected | None:
    """Return why an answer can't become a row before it is even read: only whole ones can (finish "stop")."""
    if answer.finish == "stop":
        return None
    reason = {"length": "truncated", "error": "teacher error"}.get(answer.finish, "unknown finish")
    return Rejected(reason=reason, row=row, raw=answer.text, evidence=answer.error)


class Asker:
    """Asks the teacher of a step what its journal doesn't hold. Open it with ``with``."""

    def __init__(self, step: Asking, context: Context) -> None:
        """Read the journal; the teacher is only loaded when it is needed."""
        self._step = step
        self._context = context
        self._model = find_model(context.workspace, step.teacher)
        self._style = step.style or ("base" if self._model.style == "base" else "chat")
        self._sampling = step.sampling(context)
        self._path = context.journals / f"{step.teacher}-{self._signature()}.jsonl"
        self._journal: Journal[Answer] = Journal(self._path, Answer)
        self._places = _places(self._path)
        self._runner = asyncio.Runner()
        self._backend: Backend | None = None
        self._began = time.monotonic()
        self._said = 0.0
        self._new = 0
        self._tokens = [0, 0]
        self._used: set[tuple[str, int]] = set()

    def __enter__(self) -> Self:
        """Return the asker."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the journal and the teacher; leave the tokens of all answers that were used in the facts."""
        self._journal.close()
        try:
            if self._backend is not None:
                self._note(self._backend)
                self._runner.run(self._backend.close())
        finally:
            self._runner.close()
        facts = {"answers": len(self._used), "prompt_tokens": self._tokens[0], "completion_tokens": self._tokens[1]}
        self._context.facts["teacher"] = {"name": self._model.name, "source": self._model.source, **facts}

    def request(self, user: str, *, system: str = "", prefill: str = "", stop: Sequence[str] = ()) -> Prompt:
        """Return a prompt that is its own key."""
        if self._style == "base":
            text = "\n\n".join(part for part in (system, user, prefill) if part)
            prompt = Prompt(problem_id="", style="base", text=text, prefill=prefill, stop=list(stop))
        else:
            turns = [{"role": "system", "content": system}] if system else []
            turns.append({"role": "user", "content": user})
            if prefill:
                turns.append({"role": "assistant", "content": prefill})
            prompt = Prompt(problem_id="", style="chat", turns=turns, prefill=prefill, stop=list(stop))
        key = prompt_sha256(prompt)
        return msgspec.structs.replace(prompt, problem_id=key, sha256=key)

    def ask(self, asked: Sequence[tuple[Prompt, int]]) -> list[Answer]:
        """Return the answers to (prompt, index) in their order.

        Raises:
            BackendError, ModelError: the teacher can't answer (any more); what it said so far is journalled.
        """
        requests = {(p.sha256, index): Request(prompt=p, index=index) for p, index in asked}
        missing = [key for key in requests if key not in self._places]
        if missing:
            self._runner.run(self._fill(list(requests.values()), len(missing)))
        return list(self._read([(p.sha256, index) for p, index in asked]))

    async def _fill(self, requests: list[Request], missing: int) -> None:
        """Have the teacher answer what is missing, and journal it."""
        backend = self._backend
        if backend is None:
            backend = self._backend = await self._open()
        errors: dict[tuple[str, int], str] = getattr(backend, "errors", {})
        done = [request.key for request in requests if request.key in self._places]
        answered = 0
        async for sample in backend.generate(requests, self._sampling, done=frozenset(done)):
            if lost(sample):
                errors.pop((sample.problem_id, sample.index), "")
                continue
            self._keep(sample, errors.pop((sample.problem_id, sample.index), ""))
            answered += 1
            self._say(len(done) + answered, len(requests))
        self._journal.sync()
        if answered < missing:
            raise DatasetError(
                f"{self._model.name} left {missing - answered} of {missing} prompts without an answer.",
                "Run the same command again: only they are asked then.",
            )

    async def _open(self) -> Backend:
        name = self._step.backend or self._model.backend

        def tell(line: str) -> None:
            self._context.emit(Notice(message=line))

        open_it: Callable[..., Awaitable[Backend]] = opened
        if self._context.cluster:
            from harness.cluster.generation import opener_at

            open_it = opener_at(self._context.cluster)
        backend = await open_it(name, self._model, self._context.workspace, progress=tell, **self._step.options)
        self._began = time.monotonic()
        return backend

    def _keep(self, sample: Sample, error: str) -> None:
        """Journal an answer and remember where it stands."""
        place = self._path.stat().st_size
        answer = Answer(
            key=sample.problem_id,
            index=sample.index,
            text=sample.text,
            finish=sample.finish,
            prompt_tokens=sample.prompt_tokens,
            completion_tokens=sample.completion_tokens,
            error=error,
        )
        self._journal.append(answer)
        self._places[answer.key, answer.index] = place
        self._new += 1

    def _read(self, keys: Sequence[tuple[str, int]]) -> Iterator[Answer]:
        """Yield answers from the journal."""
        decoder = msgspec.json.Decoder(Answer)
        with self._path.open("rb") as file:
            for key in keys:
                file.seek(self._places[key])
                answer = decoder.decode(file.readline())
                if key not in self._used:
                    self._used.add(key)
                    self._tokens[0] += answer.prompt_tokens or 0
                    self._tokens[1] += answer.completion_tokens or 0
                yield answer

    def _say(self, done: int, total: int) -> None:
        now = time.monotonic()
        if now - self._said < EVERY_S and done < total:
            return
        self._said = now
        rate = f"{self._new / max(now - self._began, 1e-3):.1f} answers/s"
        cost = getattr(self._backend, "cost", lambda: None)()
        detail = rate if cost is None else f"{rate}, cost {cost:.4f}"
        self._context.emit(StepProgress(step=self._step.name, done=done, total=total, detail=detail))

    def _note(self, backend: Backend) -> None:
        """Leave what isn't the same every time: the engine, retries, cost."""
        measured: dict[str, Any] = {"asked": self._new, "engine": backend.describe()}
        used = counted(backend)
        cost = used.pop("cost", None)
        if used:
            measured["usage"] = used
        if cost is not None:
            measured["cost"] = round(cost, 6)
        self._context.measured["teacher"] = measured

    def _signature(self) -> str:
        """Return what answers depend on besides the prompt: teacher and sampling."""
        options = self._step.parameters()["options"]
        signed = [
            self._model.source,
            self._model.sha256,
            self._step.backend or self._model.backend,
            self._sampling,
            options,
        ]
        return hashlib.sha256(msgspec.json.encode(signed, order="deterministic")).hexdigest()[:12]


def _places(path: Path) -> dict[tuple[str, int], int]:
    """Return where each answer stands in a journal, in bytes; the first answer to a prompt counts.

    Raises:
        DatasetError: a line is damaged.
    """
    decoder = msgspec.json.Decoder(Answer)
    found: dict[tuple[str, int], int] = {}
    place = 0
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            try:
                answer = decoder.decode(line)
            except msgspec.MsgspecError as error:
                raise DatasetError(
                    f"{path}:{number} is damaged: {error}.", "Remove that line: its prompt is then asked again."
                ) from None
            found.setdefault((answer.key, answer.index), place)
            place += len(line)
    return found


learn(Answer)
