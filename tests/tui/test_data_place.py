"""Data: datasets, recipes, one dataset with its rows, its rejects, its evidence and its analyses."""

from __future__ import annotations

import os
import time

import pytest

from harness.datagen.browsing import analyses, rejected_of, rows_of
from harness.datagen.events import JobEvent, JobStarted, StepProgress, StepStarted
from harness.errors import DatasetError
from harness.journal import Journal
from tui.analyses import analysis_lines
from tui.app import Dashboard
from tui.screens.data import Data, steps_of
from tui.screens.dataset import DatasetPlace
from tui.screens.form import Form
from tui.widgets.choice import Choice
from tui.widgets.pane import Pane
from tui.widgets.table import Table


async def settle(app, pilot):
    for _ in range(3):
        await app.workers.wait_for_complete()
        await pilot.pause()


def text(app, number):
    return app.screen.query_one(f"#text-{number}", Pane).plain


def shown(pane):
    return str(pane.query_one("Static").render())


async def opened(app, pilot, name="oss"):
    await settle(app, pilot)
    await pilot.press("3")
    await settle(app, pilot)
    assert isinstance(app.screen, Data)
    app.screen.select(name)
    await pilot.pause()
    await pilot.press("enter")
    await settle(app, pilot)
    assert isinstance(app.screen, DatasetPlace)
    return app.screen


async def test_datasets_stand_before_recipes_and_say_how_they_were_made(workspace, make_dataset):
    make_dataset()
    app = Dashboard(workspace)
    async with app.run_test(size=(120, 36)) as pilot:
        await settle(app, pilot)
        await pilot.press("3")
        await settle(app, pilot)
        table = app.screen.query_one("#list", Table)
        keys = [row.key for row in table.rows]
        assert keys[0] == "oss"
        assert "oss-instruct" in keys[1:]
        assert table.plain(table.rows[0])[1:3] == ["30", "3"]
        said = shown(app.screen.query_one("#about", Pane))
        for words in ("Made for tests.", "decontaminate", "HumanEval (words)", "33 →", "cdcdcdcdcdcd"):
            assert words in said
        app.screen.select("oss-instruct")
        await pilot.pause()
        said = shown(app.screen.query_one("#about", Pane))
        assert "teacher" in said
        assert "gpt-3.5-turbo-1106" in said


@pytest.mark.parametrize("size", [(80, 24), (120, 36), (200, 60)])
async def test_rows_are_read_beside_each_other(workspace, make_dataset, size):
    made = make_dataset()
    rows = list(made.rows())
    app = Dashboard(workspace)
    async with app.run_test(size=size) as pilot:
        place = await opened(app, pilot)
        assert place.query_one("#views", Choice).labels == ["rows 30", "rejected 3", "contamination 1", "analyses 1"]
        assert (text(app, 0), text(app, 1), text(app, 2)) == (rows[0].seed, rows[0].problem, rows[0].solution)
        await pilot.press("J", "j")
        await settle(app, pilot)
        assert text(app, 1) == rows[2].problem
        visible = [place.query_one(f"#text-{n}").region.width > 0 for n in range(3)]
        assert visible == ([False, True, False] if size[0] < 100 else [True] * 3)
        first, second, third = (place.query_one(f"#text-{n}").region for n in range(3))
        if size[0] >= 160:
            assert first.y == second.y == third.y
        elif size[0] >= 100:
            assert first.x == second.x < third.x
        await pilot.press("tab", "tab", "tab")
        assert place.focused is place.query_one("#text-2")
        assert place.query_one("#text-2").region.width > 0
        await pilot.press("y")
        assert app.clipboard == rows[2].solution


async def test_one_language_a_filter_and_another_order(workspace, make_dataset):
    make_dataset()
    app = Dashboard(workspace)
    async with app.run_test(size=(120, 36)) as pilot:
        place = await opened(app, pilot)
        table = place.query_one("#list", Table)
        await pilot.press("f", "f")
        assert place.group == "cpp"
        assert len(table.rows) == 10
        await pilot.press("f")
        assert len(table.rows) == 30
        await pilot.press("slash", "7", "colon", "enter")
        await settle(app, pilot)
        assert [row.key for row in table.rows] == ["7", "17", "27"]
        assert text(app, 1).startswith(f"Problem {table.key}:")
        await pilot.press("escape")
        assert len(table.rows) == 30
        await pilot.press("s", "S")
        assert [row.key for row in table.rows][:2] == ["29", "28"]


