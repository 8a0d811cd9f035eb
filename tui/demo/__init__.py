"""Recorded runs for a first look: `magibench --demo` unpacks them into a folder that is removed afterwards.

`python -m tui.demo WORKSPACE RUN... --dataset NAME --training NAME` records them anew from a workspace. Folders of the
machine that they were made on are taken out as for publishing; weights are not recorded.
"""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from pathlib import Path

from harness.errors import UnknownName
from harness.workspace import MODELS_FILE, Workspace

RECORDED = Path(__file__).parent / "runs.zip"
FILES = ("samples.jsonl", "verdicts.jsonl", "events.jsonl")
OF_DATASETS = ("rows.jsonl", "rejected.jsonl", "manifest.json", "events.jsonl", "reports/*/*.json")
OF_TRAININGS = ("recipe.json", "events.jsonl")
BEGAN = (2026, 1, 1, 0, 0, 0)
"""Time of every file in the archive: the same runs give the same bytes."""


def unpack(folder: Path) -> Workspace:
    """Write the recorded runs and their models.toml into an empty folder."""
    with zipfile.ZipFile(RECORDED) as archive:
        archive.extractall(folder)
    return Workspace(folder)


def record(
    workspace: Workspace,
    names: Sequence[str],
    out: Path = RECORDED,
    datasets: Sequence[str] = (),
    trainings: Sequence[str] = (),
) -> None:
    """Record runs of a workspace, and datasets and trainings by name, with the models that the trainings made.

    Raises:
        IncompleteRun: a run may not be published.
        RunError, DatasetError, UnknownName: one of them can't be read.
    """
    import msgspec

    from harness.datagen.dataset import open_dataset
    from harness.publishing import public
    from harness.registry import add_model, load_models
    from harness.runs import open_run
    from leaderboard.entries import refusal

    files: dict[str, bytes] = {}
    models = {}
    for name in names:
        folder = open_run(workspace, name)
        run = folder.record()
        if (reason := refusal(run)) is not None:
            raise reason
        run = public(run)
        models[run.model.name] = run.model
        files[f"runs/{run.id}/run.json"] = msgspec.json.format(msgspec.json.encode(run), indent=1)
        for file in FILES:
            files[f"runs/{run.id}/{file}"] = (folder.path / file).read_bytes()
    for name in datasets:
        files |= _files(workspace.root, open_dataset(workspace, name).path, OF_DATASETS)
    for name in trainings:
        files |= _files(workspace.root, workspace.trainings / name, OF_TRAININGS)
    made = (model for model in load_models(workspace).values() if model.training.get("name") in trainings)
    models |= {model.name: model for model in made}
    import tempfile

    with tempfile.TemporaryDirectory() as scratch:
        root = Workspace(Path(scratch))
        root.models.write_text("# The models of the recorded runs.\n", "utf-8")
        for model in models.values():
            add_model(root, model)
        files[MODELS_FILE] = root.models.read_bytes()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for path, data in sorted(files.items()):
            archive.writestr(zipfile.ZipInfo(path, BEGAN), data, zipfile.ZIP_DEFLATED, 9)


def _files(root: Path, folder: Path, patterns: Sequence[str]) -> dict[str, bytes]:
    """Return files of a folder by their paths in the workspace."""
    found = sorted(path for pattern in patterns for path in folder.glob(pattern))
    if not found:
        raise UnknownName("folder", str(folder), [], "magibench data list, magibench train list")
    return {str(path.relative_to(root)): path.read_bytes() for path in found}
