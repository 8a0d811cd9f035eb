"""What a leaderboard of this workspace would hold, asked of `magibench publish --preview`."""

from __future__ import annotations

import subprocess

import msgspec

from harness.learning import learn
from harness.workspace import Workspace
from tui.processes import child


class Refused(msgspec.Struct, frozen=True, kw_only=True):
    """A run that would not be published (``harness.publishing.Refusal``)."""

    run: str
    reason: str
    remedy: str = ""


class Older(msgspec.Struct, frozen=True, kw_only=True):
    """A run that gives way to a later one (``harness.publishing.Superseded``)."""

    run: str
    by: str


class Preview(msgspec.Struct, frozen=True, kw_only=True):
    """What would be published, what is refused and why."""

    published: list[str] = []
    refused: list[Refused] = []
    superseded: list[Older] = []
    error: str = ""
    """Why nobody knows."""


def preview(workspace: Workspace) -> Preview:
    """Look at every run as publishing does, in a child process; takes seconds: call it in a thread."""
    argv, environment = child(workspace, ["publish", "--preview", "--json"])
    try:
        done = subprocess.run(
            argv, env=environment, stdin=subprocess.DEVNULL, capture_output=True, timeout=600, check=False
        )
        return msgspec.json.decode(done.stdout, type=Preview)
    except (OSError, subprocess.TimeoutExpired) as error:
        return Preview(error=str(error))
    except msgspec.MsgspecError:
        return Preview(error=done.stderr.decode("utf-8", "replace").strip() or "Nothing was said.")


learn(Preview)
