"""Accidents: kill -9 of the app and of a job, resuming with one key, a torn journal, a folder that is no run."""

import os
import signal
import subprocess
import sys
import time

import pytest

from harness.runs import RunFolder
from tui.app import Dashboard
from tui.rundata import RunData
from tui.screens.run import RunPlace
from tui.store import Store
from tui.widgets.table import Table

SLOW = """#!/bin/sh
case "$*" in *" eval "*) ;; *) exit 3;; esac
exec {python} - "$@" <<'END'
import os, sys, time
from pathlib import Path
from harness.events import RunStarted, VerdictDone
from harness.records import Verdict
from harness.runs import RunFolder
folder = RunFolder(Path({root!r}) / "runs" / "slow")
known = folder.verdicts() if (folder.path / "verdicts.jsonl").is_file() else {{}}
problems = [f"HumanEval/{{i}}" for i in range(40)]
with folder.event_journal() as events, folder.verdict_journal() as verdicts:
    events.append(RunStarted(t=time.time(), run="slow", model="m", benchmark="humaneval", problems=problems, n=1,
                             pid=os.getpid(), done_verdicts=len(known)))
    for problem in problems[len(known):]:
        verdicts.append(Verdict(problem_id=problem, index=0, passed=True, suites={{}}, reason="passed"))
        events.append(VerdictDone(t=time.time(), problem_id=problem, index=0, passed=True, reason="passed"))
        time.sleep(0.1)
END
"""


async def settle(app, pilot):
    for _ in range(2):
        await app.workers.wait_for_complete()
        await pilot.pause()


def wait_for(true, seconds=30):
    end = time.monotonic() + seconds
    while not true():
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True


@pytest.fixture
def slow(maker, monkeypatch):
    """An interpreter whose `eval` judges a problem every tenth of a second."""
    script = maker.workspace.root / "slow"
    script.write_text(SLOW.format(python=sys.executable, root=str(maker.workspace.root)))
    script.chmod(0o755)
    return script


APP = """
import asyncio, sys
from pathlib import Path
from harness.workspace import Workspace
from tui import processes
from tui.app import Dashboard
real = sys.executable
async def main():
    app = Dashboard(Workspace(Path(sys.argv[1])))
    async with app.run_test(size=(80, 24)) as pilot:
        await app.workers.wait_for_complete()
        processes.sys.executable = sys.argv[2]
        app.start_job(["eval", "m", "humaneval"], "m on humaneval")
        processes.sys.executable = real
        while True:
            await pilot.pause(0.1)
asyncio.run(main())
"""


def start(maker, slow):
    return subprocess.Popen([sys.executable, "-c", APP, str(maker.workspace.root), str(slow)])


async def test_killing_the_app_stops_no_job_and_the_next_one_finds_it(maker, slow):
    dashboard = start(maker, slow)
    folder = RunFolder(maker.workspace.runs / "slow")
    events = folder.path / "events.jsonl"
    assert wait_for(lambda: events.is_file() and events.read_bytes().count(b"\n") > 2)
    dashboard.kill()
    dashboard.wait()
    before = len(folder.verdicts())
    assert wait_for(lambda: len(folder.verdicts()) > before), "the job goes on"
    app = Dashboard(maker.workspace)
    async with app.run_test(size=(120, 36)) as pilot:
        await settle(app, pilot)
        entry = app.store.entries["slow"]
        assert entry.state == "running"
        (job,) = app.jobs.active.values()
        assert job.pid == entry.live.started.pid
        os.kill(job.pid, signal.SIGKILL)
        for _ in range(100):
            await pilot.pause(0.1)
            if entry.state == "interrupted":
                break
        assert entry.state == "interrupted"
        assert 0 < entry.judged < 40
        assert f"stopped at {entry.judged}/40" in entry.reason


async def test_a_killed_job_is_resumed_with_one_key(maker, slow, monkeypatch):
    import msgspec

    from tui import processes

    folder = maker.run("slow", model="m", benchmark="humaneval", problems=40, judged=9, finish=False)
    folder.write(msgspec.structs.replace(folder.record(), command="magibench eval m humaneval"))
    monkeypatch.setattr(processes.sys, "executable", str(slow))
    app = Dashboard(maker.workspace)
    async with app.run_test(size=(120, 36)) as pilot:
        await settle(app, pilot)
        entry = app.store.entries["slow"]
        assert entry.state == "interrupted"
        assert entry.judged == 9
        await pilot.press("r")
        for _ in range(200):
            await pilot.pause(0.1)
            if entry.state == "running" and entry.judged > 12:
                break
        assert entry.state == "running"
        assert entry.judged > 12, "it goes on where it stopped"
        for job in app.jobs.active.values():
            os.kill(job.pid, signal.SIGKILL)
    assert len(folder.verdicts()) >= 12


async def test_a_torn_line_waits_and_a_damaged_one_is_passed_over(maker):
    folder = maker.run("torn", model="m", problems=20, judged=10, finish=False)
    maker.run("good", model="g", problems=20)
    path = folder.path / "verdicts.jsonl"
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:-1]) + lines[-1][:40])
    app = Dashboard(maker.workspace)
    async with app.run_test(size=(120, 36)) as pilot:
        await settle(app, pilot)
        assert {row.key for row in app.screen.query_one(Table).rows} == {"torn", "good"}
        app.open_run("torn")
        await settle(app, pilot)
        place = app.screen
        assert isinstance(place, RunPlace)
        assert len(place.data.verdicts) == 9
        with path.open("ab") as file:
            file.write(lines[-1][40:])
        place.data.poll()
        assert len(place.data.verdicts) == 10
        await pilot.press("escape")
        app.open_run("good")
        await settle(app, pilot)
        assert len(app.screen.data.verdicts) == 20


def test_folders_that_are_no_runs_are_shown_where_they_are(maker):
    maker.run("good", model="g", problems=20)
    for name, content in (("empty", None), ("nonsense", b"\x00\xff"), ("other", b"[]"), ("huge", b'{"id": 3}')):
        folder = maker.workspace.runs / name
        folder.mkdir()
        if content is not None:
            (folder / "run.json").write_bytes(content)
            (folder / "events.jsonl").write_bytes(content)
    store = Store(maker.workspace)
    store.poll()
    assert {name: entry.state for name, entry in store.entries.items()} == {
        "good": "complete", "empty": "damaged", "nonsense": "damaged", "other": "damaged", "huge": "damaged",
    }  # fmt: skip
    assert all(store.entries[name].reason for name in ("empty", "nonsense", "other", "huge"))
    assert len(RunData(store.entries["good"]).poll()) == 20
