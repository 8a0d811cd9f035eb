"""Evaluate, watch, compare, publish: by keys only, with real jobs in real containers."""

import pytest

from tui.app import Dashboard
from tui.screens.compare import Compare
from tui.screens.dialogs import LogDialog
from tui.screens.run import RunPlace
from tui.widgets.choice import Choice
from tui.widgets.picker import Picker
from tui.widgets.table import Table


async def settle(app, pilot):
    for _ in range(3):
        await app.workers.wait_for_complete()
        await pilot.pause()


async def until(pilot, true, seconds=180):
    for _ in range(10 * seconds):
        await pilot.pause(0.1)
        if true():
            return
    pytest.fail("it took too long")


@pytest.mark.docker
async def test_from_choosing_models_to_the_published_pages(maker):
    app = Dashboard(maker.workspace)
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(app, pilot)
        await pilot.press("e")
        await settle(app, pilot)
        place = app.screen
        place.query_one("#models", Picker).select("reference")
        await pilot.press("space", "j", "space", "tab", "space", "tab", "tab", "6")
        assert place.evaluation.command == "magibench eval reference echo humaneval --limit 6"
        assert "2 runs, 12 samples" in str(place.query_one("#total").render())
        await pilot.press("enter")
        await settle(app, pilot)
        await until(pilot, lambda: len([e for e in app.store.entries.values() if e.state == "complete"]) == 2)
        await until(pilot, lambda: not app.jobs.active)
        cells = [row.cells["humaneval"] for row in place.query_one("#plan", Table).rows]
        assert all("100.0" in "".join(mark.text for mark in cell) for cell in cells), "what is there is said"
        await pilot.press("escape", "6", "enter")
        await settle(app, pilot)
        assert isinstance(app.screen, RunPlace)
        assert set(app.screen.data.states.values()) == {"passed"}
        await pilot.press("escape", "g", "space", "space", "c")
        await settle(app, pilot)
        compare = app.screen
        assert isinstance(compare, Compare)
        assert len(compare.found.runs) == 2
        assert compare.query_one(Choice).labels == ["differ 0", "regressions 0", "gains 0", "all 6"]
        await pilot.press("9")
        await settle(app, pilot)
        assert sorted(app.screen.fates().values()) == ["published", "published"]
        await pilot.press("p")
        assert isinstance(app.screen, LogDialog)
        await until(pilot, lambda: not app.jobs.active)
        assert (maker.workspace.site / "index.html").is_file()
