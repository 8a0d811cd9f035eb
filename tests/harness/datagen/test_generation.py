"""Teachers, methods, and what survives kill -9."""

import hashlib
import json
import os
import signal
import subprocess
import sys
import time

import msgspec
import pytest

from harness.datagen.dataset import Dataset
from harness.datagen.evol_instruct import EvolInstruct
from harness.datagen.exchange import Import
from harness.datagen.frame import make_dataset
from harness.datagen.novelty import Pool, rouge_l
from harness.datagen.oss_instruct import OssInstruct
from harness.datagen.recipes import fill, load_prompt
from harness.datagen.sections import read_sections
from harness.datagen.seeds import Quota, Seeds
from harness.datagen.self_instruct import SelfInstruct, read_task
from harness.errors import BackendError, RecipeError, UnknownName
from tests.harness.datagen.conftest import completion, oss_answer

OPTIONS = {"concurrency": 4, "backoff_s": 0.001, "retries": 2}
SEEDS = Seeds(corpora=[Quota(corpus="folder:code", rows=30)])


def contents(dataset):
    """Return the bytes of all that a dataset is."""
    return {name: (dataset.path / name).read_bytes() for name in ("rows.jsonl", "rejected.jsonl", "manifest.json")}


def make(workspace, *steps, name="d", **options):
    return make_dataset(workspace, name, list(steps), seed=976, **options)


def oss(**fields):
    return OssInstruct(teacher="teacher", **{"options": OPTIONS, **fields})


def test_a_row_of_every_seed(taught, corpus, teacher):
    rows = list(make(taught, SEEDS, oss()).rows())
    assert len(rows) == 30
    prompt = load_prompt(taught, "oss-instruct")
    for row in rows:
        assert (row.method, row.teacher, row.finish, row.language) == ("oss-instruct", "teacher", "stop", "python")
        assert row.prompt_sha256 == prompt.sha256
        assert len(row.parents) == 1
        assert row.seed_source.licence in {"MIT", "Apache-2.0"}
        assert row.problem.startswith("Write `f")
        assert row.solution.endswith("```")
    assert len(teacher.asked) == 30
    assert {body["temperature"] for body in teacher.asked} == {0.0}
    shown = {body["messages"][-1]["content"] for body in teacher.asked}
    assert all(any(row.seed.rstrip("\n") in text for text in shown) for row in rows)


def test_any_order_of_answers_and_number_of_workers_gives_the_same_bytes(taught, corpus, teacher):
    first = contents(make(taught, SEEDS, oss(), name="one"))
    teacher.latency_s = 0.003
    second = contents(make(taught, SEEDS, oss(options={**OPTIONS, "concurrency": 13}), name="two", workers=2))
    third = contents(make(taught, SEEDS, oss(options={**OPTIONS, "concurrency": 1}), name="three", workers=3))
    assert first["rows.jsonl"] == second["rows.jsonl"] == third["rows.jsonl"]
    assert first["manifest.json"] == second["manifest.json"].replace(b'"two"', b'"one"')
    assert first["manifest.json"] == third["manifest.json"].replace(b'"three"', b'"one"')


def test_nothing_is_asked_twice(taught, corpus, teacher):
    before = contents(make(taught, SEEDS, oss()))
    again = contents(make(taught, SEEDS, oss()))
    assert again == before
    assert len(teacher.asked) == 30
    more = Seeds(corpora=[Quota(corpus="folder:code", rows=35)])
    assert make(taught, more, oss()).manifest().rows == 35
    assert len(teacher.asked) == 35
    make(taught, more, oss(temperature=0.5))
    assert len(teacher.asked) == 70


def test_several_answers_to_a_seed(taught, corpus, teacher):
    teacher.reply = lambda body, number: (200, {}, completion(oss_answer(body).replace("Write", str(body["seed"]))))
    rows = list(make(taught, SEEDS, oss(n=3, temperature=1.0)).rows())
    assert len({r.id for r in rows}) == 90
    assert [r.columns["answer"] for r in rows[:4]] == [0, 1, 2, 0]


