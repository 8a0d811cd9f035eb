"""Whole trainings of a tiny model: by command, killed, damaged, registered."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest
from click.testing import CliRunner

from harness.cli import main
from harness.errors import RecipeError, TrainingError
from harness.finetune.folder import TrainingFolder, damage, last_whole
from harness.finetune.launching import train
from harness.finetune.recipes import list_recipes, load_recipe, stages
from harness.registry import load_models


def silent(event):
    del event


def test_every_recipe_that_comes_along_can_be_read(workspace):
    assert {"magicoder-cl", "magicoder-s-cl", "magicoder-ds", "magicoder-s-ds", "smollm2-oss-instruct"} <= set(
        list_recipes(workspace)
    )
    for name in list_recipes(workspace):
        assert load_recipe(workspace, name).name == name
    paper = load_recipe(workspace, "magicoder-s-ds")
    assert (paper.data.max_length, paper.batches.rows, paper.optimizer.learning_rate) == (1024, 512, 5e-5)
    chain = stages(workspace, paper, ["deepseek-coder-6.7b-base"])
    assert [r.name for r in chain] == ["magicoder-ds", "magicoder-s-ds"]


def test_a_wrong_key_is_answered_with_a_guess(trainable):
    workspace, write = trainable
    path = write()
    with pytest.raises(RecipeError, match=r"optimizer\.learning_rat ") as error:
        load_recipe(workspace, str(path), ["optimizer.learning_rat=1"])
    assert "optimizer.learning_rate" in error.value.remedy
    with pytest.raises(RecipeError, match="not a multiple"):
        load_recipe(workspace, str(path), ["batches.micro_rows=3"])


def test_what_can_not_work_is_refused_before_weights_are_loaded(trainable):
    workspace, write = trainable
    for setting, said in (("data.max_length=4096", "reads 512 tokens"), ("compute.device=cuda", "no GPU")):
        if said == "no GPU":
            import torch

            if torch.cuda.is_available():
                continue
        recipe = load_recipe(workspace, str(write()), [setting])
        with pytest.raises(TrainingError, match=said):
            train(workspace, recipe, silent, plan_only=True)


def test_a_lora_is_trained_merged_registered_and_drawn(trainable):
    workspace, write = trainable
    path = write(method="lora", steps=4)
    done = CliRunner().invoke(main, ["train", str(path), "--json"])
    assert done.exit_code == 0, done.output
    model = load_models(workspace)["small"]
    assert model.parents == ["tiny", "few"]
    assert model.training["step"] == 4
    assert model.training["datasets"][0]["contamination"] == "not decontaminated"
    tree = CliRunner().invoke(main, ["models", "tree", "--json"])
    roots = {root["name"]: root for root in json.loads(tree.stdout)}
    assert [child["name"] for child in roots["tiny"]["children"]] == ["small-step2", "small"]
    assert "few" in CliRunner().invoke(main, ["models", "tree"]).stdout
    folder = TrainingFolder(workspace.trainings / "small")
    assert [m.step for m in folder.losses()] == [1, 2, 3, 4]
    assert folder.held_out()[-1].loss < folder.held_out()[0].loss
    assert (folder.path / "curves.svg").is_file()
    merged_is_base_and_adapter(workspace, folder)


def merged_is_base_and_adapter(workspace, folder):
    import torch
    from peft import PeftModel
    from transformers import AutoModelForCausalLM

    ids = torch.arange(20)[None]
    with torch.no_grad():
        merged = AutoModelForCausalLM.from_pretrained(folder.checkpoint(4) / "merged", dtype=torch.float32)(ids).logits
        base = AutoModelForCausalLM.from_pretrained(workspace.root / "tiny", dtype=torch.float32)
        both = PeftModel.from_pretrained(base, folder.checkpoint(4))(ids).logits
    assert torch.allclose(merged, both, atol=1e-4)


def test_killed_in_mid_training_the_same_command_joins_the_curve(trainable):
    workspace, write = trainable
    train(workspace, load_recipe(workspace, str(write("whole", steps=8))), silent)
    whole = TrainingFolder(workspace.trainings / "whole").losses()
    path = write("killed", steps=8)
    command = [sys.executable, "-m", "harness", "train", str(path), "--quiet"]
    child = subprocess.Popen(command, cwd=workspace.root)
    folder = TrainingFolder(workspace.trainings / "killed")
    while 4 not in folder.steps() and child.poll() is None:
        time.sleep(0.02)
    os.kill(child.pid, signal.SIGKILL)
    child.wait()
    trainer = next(json.loads(line)["pid"] for line in (folder.path / "events.jsonl").open() if '"pid"' in line)
    while True:  # the child ends by itself when its command is gone
        try:
            os.kill(trainer, 0)
            time.sleep(0.05)
        except ProcessLookupError:
            break
    done = subprocess.run(command, cwd=workspace.root, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    joined = folder.losses()
    assert [m.step for m in joined] == list(range(1, 9))
    assert [m.loss for m in joined] == pytest.approx([m.loss for m in whole], rel=1e-4)


def test_a_damaged_checkpoint_is_named_and_the_one_before_is_used(trainable):
    workspace, write = trainable
    recipe = load_recipe(workspace, str(write(steps=4)))
    folder = train(workspace, recipe, silent)
    weights = folder.checkpoint(4) / "model.safetensors"
    data = bytearray(weights.read_bytes())
    data[-5] ^= 1
    weights.write_bytes(data)
    (folder.checkpoints / "checkpoint-6").mkdir()
    assert damage(folder.checkpoint(4)) == "model.safetensors isn't what was written"
    said = []
    train(workspace, recipe, said.append)
    assert any("checkpoint-4 is damaged" in getattr(event, "message", "") for event in said)
    assert last_whole(folder) == (4, [])
    assert not (folder.checkpoints / "checkpoint-6").exists()
    with pytest.raises(TrainingError, match=r"other settings: optimizer.learning_rate"):
        train(workspace, load_recipe(workspace, str(write(steps=4)), ["optimizer.learning_rate=1e-3"]), silent)


def test_two_processes_learn_what_one_does_and_a_next_stage_begins_there(trainable):
    workspace, write = trainable
    one = train(workspace, load_recipe(workspace, str(write("one", steps=3))), silent)
    two = write("two", steps=3)
    two.write_text(two.read_text().replace("[compute]", "[compute]\nprocesses = 2"))
    after = write("after", steps=1)
    after.write_text(after.read_text().replace('model = "tiny"', 'model = "two"'))
    for path in (two, after):
        (workspace.root / "recipes" / "train").mkdir(parents=True, exist_ok=True)
        path.replace(workspace.root / "recipes" / "train" / path.name)
    done = CliRunner().invoke(main, ["train", "after", "--json"])
    assert done.exit_code == 0, done.output
    together = TrainingFolder(workspace.trainings / "two").losses()
    assert [m.step for m in together] == [1, 2, 3]
    assert [m.loss for m in together] == pytest.approx([m.loss for m in one.losses()], rel=1e-4)
    models = load_models(workspace)
    assert models["after"].base == "two"
    assert models["two"].base == "tiny"
