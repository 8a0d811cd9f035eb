"""The view of a problem: program, prompt, raw text, verdict, steps."""

import csv

import pytest

from harness.records import Evidence, Sample, Verdict
from tui.app import Dashboard
from tui.exporting import write
from tui.screens.problem import ProblemPlace
from tui.widgets.choice import Choice
from tui.widgets.pane import Pane


async def settle(app, pilot):
    for _ in range(3):
        await app.workers.wait_for_complete()
        await pilot.pause()


async def opened(app, pilot, run, problem):
    await settle(app, pilot)
    app.open_run(run, problem)
    await settle(app, pilot)
    assert isinstance(app.screen, ProblemPlace)
    return app.screen


@pytest.mark.parametrize("size", [(80, 24), (120, 36), (200, 50)])
async def test_prompt_program_and_verdict(workspace, size):
    app = Dashboard(workspace)
    async with app.run_test(size=size) as pilot:
        place = await opened(app, pilot, "qwen-base", "HumanEval/0")
        verdict = place.data.verdicts["HumanEval/0", 0]
        shown = place.query_one("#verdict", Pane).plain
        assert verdict.reason in shown
        if verdict.evidence and verdict.evidence.expected:
            assert verdict.evidence.expected in shown
            assert verdict.evidence.actual in shown
        assert "has_close_elements" in place.query_one("#prompt", Pane).plain
        assert "Here is a solution" in place.query_one("#raw", Pane).plain
        program = place.query_one("#program", Pane).plain
        assert "has_close_elements" in program
        assert "```" not in program, "the program is what was extracted"
        assert "program: " in shown


async def test_tabs(workspace):
    app = Dashboard(workspace)
    async with app.run_test(size=(120, 36)) as pilot:
        place = await opened(app, pilot, "qwen-chat", "HumanEval/3")
        for key, tab in (("a", "prompt"), ("w", "raw"), ("c", "program"), ("tab", "prompt"), ("tab", "raw")):
            await pilot.press(key)
            await pilot.pause()
            assert place.query_one(Choice).value == tab
            assert place.query_one("#switch").current == tab
            assert app.focused is place.query_one(f"#{tab}")


async def test_next_and_previous(workspace):
    app = Dashboard(workspace)
    async with app.run_test(size=(120, 36)) as pilot:
        place = await opened(app, pilot, "qwen-chat", "HumanEval/0")
        await pilot.press("p")
        assert place.problem == "HumanEval/0", "there is none before the first"
        await pilot.press("n", "n")
        await settle(app, pilot)
        assert place.problem == "HumanEval/2"
        failed = [p for p in place.data.entry.problems if place.data.states[p] != "passed"]
        await pilot.press("N")
        assert place.problem == next(p for p in failed if int(p[10:]) > 2)
        await pilot.press("N", "P")
        assert place.problem == next(p for p in failed if int(p[10:]) > 2)
        await settle(app, pilot)
        assert place.loaded.problem == place.problem


async def test_samples(workspace):
    app = Dashboard(workspace)
    async with app.run_test(size=(120, 36)) as pilot:
        place = await opened(app, pilot, "sampled", "HumanEval/5")
        await pilot.press("s")
        await settle(app, pilot)
        assert place.index == 1
        assert place.loaded.sample.index == 1
        await pilot.press("S", "S")
        assert place.index == 9
        await pilot.press("n")
        assert (place.problem, place.index) == ("HumanEval/6", 0)


async def test_hostile_text_can_neither_style_nor_steer(maker):
    evil = "[bold red]x[/] \x1b[2J\x1b]0;title\x07 \u202e [@click=app.quit]y[/]"
    folder = maker.run(
        "evil", model="[/red] m\x1b[31m", problems=3, judged=2, finish=False, benchmark="humaneval", version="v1.0"
    )
    with folder.sample_journal() as samples:
        samples.append(Sample(problem_id="HumanEval/2", index=0, text=f"```python\n{evil}\n```", finish="stop"))
    with folder.verdict_journal() as verdicts:
        verdicts.append(
            Verdict(problem_id="HumanEval/2", index=0, passed=False, suites={}, reason="wrong answer",
                    evidence=Evidence(suite="base", test=evil, input=evil, expected=evil, actual=evil, error=evil))
        )  # fmt: skip
    app = Dashboard(maker.workspace)
    async with app.run_test(size=(120, 36)) as pilot:
        place = await opened(app, pilot, "evil", "HumanEval/2")
        for tab in ("c", "a", "w"):
            await pilot.press(tab)
            await pilot.pause()
            drawn = "\n".join(strip.text for strip in app.screen._compositor.render_strips())
            assert "\x1b" not in drawn
            assert "\x07" not in drawn
            assert "\u202e" not in drawn
        assert "[bold red]x[/]" in place.query_one("#raw", Pane).plain
        await pilot.press("escape")
        await pilot.pause()
        await pilot.press("ctrl+p", *"run:")
        await pilot.pause(0.3)
        await pilot.press("escape", "escape")
        await pilot.pause()
        assert "\x1b" not in "\n".join(strip.text for strip in app.screen._compositor.render_strips())


async def test_without_benchmark_data_the_raw_answer_is_shown(maker, monkeypatch):
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setenv("MAGIBENCH_CACHE", str(maker.workspace.root / "cache"))
    monkeypatch.delenv("MAGIBENCH_DATA", raising=False)
    maker.run("nodata", model="m", benchmark="mbpp+", version="v0.2.0", problems=2)
    app = Dashboard(maker.workspace)
    async with app.run_test(size=(120, 36)) as pilot:
        place = await opened(app, pilot, "nodata", "HumanEval/0")
        assert "Here is a solution" in place.query_one("#program", Pane).plain
        assert "can't be shown" in place.query_one("#prompt", Pane).plain
        assert "raw answer" in place.query_one("#verdict", Pane).plain


async def test_a_problem_is_exported_with_its_texts_and_its_evidence(workspace):
    app = Dashboard(workspace)
    async with app.run_test(size=(120, 36)) as pilot:
        place = await opened(app, pilot, "qwen-chat", "HumanEval/3")
        record = place.exported().records[0]
        verdict = place.data.verdicts["HumanEval/3", 0]
        assert (record["passed"], record["reason"]) == (verdict.passed, verdict.reason)
        assert record["raw"] == place.loaded.sample.text
        page = write(place.exported(), "Markdown")
        assert "- **problem**: HumanEval/3" in page
        assert f"````\n{record['raw'].rstrip()}\n````" in page, "the answer's own fence doesn't end the block"
        rows = csv.DictReader(write(place.exported(), "CSV").splitlines(keepends=True))
        assert next(rows)["raw"] == record["raw"]
