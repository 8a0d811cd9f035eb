"""`magibench ask`: prompts, events, requests on stdin, the program of an answer; with the embedded model."""

import json
import subprocess
import sys
from importlib.resources import files

import pytest

from harness.asking import Execute, Finished, Ran, prompt_of, style_of
from harness.cli.ask_loop import ending, summary
from harness.errors import UnknownName, UsageError
from harness.records import Model
from harness.sandboxing import open_sandbox
from harness.trying import language_of, program_in, run_answer

ANSWER = "Here:\n\n```python\ndef f(x):\n    return x + 1\n\nprint(f(41))\n```\n\nIt adds one."


@pytest.fixture
def place(tmp_path):
    starter = files("harness") / "starter" / "models.toml"
    (tmp_path / "models.toml").write_text(starter.read_text() + '\n[models.gone]\nsource = "path:nowhere"\n')
    return tmp_path


def run(place, *arguments, **named):
    argv = [sys.executable, "-m", "harness", "--workspace", str(place), "ask", *arguments]
    return subprocess.run(argv, capture_output=True, text=True, check=False, timeout=300, **named)


def test_a_prompt_is_put_in_the_style_asked_for():
    model = Model(name="m", source="path:m", style="magicoder")
    assert style_of(model, "auto") == "magicoder"
    assert style_of(model, "chat") == "chat"
    assert prompt_of(" hi ", "chat").turns == [{"role": "user", "content": "hi"}]
    assert prompt_of("hi", "magicoder").text.endswith("@@ Instruction\nhi\n\n@@ Response\n")
    assert prompt_of("def f(", "base").prefill == "def f("
    with pytest.raises(UsageError):
        prompt_of("  ", "chat")


def test_the_program_keeps_what_tries_it_out():
    assert program_in(ANSWER, "", "chat", "python").code.rstrip().endswith("print(f(41))")
    continued = program_in("    return 1\n\nprint(f())\n", "def f():\n", "base", "python")
    assert "def f():" in continued.code
    assert "print(f())" in continued.code
    assert program_in("I can't do that.", "", "chat", "python").how == "empty"


def test_the_language_is_that_of_the_fence():
    text = "```js\nconsole.log(1)\n```"
    assert language_of(text) == "js"
    assert language_of("print(1)") == "python"
    assert language_of("", "C++") == "cpp"
    assert program_in(text, "", "chat", "js").code == "console.log(1)"
    with pytest.raises(UnknownName):
        language_of("", "cobol")


@pytest.mark.parametrize(
    ("text", "status", "stdout"),
    [(ANSWER, "ok", "42\n"), ("```python\n1 / 0\n```", "failed", ""), ("No.", "empty", "")],
)
async def test_a_program_runs_in_the_local_sandbox(text, status, stdout):
    box = open_sandbox("local", 1)
    try:
        ran = await run_answer(box, Execute(text), "chat")
    finally:
        await box.close()
    assert (ran.status, ran.stdout) == (status, stdout)
    assert ("ZeroDivisionError" in ran.stderr) == (status == "failed")


def test_ends_are_said_in_words():
    assert summary(Finished("1", "x", "length", tokens=10, seconds=2.0, first_s=0.5)) == (
        "cut at the limit, 10 tokens, 2.0 s, 5.0 tokens/s, first after 0.50 s"
    )
    assert ending(Ran("1", "python", "x", "fenced", "timeout", detail="60 s of CPU time")).startswith("timeout: 60 s")
    assert ending(Ran("1", "cpp", "x", "fenced", "failed", step="compile", exit_code=1)).startswith("compiling, exit 1")


def test_mistakes_are_said_before_anything_is_loaded(place):
    for arguments, said in (
        (["gone", "two", "words"], "in quotes"),
        (["smollm2-135m-instruct", "x", "--file", "y"], "Leave one"),
        (["smollm2-135m-instruct", "x", "--run", "--language", "cobol"], "No language"),
        (["gone", "x"], "nowhere"),
    ):
        done = run(place, *arguments)
        assert done.returncode == 2
        assert said in done.stderr
        assert "Traceback" not in done.stderr


def test_requests_on_stdin_are_answered_by_a_model_that_stays_loaded(place):
    requests = [
        {"op": "ask", "id": "a", "prompt": "Say hello.", "max_tokens": 8},
        {"op": "nonsense"},
        {"op": "run", "id": "r", "text": ANSWER},
    ]
    argv = [sys.executable, "-m", "harness", "-w", str(place), "ask", "smollm2-135m-instruct", "--serve-stdin"]
    argv += ["--sandbox", "local"]
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:
        for request in requests:
            child.stdin.write(json.dumps(request) + "\n")
        child.stdin.flush()
        events = []
        for line in child.stdout:
            events.append(json.loads(line))
            if {"finished", "ran"} <= {event["event"] for event in events}:
                break
        # Another one, endless, and stopped.
        child.stdin.write(json.dumps({"op": "ask", "id": "b", "prompt": "Count.", "max_tokens": 900}) + "\n")
        child.stdin.flush()
        for line in child.stdout:
            events.append(json.loads(line))
            if events[-1]["event"] == "piece":
                child.stdin.write('{"op": "stop"}\n{"op": "stop"}\n')
                child.stdin.flush()
                break
        for line in child.stdout:
            events.append(json.loads(line))
            if events[-1]["event"] == "finished":
                break
        child.stdin.close()
        assert child.wait(60) == 0
    kinds = [event["event"] for event in events]
    assert kinds.count("ready") == 1
    assert any(event["event"] == "error" and "No request" in event["message"] for event in events)
    first, second = [event for event in events if event["event"] == "finished"]
    assert first["text"] == "".join(e["text"] for e in events if e["event"] == "piece" and e["id"] == "a")
    assert 0 < first["tokens"] <= 8
    assert second["finish"] == "stopped"
    assert next(event for event in events if event["event"] == "ran")["stdout"] == "42\n"


def test_a_process_whose_stdin_ends_ends(place):
    done = run(place, "smollm2-135m-instruct", "--serve-stdin", input="")
    assert done.returncode == 0


def test_a_model_that_is_not_there_is_an_event(place):
    argv = ["gone", "--serve-stdin"]
    done = run(place, *argv, input='{"op": "stop"}\n')
    event = json.loads(done.stdout.splitlines()[-1])
    assert done.returncode == 2
    assert event["event"] == "error"
    assert event["fatal"]
    assert event["remedy"]
