"""Generating on the nodes of a real Ray cluster: the texts of one engine, whoever writes them, and if one is killed."""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from harness.backends import Request
from harness.backends.opening import opened
from harness.cluster import generation
from harness.datagen.dataset import Dataset
from harness.records import Model, Prompt, Sampling

pytest.importorskip("ray", reason="Ray is not installed (the extra cluster)")

OPTIONS = {"batch_size": 2, "dtype": "float32", "threads": 1}


@pytest.fixture
def model(workspace):
    """A model of one layer with random weights: it talks nonsense, and always the same."""
    import torch
    from tokenizers import Tokenizer, models, pre_tokenizers
    from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

    letters = sorted(pre_tokenizers.ByteLevel.alphabet())
    tokenizer = Tokenizer(models.BPE(vocab={t: i for i, t in enumerate(["<s>", "</s>", *letters])}, merges=[]))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=len(letters) + 2, hidden_size=16, intermediate_size=32, num_hidden_layers=1, num_attention_heads=2,
        num_key_value_heads=2, max_position_embeddings=256, bos_token_id=0, eos_token_id=1,
    )  # fmt: skip
    LlamaForCausalLM(config).save_pretrained(workspace.root / "tiny")
    PreTrainedTokenizerFast(tokenizer_object=tokenizer, bos_token="<s>", eos_token="</s>").save_pretrained(
        workspace.root / "tiny"
    )
    return Model(name="tiny", source="path:tiny")


@pytest.fixture(scope="module")
def cluster():
    from ray.cluster_utils import Cluster

    with pytest.MonkeyPatch.context() as patch:
        # Nodes import what is tested, wherever it lies.
        patch.setenv("PYTHONPATH", str(Path(__file__).parents[2]))
        made = Cluster(initialize_head=True, head_node_args={"num_cpus": 0, "include_dashboard": False})
        for _ in range(2):
            made.add_node(num_cpus=1, memory=4 << 30)
        yield made
        import ray

        ray.shutdown()
        made.shutdown()


@pytest.mark.slow
async def test_the_same_texts_as_one_engine_even_if_one_of_two_is_killed(cluster, workspace, model, monkeypatch):
    from harness.cluster.driver import Cluster

    monkeypatch.setattr(generation, "CHUNK", 4)
    prompts = [Prompt(problem_id=f"T/{i}", style="base", text="def f" + "ab" * i, sha256=str(i)) for i in range(12)]
    requests = [Request(prompt, 0) for prompt in prompts]
    sampling = Sampling(max_tokens=24)
    box = Cluster(cluster.address)
    told = []
    backend = await generation.open_on_nodes(box, "transformers", model, workspace, progress=told.append, **OPTIONS)
    try:
        assert backend.describe()["engines"] == 2
        texts = {}
        async for sample in backend.generate(requests, sampling, done={("T/0", 0)}):
            assert sample.problem_id not in texts
            texts[sample.problem_id] = sample.text
            if len(texts) == 2:
                next(
                    p for p in psutil.process_iter(["cmdline"]) if "EngineWorker" in " ".join(p.info["cmdline"] or [])
                ).kill()
    finally:
        await backend.close()
        await box.close()
    assert any("lost" in line for line in told)
    alone = await opened("transformers", model, workspace, progress=told.append, **OPTIONS)
    try:
        wanted = {s.problem_id: s.text async for s in alone.generate(requests, sampling)}
    finally:
        await alone.close()
    del wanted["T/0"]
    assert texts == wanted


RECIPE = """
name = "talk"
[[steps]]
step = "seeds"
corpora = [{ corpus = "folder:code" }]
[[steps]]
step = "oss-instruct"
teacher = "tiny"
prompt = "short"
style = "base"
temperature = 0.0
max_tokens = 40
options = { batch_size = 2, dtype = "float32", threads = 1 }
"""
PROMPT = 'user = "Snippet: {{seed}}"\nprefill = "def f"\n'


def talked(workspace) -> list[tuple[str, str]]:
    """Return what the teacher said of each seed: nonsense, of which no row is made."""
    return sorted(
        (record.row.seed, record.raw) for record in Dataset(workspace.datasets / "talk").rejected() if record.row
    )


@pytest.mark.slow
def test_data_make_on_a_cluster_and_again_after_its_end_by_signal_9(cluster, workspace, model):
    (workspace.models).open("a").write('\n[models.tiny]\nsource = "path:tiny"\n')
    code = workspace.root / "code"
    code.mkdir()
    for number in range(10):
        body = "\n".join(f"    total += {number} * values[{line}]" for line in range(5))
        (code / f"m{number}.py").write_text(
            f"def work_{number}(values):\n    total = {number}\n{body}\n    return total\n"
        )
    (workspace.root / "recipes" / "prompts").mkdir(parents=True)
    (workspace.root / "recipes" / "prompts" / "short.toml").write_text(PROMPT)
    (workspace.root / "talk.toml").write_text(RECIPE)
    command = [
        sys.executable,
        "-m",
        "harness",
        "-w",
        str(workspace.root),
        "data",
        "make",
        str(workspace.root / "talk.toml"),
    ]
    done = subprocess.run(command, cwd=workspace.root, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    alone = talked(workspace)
    assert len(alone) == 10
    shutil.rmtree(workspace.datasets / "talk")

    on_nodes = [*command, "--cluster", cluster.address]
    first = subprocess.Popen(on_nodes, cwd=workspace.root, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    journals = workspace.datasets / "talk" / ".work" / "journals"
    while not sum(path.read_bytes().count(b"\n") for path in journals.glob("*.jsonl")):
        assert first.poll() is None
        time.sleep(0.01)
    first.kill()
    first.wait()
    kept = next(journals.glob("*.jsonl")).read_bytes()
    done = subprocess.run(on_nodes, cwd=workspace.root, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert talked(workspace) == alone
    answers = next(journals.glob("*.jsonl")).read_bytes()
    assert answers.startswith(kept[: kept.rfind(b"\n") + 1]), "nothing is asked twice"
    assert answers.count(b"\n") == 10
