"""Checkpoints in models.toml: parents, recipe, datasets with their contamination, tokens, machine; and their tree."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from harness import provenance
from harness.datagen.dataset import Dataset, open_dataset
from harness.errors import MagibenchError, TrainingError
from harness.finetune.folder import MERGED, TrainingFolder
from harness.finetune.recipes import Recipe
from harness.records import Model
from harness.registry import add_model, find_model, load_models, remove_model
from harness.workspace import Workspace

if TYPE_CHECKING:
    from rich.tree import Tree


def dataset_facts(dataset: Dataset) -> dict[str, Any]:
    """Return what a checkpoint says of a dataset: version, manifest, and what decontamination found."""
    manifest = dataset.manifest()
    cleaned = [s for s in manifest.steps if s.name == "decontaminate"]
    return {
        "name": manifest.name,
        "rows": manifest.rows,
        "rows_sha256": manifest.rows_sha256,
        "manifest_sha256": hashlib.sha256((dataset.path / "manifest.json").read_bytes()).hexdigest(),
        "contamination": (
            f"{sum(s.rows_in - s.rows_out for s in cleaned)} rows removed" if cleaned else "not decontaminated"
        ),
        "report": str(dataset.path / "reports" / "decontaminate") if cleaned else "",
    }


def check_free(workspace: Workspace, recipe: Recipe) -> None:
    """Refuse to train under the name of a model that is something else.

    Raises:
        TrainingError: the name is taken.
    """
    model = load_models(workspace).get(recipe.name)
    if model is not None and model.training.get("name") != recipe.name:
        raise TrainingError(f"{recipe.name} is another model of {workspace.models}.", "Give the training a --name.")


def register(workspace: Workspace, folder: TrainingFolder, step: int, tokens: int, *, last: bool) -> Model:
    """Write a checkpoint into models.toml, in place of what stood there under its name."""
    recipe = folder.recipe()
    known = load_models(workspace)
    base = find_model(workspace, recipe.model)
    path = folder.checkpoint(step)
    weights = path / MERGED if (path / MERGED).is_dir() else path
    datasets = [open_dataset(workspace, name) for name in recipe.datasets]
    model = Model(
        name=recipe.name if last else f"{recipe.name}-step{step}",
        source=f"path:{_relative(weights, workspace.root)}",
        style="base" if recipe.data.template == "plain" else recipe.data.template,
        size=base.size,
        family=base.family,
        base=recipe.model,
        parents=[recipe.model, *recipe.datasets],
        open_data=base.open_data,
        license=base.license,
        training={
            "name": recipe.name,
            "recipe_sha256": recipe.sha256(),
            "method": recipe.tuning.method,
            "step": step,
            "tokens": tokens,
            "weights_sha256": weights_sha256(weights),
            "datasets": [
                {**facts, "report": _relative(Path(facts["report"]), workspace.root) if facts["report"] else ""}
                for facts in map(dataset_facts, datasets)
            ],
            "machine": {k: v for k, v in provenance.machine().items() if v is not None},
            "packages": {k: v for k, v in provenance.packages().items() if k in {"magibench", "torch", "transformers"}},
        },
    )
    if model.name in known:
        remove_model(workspace, model.name)
    add_model(workspace, model)
    return model


def unregister(workspace: Workspace, name: str) -> None:
    """Take a checkpoint that is no longer there out of models.toml."""
    if name in load_models(workspace):
        remove_model(workspace, name)


def weights_sha256(folder: Path) -> str:
    """Return the checksum over a folder's safetensors, by name."""
    whole = hashlib.sha256()
    for path in sorted(folder.glob("*.safetensors")):
        with path.open("rb") as file:
            whole.update(path.name.encode() + hashlib.file_digest(file, "sha256").digest())
    return whole.hexdigest()


def lineage(workspace: Workspace) -> list[dict[str, Any]]:
    """Return the models as a forest: name, facts, children; roots in the file's order."""
    models = load_models(workspace)
    parents = {
        name: next((p for p in (m.base, *m.parents) if p in models and p != name), "") for name, m in models.items()
    }

    def node(name: str, above: tuple[str, ...]) -> dict[str, Any]:
        model = models[name]
        below = [child for child, parent in parents.items() if parent == name and child not in above]
        return {
            "name": name,
            "style": model.style,
            "size": model.size,
            "training": msgspec.to_builtins(model.training),
            "data": [p for p in model.parents if p not in models],
            "children": [node(child, (*above, name)) for child in below],
        }

    return [node(name, ()) for name, parent in parents.items() if not parent]


def draw(workspace: Workspace) -> Tree:
    """Return the forest as rich draws it."""
    from rich.markup import escape
    from rich.tree import Tree

    whole = Tree(str(workspace.models), guide_style="dim")

    def grow(branch: Tree, item: dict[str, Any]) -> None:
        size = f" [dim]{item['size']:g}B[/]" if item["size"] else ""
        leaf = branch.add(f"[bold]{escape(item['name'])}[/]{size} [dim]{item['style']}[/]")
        facts = item["training"]
        if facts:
            leaf.add(
                f"[dim]{facts['method']}, step {facts['step']}, {facts['tokens']:,} tokens, "
                f"recipe {facts['recipe_sha256'][:12]}[/]"
            )
        for data in facts.get("datasets", []):
            leaf.add(
                f"[dim]data[/] {escape(data['name'])} [dim]{data['rows']:,} rows, {data['rows_sha256'][:12]}, "
                f"{data['contamination']}[/]"
            )
        for child in item["children"]:
            grow(leaf, child)

    for item in lineage(workspace):
        grow(whole, item)
    return whole


def _relative(path: Path, root: Path) -> str:
    try:
        return str(path.resolve().relative_to(root.resolve()))
    except ValueError:
        return str(path)


def described(error: Exception) -> tuple[str, str]:
    """Return an error's message and remedy."""
    return (
        (error.message, error.remedy) if isinstance(error, MagibenchError) else (f"{type(error).__name__}: {error}", "")
    )
