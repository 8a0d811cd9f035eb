"""Keys that arrive together have the effect that they would have one by one."""

from textual import events

from tui.app import Dashboard
from tui.widgets.filter import Filter
from tui.widgets.picker import Picker


async def settle(app, pilot):
    for _ in range(3):
        await app.workers.wait_for_complete()
        await pilot.pause()


def type_at_once(app, *keys):
    """Hand keys to the app without waiting for anything, as a slow line or a busy machine does."""
    for key in keys:
        character = {"space": " ", "slash": "/"}.get(key, key if len(key) == 1 else None)
        app.post_message(events.Key(key, character))


async def test_a_filter_gets_all_that_is_typed_behind_its_key(workspace):
    app = Dashboard(workspace)
    async with app.run_test(size=(120, 36)) as pilot:
        await settle(app, pilot)
        type_at_once(app, "slash", *"qwen")
        await settle(app, pilot)
        await pilot.pause(0.3)
        assert app.is_running, "q was typed, not pressed"
        assert app.screen.query_one(Filter).value == "qwen"


async def test_keys_reach_what_has_the_focus_when_it_is_their_turn(workspace):
    app = Dashboard(workspace)
    async with app.run_test(size=(120, 36)) as pilot:
        app.go("evaluate")
        await settle(app, pilot)
        type_at_once(app, "g", "space", "j", "space", "tab", "space", "tab", "tab", "1", "2", "tab", "tab")
        await pilot.pause(1)
        await settle(app, pilot)
        place = app.screen
        assert len(place.query_one("#models", Picker).chosen) == 2
        assert len(place.query_one("#benchmarks", Picker).chosen) == 1
        assert place.query_one("#limit").value == "12"


async def test_a_key_to_another_place_takes_the_next_with_it(workspace):
    app = Dashboard(workspace)
    async with app.run_test(size=(120, 36)) as pilot:
        await settle(app, pilot)
        type_at_once(app, "2", "slash", *"ref")
        await pilot.pause(1)
        await settle(app, pilot)
        assert app.current_mode == "models"
        assert app.screen.query_one(Filter).value == "ref"
