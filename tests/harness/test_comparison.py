"""Comparing two runs: paired, only like with like, in every form that is printed."""

import json

import pytest
from click.testing import CliRunner
from scipy import stats

from harness.cli import main
from harness.comparison import compare
from harness.errors import IncompleteRun, UsageError
from harness.records import Model, Run, Sampling, SuiteResult, Verdict
from harness.runs import RunFolder
from harness.statistics import metrics


def make(workspace, name, right, *, problems=None, **changes):
    """Write a run in which the problems ``right`` are solved; base is solved by everyone."""
    problems = problems or [f"HumanEval/{i}" for i in range(20)]
    folder = RunFolder(workspace.runs / name)
    verdicts = []
    with folder.verdict_journal() as journal:
        for problem in problems:
            passed = int(problem.partition("/")[2]) in right
            base, plus = (SuiteResult(passed=p, tests=9, ran=9) for p in (True, passed))
            reason = "passed" if passed else "wrong answer"
            row = Verdict(
                problem_id=problem, index=0, passed=passed, suites={"base": base, "plus": plus}, reason=reason
            )
            verdicts.append(row)
            journal.append(row)
    settings = {
        "id": name, "model": Model(name=name, source="path:x"), "benchmark": "humaneval+", "data_version": "v0.1.10",
        "data_sha256": "a" * 64, "data_source": "folder", "problems": problems, "total_problems": 164, "style": "chat",
        "sandbox": {"kind": "docker", "trusted": True, "runtime": "default", "python": {"python": "3.11.2"}},
        "samples": len(problems), "judged": len(problems), "complete": True,
        "metrics": metrics(verdicts, problems, ["base", "plus"]),
    }  # fmt: skip
    folder.write(Run(**(settings | changes)))
    return folder


def test_counts_difference_and_p(workspace):
    a = make(workspace, "a", set(range(12)))
    b = make(workspace, "b", set(range(3)) | {18, 19})
    result = compare(a, b)
    base, plus = result.suites
    assert (base.both, base.p) == (20, 1.0)
    assert (plus.both, plus.only_a, plus.only_b, plus.neither) == (3, 9, 2, 6)
    assert plus.difference == pytest.approx(7 / 20)
    assert plus.p == pytest.approx(stats.binomtest(2, 11, 0.5).pvalue)
    assert plus.interval.low < plus.difference < plus.interval.high
    assert plus.losses == ["HumanEval/18", "HumanEval/19"]
    assert result.differences == []
    mirrored = compare(b, a).suites[1]
    assert (mirrored.only_a, mirrored.only_b, mirrored.p) == (2, 9, plus.p)


def test_only_shared_problems_count(workspace):
    a = make(workspace, "a", {0, 1, 2}, problems=[f"HumanEval/{i}" for i in range(6)])
    b = make(workspace, "b", {2, 3}, problems=[f"HumanEval/{i}" for i in range(2, 9)])
    result = compare(a, b)
    assert result.problems == [f"HumanEval/{i}" for i in range(2, 6)]
    assert result.left_out == [f"HumanEval/{i}" for i in (0, 1, 6, 7, 8)]
    assert result.suites[1].problems == 4
    assert (result.suites[1].both, result.suites[1].only_b) == (1, 1)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"benchmark": "mbpp+"}, "mbpp"),
        ({"data_version": "v0.1.9"}, "v0.1.9"),
        ({"data_sha256": "b" * 64}, "data differ"),
        ({"problems": ["HumanEval/99"]}, "no problem in common"),
    ],
)
def test_unlike_runs_are_refused(workspace, changes, words):
    a = make(workspace, "a", {1})
    b = make(workspace, "b", {1}, **changes)
    with pytest.raises(UsageError, match=words) as caught:
        compare(a, b)
    assert caught.value.remedy


def test_an_incomplete_run_is_refused(workspace):
    a = make(workspace, "a", {1})
    b = make(workspace, "b", {1}, complete=False, judged=19)
    with pytest.raises(IncompleteRun, match="19"):
        compare(a, b)
    with pytest.raises(UsageError, match="twice"):
        compare(a, a)


