"""Train: recipes beside trainings, live curves, overlays. Doctor: findings of a child process, builds, settings."""

import os

import pytest

from tests.tui.test_home import write_training
from tui.app import Dashboard
from tui.health import Health, Item
from tui.screens.dialogs import Confirm
from tui.widgets.pane import Pane
from tui.widgets.plot import Plot
from tui.widgets.table import Table


async def settle(app, pilot):
    for _ in range(2):
        await app.workers.wait_for_complete()
        await pilot.pause()
    # A busy machine lays out later: what is said of a row needs the pane's width.
    for _ in range(200):
        if not app.screen.query("#about") or said(app):
            break
        await pilot.pause(0.05)
        if hasattr(app.screen, "draw_about"):
            app.screen.draw_about()


def names(app):
    return [row.key for row in app.screen.query_one("#list", Table).rows]


def said(app):
    return app.screen.query_one("#about", Pane).plain


def dashboard(workspace, started):
    app = Dashboard(workspace)
    app.start_job = lambda arguments, title, show=False: started.append(arguments) or True
    return app


@pytest.mark.parametrize("size", [(80, 24), (160, 48)])
async def test_trainings_recipes_and_their_curves(workspace, size):
    write_training(workspace, "first", pid=os.getpid(), steps=3)
    write_training(workspace, "second", pid=999_999_999, steps=6)
    started = []
    app = dashboard(workspace, started)
    async with app.run_test(size=size) as pilot:
        await settle(app, pilot)
        await pilot.press("4")
        await settle(app, pilot)
        found = names(app)
        assert set(found[:2]) == {"first", "second"}
        assert "magicoder-ds" in found[2:]
        table = app.screen.query_one("#list", Table)
        table.select("second")
        await settle(app, pilot)
        assert "interrupted" in said(app)
        loss = app.screen.query_one("#loss", Plot)
        assert [len(curve.points) for curve in loss.curves] == [6]
        await pilot.press("space")
        table.select("first")
        await settle(app, pilot)
        assert [curve.name for curve in loss.curves] == ["second", "first"], "one over the other"
        await pilot.press("x")
        await pilot.pause()
        assert isinstance(app.screen, Confirm)
        await pilot.press("escape")
        table.select("second")
        await settle(app, pilot)
        await pilot.press("r")
        table.select("magicoder-ds")
        await settle(app, pilot)
        assert "5e-05" in said(app)
        await pilot.press("v", "enter")
        assert started == [
            ["train", "resume", "second"],
            ["train", "validate", "magicoder-ds"],
            ["train", "magicoder-ds"],
        ]


async def test_a_broken_recipe_is_said_where_it_is(workspace):
    folder = workspace.root / "recipes" / "train"
    folder.mkdir(parents=True)
    (folder / "mine.toml").write_text('model = "m"\n[data]\ndatset = "d"\n')
    app = dashboard(workspace, [])
    async with app.run_test(size=(140, 40)) as pilot:
        await settle(app, pilot)
        await pilot.press("4")
        await settle(app, pilot)
        app.screen.query_one("#list", Table).select("mine")
        await settle(app, pilot)
        assert "datset" in said(app)
        assert "magicoder-ds" in names(app)


@pytest.mark.parametrize("size", [(80, 24), (140, 40)])
async def test_the_doctor_says_what_is_missing_and_builds_it(workspace, monkeypatch, size):
    items = [
        Item(section="engine", name="Docker", state="ok", detail="20.10"),
        Item(
            section="images", name="swift", state="missing", detail="not built", remedy="magibench images build swift"
        ),
    ]
    monkeypatch.setattr("tui.health.examine", lambda workspace: Health(items=items))
    started = []
    app = dashboard(workspace, started)
    async with app.run_test(size=size) as pilot:
        await settle(app, pilot)
        await pilot.press("0")
        await settle(app, pilot)
        assert names(app) == ["engine Docker", "images swift"]
        await pilot.press("b")
        assert started == [], "an engine is not built"
        app.screen.query_one("#list", Table).select("images swift")
        await settle(app, pilot)
        assert "magibench images build swift" in said(app)
        assert app.settings.path.name in "".join(said(app).split())
        await pilot.press("b")
        assert started == [["images", "build", "swift"]]
        monkeypatch.setattr("tui.health.examine", lambda workspace: Health(healthy=False, error="it broke"))
        await pilot.press("u")
        await settle(app, pilot)
        assert names(app) == ["engine Docker", "images swift"], "what was known stays"
        assert app.screen.query_one("#banner").has_class("-some")
