"""What is there, what is missing, and how to get it: engine, images, data, models, machine, workspace.

Looks and changes nothing. Every check yields items; what a check can't find out becomes an
item itself, so that the doctor never dies of the patient.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import msgspec

from harness.errors import MagibenchError, RunError
from harness.runs import RunFolder
from harness.workspace import Workspace, cache_dir, data_dir, find_workspace

if TYPE_CHECKING:
    from sandboxes.engine import DockerClient

State = Literal["ok", "warn", "missing"]

DISK_WARN_MIB = 5 * 1024
"""Image, base and default model take 1 GiB together; real models take more."""
DISK_LEAST_MIB = 1024
MEMORY_WARN_MIB = 4 * 1024
"""The default model takes 1 GiB; a problem may take 4 GiB, but hardly any does."""
MEMORY_LEAST_MIB = 1024
MODEL_STATES: dict[str, State] = {"ready": "ok", "downloadable": "ok", "remote": "warn", "missing": "missing"}
"""What ``harness.sources.status`` says, in this module's words: a download is no fault."""
DATA_REMEDY = (
    "Downloaded when first used, if the network allows; else put the files into a folder and name it in "
    "MAGIBENCH_DATA (`magibench doctor --json` has each file's address and place)."
)


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that was looked at."""

    section: str
    """"engine", "runtimes", "images", "data", "models", "engines", "workspace", "runs" or "machine"."""
    name: str
    state: State
    """ok, warn (works, but look at it) or missing."""
    detail: str
    """One line for people."""
    remedy: str = ""
    """What to do; empty where there is nothing to do."""
    essential: bool = False
    """True: while it is missing, nothing can be judged."""
    values: dict[str, Any] = {}
    """What ``detail`` says, for programs."""


def diagnose(named: str | Path | None = None) -> list[Item]:
    """Look at everything.

    Args:
        named: the workspace as the command line gave it; None looks for the nearest one.
    """
    client, items = _engine()
    workspace, found = _workspace(named)
    items += _guarded("runtimes", _runtimes(client)) if client else []
    items += _guarded("images", _images(client))
    items += _guarded("data", _data())
    items += found
    items += _guarded("models", _models(workspace)) if workspace else []
    items += _guarded("engines", _engines())
    items += _guarded("runs", _runs(workspace)) if workspace else []
    items += _guarded("machine", _machine(client, workspace))
    return items


def healthy(items: Iterable[Item]) -> bool:
    """Return True if nothing essential is missing."""
    return not any(item.essential and item.state == "missing" for item in items)


def _guarded(section: str, checks: Iterator[Item]) -> list[Item]:
    """Collect a check's items; an error that a user can mend becomes the last of them."""
    items = []
    try:
        for item in checks:
            items.append(item)  # noqa: PERF402  what came before an error is kept
    except MagibenchError as error:
        items.append(_broken(section, section, error))
    except OSError as error:
        items.append(Item(section=section, name=section, state="missing", detail=str(error), essential=True))
    return items


def _broken(section: str, name: str, error: MagibenchError) -> Item:
    """Return the item of something essential that can't be used."""
    return Item(section=section, name=name, state="missing", detail=error.message, remedy=error.remedy, essential=True)


def _engine() -> tuple[DockerClient | None, list[Item]]:
    """Ping the engine."""
    from sandboxes.engine import DockerException, connect, info

    try:
        client = connect()
        engine = info(client)
    except MagibenchError as error:
        return None, [_broken("engine", "Docker", error)]
    except DockerException as error:
        return None, [Item(section="engine", name="Docker", state="missing", detail=str(error), essential=True)]
    detail = (
        f"{engine.version} at {engine.endpoint}: storage {engine.storage_driver}, cgroup v{engine.cgroup_version}, "
        f"{engine.system}, {engine.cpus} CPUs, {engine.memory_mib / 1024:.0f} GiB"
    )
    values = msgspec.to_builtins(engine)
    return client, [Item(section="engine", name="Docker", state="ok", detail=detail, essential=True, values=values)]


def _runtimes(client: DockerClient) -> Iterator[Item]:
    """Which runtimes a sandbox may ask for: runc is needed, runsc (gVisor) a choice."""
    from sandboxes.engine import info

    known = info(client).runtimes
    yield Item(
        section="runtimes",
        name="runc",
        state="ok" if "runc" in known else "missing",
        detail="the default" if "runc" in known else f"the engine knows only {', '.join(known) or 'none'}",
        remedy="" if "runc" in known else "Reinstall the engine: runc is part of it.",
        essential=True,
    )
    there = "runsc" in known
    yield Item(
        section="runtimes",
        name="runsc",
        state="ok" if there else "warn",
        detail="gVisor" if there else "gVisor is not there; it is a choice for stronger isolation",
        remedy=""
        if there
        else "Install runsc and name it under `runtimes` in the engine's daemon.json (docs/setup.md).",
    )


def _images(client: DockerClient | None) -> Iterator[Item]:
    """Which images are built; only python's is essential."""
    from sandboxes.images import list_images

    for image in list_images(client):
        digest = image.id.removeprefix("sha256:")[:12]
        yield Item(
            section="images",
            name=image.name,
            state="ok" if image.present else "missing",
            detail=f"{image.tag}, {digest}, {image.size / 1e6:.0f} MB, {image.version}"
            if image.present
            else f"{image.tag} is not built"
            if client
            else f"{image.tag}: no engine to ask",
            remedy="" if image.present else f"Run `magibench images build {image.name}`.",
            essential=image.name == "python",
            values=msgspec.to_builtins(image),
        )


