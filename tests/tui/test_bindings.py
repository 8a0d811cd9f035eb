"""Every key of the table of actions is pressed where it holds, and reaches its action."""

import pytest

from tui.actions import PLACES, actions_of
from tui.app import Dashboard
from tui.screens.export import ask_export
from tui.widgets.table import Table


async def settle(app, pilot):
    for _ in range(2):
        await app.workers.wait_for_complete()
        await pilot.pause()


def to_versus(app):
    app.screen.query_one(Table).focus()
    app.screen.action_open()


def to_dataset(app):
    app.screen.select("oss")
    app.screen.action_open()


LEADS = {
    "app": [lambda app: app.go("results")],
    "lists": [lambda app: app.go("results")],
    "tables": [lambda app: app.go("results")],
    "run": [lambda app: app.open_run("qwen-chat")],
    "problem": [lambda app: app.open_run("qwen-chat", "HumanEval/3")],
    "dataset": [lambda app: app.go("data"), to_dataset],
    "settings": [lambda app: app.go("results"), lambda app: app.action_settings()],
    "versus": [lambda app: app.go("compare"), to_versus],
    "form": [lambda app: app.go("results"), ask_export],
    "playground": [lambda app: app.go("playground"), lambda app: app.screen.answer.text.focus()],
}
"""How one gets to places that have no key of their own."""


@pytest.mark.parametrize("place", list(PLACES))
async def test_every_binding_reaches_its_action(workspace, maker, make_dataset, monkeypatch, place):
    maker.run("rival", model="rival", share=0.6)
    make_dataset()
    app = Dashboard(workspace)
    async with app.run_test(size=(120, 36)) as pilot:
        await settle(app, pilot)
        app.marked = ["qwen-chat", "rival"]
        for lead in LEADS.get(place) or [lambda app: app.go(place)]:
            lead(app)
            await settle(app, pilot)
        owner = app if place == "app" else app.focused if place in {"lists", "tables"} else app.screen
        assert place in {getattr(app.screen, "PLACE", ""), "app", "lists", "tables"}
        for action in actions_of(place):
            name = (action.call or action.name).partition("(")[0]
            target = app if name.startswith("app.") else owner
            method = f"action_{name.removeprefix('app.')}"
            assert hasattr(target, method), action.id
            seen = []
            with monkeypatch.context() as patch:
                patch.setattr(type(target), method, lambda self, *given, seen=seen: seen.append(given))
                patch.setattr(type(owner), "check_action", lambda *given: True)
                for key in action.keys.split(","):
                    await pilot.press(key)
                    await pilot.pause()
            assert len(seen) == len(action.keys.split(",")), action.id
