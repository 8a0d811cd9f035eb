"""An engine's process, seen from the harness: started, asked, listened to, ended."""

from __future__ import annotations

import contextlib
import os
import queue
import signal
import subprocess
import threading
import weakref
from pathlib import Path
from typing import Any

import msgspec

from harness.engines import Engine, environments, require
from harness.errors import BackendError

START = "import sys; sys.path.insert(0, sys.argv[1]); import server.main; sys.path.pop(0); server.main.main()"
TAIL = 3
"""Last lines of what a process said that an error repeats."""
PATIENCE_S = 10.0
"""For an engine to end by itself; then it is killed."""


_LIVING: weakref.WeakSet[Child] = weakref.WeakSet()


def kill_all() -> None:
    """Kill every engine's process of this one: whoever waits for one hears that it is gone."""
    for child in list(_LIVING):
        child.kill()


class Child:
    """One process of an engine. Its messages are read by a thread, so that nobody has to wait in between."""

    def __init__(self, engine: Engine, environment: dict[str, str] | None = None) -> None:
        """Start it; it loads nothing yet.

        Args:
            engine: which; it must be installed.
            environment: variables in addition to ours.

        Raises:
            BackendError: it isn't installed.
        """
        self.engine = engine
        self.messages: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
        logs = environments() / "logs"
        logs.mkdir(parents=True, exist_ok=True)
        python = require(engine).python
        self._log = logs / f"{engine.name}-{os.getpid()}-{id(self):x}.log"
        with self._log.open("wb") as log:
            # A session of its own: ctrl-c is for the harness, which ends the engine when it is ready to.
            self._process = subprocess.Popen(
                [python, "-I", "-c", START, str(Path(__file__).parent)],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, start_new_session=True,
                env=os.environ | (environment or {}),
            )  # fmt: skip
        _LIVING.add(self)
        threading.Thread(target=self._read, name=f"engine {engine.name}", daemon=True).start()

    def send(self, **message: Any) -> None:
        """Send a message; a process that is gone says so among its messages."""
        assert self._process.stdin is not None
        with contextlib.suppress(OSError, ValueError):
            self._process.stdin.write(msgspec.json.encode(message) + b"\n")
            self._process.stdin.flush()

    def close(self) -> None:
        """End the process and all that it started; safe to call twice."""
        assert self._process.stdin is not None
        with contextlib.suppress(OSError):
            self._process.stdin.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(PATIENCE_S)
        self.kill()
        self._process.wait()
        if self._process.returncode == 0:
            self._log.unlink(missing_ok=True)

    def kill(self) -> None:
        """Kill the process and all that it started, without asking it; ``close`` still has to be called."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)

    @property
    def pid(self) -> int:
        """The process's id."""
        return self._process.pid

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            try:
                self.messages.put(msgspec.json.decode(line))
            except msgspec.DecodeError:
                break
        self.messages.put({"event": "gone"})

    def gone(self) -> BackendError:
        """Return why the process is no more."""
        status = self._process.wait()
        again = f"Its log: {self._log}. The same command goes on from here."
        if status == -signal.SIGKILL:
            return BackendError(
                f"The engine {self.engine.name} was killed: most likely it needed more memory than there is.",
                f"Use a smaller model, batch size or context. {again}",
            )
        how = f"by signal {-status}" if status < 0 else f"with status {status}"
        lines = [x for x in self._log.read_text(errors="replace").splitlines() if x.strip()][-TAIL:]
        return BackendError(
            f"The engine {self.engine.name} ended {how}: {' | '.join(lines) or 'it said nothing'}", again
        )


def raised(trouble: dict[str, Any], engine: Engine, model: str) -> BackendError:
    """Return the error that a message of trouble stands for."""
    remedies = {
        "memory": "Use a smaller batch size or context (-o context=2048), or a smaller model.",
        "engine": "The engine's own words are above; the same command goes on from here.",
    }
    heads = {
        "memory": f"{model} ran out of memory in {engine.name}: {trouble['message']}",
        "nan": f"{model} gives NaN in {engine.name}: nothing it says counts",
        "model": f"{model} {trouble['message']}",
    }
    kind = trouble["kind"]
    return BackendError(
        heads.get(kind, f"{engine.name} can't run {model}: {trouble['message']}"),
        trouble["remedy"] or remedies.get(kind, ""),
    )
