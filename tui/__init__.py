"""The dashboard: a Textual app that shows runs, and starts commands as child processes.

It reads run folders and tails their events; it never generates, judges or loads a model.
"""

from __future__ import annotations

import os

from harness.workspace import Workspace

__all__ = ["run", "run_demo"]

# Textual draws on the ticks of a clock of 60 a second: a key that changes two things, such as a filter and its table,
# waits for a second tick. Most keys are on the screen within 11 ms instead of 18. Read when Textual is imported.
os.environ.setdefault("TEXTUAL_FPS", "120")


def run(workspace: Workspace) -> None:
    """Open the dashboard on a workspace; returns when the user quits. Jobs go on without it."""
    from tui.app import Dashboard

    Dashboard(workspace).run()


def run_demo() -> None:
    """Open the dashboard on recorded runs, in a folder that is removed afterwards."""
    import tempfile
    from pathlib import Path

    from tui.app import Dashboard
    from tui.demo import unpack
    from tui.settings import Settings, load_settings

    with tempfile.TemporaryDirectory(prefix="magibench-demo-") as name:
        folder = Path(name)
        own = load_settings()
        # The user's theme and keys, but nothing of the demo is remembered.
        settings = Settings(theme=own.theme, keymap=own.keymap, path=folder / "dashboard.toml")
        Dashboard(unpack(folder), settings).run()
