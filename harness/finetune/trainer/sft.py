"""SFTTrainer with our batches, our loss over learned tokens, our journal, and checkpoints that are whole or aren't there."""

from __future__ import annotations

import math
import resource
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from datasets import Dataset
from torch.utils.data import SequentialSampler
from transformers import Trainer
from trl import SFTConfig, SFTTrainer

from harness.errors import TrainingError
from harness.finetune.batching import Plan
from harness.finetune.encoding import Encoded, Rows
from harness.finetune.events import HeldOut, StepTrained, TrainingEvent
from harness.finetune.recipes import Recipe
from harness.finetune.trainer.collating import pack, pad
from harness.finetune.trainer.loss import summed_loss

Emit = Callable[[TrainingEvent], None]
OPTIMIZERS = {"adafactor": "adafactor", "adamw": "adamw_torch"}


def arguments(recipe: Recipe, plan: Plan, output: Path, device: str, processes: int) -> SFTConfig:
    """Return the recipe in TRL's words. The plan is one "epoch" of all micro-batches, one to a batch."""
    return SFTConfig(
        output_dir=str(output),
        per_device_train_batch_size=1,
        gradient_accumulation_steps=len(plan.steps[0]) // processes,
        max_steps=len(plan.steps),
        optim=OPTIMIZERS[recipe.optimizer.name],
        learning_rate=recipe.optimizer.learning_rate,
        lr_scheduler_type=recipe.optimizer.schedule,
        warmup_steps=recipe.optimizer.warmup_steps,
        weight_decay=recipe.optimizer.weight_decay,
        max_grad_norm=recipe.optimizer.clip,
        bf16=recipe.compute.precision == "mixed",
        fp16=False,
        use_cpu=device == "cpu",
        gradient_checkpointing=recipe.compute.gradient_checkpointing,
        deepspeed=recipe.compute.deepspeed or None,
        seed=recipe.seed,
        data_seed=recipe.seed,
        save_strategy="steps",
        save_steps=recipe.checkpoints.every or len(plan.steps),
        save_total_limit=None,
        logging_steps=1,
        logging_nan_inf_filter=False,
        report_to="none",
        disable_tqdm=True,
        eval_strategy="no",
        dataloader_num_workers=0,
        dataloader_pin_memory=device == "cuda",
        remove_unused_columns=False,
        dataset_kwargs={"skip_prepare_dataset": True},
        max_length=None,
        push_to_hub=False,
    )


