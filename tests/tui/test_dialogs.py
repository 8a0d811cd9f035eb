"""Dialogs: what they hold can be seen at the smallest size, and what is below them too."""

import pytest

from tui.app import Dashboard
from tui.demo import unpack
from tui.screens.dialog import Dialog


async def settle(app, pilot):
    for _ in range(3):
        await app.workers.wait_for_complete()
        await pilot.pause()


DIALOGS = {
    "pick": ("2", "a"),
    "form": ("2", "a", "enter"),
    "make": ("3", "m"),
    "models": ("8", "m"),
    "columns": ("6", "C"),
    "settings": ("f3",),
    "help": ("question_mark",),
}


@pytest.mark.parametrize("size", [(80, 24), (120, 36)])
async def test_all_of_a_dialog_is_in_view(tmp_path, size):
    app = Dashboard(unpack(tmp_path / "demo"))
    widths = {}
    async with app.run_test(size=size) as pilot:
        await settle(app, pilot)
        for name, keys in DIALOGS.items():
            await pilot.press(keys[0])
            await settle(app, pilot)
            await pilot.press(*keys[1:])
            await settle(app, pilot)
            assert isinstance(app.screen, Dialog), name
            box = app.screen.query_one("#box")
            widths[name] = box.size.width
            assert app.screen.region.contains_region(box.region), name
            for child in box.children:
                if child.display and child.region.height:
                    assert box.content_region.contains_region(child.region), (name, child)
            foot = box.children[-1]
            assert foot.region.height > 0, (name, foot)
            assert 0 < app.screen.styles.background.a < 1, "what is below shines through"
            while isinstance(app.screen, Dialog):
                await pilot.press("escape")
                await settle(app, pilot)
    if size[0] > 100:
        assert widths["form"] > widths["models"] > widths["columns"], "each has the width it says"
