"""Results: what it shows, sorting, filtering, keys, states."""

import os

import pytest

from harness.runs import RunFolder
from tui.app import Dashboard
from tui.screens.board import Board
from tui.screens.run import RunPlace
from tui.store import Store
from tui.widgets.filter import Filter
from tui.widgets.table import Table

SIZES = [(80, 24), (120, 36), (200, 50)]


async def settle(app, pilot):
    await app.workers.wait_for_complete()
    await pilot.pause()
    await app.workers.wait_for_complete()
    await pilot.pause()


def table_of(app):
    return app.screen.query_one(Table)


def cell(app, key, column):
    row = next(r for r in table_of(app).rows if r.key == key)
    return "".join(mark.text for mark in row.cells[column])


@pytest.mark.parametrize("size", SIZES)
async def test_lists_every_run_newest_first(workspace, size):
    app = Dashboard(workspace)
    async with app.run_test(size=size) as pilot:
        await settle(app, pilot)
        assert isinstance(app.screen, Board)
        assert [r.key for r in table_of(app).rows] == ["cut", "qwen-chat", "qwen-base", "reference", "sampled", "infra"]
        assert cell(app, "cut", "status") == "stopped at 58/164"
        assert cell(app, "infra", "status") == "3 infra"
        assert cell(app, "reference", "suite base").split()[-2 if size[0] >= 100 else 0] == "100.0"
        drawn = "\n".join(strip.text for strip in app.screen._compositor.render_strips())
        assert "qwen2.5-coder" in drawn
        assert "humaneval+" in drawn
        assert drawn.count("\n") + 1 == size[1]


async def test_numbers_are_those_of_the_record(workspace):
    app = Dashboard(workspace)
    async with app.run_test(size=(120, 36)) as pilot:
        await settle(app, pilot)
        entry = app.store.entries["qwen-chat"]
        for suite in ("base", "plus"):
            metric = entry.metric(suite)
            text = cell(app, "qwen-chat", f"suite {suite}").split()
            assert text[0] == f"{100 * metric.value:.1f}"
            assert text[1] == f"{100 * metric.interval.low:.1f}–{100 * metric.interval.high:.1f}"


async def test_vim_keys(workspace):
    app = Dashboard(workspace)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(app, pilot)
        table = table_of(app)
        for key, expected in [("j", 1), ("j", 2), ("k", 1), ("G", 5), ("j", 5), ("g", 0), ("k", 0), ("ctrl+d", 5),
                              ("ctrl+u", 0), ("down", 1), ("up", 0), ("end", 5), ("home", 0)]:  # fmt: skip
            await pilot.press(key)
            assert table.cursor == expected, key


def test_a_run_is_shown_only_once_its_record_is_read(workspace, monkeypatch):
    store, seen = Store(workspace), []
    read = RunFolder.record
    monkeypatch.setattr(RunFolder, "record", lambda folder: (seen.append(len(store.entries)), read(folder))[1])
    store.poll()
    assert seen == [0] * 6
    assert all(entry.created for entry in store.entries.values())


async def test_sort_by_key_and_by_header_keeps_the_cursor_on_its_run(workspace):
    app = Dashboard(workspace)
    async with app.run_test(size=(120, 36)) as pilot:
        await settle(app, pilot)
        table = table_of(app)
        table.select("infra")
        await pilot.press("s")
        assert table.sort_key == "model"
        models = [app.store.entries[r.key].model for r in table.rows]
        assert models == sorted(models)
        assert table.key == "infra"
        await pilot.press("S")
        assert [app.store.entries[r.key].model for r in table.rows] == sorted(models, reverse=True)
        header = next(x for x, c in enumerate("".join(s.text for s in table._header(table.size.width))) if c == "B")
        await pilot.click(Table, offset=(header, 0))
        assert table.sort_key == "benchmark"
        table.sort("suite plus", falling=True)
        values = [app.store.entries[r.key].metric("plus") for r in table.rows]
        known = [m.value for m in values if m]
        assert known == sorted(known, reverse=True)
        assert values[len(known) :] == [None] * (6 - len(known)), "runs without a number stand at the end"
        table.sort("suite plus", falling=False)
        assert app.store.entries[table.rows[-1].key].metric("plus") is None