def test_what_gives_no_row_is_kept_and_counted(taught, corpus, teacher):
    texts = [
        ("[Problem Description]\np\n[Solution]\n", "stop"), ("no form at all", "stop"), ("[Problem Description]\np", "stop"),
        ("[Solution]\ns\n[Problem Description]\np", "stop"), ("[Problem Description]\np\n[Solution]\ns", "length"),
        ("[Problem Description]\np\n[Solution]\ns", "odd"),
    ]  # fmt: skip

    def reply(body, number):
        if number == 7:
            return 400, {}, b'{"error": {"message": "too long"}}'
        text, finish = texts[number - 1] if number <= 6 else (oss_answer(body), "stop")
        return 200, {}, completion(text, finish)

    teacher.reply = reply
    dataset = make(taught, SEEDS, oss(options={**OPTIONS, "concurrency": 1}))
    record = dataset.manifest().steps[1]
    assert record.rejected == {
        "empty solution": 1, "no problem section": 1, "no solution section": 1, "sections out of order": 1,
        "teacher error": 1, "truncated": 1, "unknown finish": 1,
    }  # fmt: skip
    assert record.rows_in == record.rows_out + 7 == 30
    kept = {r.reason: r for r in dataset.rejected()}
    assert kept["no problem section"].raw == "no form at all"
    assert kept["teacher error"].evidence == "400: too long"
    assert all(r.step == "oss-instruct" and r.row.seed for r in kept.values())


def test_a_teacher_that_goes_away_loses_nothing(taught, corpus, teacher):
    normal = teacher.reply
    teacher.reply = lambda body, number: normal(body, number) if number <= 12 else (500, {}, b"gone")
    with pytest.raises(BackendError, match="gone"):
        make(taught, SEEDS, oss(options={**OPTIONS, "give_up_after": 1}))
    teacher.reply = normal
    teacher.asked.clear()
    dataset = make(taught, SEEDS, oss())
    assert len(teacher.asked) == 18
    assert contents(dataset)["rows.jsonl"] == contents(make(taught, SEEDS, oss(), name="e"))["rows.jsonl"]


def test_garbage_from_a_teacher_is_an_error_and_not_a_row(taught, corpus, teacher):
    teacher.reply = lambda body, number: (200, {}, os.urandom(50))
    with pytest.raises(BackendError, match="garbage"):
        make(taught, SEEDS, oss())


RECIPE = """
name = "killed"
seed = 976
[[steps]]
step = "seeds"
corpora = [{corpus = "folder:code", rows = 40}]
[[steps]]
step = "oss-instruct"
teacher = "teacher"
options = {concurrency = 3}
"""


def test_kill_9_in_mid_generation_and_resume_gives_identical_bytes(taught, corpus, teacher):
    recipe = taught.root / "killed.toml"
    recipe.write_text(RECIPE)
    teacher.latency_s = 0.02
    command = [sys.executable, "-m", "harness", "-w", str(taught.root), "data", "make", str(recipe)]
    for upto in (7, 20, 33):
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        while len(teacher.asked) < upto:
            assert process.poll() is None
            time.sleep(0.002)
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
    subprocess.run([*command, "--name", "killed"], check=True, capture_output=True)
    killed = contents(Dataset(taught.datasets / "killed"))
    # At most what was under way is lost each time: three requests, and three that were answered
    # and not yet written on a busy machine.
    assert len(teacher.asked) <= 40 + 3 * (3 + 3)
    teacher.asked.clear()
    subprocess.run([*command, "--name", "whole"], check=True, capture_output=True)
    assert len(teacher.asked) == 40
    whole = contents(Dataset(taught.datasets / "whole"))
    assert killed["rows.jsonl"] == whole["rows.jsonl"]
    assert killed["rejected.jsonl"] == whole["rejected.jsonl"]
    assert killed["manifest.json"] == whole["manifest.json"].replace(b'"whole"', b'"killed"')


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_cleanly(taught, corpus, teacher, number):
    recipe = taught.root / "killed.toml"
    recipe.write_text(RECIPE)
    teacher.latency_s = 0.5  # a busy machine must not be done before the signal
    command = [sys.executable, "-m", "harness", "-w", str(taught.root), "data", "make", str(recipe)]
    # A shell's background job, as which tests may run, ignores SIGINT, and so would its children.
    before = signal.signal(number, signal.default_int_handler)
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    signal.signal(number, before)
    while len(teacher.asked) < 10:
        assert process.poll() is None
        time.sleep(0.002)
    process.send_signal(number)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "the same command goes on" in said
    assert "Traceback" not in said


def test_a_full_disk_loses_nothing(taught, corpus, teacher, tmp_path):
    small = tmp_path / "small"
    small.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=400k", "tmpfs", str(small)], capture_output=True)
    if mounted.returncode:
        pytest.skip("mounting a small file system needs root")
    try:
        taught.datasets.symlink_to(small)
        teacher.reply = lambda body, number: (200, {}, completion(oss_answer(body) + "x" * 20_000))
        with pytest.raises(OSError, match="No space left"):
            make(taught, SEEDS, oss())
        held = len(teacher.asked)
        assert held >= 5
        subprocess.run(["mount", "-o", "remount,size=20m", str(small)], check=True)
        dataset = make(taught, SEEDS, oss())
        # What was under way or torn is asked again, the rest is not.
        assert len(teacher.asked) <= 30 + 2 * OPTIONS["concurrency"] + 1
        assert dataset.manifest().rows == 30
    finally:
        subprocess.run(["umount", str(small)], check=True)


