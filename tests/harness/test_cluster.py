"""Judging on a real Ray cluster of several nodes on this machine: the verdicts of one machine, whatever becomes of nodes."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import psutil
import pytest

from harness.benchmarks import load_benchmark
from harness.cli.init import make_workspace
from harness.errors import MagibenchError
from harness.events import NodeSeen, VerdictDone
from harness.journal import read_journal
from harness.pipeline import evaluate
from harness.plan import Plan
from harness.records import Model, Sample, Sampling, Verdict
from harness.runs import RunFolder
from sandboxes.pool import DockerPool

pytest.importorskip("ray", reason="Ray is not installed (the extra cluster)")

SLOWLY = "import time\ntime.sleep(0.1)\n"
"""In front of a program: lets faults happen while it runs, and needs no core."""


class Machines:
    """Nodes that stand for machines: each is a raylet and its workers; all use this machine's engine."""

    def __init__(self) -> None:
        from ray.cluster_utils import Cluster

        # The head only coordinates, and the driver is joined to it: a node that is killed is never the driver's own.
        self.ray = Cluster(initialize_head=True, head_node_args={"num_cpus": 0, "include_dashboard": False})
        self.nodes = []

    def add(self) -> None:
        """Add a node of one core."""
        self.nodes.append(self.ray.add_node(num_cpus=1, memory=4 << 30))

    def kill_node(self) -> None:
        """End a node as a power cut would: its raylet by signal 9; its workers end with it."""
        for info in self.nodes.pop(0).all_processes["raylet"]:
            os.kill(info.process.pid, signal.SIGKILL)

    def actor(self) -> psutil.Process:
        """Return the process of the first node's actor."""
        raylet = self.nodes[0].all_processes["raylet"][0].process.pid
        return next(p for p in psutil.Process(raylet).children() if "NodeWorker" in " ".join(p.cmdline()))

    def kill_actor(self) -> None:
        """End a node's actor as the kernel does where memory runs out."""
        self.actor().kill()

    def close(self) -> None:
        """End all of it."""
        import ray

        ray.shutdown()
        self.ray.shutdown()


@pytest.fixture(scope="module")
def machines(engine):
    from sandboxes.images import find_image

    if not find_image(engine, "python").present:
        pytest.skip("the image python is not built")
    with pytest.MonkeyPatch.context() as patch:
        # Nodes import what is tested, wherever it lies.
        patch.setenv("PYTHONPATH", str(Path(__file__).parents[2]))
        made = Machines()
        made.add()
        made.add()
        yield made
        made.close()


def given(workspace, name: str, *, benchmark: str = "humaneval", limit: int = 6, prefix: str = "", repeat: int = 1):
    """Return a plan to judge references and programs that fail in several ways, no two the same."""
    loaded = load_benchmark(benchmark)
    problems = list(loaded.problems())[:limit]
    samples = []
    for problem in problems:
        wrong = [
            f"def {problem.entry_point}(*a):\n    {body}\n" for body in ("return None", "raise KeyError(1)", "exit()")
        ]
        for index, text in enumerate([problem.reference, *wrong, "def ("] * repeat):
            code = f"{prefix}{text}\n# {index}\n"
            samples.append(Sample(problem_id=problem.id, index=index, text=code, complete=True))
    return Plan(
        workspace=workspace,
        model=Model(name=name, source="samples:x"),
        benchmark=loaded,
        problems=problems,
        style="base",
        sampling=Sampling(n=5 * repeat),
        backend="judge",
        samples=samples,
        samples_sha256="1" * 64,
    )


def said(folder) -> dict:
    """Return what must be the same everywhere: all of a verdict but its times and memory."""
    return {
        key: (v.passed, v.reason, v.infra, {s: (r.passed, r.tests, r.ran) for s, r in v.suites.items()}, v.evidence)
        for key, v in folder.verdicts().items()
    }


async def on_one_machine(plan) -> dict:
    pool = DockerPool(2)
    try:
        assert (await evaluate(plan, pool, lambda _: None, None)).complete
    finally:
        await pool.close()
    return said(plan.folder("docker"))


