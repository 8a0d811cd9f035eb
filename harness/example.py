"""`make site`: an example of the pages, of everything that can be judged on this machine.

    python -m harness.example OUT [--outputs FOLDER]

The embedded model and the reference solutions always; beside them, judged here and shown as scores alone, every
file ``FOLDER/<model>/<benchmark>-samples.jsonl.gz`` (and ``FOLDER/ds1000/<model>-answers.jsonl.gz``) of answers that
other people's models gave: by default the folder ``outputs`` beside the one that MAGIBENCH_DATA names. What was done
once stays in the workspace ``OUT/../site-workspace``; the same command goes on.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from harness.cli.init import make_workspace
from harness.records import Model
from harness.registry import add_model, load_models
from harness.workspace import MODELS_FILE, Workspace

OWN = "smollm2-135m-instruct"
LIMIT = 40
"""Problems of HumanEval for the embedded model: its answers to all 164 take 10 minutes on two cores."""
NAMES = {"humaneval": "humaneval+", "mbpp": "mbpp+"}
"""Benchmarks that samples of these names are judged on."""
OLDER = {"mbpp+": ("mbpp+@v0.1.0",)}
"""Versions that samples may be of, if they aren't of the present one: MBPP+ once had 399 problems."""
ABOUT: dict[str, dict[str, Any]] = {
    "qwen2.5-coder-1.5b": {"size": 1.5, "family": "Qwen2.5-Coder"},
    "starcoder2-15b-instruct": {"size": 15.5, "family": "StarCoder2", "open_data": "full"},
}
"""What the pages say of models that published their answers."""


def main() -> None:
    """Judge, then publish."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    parser.add_argument("--outputs", type=Path, default=_outputs())
    given = parser.parse_args()
    root = given.out.resolve().parent / "site-workspace"
    workspace = Workspace(root) if (root / MODELS_FILE).exists() else make_workspace(root)
    run(root, "eval", "echo", OWN, "humaneval", "--limit", str(LIMIT))
    for model, benchmark, file in samples(given.outputs):
        register(workspace, model)
        judged = any(
            run(root, "judge", str(file), "--benchmark", version, "--name", model)
            for version in (benchmark, *OLDER.get(benchmark, ()))
        )
        if not judged:
            print(f"{file.name} of {model} can't be judged here; it is left out.", file=sys.stderr)
    run(root, "publish", "--out", str(given.out.resolve()))


def samples(folder: Path | None) -> Iterator[tuple[str, str, Path]]:
    """Yield model, benchmark and file of the answers that lie in a folder."""
    if folder is None or not folder.is_dir():
        print("No folder of answers (--outputs): only the embedded model is on the site.", file=sys.stderr)
        return
    for file in sorted(folder.glob("*/*-samples.jsonl.gz")):
        benchmark = file.name.removesuffix("-samples.jsonl.gz")
        yield file.parent.name, NAMES.get(benchmark, benchmark), file
    for file in sorted(folder.glob("ds1000/*-answers.jsonl.gz")):
        yield file.name.removesuffix("-answers.jsonl.gz"), "ds1000", file


def register(workspace: Workspace, model: str) -> None:
    """Put a model into the workspace once: its answers are its owner's."""
    if model not in load_models(workspace):
        facts = ABOUT.get(model, {})
        add_model(
            workspace, Model(name=model, source=f"samples:{model}.jsonl", backend="replay", answers="private", **facts)
        )


def run(root: Path, *arguments: str) -> bool:
    """Run a command of the program; return whether it could be done."""
    print(f"$ magibench {' '.join(arguments)}", file=sys.stderr, flush=True)
    done = subprocess.run([sys.executable, "-m", "harness", "-w", str(root), *arguments], check=False)
    return done.returncode == 0


def _outputs() -> Path | None:
    data = os.environ.get("MAGIBENCH_DATA")
    return Path(data).parent / "outputs" if data else None


if __name__ == "__main__":
    main()
