"""Speed of training on a CPU: packed rows beside the paper's way, and the trainer beside a bare loop.

    python bench/train.py [--steps 2] [--rows 16]

Four sides, each in a process of its own, on the same rows, in the same steps, with the same weights at the beginning:

    paper    TRL's SFTTrainer as it is: batches of two, padded to the longest
    padded   a bare torch loop on the same padded batches
    packed   a bare torch loop on our packs
    ours     our trainer on our packs

Rows have the paper's lengths: 600 tokens on average (90M tokens in two epochs of 75K rows), answers somewhat longer
than prompts, log-normal, cut at 1216. The first step is warm-up and isn't timed.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
SIDES = ("paper", "padded", "packed", "ours")
OUT = ROOT / "bench" / "results" / "train.json"


def main() -> None:
    """Measure every side and print the ratios."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--steps", type=int, default=2)
    parser.add_argument("--rows", type=int, default=16)
    parser.add_argument("--side", choices=SIDES)
    given = parser.parse_args()
    if given.side:
        print(json.dumps(measure(given.side, given.steps, given.rows)))
        return
    found = {}
    for side in SIDES:
        command = [sys.executable, __file__, "--side", side, "--steps", str(given.steps), "--rows", str(given.rows)]
        done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
        if done.returncode:
            sys.exit(done.stderr[-3000:])
        found[side] = json.loads(done.stdout.splitlines()[-1])
        row = found[side]
        print(
            f"{side:7} {row['tokens_per_s']:7.1f} real tokens/s  {100 * row['real_share']:5.1f} % real  "
            f"losses {', '.join(f'{x:.4f}' for x in row['losses'])}",
            flush=True,
        )
    speed = {side: row["tokens_per_s"] for side, row in found.items()}
    ratios = {
        "packed over the paper's way": speed["ours"] / speed["paper"],
        "packed over padded, bare loops": speed["packed"] / speed["padded"],
        "trainer over bare loop": speed["ours"] / speed["packed"],
        "loss over the paper's": found["ours"]["losses"][-1] / found["paper"]["losses"][-1],
    }
    for name, ratio in ratios.items():
        print(f"{ratio:6.3f} x  {name}")
    from harness import provenance

    record = {"sides": found, "ratios": ratios, "machine": provenance.machine(), "load": os.getloadavg()[0]}
    OUT.write_text(json.dumps(record, indent=2) + "\n")


def rows_of(count: int, vocabulary: int) -> list[Any]:
    """Draw rows of the paper's lengths; what the tokens say doesn't change the work."""
    from harness.finetune.encoding import Encoded

    draw = random.Random(976)
    found = []
    for number in range(count):
        prompt = min(700, int(40 + draw.lognormvariate(5.36, 0.45)))
        answer = min(1216 - prompt, int(draw.lognormvariate(5.62, 0.5)) + 8)
        # Few different tokens: a loss that falls shows that the sides learn alike.
        ids = [100 + draw.randrange(min(400, vocabulary - 100)) for _ in range(prompt + answer)]
        found.append(Encoded(str(number), ids, prompt))
    return found


