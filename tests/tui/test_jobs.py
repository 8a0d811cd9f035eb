"""Jobs: real child processes that outlive the dashboard, stopping, resuming, the form that starts them."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from harness.errors import UsageError
from tui.app import Dashboard
from tui.evaluation import Evaluation
from tui.jobs import Jobs, resume_arguments
from tui.screens.board import Board
from tui.screens.dialogs import Confirm, TextDialog
from tui.screens.evaluate import Evaluate
from tui.widgets.picker import Picker
from tui.widgets.table import Table


async def settle(app, pilot):
    for _ in range(2):
        await app.workers.wait_for_complete()
        await pilot.pause()


def wait_for(condition, seconds=20):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := condition():
            return found
        time.sleep(0.05)
    raise AssertionError("it did not happen")


def test_a_job_writes_its_log_and_its_end_is_noticed(maker):
    jobs = Jobs(maker.workspace)
    job = jobs.start(["--help"], "help")
    (over,) = wait_for(jobs.ended)
    assert over == (job, 0)
    assert "Commands:" in jobs.tail(job)
    assert jobs.active == {}
    assert job.command == "magibench --help"


@pytest.fixture
def sleeper():
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"], start_new_session=True)
    yield child
    child.kill()
    child.wait()


def test_another_dashboard_attaches_to_running_jobs_only(maker, sleeper):
    import msgspec

    from tui.jobs import Job

    maker.workspace.jobs.mkdir()
    for name, pid in (("a", sleeper.pid), ("b", 999_999_999)):
        job = Job(id=name, pid=pid, started=time.time(), arguments=["eval"], title=name)
        (maker.workspace.jobs / f"{name}.json").write_bytes(msgspec.json.encode(job))
    (maker.workspace.jobs / "c.json").write_text("nonsense")
    jobs = Jobs(maker.workspace)
    jobs.attach()
    assert list(jobs.active) == ["a"]
    sleeper.kill()
    sleeper.wait()
    (over,) = wait_for(jobs.ended)
    assert over[0].id == "a"
    assert over[1] is None


def test_a_job_survives_the_dashboard(maker):
    """The parent ends without waiting; the child, in a session of its own, goes on."""
    script = """
