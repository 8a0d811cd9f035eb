"""One hardened container with its worker: made, talked to over the attached stream, removed.

Every restriction that docs/security.md lists is set in ``settings``, and nowhere else.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import secrets
import socket
import struct
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from sandboxes import owner
from sandboxes.channel import Channel
from sandboxes.errors import SandboxBroken

if TYPE_CHECKING:
    from docker import DockerClient

START_TIMEOUT_S = 60.0
NOTE_S = 0.5
"""Seconds within which an engine has noted that a container was killed through it, or ran out of memory."""
OWN_MIB = 192
"""MiB that a container has beyond a job's own limit: the worker and the temporary file systems."""
WORK_MIB = 128
TMP_MIB = 32
WORKER_PROCESSES = 16
"""Processes that a container may have beyond a job's own, so that a fork bomb can be ended."""
GVISOR_TASKS = 32
"""Tasks of the host per process of a job under gVisor, where the engine counts those of gVisor's own kernel, which
dies without one more: a fork bomb of 256 processes needed 2,900 to 5,000. What a job may have is its user's limit
there, which that kernel enforces."""


def settings(
    image: str,
    *,
    memory_mib: int,
    processes: int,
    cpus: float,
    runtime: str | None,
    first_user: int,
    preload: Sequence[str] = (),
    compiler: Sequence[str] = (),
) -> dict[str, Any]:
    """Return the engine's settings of one sandbox container.

    Args:
        image: id (digest) of the image.
        memory_mib: what one job may use; the container has a little more, and no swap.
        processes: what one job may have.
        cpus: processors; slightly over one, so that worker and job don't throttle each other.
        runtime: None for the engine's default, or e.g. "runsc".
        first_user: first of the 2,000 user ids that jobs get; no other container has them, since
            the kernel counts a user's processes across containers.
        preload: modules that the worker imports before its first job.
        compiler: argv of a compiler, for a container that only compiles.
    """
    tasks = processes + WORKER_PROCESSES
    memory = f"{memory_mib + OWN_MIB + WORK_MIB + TMP_MIB}m"
    return {
        "image": image,
        "network_mode": "none",
        "read_only": True,
        "tmpfs": {
            "/work": f"rw,exec,nosuid,nodev,size={WORK_MIB}m,nr_inodes=20000,mode=1777",
            "/tmp": f"rw,exec,nosuid,nodev,size={TMP_MIB}m,nr_inodes=5000,mode=1777",  # noqa: S108
        },
        "shm_size": f"{TMP_MIB}m",
        "cap_drop": ["ALL"],
        "cap_add": ["SETUID", "SETGID", "KILL"],
        "security_opt": ["no-new-privileges:true"],
        "mem_limit": memory,
        "memswap_limit": memory,
        "pids_limit": tasks * GVISOR_TASKS if runtime and "runsc" in runtime else tasks,
        "nano_cpus": int(cpus * 1e9),
        "ipc_mode": "private",
        "init": False,
        "hostname": "sandbox",
        "user": "0:0",
        "working_dir": "/",
        "log_config": {"Type": "none", "Config": {}},
        "auto_remove": True,
        # The worker, as a first process, hears no other: an engine that stops would wait 10 s for it.
        "stop_signal": "SIGKILL",
        "runtime": runtime,
        "command": ["--compiler", *compiler] if compiler else [],
        "environment": {"MAGIBENCH_FIRST_USER": str(first_user), "MAGIBENCH_PRELOAD": " ".join(preload)},
        "labels": {owner.LABEL: owner.mark()},
        "name": f"magibench-{os.getpid()}-{secrets.token_hex(4)}",
        "stdin_open": True,
        "tty": False,
    }


