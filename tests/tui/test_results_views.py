"""Results: the matrix, the choice of columns, finding again, copying, writing what is shown."""

import csv
import io
import json

from tui.app import Dashboard
from tui.exporting import Export, write
from tui.screens.columns import Columns
from tui.screens.form import Form
from tui.settings import load_settings
from tui.widgets.filter import Filter
from tui.widgets.table import Table


async def settle(app, pilot):
    for _ in range(2):
        await app.workers.wait_for_complete()
        await pilot.pause()


async def test_the_matrix_has_models_and_benchmarks(workspace):
    app = Dashboard(workspace)
    async with app.run_test(size=(120, 36)) as pilot:
        await settle(app, pilot)
        await pilot.press("v")
        table = app.screen.query_one(Table)
        titles = [column.title for column in table.columns]
        assert titles[2:] == ["humaneval+@v0.1.10", "humaneval@v1.0"]
        row = next(r for r in table.rows if r.key.startswith("qwen2.5-coder-0.5b|chat"))
        metric = app.store.entries["qwen-chat"].metric("plus")
        assert f"{100 * metric.value:.1f}" in row.cells["humaneval+@v0.1.10"][0].text
        table.select(row.key)
        await pilot.press("enter")
        assert [r.key for r in table.rows] == ["qwen-chat"]
        await pilot.press("escape")
        assert len(table.rows) == 6


async def test_columns_are_chosen_and_remembered(workspace):
    app = Dashboard(workspace)
    async with app.run_test(size=(160, 40)) as pilot:
        await settle(app, pilot)
        await pilot.press("C")
        assert isinstance(app.screen, Columns)
        await pilot.press("space", "j", "j", "j", "space", "enter")
        await settle(app, pilot)
        table = app.screen.query_one(Table)
        assert [c.key for c in table.columns] == ["state", "model", "benchmark", "temperature"]
        assert {r.key: "".join(m.text for m in r.cells["temperature"]) for r in table.rows}["sampled"] == "0.8"
    assert load_settings().columns == ["benchmark", "temperature"]
    again = Dashboard(workspace)
    async with again.run_test(size=(160, 40)) as pilot:
        await settle(again, pilot)
        await pilot.press("C", "u")
        await settle(again, pilot)
        assert "suite plus" in [c.key for c in again.screen.query_one(Table).columns]


async def test_n_finds_again_what_was_filtered_by(workspace):
    app = Dashboard(workspace)
    async with app.run_test(size=(120, 36)) as pilot:
        await settle(app, pilot)
        await pilot.press("slash", *"qwen", "enter", "escape")
        table = app.screen.query_one(Table)
        assert not app.screen.query_one(Filter).has_class("-open")
        assert len(table.rows) == 6
        table.cursor = 0
        found = []
        for key in ("n", "n", "n", "N"):
            await pilot.press(key)
            found.append(table.key)
        assert found == ["qwen-chat", "qwen-base", "qwen-chat", "qwen-base"]


async def test_copying_a_row_and_an_id(workspace, monkeypatch):
    app = Dashboard(workspace)
    copied = []
    monkeypatch.setattr(app, "copy_to_clipboard", copied.append)
    async with app.run_test(size=(120, 36)) as pilot:
        await settle(app, pilot)
        app.screen.query_one(Table).select("qwen-base")
        await pilot.press("y", "Y")
        assert copied[0] == "qwen-base"
        assert copied[1].split("\t")[:2] == ["qwen2.5-coder-0.5b", "humaneval@v1.0"]


async def test_what_is_shown_is_written_in_three_formats(workspace):
    app = Dashboard(workspace)
    async with app.run_test(size=(120, 36)) as pilot:
        await settle(app, pilot)
        await pilot.press("slash", *"qwen", "enter")
        for presses, name in (([], "a"), (["right"], "b"), (["right", "right"], "c.md")):
            await pilot.press("ctrl+e")
            await settle(app, pilot)
            assert isinstance(app.screen, Form)
            await pilot.press(*presses, "tab", *name, "ctrl+s")
            await settle(app, pilot)
        folder = workspace.root / "exports"
        rows = list(csv.DictReader(io.StringIO((folder / "a.csv").read_text())))
        assert [row["run"] for row in rows] == ["qwen-chat", "qwen-base"]
        metric = app.store.entries["qwen-chat"].metric("plus")
        records = json.loads((folder / "b.json").read_text())
        assert records[0]["pass@1 plus"] == metric.value
        assert records[0]["pass@1 plus low"] == metric.interval.low
        assert (folder / "c.md").read_text().startswith("| run | model |")
        app.open_run("qwen-base")
        await settle(app, pilot)
        await pilot.press("ctrl+e", "tab", *"problems", "ctrl+s")
        await settle(app, pilot)
        assert len((folder / "problems.csv").read_text().splitlines()) == 165


def test_cells_that_could_break_a_table_do_not():
    export = Export("x", [{"a": 'one "two", three', "b": "x|y\nz"}, {"b": None, "c": 0.5}])
    assert list(csv.DictReader(io.StringIO(write(export, "CSV")))) == [
        {"a": 'one "two", three', "b": "x|y\nz", "c": ""}, {"a": "", "b": "", "c": "0.5"},
    ]  # fmt: skip
    assert json.loads(write(export, "JSON")) == list(export.records)
    assert write(export, "Markdown").splitlines()[2] == '| one "two", three | x\\|y<br>z |  |'