def _data() -> Iterator[Item]:
    """Which versions of which benchmarks' data can be had without a download."""
    from harness.benchmarks.data import inventory

    for row in inventory():
        there = bool(row["available"])
        label = f"{row['name']}@{row['version']}" if row.get("version") else str(row["name"])
        yield Item(
            section="data",
            name=label,
            state="ok" if there else "missing",
            detail=str(row.get("where") or ("there" if there else "not on this machine")),
            # One for all: every file's own, with address and place, would fill two screens.
            remedy="" if there else DATA_REMEDY,
            values=dict(row),
        )
    named = data_dir()
    if named is not None and not named.is_dir():
        yield Item(
            section="data",
            name="MAGIBENCH_DATA",
            state="warn",
            detail=f"{named} is no folder",
            remedy="Name the folder of the benchmarks' data, or unset the variable.",
        )


def _workspace(named: str | Path | None) -> tuple[Workspace | None, list[Item]]:
    """Find the workspace."""
    try:
        workspace = find_workspace(named)
    except MagibenchError as error:
        return None, [_broken("workspace", "workspace", error)]
    item = Item(
        section="workspace", name="workspace", state="ok", detail=str(workspace.root), essential=True,
        values={"root": str(workspace.root), "cache": str(cache_dir())},
    )  # fmt: skip
    return workspace, [item]


def _models(workspace: Workspace) -> Iterator[Item]:
    """Which models of models.toml could be used right now."""
    from harness.registry import load_models
    from harness.sources import status

    for model in load_models(workspace).values():
        found = status(model, workspace)
        yield Item(
            section="models",
            name=model.name,
            state=MODEL_STATES[found["state"]],
            detail=f"{found['state']}: {found['detail']}",
            remedy=found["remedy"],
            values={"source": model.source, **found},
        )


def _engines() -> Iterator[Item]:
    """Which engines are installed; transformers needs none of them."""
    from harness.engines import engines, look

    states: dict[str, State] = {"ready": "ok", "absent": "ok", "broken": "warn"}
    for engine in engines().values():
        found = look(engine)
        yield Item(
            section="engines",
            name=found.name,
            state=states[found.state],
            detail=found.detail,
            remedy=found.remedy,
            values=msgspec.to_builtins(found),
        )


def _runs(workspace: Workspace) -> Iterator[Item]:
    """How many runs there are, and which folders are damaged or were left unfinished."""
    folders = sorted(p for p in workspace.runs.iterdir() if p.is_dir()) if workspace.runs.is_dir() else []
    complete = unfinished = 0
    for folder in folders:
        try:
            run = RunFolder(folder).record()
        except RunError as error:
            yield Item(section="runs", name=folder.name, state="warn", detail=error.message, remedy=error.remedy)
            continue
        complete += run.complete
        unfinished += not run.complete
    yield Item(
        section="runs",
        name="runs",
        state="ok",
        detail=f"{complete} complete, {unfinished} unfinished",
        remedy="Run an unfinished one's command again to resume it (`magibench runs show`)." if unfinished else "",
        values={"complete": complete, "unfinished": unfinished, "damaged": len(folders) - complete - unfinished},
    )


def _machine(client: DockerClient | None, workspace: Workspace | None) -> Iterator[Item]:
    """Free space where things are written, and free memory."""
    places = [("cache", cache_dir())]
    if workspace:
        places.append(("workspace", workspace.root))
    if client:
        from sandboxes.engine import info

        engine = info(client)
        if engine.local:
            places.append(("engine", Path(engine.root_dir)))
    for device, (purposes, folder) in _by_device(places).items():
        free = shutil.disk_usage(folder).free >> 20
        state: State = "missing" if free < DISK_LEAST_MIB else "warn" if free < DISK_WARN_MIB else "ok"
        yield Item(
            section="machine",
            name=f"disk ({', '.join(purposes)})",
            state=state,
            detail=f"{free / 1024:.1f} GiB free at {folder}",
            remedy="" if state == "ok" else "Free some space: `docker system prune`, `magibench runs remove`.",
            essential=True,
            values={"free_mib": free, "path": str(folder), "device": device},
        )
    import psutil

    memory = psutil.virtual_memory()
    free = memory.available >> 20
    state = "missing" if free < MEMORY_LEAST_MIB else "warn" if free < MEMORY_WARN_MIB else "ok"
    yield Item(
        section="machine",
        name="memory",
        state=state,
        detail=f"{free / 1024:.1f} of {memory.total / 2**30:.1f} GiB free, {psutil.cpu_count()} CPUs",
        remedy=""
        if state == "ok"
        else "Close other programs; the default model needs 1 GiB, sandboxes up to 4 GiB each.",
        values={"available_mib": free, "total_mib": memory.total >> 20, "cpus": psutil.cpu_count()},
    )


def _by_device(places: Iterable[tuple[str, Path]]) -> dict[int, tuple[list[str], Path]]:
    """Group folders by file system; a folder that doesn't exist yet counts as its nearest parent."""
    found: dict[int, tuple[list[str], Path]] = {}
    for purpose, folder in places:
        there = next(p for p in (folder, *folder.resolve().parents) if p.exists())
        purposes, _ = found.setdefault(there.stat().st_dev, ([], there))
        purposes.append(purpose)
    return found
