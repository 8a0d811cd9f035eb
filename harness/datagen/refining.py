"""The steps after generation: clean, dedup, decontaminate, filter."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Iterable, Iterator
from pathlib import Path
from queue import Queue
from typing import Any, ClassVar, Literal

import msgspec

from harness.datagen.cleaning import repeats
from harness.datagen.decontamination.findings import Finding
from harness.datagen.decontamination.index import DEFAULT, Strictness
from harness.datagen.decontamination.report import FILE, Report, Tally, html, searched
from harness.datagen.decontamination.searching import search
from harness.datagen.decontamination.sources import Source, sources
from harness.datagen.execution import BROKEN, STATES, Execution, State, execute
from harness.datagen.near import MinHash, near_duplicates
from harness.datagen.parallel import workers_here
from harness.datagen.rows import Rejected, Row, with_columns
from harness.datagen.steps import Context, Step
from harness.datagen.texts import joined
from harness.errors import RecipeError
from harness.journal import write_atomic
from harness.workspace import Workspace

Column = Literal["problem", "solution", "seed"]
BOTH: tuple[Column, ...] = ("problem", "solution")


class Clean(Step, frozen=True, kw_only=True):
    """Drop what repeats, white space aside (Magicoder's rule)."""

    name: ClassVar[str] = "clean"

    def run(self, rows: Iterable[Row], context: Context) -> Iterator[Row | Rejected]:
        """Yield every row, or which column repeats which earlier row's."""
        for row, column, first in repeats(rows):
            yield row if column is None else Rejected(row=row, reason=f"duplicate {column}", evidence=f"row {first}")


class Dedup(Step, frozen=True, kw_only=True):
    """Drop near-duplicates by MinHash; of each cluster the first row stays."""

    name: ClassVar[str] = "dedup"

    threshold: float = 0.7
    """Estimated Jaccard similarity from which on two rows are near-duplicates."""
    ngram: int = 5
    """Words that are one element of a row's set."""
    permutations: int = 256
    min_words: int = 10
    """Shorter rows are compared with none."""
    minhash_seed: int = 42
    columns: tuple[Column, ...] = BOTH

    def run(self, rows: Iterable[Row], context: Context) -> Iterator[Row | Rejected]:
        """Yield every row, or what it resembles. All rows are held: which is first of its cluster shows at the end."""
        settings = MinHash(
            threshold=self.threshold,
            ngram=self.ngram,
            permutations=self.permutations,
            min_words=self.min_words,
            seed=self.minhash_seed,
        )
        held = list(rows)
        found = near_duplicates((joined(row, self.columns) for row in held), settings, context.workers)
        for row, near in zip(held, found, strict=True):
            if near is None:
                yield row
            else:
                evidence = f"row {held[near.index].id}, similarity {near.similarity:.3f}"
                yield Rejected(row=row, reason="near-duplicate", evidence=evidence)

    def fingerprint(self, workspace: Workspace) -> Any:
        """Return the version of the library's signatures."""
        from rensa import RMinHash

        return {"rensa": RMinHash.ALGORITHM_VERSION}


class Decontaminate(Step, frozen=True, kw_only=True):
    """Drop what has something in common with a benchmark; the report and its page travel with the dataset."""

    name: ClassVar[str] = "decontaminate"

    mode: Literal["exact", "strict"] = "strict"
    apps: str = ""
    """APPS' test file, JSON lines with ``question``; empty to look below MAGIBENCH_DATA."""
    ignored: tuple[str, ...] = ()
    """Keys of sources to leave out, e.g. "gsm8k_questions"."""
    columns: tuple[Column, ...] = BOTH
    strictness: Strictness = DEFAULT
    unsigned: ClassVar[frozenset[str]] = frozenset({"apps"})

    def sources(self) -> tuple[Source, ...]:
        """Return what is searched for, absent sources too.

        Raises:
            DataError, UnknownName: a file is damaged, or a key doesn't exist.
        """
        return sources(Path(self.apps) if self.apps else None, frozenset(self.ignored))

    def run(self, rows: Iterable[Row], context: Context) -> Iterator[Row | Rejected]:
        """Yield every row, or what it has in common with which task."""
        found = self.sources()
        report = Report(mode=self.mode, columns=self.columns, parameters=self.parameters(), searched=searched(found))
        tally = Tally(report)
        pairs = search(
            rows, found, self.mode, columns=self.columns, strictness=self.strictness, workers=context.workers
        )
        for row, findings in pairs:
            tally.add(row.id, findings)
            if findings:
                first = findings[0]
                yield Rejected(row=row, reason=f"{first.benchmark} ({first.rule})", evidence=_evidence(findings))
            else:
                yield row
        tally.finish()
        write_atomic(context.reports / FILE, report.encode())
        write_atomic(context.reports / "decontamination.html", html(report))
        context.facts["absent"] = [source.key for source in found if source.absent]

    def fingerprint(self, workspace: Workspace) -> Any:
        """Return checksums of what is searched for: other strings, another result."""
        return {source.key: source.sha256 or "absent" for source in searched(self.sources())}


def _evidence(findings: list[Finding]) -> str:
    """Describe the first finding, both sides, and how many more there are."""
    first = findings[0]
    more = f"; {len(findings) - 1} more" if len(findings) > 1 else ""
    sides = f"row: {first.matched!r}; benchmark: {first.reference!r}"
    return f"{first.task} {first.part}, {first.rule} {first.score:g}{more}; {sides}"


class Filter(Step, frozen=True, kw_only=True):
    """Run solutions in Python; add the column ``execution``; drop the states asked for."""

    name: ClassVar[str] = "filter"

    drop: tuple[State, ...] = tuple(state for state in STATES if state in BROKEN)
    """States whose rows are dropped; none only adds the column. A failure of the sandbox never drops a row."""
    sandbox: str = "docker"
    slots: int | None = None
    unsigned: ClassVar[frozenset[str]] = frozenset({"slots"})

    def __post_init__(self) -> None:
        """Refuse to drop rows for what isn't their fault."""
        if "infrastructure" in self.drop:
            raise RecipeError(
                "filter: a failure of the sandbox (infrastructure) can't drop a row.", "Leave it out of `drop`."
            )

    def run(self, rows: Iterable[Row], context: Context) -> Iterator[Row | Rejected]:
        """Yield every row with its column, or why it was dropped.

        Raises:
            SandboxError: nothing can be run.
        """
        for row, execution in _in_thread(self._executed, rows):
            marked = with_columns(row, execution=msgspec.to_builtins(execution))
            if execution.state in self.drop:
                yield Rejected(row=marked, reason=execution.state, evidence=execution.detail)
            else:
                yield marked

    async def _executed(self, rows: Iterable[Row]) -> AsyncIterator[tuple[Row, Execution]]:
        from harness.sandboxing import open_sandbox

        slots = self.slots or workers_here()
        box = open_sandbox(self.sandbox, slots)
        try:
            async for each in execute(rows, box, slots):
                yield each
        finally:
            await box.close()


_END = object()


def _in_thread(make: Any, rows: Iterable[Row]) -> Iterator[tuple[Row, Execution]]:
    """Iterate an asynchronous generator from outside of any loop: it runs in a thread with a loop of its own."""
    queue: Queue[Any] = Queue(maxsize=1000)
    stop = threading.Event()

    async def pump() -> None:
        source = make(rows)
        try:
            async for each in source:
                if stop.is_set():
                    break
                queue.put(each)
        finally:
            await source.aclose()

    def body() -> None:
        try:
            asyncio.run(pump())
            queue.put(_END)
        except BaseException as error:  # noqa: BLE001 - raised again where the rows are read
            queue.put(error)

    thread = threading.Thread(target=body, name="execution", daemon=True)
    thread.start()
    try:
        while (each := queue.get()) is not _END:
            if isinstance(each, BaseException):
                raise each
            yield each
    finally:
        stop.set()
        while thread.is_alive():
            # A full queue would keep the thread from seeing that it should end.
            while not queue.empty():
                queue.get_nowait()
            thread.join(0.05)
