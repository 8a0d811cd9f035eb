"""kill -9 of any one process of a cluster at random moments: bench/cluster.py --chaos N."""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

import psutil

from bench.cluster_jobs import programs
from harness import provenance
from harness.journal import read_journal
from harness.pipeline import evaluate
from harness.records import Verdict
from harness.workspace import Workspace
from sandboxes.engine import connect
from sandboxes.pool import DockerPool

NODES = 2
COMMANDS = 6
"""Times that the same command is given at most."""
DRIVER = """
import asyncio, sys
from pathlib import Path
from bench.cluster_jobs import programs
from harness.cluster.driver import Cluster
from harness.pipeline import evaluate
from harness.workspace import Workspace
async def main():
    box = Cluster(sys.argv[2])
    try:
        await evaluate(programs(Workspace(Path(sys.argv[1])), sys.argv[3]), box, lambda event: None, None)
    finally:
        await box.close()
asyncio.run(main())
"""


class Ground:
    """A cluster that is mended after each blow."""

    def __init__(self) -> None:
        self.ray: Any = None
        self.nodes: list[Any] = []
        self.mend()

    def mend(self) -> None:
        """Have a head and as many nodes as there should be, all alive."""
        from ray.cluster_utils import Cluster

        if self.ray is not None and not _whole(self.ray.head_node):
            self.close()
        if self.ray is None:
            self.ray = Cluster(initialize_head=True, head_node_args={"num_cpus": 0, "include_dashboard": False})
        for node in [n for n in self.nodes if not _whole(n)]:
            self.nodes.remove(node)
            self.ray.remove_node(node, allow_graceful=False)
        while len(self.nodes) < NODES:
            self.nodes.append(self.ray.add_node(num_cpus=1, memory=4 << 30))

    def processes(self) -> dict[int, str]:
        """Return all processes of the cluster and of its sandboxes: process id to what it is."""
        found = {}
        for node in [self.ray.head_node, *self.nodes]:
            where = "head" if node is self.ray.head_node else "node"
            for infos in node.all_processes.values():
                for info in infos:
                    for process in _family(info.process.pid):
                        found[process.pid] = f"{where}: {_what(process)}"
        client = connect()
        for container in client.containers.list(filters={"label": "magibench.sandbox"}, ignore_removed=True):
            owner = int(container.labels["magibench.sandbox"].split()[1])
            if owner in found:
                pid = client.api.inspect_container(container.id)["State"]["Pid"]
                found[pid] = "container"
        client.close()
        return found

    def close(self) -> None:
        """End it all, whatever is left of it."""
        for node in [*self.nodes, self.ray.head_node]:
            node.kill_all_processes(check_alive=False, allow_graceful=False, wait=True)
        self.ray, self.nodes = None, []


def _whole(node: Any) -> bool:
    """Say whether every process that Ray started for a node is there."""
    return not node.dead_processes()


def _family(pid: int) -> list[psutil.Process]:
    try:
        process = psutil.Process(pid)
        return [process, *process.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def _what(process: psutil.Process) -> str:
    """Return what a process of Ray's is called."""
    try:
        line = process.cmdline()
    except psutil.Error:
        return "gone"
    for name in (
        "NodeWorker",
        "gcs_server",
        "raylet/raylet",
        "runtime_env",
        "dashboard/agent",
        "log_monitor",
        "monitor.py",
        "IDLE",
    ):
        if any(name in part for part in line[:4]):
            return name
    return Path(line[0]).name if line else "?"


def verdicts(folder: Any) -> dict[Any, Any]:
    """Return what must be the same: all but times and memory."""
    return {
        k: (v.passed, v.reason, v.infra, {s: (r.passed, r.tests, r.ran) for s, r in v.suites.items()}, v.evidence)
        for k, v in folder.verdicts().items()
    }


async def one_machine(workspace: Workspace) -> dict[Any, Any]:
    """Return the verdicts of this machine alone."""
    plan = programs(workspace, "one", seconds=0.0)
    pool = DockerPool(2)
    try:
        await evaluate(plan, pool, lambda _: None, None)
    finally:
        await pool.close()
    return verdicts(plan.folder("docker"))


def chaos(count: int, seed: int, out: Path) -> None:
    """Kill, see what comes of it, write it down."""
    draw = random.Random(seed)
    rows: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "models.toml").touch()
        wanted = asyncio.run(one_machine(Workspace(root)))
        ground = Ground()
        try:
            for number in range(count):
                rows.append(blow(ground, root, f"run{number}", wanted, draw))
                print(number, json.dumps(rows[-1]), flush=True)
                time.sleep(1.0)  # what was killed must be seen to be dead
                ground.mend()
                keep(out, seed, len(wanted), rows)
        finally:
            ground.close()


def keep(out: Path, seed: int, jobs: int, rows: list[dict[str, Any]]) -> None:
    """Write what was found so far."""
    good = sum(row["identical"] for row in rows)
    killed = Counter(row["killed"] for row in rows)
    result = {"machine": provenance.machine(), "nodes": NODES, "seed": seed, "jobs": jobs, "kills": len(rows), "identical": good, "killed": dict(killed), "rows": rows}  # fmt: skip
    out.write_text(json.dumps(result, indent=2) + "\n")


def blow(ground: Ground, root: Path, name: str, wanted: dict[Any, Any], draw: random.Random) -> dict[str, Any]:
    """Begin a run, kill one process at some moment, give the same command until the run is complete."""
    folder = programs(Workspace(root), name).folder("docker")
    command = [sys.executable, "-c", DRIVER, str(root)]
    log = root / f"{name}.log"
    start = time.monotonic()
    driver = subprocess.Popen([*command, ground.ray.address, name], stderr=log.open("ab"))
    moment = draw.uniform(1.0, 14.0)
    time.sleep(moment)
    found = ground.processes()
    if driver.poll() is None:
        found[driver.pid] = "driver"
    by_kind: dict[str, list[int]] = {}
    for pid, kind in sorted(found.items()):
        by_kind.setdefault(kind, []).append(pid)
    kind = draw.choice(sorted(by_kind))
    done = len(folder.verdicts()) if folder.path.exists() else 0
    os.kill(draw.choice(by_kind[kind]), signal.SIGKILL)
    commands, status = 1, _end(driver)
    while commands < COMMANDS and (status or not folder.record().complete):
        commands += 1
        ground.mend()
        status = _end(subprocess.Popen([*command, ground.ray.address, name], stderr=log.open("ab")))
    rows = sum(1 for _ in read_journal(folder.path / "verdicts.jsonl", Verdict))
    same = verdicts(folder) == wanted and rows == len(wanted) and folder.record().complete
    if not same:
        print(log.read_text()[-3000:], file=sys.stderr)
    return {
        "killed": kind, "after_s": round(moment, 1), "verdicts_then": done, "commands": commands, "rows": rows,
        "identical": same, "seconds": round(time.monotonic() - start, 1),
    }  # fmt: skip


def _end(driver: subprocess.Popen[bytes]) -> int:
    """Wait for a driver's end; return its status."""
    try:
        return driver.wait(300)
    except subprocess.TimeoutExpired:
        driver.kill()
        return driver.wait()
