"""An engine's own server for OpenAI's protocol: started for a model, on this machine only, and ended with us."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from typing import Any

from harness.backends.vllm import chosen_engine
from harness.backends.vllm.weights import folder_of
from harness.engines import environments, require
from harness.errors import BackendError, UsageError
from harness.records import Model
from harness.workspace import Workspace

TAIL = 3
END_S = 15.0


class Server:
    """A server's process."""

    def __init__(
        self, model: Model, workspace: Workspace, engine: str | None, port: int, options: dict[str, Any],
        say: Callable[[str], None],
    ) -> None:  # fmt: skip
        """Start it; it takes a minute or two until it is healthy.

        Raises:
            BackendError: the engine isn't installed, or has no server; UsageError: the port is taken.
            ModelError: the model's weights can't be had.
        """
        chosen = chosen_engine(engine)
        if not chosen.serve:
            raise BackendError(f"The engine {chosen.name} has no server.", "Name another with --engine.")
        python = require(chosen).python
        found = folder_of(model, workspace, options.get("dtype"), say)
        port = _free(port)
        values = {"model": found.folder, "name": model.name, "port": str(port)}
        command = [python, "-I", *(part.format(**values) for part in chosen.serve)]
        if found.lora:
            command += ["--enable-lora", "--lora-modules", f"{model.name}={found.lora}"]
            command[command.index("--served-model-name") + 1] = f"{model.name}-base"
        for key, value in {"dtype": found.dtype, **options}.items():
            command += [f"--{key.replace('_', '-')}", *([] if value is True else [str(value)])]
        logs = environments() / "logs"
        logs.mkdir(parents=True, exist_ok=True)
        self._log = logs / f"serve-{chosen.name}-{port}.log"
        self.url = f"http://127.0.0.1:{port}/v1"
        say(f"starting {chosen.name}; its log: {self._log}")
        quiet = {"VLLM_NO_USAGE_STATS": "1", "HF_HUB_OFFLINE": "1"}
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT,
                start_new_session=True, env={"VLLM_CPU_KVCACHE_SPACE": "2"} | os.environ | quiet,
            )  # fmt: skip

    @property
    def pid(self) -> int:
        """The process's id."""
        return self._process.pid

    def wait_until_healthy(self) -> None:
        """Return once the server answers.

        Raises:
            BackendError: it ended instead.
        """
        # Never through a proxy: it is on this machine.
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        while True:
            if self._process.poll() is not None:
                raise self._ended()
            with contextlib.suppress(OSError), opener.open(f"{self.url}/models", timeout=5) as answer:
                if answer.status == 200:
                    return
            time.sleep(0.2)

    def wait(self) -> None:
        """Return never: until it is interrupted, or the server ends.

        Raises:
            BackendError: the server ended.
        """
        self._process.wait()
        raise self._ended()

    def close(self) -> None:
        """End the server and all that it started; safe to call twice."""
        if self._process.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGTERM)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(END_S)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def _ended(self) -> BackendError:
        lines = [x for x in self._log.read_text(errors="replace").splitlines() if x.strip()][-TAIL:]
        said = " | ".join(lines) or "it said nothing"
        return BackendError(f"The server ended with status {self._process.returncode}: {said}", f"See {self._log}.")


def _free(port: int) -> int:
    """Return the port, or a free one for 0."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            raise UsageError(f"Port {port} is taken.", "Name another with --port, or leave it out.") from None
        return int(probe.getsockname()[1])