@pytest.mark.parametrize(
    "text",
    [
        "[Problem Description]\nP\n\n[Solution]\nS",
        "Sure!\n\n**[Problem Description]**\nP\n\n**[Solution]**\nS",
        "### [Problem Description]:\nP\n### [SOLUTION]\nS",
        "[problem description] P\n[Solution]: S",
        "## Problem Description\n\nP\n\n## Solution\n\nS",
        "**Problem Description:** P\n\n**Solution:** S",
    ],
)
def test_sections_are_read_as_teachers_write_them(text):
    assert read_sections(text) == ("P", "S", "")


def test_a_marker_in_a_sentence_or_in_code_ends_nothing():
    text = (
        "[Problem Description]\nPut it below [Solution] please.\n```\n[Solution]\n```\nmore\n[Solution]\nS [Solution] t"
    )
    found = read_sections(text)
    assert found.problem.endswith("more")
    assert found.solution == "S [Solution] t"


def test_an_open_fence_does_not_hide_the_solution():
    assert read_sections("[Problem Description]\n```python\nx\n[Solution]\nS").solution == "S"


def test_a_template_is_filled_once():
    assert fill("a {{seed}} b", seed="{{language}} {x} \\1") == "a {{language}} {x} \\1 b"
    with pytest.raises(RecipeError, match="other"):
        fill("{{other}}", seed="")


TASKS = [{"instruction": f"Explain how tool number {n} works in detail", "instances": [{"input": "", "output": "o"}]}
         for n in ("one", "two", "three", "four", "five")]  # fmt: skip


def task(n, output="result"):
    words = hashlib.sha256(str(n).encode()).hexdigest()
    return f"### Task {n}\nInstruction: {words[:8]} {words[8:16]} {words[16:24]} {words[24:32]}\nInput:\n<none>\nOutput:\n{output}\n"


@pytest.fixture
def seeded(taught):
    (taught.root / "seeds.jsonl").write_text("\n".join(map(json.dumps, TASKS)))
    return taught


def selfmade(**fields):
    return SelfInstruct(teacher="teacher", seed_tasks="seeds.jsonl", **{"options": OPTIONS, **fields})


def test_self_instruct_grows_a_pool_of_new_tasks(seeded, teacher):
    def reply(body, number):
        key = int(hashlib.sha256(str(body["seed"]).encode()).hexdigest()[:6], 16)
        text = "".join(task(key + n) for n in range(4)) + task(0) + "### Task 9\nnonsense"
        return 200, {}, completion(text)

    teacher.reply = reply
    dataset = make(seeded, selfmade(rows=50, from_pool=1))
    rows = list(dataset.rows())
    assert len(rows) == 50
    assert {r.method for r in rows} == {"self-instruct"}
    assert len({r.columns["instruction"] for r in rows}) == 50
    record = dataset.manifest().steps[0]
    assert record.rejected["malformed task"] >= 10
    assert record.rejected["not new"] >= 9
    assert record.facts["rounds"] >= 2
    assert (
        contents(make(seeded, selfmade(rows=50, from_pool=1), name="again"))["rows.jsonl"]
        == contents(dataset)["rows.jsonl"]
    )


def test_self_instruct_ends_when_a_teacher_has_nothing_new(seeded, teacher):
    teacher.reply = lambda body, number: (200, {}, completion(task(1)))
    events = []
    dataset = make(seeded, selfmade(rows=50, requests=2), emit=events.append)
    assert dataset.manifest().rows == 1
    assert dataset.manifest().steps[0].facts["stalled"]
    assert any("no new task" in getattr(e, "message", "") for e in events)


def test_the_last_task_of_a_truncated_answer_is_no_row(seeded, teacher):
    teacher.reply = lambda body, number: (200, {}, completion(task(1) + task(2, "half"), "length"))
    dataset = make(seeded, selfmade(rows=9, requests=1))
    assert [r.solution for r in dataset.rows()] == ["result"]
    assert dataset.manifest().steps[0].rejected["truncated"] == 20 + 1


def test_a_task_may_mention_the_names_of_its_fields():
    found = read_task("Instruction: Write a prompt for it.\nInput:\nnone\nOutput:\nInput: x\nOutput: y")
    assert found == ("Write a prompt for it.", "", "Input: x\nOutput: y")


def test_code_alpacas_seed_tasks_are_read(workspace):
    from harness.datagen.self_instruct import read_tasks, seed_file
    from harness.workspace import data_dir

    if data_dir() is None:
        pytest.skip("MAGIBENCH_DATA isn't set")
    assert len(read_tasks(seed_file(workspace, "code-alpaca/seed_tasks.jsonl"))) == 21


