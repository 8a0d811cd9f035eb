"""Trainings from the command to models.toml, of a model that is made here: two layers and random weights."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest

from harness.finetune.folder import TrainingFolder
from harness.records import Model
from harness.registry import add_model, load_models

RECIPE = """
model = "tiny"
[data]
dataset = "rows"
max_length = 200
held_out = 4
[tuning]
method = "{method}"
[optimizer]
name = "adamw"
learning_rate = 3e-3
warmup_steps = 2
[batches]
rows = 4
micro_rows = 2
max_steps = {steps}
[compute]
precision = "float32"
threads = 1
[checkpoints]
every = 20
keep = 2
"""


@pytest.fixture
def place(workspace):
    import torch
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers
    from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

    vocabulary = {t: i for i, t in enumerate(["<s>", "</s>", *sorted(pre_tokenizers.ByteLevel.alphabet())])}
    tokenizer = Tokenizer(models.BPE(vocab=vocabulary, merges=[]))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    fast = PreTrainedTokenizerFast(tokenizer_object=tokenizer, bos_token="<s>", eos_token="</s>")
    fast.save_pretrained(workspace.root / "tiny")
    torch.manual_seed(0)
    LlamaForCausalLM(
        LlamaConfig(
            vocab_size=len(vocabulary), hidden_size=32, intermediate_size=64, num_hidden_layers=2,
            num_attention_heads=4, num_key_value_heads=2, max_position_embeddings=512, eos_token_id=1, bos_token_id=0,
        )
    ).save_pretrained(workspace.root / "tiny")  # fmt: skip
    add_model(workspace, Model(name="tiny", source="path:tiny", style="base"))
    rows = [{"instruction": f"Say {n}.", "response": f"```python\nprint({n})\n```"} for n in range(40)]
    (workspace.root / "rows.jsonl").write_text("\n".join(map(json.dumps, rows)))
    done = start(workspace, "data", "import", "rows.jsonl", "--name", "rows")
    assert done.wait() == 0, done.stderr.read()
    return workspace


def start(workspace, *arguments):
    command = [sys.executable, "-m", "harness", "-w", str(workspace.root), *arguments]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def finish(process, code=0):
    said = process.communicate()
    assert process.returncode == code, said
    return said


def test_killed_and_damaged_the_same_command_goes_on_and_the_curve_joins(place):
    (place.root / "r.toml").write_text(RECIPE.format(method="full", steps=120))
    finish(start(place, "train", "r.toml", "--name", "whole"))

    folder = TrainingFolder(place.trainings / "cut")
    process = start(place, "train", "r.toml", "--name", "cut")
    while process.poll() is None and max(folder.steps(), default=0) < 40:
        time.sleep(0.01)
    planned = [json.loads(line) for line in (folder.path / "events.jsonl").read_text().splitlines()]
    os.kill(next(e["pid"] for e in planned if e["event"] == "training-planned"), signal.SIGKILL)
    process.communicate()
    assert process.returncode
    newest = max(folder.steps())
    assert newest < 120
    weights = folder.checkpoint(newest) / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1] + b"\x7f")

    _, said = finish(start(place, "train", "r.toml", "--name", "cut"))
    assert f"checkpoint-{newest} is damaged (model.safetensors isn't what was written)" in said
    assert f"going on after step {newest - 20} of 120" in said
    whole = TrainingFolder(place.trainings / "whole")
    assert [m.loss for m in folder.losses()] == [m.loss for m in whole.losses()]
    assert [m.loss for m in folder.held_out()] == [m.loss for m in whole.held_out()]
    assert whole.held_out()[-1].loss < whole.held_out()[0].loss
    assert json.loads((folder.path / "curves.json").read_text())["loss"][-1][0] == 120


def test_an_adapter_is_kept_merged_and_registered_with_its_lineage(place):
    import torch
    from peft import PeftModel
    from transformers import AutoModelForCausalLM

    (place.root / "mine.toml").write_text(RECIPE.format(method="lora", steps=20))
    out, _ = finish(start(place, "train", "mine.toml", "--json"))
    model = load_models(place)["mine"]
    assert json.loads(out)["model"]["source"] == model.source
    assert model.parents == ["tiny", "rows"]
    assert model.training["datasets"][0]["contamination"] == "not decontaminated"
    assert model.training["tokens"] > 0
    tree, _ = finish(start(place, "models", "tree", "--json"))
    (root,) = [m for m in json.loads(tree) if m["name"] == "tiny"]
    assert [c["name"] for c in root["children"]] == ["mine"]
    checkpoint = place.trainings / "mine" / "checkpoints" / "checkpoint-20"
    base = AutoModelForCausalLM.from_pretrained(place.root / "tiny")
    tuned = PeftModel.from_pretrained(base, checkpoint)
    merged = AutoModelForCausalLM.from_pretrained(checkpoint / "merged")
    ids = torch.arange(2, 40)[None]
    with torch.no_grad():
        assert torch.allclose(tuned(ids).logits, merged(ids).logits, atol=1e-5)
    finish(start(place, "train", "show", "mine"))
    _, said = finish(start(place, "train", "run", "mine.toml", "--set", "optimizer.learning_rate=1e-4"), code=2)
    assert "optimizer.learning_rate" in said
