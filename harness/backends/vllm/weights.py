"""The folder that an engine loads: the model's own, or an unpacked copy of its GGUF file; with or without an adapter."""

from __future__ import annotations

from dataclasses import dataclass

from harness.errors import BackendError, ModelError
from harness.records import Model
from harness.sources import Progress, resolve
from harness.sources.package import file_sha256
from harness.sources.parsing import FolderSource, parse_source
from harness.sources.weights import is_adapter
from harness.workspace import Workspace


@dataclass(frozen=True)
class Loadable:
    """What an engine is told to load."""

    folder: str
    lora: str = ""
    """Folder of an adapter; empty for none."""
    dtype: str = "auto"
    sha256: str = ""
    """Of a GGUF file."""


def folder_of(model: Model, workspace: Workspace, dtype: str | None, progress: Progress) -> Loadable:
    """Return what to load for a model.

    A source that is an adapter's folder means: the model that ``base`` names, and the adapter on it.

    Raises:
        ModelError, UnknownName: the weights, or the adapter's base, can't be had.
        BackendError: the model has no weights.
    """
    source = parse_source(model.source)
    if isinstance(source, FolderSource):
        folder = workspace.root / source.path
        if is_adapter(folder):
            return _with_adapter(model, str(folder.resolve()), workspace, dtype, progress)
    found = resolve(model, workspace, progress)
    if found.kind == "folder":
        return Loadable(str(found.path.resolve()), dtype=dtype or "auto")
    if found.kind != "gguf":
        raise BackendError(f"{model.name} has no weights: its source is {model.source!r}.", "Leave --backend out.")
    # vLLM reads few GGUF files; transformers writes the folder that it reads. Loads torch, so only where it is needed.
    from harness.backends.transformers.loading import unpacked

    assert found.gguf_file is not None
    wide = dtype if dtype in {"bfloat16", "float16", "float32"} else "bfloat16"
    return Loadable(
        str(unpacked(found, wide, progress)),
        dtype=wide,
        sha256=found.sha256 or file_sha256(found.path / found.gguf_file),
    )


def _with_adapter(model: Model, folder: str, workspace: Workspace, dtype: str | None, progress: Progress) -> Loadable:
    from harness.registry import find_model

    if not model.base or model.base == model.name:
        raise ModelError(
            f"{model.name} is an adapter, and models.toml doesn't say of which model.",
            'Add base = "NAME", the entry of the model that it was trained on.',
        )
    below = folder_of(find_model(workspace, model.base), workspace, dtype, progress)
    if below.lora:
        raise ModelError(f"{model.base}, the base of {model.name}, is an adapter itself.", "Merge one of the two.")
    return Loadable(below.folder, folder, below.dtype, below.sha256)
