"""``python -m harness.finetune.trainer FOLDER --workspace DIR [--plan]``: one training, from its folder's recipe."""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import threading
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from harness.datagen.dataset import open_dataset
from harness.errors import MagibenchError, TrainingError
from harness.events import Notice, Phase
from harness.finetune import curves, lineage
from harness.finetune.batching import Plan, plan_batches
from harness.finetune.encoding import Rows, encode_rows
from harness.finetune.estimate import check_memory, estimate
from harness.finetune.events import (
    CheckpointSaved,
    Evaluated,
    HeldOut,
    StepTrained,
    TrainingEvent,
    TrainingFinished,
    TrainingPlanned,
    TrainingStarted,
)
from harness.finetune.folder import MERGED, TrainingFolder, last_whole, seal
from harness.finetune.recipes import Recipe
from harness.journal import Journal
from harness.records import Model
from harness.registry import find_model
from harness.sources import resolve
from harness.workspace import Workspace

Emit = Callable[[TrainingEvent], None]


def main() -> None:
    """Train; exit with 0, with 2 after a Notice that says what is wrong, or with 1 and a traceback."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--workspace", type=Path, required=True)
    parser.add_argument("--parent", type=int, default=0)
    parser.add_argument("--plan", action="store_true")
    given = parser.parse_args()
    if given.parent:
        threading.Thread(target=_die_with, args=(given.parent,), daemon=True).start()
    folder, first = TrainingFolder(given.folder), int(os.environ.get("RANK", "0")) == 0
    events: Journal[TrainingEvent] = Journal(folder.path / "events.jsonl", TrainingEvent)
    metrics: Journal[TrainingEvent] = Journal(folder.path / "metrics.jsonl", TrainingEvent)
    with events, metrics:

        def emit(event: TrainingEvent) -> None:
            if first:
                stamped = msgspec.structs.replace(event, t=round(time.time(), 3))
                events.append(stamped)
                if isinstance(event, StepTrained | HeldOut | Evaluated):
                    metrics.append(stamped)

        try:
            Training(Workspace(given.workspace), folder, emit, first=first).run(plan_only=given.plan)
        except Exception as error:  # noqa: BLE001 - the parent shows what it was
            traceback.print_exc()
            message, remedy = lineage.described(error)
            emit(Notice(level="error", message=message, remedy=remedy))
            sys.stderr.flush()
            os._exit(2 if isinstance(error, MagibenchError) else 1)


class Training:
    """Plans, trains, saves, registers."""

    def __init__(self, workspace: Workspace, folder: TrainingFolder, emit: Emit, *, first: bool) -> None:
        """``first``: whether this is the process that writes."""
        self.workspace, self.folder, self.emit, self.first = workspace, folder, emit, first
        self.recipe: Recipe = folder.recipe()
        self.base: Model = find_model(workspace, self.recipe.model)
        self.weights = folder.path
        self.totals: list[int] = []

    def run(self, *, plan_only: bool) -> None:
        """Do everything; or only say what would be done."""
        from harness.finetune.trainer import modelling

        began = time.monotonic()
        modelling.quiet()
        self.emit(Phase(name="planning"))
        device = modelling.choose_device(self.recipe)
        found = resolve(self.base, self.workspace, lambda line: self.emit(Phase(name="resolving", detail=line)))
        if found.kind not in {"folder", "gguf"}:
            raise TrainingError(f"{self.base.name} has no weights: its source is {self.base.source!r}.", "Use another.")
        rows, plan = self._plan(found, device)
        if plan_only:
            return
        self.emit(Phase(name="loading", detail=self.base.name))
        tokenizer, model, self.weights = modelling.load_weights(self.base.name, found, self.recipe, device)
        self._train(rows, plan, tokenizer, model, device)
        steps = len(plan.steps)
        self.emit(
            TrainingFinished(
                training=self.folder.name, model=self.recipe.name, steps=steps, tokens=sum(plan.tokens),
                seconds=round(time.monotonic() - began, 1),
            )
        )  # fmt: skip
        if self.first:
            curves.write(self.folder)

    def _plan(self, found: Any, device: str) -> tuple[Rows, Plan]:
        """Encode the rows, draw the steps, estimate the memory."""
        from harness.finetune.trainer import modelling

        recipe = self.recipe
        shape = modelling.shape_of(found, recipe.tuning)
        if recipe.data.max_length > shape.context:
            raise TrainingError(
                f"data.max_length is {recipe.data.max_length}, {self.base.name} reads {shape.context} tokens at most.",
                f"Set data.max_length = {shape.context}.",
            )
        tokenizer = modelling.load_tokenizer(found)
        records = (row for name in recipe.datasets for row in open_dataset(self.workspace, name).rows())
        rows = encode_rows(records, recipe.data, tokenizer, recipe.seed)
        lengths = [len(row.ids) for row in rows.train]
        plan = plan_batches(lengths, recipe.batches, recipe.compute.processes, recipe.seed)
        sizes = [
            sum(lengths[r] for r in m) if recipe.batches.packing else len(m) * max(lengths[r] for r in m)
            for m in plan.micro
        ]
        memory = estimate(shape, recipe, max(sizes), _free_mib(device))
        self.totals = [0]
        for tokens in plan.tokens:
            self.totals.append(self.totals[-1] + tokens)
        self.emit(
            TrainingPlanned(
                training=self.folder.name, rows=len(rows.train), held_out=len(rows.held_out), counts=dict(rows.counts),
                steps=len(plan.steps), tokens=sum(plan.tokens), real_share=round(sum(plan.tokens) / sum(sizes), 4),
                trainable=shape.trainable, parameters=shape.parameters, memory=memory, pid=os.getpid(),
            )
        )  # fmt: skip
        for reason, count in rows.counts.items():
            self.emit(Notice(message=f"{count} rows: {reason}"))
        if warning := check_memory(memory, recipe):
            self.emit(Notice(level="warning", message=warning))
        return rows, plan

    def _train(self, rows: Rows, plan: Plan, tokenizer: Any, model: Any, device: str) -> None:
        """Run the trainer from the last whole checkpoint."""
        import torch

        from harness.finetune.trainer import modelling
        from harness.finetune.trainer.sft import Tuner, arguments

        if self.recipe.compute.threads:
            torch.set_num_threads(self.recipe.compute.threads)
        args = arguments(self.recipe, plan, self.folder.checkpoints, device, self.recipe.compute.processes)
        # After the arguments, which bring the processes together.
        step, wrong = modelling.agreed(last_whole(self.folder) if self.first else (0, []))
        for message in wrong:
            self.emit(Notice(level="warning", message=message))
        trainer = Tuner(
            recipe=self.recipe, plan=plan, rows=rows, emit=self.emit, saved=self._saved,
            model=model, args=args, processing_class=tokenizer, peft_config=modelling.lora(self.recipe.tuning),
        )  # fmt: skip
        trainer.start_from(step)
        if step == 0:
            trainer.measure(0)
            self._evaluate(0, self.base.name)
        self.emit(TrainingStarted(training=self.folder.name, step=step, steps=len(plan.steps)))
        if step and self.first:
            self._register(step)
        if step < len(plan.steps):
            trainer.train(resume_from_checkpoint=str(self.folder.checkpoint(step)) if step else None)

    def _saved(self, step: int, path: Path) -> None:
        """Complete a checkpoint, declare it whole, put it into models.toml, let go of older ones."""
        if self.recipe.tuning.method == "lora":
            from harness.finetune.trainer.merging import merge

            merge(self.weights, path, path / MERGED)
        seal(path)
        name = self._register(step)
        curves.write(self.folder)
        for old in self.folder.steps()[: -max(1, self.recipe.checkpoints.keep)]:
            lineage.unregister(self.workspace, f"{self.recipe.name}-step{old}")
            shutil.rmtree(self.folder.checkpoint(old))
        self._evaluate(step, name)

    def _register(self, step: int) -> str:
        last = step == len(self.totals) - 1
        model = lineage.register(self.workspace, self.folder, step, self.totals[step], last=last)
        self.emit(CheckpointSaved(step=step, model=model.name, path=model.source.removeprefix("path:")))
        return model.name

    def _evaluate(self, step: int, name: str) -> None:
        """Judge a checkpoint with the program's own command; a failure is said and doesn't end the training."""
        asked = self.recipe.evaluate
        if not asked.benchmark or not self.first:
            return
        from harness.finetune.evaluating import evaluate

        self.emit(Phase(name="evaluating", detail=f"{name} on {asked.limit} of {asked.benchmark}"))
        style = "base" if self.recipe.data.template == "plain" else self.recipe.data.template
        try:
            self.emit(evaluate(self.workspace, name, asked, style, step))
        except TrainingError as error:
            self.emit(Notice(level="warning", message=error.message, remedy=error.remedy))


def _free_mib(device: str) -> int:
    if device == "cuda":
        import torch

        return int(torch.cuda.mem_get_info()[0] >> 20)
    try:
        for line in Path("/proc/meminfo").read_text().splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) >> 10
    except OSError:
        pass
    return 0


def _die_with(parent: int) -> None:
    """End this process when the command that started it is gone, however it went: it can't go on unseen."""
    while True:
        try:
            os.kill(parent, 0)
        except ProcessLookupError:
            os._exit(3)
        time.sleep(0.5)


if __name__ == "__main__":
    main()