@pytest.mark.parametrize("parquet", [False, True])
async def test_enter_searches_the_whole_texts_and_marks_the_words(workspace, make_dataset, parquet):
    make_dataset(parquet=parquet)
    app = Dashboard(workspace)
    async with app.run_test(size=(120, 36)) as pilot:
        place = await opened(app, pilot)
        table = place.query_one("#list", Table)
        whole = [place.records.read(number) for number in range(30)]
        wanted = [str(n) for n, row in enumerate(whole) if "SORTED" in f"{row.problem} {row.solution}".upper()]
        await pilot.press("slash", *"SORTED")
        assert len(table.rows) < len(wanted), "their lines don't say it"
        await pilot.press("enter")
        await settle(app, pilot)
        assert [row.key for row in table.rows] == wanted
        head = str(place.query_one("#crumbs").render())
        assert "“SORTED” in the texts" in head
        assert f"1 of {len(wanted)}" in head
        content = place.query_one("#text-2 Static").content
        spans = [span for span in content.spans if "warning" in str(span.style) and "on" in str(span.style)]
        assert {content.plain[span.start : span.end].lower() for span in spans} == {"sorted"}
        await pilot.press("escape")
        await settle(app, pilot)
        assert len(table.rows) == 30
        assert "in the texts" not in str(place.query_one("#crumbs").render())
        await pilot.press("v", "slash", *"can't", "enter")
        await settle(app, pilot)
        assert len(table.rows) == 1


async def test_what_was_rejected_says_why_and_what_it_was(workspace, make_dataset):
    make_dataset()
    app = Dashboard(workspace)
    async with app.run_test(size=(120, 36)) as pilot:
        place = await opened(app, pilot)
        await pilot.press("v")
        await settle(app, pilot)
        assert place.view == "rejected"
        assert "no fence" in text(app, 0)
        assert text(app, 1) == "I can't do that."
        await pilot.press("f", "f")
        await settle(app, pilot)
        assert place.group == "duplicate seed"
        assert text(app, 1).startswith("Problem 31:")


@pytest.mark.parametrize("size", [(80, 24), (120, 36)])
async def test_evidence_stands_beside_what_it_was_taken_from(workspace, make_dataset, size):
    make_dataset()
    app = Dashboard(workspace)
    async with app.run_test(size=size) as pilot:
        place = await opened(app, pilot)
        await pilot.press("v", "v")
        await settle(app, pilot)
        row = next(record.row for record in map(place.rejected.read, range(3)) if record.reason == "HumanEval (words)")
        assert text(app, 1) == row.problem[20:70]
        assert row.solution.split("\n")[0] in shown(place.query_one("#text-1"))
        assert text(app, 2) == f"{row.problem[20:70]} and more"
        assert "HumanEval/5" in str(place.query_one("#title-2").render())
        if size[0] > 100:
            assert place.query_one("#text-1").region.y == place.query_one("#text-2").region.y


@pytest.mark.parametrize("size", [(80, 24), (200, 60)])
async def test_the_three_analyses_are_plots(workspace, make_dataset, size):
    make_dataset()
    app = Dashboard(workspace)
    async with app.run_test(size=size) as pilot:
        place = await opened(app, pilot)
        await pilot.press("v", "v", "v")
        await settle(app, pilot)
        said = shown(place.query_one("#analyses"))
        for words in ("Length of each problem", "median 80", "Categories", "Web", "cosine 0.5", "█"):
            assert words in said
        assert max(map(len, said.split("\n"))) <= place.query_one("#analyses").size.width
        assert not place.query_one("#texts").display
        await pilot.press("v")
        assert place.query_one("#texts").display


def test_rows_of_parquet_are_read_one_by_one(make_dataset):
    made = make_dataset(parquet=True)
    records = rows_of(made)
    records.scan()
    assert records.groups == {"python": 20, "cpp": 10}
    assert [records.read(number) for number in (29, 0)] == [list(made.rows())[29], next(made.rows())]


