"""Opening a sandbox by name: "docker", hardened and trusted, or "local", for development."""

from __future__ import annotations

import functools
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from harness.errors import UnknownName, UsageError
from sandboxes.contract import Sandbox

if TYPE_CHECKING:
    from harness.backends import Backend

KINDS = {
    "docker": "hardened containers; the only kind whose results can be published",
    "local": "processes without isolation, for development; results can't be published",
}


def open_sandbox(
    kind: str = "docker", slots: int | None = None, runtime: str | None = None, cluster: str | None = None
) -> Sandbox:
    """Return a sandbox; nothing is started yet.

    Args:
        kind: a key of ``KINDS``.
        slots: jobs at a time; default one per processor, as far as memory goes.
        runtime: the container engine's runtime, e.g. "runsc" (gVisor).
        cluster: address of a Ray cluster, whose nodes then judge; ``slots`` are those of each node.

    Raises:
        UnknownName: there is no such kind.
        UsageError: a cluster of another kind than docker is asked for.
    """
    if cluster:
        if kind != "docker":
            raise UsageError(f"--sandbox {kind} can't go with --cluster.", "Leave one of them out.")
        from harness.cluster.driver import Cluster

        return Cluster(cluster, slots, runtime=runtime)
    if kind == "docker":
        from sandboxes.pool import DockerPool

        return DockerPool(slots, runtime=runtime)
    if kind == "local":
        from sandboxes.local import LocalSandbox

        return LocalSandbox(slots)
    raise UnknownName("sandbox", kind, KINDS, "magibench eval --help")


def opener_for(sandbox: Sandbox) -> Callable[..., Awaitable[Backend]]:
    """Return what opens backends beside ``sandbox``: on its nodes if it is a cluster, else here."""
    if hasattr(sandbox, "join"):
        from harness.cluster.driver import Cluster
        from harness.cluster.generation import open_on_nodes

        assert isinstance(sandbox, Cluster)
        return functools.partial(open_on_nodes, sandbox)
    from harness.backends.opening import opened

    return opened
