"""trainings/NAME: what is written there, and which checkpoints can be trusted.

    recipe.json        the recipe as it was read, with its settings
    events.jsonl       what happened, attempt after attempt
    metrics.jsonl      a line per step and measurement; a resumed step replaces what it says of the same step
    log.txt            what the libraries print
    checkpoints/checkpoint-N/    weights, optimiser, random state; whole.json is written last
    curves.json, curves.svg

A checkpoint without whole.json is not one. The file holds size and SHA-256 of every other file, so that a
damaged checkpoint is found before it is trained on.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec

from harness.errors import TrainingError, UnknownName
from harness.finetune.events import HeldOut, Metric, StepTrained
from harness.finetune.recipes import Recipe
from harness.journal import read_journal, write_atomic
from harness.learning import learn
from harness.workspace import Workspace

WHOLE = "whole.json"
MERGED = "merged"
"""Folder of a LoRA checkpoint with the weights that base and adapter are together."""


class FileFacts(msgspec.Struct, frozen=True):
    """One file of a checkpoint."""

    size: int
    sha256: str


@dataclass(frozen=True)
class TrainingFolder:
    """One training's folder."""

    path: Path

    @property
    def name(self) -> str:
        """The training's name."""
        return self.path.name

    @property
    def checkpoints(self) -> Path:
        """The folder of checkpoints."""
        return self.path / "checkpoints"

    def recipe(self) -> Recipe:
        """Return the recipe it was begun with.

        Raises:
            TrainingError: it can't be read.
        """
        try:
            return msgspec.json.decode((self.path / "recipe.json").read_bytes(), type=Recipe)
        except (OSError, msgspec.MsgspecError) as error:
            raise TrainingError(
                f"{self.path}/recipe.json can't be read: {error}.", "Begin again under another --name."
            ) from None

    def write_recipe(self, recipe: Recipe) -> None:
        """Write the recipe it is begun with."""
        text = msgspec.json.format(msgspec.json.encode(recipe, order="sorted"), indent=2)
        write_atomic(self.path / "recipe.json", text + b"\n")

    def checkpoint(self, step: int) -> Path:
        """Return the folder of a step's checkpoint."""
        return self.checkpoints / f"checkpoint-{step}"

    def steps(self) -> list[int]:
        """Return the steps that have a checkpoint with a manifest, in order."""
        found = self.checkpoints.glob(f"checkpoint-*/{WHOLE}") if self.checkpoints.is_dir() else ()
        return sorted(int(p.parent.name.rpartition("-")[2]) for p in found if p.parent.name[11:].isdigit())

    def metrics(self) -> list[Metric]:
        """Return what was measured, by step; of a step that was done twice, the last."""
        last: dict[tuple[int, str], Metric] = {}
        for record in read_journal(self.path / "metrics.jsonl", Metric):
            last[record.step, type(record).__name__] = record
        return [last[key] for key in sorted(last)]

    def losses(self) -> list[StepTrained]:
        """Return the steps."""
        return [m for m in self.metrics() if isinstance(m, StepTrained)]

    def held_out(self) -> list[HeldOut]:
        """Return the losses of the rows kept from training."""
        return [m for m in self.metrics() if isinstance(m, HeldOut)]

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """Make the folder and hold its lock.

        Raises:
            TrainingError: another process trains here.
        """
        self.path.mkdir(parents=True, exist_ok=True)
        with (self.path / "lock").open("w") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                raise TrainingError(
                    f"Another command is training {self.name}.", "Wait for it, or give this one another --name."
                ) from None
            yield


def open_training(workspace: Workspace, name: str) -> TrainingFolder:
    """Return a training that was begun.

    Raises:
        UnknownName: there is none of that name.
    """
    names = [t.name for t in list_trainings(workspace)]
    if name not in names:
        raise UnknownName("training", name, names, "magibench train list")
    return TrainingFolder(workspace.trainings / name)


def list_trainings(workspace: Workspace) -> list[TrainingFolder]:
    """Return the trainings that were begun, by name."""
    if not workspace.trainings.is_dir():
        return []
    return [TrainingFolder(p) for p in sorted(workspace.trainings.iterdir()) if (p / "recipe.json").is_file()]


def seal(checkpoint: Path) -> None:
    """Write a checkpoint's manifest, after all its files are on the disk."""
    facts = {}
    for path in sorted(p for p in checkpoint.rglob("*") if p.is_file() and p.name != WHOLE):
        with path.open("rb") as file:
            os.fsync(file.fileno())
        facts[str(path.relative_to(checkpoint))] = FileFacts(path.stat().st_size, _sha256(path))
    write_atomic(checkpoint / WHOLE, msgspec.json.format(msgspec.json.encode(facts, order="sorted"), indent=2))


def damage(checkpoint: Path) -> str:
    """Return what is wrong with a checkpoint; empty if every file is as it was written."""
    try:
        facts = msgspec.json.decode((checkpoint / WHOLE).read_bytes(), type=dict[str, FileFacts])
    except (OSError, msgspec.MsgspecError) as error:
        return f"{WHOLE}: {error}"
    for name, fact in facts.items():
        path = checkpoint / name
        if not path.is_file():
            return f"{name} is missing"
        if path.stat().st_size != fact.size:
            return f"{name} has {path.stat().st_size} bytes, not {fact.size}"
        if _sha256(path) != fact.sha256:
            return f"{name} isn't what was written"
    return ""


def last_whole(folder: TrainingFolder) -> tuple[int, list[str]]:
    """Return the newest step whose checkpoint is whole (0: none), and what was wrong with newer ones.

    A damaged checkpoint is set aside under another name; one that was never finished is removed.
    """
    wrong: list[str] = []
    if folder.checkpoints.is_dir():
        for path in folder.checkpoints.glob("checkpoint-*"):
            if path.name[11:].isdigit() and not (path / WHOLE).is_file():
                shutil.rmtree(path)
    for step in reversed(folder.steps()):
        path = folder.checkpoint(step)
        said = damage(path)
        if not said:
            return step, wrong
        aside = path.with_name(f"{path.name}.damaged")
        shutil.rmtree(aside, ignore_errors=True)
        path.rename(aside)
        wrong.append(f"{path.name} is damaged ({said}); it is {aside.name} now, and the one before is used.")
    return 0, wrong


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


learn(Metric, FileFacts)
