"""Jobs: commands started as child processes that outlive the dashboard.

workspace.jobs/<id>.json    pid, command, time: what a later dashboard re-attaches to
workspace.jobs/<id>.log     stdout and stderr
"""

from __future__ import annotations

import os
import shlex
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

import msgspec

from harness.errors import UsageError, WorkspaceError
from harness.journal import write_atomic
from harness.learning import learn
from harness.workspace import Workspace
from tui import processes

RESUMABLE = ("eval", "judge")
"""Commands that a run may name as the way to make it again."""


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """A command that was started; the content of its .json file."""

    id: str
    pid: int
    started: float
    """Seconds since the epoch, UTC."""
    arguments: list[str]
    """What follows `magibench`."""
    title: str
    """What people call it: "smollm2 on humaneval"."""

    @property
    def command(self) -> str:
        """The command as one would type it."""
        return shlex.join(["magibench", *self.arguments])


class Jobs:
    """The jobs of a workspace: those this dashboard started, and those it found running."""

    def __init__(self, workspace: Workspace) -> None:
        """Know no job yet; ``attach`` finds those of earlier dashboards."""
        self.workspace = workspace
        self.active: dict[str, Job] = {}
        self.codes: dict[str, int | None] = {}
        """Exit codes of jobs that ended, None where it isn't known."""
        self._children: dict[str, subprocess.Popen[bytes]] = {}

    def log(self, job: Job) -> Path:
        """Return the file of its output."""
        return self.workspace.jobs / f"{job.id}.log"

    def attach(self) -> None:
        """Take in the jobs of earlier dashboards that still run."""
        if not self.workspace.jobs.is_dir():
            return
        for file in sorted(self.workspace.jobs.glob("*.json")):
            try:
                job = msgspec.json.decode(file.read_bytes(), type=Job)
            except (OSError, msgspec.MsgspecError):
                continue
            if job.id not in self.active and processes.alive(job.pid, job.started):
                self.active[job.id] = job

    def start(self, arguments: Sequence[str], title: str) -> Job:
        """Start `magibench ARGUMENTS` in this workspace, in a session of its own.

        Raises:
            WorkspaceError: the log can't be written or the process can't be started.
        """
        began = time.time()
        name = f"{time.strftime('%Y%m%d-%H%M%S', time.gmtime(began))}-{os.getpid()}-{time.monotonic_ns() % 10**6:06}"
        argv, environment = processes.child(self.workspace, arguments)
        try:
            self.workspace.jobs.mkdir(parents=True, exist_ok=True)
            with (self.workspace.jobs / f"{name}.log").open("wb") as log:
                child = subprocess.Popen(
                    argv,
                    cwd=self.workspace.root,
                    env=environment,
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                )
            job = Job(id=name, pid=child.pid, started=time.time(), arguments=list(arguments), title=title)
            self._children[name], self.active[name] = child, job
            write_atomic(self.workspace.jobs / f"{name}.json", msgspec.json.encode(job))
        except OSError as error:
            raise WorkspaceError(
                f"The job could not be started: {error}.", f"Check that {self.workspace.jobs} can be written."
            ) from None
        return job

    def ended(self) -> list[tuple[Job, int | None]]:
        """Return the jobs that ended since the last call, with exit codes (None for re-attached ones)."""
        over: list[tuple[Job, int | None]] = []
        for name, job in list(self.active.items()):
            child = self._children.get(name)
            if child is not None:
                if (code := child.poll()) is None:
                    continue
            elif processes.alive(job.pid, job.started):
                continue
            else:
                code = None
            del self.active[name]
            self._children.pop(name, None)
            self.codes[name] = code
            over.append((job, code))
        return over

    def tail(self, job: Job, lines: int = 200) -> str:
        """Return the last lines of its output."""
        try:
            with self.log(job).open("rb") as file:
                file.seek(0, os.SEEK_END)
                file.seek(max(0, file.tell() - 64_000))
                text = file.read().decode("utf-8", "replace")
        except OSError:
            return ""
        return "\n".join(text.splitlines()[-lines:])


def resume_arguments(command: str) -> list[str]:
    """Return the arguments of the command that a run names as the way to make it again.

    Raises:
        UsageError: it names none, or one that the dashboard won't start for a run.
    """
    try:
        words = shlex.split(command)
    except ValueError:
        words = []
    if words[:1] == ["magibench"] and len(words) > 1 and words[1] in RESUMABLE:
        return words[1:]
    raise UsageError(
        f"The run does not say which command resumes it ({command or 'none'}).", "Run that command in a shell."
    )


learn(Job)
