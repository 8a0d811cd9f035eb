"""A checkpoint on part of a benchmark, through `magibench eval` as a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys

from harness.errors import TrainingError
from harness.finetune.events import Evaluated
from harness.finetune.recipes import Evaluate
from harness.workspace import Workspace


def evaluate(workspace: Workspace, model: str, asked: Evaluate, style: str, step: int) -> Evaluated:
    """Return pass@1 of a model on the first problems of a benchmark.

    Raises:
        TrainingError: the command failed.
    """
    command = [
        sys.executable, "-m", "harness", "-w", str(workspace.root), "eval", model, asked.benchmark, "--style", style,
        "--limit", str(asked.limit), "--max-tokens", str(asked.max_tokens), "--json", "--quiet",
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        said = (done.stderr.strip().splitlines() or ["?"])[0]
        raise TrainingError(
            f"{model} couldn't be judged on {asked.benchmark}: {said}", "The training goes on without this point."
        )
    run = json.loads(done.stdout)[0]
    scores = {m["suite"]: m["value"] for m in run["metrics"] if m["k"] == 1}
    return Evaluated(step=step, benchmark=asked.benchmark, run=run["id"], problems=len(run["problems"]), scores=scores)