class Tuner(SFTTrainer):  # type: ignore[misc] # mypy does not follow trl
    """One training."""

    def __init__(
        self, *, recipe: Recipe, plan: Plan, rows: Rows, emit: Emit, saved: Callable[[int, Path], None], **given: Any
    ) -> None:
        """``saved`` gets every checkpoint's step and folder, on the first process, before it is declared whole."""
        self.recipe, self.plan, self.rows, self.emit, self.saved = recipe, plan, rows, emit, saved
        self._spent = 0.0
        self._since: float | None = None
        self._first = 0
        self._totals = [0]
        for tokens in plan.tokens:
            self._totals.append(self._totals[-1] + tokens)
        super().__init__(train_dataset=Dataset.from_dict({"rows": plan.micro}), data_collator=self._collate, **given)

    def _collate(self, items: list[dict[str, Any]]) -> dict[str, Any]:
        return self.batch([self.rows.train[place] for place in items[0]["rows"]])

    def batch(self, rows: list[Encoded]) -> dict[str, Any]:
        """Return a micro-batch's tensors."""
        return pack(rows) if self.recipe.batches.packing else pad(rows, self.processing_class.pad_token_id)

    def _get_train_sampler(self, train_dataset: Any = None) -> Any:
        """The plan has drawn already."""
        return SequentialSampler(train_dataset if train_dataset is not None else self.train_dataset)

    def compute_loss(
        self, model: Any, inputs: Any, return_outputs: bool = False, num_items_in_batch: Any = None
    ) -> Any:
        """Return the micro-batch's share of the step's loss: the sum over its tokens by the step's number of tokens."""
        loss, count = summed_loss(model, inputs)
        loss = loss / (num_items_in_batch if num_items_in_batch is not None else count)
        # DDP averages gradients over processes; the number of tokens is that of all of them.
        if num_items_in_batch is not None and self.args.average_tokens_across_devices:
            loss = loss * self.accelerator.num_processes
        return (loss, None) if return_outputs else loss

    def training_step(self, *args: Any, **kwargs: Any) -> Any:
        """Note when a step begins."""
        if self._since is None:
            self._since = time.perf_counter()
        return super().training_step(*args, **kwargs)

    def log(self, logs: dict[str, float], start_time: float | None = None) -> None:
        """Journal a step, and measure where it is time to; every process measures, for FSDP needs them all."""
        if "loss" not in logs:
            return
        step, steps = self.state.global_step, len(self.plan.steps)
        if self._since is not None:
            self._spent += time.perf_counter() - self._since
            self._since = None
        if not math.isfinite(logs["loss"]):
            raise TrainingError(
                f"The loss is {logs['loss']} at step {step}.",
                "Lower optimizer.learning_rate, or set optimizer.clip = 1.",
            )
        if self.is_world_process_zero():
            self.emit(self._trained(logs, step, steps))
        every = self.recipe.evaluate.held_out_every
        if step == steps or (every and step % every == 0):
            self.measure(step)

    def _trained(self, logs: dict[str, float], step: int, steps: int) -> StepTrained:
        speed = (self._totals[step] - self._totals[self._first]) / max(self._spent, 1e-9)
        return StepTrained(
            step=step,
            steps=steps,
            loss=round(float(logs["loss"]), 6),
            learning_rate=float(logs.get("learning_rate", 0.0)),
            gradient_norm=round(float(logs.get("grad_norm") or 0.0), 4),
            tokens=self._totals[step],
            tokens_per_s=round(speed, 1),
            memory_mib=_memory_mib(),
            left_s=round((self._totals[-1] - self._totals[step]) / speed, 1),
        )

    def start_from(self, step: int) -> None:
        """Count speed from this step on."""
        self._first = step

    def measure(self, step: int) -> None:
        """Measure the held-out loss: every process all rows, so that none waits in a collective for another."""
        if not self.rows.held_out:
            return
        model = self.model_wrapped if self.accelerator.num_processes > 1 else self.model
        was = model.training
        model.eval()
        total, count = 0.0, 0
        size = self.recipe.batches.micro_rows
        with torch.no_grad(), self.compute_loss_context_manager():
            for start in range(0, len(self.rows.held_out), size):
                inputs = self._prepare_inputs(self.batch(self.rows.held_out[start : start + size]))
                loss, number = summed_loss(model, inputs)
                total, count = total + float(loss), count + int(number)
        model.train(was)
        if self.is_world_process_zero():
            self.emit(HeldOut(step=step, loss=round(total / count, 6), rows=len(self.rows.held_out), tokens=count))

    def _save_checkpoint(self, model: Any, trial: Any) -> None:
        """Save; what doesn't get whole is removed."""
        target = Path(self.args.output_dir) / f"checkpoint-{self.state.global_step}"
        try:
            # Past TRL's own, which writes a model card for the hub.
            Trainer._save_checkpoint(self, model, trial)  # noqa: SLF001 - the hook that there is
            self.accelerator.wait_for_everyone()
            if self.is_world_process_zero():
                self.saved(self.state.global_step, target)
        except TrainingError:
            raise
        except Exception as error:  # safetensors, torch and the system each have their own
            free = shutil.disk_usage(target.parent).free >> 20
            shutil.rmtree(target, ignore_errors=True)
            raise TrainingError(
                f"The checkpoint of step {self.state.global_step} can't be written ({free:,} MiB are free): {error}",
                "Make room; earlier checkpoints are kept, and the same command goes on from the last.",
            ) from error
        self.accelerator.wait_for_everyone()


def _memory_mib() -> int:
    if torch.cuda.is_available():
        return int(torch.cuda.max_memory_allocated() >> 20)
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
