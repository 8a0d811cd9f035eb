"""Playground: a real small model and a server that streams; answers, stops, programs, crashes, what is remembered."""

import json
import os
import signal

import pytest

from tests.harness.test_streaming import WORDS, Server
from tui.app import Dashboard
from tui.exporting import write
from tui.prompts import Prompts
from tui.screens.asking import ModelsDialog, ProblemDialog, about
from tui.widgets.prompt import PromptArea
from tui.widgets.table import Table

SIZES = [(80, 24), (160, 50)]


async def settle(app, pilot):
    for _ in range(3):
        await app.workers.wait_for_complete()
        await pilot.pause()


async def until(pilot, done, tries=900):
    for _ in range(tries):
        if done():
            return
        await pilot.pause(0.1)
    raise AssertionError("it never came")


async def opened(app, pilot, *models):
    await settle(app, pilot)
    await pilot.press("8")
    await settle(app, pilot)
    app.screen.choose(models)
    await settle(app, pilot)
    return app.screen


@pytest.fixture
def server():
    made = Server()
    yield made
    made.shutdown()


@pytest.fixture
def place(maker, server, monkeypatch):
    """A workspace with the embedded model, a served one twice, and one that isn't there."""
    monkeypatch.setenv("MAGIBENCH_DATA", os.environ.get("MAGIBENCH_DATA", ""))
    with maker.workspace.models.open("a") as file:
        for name in ("served", "other"):
            file.write(f'\n[models.{name}]\nsource = "openai:{server.url}#m"\nbackend = "openai"\nstyle = "chat"\n')
        file.write('\n[models.gone]\nsource = "path:nowhere"\n')
    return maker.workspace


@pytest.mark.parametrize("size", SIZES)
async def test_two_models_answer_side_by_side(place, size):
    app = Dashboard(place)
    async with app.run_test(size=size) as pilot:
        screen = await opened(app, pilot, "served", "other")
        left, right = screen.answers
        side_by_side = left.region.y == right.region.y
        assert side_by_side == (size[0] >= 100)
        await pilot.press("i", *"hello", "ctrl+s")
        await until(pilot, lambda: all(a.asker.reply.end for a in screen.answers))
        for answer in screen.answers:
            assert answer.asker.reply.text == "".join(WORDS)
            assert answer.text.plain == "".join(WORDS)
            assert answer.asker.reply.end.tokens == 9
            assert answer.asker.state == "done"
        assert left.has_focus_within
        records = screen.exported().records
        assert [record["model"] for record in records] == ["served", "other"]
        assert "hello" in write(screen.exported(), "CSV")
        await pilot.press("y", "u")
        await until(pilot, lambda: not any(a.alive for a in screen.askers.values()))
        children = list(screen.askers.values())
        await pilot.press("i", "!", "ctrl+s")
        await until(pilot, lambda: all(a.asker.reply.end for a in screen.answers))
        alive = [asker._child for asker in children]
        # Another place leaves them alone; leaving the dashboard ends them.
        await pilot.press("9")
        await settle(app, pilot)
        assert all(child.poll() is None for child in alive)
    for child in alive:
        assert child.wait(60) is not None
    lines = (place.root / "playground" / "prompts.jsonl").read_text().splitlines()
    assert [json.loads(line)["prompt"] for line in lines] == ["hello", "hello!"]
    assert json.loads(lines[0])["models"] == ["served", "other"]


@pytest.mark.parametrize("size", SIZES)
async def test_the_embedded_model_answers_and_its_program_runs(place, size):
    app = Dashboard(place)
    async with app.run_test(size=size) as pilot:
        screen = await opened(app, pilot, "smollm2-135m")
        answer = screen.answer
        screen.query_one("#tokens").value = "24"
        screen.write("Write a Python function that adds two numbers.")
        assert not screen.check_action("run", ())
        await pilot.press("ctrl+s")
        assert answer.asker.state == "loading"
        await until(pilot, lambda: answer.asker.reply.end or answer.asker.reply.error)
        reply = answer.asker.reply
        assert reply.error is None
        assert 0 < reply.end.tokens <= 24
        assert reply.pieces > 1
        assert reply.end.first_s < reply.end.seconds
        # Its own answer is a matter of luck; a program is not.
        reply.text = "```python\nprint(6 * 7)\n```"
        await pilot.press("r")
        await until(pilot, lambda: not reply.running)
        await settle(app, pilot)
        if reply.run_error is not None:
            pytest.skip(reply.run_error.message)
        assert (reply.ran.status, reply.ran.stdout, reply.ran.exit_code) == ("ok", "42\n", 0)
        assert answer.output.display
        assert "exit 0" in answer.output.query_one("Static").visual.plain