async def on_cluster(plan, machines, listener, *more) -> tuple:
    """Evaluate a plan, and more behind it in the same sandbox; return its run and the sandbox."""
    from harness.cluster.driver import Cluster

    box = Cluster(machines.ray.address)
    try:
        runs = [await evaluate(each, box, listener, None) for each in (plan, *more)]
        assert all(run.complete for run in runs)
        return runs[0], box
    finally:
        await box.close()


def rows_of(folder) -> int:
    return sum(1 for _ in read_journal(folder.path / "verdicts.jsonl", Verdict))


@pytest.mark.parametrize("benchmark", ["humaneval+", "humaneval"])
async def test_the_same_verdicts_as_on_one_machine(machines, workspace, benchmark, request):
    if benchmark == "humaneval+":
        request.getfixturevalue("data")
    events = []
    plan = given(workspace, "cluster", benchmark=benchmark)
    # Another model on the same benchmark, and in the same sandbox.
    second = given(workspace, "second", benchmark=benchmark)
    run, box = await on_cluster(plan, machines, events.append, second)
    assert said(second.folder("docker")) == said(plan.folder("docker"))
    assert said(plan.folder("docker")) == await on_one_machine(given(workspace, "one", benchmark=benchmark))
    working = {e.name for e in events if isinstance(e, NodeSeen) and e.state == "working"}
    assert len(working) == run.sandbox["nodes"] == 2
    assert (run.sandbox["kind"], run.sandbox["trusted"], run.sandbox["slots"]) == ("docker", True, 2)
    assert box.dispatcher.batches < box.dispatcher.asked


@pytest.mark.slow
async def test_nodes_that_are_lost_and_come_change_no_verdict(machines, workspace, engine):
    def kill_containers() -> None:
        for container in engine.containers.list(filters={"label": "magibench.sandbox"}):
            owner = int(container.labels["magibench.sandbox"].split()[1])
            if psutil.pid_exists(owner) and psutil.Process(owner).ppid() in raylets:
                container.kill()

    raylets = {n.all_processes["raylet"][0].process.pid for n in machines.nodes}
    faults = {5: kill_containers, 15: machines.kill_actor, 25: machines.kill_node, 26: machines.add}
    judged, states = 0, []

    def listen(event) -> None:
        nonlocal judged
        if isinstance(event, VerdictDone):
            judged += 1
            faults.get(judged, lambda: None)()
        if isinstance(event, NodeSeen):
            states.append(event.state)

    plan = given(workspace, "cluster", prefix=SLOWLY, repeat=2)
    await on_cluster(plan, machines, listen)
    assert "lost" in states
    assert rows_of(plan.folder("docker")) == len(plan.wanted())
    assert said(plan.folder("docker")) == await on_one_machine(given(workspace, "one", prefix=SLOWLY, repeat=2))


@pytest.mark.slow
async def test_a_node_that_is_cut_off_and_heard_again_answers_nothing_twice(machines, workspace, monkeypatch):
    from harness.cluster import dispatch, member

    monkeypatch.setattr(member, "TAKE_S", 0.5)
    monkeypatch.setattr(member, "SILENT_S", 1.5)
    monkeypatch.setattr(dispatch, "HEDGE_S", 1.0)
    judged, states = 0, []

    def cut_off() -> None:
        actor = machines.actor()
        actor.suspend()
        threading.Timer(4.0, actor.resume).start()

    def listen(event) -> None:
        nonlocal judged
        if isinstance(event, VerdictDone):
            judged += 1
            if judged == 8:
                cut_off()
        if isinstance(event, NodeSeen):
            states.append((event.name, event.state))

    plan = given(workspace, "cluster", prefix=SLOWLY, repeat=4)
    await on_cluster(plan, machines, listen)
    name, at = next((name, at) for at, (name, state) in enumerate(states) if state == "silent")
    assert (name, "working") in states[at:], "it works again once it is heard"
    assert rows_of(plan.folder("docker")) == len(plan.wanted()) == judged
    found = said(plan.folder("docker"))
    for problem in plan.problems:
        for index in range(20):
            assert found[problem.id, index][1:] == found[problem.id, index % 5][1:], "late answers change nothing"


