"""The command's side: checks that cost nothing, the child process, and its events as they come."""

from __future__ import annotations

import importlib.util
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from harness.datagen.dataset import list_datasets, open_dataset
from harness.errors import DatasetError, TrainingError, UnknownName
from harness.events import Notice
from harness.finetune.events import TrainingEvent
from harness.finetune.folder import TrainingFolder
from harness.finetune.lineage import check_free
from harness.finetune.recipes import Recipe
from harness.workspace import Workspace

Emit = Callable[[TrainingEvent], None]
EVERY_S = 0.2


def check(workspace: Workspace, recipe: Recipe, recipe_path: Path | None = None) -> None:
    """Refuse what can't work, before anything is loaded.

    Raises:
        TrainingError: the extra isn't installed, or a file isn't there, or the name is taken.
        UnknownName: there is no such dataset.
        DatasetError: it isn't finished, or a benchmark may not be trained on.
    """
    for package in ("trl", "peft"):
        if importlib.util.find_spec(package) is None:
            raise TrainingError(f"{package} is not installed.", "Install it: pip install 'magibench[train]'")
    check_free(workspace, recipe)
    for name in recipe.datasets:
        if any(word in name.lower().replace("_", "-") for word in ("multipl-e", "multiple-", "ds-1000", "ds1000")):
            raise DatasetError(
                f"{name} may not be trained on: its licence or its use as a test forbids it.", "Use another."
            )
        try:
            open_dataset(workspace, name)
        except UnknownName as error:
            raise UnknownName(
                "dataset", name, [d.name for d in list_datasets(workspace)], "magibench data list"
            ) from error
    for key in ("accelerate", "deepspeed"):
        named = getattr(recipe.compute, key)
        if named and not _beside(named, recipe_path).is_file():
            raise TrainingError(f"compute.{key}: {named} doesn't exist.", "Paths are relative to the recipe.")
    if recipe.compute.deepspeed and importlib.util.find_spec("deepspeed") is None:
        raise TrainingError("deepspeed is not installed.", "Install it: pip install deepspeed")


def _beside(named: str, recipe_path: Path | None) -> Path:
    return (recipe_path.parent if recipe_path else Path()) / named


def train(
    workspace: Workspace,
    recipe: Recipe,
    emit: Emit,
    *,
    recipe_path: Path | None = None,
    plan_only: bool = False,
    cluster: str = "",
) -> TrainingFolder:
    """Train (or only plan) in a child process; the same call goes on from the last whole checkpoint.

    With ``cluster``, the address of a Ray cluster, the recipe's processes are its nodes'.

    Raises:
        TrainingError: the folder holds another training, or the child failed; what it said is the message.
    """
    check(workspace, recipe, recipe_path)
    if recipe.compute.deepspeed:
        path = str(_beside(recipe.compute.deepspeed, recipe_path).resolve())
        recipe = msgspec.structs.replace(recipe, compute=msgspec.structs.replace(recipe.compute, deepspeed=path))
    folder = TrainingFolder(workspace.trainings / (f".plan-{recipe.name}" if plan_only else recipe.name))
    with folder.locked():
        if not plan_only and (folder.path / "recipe.json").is_file():
            _same(folder, recipe)
        folder.write_recipe(recipe)
        events = folder.path / "events.jsonl"
        seen = events.stat().st_size if events.exists() else 0
        config = _beside(recipe.compute.accelerate, recipe_path) if recipe.compute.accelerate else None
        command = _command(workspace, folder, recipe, config, plan_only=plan_only)
        if cluster and not plan_only:
            tail = [str(folder.path), "--workspace", str(workspace.root), "--parent", str(os.getpid())]
            command = [sys.executable, "-m", "harness.cluster.training", cluster, *tail]
        with (folder.path / "log.txt").open("ab") as log:
            child = subprocess.Popen(
                command, stdout=log, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, env=_environment()
            )
            failed = _follow(child, events, seen, emit)
    if child.returncode:
        message, remedy = failed or (
            f"The training process ended with status {child.returncode}.",
            "The same command goes on.",
        )
        raise TrainingError(message, f"{remedy} Its log: {folder.path / 'log.txt'}".strip())
    return folder


def _same(folder: TrainingFolder, recipe: Recipe) -> None:
    before = folder.recipe()
    if before.sha256() != recipe.sha256():
        ours, theirs = msgspec.to_builtins(recipe), msgspec.to_builtins(before)
        changed = [
            f"{table}.{key}" if isinstance(value, dict) else table
            for table, value in ours.items()
            for key in (value if isinstance(value, dict) else [table])
            if (value[key] != theirs[table][key] if isinstance(value, dict) else value != theirs[table])
        ]
        raise TrainingError(
            f"{folder.path} was begun with other settings: {', '.join(changed)}.",
            "Give this training another --name, or remove that folder.",
        )


def _command(
    workspace: Workspace, folder: TrainingFolder, recipe: Recipe, config: Path | None, *, plan_only: bool
) -> list[str]:
    tail = [str(folder.path), "--workspace", str(workspace.root), "--parent", str(os.getpid())]
    if plan_only:
        return [sys.executable, "-m", "harness.finetune.trainer", *tail, "--plan"]
    if recipe.compute.processes == 1 and config is None:
        return [sys.executable, "-m", "harness.finetune.trainer", *tail]
    launch = [sys.executable, "-m", "accelerate.commands.launch", "--num_processes", str(recipe.compute.processes)]
    launch += ["--config_file", str(config)] if config else ["--num_machines", "1", "--mixed_precision", "no",
                                                             "--dynamo_backend", "no"]  # fmt: skip
    launch += ["--cpu"] if recipe.compute.device == "cpu" else ["--multi_gpu"] if not config else []
    return [*launch, "-m", "harness.finetune.trainer", *tail]


def _environment() -> dict[str, str]:
    root = str(Path(__file__).resolve().parents[2])
    paths = [root, *filter(None, [os.environ.get("PYTHONPATH", "")])]
    # Threads that wait by spinning take the cores from whoever else needs them, sandboxes of an evaluation too.
    quiet = {
        "TOKENIZERS_PARALLELISM": "false",
        "OMP_WAIT_POLICY": "passive",
        "TRANSFORMERS_VERBOSITY": "error",
        "TQDM_DISABLE": "1",
    }
    return {**os.environ, **quiet, "PYTHONPATH": os.pathsep.join(paths)}


def _follow(child: subprocess.Popen[bytes], events: Path, seen: int, emit: Emit) -> tuple[str, str] | None:
    """Pass on the child's events until it ends; return the error it told, if it did. A ctrl-c ends it too."""
    decoder = msgspec.json.Decoder(TrainingEvent)
    told: tuple[str, str] | None = None
    try:
        while True:
            ended = child.poll() is not None
            lines, seen = _new_lines(events, seen)
            for line in lines:
                event = decoder.decode(line)
                if isinstance(event, Notice) and event.level == "error":
                    told = (event.message, event.remedy)
                else:
                    emit(event)
            if ended:
                return told
            time.sleep(EVERY_S)
    except KeyboardInterrupt:
        child.send_signal(signal.SIGTERM)
        child.wait()
        raise


def _new_lines(path: Path, seen: int) -> tuple[Sequence[bytes], int]:
    """Return the whole lines after a place, and the place after them."""
    if not path.exists():
        return [], seen
    with path.open("rb") as file:
        file.seek(min(seen, path.stat().st_size))
        text = file.read()
    end = text.rfind(b"\n") + 1
    return text[:end].splitlines(), seen + end
