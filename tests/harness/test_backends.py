"""Backends without weights: the table, echo, replay, and the bookkeeping of batches."""

import random

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.backends import Request, backend_names, open_backend
from harness.backends.batching import Row, needed, plan_batches, sample_seed
from harness.errors import BackendError, SamplesError, UnknownName, UsageError
from harness.records import Model, Problem, Prompt, Sample, Sampling
from harness.styles import build_prompt, trim
from harness.workspace import Workspace

HEAD = 'def add(a, b):\n    """Add.\n    >>> add(1, 2)\n    3\n    """\n'
BODY = "    return a + b\n"
DOC = '"""\nWrite a function to add two numbers.\nassert add(1, 2) == 3\n"""\n'
PROBLEMS = {
    "humaneval": Problem(id="T/0", prompt=HEAD, entry_point="add", reference=HEAD + BODY),
    "mbpp": Problem(id="T/0", prompt=DOC, entry_point="add", reference=f"def add(a, b):\n{BODY}"),
}


class OneProblem:
    """A benchmark of one problem, as far as a backend looks at it."""

    def __init__(self, problem):
        self.problem = problem

    def problems(self):
        return [self.problem]


@pytest.fixture
def place(tmp_path):
    (tmp_path / "models.toml").touch()
    return Workspace(tmp_path)


async def collect(backend, requests, **more):
    return [s async for s in backend.generate(requests, Sampling(), **more)]


def requests(*keys):
    return [Request(Prompt(problem_id=problem, style="base", text="x", sha256="f"), index) for problem, index in keys]


def test_names_are_guessed_and_wrong_options_are_said(place):
    assert set(backend_names()) >= {"echo", "openai", "replay", "transformers", "vllm"}
    model = Model(name="m", source="path:x")
    with pytest.raises(UnknownName) as caught:
        open_backend("transformer", model, place)
    assert "'transformers'" in caught.value.remedy
    with pytest.raises(UsageError, match="no option batch_size"):
        open_backend("echo", Model(name="echo", source="echo:"), place, None, batch_size=3)


@pytest.mark.parametrize("style", ["base", "chat", "magicoder"])
@pytest.mark.parametrize("family", ["humaneval", "mbpp"])
async def test_echo_answers_in_the_form_of_the_style(place, style, family):
    problem = PROBLEMS[family]
    backend = open_backend("echo", Model(name="echo", source="echo:"), place, OneProblem(problem))
    prompt = build_prompt(problem.id, problem.prompt, style, family)
    (sample,) = await collect(backend, [Request(prompt, 0)])
    assert not sample.complete
    assert sample.prompt_sha256 == prompt.sha256
    # Stop strings don't touch it, and what a model would have written contains the reference.
    text = trim(sample.text, prompt.stop)
    assert BODY.rstrip() in text
    whole = prompt.prefill + text
    assert problem.reference.strip() in whole
    program = whole.rpartition("```python")[2] if "```" in whole else whole
    scope = {}
    exec(program.rpartition("```")[0] if "```" in program else program, scope)
    assert scope["add"](2, 3) == 5


async def test_echo_gives_a_whole_program_where_the_reference_begins_otherwise(place):
    problem = msgspec.structs.replace(PROBLEMS["humaneval"], reference=f"def add(a, b):\n{BODY}")
    backend = open_backend("echo", Model(name="echo", source="echo:"), place, OneProblem(problem))
    (sample,) = await collect(backend, [Request(build_prompt("T/0", HEAD, "magicoder", "humaneval"), 0)])
    assert sample.complete
    assert sample.text == problem.reference


@pytest.mark.parametrize("style", ["base", "chat", "magicoder"])
async def test_echo_survives_extraction_on_all_of_humaneval(place, style):
    from harness.benchmarks import load_benchmark

    benchmark = load_benchmark("humaneval")
    backend = open_backend("echo", Model(name="echo", source="echo:"), place, benchmark)
    asked = [Request(benchmark.prompt(p, style), 0) for p in benchmark.problems()]
    samples = {s.problem_id: s for s in await collect(backend, asked)}
    for problem in benchmark.problems():
        code = benchmark.extract(problem, samples[problem.id]).code
        compile(code, problem.id, "exec")
        assert problem.reference.strip().splitlines()[-1].strip() in code


async def test_echo_needs_a_benchmark_and_leaves_out_what_is_done(place):
    model = Model(name="echo", source="echo:")
    with pytest.raises(UsageError):
        open_backend("echo", model, place)
    backend = open_backend("echo", model, place, OneProblem(PROBLEMS["humaneval"]))
    asked = requests(("T/0", 0), ("T/0", 1))
    assert [s.index for s in await collect(backend, asked, done={("T/0", 0)})] == [1]