async def test_an_answer_is_stopped_and_a_dead_process_is_shown_and_started_again(place, server):
    server.mode = "endless"
    app = Dashboard(place)
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await opened(app, pilot, "served")
        asker = screen.answer.asker
        await pilot.press("i", "a", "ctrl+s")
        await until(pilot, lambda: asker.reply.pieces > 3)
        assert screen.check_action("stop", ())
        await pilot.press("x")
        await until(pilot, lambda: asker.state == "done")
        assert asker.reply.end.finish == "stopped"
        assert asker.reply.text.startswith("again ")
        assert asker.alive
        await pilot.press("i", "b", "ctrl+s")
        await until(pilot, lambda: asker.reply.pieces > 3)
        os.kill(asker._child.pid, signal.SIGKILL)
        await until(pilot, lambda: asker.state == "failed")
        await settle(app, pilot)
        assert "killed by signal 9" in asker.reply.error.message
        assert "starts it again" in screen.answer.text.query_one("Static").visual.plain
        server.mode = "stream"
        await pilot.press("i", "c", "ctrl+s")
        await until(pilot, lambda: asker.state == "done")
        assert asker.reply.text == "".join(WORDS)


async def test_a_model_that_is_not_there_says_what_to_do(place):
    app = Dashboard(place)
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await opened(app, pilot, "gone")
        await pilot.press("i", "a", "ctrl+s")
        await until(pilot, lambda: screen.answer.asker.state == "failed")
        await settle(app, pilot)
        shown = screen.answer.text.query_one("Static").visual.plain
        assert "nowhere" in shown
        assert "→" in shown


async def test_what_is_wrong_is_said_and_nothing_is_started(place):
    app = Dashboard(place)
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        screen = await opened(app, pilot, "served")
        for field, value in (("#tokens", "few"), ("#temperature", "9"), ("#prompt", "")):
            widget = screen.query_one(field)
            before = widget.text if field == "#prompt" else widget.value
            screen.write("x")
            setattr(widget, "text" if field == "#prompt" else "value", value)
            await pilot.press("ctrl+s")
            await pilot.pause()
            assert not screen.answer.asker.alive
            setattr(widget, "text" if field == "#prompt" else "value", before)
        assert len(app._notifications) == 3
        await pilot.press("escape", "9")
        assert app.current_mode == "leaderboard"


async def test_models_are_chosen_at_most_two_and_problems_inserted(place):
    app = Dashboard(place)
    async with app.run_test(size=(120, 36)) as pilot:
        screen = await opened(app, pilot, "served")
        await pilot.press("m")
        assert isinstance(app.screen, ModelsDialog)
        for name in ("other", "gone"):
            app.screen.query_one(Table).select(name)
            await pilot.press("space")
        await pilot.press("enter")
        await settle(app, pilot)
        assert screen.chosen == ["other", "gone"]
        await pilot.press("slash")
        await settle(app, pilot)
        if not isinstance(app.screen, ProblemDialog):
            pytest.skip("no benchmark's data is here")
        await pilot.press(*"truncate")
        await settle(app, pilot)
        await pilot.press("enter")
        await settle(app, pilot)
        assert "def truncate_number" in screen.query_one(PromptArea).text


async def test_earlier_prompts_come_back(place):
    prompts = Prompts(place)
    prompts.add("one", ["served"])
    prompts.add("two\nlines", ["served"])
    with (place.root / "playground" / "prompts.jsonl").open("a") as file:
        file.write('{"t": 1, "pro')
    app = Dashboard(place)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(app, pilot)
        await pilot.press("8")
        await settle(app, pilot)
        screen = app.screen
        assert screen.chosen == ["served"]
        area = screen.query_one(PromptArea)
        await pilot.press("i", *"draft", "up")
        assert area.text == "two\nlines"
        await pilot.press("up", "up")
        assert area.text == "one"
        await pilot.press("down", "down", "down")
        assert area.text == "draft"
        await pilot.press("escape", "p")
        assert area.text == "two\nlines"
        await pilot.press("n")
        assert area.text == "draft"


def test_a_problem_is_told_by_its_sentence():
    assert about('def f(x):\n    """Add one.\n    >>> f(1)\n    2\n    """\n') == "Add one. 2"


async def test_only_models_that_answer_a_prompt_are_offered(place):
    app = Dashboard(place)
    async with app.run_test(size=(120, 36)) as pilot:
        await settle(app, pilot)
        assert "echo" in place.models.read_text()
        await pilot.press("8")
        await settle(app, pilot)
        await pilot.press("m")
        await settle(app, pilot)
        assert isinstance(app.screen, ModelsDialog)
        offered = [row.key for row in app.screen.query_one(Table).rows]
        assert "served" in offered
        assert not {"echo", "reference"} & set(offered)


async def test_where_none_answers_it_says_so(maker):
    maker.workspace.models.write_text('[models.reference]\nsource = "echo:"\nbackend = "echo"\n')
    app = Dashboard(maker.workspace)
    async with app.run_test(size=(120, 36)) as pilot:
        await settle(app, pilot)
        await pilot.press("8")
        await settle(app, pilot)
        assert "No model here answers prompts" in str(app.screen.query_one("#empty").render())
        await pilot.press("m")
        await settle(app, pilot)
        assert not isinstance(app.screen, ModelsDialog)
