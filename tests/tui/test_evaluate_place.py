"""Evaluate: estimates, the live grid, watching one problem, samplings of the command."""

import pytest
from click.testing import CliRunner

from harness.cli import main
from tui.app import Dashboard
from tui.estimates import cell, rates
from tui.evaluation import BenchmarkChoice, Evaluation
from tui.screens.problem import ProblemPlace
from tui.store import Store
from tui.widgets.grid import Grid


async def settle(app, pilot):
    for _ in range(3):
        await app.workers.wait_for_complete()
        await pilot.pause()


def test_estimates_come_from_former_runs(workspace):
    store = Store(workspace)
    store.poll()
    entries = list(store.entries.values())
    known = rates(entries)
    each = (512 + 44) / 164  # what the records of these runs say
    assert known.seconds("qwen2.5-coder-0.5b", "humaneval+") == pytest.approx(each)
    assert known.seconds("qwen2.5-coder-0.5b", "mbpp+") == pytest.approx(each), "the model's rate elsewhere"
    assert known.seconds("unheard-of", "humaneval+") is None
    plus = BenchmarkChoice("humaneval+", "humaneval+", "v0.1.10", 164, True, True)
    form = Evaluation(["qwen2.5-coder-0.5b"], ["humaneval+"], samplings=["1@0", "10@0.8"])
    found = cell(form, "qwen2.5-coder-0.5b", "chat", plus, known, entries)
    assert [entry.id for entry in found.done] == ["qwen-chat"]
    assert found.samples == 1640, "what is there is not made again"
    assert found.seconds == pytest.approx(1640 * each)
    cut = cell(Evaluation(["smollm2-135m"], ["humaneval+"]), "smollm2-135m", "chat", plus, known, entries)
    assert cut.samples == 164 - 58


async def test_the_grid_fills_and_a_problem_is_watched(maker, worker):
    app = Dashboard(maker.workspace)
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(app, pilot)
        await pilot.press("5")
        await settle(app, pilot)
        place = app.screen
        grid = place.query_one(Grid)
        assert place.shown.id == "live"
        assert len(grid.states) == 12
        worker.step()
        app.look()
        await pilot.pause()
        assert len(grid.states) == 13
        pending = worker.rows[worker.at]["task_id"]
        grid.select(pending)
        grid.focus()
        await pilot.press("enter")
        await settle(app, pilot)
        assert isinstance(app.screen, ProblemPlace)
        assert "not judged yet" in app.screen.query_one("#verdict").plain
        assert worker.step(passed=True) == pending
        app.look()
        await settle(app, pilot)
        assert "passed" in app.screen.query_one("#verdict").plain


def test_a_sampling_that_is_none_is_refused(maker):
    for text in ("10", "x@1", "0@1", "3@9", "3@"):
        done = CliRunner().invoke(
            main, ["-w", str(maker.workspace.root), "eval", "reference", "humaneval", "--sampling", text]
        )
        assert done.exit_code == 2
        assert "is no sampling" in done.output


def test_the_command_names_every_sampling():
    form = Evaluation(["m"], ["b"], samplings=["1@0", "10@0.8"], n="3", temperature="0.5")
    assert form.arguments == ["eval", "m", "b", "--sampling", "1@0", "--sampling", "10@0.8", "--sampling", "3@0.5"]
    assert Evaluation(["m"], ["b"], samplings=["1@0"]).arguments == ["eval", "m", "b"]