async def test_replay_answers_from_the_file(place):
    (place.root / "a.jsonl").write_text(
        '{"task_id": "T/0", "completion": "one"}\n{"task_id": "T/0", "solution": "two"}\n'
    )
    model = Model(name="m", source="samples:a.jsonl", backend="replay")
    backend = open_backend("replay", model, place, OneProblem(PROBLEMS["humaneval"]))
    samples = await collect(backend, requests(("T/0", 1), ("T/0", 0)))
    assert [(s.index, s.text, s.complete) for s in samples] == [(1, "two", True), (0, "one", False)]
    assert str(place.root) not in str(backend.describe())
    with pytest.raises(SamplesError, match=r"lacks 1 of 2 samples, the first is number 2 of T/0"):
        await collect(backend, requests(("T/0", 0), ("T/0", 2)))
    await backend.close()
    await backend.close()


def test_replay_refuses_samples_of_another_benchmark(place):
    (place.root / "a.jsonl").write_text('{"task_id": "U/0", "completion": "one"}\n')
    model = Model(name="m", source="samples:a.jsonl", backend="replay")
    with pytest.raises(SamplesError, match=r"a\.jsonl:1 names 'U/0'"):
        open_backend("replay", model, place, OneProblem(PROBLEMS["humaneval"]))
    with pytest.raises(BackendError, match="no samples to replay"):
        open_backend("replay", Model(name="m", source="echo:"), place)


# Batches.


@given(lengths=st.lists(st.integers(1, 99), max_size=200), size=st.integers(1, 9))
def test_a_plan_has_every_prompt_once_and_the_longest_of_a_window_first(lengths, size):
    batches = plan_batches(lengths, size)
    assert sorted(i for b in batches for i in b) == list(range(len(lengths)))
    assert all(0 < len(b) <= size for b in batches)
    for batch in batches:
        assert [lengths[i] for i in batch] == sorted((lengths[i] for i in batch), reverse=True)


def test_a_resumed_run_keeps_the_batches_of_the_first():
    asked = requests(*[(f"T/{i}", 0) for i in range(10)])
    batches = plan_batches([10 - i for i in range(10)], 4)
    done = {("T/0", 0), ("T/1", 0), ("T/2", 0), ("T/3", 0), ("T/5", 0)}
    assert needed(batches, asked, done) == batches[1:]
    assert needed(batches, asked, {r.key for r in asked}) == []


def test_seeds_depend_on_run_problem_and_index():
    seeds = {sample_seed(s, (p, i)) for s in (0, 1) for p in ("a", "b") for i in (0, 1)}
    assert len(seeds) == 8
    assert sample_seed(0, ("a", 0)) == sample_seed(0, ("a", 0))


def letters(ids, skip_special):
    """Tokens that are letters; 0 is special."""
    return "".join("" if i == 0 and skip_special else "<end>" if i == 0 else chr(i) for i in ids)


def row(stop=(), room=1000):
    prompt = Prompt(problem_id="T/0", style="base", text="p", stop=list(stop), sha256="f")
    return Row(Request(prompt, 0), [ord("p")], room, random.Random(0))


@given(
    st.text(alphabet="abc\n", min_size=1, max_size=60), st.lists(st.text("abc\n", min_size=1, max_size=4), max_size=3)
)
def test_a_row_ends_at_its_first_stop_string_and_never_before(text, stop):
    one = row(stop, room=len(text))
    for letter in text:
        if not one.push(ord(letter), {0}, letters):
            break
    sample = one.sample({0}, letters)
    # The first that is complete ends it, also where a longer one, begun earlier, might have followed.
    seen = next((text[:n] for n in range(1, len(text) + 1) if any(s in text[:n] for s in stop)), text)
    assert sample.text == trim(seen, stop)
    assert sample.completion_tokens == len(one.ids)
    if one.finish == "stop":
        # Not a token was generated beyond the one that completed it.
        assert trim(text[: len(one.ids) - 1], stop) == text[: len(one.ids) - 1]
    else:
        assert trim(text, stop) == text


def test_a_row_ends_at_an_end_token_or_when_its_room_is_used():
    ended = row()
    assert ended.push(ord("a"), {0}, letters)
    assert not ended.push(0, {0}, letters)
    assert ended.sample({0}, letters) == Sample(
        problem_id="T/0", index=0, text="a", prompt_sha256="f", finish="stop", prompt_tokens=1, completion_tokens=2
    )
    short = row(room=2)
    assert short.push(ord("a"), {0}, letters)
    assert not short.push(ord("b"), {0}, letters)
    assert short.sample({0}, letters).finish == "length"


def test_a_leading_blank_is_kept_where_the_tokenizer_drops_a_first_one():
    def sentencepiece(ids, skip_special):
        return "".join(chr(i) for i in ids).removeprefix(" ")

    one = Row(Request(Prompt(problem_id="T", style="base", stop=[]), 0), [ord(":")], 5, random.Random(0))
    for letter in "  x y":
        one.push(ord(letter), {0}, sentencepiece)
    assert one.sample({0}, sentencepiece).text == "  x y"
