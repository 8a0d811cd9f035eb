"""What bench/cluster.py has judged: jobs of a known length that need no core, and programs of HumanEval."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from typing import Any

from harness.benchmarks import load_benchmark
from harness.plan import Plan
from harness.records import Extraction, Model, Problem, Sample, Sampling
from harness.workspace import Workspace
from sandboxes.contract import CheckJob, Job, Outcome, Result, Watch

CALLED = json.dumps({
    "passed": True, "calls": 1, "candidate": "", "loaded": True, "test": "", "input": "", "returned": "", "error": "",
}).encode()  # fmt: skip


class Sleeping:
    """A sandbox whose jobs wait for as long as their text says, and pass: what is left is scheduling."""

    def __init__(self, slots: int, *, runtime: str | None = None) -> None:
        """Take as many jobs at a time as asked; the caller counts them."""
        self._slots = slots
        self.provenance: dict[str, Any] = {
            "kind": "docker", "trusted": False, "runtime": "none", "slots": slots, "python": {}, "images": {},
        }  # fmt: skip

    def listen(self, listener: Any) -> None:
        """Have nothing to say."""

    async def begin(self, image: str) -> None:
        """Be ready."""

    async def prepare(self, image: str) -> None:
        """Be ready."""

    async def run(self, job: Job, watch: Watch | None = None) -> Outcome:
        """Wait as long as the job's first line says."""
        assert isinstance(job, CheckJob)
        await asyncio.sleep(float(job.code.split(maxsplit=2)[1]))
        return Outcome(status="ok", results=[Result(0, "check", CALLED)])

    async def close(self) -> None:
        """Have nothing to remove."""


class Waiting:
    """A benchmark of one problem whose programs only say how long they take."""

    name, version, sha256, source = "waiting", "v1", "0" * 64, "package"
    suites: tuple[str, ...] = ("base",)
    tests, image = "check", "python"

    def problems(self) -> Sequence[Problem]:
        """Return the one problem."""
        return [Problem(id="W/0", prompt="", entry_point="f", reference="# 0 s", meta={"setup": "", "test": ""})]

    def assemble(self, problem: Problem, sample: Sample) -> Extraction:
        """Take a program as it is."""
        return Extraction(code=sample.text, how="whole")


def waiting(workspace: Workspace, name: str, count: int, seconds: float) -> Plan:
    """Return a plan of ``count`` different programs that take ``seconds`` each."""
    benchmark: Any = Waiting()
    samples = [Sample(problem_id="W/0", index=i, text=f"# {seconds} s, {i}", complete=True) for i in range(count)]
    return _plan(workspace, name, benchmark, benchmark.problems(), samples)


def programs(workspace: Workspace, name: str, *, problems: int = 8, repeat: int = 2, seconds: float = 0.25) -> Plan:
    """Return a plan of HumanEval's references and of programs that fail in several ways, no two the same."""
    benchmark = load_benchmark("humaneval")
    chosen = list(benchmark.problems())[:problems]
    samples = []
    for problem in chosen:
        wrong = [
            f"def {problem.entry_point}(*a):\n    {body}\n" for body in ("return None", "raise KeyError(1)", "exit()")
        ]
        for index, text in enumerate([problem.reference, *wrong, "def ("] * repeat):
            code = f"import time\ntime.sleep({seconds})\n{text}\n# {index}\n"
            samples.append(Sample(problem_id=problem.id, index=index, text=code, complete=True))
    return _plan(workspace, name, benchmark, chosen, samples)


def _plan(workspace: Workspace, name: str, benchmark: Any, problems: Sequence[Problem], samples: list[Sample]) -> Plan:
    return Plan(
        workspace=workspace,
        model=Model(name=name, source="samples:generated"),
        benchmark=benchmark,
        problems=problems,
        style="base",
        sampling=Sampling(n=len(samples) // len(problems)),
        backend="judge",
        samples=samples,
        samples_sha256="1" * 64,
    )