async def test_damage_is_named_and_the_rest_is_shown(workspace, make_dataset):
    made = make_dataset()
    lines = (made.path / "rows.jsonl").read_bytes().split(b"\n")
    lines[3] = lines[3][:50]
    (made.path / "rows.jsonl").write_bytes(b"\n".join(lines))
    (made.path / "reports/analyze/analysis.json").write_text("{")
    app = Dashboard(workspace)
    async with app.run_test(size=(120, 36)) as pilot:
        place = await opened(app, pilot)
        assert place.records.damaged == [4]
        assert len(place.query_one("#list", Table).rows) == 29
        said = " ".join(note.message for note in app._notifications)
        assert "line 4" in said
        assert "analysis.json" in said
        await pilot.press("v", "v")
        assert len(place.query_one("#list", Table).rows) == 1


async def test_a_dataset_without_reports_says_what_to_press(workspace, make_dataset):
    made = make_dataset()
    (made.path / "reports/analyze/analysis.json").unlink()
    app = Dashboard(workspace)
    async with app.run_test(size=(120, 36)) as pilot:
        place = await opened(app, pilot)
        await pilot.press("v", "v", "v")
        assert "No analyses yet" in str(place.query_one("#empty").render())
        assert place.query_one("#empty").region.height > 3


async def test_making_asks_for_a_name_and_starts_the_command(workspace, monkeypatch):
    app = Dashboard(workspace)
    started = []
    monkeypatch.setattr(app, "start_job", lambda arguments, title, show=False: started.append(arguments))
    async with app.run_test(size=(120, 36)) as pilot:
        await settle(app, pilot)
        await pilot.press("3")
        await settle(app, pilot)
        app.screen.select("demo")
        await pilot.pause()
        await pilot.press("m")
        assert isinstance(app.screen, Form)
        await pilot.press(*"/x")
        assert "A name has" in str(app.screen.query_one("#trouble").render())
        await pilot.press("ctrl+s")
        assert isinstance(app.screen, Form)
        await pilot.press("backspace", "backspace", *"-2", "ctrl+s")
        await settle(app, pilot)
        assert started == [["data", "make", "demo", "--name", "demo-2"]]
        await pilot.press("i")
        await pilot.press(*str(workspace.models), "tab", "l", "tab", *"mine", "ctrl+s")
        await settle(app, pilot)
        assert started[-1] == ["data", "import", str(workspace.models), "--format", "alpaca", "--name", "mine"]


async def test_what_is_made_now_shows_how_far_it_is_and_resumes_after_a_kill(workspace, monkeypatch):
    folder = workspace.datasets / "demo"
    (folder / ".work").mkdir(parents=True)
    steps = ["seeds", "oss-instruct"]

    def write(pid):
        with Journal(folder / "events.jsonl", JobEvent) as journal:
            for event in (
                JobStarted(t=time.time(), dataset="demo", steps=steps, pid=pid),
                StepStarted(t=time.time(), step="oss-instruct", position=1, total=16),
                StepProgress(t=time.time(), step="oss-instruct", done=7, total=16, rejected=2),
            ):
                journal.append(event)

    write(os.getpid())
    app = Dashboard(workspace)
    started = []
    monkeypatch.setattr(app, "start_job", lambda arguments, title, show=False: started.append(arguments) or True)
    async with app.run_test(size=(120, 36)) as pilot:
        await settle(app, pilot)
        app.show_work("dataset", "demo")
        await settle(app, pilot)
        table = app.screen.query_one("#list", Table)
        assert table.key == "demo"
        assert table.plain(table.rows[table.cursor])[1:3] == ["7", "2"]
        assert "7/16" in shown(app.screen.query_one("#about", Pane))
        assert not app.screen.check_action("resume", ())
        write(2**22 + 1)
        for _ in range(9):
            app.look()
        await settle(app, pilot)
        assert app.screen.makings["demo"].state == "interrupted"
        await pilot.press("r")
        assert started == [["data", "make", "demo"]]


def test_a_file_that_changes_while_it_is_shown_is_an_error(make_dataset):
    made = make_dataset()
    rejected = rejected_of(made)
    rejected.scan()
    (made.path / "rejected.jsonl").write_text("{}\n")
    with pytest.raises(DatasetError, match="changed while it was shown"):
        rejected.read(2)


@pytest.mark.parametrize("width", [-3, 0, 1, 20, 300])
def test_no_width_is_too_small_while_a_screen_is_laid_out(make_dataset, width):
    made = make_dataset()
    assert steps_of(made.manifest(), width)
    for name, found in analyses(made).items():
        assert analysis_lines(name, found, width)
