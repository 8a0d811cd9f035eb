"""Settings: theme, density and keys are set in the dashboard, hold at once, and are kept."""

import json
import tomllib
from pathlib import Path

from click.testing import CliRunner

from harness.cli import main
from tui.app import Dashboard
from tui.screens.home import Home
from tui.screens.preferences import KeyDialog, Preferences
from tui.settings import load_settings
from tui.widgets.bar import PlaceBar
from tui.widgets.table import Table


async def settle(app, pilot):
    for _ in range(3):
        await app.workers.wait_for_complete()
        await pilot.pause()


async def opened(app, pilot, setting):
    await settle(app, pilot)
    await pilot.press("f3")
    await pilot.pause()
    assert isinstance(app.screen, Preferences)
    assert app.screen.query_one(Table).select(setting)
    await pilot.pause()


def kept(app):
    return tomllib.loads(app.settings.path.read_text())


async def test_another_theme_holds_at_once_and_is_kept(workspace):
    app = Dashboard(workspace)
    async with app.run_test(size=(120, 36)) as pilot:
        await opened(app, pilot, "theme")
        await pilot.press("enter")
        app.screen.query_one(Table).select("magibench-light")
        await pilot.press("enter")
        await settle(app, pilot)
        assert app.theme == "magibench-light"
        assert kept(app)["theme"] == "magibench-light"
        await pilot.press("r")
        assert app.theme == "magibench"


async def test_compact_has_more_lines_of_what_is_shown(workspace):
    app = Dashboard(workspace)
    async with app.run_test(size=(120, 36)) as pilot:
        app.go("models")
        await settle(app, pilot)
        before = app.screen.query_one("#list").size.height
        await opened(app, pilot, "density")
        await pilot.press("enter", "escape")
        await settle(app, pilot)
        assert app.screen.query_one("#list").size.height > before
        assert kept(app)["density"] == "compact"
        app.go("home")
        await settle(app, pilot)
        assert app.screen.has_class("-short"), "a place that is opened later too"
        app.go("models")
        await opened(app, pilot, "density")
        await pilot.press("enter", "escape")
        await settle(app, pilot)
        assert app.screen.query_one("#list").size.height == before
    assert load_settings(app.settings.path).density == "comfortable"


async def test_another_key_works_is_shown_and_is_kept(workspace):
    app = Dashboard(workspace)
    async with app.run_test(size=(120, 36)) as pilot:
        await opened(app, pilot, "app.go_home")
        await pilot.press("enter")
        assert isinstance(app.screen, KeyDialog)
        await pilot.press("f9")
        await pilot.press("escape")
        await settle(app, pilot)
        assert "f9" in str(app.screen.query_one(PlaceBar).render()).lower()
        await pilot.press("f9")
        await settle(app, pilot)
        assert isinstance(app.screen, Home)
        await pilot.press("6", "1")
        await settle(app, pilot)
        assert not isinstance(app.screen, Home), "its usual key is free now"
        assert kept(app)["keys"] == {"app.go_home": "f9"}
        await opened(app, pilot, "app.go_home")
        await pilot.press("r", "escape")
        await settle(app, pilot)
        await pilot.press("1")
        await settle(app, pilot)
        assert isinstance(app.screen, Home)
        assert kept(app).get("keys", {}) == {}


async def test_a_key_that_is_taken_is_refused_with_whose_it_is(workspace):
    app = Dashboard(workspace)
    async with app.run_test(size=(120, 36)) as pilot:
        await opened(app, pilot, "results.sort")
        await pilot.press("enter", "q")
        await pilot.pause()
        assert app.settings.keymap == {}
        assert any("Quit" in note.message for note in app._notifications)
        assert app.is_running


async def test_themes_of_the_user_are_offered_and_a_broken_one_is_named(workspace):
    app = Dashboard(workspace)
    folder = app.settings.path.parent / "themes"
    folder.mkdir(parents=True)
    (folder / "mine.toml").write_text('primary = "#22aa66"\ndark = true\n')
    (folder / "broken.toml").write_text('primary = "mauvish"\n')
    app = Dashboard(workspace)
    async with app.run_test(size=(120, 36)) as pilot:
        await settle(app, pilot)
        assert any("broken.toml" in note.message and "mauvish" in note.message for note in app._notifications)
        await opened(app, pilot, "theme")
        await pilot.press("enter")
        assert app.screen.query_one(Table).select("mine")
        await pilot.press("enter")
        await settle(app, pilot)
        assert app.theme == "mine"
        assert app.current_theme.primary == "#22aa66"


def config(*words):
    return CliRunner().invoke(main, ["config", *words])


def test_the_settings_can_be_asked_from_a_shell():
    path = Path(config("path").output.strip())
    assert path == load_settings().path
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text('theme = "nord"\n[keys]\n"results.sort" = "o"\n')
    held = tomllib.loads(config("show").output)
    assert held == {"theme": "nord", "density": "comfortable", "keys": {"results.sort": "o"}}
    known = json.loads(config("schema").output)["properties"]
    assert set(held) <= set(known)
    assert known["keys"]["properties"]["results.sort"]["default"] == "s"


def test_a_broken_file_of_settings_is_named():
    path = load_settings().path
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("theme =")
    answer = config("show")
    assert answer.exit_code
    assert str(path) in str(answer.output) + str(answer.exception)
