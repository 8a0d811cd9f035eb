"""Runs from the command line: judged in containers, resumed after anything, the same twice."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from sandboxes.owner import LABEL, is_gone

pytestmark = [pytest.mark.docker, pytest.mark.usefixtures("engine")]


def journal(workspace: Any, run: str, name: str) -> list[dict[str, Any]]:
    """Read a journal of a run."""
    return [json.loads(line) for line in (workspace.runs / run / name).read_text().splitlines()]


def only_run(workspace: Any) -> str:
    """Return the id of the workspace's one run."""
    (folder,) = [p for p in workspace.runs.iterdir() if p.is_dir()]
    return folder.name


def test_the_reference_solutions_reach_the_ceiling_and_a_second_run_does_nothing(magibench, workspace) -> None:
    first = magibench("eval", "echo", "humaneval", "--limit", "6", "--json")
    assert first.returncode == 0, first.stderr
    (run,) = json.loads(first.stdout)
    assert run["complete"] is True
    assert [(m["suite"], m["k"], m["value"], m["solved"]) for m in run["metrics"]] == [("base", 1, 1.0, 6)]
    assert run["sandbox"]["trusted"] is True
    assert run["sandbox"]["images"]["python"]["id"].startswith("sha256:")
    lines = (workspace.runs / run["id"] / "verdicts.jsonl").read_bytes()
    again = magibench("eval", "echo", "humaneval", "--limit", "6", "--json")
    assert again.returncode == 0, again.stderr
    assert json.loads(again.stdout)[0]["metrics"] == run["metrics"]
    assert (workspace.runs / run["id"] / "verdicts.jsonl").read_bytes() == lines


@pytest.mark.parametrize("after_s", [0.5, 0.9, 1.3, 1.8, 2.4])
def test_kill_at_any_moment_then_the_same_command_completes(environment, magibench, workspace, after_s: float) -> None:
    arguments = ["eval", "echo", "humaneval", "--no-cache", "--json"]
    victim = subprocess.Popen(
        [sys.executable, "-m", "harness", *arguments],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    time.sleep(after_s)
    victim.send_signal(signal.SIGKILL)
    victim.wait()
    finished = magibench(*arguments)
    assert finished.returncode == 0, finished.stderr
    (run,) = json.loads(finished.stdout)
    assert run["complete"] is True
    assert run["metrics"][0]["solved"] == 164
    samples = [(s["problem_id"], s["index"]) for s in journal(workspace, only_run(workspace), "samples.jsonl")]
    assert len(samples) == len(set(samples)) == 164


def test_a_torn_line_is_mended(magibench, workspace) -> None:
    assert magibench("eval", "echo", "humaneval", "--limit", "4").returncode == 0
    run = only_run(workspace)
    for name in ("samples.jsonl", "verdicts.jsonl"):
        path = workspace.runs / run / name
        path.write_bytes(path.read_bytes()[:-25])
    mended = magibench("eval", "echo", "humaneval", "--limit", "4", "--json")
    assert mended.returncode == 0, mended.stderr
    assert json.loads(mended.stdout)[0]["metrics"][0]["solved"] == 4
    assert len(journal(workspace, run, "samples.jsonl")) == 4


def test_stopping_politely_keeps_what_was_done(environment, magibench, workspace) -> None:
    arguments = ["eval", "echo", "humaneval", "--no-cache"]
    process = subprocess.Popen(
        [sys.executable, "-m", "harness", *arguments], env=environment, stderr=subprocess.PIPE, text=True
    )
    # As soon as it speaks: a signal that arrives after the end would find the plain process.
    began = process.stderr.readline()
    process.terminate()
    _, said = process.communicate(timeout=60)
    assert "Traceback" not in said
    assert process.returncode == 130, began + said
    assert magibench(*arguments).returncode == 0


def test_judge_gives_a_verdict_for_every_sample(magibench, tmp_path: Path) -> None:
    rows = [
        {"task_id": "HumanEval/53", "completion": "    return x + y\n"},
        {"task_id": "HumanEval/53", "completion": "    return x - y\n"},
        {"task_id": "HumanEval/53", "solution": "def add(x, y):\n    return y + x\n"},
        {"task_id": "HumanEval/45", "completion": "    return a * h / 2.0\n"},
        {"task_id": "HumanEval/45", "completion": "    return a * h /\n"},
        {"task_id": "HumanEval/45", "completion": ""},
    ]
    file = tmp_path / "samples.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in rows))
    done = magibench("judge", str(file), "--benchmark", "humaneval", "--json")
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert [(v["problem_id"], v["index"], v["passed"], v["reason"]) for v in said["verdicts"]] == [
        ("HumanEval/53", 0, True, "passed"),
        ("HumanEval/53", 1, False, "wrong answer"),
        ("HumanEval/53", 2, True, "passed"),
        ("HumanEval/45", 0, True, "passed"),
        ("HumanEval/45", 1, False, "syntax error"),
        ("HumanEval/45", 2, False, "wrong answer"),
    ]
    (metric,) = said["run"]["metrics"]
    assert metric["value"] == pytest.approx((2 / 3 + 1 / 3) / 2)
    evidence = said["verdicts"][1]["evidence"]
    assert "assert candidate(" in evidence["test"]
    assert evidence["actual"]


def test_runs_are_listed_shown_compared_and_removed(magibench, workspace, tmp_path: Path) -> None:
    assert magibench("eval", "echo", "humaneval", "--limit", "5").returncode == 0
    rows = [{"task_id": f"HumanEval/{n}", "completion": "    return None\n"} for n in range(5)]
    file = tmp_path / "nothing.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in rows))
    assert magibench("judge", str(file), "-b", "humaneval").returncode == 0
    listed = json.loads(magibench("runs", "list", "--json").stdout)
    assert len(listed) == 2
    shown = magibench("runs", "show", "nothing", "--failed")
    assert shown.returncode == 0, shown.stderr
    assert "HumanEval/0#0" in shown.stdout
    echo = next(run["id"] for run in listed if run["model"]["name"] == "echo")
    compared = magibench("compare", echo, "nothing", "--json")
    assert compared.returncode == 0, compared.stderr
    assert magibench("publish", "--out", str(tmp_path / "site")).returncode == 0
    assert (tmp_path / "site" / "index.html").is_file()
    assert magibench("runs", "remove", "--yes", echo).returncode == 0
    assert len(json.loads(magibench("runs", "list", "--json").stdout)) == 1


def test_no_container_is_left_behind(engine, environment, magibench) -> None:
    """Neither by a run that ends nor by one that is killed, at the latest when the next one starts."""
    for after_s in (0.25, 0.3, 0.35, 0.4, 0.45, 0.6):
        victim = subprocess.Popen(
            [sys.executable, "-m", "harness", "eval", "echo", "humaneval", "--no-cache", "-q"],
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        time.sleep(after_s)
        victim.kill()
        victim.wait()
    assert magibench("eval", "echo", "humaneval", "--limit", "2", "--no-cache").returncode == 0
    end = time.monotonic() + 20
    while left := [c.name for c in engine.containers.list(all=True, ignore_removed=True) if orphan(c)]:
        assert time.monotonic() < end, left
        time.sleep(0.2)


def orphan(container: Any) -> bool:
    """Say whether a container is ours and its harness is gone."""
    return LABEL in container.labels and is_gone(container.labels[LABEL])