class Worker:
    """A running container and the channel to its worker."""

    def __init__(self, container: Any, sock: socket.socket, keep: Any, channel: Channel) -> None:
        """Hold what must live as long as the connection (``keep``: the HTTP response)."""
        self.container = container
        self.channel = channel
        self.ready: dict[str, Any] = {}
        self.outages = 0
        """The engine's outages when it was made: a container doesn't outlive the next one."""
        self._since = time.time()
        self._sock = sock
        self._keep = keep

    @property
    def name(self) -> str:
        """The container's name."""
        return str(self.container.name)

    async def was_ended(self) -> bool:
        """Say whether somebody ended the container through the engine (kill, stop, rm -f): nothing in it can."""
        return await asyncio.to_thread(_noted, self.container, "kill", self._since)

    async def ran_out_of_memory(self, since: float) -> bool:
        """Say whether the engine noted that the kernel killed something here for memory, after ``since`` (time.time)."""
        return await asyncio.to_thread(_noted, self.container, "oom", since)

    async def close(self) -> None:
        """Remove the container, whatever state it is in."""
        with contextlib.suppress(OSError):
            self._sock.close()
        await asyncio.to_thread(_remove, self.container)


async def start(client: DockerClient, options: dict[str, Any]) -> Worker:
    """Create a container, attach to its stream, start it, wait for its worker.

    Raises:
        SandboxBroken: it didn't come up; the message has the engine's words.
    """
    try:
        container, sock, keep = await asyncio.to_thread(_create, client, options)
    except Exception as error:
        raise SandboxBroken(f"A sandbox container did not start: {_words(error)}") from error
    channel = Channel(*_stream(sock))
    worker = Worker(container, sock, keep, channel)
    try:
        worker.ready = await channel.ready(START_TIMEOUT_S)
    except (SandboxBroken, EOFError, OSError) as error:
        await worker.close()
        raise SandboxBroken(f"The worker of a sandbox container did not start: {_words(error)}") from None
    return worker


def _create(client: DockerClient, options: dict[str, Any]) -> tuple[Any, socket.socket, Any]:
    """Create, attach, start: in this order, so that no byte of the stream is missed."""
    container = client.containers.create(**options)
    try:
        where = {"stdin": 1, "stdout": 1, "stream": 1}
        keep = client.api.attach_socket(container.id, params=where)
        sock = getattr(keep, "_sock", keep)
        container.start()
        sock.settimeout(None)
        sock.setblocking(False)
    except BaseException:
        _remove(container)
        raise
    return container, sock, keep


def _remove(container: Any) -> None:
    """Remove a container; it may be gone already."""
    with contextlib.suppress(Exception):
        container.remove(force=True)


def _noted(container: Any, event: str, since: float) -> bool:
    """Look for the engine's note of an event; an engine that doesn't say counts as no."""
    with contextlib.suppress(Exception):
        filters = {"container": container.id, "event": event}
        # The note comes a moment after the end of the stream that told us.
        until = f"{time.time() + NOTE_S:.6f}"
        said = container.client.events(since=f"{since:.6f}", until=until, filters=filters, decode=True)
        return any(True for _ in said)
    return False


def _words(error: BaseException) -> str:
    """Return an engine's explanation, or the error's own text."""
    return (str(getattr(error, "explanation", None) or error) or type(error).__name__)[:300]


def _stream(sock: socket.socket) -> tuple[Any, Any]:
    """Return read and write coroutines over the engine's multiplexed stream.

    Each piece of output has eight bytes before it: the stream's number and, big endian, its length.
    """
    loop = asyncio.get_running_loop()
    raw = bytearray()
    clean = bytearray()

    async def fill(count: int) -> None:
        while len(raw) < count:
            data = await loop.sock_recv(sock, 1 << 18)
            if not data:
                raise EOFError
            raw.extend(data)

    async def read(count: int) -> bytes:
        while len(clean) < count:
            await fill(8)
            stream, size = raw[0], struct.unpack(">I", raw[4:8])[0]
            await fill(8 + size)
            if stream == 1:
                clean.extend(memoryview(raw)[8 : 8 + size])
            del raw[: 8 + size]
        out = bytes(memoryview(clean)[:count])
        del clean[:count]
        return out

    async def write(data: bytes) -> None:
        await loop.sock_sendall(sock, data)

    return read, write
