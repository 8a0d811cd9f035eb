"""A tiny Llama with the tokenizer of the embedded model, and a dataset of a few rows."""

import json
import shutil

import msgspec
import pytest

from harness.datagen.rows import make_row
from harness.errors import ModelError
from harness.registry import find_model
from harness.sources import resolve

RECIPE = """
model = "tiny"
[data]
dataset = "few"
template = "chat"
max_length = 96
held_out = 2
[tuning]
method = "{method}"
rank = 4
[optimizer]
name = "adamw"
learning_rate = 5e-3
warmup_steps = 1
[batches]
rows = 4
micro_rows = 2
epochs = 1
max_steps = {steps}
[compute]
precision = "float32"
threads = 1
[checkpoints]
every = 2
keep = 3
"""


@pytest.fixture(scope="session")
def tokenizer(tmp_path_factory):
    """SmolLM2's, out of its file."""
    from harness.cli.init import make_workspace
    from harness.finetune.trainer.modelling import load_tokenizer

    made = make_workspace(tmp_path_factory.mktemp("tokenizer") / "w")
    try:
        return load_tokenizer(resolve(find_model(made, "smollm2-135m-instruct"), made))
    except ModelError as error:
        pytest.skip(error.message)


@pytest.fixture(scope="session")
def tiny(tokenizer, tmp_path_factory):
    """A folder with two layers of random weights."""
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=len(tokenizer), hidden_size=32, intermediate_size=64, num_hidden_layers=2, num_attention_heads=4,
        num_key_value_heads=2, max_position_embeddings=512, tie_word_embeddings=True,
        bos_token_id=tokenizer.bos_token_id, eos_token_id=tokenizer.eos_token_id,
    )  # fmt: skip
    folder = tmp_path_factory.mktemp("tiny")
    LlamaForCausalLM(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


@pytest.fixture
def trainable(workspace, tiny):
    """A workspace with the tiny model, a dataset, and `write(method, steps)` that makes a recipe."""
    shutil.copytree(tiny, workspace.root / "tiny")
    with workspace.models.open("a") as file:
        file.write('\n[models."tiny"]\nsource = "path:tiny"\nstyle = "chat"\n')
    rows = [
        make_row(problem=f"Return {n}.", solution=f"def f():\n    return {n}\n", method="imported") for n in range(14)
    ]
    rows += [make_row(problem=" ", solution="x", method="imported"),
             make_row(problem="Long.", solution="x = 1\n" * 200, method="imported")]  # fmt: skip
    folder = workspace.datasets / "few"
    folder.mkdir(parents=True)

    text = b"".join(msgspec.json.encode(r) + b"\n" for r in rows)
    (folder / "rows.jsonl").write_bytes(text)
    manifest = {"name": "few", "rows": len(rows), "rows_sha256": "0" * 64, "steps": []}
    (folder / "manifest.json").write_text(json.dumps(manifest))

    def write(name="small", method="full", steps=6):
        path = workspace.root / f"{name}.toml"
        path.write_text(f'name = "{name}"' + RECIPE.format(method=method, steps=steps))
        return path

    return workspace, write
