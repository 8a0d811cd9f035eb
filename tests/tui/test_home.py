"""Home: what runs, what needs attention and the key that mends it, what was done."""

import os
import time

from harness.finetune.estimate import Memory
from harness.finetune.events import StepTrained, TrainingEvent, TrainingPlanned, TrainingStarted
from harness.journal import Journal
from tui.app import Dashboard
from tui.health import Health, Item
from tui.messages import ModelsChanged
from tui.screens.dialogs import Confirm
from tui.screens.run import RunPlace
from tui.widgets.table import Table


async def settle(app, pilot):
    for _ in range(2):
        await app.workers.wait_for_complete()
        await pilot.pause()


def keys(app, name):
    return [row.key for row in app.screen.query_one(f"#{name}", Table).rows]


def text(app, name, key, column):
    row = next(r for r in app.screen.query_one(f"#{name}", Table).rows if r.key == key)
    return "".join(mark.text for mark in row.cells[column])


def at_home(workspace, monkeypatch):
    monkeypatch.setattr(Dashboard, "examine", lambda self: None)
    app = Dashboard(workspace)
    app.start_job = lambda arguments, title, show=False: started.append(arguments) or True
    started = app.started = []
    return app


def write_training(workspace, name, *, pid, steps=3, of=10, recipe=b"{}"):
    folder = workspace.trainings / name
    folder.mkdir(parents=True)
    (folder / "recipe.json").write_bytes(recipe)
    began = time.time()
    with Journal(folder / "events.jsonl", TrainingEvent) as events:
        events.append(
            TrainingPlanned(
                t=began, training=name, rows=100, held_out=0, counts={}, steps=of, tokens=9000, real_share=1.0,
                trainable=10, parameters=100, pid=pid,
                memory=Memory(weights=1, gradients=1, optimizer=1, activations=1, total=4, available=10),
            )
        )  # fmt: skip
        events.append(TrainingStarted(t=began, training=name, step=0, steps=of))
        for step in range(1, steps + 1):
            events.append(
                StepTrained(
                    t=began + step, step=step, steps=of, loss=2.0 / step, learning_rate=1e-4 * step, tokens=900 * step,
                    tokens_per_s=120.0, memory_mib=900 + step, left_s=60.0,
                )
            )  # fmt: skip
    return folder


async def test_what_needs_attention_names_the_key_that_mends_it(maker, monkeypatch):
    workspace = maker.standard()
    maker.run("broken", model="reference", share=0.5, benchmark="humaneval", version="v1.0", problems=8)
    folder = workspace.runs / "broken"
    (folder / "run.json").write_bytes(
        (folder / "run.json").read_bytes().replace(b"hub:example/reference@main", b"echo:")
    )
    write_training(workspace, "cut-short", pid=999_999_999)
    app = at_home(workspace, monkeypatch)
    app.health = Health(items=[Item(section="images", name="ds1000", state="warn", detail="is not built")])
    async with app.run_test(size=(120, 36)) as pilot:
        await settle(app, pilot)
        await pilot.press("1")
        await settle(app, pilot)
        assert keys(app, "attention") == ["image ds1000", "run cut", "run broken", "run infra", "training cut-short"]
        assert "references fail" in text(app, "attention", "run broken", "why")
        assert text(app, "attention", "run cut", "press") == "r  resume"
        assert text(app, "attention", "image ds1000", "press") == "b  build it"
        assert text(app, "attention", "training cut-short", "why") == "stopped at step 3 of 10"
        assert keys(app, "latest")[:2] == ["run qwen-chat", "run qwen-base"]
        table = app.screen.query_one("#attention", Table)
        for key, press in (("image ds1000", "b"), ("run cut", "r"), ("training cut-short", "r")):
            assert table.select(key)
            await pilot.press(press)
        assert app.started == [
            ["images", "build", "ds1000"],
            ["eval", "smollm2-135m", "humaneval+"],
            ["train", "resume", "cut-short"],
        ]
        table.select("run broken")
        await pilot.press("enter")
        await settle(app, pilot)
        assert isinstance(app.screen, RunPlace)
        assert app.screen.entry.id == "broken"


async def test_what_runs_is_shown_with_counts_and_can_be_stopped(maker, worker, monkeypatch):
    write_training(maker.workspace, "live-training", pid=os.getpid())
    app = at_home(maker.workspace, monkeypatch)
    async with app.run_test(size=(120, 36)) as pilot:
        await settle(app, pilot)
        await pilot.press("1")
        await settle(app, pilot)
        assert keys(app, "running") == ["run live", "training live-training"]
        assert "12/40" in text(app, "running", "run live", "progress")
        assert "3/10" in text(app, "running", "training live-training", "progress")
        assert "120 tokens/s" in text(app, "running", "training live-training", "pace")
        worker.step()
        app.look()
        await pilot.pause()
        assert "13/40" in text(app, "running", "run live", "progress")
        await pilot.press("x")
        await pilot.pause()
        assert isinstance(app.screen, Confirm)
        await pilot.press("n")
        await pilot.press("tab", "shift+tab")
        assert app.focused.id == "running"


async def test_a_broken_models_file_is_shown_where_it_is_and_goes_away(workspace, monkeypatch):
    app = at_home(workspace, monkeypatch)
    async with app.run_test(size=(120, 36)) as pilot:
        await settle(app, pilot)
        await pilot.press("1")
        await settle(app, pilot)
        good = workspace.models.read_text()
        workspace.models.write_text(good + "\n[models.oops\n")
        app.look()
        await settle(app, pilot)
        assert keys(app, "attention")[0] == "models"
        assert "models.toml:" in text(app, "attention", "models", "why")
        workspace.models.write_text(good)
        app.look()
        await settle(app, pilot)
        assert "models" not in keys(app, "attention")
        assert keys(app, "latest")


async def test_an_empty_workspace_says_what_to_press(maker, monkeypatch):
    app = at_home(maker.workspace, monkeypatch)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(app, pilot)
        await pilot.press("1")
        await settle(app, pilot)
        assert "-empty" in app.screen.classes
        assert "magibench demo" in str(app.screen.query_one("#empty").content)


async def test_the_doctor_is_a_child_process(maker):
    app = Dashboard(maker.workspace)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(app, pilot)
        app.examine()
        await settle(app, pilot)
        assert {item.section for item in app.health.items} >= {"engine", "workspace", "machine"}
        app._post(ModelsChanged())
        await pilot.press("1", "R", "L", "j")
        await settle(app, pilot)
        assert app.current_mode == "home"


async def test_the_focus_is_on_what_comes_first_until_it_is_moved(maker, monkeypatch):
    maker.run("a", model="star", problems=3)
    app = at_home(maker.workspace, monkeypatch)
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("1")
        await settle(app, pilot)
        latest, attention = (app.screen.query_one(f"#{name}", Table) for name in ("latest", "attention"))
        assert app.focused is latest
        app.health = Health(
            items=[Item(section="images", name="python", state="missing", detail="not built", essential=True)]
        )
        latest.focus()  # asked for before, come to pass after what is worse is there
        app.screen.draw()
        latest.focus()
        app.screen.set_focus(None)
        await settle(app, pilot)
        assert app.focused is attention
        await pilot.press("tab")
        await settle(app, pilot)
        assert app.focused is latest
        app.screen.draw()
        await settle(app, pilot)
        assert app.focused is latest, "the user chose"
