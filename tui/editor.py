"""The user's own editor for a file, with the dashboard out of the way meanwhile."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

from textual.app import SuspendNotSupported

if TYPE_CHECKING:
    from tui.app import Dashboard


def editor() -> list[str]:
    """Return VISUAL, EDITOR, or an editor that is there; empty where there is none."""
    for name in ("VISUAL", "EDITOR"):
        if words := shlex.split(os.environ.get(name, "")):
            return words
    return next(([name] for name in ("nano", "vim", "vi") if shutil.which(name)), [])


def edit(app: Dashboard, path: Path) -> bool:
    """Open a file in the editor and wait for its end; False, with a note, where that can't be."""
    command = editor()
    if not command:
        app.notify("Set EDITOR to the editor that you like.", title="No editor was found", severity="error")
        return False
    try:
        with app.suspend():
            subprocess.run([*command, str(path)], check=False)
    except SuspendNotSupported:
        app.notify(f"An editor needs a terminal. The file is {path}.", severity="warning", markup=False)
        return False
    except OSError as error:
        app.notify(f"{shlex.join(command)}: {error.strerror}", severity="error", markup=False)
        return False
    app.refresh()
    return True
