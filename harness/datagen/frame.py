"""The frame: runs steps one after another, streams rows, caches results by signature, resumes.

A result is cached under the signature of its step: name, version, parameters, the recipe's seed, the
step's fingerprint (corpus, teacher, prompts) and the checksum of the rows that came in. A step that was
interrupted begins anew; what is expensive in it is journalled by the step itself (``Context.journals``).
"""

from __future__ import annotations

import hashlib
import os
import shutil
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec

from harness.datagen.dataset import (
    MANIFEST,
    PARQUET,
    REJECTED,
    REPORTS,
    ROWS,
    TIMINGS,
    Dataset,
    LineWriter,
    Manifest,
    Parent,
    StepRecord,
    read_rows,
)
from harness.datagen.events import JobEvent, JobFinished, JobStarted, StepFinished, StepProgress, StepStarted
from harness.datagen.rows import EVIDENCE, Row
from harness.datagen.steps import Context, Step
from harness.errors import RecipeError
from harness.journal import Journal, write_atomic
from harness.learning import learn
from harness.workspace import Workspace

DONE = "done.json"
EVERY_S = 1.0
"""Seconds between two reports of progress."""


class Done(msgspec.Struct, frozen=True, kw_only=True):
    """What a finished step's folder says."""

    record: StepRecord
    measured: dict[str, Any]


def make_dataset(
    workspace: Workspace,
    name: str,
    steps: Sequence[Step],
    *,
    parent: Dataset | None = None,
    description: str = "",
    seed: int = 0,
    workers: int = 1,
    cluster: str = "",
    parquet: bool = False,
    emit: Callable[[JobEvent], None] | None = None,
) -> Dataset:
    """Run the steps and return the dataset; what is there already isn't done again.

    Args:
        workspace: Where datasets lie.
        name: Of the dataset's folder.
        steps: In this order. The first makes rows unless there is a parent.
        parent: The dataset whose rows the first step takes.
        description: For the manifest.
        seed: All that is random in the steps derives from it.
        workers: Processes that a step may use; doesn't change the result.
        cluster: Address of a Ray cluster on whose nodes teachers generate; empty for this machine.
        parquet: Write rows.parquet instead of rows.jsonl.
        emit: Gets every event; events.jsonl gets them too.

    Raises:
        RecipeError: the first step needs rows and there are none, or a later one takes none.
        MagibenchError: a step can't do its work; what was done is kept.
    """
    _check(steps, parent)
    dataset = Dataset(workspace.datasets / name)
    journal: Journal[JobEvent] = Journal(dataset.path / "events.jsonl", JobEvent)
    with dataset.locked(), journal as events:
        began = time.monotonic()

        def tell(event: JobEvent) -> None:
            stamped = msgspec.structs.replace(event, t=round(time.time(), 3))
            events.append(stamped)
            if emit:
                emit(stamped)

        tell(JobStarted(dataset=name, steps=[s.name for s in steps], pid=os.getpid()))
        runner = _Runner(workspace, dataset, seed, workers, cluster, tell)
        results = runner.chain(steps, parent)
        manifest = _finish(dataset, results, parent, description, seed, parquet=parquet)
        tell(JobFinished(dataset=name, rows=manifest.rows, seconds=round(time.monotonic() - began, 3)))
    return dataset


def _check(steps: Sequence[Step], parent: Dataset | None) -> None:
    """Refuse chains that can't give rows."""
    if not steps:
        raise RecipeError("There are no steps.", "Add one: `magibench data steps` lists them.")
    first = steps[0]
    if parent is None and not first.source:
        raise RecipeError(
            f"The first step, {first.name}, needs rows, and nothing makes any.",
            "Begin with seeds, import or self-instruct, or name a dataset to start from.",
        )
    for step in steps[0 if parent else 1 :]:
        if step.source:
            raise RecipeError(f"The step {step.name} makes rows of its own.", "It can only stand at the beginning.")


