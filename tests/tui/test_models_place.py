"""Models: table and tree, forms that check while one types, $EDITOR, verify, remove, a file that is broken."""

import sys

import pytest

from harness.registry import load_models
from tui.app import Dashboard
from tui.screens.board import Board
from tui.screens.dialogs import Confirm
from tui.screens.form import Form, Pick
from tui.widgets.pane import Pane
from tui.widgets.table import Table


async def settle(app, pilot):
    for _ in range(2):
        await app.workers.wait_for_complete()
        await pilot.pause()


def names(app):
    return [row.key for row in app.screen.query_one("#list", Table).rows]


def said(app):
    return app.screen.query_one("#about", Pane).plain


FAMILY = """
[models."tuned"]
source = "path:trainings/tuned/checkpoints/checkpoint-8/merged"
style = "chat"
base = "smollm2-135m"
parents = ["smollm2-135m", "rows"]
training = {name = "tuned", method = "lora", step = 8, tokens = 4093, recipe_sha256 = "334", datasets = [{name = "rows", rows = 19, contamination = "3 rows removed"}]}

[models."tuned-again"]
source = "path:elsewhere"
base = "tuned"
"""


async def opened(app, pilot):
    await settle(app, pilot)
    await pilot.press("2")
    await settle(app, pilot)


@pytest.mark.parametrize("size", [(80, 24), (120, 36), (200, 60)])
async def test_table_tree_history_and_runs(workspace, size):
    workspace.models.write_text(workspace.models.read_text() + FAMILY)
    app = Dashboard(workspace)
    async with app.run_test(size=size) as pilot:
        await opened(app, pilot)
        assert names(app) == ["smollm2-135m", "reference", "tuned", "tuned-again", "echo"]
        table = app.screen.query_one("#list", Table)
        assert "stopped" in said(app) or "interrupted" in said(app), "its run is named"
        await pilot.press("t")
        assert names(app) == ["smollm2-135m", "tuned", "tuned-again", "reference", "echo"]
        row = next(r for r in table.rows if r.key == "tuned-again")
        assert row.cells["name"][0].text == "   └─ "
        table.select("tuned-again")
        await pilot.pause()
        for expected in ("└─ tuned", "step 8", "4,093 tokens", "✗ missing"):
            assert expected in said(app)
        table.select("tuned")
        await pilot.pause()
        assert "3 rows removed" in " ".join(said(app).split())


async def test_enter_shows_the_runs_of_a_model(workspace):
    app = Dashboard(workspace)
    async with app.run_test(size=(120, 36)) as pilot:
        await opened(app, pilot)
        await pilot.press("enter")
        await settle(app, pilot)
        assert isinstance(app.screen, Board)
        assert [row.key for row in app.screen.query_one(Table).rows] == ["cut"]


async def test_add_checks_while_one_types_and_writes_the_file(workspace):
    before = workspace.models.read_text()
    app = Dashboard(workspace)
    async with app.run_test(size=(120, 36)) as pilot:
        await opened(app, pilot)
        await pilot.press("a")
        await settle(app, pilot)
        assert isinstance(app.screen, Pick)
        await pilot.press("enter")
        await settle(app, pilot)
        form = app.screen
        assert isinstance(form, Form)

        def trouble():
            return str(form.query_one("#trouble").content)

        await pilot.press(*"reference")
        assert "a model named reference already" in trouble()
        await pilot.press(*"-2", "tab", *"qwen")
        assert "not a source" in trouble()
        await pilot.press("slash", *"coder")
        assert trouble() == ""
        assert 'source = "hub:qwen/coder@main"' in str(form.query_one("#preview").content)
        form.query_one("#field-size").focus()
        await pilot.press(*"0", "full_stop", *"5b")
        assert "not a number" in trouble()
        await pilot.press("ctrl+s")
        assert app.screen is form, "what is wrong isn't written"
        await pilot.press("backspace", "ctrl+s")
        await settle(app, pilot)
        assert app.current_mode == "models"
        model = load_models(workspace)["reference-2"]
        assert (model.source, model.size, model.style) == ("hub:qwen/coder@main", 0.5, "chat")
        assert workspace.models.read_text().startswith(before.rstrip())
        assert app.screen.key == "reference-2"