async def test_filter_narrows_and_escape_clears(workspace):
    app = Dashboard(workspace)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(app, pilot)
        await pilot.press("slash", *"qwen")
        assert {r.key for r in table_of(app).rows} == {"qwen-chat", "qwen-base"}
        await pilot.press("enter")
        assert app.screen.query_one(Filter).has_class("-open")
        assert table_of(app).has_focus
        await pilot.press("slash", *" base")
        assert {r.key for r in table_of(app).rows} == {"qwen-base"}
        await pilot.press(*"zzz")
        assert table_of(app).rows == []
        assert "Esc" in str(app.screen.query_one("#empty").render())
        await pilot.press("escape")
        assert len(table_of(app).rows) == 6
        assert table_of(app).has_focus
        assert isinstance(app.screen, Board)


async def test_enter_opens_and_escape_comes_back(workspace):
    app = Dashboard(workspace)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(app, pilot)
        await pilot.press("j", "enter")
        await settle(app, pilot)
        assert isinstance(app.screen, RunPlace)
        assert app.screen.entry.id == "qwen-chat"
        await pilot.press("escape")
        assert isinstance(app.screen, Board)
        assert table_of(app).key == "qwen-chat"


async def test_empty_workspace_says_what_to_press(maker):
    app = Dashboard(maker.workspace)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(app, pilot)
        text = str(app.screen.query_one("#empty").render())
        assert "No runs yet" in text
        assert "evaluate a model" in text
        await pilot.press("enter", "x", "r", "s", "S", "j", "G", "L")
        assert isinstance(app.screen, Board)


async def test_broken_run_folder_is_shown_and_the_rest_goes_on(maker):
    maker.run("good", model="m")
    broken = maker.workspace.runs / "broken"
    broken.mkdir()
    (broken / "run.json").write_text("{not json")
    (maker.workspace.runs / "a-file").write_text("")
    app = Dashboard(maker.workspace)
    async with app.run_test(size=(120, 36)) as pilot:
        await settle(app, pilot)
        assert {r.key for r in table_of(app).rows} == {"good", "broken"}
        assert app.store.entries["broken"].state == "damaged"
        assert "run.json" in cell(app, "broken", "status") or "damaged" in cell(app, "broken", "status")
        table_of(app).select("broken")
        await pilot.press("enter")
        assert isinstance(app.screen, Board)


async def test_runs_that_appear_and_vanish_are_followed(maker):
    import shutil

    maker.run("one", model="m")
    app = Dashboard(maker.workspace)
    async with app.run_test(size=(120, 36)) as pilot:
        await settle(app, pilot)
        maker.run("two", model="m2")
        app.look()
        await pilot.pause()
        assert {r.key for r in table_of(app).rows} == {"one", "two"}
        shutil.rmtree(maker.workspace.runs / "one")
        app.look()
        await pilot.pause()
        assert {r.key for r in table_of(app).rows} == {"two"}


async def test_nothing_is_read_while_nothing_happens(workspace):
    app = Dashboard(workspace)
    async with app.run_test(size=(120, 36)) as pilot:
        await settle(app, pilot)
        app.store.poll()
        assert app.store.poll() == set()
        assert app.store.poll(thorough=True) == set()


async def test_live_run_fills_and_finishes(maker, worker):
    app = Dashboard(maker.workspace)
    async with app.run_test(size=(120, 36)) as pilot:
        await settle(app, pilot)
        entry = app.store.entries["live"]
        assert entry.state == "running"
        assert entry.live.started.pid == os.getpid()
        assert "12/40" in str(app.screen.query_one("#jobs").render())
        worker.step()
        worker.step(passed=False)
        for _ in range(20):
            await pilot.pause(0.1)
            if entry.judged == 14:
                break
        assert entry.judged == 14
        assert "14/40" in str(app.screen.query_one("#jobs").render())
        assert "35 %" in cell(app, "live", "status")
        while worker.at < 40:
            worker.step()
        worker.finish()
        for _ in range(30):
            await pilot.pause(0.1)
            if entry.state == "complete":
                break
        await pilot.pause()
        assert entry.state == "complete"
        assert not app.screen.query_one("#jobs").has_class("-some")
        assert "suite plus" in next(r for r in table_of(app).rows).sort


async def test_a_run_whose_process_died_is_interrupted(maker):
    maker.run("dead", model="m", judged=5, finish=False)
    app = Dashboard(maker.workspace)
    async with app.run_test(size=(120, 36)) as pilot:
        await settle(app, pilot)
        assert app.store.entries["dead"].state == "interrupted"
        assert not app.store.running()


async def test_a_reused_process_number_is_not_believed(maker):
    """This test's process is younger than a run that claims to have been started an hour ago."""
    import time

    from tui import processes

    assert processes.alive(os.getpid(), time.time())
    assert not processes.alive(os.getpid(), 1_000_000_000)
    assert not processes.alive(0, time.time())