DRIVER = """
import asyncio, sys
sys.path.insert(0, sys.argv[3])
from pathlib import Path
import test_cluster
from harness.workspace import Workspace
plan = test_cluster.given(Workspace(Path(sys.argv[1])), "cluster", prefix=test_cluster.SLOWLY)
class Machines:
    class ray:
        address = sys.argv[2]
asyncio.run(test_cluster.on_cluster(plan, Machines, lambda event: None))
"""


def kill_in_between(command, folder) -> None:
    """Run a driver until it has journalled a verdict, then end it by signal 9."""
    driver = subprocess.Popen(command, env=os.environ | {"PYTHONPATH": os.pathsep.join(p for p in sys.path if p)})
    journal = folder.path / "verdicts.jsonl"
    while driver.poll() is None and not (journal.exists() and journal.stat().st_size):
        time.sleep(0.05)
    driver.kill()
    driver.wait()


@pytest.mark.slow
async def test_a_driver_that_died_goes_on_by_the_same_command(machines, workspace):
    plan = given(workspace, "cluster", prefix=SLOWLY)
    folder = plan.folder("docker")
    here = str(Path(__file__).parent)
    kill_in_between([sys.executable, "-c", DRIVER, str(workspace.root), machines.ray.address, here], folder)
    before = rows_of(folder)
    assert 0 < before < len(plan.wanted())
    await on_cluster(plan, machines, lambda _: None)
    assert rows_of(folder) == len(plan.wanted())
    assert {"passed", "wrong answer", "exception", "syntax error"} <= {v[1] for v in said(folder).values()}


def with_reference(made):
    """Add a model that answers with the reference solutions."""
    with (made.root / "models.toml").open("a") as file:
        file.write('\n[models.reference]\nsource = "echo:"\nbackend = "echo"\n')
    return made


def command(workspace, *arguments: str) -> list[str]:
    return [sys.executable, "-m", "harness", "--workspace", str(workspace.root), *arguments]


def ran(workspace, *arguments: str) -> dict:
    """Run a whole command and return its JSON."""
    done = subprocess.run(command(workspace, *arguments, "--json"), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_eval_on_two_nodes_and_again_after_its_end_by_signal_9(machines, workspace, tmp_path):
    asked = ["eval", "reference", "humaneval", "--limit", "12", "--no-cache", "--cluster", machines.ray.address]
    alone = with_reference(make_workspace(tmp_path / "alone"))
    [one] = ran(alone, *asked[:-2])
    [run] = ran(with_reference(workspace), *asked)
    assert run["id"] == one["id"]
    assert run["sandbox"]["nodes"] == 2
    folders = [RunFolder(each.runs / run["id"]) for each in (alone, workspace)]
    assert said(folders[0]) == said(folders[1])
    shown = ran(workspace, "runs", "show", run["id"])["nodes"]
    assert [n["state"] for n in shown] == ["working", "working"]
    assert sum(n["done"] for n in shown) >= 12
    again = with_reference(make_workspace(tmp_path / "again"))
    kill_in_between(command(again, *asked), RunFolder(again.runs / run["id"]))
    # The same command goes on, on another cluster too.
    other = Machines()
    try:
        other.add()
        resumed = ran(again, *asked[:-1], other.ray.address)[0]
    finally:
        other.ray.shutdown()
    assert resumed["complete"]
    assert resumed["id"] == run["id"]
    assert rows_of(RunFolder(again.runs / run["id"])) == 12
    assert said(RunFolder(again.runs / run["id"])) == said(folders[0])


async def test_nodes_with_other_code_are_refused_with_the_reason(machines, workspace, monkeypatch):
    monkeypatch.setattr("harness.cluster.preparing.code_digest", lambda: "another")
    with pytest.raises(MagibenchError, match="its Magibench is 0") as caught:
        await on_cluster(given(workspace, "cluster"), machines, lambda _: None)
    assert "No node of the cluster can work" in caught.value.message
