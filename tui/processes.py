"""Whether a process of a run or job is still the one that was started, and asking it to stop."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from harness.workspace import Workspace


def alive(pid: int, started: float) -> bool:
    """Return True if ``pid`` runs and is not younger than ``started`` (seconds since the epoch).

    A number that the system has given to a later process doesn't count, nor does a zombie.
    """
    if pid <= 0:
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    import psutil

    try:
        process = psutil.Process(pid)
        # Boot time and file clocks are rounded: two seconds of grace.
        return bool(process.status() != psutil.STATUS_ZOMBIE and process.create_time() <= started + 2.0)
    except psutil.Error:
        return False


def stop(pid: int, started: float) -> bool:
    """Ask a process to end (SIGTERM); False if it is gone or isn't the one that was started."""
    if not alive(pid, started):
        return False
    try:
        os.kill(pid, signal.SIGTERM)
    except OSError:
        return False
    return True


def child(workspace: Workspace, arguments: Sequence[str]) -> tuple[list[str], dict[str, str]]:
    """Return command line and environment of `magibench ARGUMENTS` as a child of the dashboard."""
    root = str(Path(__file__).resolve().parent.parent)
    # `python -m harness` must find the package from any folder, installed or not.
    paths = [root, *filter(None, [os.environ.get("PYTHONPATH")])]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(paths), "PYTHONUNBUFFERED": "1"}
    return [sys.executable, "-m", "harness", "--workspace", str(workspace.root), *arguments], environment
