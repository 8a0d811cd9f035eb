"""The whole way without leaving the dashboard: register a model, make data, fine-tune, evaluate, watch, compare, publish."""

import json

import pytest

from harness.cli.init import make_workspace
from harness.errors import ModelError
from harness.registry import find_model, load_models
from harness.sources import resolve
from tui.app import Dashboard
from tui.screens.compare import Compare
from tui.screens.dataset import DatasetPlace
from tui.screens.form import Form, Pick
from tui.screens.problem import ProblemPlace
from tui.screens.run import RunPlace
from tui.widgets.picker import Picker
from tui.widgets.plot import Plot
from tui.widgets.table import Table

DATA = """
name = "few"
[[steps]]
step = "import"
file = "{file}"
format = "alpaca"
licence = "CC0-1.0"
[[steps]]
step = "clean"
"""
TRAINING = """
name = "tuned"
model = "tiny"
[data]
dataset = "few"
template = "chat"
max_length = 96
held_out = 2
[tuning]
method = "full"
[optimizer]
name = "adamw"
learning_rate = 5e-3
warmup_steps = 1
[batches]
rows = 4
micro_rows = 2
epochs = 1
max_steps = 3
[compute]
precision = "float32"
threads = 1
[checkpoints]
every = 3
keep = 1
"""


async def settle(app, pilot):
    for _ in range(3):
        await app.workers.wait_for_complete()
        await pilot.pause()


async def until(app, pilot, true, seconds=240):
    for _ in range(10 * seconds):
        await pilot.pause(0.1)
        if true():
            await settle(app, pilot)
            return
    pytest.fail(f"it took too long: {app.jobs.tail(app.last_job) if app.last_job else 'no job'}")


@pytest.fixture
def beginning(tmp_path):
    """A workspace with a folder of weights, a file of rows and two recipes, as a user would have them."""
    workspace = make_workspace(tmp_path / "w")
    try:
        from harness.finetune.trainer.modelling import load_tokenizer

        tokenizer = load_tokenizer(resolve(find_model(workspace, "smollm2-135m-instruct"), workspace))
    except ModelError as error:
        pytest.skip(error.message)
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=len(tokenizer), hidden_size=32, intermediate_size=64, num_hidden_layers=2, num_attention_heads=4,
        num_key_value_heads=2, max_position_embeddings=1024, tie_word_embeddings=True,
        bos_token_id=tokenizer.bos_token_id, eos_token_id=tokenizer.eos_token_id,
    )  # fmt: skip
    LlamaForCausalLM(config).save_pretrained(workspace.root / "weights")
    tokenizer.save_pretrained(workspace.root / "weights")
    rows = [{"instruction": f"Return {n}.", "input": "", "output": f"def f():\n    return {n}\n"} for n in range(14)]
    (workspace.root / "rows.json").write_text(json.dumps(rows + rows[:2]))
    for kind, name, text in (
        ("data", "few", DATA.format(file=workspace.root / "rows.json")),
        ("train", "tuned", TRAINING),
    ):
        (workspace.root / "recipes" / kind).mkdir(parents=True)
        (workspace.root / "recipes" / kind / f"{name}.toml").write_text(text)
    return workspace


@pytest.mark.docker
@pytest.mark.slow
async def test_a_model_is_registered_tuned_judged_compared_and_published(beginning):
    app = Dashboard(beginning)
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(app, pilot)
        await register(app, pilot)
        await make_data(app, pilot)
        tuned = await fine_tune(app, pilot)
        await evaluate(app, pilot, ["tiny", tuned])
        await look_at_a_problem(app, pilot)
        await compare(app, pilot)
        await pilot.press("9")
        await settle(app, pilot)
        await pilot.press("p")
        await until(app, pilot, lambda: not app.jobs.active)
        assert "tiny" in (beginning.site / "index.html").read_text()


async def register(app, pilot):
    await pilot.press("2")
    await settle(app, pilot)
    await pilot.press("a")
    assert isinstance(app.screen, Pick)
    app.screen.query_one(Table).select("path")
    await pilot.press("enter")
    assert isinstance(app.screen, Form)
    for name, value in (("name", "tiny"), ("a", "weights")):
        app.screen.query_one(f"#field-{name}").focus()
        await pilot.press(*value)
    await pilot.press("ctrl+s")
    await settle(app, pilot)
    assert load_models(app.workspace)["tiny"].source == "path:weights"


async def make_data(app, pilot):
    await pilot.press("3")
    await settle(app, pilot)
    app.screen.select("few")
    await pilot.pause()
    await pilot.press("m", "ctrl+s")
    await until(app, pilot, lambda: app.works.datasets.get("few") and app.works.datasets["few"].state == "complete")
    await until(app, pilot, lambda: app.screen.key == "few" and app.screen.shelf.manifests.get("few"))
    await pilot.press("enter")
    await settle(app, pilot)
    assert isinstance(app.screen, DatasetPlace)
    assert app.screen.query_one("#views").labels[:2] == ["rows 14", "rejected 2"]


async def fine_tune(app, pilot):
    await pilot.press("4")
    await settle(app, pilot)
    app.screen.select("tuned")
    await pilot.pause()
    await pilot.press("enter")
    await until(
        app, pilot, lambda: app.works.trainings.get("tuned") and app.works.trainings["tuned"].state == "complete"
    )
    name = app.works.trainings["tuned"].checkpoints[3]
    assert app.screen.query_one("#loss", Plot).curves[0].points[-1][0] == 3
    assert load_models(app.workspace)[name].base == "tiny"
    return name


async def evaluate(app, pilot, names):
    await pilot.press("5")
    await settle(app, pilot)
    place = app.screen
    models = place.query_one("#models", Picker)
    models.focus()
    for name in names:
        assert models.select(name)
        await pilot.press("space")
    await pilot.press("tab", "space", "tab", "tab", "2")
    assert place.evaluation.command == f"magibench eval {' '.join(names)} humaneval --limit 2"
    await pilot.press("ctrl+s")
    await until(app, pilot, lambda: sum(e.state == "complete" for e in app.store.entries.values()) == 2)
    await until(app, pilot, lambda: not app.jobs.active)
    await pilot.press("escape")


async def look_at_a_problem(app, pilot):
    await pilot.press("6", "enter")
    await settle(app, pilot)
    assert isinstance(app.screen, RunPlace)
    assert len(app.screen.data.states) == 2
    await pilot.press("enter")
    await settle(app, pilot)
    assert isinstance(app.screen, ProblemPlace)
    assert app.screen.loaded.sample is not None
    await pilot.press("escape", "escape")


async def compare(app, pilot):
    await pilot.press("g", "space", "j", "space", "c")
    await settle(app, pilot)
    assert isinstance(app.screen, Compare)
    assert len(app.screen.found.runs) == 2