def measure(side: str, steps: int, size: int) -> dict[str, Any]:
    """Return a side's speed over ``steps`` steps after one of warm-up."""
    import tempfile

    import torch

    from harness.cli.init import make_workspace
    from harness.finetune.batching import plan_batches
    from harness.finetune.encoding import Rows
    from harness.finetune.recipes import Batches, Compute, Data, Optimizer, Recipe
    from harness.finetune.trainer import modelling
    from harness.registry import find_model
    from harness.sources import resolve

    modelling.quiet()
    workspace = make_workspace(Path(tempfile.mkdtemp()) / "w")
    found = resolve(find_model(workspace, "smollm2-135m-instruct"), workspace)
    packing = side in {"packed", "ours"}
    recipe = Recipe(
        name="bench", model="smollm2-135m-instruct", data=Data(dataset="none"), compute=Compute(precision="bf16"),
        optimizer=Optimizer(warmup_steps=0, schedule="constant", learning_rate=5e-5),
        batches=Batches(rows=size, micro_rows=2, packing=packing, max_steps=steps + 1),
    )  # fmt: skip
    tokenizer, model, _ = modelling.load_weights("smollm2", found, recipe, "cpu")
    rows = rows_of(size * (steps + 1), model.config.vocab_size)
    plan = plan_batches([len(r.ids) for r in rows], recipe.batches, 1, recipe.seed)
    torch.manual_seed(0)
    if side in {"ours", "paper"}:
        times, losses = _trainer(side, recipe, plan, Rows(train=rows), tokenizer, model)
    else:
        times, losses = _loop(recipe, plan, rows, tokenizer, model)
    widths = [max(len(rows[r].ids) for r in m) * len(m) if not packing else sum(len(rows[r].ids) for r in m)
              for m in plan.micro]  # fmt: skip
    return {
        "tokens_per_s": sum(plan.tokens[1:]) / sum(times[1:]), "seconds": times, "losses": losses,
        "real_share": sum(plan.tokens) / sum(widths), "tokens": plan.tokens,
    }  # fmt: skip


def _loop(recipe: Any, plan: Any, rows: list[Any], tokenizer: Any, model: Any) -> tuple[list[float], list[float]]:
    """A loop as short as it can be."""
    from transformers.optimization import Adafactor

    from harness.finetune.trainer.collating import pack, pad
    from harness.finetune.trainer.loss import summed_loss

    optimizer = Adafactor(
        model.parameters(), lr=recipe.optimizer.learning_rate, scale_parameter=False, relative_step=False
    )
    times, losses = [], []
    for step in plan.steps:
        began = time.perf_counter()
        batches = [[rows[r] for r in micro] for micro in step]
        learned = sum(len(r.ids) - r.prompt for batch in batches for r in batch)
        total = 0.0
        for batch in batches:
            inputs = pack(batch) if recipe.batches.packing else pad(batch, tokenizer.pad_token_id)
            loss = summed_loss(model, inputs)[0] / learned
            loss.backward()
            total += loss.item()
        optimizer.step()
        optimizer.zero_grad()
        times.append(time.perf_counter() - began)
        losses.append(total)
    return times, losses


def seen_by_nobody(*args: Any) -> None:
    """Events and checkpoints: there is no folder here."""
    del args


def _trainer(
    side: str, recipe: Any, plan: Any, rows: Any, tokenizer: Any, model: Any
) -> tuple[list[float], list[float]]:
    """Our trainer, or TRL's own with our rows and the paper's batches."""
    import tempfile

    from transformers import Trainer, TrainerCallback
    from trl import SFTTrainer

    from harness.finetune.trainer.sft import Tuner, arguments

    class Stop(TrainerCallback):
        """Notes when a step begins and ends."""

        def on_step_begin(self, *args: Any, **kwargs: Any) -> None:
            began.append(time.perf_counter())

        def on_step_end(self, *args: Any, **kwargs: Any) -> None:
            times.append(time.perf_counter() - began[-1])

    began: list[float] = []
    times: list[float] = []
    args = arguments(recipe, plan, Path(tempfile.mkdtemp()), "cpu", 1)
    args.save_strategy = "no"
    given = {"recipe": recipe, "plan": plan, "rows": rows, "emit": seen_by_nobody, "saved": seen_by_nobody}
    trainer = Tuner(**given, model=model, args=args, processing_class=tokenizer, callbacks=[Stop()])
    if side == "paper":
        # TRL's own loss and journal; only the batches are given, so that both sides see the same rows per step.
        trainer.compute_loss = SFTTrainer.compute_loss.__get__(trainer)
        trainer.log = Trainer.log.__get__(trainer)
    seen: list[float] = []
    plain = trainer.log

    def log(logs: dict[str, float], start_time: float | None = None) -> None:
        if "loss" in logs:
            seen.append(float(logs["loss"]))
        plain(logs, start_time)

    trainer.log = log
    trainer.train()
    return times, seen


if __name__ == "__main__":
    main()
