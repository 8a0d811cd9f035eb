"""A command with several benchmarks loads its model once, and not at all where nothing is to be generated."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Sequence
from typing import Any, ClassVar

import pytest

from harness.backends import BUILTIN, Key, Request
from harness.backends.lending import Lender
from harness.errors import BackendError
from harness.events import Notice, Phase
from harness.pipeline import evaluate
from harness.plan import Plan
from harness.records import Extraction, Model, Problem, Prompt, Sample, Sampling
from sandboxes.local import LocalSandbox


class Counting:
    """A backend that counts what is opened and closed; its answers are right."""

    name = "counting"
    any_benchmark = True
    opened: ClassVar[list[str]] = []
    open_now: ClassVar[int] = 0
    breaks: ClassVar[bool] = False
    loses: ClassVar[bool] = False

    def __init__(self, model: Model, *_: Any, **options: Any) -> None:
        Counting.opened.append(f"{model.name} {options['benchmark'].name}")
        Counting.open_now += 1
        assert Counting.open_now == 1, "two models in memory"
        self._closed = False

    def describe(self) -> dict[str, Any]:
        return {"engine": "counting"}

    async def generate(
        self, requests: Sequence[Request], sampling: Sampling, *, done: Collection[Key] = ()
    ) -> AsyncIterator[Sample]:
        del sampling
        for request in requests:
            if request.key in done:
                continue
            if Counting.breaks:
                raise BackendError("It broke.", "Mend it.")
            if Counting.loses:
                where = {"problem_id": request.prompt.problem_id, "index": request.index}
                yield Sample(**where, text="", finish="error", error="no answer: 503, 7 times")
                continue
            text = "def f(x):\n    return x + 1\n"
            yield Sample(problem_id=request.prompt.problem_id, index=request.index, text=text, complete=True)

    async def close(self) -> None:
        if not self._closed:
            self._closed = True
            Counting.open_now -= 1


class OfOneBenchmark(Counting):
    """A backend that answers for the benchmark that it was opened with."""

    any_benchmark = False


class One:
    """A benchmark of one function."""

    version, sha256, source = "v1", "0" * 64, "package"
    suites: tuple[str, ...] = ("base",)
    tests, image = "functions", "python"

    def __init__(self, name: str) -> None:
        self.name = name
        meta = {"inputs": {"base": [[1]]}, "atol": 0, "dataset": "humaneval"}
        self._problem = Problem(
            id=f"{name}/0", prompt="", entry_point="f", reference="def f(x):\n    return x + 1\n", meta=meta
        )

    def problems(self) -> Sequence[Problem]:
        return [self._problem]

    def template_sha256(self, _style: str) -> str:
        return "1" * 64

    def prompt(self, problem: Problem, style: Any) -> Prompt:
        return Prompt(problem_id=problem.id, style=style, text=problem.id, sha256=problem.id)

    def extract(self, _problem: Problem, sample: Sample) -> Extraction:
        return Extraction(code=sample.text, how="whole")


@pytest.fixture(autouse=True)
def counting(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    monkeypatch.setenv("MAGIBENCH_CACHE", str(tmp_path / "cache"))
    for name in ("Counting", "OfOneBenchmark"):
        monkeypatch.setitem(BUILTIN, name.lower(), f"{__name__}:{name}")
    monkeypatch.setattr(Counting, "opened", [])
    monkeypatch.setattr(Counting, "open_now", 0)
    monkeypatch.setattr(Counting, "breaks", False)
    monkeypatch.setattr(Counting, "loses", False)


def make_plans(
    workspace: Any, benchmarks: str = "abc", models: Sequence[str] = ("m",), backend: str = "counting", **options: Any
) -> list[Plan]:
    """Models x benchmarks, as the command makes them."""
    return [
        Plan(
            workspace=workspace,
            model=Model(name=model, source=f"path:{model}"),
            benchmark=(benchmark := One(name)),  # type: ignore[arg-type]
            problems=benchmark.problems(),
            style="base",
            sampling=Sampling(),
            backend=backend,
            backend_options=options,
        )
        for model in models
        for name in benchmarks
    ]


async def run(plans: list[Plan]) -> list[Any]:
    """Evaluate plans as a command does; return the events."""
    events: list[Any] = []
    box, lender = LocalSandbox(1), Lender(plans)
    try:
        for plan in plans:
            made = await evaluate(plan, box, events.append, None, lender)
            assert made.complete
            assert made.backend["engine"] == "counting"
    finally:
        await lender.close()
        await box.close()
    return events


async def test_each_model_is_loaded_once_and_never_beside_another(workspace: Any) -> None:
    events = await run(make_plans(workspace, models=("m", "k")))
    assert Counting.opened == ["m a", "k a"]
    assert Counting.open_now == 0
    assert sum(isinstance(e, Phase) and e.name == "loading model" for e in events) == 2


async def test_what_is_done_loads_nothing_and_what_is_resumed_loads_once(workspace: Any) -> None:
    await run(make_plans(workspace, "b"))
    await run(make_plans(workspace, "b"))
    assert Counting.opened == ["m b"]
    await run(make_plans(workspace, "abc"))
    assert Counting.opened == ["m b", "m a"]
    folder = make_plans(workspace, "b")[0].folder("local")
    (folder.path / "verdicts.jsonl").unlink()
    await run(make_plans(workspace, "b"))
    assert Counting.opened == ["m b", "m a"]


async def test_a_backend_that_depends_on_the_benchmark_is_opened_for_each(workspace: Any) -> None:
    await run(make_plans(workspace, "ab", backend="ofonebenchmark"))
    assert Counting.opened == ["m a", "m b"]


async def test_the_model_is_let_go_when_the_last_one_has_its_answers_or_one_breaks_off(workspace: Any) -> None:
    plans = make_plans(workspace, "ab")
    lender = Lender(plans)
    async with lender.lend(plans[0], print):
        pass
    assert Counting.open_now == 1
    async with lender.lend(plans[1], print):
        assert not lender.opens(plans[1])
    assert Counting.open_now == 0
    Counting.breaks = True
    with pytest.raises(BackendError):
        await run(plans)
    assert Counting.open_now == 0


async def test_an_answer_lost_on_its_way_is_asked_for_again_and_never_judged(workspace: Any) -> None:
    (plan,) = make_plans(workspace, "a")
    Counting.loses = True
    box = LocalSandbox(1)
    events: list[Any] = []
    made = await evaluate(plan, box, events.append, None)
    await box.close()
    assert (made.complete, made.samples, made.judged) == (False, 0, 0)
    (said,) = [e for e in events if isinstance(e, Notice) and e.level == "error"]
    assert "1 of 1 answers were lost: no answer: 503, 7 times" in said.message
    Counting.loses = False
    await run([plan])


async def test_options_that_change_what_is_said_make_another_run(workspace: Any) -> None:
    (plain,) = make_plans(workspace, "a")
    (narrow,) = make_plans(workspace, "a", dtype="float16", batch_size=4)
    (wide,) = make_plans(workspace, "a", dtype="float16", batch_size=8)
    assert plain.run_id("local") != narrow.run_id("local") == wide.run_id("local")
    assert make_plans(workspace, "a", threads=2)[0].run_id("local") == plain.run_id("local")
    await run([plain])
    await run([narrow])
    assert Counting.opened == ["m a", "m a"]
    assert narrow.folder("local").record().backend["options"] == {"dtype": "float16"}