class _Result(msgspec.Struct, frozen=True):
    """A finished step and where its rows are."""

    folder: Path
    done: Done


class _Runner:
    """Runs a chain of steps for one dataset."""

    def __init__(
        self,
        workspace: Workspace,
        dataset: Dataset,
        seed: int,
        workers: int,
        cluster: str,
        emit: Callable[[JobEvent], None],
    ) -> None:
        self._workspace = workspace
        self._dataset = dataset
        self._seed = seed
        self._workers = workers
        self._cluster = cluster
        self._emit = emit

    def chain(self, steps: Sequence[Step], parent: Dataset | None) -> list[_Result]:
        """Run or reuse every step; remove results that are no longer part of the chain."""
        prints = [step.fingerprint(self._workspace) for step in steps]
        source = (parent.rows if parent else None, parent.manifest() if parent else None)
        rows, sha, total = source[0], "", 0
        if source[1]:
            sha, total = source[1].rows_sha256, source[1].rows
        results: list[_Result] = []
        for position, (step, fingerprint) in enumerate(zip(steps, prints, strict=True)):
            result = self._step(step, position, fingerprint, rows, sha, total)
            results.append(result)
            path = result.folder / ROWS
            rows, sha, total = _reader(path), result.done.record.output_sha256, result.done.record.rows_out
        kept = {result.folder for result in results}
        for folder in (self._dataset.work / "steps").iterdir():
            if folder not in kept:
                shutil.rmtree(folder, ignore_errors=True)
        return results

    def _step(
        self,
        step: Step,
        position: int,
        fingerprint: Any,
        rows: Callable[[], Iterator[Row]] | None,
        sha: str,
        total: int,
    ) -> _Result:
        """Run one step, or find what it gave before."""
        signed = [step.name, step.version, step.parameters(), self._seed, fingerprint, sha]
        signature = hashlib.sha256(msgspec.json.encode(signed, order="deterministic")).hexdigest()[:16]
        folder = self._dataset.work / "steps" / f"{position:02}-{step.name}-{signature}"
        self._emit(StepStarted(step=step.name, position=position, total=total if rows else None))
        cached = all((folder / name).is_file() for name in (DONE, ROWS, REJECTED))
        done = msgspec.json.decode((folder / DONE).read_bytes(), type=Done) if cached else None
        if done is None:
            done = self._run(step, folder, rows, sha, total)
        self._emit(
            StepFinished(
                step=step.name,
                rows=done.record.rows_out,
                rejected=done.record.rejected,
                seconds=0.0 if cached else done.measured["seconds"],
                cached=cached,
            )
        )
        return _Result(folder, done)

    def _run(self, step: Step, folder: Path, rows: Callable[[], Iterator[Row]] | None, sha: str, total: int) -> Done:
        """Stream the rows through a step; its folder is whole when done.json is there."""
        context = Context(
            workspace=self._workspace,
            folder=folder,
            journals=self._dataset.work / "journals",
            seed=self._seed,
            workers=self._workers,
            cluster=self._cluster,
            total=total if rows else None,
            emit=self._emit,
        )
        began = time.monotonic()
        kept, dropped = LineWriter(folder / ROWS), LineWriter(folder / REJECTED)
        reasons: Counter[str] = Counter()
        taken = _Counted(rows() if rows else iter(()))
        last = began
        try:
            for item in step.run(taken, context):
                if isinstance(item, Row):
                    kept.write(item)
                else:
                    reasons[item.reason] += 1
                    dropped.write(msgspec.structs.replace(item, step=step.name, evidence=item.evidence[:EVIDENCE]))
                if not step.reports_progress and (now := time.monotonic()) - last > EVERY_S:
                    last = now
                    self._emit(
                        StepProgress(
                            step=step.name,
                            done=taken.count if rows else kept.count,
                            total=context.total,
                            rejected=dropped.count,
                        )
                    )
            output = kept.finish()
            dropped.finish()
        except BaseException:
            kept.abandon()
            dropped.abandon()
            raise
        record = StepRecord(
            name=step.name,
            version=step.version,
            parameters=step.parameters(),
            seed=self._seed,
            input_sha256=sha,
            output_sha256=output,
            rows_in=taken.count,
            rows_out=kept.count,
            rejected=dict(sorted(reasons.items())),
            facts=context.facts,
        )
        done = Done(record=record, measured={**context.measured, "seconds": round(time.monotonic() - began, 3)})
        write_atomic(folder / DONE, msgspec.json.encode(done, order="deterministic"))
        return done


