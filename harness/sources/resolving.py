"""From a model's source to what a backend opens, and to what a listing says of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypedDict

from harness.errors import ModelError
from harness.records import Model
from harness.sources import hub, package
from harness.sources.parsing import (
    EchoSource,
    FolderSource,
    HubSource,
    OpenAISource,
    PackageSource,
    SamplesSource,
    parse_source,
)
from harness.sources.weights import Weights, find_weights, is_adapter
from harness.workspace import Workspace

Progress = Callable[[str], None]
"""Called with a line for people before a step that takes long."""

Kind = Literal["folder", "gguf", "samples", "echo"]


@dataclass(frozen=True)
class Resolved:
    """A source that is on this machine."""

    kind: Kind
    path: Path
    """folder, gguf: the folder of the weights; samples: the file; echo: the workspace."""
    gguf_file: str | None = None
    """Name of the weights file in ``path``, for gguf."""
    sha256: str = ""
    """Of the weights file, where it is known without reading it again."""


class Status(TypedDict):
    """What a listing says of a model."""

    state: Literal["ready", "downloadable", "missing", "remote"]
    detail: str
    """One line: where it is, or what is wrong."""
    remedy: str
    """What to do about it; empty where it is ready."""


def resolve(model: Model, workspace: Workspace, progress: Progress | None = None) -> Resolved:
    """Return what a backend opens, downloading it first if need be.

    Raises:
        ModelError: it can't be had; the message names the model's own source.
    """
    say = progress or _silent
    source = parse_source(model.source)
    match source:
        case PackageSource():
            file = package.fetch(source, model.sha256, say)
            known = package.stored_sha256(source) or ""
            if file.suffix != ".gguf":
                raise ModelError(f"{file.name} of {model.name} is not a .gguf file.", "Only .gguf files load alone.")
            return Resolved("gguf", file.parent, file.name, known)
        case HubSource():
            return _weights(find_weights(hub.fetch(source, say), source.file))
        case FolderSource():
            return _weights(find_weights(workspace.root / Path(source.path).expanduser(), source.file))
        case SamplesSource():
            return Resolved("samples", _samples_file(source, workspace))
        case OpenAISource():
            raise ModelError(
                f"{model.name} is served by {source.base_url}: it has no weights here.",
                "Use the backend openai.",
            )
        case EchoSource():
            return Resolved("echo", workspace.root)


def status(model: Model, workspace: Workspace) -> Status:
    """Return whether a model can be used right now. Never uses the network, reads no weights."""
    try:
        source = parse_source(model.source)
        match source:
            case PackageSource():
                return _package_status(model, source)
            case HubSource():
                folder = hub.cached(source)
                if folder is None:
                    return Status(state="downloadable", detail="not downloaded yet", remedy=_fetch(model))
                return Status(state="ready", detail=str(folder), remedy="")
            case FolderSource():
                return _folder_status(model, workspace.root / Path(source.path).expanduser(), source.file)
            case SamplesSource():
                return Status(state="ready", detail=str(_samples_file(source, workspace)), remedy="")
            case OpenAISource():
                return Status(state="remote", detail=f"{source.model} at {source.base_url}", remedy="")
            case EchoSource():
                return Status(state="ready", detail="the benchmark's reference solutions", remedy="")
    except ModelError as error:
        return Status(state="missing", detail=error.message, remedy=error.remedy)


def _folder_status(model: Model, place: Path, file: str) -> Status:
    if is_adapter(place):
        if model.base:
            return Status(state="ready", detail=f"{place}, an adapter on {model.base}", remedy="")
        said = f"{place} is an adapter, and its entry doesn't say of which model"
        return Status(state="missing", detail=said, remedy='Add base = "NAME" to its entry.')
    found = find_weights(place, file)
    return Status(state="ready", detail=str(found.folder / (found.gguf_file or "")), remedy="")


def _package_status(model: Model, source: PackageSource) -> Status:
    known = package.stored_sha256(source)
    if known is None:
        return Status(state="downloadable", detail="not downloaded yet", remedy=_fetch(model))
    file = package.stored(source)
    if model.sha256 and model.sha256.lower() != known:
        return Status(
            state="missing",
            detail=f"{file.name} has the checksum {known}, not {model.sha256}",
            remedy=f"Correct sha256 in models.toml, or remove {file.parent}.",
        )
    return Status(state="ready", detail=str(file), remedy="")


def _fetch(model: Model) -> str:
    return f"The first evaluation downloads it; `magibench models verify --fetch {model.name}` does so now."


def _weights(found: Weights) -> Resolved:
    return Resolved("gguf" if found.gguf_file else "folder", found.folder, found.gguf_file)


def _samples_file(source: SamplesSource, workspace: Workspace) -> Path:
    file = workspace.root / Path(source.path).expanduser()
    if not file.is_file():
        raise ModelError(f"{file} doesn't exist.", "Correct the source in models.toml, or put the samples there.")
    return file


def _silent(line: str) -> None:
    del line
