"""The last line: what can be pressed, what stays where it is narrow, and a click that presses it."""

import pytest

from tui.app import Dashboard
from tui.screens.help import Help
from tui.widgets.keyline import KeyLine


async def shown(app, pilot):
    await app.workers.wait_for_complete()
    for _ in range(100):
        line = app.screen.query_one(KeyLine)
        if line.hints and "Help" in str(line.content):
            return str(line.content)
        await pilot.pause(0.02)
    raise AssertionError("the line stayed empty")


@pytest.mark.parametrize("size", [(40, 24), (80, 24), (160, 40)])
async def test_what_works_everywhere_stays_and_the_rest_is_cut(workspace, size):
    app = Dashboard(workspace)
    async with app.run_test(size=size) as pilot:
        await pilot.press("5")
        text = await shown(app, pilot)
        assert all(word in text for word in ("Palette", "Help", "Quit"))
        assert len(text.rstrip()) <= size[0] - 4
        assert ("…" in text) == (size[0] == 40)
        assert ("Start" in text) == (size[0] > 40)


async def test_it_follows_the_place_and_a_click_presses(workspace):
    app = Dashboard(workspace)
    async with app.run_test(size=(120, 30)) as pilot:
        await pilot.press("4")
        assert "Overlay" not in await shown(app, pilot), "there is no training to overlay"
        await pilot.press("6")
        text = await shown(app, pilot)
        assert "Evaluate" in text
        await pilot.click(KeyLine, offset=(2 + text.index("Help"), 0))
        await pilot.pause()
        assert isinstance(app.screen, Help)