@pytest.mark.parametrize(
    ("one", "two", "score"),
    [("a b c d", "a b c d", 1.0), ("a b c d", "A, c!", 2 / 3), ("a b", "c d", 0.0), ("", "", 0.0)],
)
def test_rouge_l_is_the_f_measure_of_the_longest_common_subsequence(one, two, score):
    assert rouge_l(one, two) == pytest.approx(score)


def test_the_nearest_text_of_a_pool_is_found():
    pool = Pool()
    for text in ("write a sorting function", "explain a function", "write a function that sorts a list"):
        pool.add(text)
    near = pool.nearest("write a function that sorts lists", 0.5)
    assert near.text == "write a function that sorts a list"
    assert near.score == pytest.approx(rouge_l("write a function that sorts lists", near.text))
    assert pool.nearest("bake bread", 0.5).text == ""


def evol(**fields):
    return EvolInstruct(teacher="teacher", **{"options": OPTIONS, **fields})


@pytest.fixture
def tasks(taught):
    lines = [json.dumps({"instruction": f"Do the thing number {n}.", "output": "done"}) for n in range(20)]
    (taught.root / "tasks.jsonl").write_text("\n".join(lines))
    return Import(file="tasks.jsonl")


def evolve(body, number):
    text = body["messages"][-1]["content"]
    return (
        200,
        {},
        completion(f"{text.split('Task:')[1].strip()} And harder." if "Task:" in text else "def answer(): pass"),
    )


def test_evol_instruct_evolves_round_by_round(taught, teacher, tasks):
    teacher.reply = evolve
    rows = list(make(taught, tasks, evol(rounds=3)).rows())
    assert len(rows) == 80
    by_id = {r.id: r for r in rows}
    last = [r for r in rows if r.columns.get("round") == 3]
    assert len(last) == 20
    for row in last:
        assert row.problem.count("And harder.") == 3
        assert by_id[row.parents[0]].columns["round"] == 2
    assert len({r.columns["heuristic"] for r in rows if r.method == "evol-instruct"}) == 5
    assert make(taught, tasks, evol(keep_originals=False), name="n").manifest().rows == 60


def test_failed_evolutions_are_eliminated_and_tried_again(taught, teacher, tasks):
    def reply(body, number):
        text = body["messages"][-1]["content"]
        if "Task:" not in text:
            return 200, {}, completion("Sorry, I can't." if "number 4" in text else "fine answer")
        same = text.split("Task:")[1].strip()
        if "number 1." in text:
            return 200, {}, completion(same)
        if "number 2." in text:
            return 200, {}, completion("Rewritten prompt: " + same + " More and more.")
        if "number 3." in text:
            return 200, {}, completion("...")
        return 200, {}, completion(same + " And harder.")

    teacher.reply = reply
    dataset = make(taught, tasks, evol(rounds=2))
    assert dataset.manifest().steps[1].rejected == {
        "empty task": 2, "nothing gained": 2, "repeats its prompt": 2, "teacher refuses": 2,
    }  # fmt: skip
    assert dataset.manifest().rows == 20 + 2 * 16


def test_an_unknown_teacher_or_prompt_is_refused_before_anything_runs(taught, corpus, teacher):
    with pytest.raises(UnknownName, match="teachr"):
        make(taught, SEEDS, OssInstruct(teacher="teachr"))
    with pytest.raises(UnknownName) as refused:
        make(taught, SEEDS, oss(prompt="oss-instrct"))
    assert "oss-instruct" in refused.value.remedy
    assert not teacher.asked


def test_a_base_model_continues_a_text(taught, corpus, teacher):
    teacher.reply = lambda body, number: (
        200, {}, json.dumps({"choices": [{"text": " that adds.\n[Solution]\ncode", "finish_reason": "stop"}]}).encode()
    )  # fmt: skip
    rows = list(make(taught, SEEDS, oss(style="base", prompt="oss-instruct-small")).rows())
    assert rows[0].problem == load_prompt(taught, "oss-instruct-small").prefill.split("\n")[1] + " that adds."
    assert set(teacher.paths) == {"/v1/completions"}


def test_the_journal_says_what_was_answered(taught, corpus, teacher):
    dataset = make(taught, SEEDS, oss())
    (journal,) = (dataset.work / "journals").iterdir()
    lines = [msgspec.json.decode(line) for line in journal.read_bytes().splitlines()]
    assert {line["key"] for line in lines} == {row.request_sha256 for row in dataset.rows()}
    assert dataset.manifest().steps[1].facts["teacher"]["completion_tokens"] == 150
