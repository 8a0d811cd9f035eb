"""What pages show of MultiPL-E and DS-1000: suites, compiling and running, groups; and texts that they never show."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import msgspec
import pytest

from harness.benchmarks.suites import SUITES
from harness.publishing import gather, suite_scores
from harness.records import Evidence, Metric, Sample, StepUse, SuiteResult, Verdict
from harness.statistics import metrics, wilson
from leaderboard.details import endings_of, groups_of
from leaderboard.entries import PublishedRun
from leaderboard.site import build

SECRET = "the_text_of_a_problem"


def judged(entry: PublishedRun, benchmark: str, verdicts: list[Verdict], **changes: Any) -> PublishedRun:
    """The same run as of another benchmark, with other verdicts."""
    problems = list(dict.fromkeys(v.problem_id for v in verdicts))
    run = msgspec.structs.replace(
        entry.run,
        id=f"run-{benchmark}",
        benchmark=benchmark,
        data_version="v1",
        problems=problems,
        total_problems=len(problems),
        metrics=metrics(verdicts, problems, ["base"]),
        samples=len(verdicts),
        judged=len(verdicts),
        **changes,
    )
    return PublishedRun(run=run, verdicts=verdicts)


def program(number: int, reason: str, status: str, *steps: str, own: bool | None = None) -> Verdict:
    """A verdict of a program that was compiled and run."""
    passed = reason == "passed"
    return Verdict(
        problem_id=f"P_{number}",
        index=0,
        passed=passed,
        suites={"base": SuiteResult(passed=passed, tests=1, ran=1)},
        reason=reason,  # type: ignore[arg-type]
        peer_status=status,
        peer_passed=status == "OK" if own is None else own,
        steps=[StepUse(name=name, cpu_s=0.5, wall_s=1.0) for name in steps],
    )


@pytest.fixture
def entry(entries: list[PublishedRun]) -> PublishedRun:
    return next(e for e in entries if not e.reference and e.run.sampling.n == 1)


PROGRAMS = [
    program(0, "passed", "OK", "compile", "run"),
    program(1, "early exit", "OK", "compile", "run"),
    program(2, "compile error", "SyntaxError", "compile"),
    program(3, "timeout", "SyntaxError", "compile"),
    program(4, "wrong answer", "Exception", "compile", "run"),
]


def text_of(page: Path) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.read_text(encoding="utf-8")))


def test_compiling_and_running_stand_apart(entry: PublishedRun, tmp_path: Path) -> None:
    run = judged(entry, "multipl-e-cpp", PROGRAMS)
    found = endings_of(run)
    assert found is not None
    assert [(r.status, r.programs, r.passed, r.unbuilt, r.failed) for r in found.rows] == [
        ("OK", 2, 1, 0, 1),
        ("SyntaxError", 2, 0, 2, 0),
        ("Exception", 1, 0, 0, 1),
    ]
    assert (found.early, found.own_rule) == (1, 2)
    assert [(s.name, s.programs, s.cpu_s) for s in found.steps] == [("compile", 5, 0.5), ("run", 3, 0.5)]
    build([run], tmp_path / "out")
    text = text_of(tmp_path / "out/runs/run-multipl-e-cpp.html")
    assert "MultiPL-E C++" in text
    assert "SyntaxError 2 0 2 0" in text
    assert "1 early exit" in text
    assert "By the evaluator’s own rule 2 of 5 pass" in text


def test_other_runs_have_no_such_section(entry: PublishedRun) -> None:
    assert endings_of(entry) is None
    assert groups_of(entry) == []


def test_a_suite_shows_both_means_and_what_is_missing(entry: PublishedRun, tmp_path: Path) -> None:
    runs = []
    for number, member in enumerate(SUITES["multipl-e"]):
        # 1 of 1 problems solved in the first language, 1 of 2 in the second ...
        verdicts = [program(0, "passed", "OK", "run")]
        verdicts += [program(1 + n, "wrong answer", "Exception", "run") for n in range(number)]
        runs.append(judged(entry, member, verdicts))
    build(runs, tmp_path / "all", suite_scores(runs))
    index = text_of(tmp_path / "all/index.html")
    assert "all 6 languages" in index
    assert re.search(r"28\.6\s+40\.8\s+100\.0\s+20\.7–100\.0\s+50\.0", index)
    table = json.loads((tmp_path / "all/data/multipl-e.json").read_text())
    assert table["members"] == list(SUITES["multipl-e"])
    assert table["rows"][0]["weighted"] == pytest.approx(6 / 21)
    build(runs[:-1], tmp_path / "part", suite_scores(runs[:-1]))
    part = text_of(tmp_path / "part/index.html")
    assert "1 missing: no mean" in part
    assert "no run" in (tmp_path / "part/index.html").read_text()


def test_scores_by_group_have_intervals(entry: PublishedRun, tmp_path: Path) -> None:
    verdicts = [program(n, "passed" if n % 2 else "wrong answer", "", own=None) for n in range(8)]
    verdicts = [msgspec.structs.replace(v, peer_passed=None) for v in verdicts]
    rows = [
        Metric(suite="base", k=1, value=0.5, interval=wilson(2, 4), problems=4, solved=2, group=group)
        for group in ("library: Pandas", "library: Numpy", "perturbation: Origin")
    ]
    run = judged(entry, "ds1000", verdicts, breakdown=rows)
    assert [(g.kind, [name for name, _ in g.rows]) for g in groups_of(run)] == [
        ("library", ["Numpy", "Pandas"]),
        ("perturbation", ["Origin"]),
    ]
    build([run], tmp_path / "out")
    text = text_of(tmp_path / "out/runs/run-ds1000.html")
    assert "Library Score Problems Numpy 50.0 15.0–85.0 4 Pandas" in text
    board = text_of(next((tmp_path / "out/boards").glob("ds1000*.html")))
    assert "By library Model Numpy Pandas" in board


def test_withheld_texts_are_on_no_page(entry: PublishedRun, tmp_path: Path) -> None:
    proof = Evidence(suite="base", input=SECRET, expected=SECRET, actual=SECRET, error=SECRET)
    wrong = msgspec.structs.replace(program(0, "wrong answer", "", "run"), evidence=proof)
    key = (wrong.problem_id, 0)
    run = msgspec.structs.replace(
        judged(entry, "ds1000", [wrong]),
        samples={key: SECRET},
        programs={key: SECRET},
        prompts={wrong.problem_id: SECRET},
    )
    build([run], tmp_path / "shown")
    assert any(SECRET in p.read_text() for p in (tmp_path / "shown").rglob("*.html"))
    build([msgspec.structs.replace(run, withheld="Its texts are not shown.")], tmp_path / "withheld")
    files = [p for p in (tmp_path / "withheld").rglob("*") if p.is_file()]
    assert not any(SECRET in p.read_text() for p in files)
    page = next((tmp_path / "withheld/problems").rglob("*.html"))
    assert "Its texts are not shown." in page.read_text()
    assert "wrong answer" in page.read_text()


def test_private_answers_are_on_no_page_and_prompts_are(entry: PublishedRun, tmp_path: Path) -> None:
    proof = Evidence(suite="base", input=SECRET, expected=SECRET, actual=SECRET, error=SECRET)
    wrong = msgspec.structs.replace(program(0, "wrong answer", "", "run"), evidence=proof)
    key = (wrong.problem_id, 0)
    run = msgspec.structs.replace(
        judged(entry, "humaneval", [wrong]),
        samples={key: SECRET},
        programs={key: SECRET},
        prompts={wrong.problem_id: "specimen"},
        licence="MIT (somewhere)",
        private=True,
    )
    build([run], tmp_path / "out")
    assert not any(SECRET in p.read_text() for p in (tmp_path / "out").rglob("*") if p.is_file())
    pages = [p.read_text() for p in (tmp_path / "out/problems").rglob("*.html")]
    said = ("specimen", "MIT (somewhere)", "its owner keeps it", "wrong answer")
    assert any(all(words in page for words in said) for page in pages)


@pytest.mark.parametrize("benchmark", ["ds1000", "of-a-package-that-is-not-here"])
def test_publishing_takes_no_text_of_such_a_benchmark(
    workspace: Any, entry: PublishedRun, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, benchmark: str
) -> None:
    from harness.runs import RunFolder

    monkeypatch.delenv("MAGIBENCH_DATA", raising=False)
    monkeypatch.setenv("MAGIBENCH_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    wrong = msgspec.structs.replace(program(0, "wrong answer", "", "run"), evidence=Evidence(error=SECRET))
    made = judged(entry, benchmark, [wrong])
    folder = RunFolder(workspace.runs / made.run.id)
    with folder.sample_journal() as samples, folder.verdict_journal() as verdicts:
        samples.append(Sample(problem_id=wrong.problem_id, index=0, text=SECRET))
        verdicts.append(wrong)
    folder.write(made.run)
    taken = gather(folder, made.run)
    assert taken.withheld
    assert SECRET not in repr(taken)
