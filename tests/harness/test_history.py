"""The history: the same answers from Parquet as from the journals, whatever became of either."""

import json

import pytest
from click.testing import CliRunner

from harness.cli import main
from harness.history import BoardRow, History, board_row, compact, keep, rebuild
from harness.history.rows import entry_suites, tally
from harness.records import Model, Run, Sampling, SuiteResult, Verdict
from harness.runs import RunFolder, list_runs
from harness.statistics import metrics, right_of

pytest.importorskip("duckdb", reason="DuckDB is not installed (the extra cluster)")


def make(workspace, name, right, model="m", n=2, complete=True):
    """Write a run of 5 problems, ``n`` samples each: ``right`` has the (problem, index) that pass both suites."""
    problems = [f"P/{i}" for i in range(5)]
    folder = RunFolder(workspace.runs / name)
    verdicts = []
    with folder.verdict_journal() as journal:
        for index in range(n):
            for number, problem in enumerate(problems):
                base = SuiteResult(passed=number != 4, tests=1, ran=1)
                passed = base.passed and (number, index) in right
                suites = {"base": base} | ({"plus": SuiteResult(passed=passed, tests=1, ran=1)} if base.passed else {})
                row = Verdict(
                    problem_id=problem, index=index, passed=passed, suites=suites, cpu_s=0.5, program_sha256="f" * 64,
                    reason="passed" if passed else "wrong answer",
                )  # fmt: skip
                verdicts.append(row)
                journal.append(row)
    run = Run(
        id=name, model=Model(name=model, source="path:x"), benchmark="tiny+", data_version="v1", data_sha256="a" * 64,
        data_source="folder", problems=problems, total_problems=5, style="chat", sampling=Sampling(n=n, temperature=0.8),
        sandbox={"kind": "docker", "trusted": True}, judged=len(verdicts), complete=complete, created=f"2026-01-0{len(name)}",
        metrics=metrics(verdicts, problems, ["base", "plus"]),
    )  # fmt: skip
    folder.write(run)
    return folder


def journal_of(folder):
    return tally(folder.verdicts().values(), entry_suites(folder.record()))


def test_parquet_says_what_the_journals_say(workspace):
    a = make(workspace, "a", {(0, 0), (0, 1), (1, 0)})
    make(workspace, "bb", {(0, 0), (2, 1)}, model="other")
    make(workspace, "ccc", {(3, 0)}, complete=False)
    done = compact(workspace)
    assert (done.kept, done.written, done.open) == (2, 2, ["ccc"])
    assert sorted(p.parent.name for p in (workspace.root / "history").rglob("benchmark=tiny+@v1/*/*.parquet")) == [
        "model=m", "model=other",
    ]  # fmt: skip
    history = History(workspace)
    # The kept rows, and that of the unfinished run, are those of the records.
    assert history.board() == [board_row(run) for run in list_runs(workspace)]
    counts = history.counts(a, a.record())
    assert counts == journal_of(a)
    assert counts.of("plus") == right_of(a.verdicts().values(), "plus", ["base", "plus"])
    assert counts.of("plus")["P/1"] == (1, 2)
    found = history.unsolved("tiny+")
    assert (found.runs, found.models, found.unsolved) == (2, 2, {"P/3": 4, "P/4": 4})
    assert history.unsolved("tiny+@v1", "base").unsolved == {"P/4": 4}
    assert compact(workspace).written == 0


def test_a_journal_that_changed_is_the_truth(workspace):
    a = make(workspace, "a", {(0, 0)})
    compact(workspace)
    assert History(workspace).fresh() == {"a"}
    with a.verdict_journal() as journal:
        result = SuiteResult(passed=True, tests=1, ran=1)
        row = Verdict(problem_id="P/3", index=0, passed=True, suites={"base": result, "plus": result}, reason="passed")
        journal.append(row)
    history = History(workspace)
    assert history.fresh() == set()
    assert history.counts(a, a.record()) == journal_of(a)
    assert "P/3" not in history.unsolved("tiny+").unsolved
    assert (compact(workspace).written, History(workspace).fresh()) == (1, {"a"})
    assert "P/3" not in History(workspace).unsolved("tiny+").unsolved


def test_files_that_are_gone_or_touched_change_nothing(workspace):
    a = make(workspace, "a", {(0, 0)})
    bb = make(workspace, "bb", {(1, 0)})
    for folder in (a, bb, a):
        assert keep(workspace, folder)
    before = History(workspace).board()
    (a.path / "verdicts.jsonl").touch()
    assert History(workspace).fresh() == {"a", "bb"}
    next((workspace.root / "history").rglob("a.parquet")).unlink()
    assert History(workspace).fresh() == {"bb"}
    assert History(workspace).counts(a, a.record()) == journal_of(a)
    assert rebuild(workspace).written == 2
    assert History(workspace).board() == before
    assert CliRunner().invoke(main, ["runs", "remove", "-y", "bb"]).exit_code == 0
    assert [row.run for row in History(workspace).board()] == ["a"]
    assert compact(workspace).removed == 1
    assert not list((workspace.root / "history").rglob("bb.parquet"))


def test_without_a_history_everything_comes_from_the_journals(workspace, monkeypatch):
    make(workspace, "a", {(0, 0)})
    compact(workspace)
    kept = History(workspace).board()
    monkeypatch.setattr("harness.history.query.installed", lambda: False)
    assert History(workspace).board() == kept
    assert History(workspace).unsolved("tiny+").unsolved == {f"P/{i}": 2 for i in range(1, 5)}


def test_the_commands(workspace):
    make(workspace, "a", {(0, 0)})
    runner = CliRunner()
    assert json.loads(runner.invoke(main, ["runs", "compact", "--json"]).stdout)["written"] == 1
    assert json.loads(runner.invoke(main, ["runs", "rebuild", "--json"]).stdout)["kept"] == 1
    said = runner.invoke(main, ["runs", "unsolved", "tiny+", "--json"])
    assert list(json.loads(said.stdout)["unsolved"]) == ["P/1", "P/2", "P/3", "P/4"]
    assert "tiny" in runner.invoke(main, ["runs", "unsolved", "tiny"]).stderr
    assert runner.invoke(main, ["runs", "list"]).exit_code == 0
    assert BoardRow.__struct_fields__[0] == "run"
