"""Ray's own room: the only module that imports it. Everything here is quick or says that it is to be called in a thread."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from harness.errors import MagibenchError, UsageError

RESTARTS = 3
"""Times that a training begins again, from its last whole checkpoint, where a process or a node was lost."""
CONNECT_S = 60.0
"""Seconds that a cluster has to let a driver in."""
ANSWER_S = 20.0
"""Seconds that it has to say who is there, and to start or to let go of something."""
T = TypeVar("T")


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """A node of the cluster."""

    id: str
    name: str
    """Its address and the beginning of its id."""
    cpus: int
    memory_mib: int
    gpus: int


class NodeLost(MagibenchError):
    """A node's actor is gone: what it worked on moves."""


class ClusterLost(MagibenchError):
    """The cluster itself doesn't answer any more."""

    exit_code = 1


async def within(seconds: float, work: Callable[[], T]) -> T:
    """Do what may wait for Ray without end, in a thread that nobody waits for if it does.

    Raises:
        ClusterLost: it took longer.
    """
    loop = asyncio.get_running_loop()
    future: asyncio.Future[T] = loop.create_future()

    def tell(result: T | None, error: Exception | None) -> None:
        if not future.done():
            if error is not None:
                future.set_exception(error)
            else:
                future.set_result(result)  # type: ignore[arg-type]

    def do() -> None:
        result, error = None, None
        try:
            result = work()
        except Exception as raised:  # noqa: BLE001 - whoever waits gets it
            error = raised
        with contextlib.suppress(RuntimeError):  # the loop may be gone
            loop.call_soon_threadsafe(tell, result, error)

    threading.Thread(target=do, daemon=True).start()
    try:
        async with asyncio.timeout(seconds):
            return await future
    except TimeoutError:
        raise ClusterLost(f"The Ray cluster has not answered for {seconds:g} s.", "Is its head alive?") from None


def connect(address: str) -> None:
    """Join a cluster as its driver. Call it in a thread.

    Args:
        address: "auto" for the cluster that this machine is part of, "ray://head:10001" through Ray's client server,
            or "head:6379" from a node of the cluster.

    Raises:
        UsageError: Ray is not installed, nobody answers, or versions differ.
    """
    try:
        import ray
    except ImportError:
        raise UsageError("--cluster needs Ray.", "Install it with `pip install 'magibench[cluster]'`.") from None
    try:
        ray.init(
            address=address,
            namespace="magibench",
            ignore_reinit_error=True,
            log_to_driver=False,
            logging_level=logging.ERROR,
        )
    except Exception as error:  # noqa: BLE001 - Ray has no class for all that keeps it from starting
        reason = str(error).strip().splitlines()
        raise UsageError(
            f"No Ray cluster can be used at {address}: {reason[0][:300] if reason else type(error).__name__}",
            "Start one with `ray start --head` (docs/scaling.md), or leave --cluster out.",
        ) from None


def disconnect() -> None:
    """Leave the cluster; what this driver started there ends. Call it in a thread."""
    import ray

    ray.shutdown()


def home() -> str:
    """Return the id of the node that this driver is joined to; empty where that can't be known. Call it in a thread."""
    import ray

    try:
        return str(ray.get_runtime_context().get_node_id())
    except Exception:  # noqa: BLE001 - through the client server there is none
        return ""


def places() -> list[Place]:
    """Return the nodes that are alive. Call it in a thread.

    Raises:
        ClusterLost: nobody answers.
    """
    import ray

    try:
        found = ray.nodes()
    except Exception as error:  # noqa: BLE001 - whatever it is, nobody can be asked
        raise ClusterLost(f"The Ray cluster doesn't answer: {error}"[:300]) from None
    return [
        Place(
            id=node["NodeID"],
            name=f"{node.get('NodeManagerAddress', '?')}/{node['NodeID'][:6]}",
            cpus=int(node["Resources"].get("CPU", 0)),
            memory_mib=int(node["Resources"].get("memory", 0)) >> 20,
            gpus=int(node["Resources"].get("GPU", 0)),
        )
        for node in found
        if node["Alive"]
    ]


def start(place: Place, kind: type, slots: int, *arguments: Any, gpus: float = 0) -> Any:
    """Return the handle of an actor on a node, and on no other. It dies with this driver. Call it in a thread.

    Args:
        place: the node.
        kind: the actor's class.
        slots: cores that it takes of the node's, and its first argument.
        *arguments: the others.
        gpus: GPUs that it takes.
    """
    import ray
    from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

    actor = ray.remote(kind).options(
        num_cpus=slots,
        num_gpus=gpus,
        max_restarts=0,
        max_task_retries=0,
        scheduling_strategy=NodeAffinitySchedulingStrategy(place.id, soft=False),
    )
    return actor.remote(slots, *arguments)


def share_problems(problems: list[Any]) -> Any:
    """Put problems, pickled, where every node can fetch them. Call it in a thread.

    Ray's pickle takes functions by value: the converters of some inputs are lambdas.
    """
    import ray
    from ray import cloudpickle

    return ray.put(cloudpickle.dumps(problems))


def end(handle: Any) -> None:
    """Kill an actor. Call it in a thread."""
    import ray

    try:
        ray.kill(handle)
    except Exception:  # noqa: BLE001 - it may be gone, and so may the cluster
        return


def train(loop: Any, settings: dict[str, Any], workers: int, *, gpus: bool, folder: Path) -> None:
    """Run a function in processes that Ray Train places and joins; again, a few times, if one is lost.

    Args:
        loop: gets ``settings``.
        settings: plain values.
        workers: processes; one core each.
        gpus: one GPU each, too.
        folder: what Ray writes about it.

    Raises:
        MagibenchError: it failed, again and again.
    """
    from ray.train import FailureConfig, RunConfig, ScalingConfig
    from ray.train.torch import TorchTrainer

    trainer = TorchTrainer(
        loop,
        train_loop_config=settings,
        scaling_config=ScalingConfig(num_workers=workers, use_gpu=gpus),
        run_config=RunConfig(storage_path=str(folder.resolve()), failure_config=FailureConfig(max_failures=RESTARTS)),
    )
    try:
        trainer.fit()
    except Exception as error:  # noqa: BLE001 - Ray wraps what happened in classes of several releases
        raise MagibenchError(f"The training failed on the cluster: {_first_line(error)}") from None


async def call(method: Any, *arguments: Any) -> Any:
    """Call an actor's method and wait for its result.

    Raises:
        NodeLost: the actor or its node is gone.
        MagibenchError: what the method raised.
    """
    from ray import exceptions

    try:
        return await asyncio.wrap_future(method.remote(*arguments).future())
    except exceptions.RayTaskError as error:
        cause = error.cause
        if isinstance(cause, MagibenchError):
            raise cause from None
        raise MagibenchError(f"{type(cause).__name__}: {cause}"[:500]) from None
    except (exceptions.RayError, ConnectionError) as error:
        raise NodeLost(_first_line(error)) from None


def _first_line(error: BaseException) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    if not lines:
        return type(error).__name__
    # Where the actor's own start failed, the cause stands last: a module that isn't installed there.
    return (lines[-1] if "creation task" in lines[0] else lines[0])[:300]
