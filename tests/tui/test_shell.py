"""The shell: the bar of places, going to them by key, click and palette, jump mode, what is remembered."""

import pytest

from tui.app import Dashboard
from tui.keys import MODES
from tui.screens.jump import Jump
from tui.screens.place import Crumbs
from tui.screens.run import RunPlace
from tui.settings import load_settings
from tui.widgets.bar import PlaceBar
from tui.widgets.filter import Filter


async def settle(app, pilot):
    for _ in range(2):
        await app.workers.wait_for_complete()
        await pilot.pause()


@pytest.mark.parametrize("size", [(80, 24), (120, 36), (200, 60)])
async def test_every_place_opens_by_its_key_and_says_where_one_is(workspace, size):
    app = Dashboard(workspace)
    async with app.run_test(size=size) as pilot:
        await settle(app, pilot)
        for name, room in MODES.items():
            await pilot.press(room.key)
            await settle(app, pilot)
            assert app.current_mode == name
            assert name == app.screen.PLACE
            bar = app.screen.query_one(PlaceBar)
            assert bar.mode == name
            assert room.title in bar.content.plain
            assert len(bar.content.plain.rstrip()) <= size[0] - 4
            assert room.title in app.screen.query_one(Crumbs).content.plain
            drawn = [strip.text for strip in app.screen._compositor.render_strips()]
            assert f"{room.key} {room.title}" in drawn[0]
            assert room.title in drawn[1]
    assert load_settings().place == list(MODES)[-1]


async def test_a_click_on_the_bar_goes_there(workspace):
    app = Dashboard(workspace)
    async with app.run_test(size=(120, 36)) as pilot:
        await settle(app, pilot)
        for start, _, name in app.screen.query_one(PlaceBar)._spans:
            await pilot.click(PlaceBar, offset=(start + 2, 0))
            await settle(app, pilot)
            assert app.current_mode == name


async def test_the_key_of_the_open_place_goes_back_to_its_beginning(workspace):
    app = Dashboard(workspace)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(app, pilot)
        app.open_run("qwen-chat", "HumanEval/3")
        await settle(app, pilot)
        assert len(app.screen_stack) == 3
        await pilot.press(MODES["results"].key)
        await settle(app, pilot)
        assert app.screen.PLACE == "results"
        assert len(app.screen_stack) == 1


async def test_jump_mode_puts_letters_on_what_can_have_the_focus(workspace):
    app = Dashboard(workspace)
    async with app.run_test(size=(120, 36)) as pilot:
        await settle(app, pilot)
        app.open_run("qwen-chat")
        await settle(app, pilot)
        assert isinstance(app.screen, RunPlace)
        place = app.screen
        for widget in ("#grid", "#problems", "#facts"):
            await pilot.press("ctrl+o")
            await pilot.pause()
            assert isinstance(app.screen, Jump)
            letter = next(k for k, w in app.screen.targets.items() if w is place.query_one(widget))
            await pilot.press(letter)
            await pilot.pause()
            assert app.screen is place
            assert app.focused is place.query_one(widget)
        await pilot.press("ctrl+o", "1", "escape")
        await pilot.pause()
        assert app.screen is place, "a key without a target does nothing, Esc closes"


async def test_digits_are_typed_into_fields(workspace):
    app = Dashboard(workspace)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(app, pilot)
        await pilot.press("slash", "2", "0")
        assert app.current_mode == "results"
        assert app.screen.query_one(Filter).value == "20"


async def found(app, pilot, words):
    """Type words into the palette and take the first line."""
    await pilot.press("ctrl+p")
    await pilot.pause()
    await pilot.press(*("space" if sign == " " else sign for sign in words))
    await settle(app, pilot)
    await pilot.pause(0.3)
    await pilot.press("enter")
    await settle(app, pilot)


async def test_the_palette_goes_to_places(workspace):
    app = Dashboard(workspace)
    async with app.run_test(size=(120, 36)) as pilot:
        await settle(app, pilot)
        other = next(iter(MODES))
        await found(app, pilot, f"go {MODES[other].title}".lower().replace(" ", ""))
        assert app.current_mode == other


async def test_the_palette_finds_models_benchmarks_and_datasets(workspace, maker, make_dataset):
    make_dataset(name="first")
    (workspace.root / "models.toml").write_text('[models.alpha]\nsource = "echo:"\n[models.omega]\nsource = "echo:"\n')
    app = Dashboard(workspace)
    async with app.run_test(size=(120, 36)) as pilot:
        await settle(app, pilot)
        await found(app, pilot, "omega")
        assert (app.current_mode, app.screen.key) == ("models", "omega")
        entry = next(iter(app.store.entries.values()))
        await found(app, pilot, f"benchmark {entry.benchmark}")
        assert app.current_mode == "results"
        assert app.screen.query_one(Filter).value == entry.benchmark
        await found(app, pilot, "dataset first")
        assert (app.current_mode, app.screen.key) == ("data", "first")


async def test_the_bar_shows_the_keys_of_the_users_map(workspace):
    path = load_settings().path
    path.parent.mkdir(parents=True)
    path.write_text('[keys]\n"app.go_results" = "v"\n')
    app = Dashboard(workspace)
    async with app.run_test(size=(200, 50)) as pilot:
        await settle(app, pilot)
        assert "v Results" in app.screen.query_one(PlaceBar).content.plain