async def test_edit_keeps_comments_and_remove_asks(workspace):
    app = Dashboard(workspace)
    async with app.run_test(size=(120, 36)) as pilot:
        await opened(app, pilot)
        await pilot.press("e")
        await settle(app, pilot)
        app.screen.query_one("#field-family").focus()
        await pilot.press(*"SmolLM2", "ctrl+s")
        await settle(app, pilot)
        text = workspace.models.read_text()
        assert "# models of the tests" in text
        assert 'family = "SmolLM2"' in text
        assert load_models(workspace)["smollm2-135m"].style == "chat"
        await pilot.press("d")
        await pilot.pause()
        assert isinstance(app.screen, Confirm)
        await pilot.press("n")
        await pilot.pause()
        assert "smollm2-135m" in load_models(workspace)
        await pilot.press("d")
        await pilot.pause()
        await pilot.press("y")
        await settle(app, pilot)
        assert "smollm2-135m" not in names(app)
        assert "# models of the tests" in workspace.models.read_text()


async def test_a_file_edited_into_nonsense_is_said_and_the_rest_goes_on(workspace):
    app = Dashboard(workspace)
    async with app.run_test(size=(120, 36)) as pilot:
        await opened(app, pilot)
        good = workspace.models.read_text()
        workspace.models.write_text(good.replace('style = "chat"', 'style = "chatty"'))
        app.look()
        await settle(app, pilot)
        banner = app.screen.query_one("#banner")
        assert banner.display
        assert "models.toml:5" in str(banner.content)
        assert "smollm2-135m" in names(app), "what was good is still shown"
        await pilot.press("j", "t", "slash", *"echo", "enter")
        assert "echo" in names(app)
        assert "smollm2-135m" not in names(app)
        await pilot.press("escape")
        workspace.models.write_text(good)
        app.look()
        await settle(app, pilot)
        assert not banner.has_class("-some")


async def test_the_editor_gets_the_file_and_the_place_reads_it_again(workspace, monkeypatch, tmp_path):
    script = tmp_path / "edit.py"
    script.write_text('import sys; open(sys.argv[1], "a").write(\'[models."by-hand"]\\nsource = "path:x"\\n\')\n')
    monkeypatch.setenv("VISUAL", f"{sys.executable} {script}")
    app = Dashboard(workspace)
    async with app.run_test(size=(120, 36)) as pilot:
        await opened(app, pilot)
        await pilot.press("E")
        await settle(app, pilot)
        if "by-hand" not in names(app):  # the driver of tests can't be suspended: then it is said, nothing breaks
            assert app._notifications
            import contextlib

            monkeypatch.setattr(app, "suspend", contextlib.nullcontext)
            await pilot.press("E")
            await settle(app, pilot)
        assert "by-hand" in names(app)


async def test_verify_is_a_child_process_with_its_log_open(workspace):
    app = Dashboard(workspace)
    async with app.run_test(size=(120, 36)) as pilot:
        await opened(app, pilot)
        app.screen.query_one("#list", Table).select("reference")
        await pilot.press("v")
        await pilot.pause()
        log = app.screen
        assert log.job.arguments == ["models", "verify", "--fetch", "reference"]
        for _ in range(200):
            await pilot.pause(0.1)
            app.look()
            if not app.jobs.active:
                break
        log.follow()
        assert "reference" in log.text
        assert app.jobs.codes[log.job.id] == 0
        await pilot.press("escape")
        assert app.current_mode == "models"
        await pilot.press("y", "s", "S")
        assert app.clipboard == "reference"


async def test_runs_of_a_model_are_listed_even_where_a_run_is_open(workspace):
    app = Dashboard(workspace)
    async with app.run_test(size=(120, 36)) as pilot:
        await settle(app, pilot)
        app.open_run("qwen-chat")
        await settle(app, pilot)
        app.go("models")
        await settle(app, pilot)
        app.screen.query_one("#list", Table).select("smollm2-135m")
        await pilot.press("enter")
        await settle(app, pilot)
        assert app.screen.PLACE == "results"
        assert [row.key for row in app.screen.query_one(Table).rows] == ["cut"]
