"""The commands about data, as people type them."""

import json

import pytest
from click.testing import CliRunner

from harness.cli import main
from harness.cli.data import COMMANDS
from harness.datagen.dataset import Dataset


@pytest.fixture
def run(taught, monkeypatch):
    monkeypatch.chdir(taught.root)

    def call(*arguments, code=0):
        result = CliRunner().invoke(main, ["-w", str(taught.root), "data", *arguments])
        assert result.exit_code == code, result.output
        return result

    return call


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help(command):
    result = CliRunner().invoke(main, ["data", command, "--help"])
    assert result.exit_code == 0
    assert "Usage:" in result.stdout


def test_from_seeds_to_an_export_step_by_step(run, taught, corpus, teacher):
    run("seeds", "folder:code", "--rows", "12", "--name", "s")
    run("generate", "s", "--teacher", "teacher", "--name", "g", "--set", "options.concurrency=3")
    assert teacher.most_at_once <= 3
    listed = json.loads(run("list", "--json").stdout)
    assert [(m["name"], m["rows"]) for m in listed] == [("g", 12), ("s", 12)]
    shown = json.loads(run("show", "g", "--rows", "2", "--json").stdout)
    assert [r["method"] for r in shown["rows"]] == ["oss-instruct"] * 2
    assert "oss-instruct" in run("show", "g", "--rows", "1", "--rejected", "1").stdout
    run("export", "g", "out.jsonl", "--format", "sharegpt")
    lines = [json.loads(line) for line in (taught.root / "out.jsonl").read_text().splitlines()]
    assert [t["from"] for t in lines[0]["conversations"]] == ["human", "gpt"]
    manifest = json.loads(run("import", "out.jsonl", "--json").stdout)
    assert (manifest["name"], manifest["rows"]) == ("out", 12)


def test_a_recipe_makes_a_dataset_and_says_so(run, taught, corpus, teacher):
    (taught.root / "r.toml").write_text(
        'name = "mine"\n[[steps]]\nstep = "seeds"\ncorpora = [{corpus = "folder:code"}]\n'
        '[[steps]]\nstep = "oss-instruct"\nteacher = "teacher"\n[[steps]]\nstep = "clean"\n'
    )
    manifest = json.loads(run("make", "r.toml", "--json").stdout)
    assert [s["name"] for s in manifest["steps"]] == ["seeds", "oss-instruct", "clean"]
    asked = len(teacher.asked)
    said = run("make", "r.toml")
    assert "was there already" in said.stderr
    assert len(teacher.asked) == asked
    assert Dataset(taught.datasets / "mine").manifest().rows == manifest["rows"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["make", "dmo"], "'demo'"),
        (["mke"], "'make'"),
        (["show", "nothing"], "No dataset"),
        (["generate", "--teacher", "teacher"], "needs rows"),
        (
            ["generate", "s", "--teacher", "teacher", "--method", "self-instruct", "--seed-tasks", "x"],
            "rows of its own",
        ),
        (["seeds", "folder:absent"], "no folder"),
        (["seeds", "--name", "../up"], "can't be a name"),
        (["import", "absent.jsonl"], "no file"),
    ],
)
def test_what_is_wrong_is_said_with_a_remedy(taught, arguments, said, capsys):
    # The group exits itself: two lines on stderr, no traceback.
    with pytest.raises(SystemExit) as ended:
        main(["-w", str(taught.root), "data", *arguments], standalone_mode=False)
    assert ended.value.code == 2
    error = capsys.readouterr().err
    assert said in error
    assert "→" in error


def test_lists_are_json_too(run):
    names = {s["name"] for s in json.loads(run("steps", "--json").stdout)}
    assert {"seeds", "clean", "decontaminate"} <= names
    assert {r["name"] for r in json.loads(run("recipes", "--json").stdout)} >= {"demo", "oss-instruct"}
    assert json.loads(run("list", "--json").stdout) == []
