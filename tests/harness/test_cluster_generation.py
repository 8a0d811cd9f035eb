"""Generating on the nodes of a real Ray cluster: the texts of one engine, whoever writes them, and if one is killed."""

from __future__ import annotations

from pathlib import Path

import psutil
import pytest

from harness.backends import Request
from harness.backends.opening import opened
from harness.cluster import generation
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


@pytest.fixture
def cluster(monkeypatch):
    from ray.cluster_utils import Cluster

    # Nodes import what is tested, wherever it lies.
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[2]))
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
