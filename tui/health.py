"""What `magibench doctor` found, asked of a child process: the dashboard never speaks to the engine itself."""

from __future__ import annotations

import subprocess

import msgspec

from harness.learning import learn
from harness.workspace import Workspace
from tui.marks import nearby
from tui.processes import child


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that the doctor looked at (``harness.doctor.Item``)."""

    section: str
    name: str
    state: str
    detail: str = ""
    remedy: str = ""
    essential: bool = False

    @property
    def key(self) -> str:
        """Section and name."""
        return f"{self.section} {self.name}"


class Health(msgspec.Struct, frozen=True, kw_only=True):
    """The doctor's findings."""

    items: list[Item] = []
    healthy: bool = True
    error: str = ""
    """Why there are no findings."""


def examine(workspace: Workspace) -> Health:
    """Ask the doctor; takes a second or two: call it in a thread."""
    argv, environment = child(workspace, ["doctor", "--json"])
    try:
        done = subprocess.run(
            argv, env=environment, stdin=subprocess.DEVNULL, capture_output=True, timeout=120, check=False
        )
        found = msgspec.json.decode(done.stdout, type=Health)
    except (OSError, subprocess.TimeoutExpired) as error:
        return Health(healthy=False, error=str(error))
    except msgspec.MsgspecError:
        return Health(healthy=False, error=done.stderr.decode("utf-8", "replace").strip() or "The doctor said nothing.")
    root = workspace.root
    items = [
        msgspec.structs.replace(item, detail=nearby(item.detail, root), remedy=nearby(item.remedy, root))
        for item in found.items
    ]
    return msgspec.structs.replace(found, items=items)


learn(Health)
