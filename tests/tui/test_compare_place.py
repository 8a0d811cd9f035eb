"""Marking runs, comparing them, two programs of one problem."""

import pytest

from harness.comparison import compare
from harness.many import rank
from harness.statistics import right_of
from tui.app import Dashboard
from tui.screens.compare import Compare
from tui.screens.problem import ProblemPlace
from tui.screens.versus import Versus
from tui.widgets.choice import Choice
from tui.widgets.table import Table


async def settle(app, pilot):
    for _ in range(3):
        await app.workers.wait_for_complete()
        await pilot.pause()


@pytest.fixture
def rivals(maker):
    maker.run("one", model="alpha", share=0.4, problems=60, created="2026-06-01T12:00:00Z")
    maker.run("two", model="beta", share=0.8, problems=60, created="2026-06-02T12:00:00Z")
    maker.run("three", model="gamma", share=0.6, problems=50, created="2026-06-03T12:00:00Z")
    maker.run("other", model="alpha", benchmark="humaneval", version="v1.0", problems=60)
    return maker.workspace


def solved(app, run, problem):
    verdicts = app.store.entries[run].folder.verdicts().values()
    right, judged = right_of(verdicts, "plus", ["base", "plus"]).get(problem, (0, 1))
    return right / judged


@pytest.mark.parametrize("size", [(80, 24), (120, 36), (200, 60)])
async def test_marked_runs_are_compared_as_the_command_does(rivals, size):
    app = Dashboard(rivals)
    async with app.run_test(size=size) as pilot:
        await settle(app, pilot)
        table = app.screen.query_one(Table)
        for run in ("one", "two"):
            table.select(run)
            await pilot.press("space")
        assert app.marked == ["one", "two"]
        assert "◆" in "".join(m.text for r in table.rows if r.key == "one" for m in r.cells["state"])
        await pilot.press("c")
        await settle(app, pilot)
        place = app.screen
        assert isinstance(place, Compare)
        entries = app.store.entries
        told = compare(entries["one"].folder, entries["two"].folder).suites[-1]
        drawn = "\n".join(strip.text for strip in place._compositor.render_strips())
        assert f"{-100 * told.difference:+.1f}" in drawn
        assert f"{100 * told.a:.1f}" in drawn
        assert f"{100 * told.b:.1f}" in drawn
        matrix = place.query_one(Table)
        assert {row.key for row in matrix.rows} == {*told.wins, *told.losses}
        await pilot.press("f")
        assert place.query_one(Choice).value == "regressions"
        assert {row.key for row in matrix.rows} == set(told.wins)
        await pilot.press("f")
        assert {row.key for row in matrix.rows} == set(told.losses)
        await pilot.press("f")
        assert len(matrix.rows) == 60
        await pilot.press("slash", *"HumanEval/7", "enter")
        assert [row.key for row in matrix.rows] == ["HumanEval/7"]
        await pilot.press("escape", "b")
        await settle(app, pilot)
        assert place.found.runs == ["two", "one"]


async def test_three_runs_share_problems_and_p_is_corrected(rivals):
    app = Dashboard(rivals)
    async with app.run_test(size=(160, 40)) as pilot:
        await settle(app, pilot)
        app.marked = ["one", "two", "three", "other"]
        await pilot.press("7")
        await settle(app, pilot)
        found = app.screen.found
        assert found.runs == ["one", "two", "three"]
        assert len(found.problems) == 50
        assert "another benchmark" in found.left_out["other"]
        field = rank([app.store.entries[run].folder for run in found.runs])
        assert found.ranking == field
        for problem in found.problems:
            assert [found.share[run][problem] for run in found.runs] == [
                solved(app, run, problem) for run in found.runs
            ]


async def test_two_programs_of_a_problem(rivals):
    app = Dashboard(rivals)
    async with app.run_test(size=(120, 36)) as pilot:
        await settle(app, pilot)
        app.marked = ["one", "two"]
        await pilot.press("7")
        await settle(app, pilot)
        matrix = app.screen.query_one(Table)
        keys = [row.key for row in matrix.rows]
        await pilot.press("enter")
        await settle(app, pilot)
        place = app.screen
        assert isinstance(place, Versus)
        assert place.problem == keys[0]
        assert all("def " in text for text in place.loaded.texts)
        await pilot.press("n")
        await settle(app, pilot)
        assert place.problem == keys[1]
        await pilot.press("p", "d")
        await settle(app, pilot)
        assert place.has_class("-one")
        assert app.focused.id == "one"
        await pilot.press("w")
        await settle(app, pilot)
        assert "keeps memory use low" in " ".join(place.loaded.texts[0].split()) or "```" in place.loaded.texts[0]
        await pilot.press("enter")
        await settle(app, pilot)
        assert isinstance(app.screen, ProblemPlace)
        assert app.screen.data.entry.id == "two"


async def test_without_marks_it_says_what_to_press(rivals):
    app = Dashboard(rivals)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(app, pilot)
        await pilot.press("7", "enter", "f", "m", "b", "slash", "s")
        assert "Space" in str(app.screen.query_one("#empty").render())
        app.marked = ["one", "other"]
        await pilot.press("6", "7")
        await settle(app, pilot)
        assert "can't be compared" in str(app.screen.query_one("#empty").render())
        await pilot.press("space")
        assert app.current_mode == "results"


async def test_an_unfinished_run_is_refused_with_its_remedy(maker):
    maker.run("whole", model="m", problems=20)
    maker.run("cut", model="n", problems=20, judged=5, finish=False)
    app = Dashboard(maker.workspace)
    async with app.run_test(size=(120, 36)) as pilot:
        await settle(app, pilot)
        app.marked = ["whole", "cut"]
        await pilot.press("7")
        await settle(app, pilot)
        assert "is incomplete" in str(app.screen.query_one("#empty").render())