def test_differing_settings_are_named(workspace):
    a = make(workspace, "a", {1})
    b = make(workspace, "b", {1}, style="base", sampling=Sampling(max_tokens=512),
             sandbox={"kind": "local", "trusted": False, "python": {"python": "3.12.1"}})  # fmt: skip
    said = {d.setting: (d.a, d.b) for d in compare(a, b).differences}
    assert said["style"] == ("chat", "base")
    assert said["most new tokens"] == ("768", "512")
    assert said["sandbox trusted"] == ("yes", "no")
    assert said["python"] == ("python 3.11.2", "python 3.12.1")


def run(workspace, *arguments):
    return CliRunner().invoke(main, ["-w", str(workspace.root), "compare", *arguments])


def test_the_command_prints_text_json_and_markdown(workspace):
    make(workspace, "first-run", set(range(12)))
    make(workspace, "second-run", {0, 19}, style="base")
    plain = run(workspace, "first", "second")
    assert plain.exit_code == 0, plain.output
    assert "differs: style: A chat, B base" in plain.stdout
    assert "A is better (exact McNemar, p = 0.006)" in plain.stdout
    assert "HumanEval/19" in plain.stdout
    value = json.loads(run(workspace, "first", "second", "--json").stdout)
    assert value["suites"][1]["only_a"] == 11
    assert value["a"]["run"] == "first-run"
    table = run(workspace, "first", "second", "--markdown").stdout
    assert "| plus | 60.0 | 10.0 | +50.0 |" in table
    widths = {line.count("|") for line in table.splitlines() if line.startswith("|")}
    assert len(widths) == 1
    linked = run(workspace, "first", "second", "--markdown", "--site", "https://board.example/x/").stdout
    assert "[`HumanEval/19`](https://board.example/x/problems/" in linked
    assert "HumanEval-19.html#run-first-run)" in linked


def test_mistakes_end_with_two_lines_and_status_2(workspace):
    make(workspace, "first-run", {1})
    make(workspace, "second-run", {1})
    unknown = run(workspace, "first-run", "secnd-run")
    assert unknown.exit_code == 2
    assert "second-run" in unknown.stderr
    both = run(workspace, "first", "second", "--json", "--markdown")
    assert both.exit_code == 2


def test_a_terminal_gets_a_drawn_table(workspace, capsys):
    from harness.cli.compare import _Pages, _rich

    a, b = make(workspace, "a", set(range(12))), make(workspace, "b", {0, 19})
    result = compare(a, b)
    _rich(result, _Pages(result, ""))
    said = capsys.readouterr().out
    assert "exact McNemar" in said
    assert "HumanEval/19" in said


def test_three_runs_are_ranked_in_tiers(workspace):
    make(workspace, "one", set(range(18)))
    make(workspace, "two", set(range(17)))
    make(workspace, "three", {0, 19}, style="base")
    plain = run(workspace, "one", "two", "three")
    assert plain.exit_code == 0, plain.output
    assert "differs from the first run: three: style: base (first: chat)" in plain.stdout
    field = json.loads(run(workspace, "three", "one", "two", "--json").stdout)
    standings = field["suites"][1]["standings"]
    assert [(s["run"], s["tier"]) for s in standings] == [("one", 1), ("two", 1), ("three", 2)]
    pairs = {(p["a"], p["b"]): p for p in field["suites"][1]["pairs"]}
    assert pairs["one", "two"]["adjusted"] == 1.0
    assert pairs["one", "three"]["adjusted"] == pytest.approx(3 * pairs["one", "three"]["p"])
    table = run(workspace, "one", "two", "three", "--markdown").stdout
    plus = table.partition("*plus*")[2]
    assert [line[:4] for line in plus.splitlines() if line.startswith(("| 1", "| 2"))] == ["| 1 ", "| 1 ", "| 2 "]


def test_ranking_refuses_what_comparing_refuses(workspace):
    for name in ("one", "two"):
        make(workspace, name, {1})
    make(workspace, "other", {1}, benchmark="mbpp+")
    make(workspace, "partly", {1}, complete=False)
    assert run(workspace, "one").exit_code == 2
    assert "twice" in run(workspace, "one", "two", "one").stderr
    assert "mbpp" in run(workspace, "one", "two", "other").stderr
    assert "incomplete" in run(workspace, "one", "two", "partly").stderr
