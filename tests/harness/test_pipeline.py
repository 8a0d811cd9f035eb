"""What a run becomes when the sandbox, the reference or another run has a part in it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from harness.benchmarks import load_benchmark
from harness.events import Notice, VerdictDone
from harness.pipeline import evaluate
from harness.plan import Plan
from harness.records import Extraction, Model, Problem, Sample, Sampling
from harness.reuse import answers
from harness.statistics import metrics
from sandboxes.local import LocalSandbox


class Tiny:
    """A benchmark of two functions."""

    name, version, sha256, source = "tiny", "v1", "0" * 64, "package"
    suites: tuple[str, ...] = ("base", "plus")
    tests, image = "functions", "python"

    def __init__(self, second_reference: str = "def g(x):\n    return -x\n") -> None:
        self._problems = [
            self._make("Tiny/0", "f", "def f(x):\n    return x + 1\n"),
            self._make("Tiny/1", "g", second_reference),
        ]

    @staticmethod
    def _make(name: str, entry: str, reference: str) -> Problem:
        meta = {"inputs": {"base": [[1]], "plus": [[2], [3]]}, "atol": 0, "dataset": "humaneval"}
        return Problem(id=name, prompt="", entry_point=entry, reference=reference, meta=meta)

    def problems(self) -> Sequence[Problem]:
        return self._problems

    def assemble(self, problem: Problem, sample: Sample) -> Extraction:
        return Extraction(code=sample.text, how="whole")


async def run(workspace: Any, benchmark: Any, programs: list[tuple[str, str]], monkeypatch: Any, tmp_path: Any) -> Any:
    """Judge programs; return the run, its folder and the events."""
    monkeypatch.setenv("MAGIBENCH_CACHE", str(tmp_path / "cache"))
    counts: dict[str, int] = {}
    samples = []
    for problem, text in programs:
        samples.append(Sample(problem_id=problem, index=counts.get(problem, 0), text=text, complete=True))
        counts[problem] = counts.get(problem, 0) + 1
    plan = Plan(
        workspace=workspace,
        model=Model(name="given", source="samples:x"),
        benchmark=benchmark,
        problems=benchmark.problems(),
        style="base",
        sampling=Sampling(n=max(counts.values())),
        backend="judge",
        samples=samples,
        samples_sha256="1" * 64,
    )
    box = LocalSandbox(1)
    events: list[Any] = []
    try:
        return await evaluate(plan, box, events.append, None), plan.folder("local"), events
    finally:
        await box.close()


async def test_base_before_plus_and_the_first_failure_ends_it(workspace, monkeypatch, tmp_path) -> None:
    programs = [("Tiny/0", "def f(x):\n    return x + 1\n"), ("Tiny/1", "def g(x):\n    return -x if x < 3 else 0\n")]
    made, folder, _ = await run(workspace, Tiny(), programs, monkeypatch, tmp_path)
    assert made.complete
    assert [(m.suite, m.solved) for m in made.metrics] == [("base", 2), ("plus", 1)]
    verdict = folder.verdicts()["Tiny/1", 0]
    assert (verdict.suites["base"].passed, verdict.suites["plus"].ran) == (True, 1)
    assert (verdict.evidence.input, verdict.evidence.expected, verdict.evidence.actual) == ("3", "-3", "0")


KILLER = "import ctypes\nlibc = ctypes.CDLL(None)\nlibc.kill(libc.getppid(), 9)\n"


async def test_a_reference_that_fails_here_gives_no_verdict(workspace, monkeypatch, tmp_path) -> None:
    broken = Tiny("def g(x):\n    raise ImportError('library')\n")
    programs = [("Tiny/0", "def f(x):\n    return 0\n"), ("Tiny/1", "def g(x):\n    return -x\n")]
    made, folder, events = await run(workspace, broken, programs, monkeypatch, tmp_path)
    assert not made.complete
    assert (made.judged, made.infra) == (1, 1)
    assert [m.problems for m in made.metrics] == [1, 1]
    verdict = folder.verdicts()["Tiny/1", 0]
    assert verdict.infra
    assert "library" in verdict.evidence.error
    assert any(isinstance(e, Notice) and "Tiny/1" in e.message for e in events)


async def test_a_sandbox_that_breaks_twice_is_no_wrong_answer_and_is_tried_again(
    workspace, monkeypatch, tmp_path
) -> None:
    # The local sandbox isolates nothing: this program can kill the worker, as a fault would.
    programs = [
        ("Tiny/0", KILLER),
        ("Tiny/1", "def g(x):\n    return -x\n"),
    ]
    made, folder, _ = await run(workspace, Tiny(), programs, monkeypatch, tmp_path)
    assert (made.complete, made.judged, made.infra) == (False, 1, 1)
    assert folder.verdicts()["Tiny/0", 0].reason == "infrastructure"
    again, _, events = await run(workspace, Tiny(), programs, monkeypatch, tmp_path)
    assert again.id == made.id
    assert [e.problem_id for e in events if isinstance(e, VerdictDone)] == ["Tiny/0"]


async def test_identical_programs_are_executed_once(workspace, monkeypatch, tmp_path) -> None:
    programs = [("Tiny/0", "def f(x):\n    return x + 1\n")] * 3 + [("Tiny/1", "def g(x):\n    return x\n")]
    made, folder, _ = await run(workspace, Tiny(), programs, monkeypatch, tmp_path)
    assert made.complete
    assert sorted(folder.verdicts()["Tiny/0", n].cached for n in range(3)) == [False, True, True]


async def test_numbers_come_from_the_journals(workspace, monkeypatch, tmp_path) -> None:
    programs = [("Tiny/0", "def f(x):\n    return x + 1\n"), ("Tiny/1", "def g(x):\n    return x\n")]
    made, folder, _ = await run(workspace, Tiny(), programs, monkeypatch, tmp_path)
    assert made.metrics == metrics(folder.verdicts().values(), made.problems, ("base", "plus"))
    (folder.path / "run.json").unlink()
    again, _, _ = await run(workspace, Tiny(), programs, monkeypatch, tmp_path)
    assert again.metrics == made.metrics


def test_answers_to_the_same_prompt_are_taken_from_another_run(workspace) -> None:
    benchmark = load_benchmark("humaneval")
    model = Model(name="m", source="path:x")

    def plan(problems: int) -> Plan:
        return Plan(
            workspace=workspace,
            model=model,
            benchmark=benchmark,
            problems=benchmark.problems()[:problems],
            style="base",
            sampling=Sampling(),
            backend="transformers",
        )

    earlier, later = plan(2), plan(3)
    folder = earlier.folder("docker")
    folder.write(msgspec.structs.replace(earlier.record("docker"), backend={"name": "transformers"}))
    prompts = {p.id: benchmark.prompt(p, "base") for p in later.problems}
    first, second, third = (p.id for p in later.problems)
    with folder.sample_journal() as journal:
        journal.append(Sample(problem_id=first, index=0, text="one", prompt_sha256=prompts[first].sha256))
        journal.append(Sample(problem_id=second, index=0, text="two", prompt_sha256="of another prompt"))
    found = answers(later, [(first, 0), (second, 0), (third, 0)], prompts)
    assert {run: [s.text for s in samples] for run, samples in found.items()} == {folder.id: ["one"]}
    other = msgspec.structs.replace(later.sampling, seed=7)
    from dataclasses import replace

    assert answers(replace(later, sampling=other), [(first, 0)], prompts) == {}


async def test_verdicts_of_another_image_are_not_kept(workspace, monkeypatch, tmp_path) -> None:
    programs = [("Tiny/0", "def f(x):\n    return x + 1\n"), ("Tiny/1", KILLER)]
    made, folder, _ = await run(workspace, Tiny(), programs, monkeypatch, tmp_path)
    changed = msgspec.structs.replace(made, sandbox=made.sandbox | {"images": {"python": {"id": "sha256:other"}}})
    folder.write(changed)
    _, _, events = await run(workspace, Tiny(), programs, monkeypatch, tmp_path)
    assert sorted(e.problem_id for e in events if isinstance(e, VerdictDone)) == ["Tiny/0", "Tiny/1"]


def test_a_run_of_a_model_that_was_not_trained_keeps_its_name(workspace: Any) -> None:
    plan = Plan(
        workspace=workspace, model=Model(name="m", source="path:m"), benchmark=load_benchmark("humaneval"),
        problems=load_benchmark("humaneval").problems()[:1], style="base", sampling=Sampling(), backend="echo",
    )  # fmt: skip
    assert plan.run_id("docker").endswith("__6f5b912e")
