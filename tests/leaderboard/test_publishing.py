"""`magibench publish` as its user meets it."""

import json

import msgspec
import pytest
from click.testing import CliRunner

from harness.cli import main
from harness.publishing import public
from harness.runs import RunFolder


@pytest.fixture
def make():
    """The conftest's own factory of run folders."""
    import sys

    return next(m for n, m in sys.modules.items() if n.endswith("leaderboard.conftest"))


def publish(workspace, *arguments):
    return CliRunner().invoke(main, ["-w", str(workspace.root), "publish", *arguments])


def test_it_writes_the_site_and_says_where(workspace, make):
    make.make_run(workspace, make.MODELS[0], limit=10)
    done = publish(workspace)
    assert done.exit_code == 0, done.output
    assert done.stdout.strip() == str(workspace.site / "index.html")
    assert "file://" in done.stderr
    assert (workspace.site / "index.html").is_file()


def test_out_and_json(board, tmp_path):
    done = publish(board, "--out", str(tmp_path / "elsewhere"), "--json")
    value = json.loads(done.stdout)
    assert value["index"] == str(tmp_path / "elsewhere/index.html")
    assert len(value["published"]) == 10
    assert value["refused"] == []
    assert value["report"]["runs"] == 10


def test_what_is_refused_is_named_with_the_reason(workspace, make):
    good = make.make_run(workspace, make.MODELS[0], limit=10)
    short = make.make_run(workspace, make.MODELS[1], limit=10, missing=3)
    local = make.make_run(workspace, make.MODELS[2], limit=10, trusted=False)
    done = publish(workspace, "--json")
    value = json.loads(done.stdout)
    assert value["published"] == [good.id]
    reasons = {r["run"]: r for r in value["refused"]}
    assert "7 of 10 samples" in reasons[short.id]["reason"]
    assert "not trusted" in reasons[local.id]["reason"]
    assert all(r["remedy"] for r in reasons.values())
    index = (workspace.site / "index.html").read_text()
    assert "smollm2" in index
    assert 'data-name="starcoder2' not in index
    assert 'data-name="qwen' not in index


def test_the_latest_of_the_same_settings_wins(workspace, make):
    old = make.make_run(workspace, make.MODELS[0], limit=10, created="2025-01-01T09:30:00Z")
    new = make.make_run(workspace, make.MODELS[0], limit=10, created="2025-02-01T09:30:00Z")
    other = make.make_run(workspace, make.MODELS[0], limit=10, created="2025-01-01T09:30:00Z", style="base")
    make.make_run(workspace, make.MODELS[0], limit=10, created="2025-03-01T09:30:00Z", missing=1)
    value = json.loads(publish(workspace, "--json").stdout)
    assert sorted(value["published"]) == sorted([new.id, other.id])
    assert value["superseded"] == [{"run": old.id, "by": new.id}]


def test_runs_can_be_named(board, tmp_path):
    name = next(p.name for p in board.runs.iterdir() if "magicoder" in p.name)
    value = json.loads(publish(board, "--out", str(tmp_path / "out"), "--json", name[:25]).stdout)
    assert value["published"] == [name]


def test_a_named_run_that_is_refused_is_an_error(workspace, make):
    short = make.make_run(workspace, make.MODELS[1], limit=10, missing=3)
    done = publish(workspace, short.id)
    assert done.exit_code == 2
    assert "incomplete" in done.stderr
    assert "→" in done.stderr
    assert not workspace.site.exists()
    assert publish(workspace, "nosuchrun").exit_code == 2


def test_numbers_that_the_verdicts_do_not_give_are_refused(workspace, make):
    folder = make.make_run(workspace, make.MODELS[0], limit=10)
    run = folder.record()
    forged = [msgspec.structs.replace(m, value=1.0, solved=10) for m in run.metrics]
    RunFolder(folder.path).write(msgspec.structs.replace(run, metrics=forged))
    value = json.loads(publish(workspace, "--json").stdout)
    assert value["published"] == []
    assert "don't give the numbers" in value["refused"][0]["reason"]


def test_an_empty_workspace_gives_a_page_that_helps(workspace):
    done = publish(workspace)
    assert done.exit_code == 0
    assert "No run can be published yet" in done.stderr
    assert "magibench eval" in (workspace.site / "index.html").read_text()


def test_prompts_come_from_the_benchmark_where_its_data_is_at_hand(workspace, make):
    make.make_run(workspace, make.MODELS[0], benchmark="humaneval", version="v1.0", limit=3)
    publish(workspace)
    page = (workspace.site / "problems/humaneval-v1.0/HumanEval-0.html").read_text()
    assert "prompt-title" in page
    make.make_run(workspace, make.MODELS[0], benchmark="humaneval", version="v1.0", limit=3, data_sha256="0" * 64, seed=2,
                  created="2025-12-01T09:30:00Z")  # fmt: skip
    publish(workspace)
    with_prompt = ["prompt-title" in p.read_text() for p in (workspace.site / "problems").glob("*/HumanEval-0.html")]
    assert sorted(with_prompt) == [False, True]


@pytest.mark.parametrize(
    ("command", "shown"),
    [
        ("magibench -w /home/ada/work eval m humaneval", "magibench eval m humaneval"),
        ("magibench --workspace=/home/ada eval m humaneval --limit 4", "magibench eval m humaneval --limit 4"),
        (
            "magibench judge '/home/ada/my samples.jsonl' -b humaneval+",
            "magibench judge 'my samples.jsonl' -b humaneval+",
        ),
        ("magibench judge out/s.jsonl --out=/home/ada/x", "magibench judge out/s.jsonl --out=x"),
        ("", ""),
    ],
)
def test_a_published_command_names_no_folder_of_the_machine(workspace, make, command, shown):
    run = make.make_run(workspace, make.MODELS[0], limit=2).record()
    assert public(msgspec.structs.replace(run, command=command)).command == shown


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("path:/home/ada/models/tuned", "path:tuned"),
        ("path:models/tuned", "path:models/tuned"),
        ("hub:org/name@abc", "hub:org/name@abc"),
        ("openai:http://localhost:8000/v1#m", "openai:http://localhost:8000/v1#m"),
        ("echo:", "echo:"),
    ],
)
def test_a_published_source_names_no_folder_of_the_machine(workspace, make, source, shown):
    run = make.make_run(workspace, make.MODELS[0], limit=2).record()
    model = msgspec.structs.replace(run.model, source=source)
    assert public(msgspec.structs.replace(run, model=model)).model.source == shown