class _Counted:
    """Counts rows as they are taken."""

    def __init__(self, rows: Iterable[Row]) -> None:
        self._rows = rows
        self.count = 0

    def __iter__(self) -> Iterator[Row]:
        for row in self._rows:
            self.count += 1
            yield row


def _reader(path: Path) -> Callable[[], Iterator[Row]]:
    return lambda: read_rows(path)


def _finish(
    dataset: Dataset,
    results: Sequence[_Result],
    parent: Dataset | None,
    description: str,
    seed: int,
    *,
    parquet: bool,
) -> Manifest:
    """Put the last step's rows, all rejected records, reports and the manifest in their places; the manifest last."""
    last = results[-1]
    # A manifest beside rows that aren't its own would lie; without one, the folder is unfinished.
    (dataset.path / MANIFEST).unlink(missing_ok=True)
    (dataset.path / (ROWS if parquet else PARQUET)).unlink(missing_ok=True)
    if parquet:
        from harness.datagen.parquet import write_parquet

        write_parquet(read_rows(last.folder / ROWS), dataset.path / PARQUET)
    else:
        _place(last.folder / ROWS, dataset.path / ROWS)
    part = dataset.path / f"{REJECTED}.part"
    with part.open("wb") as file:
        for result in results:
            with (result.folder / REJECTED).open("rb") as source:
                shutil.copyfileobj(source, file)
    part.replace(dataset.path / REJECTED)
    before = parent.manifest() if parent else None
    _reports(dataset, results, parent)
    manifest = Manifest(
        name=dataset.name,
        description=description or (before.description if before else ""),
        seed=seed,
        rows=last.done.record.rows_out,
        rows_sha256=last.done.record.output_sha256,
        parents=[Parent(name=before.name, rows_sha256=before.rows_sha256)] if before else [],
        steps=[*(before.steps if before else []), *(r.done.record for r in results)],
    )
    timings = [{"step": r.done.record.name, **r.done.measured} for r in results]
    write_atomic(dataset.path / TIMINGS, _pretty(timings))
    write_atomic(dataset.path / MANIFEST, _pretty(manifest))
    return manifest


def _reports(dataset: Dataset, results: Sequence[_Result], parent: Dataset | None) -> None:
    """Keep the parent's reports and those of the steps; the last of a name has it, earlier ones are "name-1" and on."""
    part = dataset.work / "reports"
    shutil.rmtree(part, ignore_errors=True)
    found = [(path.name, path) for path in (parent.reports() if parent else [])]
    found += [(r.done.record.name, r.folder / "reports") for r in results if (r.folder / "reports").is_dir()]
    for name, source in found:
        target = part / name
        if target.exists():
            target.rename(part / f"{name}-{sum(1 for each in part.iterdir() if each.name.startswith(f'{name}-')) + 1}")
        shutil.copytree(source, target)
    shutil.rmtree(dataset.path / REPORTS, ignore_errors=True)
    if found:
        part.replace(dataset.path / REPORTS)


def _place(source: Path, target: Path) -> None:
    """Give a file a second name, or copy it where links aren't to be had."""
    part = target.with_name(f".{target.name}.part")
    part.unlink(missing_ok=True)
    try:
        os.link(source, part)
    except OSError:
        shutil.copyfile(source, part)
    part.replace(target)


def _pretty(value: Any) -> bytes:
    return msgspec.json.format(msgspec.json.encode(value, order="deterministic"), indent=2) + b"\n"


learn(Done)