import sys
from pathlib import Path
from harness.workspace import Workspace
from tui import jobs, processes
processes.sys.executable = sys.argv[2]
print(jobs.Jobs(Workspace(Path(sys.argv[1]))).start(["x"], "x").pid)
"""
    slow = maker.workspace.root / "slow"
    slow.write_text("#!/bin/sh\nsleep 30\n")
    slow.chmod(0o755)
    done = subprocess.run(
        [sys.executable, "-c", script, str(maker.workspace.root), str(slow)], capture_output=True, text=True, check=True,
        cwd=Path(__file__).resolve().parents[2],
    )  # fmt: skip
    pid = int(done.stdout)
    try:
        os.kill(pid, 0)
        assert os.getsid(pid) == pid
    finally:
        os.killpg(pid, signal.SIGKILL)


async def test_a_job_that_fails_opens_its_log(maker):
    app = Dashboard(maker.workspace)
    async with app.run_test(size=(120, 36)) as pilot:
        await settle(app, pilot)
        table = app.screen.query_one(Table)
        assert app.start_job(["evil"], "evil on humaneval")
        rows = set()
        for _ in range(400):
            await pilot.pause(0.02)
            rows |= {row.key for row in table.rows}
            if isinstance(app.screen, TextDialog):
                break
        assert {key.partition(" ")[0] for key in rows} == {"job"}, "until it has a run, a job has a row of its own"
        assert isinstance(app.screen, TextDialog)
        assert "ended with status 2" in app.screen.heading
        assert "No command named 'evil'" in app.screen.text
        await pilot.press("escape")
        assert isinstance(app.screen, Board)
        await pilot.pause()
        assert table.rows == []
        await pilot.press("L")
        assert isinstance(app.screen, TextDialog)


async def test_x_asks_and_stops_the_process(maker, sleeper):
    from harness.events import RunStarted

    folder = maker.run("slow", model="m", judged=3, finish=False)
    with folder.event_journal() as events:
        events.append(
            RunStarted(
                t=time.time(),
                run="slow",
                model="m",
                benchmark="humaneval+",
                problems=["HumanEval/0"],
                n=1,
                pid=sleeper.pid,
            )
        )
    app = Dashboard(maker.workspace)
    async with app.run_test(size=(120, 36)) as pilot:
        await settle(app, pilot)
        assert app.store.entries["slow"].state == "running"
        await pilot.press("x")
        assert isinstance(app.screen, Confirm)
        await pilot.press("n")
        assert sleeper.poll() is None
        await pilot.press("x", "enter")
        await pilot.pause()
        assert sleeper.poll() is None, "the harmless answer has the focus"
        await pilot.press("x", "y")
        assert wait_for(lambda: sleeper.poll() is not None)
        assert sleeper.returncode == -signal.SIGTERM
        for _ in range(40):
            await pilot.pause(0.1)
            if app.store.entries["slow"].state == "interrupted":
                break
        assert app.store.entries["slow"].state == "interrupted"


def test_only_our_own_commands_are_resumed():
    assert resume_arguments("magibench eval smollm2 humaneval --limit 40") == [
        "eval",
        "smollm2",
        "humaneval",
        "--limit",
        "40",
    ]
    for command in (
        "",
        "rm -rf /",
        "magibench",
        "magibench runs remove x",
        "magibench eval 'x",
        "python -m harness eval x",
    ):
        with pytest.raises(UsageError):
            resume_arguments(command)


async def test_r_starts_the_command_of_an_incomplete_run(maker):
    maker.run("cut", model="smollm2-135m", judged=5, finish=False)
    app = Dashboard(maker.workspace)
    started = []
    app.start_job = lambda arguments, title: started.append((arguments, title))
    async with app.run_test(size=(120, 36)) as pilot:
        await settle(app, pilot)
        await pilot.press("r")
        assert started == [(["eval", "smollm2-135m", "humaneval+"], "smollm2-135m on humaneval+@v0.1.10")]


# -- the form


@pytest.mark.parametrize(
    ("form", "message"),
    [
        ({"models": []}, "No model"),
        ({"benchmarks": []}, "No benchmark"),
        ({"limit": "0"}, "Limit"),
        ({"limit": "many"}, "Limit"),
        ({"n": "-1"}, "Samples"),
        ({"n": "5", "temperature": "0"}, "greedy"),
        ({"temperature": "hot"}, "temperature"),
        ({"temperature": "nan"}, "temperature"),
    ],
)
def test_what_cannot_work_is_said_in_words(form, message):
    with pytest.raises(UsageError, match=message) as caught:
        Evaluation(**{"models": ["m"], "benchmarks": ["b"], **form}).check()
    assert caught.value.remedy


def test_the_command_has_only_what_was_said():
    assert Evaluation(["a b"], ["humaneval"]).command == "magibench eval 'a b' humaneval"
    full = Evaluation(["a", "b"], ["x"], limit="40", n="10", temperature="0.8", style="chat")
    assert full.arguments == [
        "eval",
        "a",
        "b",
        "x",
        "--limit",
        "40",
        "-n",
        "10",
        "--temperature",
        "0.8",
        "--style",
        "chat",
    ]
    assert full.title == "2 models on x"


@pytest.mark.parametrize("size", [(80, 24), (120, 36)])
async def test_form_chooses_checks_and_starts(maker, size):
    app = Dashboard(maker.workspace)
    started = []
    app.start_job = lambda arguments, title: started.append(arguments) or True
    async with app.run_test(size=size) as pilot:
        await settle(app, pilot)
        await pilot.press("e")
        await settle(app, pilot)
        form = app.screen
        assert isinstance(form, Evaluate)
        trouble = form.query_one("#trouble")
        await pilot.press("ctrl+s")
        assert "No model is chosen" in str(trouble.render())
        models = form.query_one("#models", Picker)
        assert [row.key for row in models.rows] == ["smollm2-135m", "reference", "echo"]
        await pilot.press("j", "space")
        assert list(models.chosen) == ["reference"]
        assert not trouble.has_class("-some"), "an edit takes the message away"
        await pilot.press("tab", "space")
        assert list(form.query_one("#benchmarks", Picker).chosen) == ["humaneval"]
        await pilot.press("tab", "tab", *"4x")
        await pilot.press("ctrl+s")
        assert "Limit is '4x'" in str(trouble.render())
        assert app.screen is form
        await pilot.press("backspace")
        assert "magibench eval reference humaneval --limit 4" in str(form.query_one("#command").render())
        await pilot.press("enter")
        await settle(app, pilot)
        assert started == [["eval", "reference", "humaneval", "--limit", "4"]]
        assert app.screen is form, "the place shows how it goes on"
        await pilot.press("escape", "tab", "tab", "space", "j", "space")
        assert form.evaluation.drawn == [(1, 0.0), (10, 0.2)]
        assert "--sampling 1@0 --sampling 10@0.2" in str(form.query_one("#command").render())
        assert "2 runs, 44 samples" in str(form.query_one("#total").render())
        await pilot.press("c")
        assert form.evaluation.models == []


async def test_form_shows_errors_of_the_registry(maker):
    maker.workspace.models.write_text("[[models]\n")
    app = Dashboard(maker.workspace)
    async with app.run_test(size=(120, 36)) as pilot:
        await settle(app, pilot)
        await pilot.press("e")
        await settle(app, pilot)
        assert "models.toml" in str(app.screen.query_one("#trouble").render())
        await pilot.press("escape", "6")
        assert isinstance(app.screen, Board)


async def test_form_shows_missing_data_before_anything_starts(maker, monkeypatch):
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setenv("MAGIBENCH_CACHE", str(maker.workspace.root / "cache"))
    monkeypatch.delenv("MAGIBENCH_DATA", raising=False)
    app = Dashboard(maker.workspace)
    app.start_job = lambda arguments, title: pytest.fail("it must not start")
    async with app.run_test(size=(120, 36)) as pilot:
        await settle(app, pilot)
        await pilot.press("e")
        await settle(app, pilot)
        form = app.screen
        form.query_one("#models", Picker).select("reference")
        await pilot.press("space", "tab")
        assert form.query_one("#benchmarks", Picker).select("mbpp+")
        await pilot.press("space", "ctrl+s")
        await settle(app, pilot)
        assert app.screen is form
        assert "can't be had" in str(form.query_one("#trouble").render())


async def test_a_crash_in_a_thread_is_a_dialog(workspace):
    app = Dashboard(workspace)

    def crash():
        raise ZeroDivisionError("on purpose")

    async with app.run_test(size=(120, 36)) as pilot:
        await settle(app, pilot)
        app.screen.run_worker(crash, thread=True, exit_on_error=False)
        for _ in range(20):
            await pilot.pause(0.05)
            if isinstance(app.screen, TextDialog):
                break
        assert isinstance(app.screen, TextDialog)
        assert "on purpose" in app.screen.text
        await pilot.press("escape")
        assert isinstance(app.screen, Board)
