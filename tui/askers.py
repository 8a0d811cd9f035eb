"""Models that are asked by hand: a child process each, `magibench ask MODEL --serve-stdin`, and what it told.

They are no jobs: their stdin is a pipe of ours, so that they end with the dashboard, however it ends.
"""

from __future__ import annotations

import contextlib
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import IO, Literal

import msgspec

from harness.asking import Ask, AskedStyle, Event, Execute, Failed, Finished, Loading, Piece, Ran, Ready, Started, Stop
from harness.workspace import Workspace
from tui import processes

State = Literal["idle", "loading", "waiting", "answering", "done", "failed"]
TAIL = 12
"""Last lines of what a process wrote to stderr that are shown when it died."""


@dataclass
class Reply:
    """One answer, as far as it is there."""

    prompt: str = ""
    style: AskedStyle = "auto"
    text: str = ""
    pieces: int = 0
    asked: float = 0.0
    """When it was asked for; seconds of ``time.monotonic``."""
    began: float | None = None
    """When the model began: loading is not part of an answer."""
    first: float | None = None
    """When its first piece came."""
    end: Finished | None = None
    ran: Ran | None = None
    running: bool = False
    """Its program is being executed."""
    error: Failed | None = None
    run_error: Failed | None = None


@dataclass
class Asker:
    """One model. Events come in a thread; ``hear`` is called there for each, and takes it to the app's own."""

    model: str
    workspace: Workspace
    hear: Callable[[Asker, Event | None], None]
    state: State = "idle"
    detail: str = ""
    """What is being loaded."""
    loading_since: float = 0.0
    reply: Reply = field(default_factory=Reply)
    _child: subprocess.Popen[str] | None = None
    _log: IO[str] | None = None
    _count: int = 0

    @property
    def alive(self) -> bool:
        """Whether its process runs."""
        return self._child is not None and self._child.poll() is None

    @property
    def busy(self) -> bool:
        """Whether an answer is on its way."""
        return self.state in {"loading", "waiting", "answering"}

    def ask(self, asked: Ask) -> None:
        """Start the process if need be, and put a prompt to it."""
        self._count += 1
        self.reply = Reply(asked.prompt, asked.style, asked=time.monotonic())
        self.state = "waiting"
        self.launch()
        self._send(msgspec.structs.replace(asked, id=str(self._count)))

    def stop(self) -> None:
        """Stop the answer; while the model loads, end the process."""
        if self.state == "loading":
            self.close()
            self.state = "idle"
            self.reply.end = Finished(str(self._count), "", "stopped")
        elif self.busy:
            self._send(Stop())

    def run(self) -> None:
        """Run the program of the answer."""
        reply = self.reply
        reply.running, reply.ran, reply.run_error = True, None, None
        self.launch()
        self._send(Execute(reply.text, reply.prompt, f"run {self._count}", reply.style))

    def close(self) -> None:
        """End the process: it ends with its stdin; one that loads is killed."""
        child, self._child = self._child, None
        if child is None:
            return
        with contextlib.suppress(OSError):
            if child.stdin is not None:
                child.stdin.close()
        if self.state == "loading":
            child.kill()
        threading.Thread(target=_reap, args=(child,), daemon=True).start()

    def take(self, event: Event | None) -> None:
        """Take an event, in the app's own thread; None: the process has ended."""
        reply = self.reply
        if event is None:
            self._ended()
        elif isinstance(event, Loading):
            self.state, self.detail = "loading", event.detail
        elif isinstance(event, Ready):
            self.state = "done" if reply.end else "waiting" if reply.prompt else "idle"
        elif isinstance(event, Failed):
            self._failed(event)
        elif isinstance(event, Ran):
            if event.id == f"run {self._count}":
                reply.ran, reply.running = event, False
        elif event.id == str(self._count):
            self._answered(event)

    def _answered(self, event: Started | Piece | Finished) -> None:
        reply = self.reply
        if isinstance(event, Started):
            reply.began, self.state = time.monotonic(), "answering"
        elif isinstance(event, Piece):
            reply.first = reply.first or time.monotonic()
            reply.text += event.text
            reply.pieces += 1
        else:
            reply.end, reply.text, self.state = event, event.text or reply.text, "done"

    def _failed(self, event: Failed) -> None:
        if event.id.startswith("run"):
            self.reply.run_error, self.reply.running = event, False
        else:
            self.reply.error, self.state = event, "failed"

    def _ended(self) -> None:
        """The process is gone though nobody ended it."""
        child, self._child = self._child, None
        code = child.wait() if child is not None else 0
        lost = self.busy or self.reply.running
        self.reply.running = False
        if lost and self.reply.error is None:
            how = f"was killed by signal {-code}" if code < 0 else f"ended with status {code}"
            message = f"The process of {self.model} {how}."
            self.reply.error = Failed(f"{message}\n{self._said()}".strip(), "The next prompt starts it again.")
            self.state = "failed"
        elif self.state != "failed":
            self.state = "done" if self.reply.end else "idle"

    def _said(self) -> str:
        if self._log is None:
            return ""
        with contextlib.suppress(OSError, ValueError):
            self._log.seek(0)
            return "\n".join(self._log.read()[-20_000:].splitlines()[-TAIL:])
        return ""

    def launch(self) -> None:
        """Start the process, unless it runs."""
        if self.alive:
            return
        argv, environment = processes.child(self.workspace, ["ask", self.model, "--serve-stdin", "--quiet"])
        self._log = tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace")  # noqa: SIM115 - kept for a crash
        self.state, self.detail, self.loading_since = "loading", "starting", time.monotonic()
        # A session of its own: ctrl-c of the terminal is the dashboard's.
        self._child = subprocess.Popen(
            argv, cwd=self.workspace.root, env=environment, text=True, encoding="utf-8", start_new_session=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._log,
        )  # fmt: skip
        threading.Thread(target=self._read, args=(self._child,), daemon=True).start()

    def _send(self, request: Ask | Stop | Execute) -> None:
        child = self._child
        if child is not None and child.stdin is not None:
            with contextlib.suppress(OSError, ValueError):
                child.stdin.write(msgspec.json.encode(request).decode() + "\n")
                child.stdin.flush()

    def _read(self, child: subprocess.Popen[str]) -> None:
        assert child.stdout is not None
        for line in child.stdout:
            with contextlib.suppress(msgspec.MsgspecError):
                event = msgspec.json.decode(line, type=Event)
                if child is self._child:
                    self.hear(self, event)
        if child is self._child:
            self.hear(self, None)


def _reap(child: subprocess.Popen[str]) -> None:
    """Wait for a process that was told to end; kill one that doesn't."""
    try:
        child.wait(10)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()
