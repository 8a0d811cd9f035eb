"""Leaderboard: what would be published and why not; the demo's runs; publishing as a child process."""

import msgspec
import pytest

from harness.publishing import select
from harness.runs import list_runs
from harness.workspace import Workspace
from tui.app import Dashboard
from tui.demo import unpack
from tui.screens.dialogs import LogDialog
from tui.screens.run import RunPlace
from tui.widgets.table import Table


async def settle(app, pilot):
    for _ in range(3):
        await app.workers.wait_for_complete()
        await pilot.pause()


@pytest.fixture
def recorded(tmp_path) -> Workspace:
    return unpack(tmp_path / "demo")


def test_the_recorded_runs_are_whole(recorded):
    runs = list_runs(recorded)
    assert len(runs) == 4
    assert {run.model.name for run in runs} == {"qwen2.5-coder-0.5b-instruct", "smollm2-135m-instruct"}
    _, selection = select(recorded)
    assert not selection.refused
    for run in runs:
        text = (recorded.runs / run.id / "run.json").read_text()
        assert "/home" not in text
        assert "/tmp" not in text


@pytest.mark.parametrize("size", [(80, 24), (120, 36)])
async def test_what_is_refused_says_why(recorded, size):
    ids = sorted(path.name for path in recorded.runs.iterdir())
    spoilt = next(name for name in ids if name.startswith("smollm2-135m-instruct__humaneval@"))
    path = recorded.runs / spoilt / "run.json"
    record = msgspec.json.decode(path.read_bytes())
    record["sandbox"] = {"kind": "subprocess", "trusted": False}
    path.write_bytes(msgspec.json.encode(record))
    app = Dashboard(recorded)
    async with app.run_test(size=size) as pilot:
        await settle(app, pilot)
        await pilot.press("9")
        await settle(app, pilot)
        table = app.screen.query_one(Table)
        assert app.screen.preview.error == ""
        assert len(table.rows) == 4
        fates = app.screen.fates()
        assert sorted(fates.values()) == ["published", "published", "refused", "superseded"]
        assert fates[spoilt] == "refused"
        table.select(spoilt)
        await pilot.pause()
        about = app.screen.query_one("#about").plain
        assert "not trusted" in about
        assert "Judge it again in Docker" in " ".join(about.split())
        await pilot.press("enter")
        await settle(app, pilot)
        assert isinstance(app.screen, RunPlace)


async def test_publishing_is_a_job_and_the_pages_can_be_opened(recorded, monkeypatch):
    opened = []
    monkeypatch.setattr("tui.screens.leaderboard.webbrowser.open", lambda uri: opened.append(uri) or True)
    app = Dashboard(recorded)
    async with app.run_test(size=(120, 36)) as pilot:
        await settle(app, pilot)
        await pilot.press("9")
        await settle(app, pilot)
        place = app.screen
        assert place.check_action("browse", ()) is False
        await pilot.press("p")
        assert isinstance(app.screen, LogDialog)
        for _ in range(600):
            await pilot.pause(0.1)
            if not app.jobs.active:
                break
        assert place.index.is_file()
        await pilot.press("escape", "o")
        assert opened == [place.index.resolve().as_uri()]


async def test_what_a_reader_found_that_gave_way_to_another_is_asked_for_again(recorded):
    app = Dashboard(recorded)
    async with app.run_test(size=(120, 36)) as pilot:
        await settle(app, pilot)
        await pilot.press("9")
        await settle(app, pilot)
        assert "refused" not in app.screen.fates().values()
        path = recorded.runs / min(path.name for path in recorded.runs.iterdir()) / "run.json"
        record = msgspec.json.decode(path.read_bytes())
        path.write_bytes(msgspec.json.encode({**record, "sandbox": {"kind": "subprocess", "trusted": False}}))
        app.store.poll(thorough=True)
        app.screen.read()  # by a worker that was cancelled then
        app.screen.reread()
        await settle(app, pilot)
        assert "refused" in app.screen.fates().values()
