"""How the cluster scales, and what a job costs: Ray nodes on this machine, jobs that wait and need no core.

    python bench/cluster.py              1, 2, 4 and 8 nodes x 8 slots; overhead per job; CPU and memory of the driver
    python bench/cluster.py --chaos 30   kill -9 of any one process at random moments, each in a run of its own

All nodes are raylets of this one machine: what a network adds is not measured. In the first part a sandbox that only
waits stands for containers; in the second, containers are real.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

import psutil

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
# Nodes are started by this process: what they import is what it imports.
os.environ["PYTHONPATH"] = os.pathsep.join([str(HERE.parent), *filter(None, [os.environ.get("PYTHONPATH")])])

from bench.cluster_jobs import waiting  # noqa: E402
from harness import provenance  # noqa: E402
from harness.cluster.driver import Cluster  # noqa: E402
from harness.events import Phase  # noqa: E402
from harness.pipeline import evaluate  # noqa: E402
from harness.workspace import Workspace  # noqa: E402

SLOTS = 8
NODES = (1, 2, 4, 8)
SECONDS = 1.0
ROUNDS = 20
"""Jobs per slot."""
QUICK = 20_000
"""Jobs that take no time at all."""


def main() -> None:
    """Measure; write bench/results/cluster.json or cluster_chaos.json."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--chaos", type=int, metavar="N", help="kill N processes instead")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    if options.chaos:
        from bench.cluster_chaos import chaos

        chaos(options.chaos, options.seed, HERE / "results" / "cluster_chaos.json")
        return
    from ray.cluster_utils import Cluster as Ray

    ray = Ray(initialize_head=True, head_node_args={"num_cpus": 0, "include_dashboard": False})
    rows, there = [], 0
    try:
        for nodes in NODES:
            for _ in range(nodes - there):
                ray.add_node(num_cpus=SLOTS, memory=SLOTS << 32)
            there = nodes
            rows.append(asyncio.run(measure(ray.address, nodes)))
            print(json.dumps(rows[-1]), flush=True)
    finally:
        import ray as library

        library.shutdown()
        ray.shutdown()
    result = {"machine": provenance.machine(), "job_seconds": SECONDS, "slots_per_node": SLOTS, "rows": rows}
    (HERE / "results" / "cluster.json").write_text(json.dumps(result, indent=2) + "\n")


async def measure(address: str, nodes: int) -> dict[str, Any]:
    """Run waiting jobs, then jobs that take no time, on as many nodes."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "models.toml").touch()
        workspace = Workspace(root)
        slots = nodes * SLOTS
        count = slots * ROUNDS
        wall, use = await timed(address, workspace, f"waiting{nodes}", count, SECONDS)
        quick, quick_use = await timed(address, workspace, f"quick{nodes}", QUICK, 0.0)
        return {
            "nodes": nodes,
            "slots": slots,
            "jobs": count,
            "seconds": round(wall, 2),
            "ideal_seconds": ROUNDS * SECONDS,
            "efficiency": round(ROUNDS * SECONDS / wall, 3),
            "driver_cpu_share": round(use["cpu_s"] / wall, 3),
            "driver_peak_mib": use["peak_mib"],
            "quick_jobs": QUICK,
            "quick_ms_per_job": round(1000 * quick / QUICK, 3),
            "scheduling_ms_per_job": round(1000 * quick_use["scheduling_s"] / QUICK, 3),
            "quick_driver_cpu_ms_per_job": round(1000 * quick_use["cpu_s"] / QUICK, 3),
            "quick_driver_peak_mib": quick_use["peak_mib"],
            "quick_jobs_per_batch": quick_use["per_batch"],
        }


async def timed(
    address: str, workspace: Workspace, name: str, count: int, seconds: float
) -> tuple[float, dict[str, Any]]:
    """Judge; return the seconds from the first job to the last verdict in its journal, and what the driver used.

    For jobs that take no time also the seconds of scheduling alone: the same jobs, without journals and events.
    """
    box = Cluster(address, SLOTS, opener="bench.cluster_jobs:Sleeping")
    plan = waiting(workspace, name, count, seconds)
    began: list[float] = []
    me = psutil.Process()
    cpu: list[float] = []

    def listen(event: Any) -> None:
        if isinstance(event, Phase) and event.name == "judging":
            began.append(time.perf_counter())
            cpu.append(sum(me.cpu_times()[:2]))

    peak = _Peak()
    try:
        run = await evaluate(plan, box, listen, None)
        wall = time.perf_counter() - began[0]
        used = sum(me.cpu_times()[:2]) - cpu[0]
        assert run.complete, name
        per_batch = round(box.dispatcher.asked / max(1, box.dispatcher.batches), 1)
        scheduling = await scheduled(box, plan, count) if not seconds else 0.0
    finally:
        peak.stop()
        await box.close()
    return wall, {"cpu_s": used, "peak_mib": peak.mib, "per_batch": per_batch, "scheduling_s": scheduling}


async def scheduled(box: Cluster, plan: Any, count: int) -> float:
    """Return the seconds that as many jobs take through dispatcher and nodes alone, as many in flight as before."""
    judge = box.suite_judge(plan.benchmark, "none")
    problem = plan.problems[0]
    assert not await judge.gate(problem, ("base",))
    while sum(judge.name in m.ready for m in box.dispatcher.members) < len(box.dispatcher.members):
        await box.news()
    numbers = iter(range(count))
    start = time.perf_counter()

    async def ask() -> None:
        for number in numbers:
            await judge.judge(problem, f"# 0 s, again {number}", ("base",))

    await asyncio.gather(*(ask() for _ in range(2 * box.provenance["slots"])))
    seconds = time.perf_counter() - start
    await judge.close()
    return seconds


class _Peak:
    """The largest resident memory of this process while it lives, looked at every 50 ms."""

    def __init__(self) -> None:
        self.mib = 0
        self._going = True
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()

    def _look(self) -> None:
        while self._going:
            self.mib = max(self.mib, psutil.Process().memory_info().rss >> 20)
            time.sleep(0.05)

    def stop(self) -> None:
        """Look no more."""
        self._going = False
        self._thread.join()


if __name__ == "__main__":
    main()
