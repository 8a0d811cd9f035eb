"""Numbers that others reported."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from harness.errors import DataError
from harness.workspace import data_dir
from leaderboard.reported import about, read, reports


def test_every_number_has_a_source_a_date_and_a_version():
    found = reports()
    assert {r.source.name for r in found} == {"EvalPlus leaderboard", "Magicoder"}
    for report in found:
        assert report.source.url.startswith("https://")
        assert report.source.date
        for row in report.rows:
            assert all(report.version(suite) for suite in row.scores)


def test_the_means_that_a_table_prints_follow_from_its_parts():
    libraries = {
        "Matplotlib": 155,
        "Numpy": 220,
        "Pandas": 291,
        "Pytorch": 68,
        "Scipy": 106,
        "Sklearn": 115,
        "Tensorflow": 45,
    }
    problems = {"cpp": 161, "php": 161, "js": 161, "java": 158, "swift": 158, "rs": 156}
    magicoder = next(r for r in reports() if r.source.name == "Magicoder")
    checked = 0
    for row in magicoder.rows:
        if "ds1000/Pandas" in row.scores:
            mean = sum(row.scores[f"ds1000/{name}"] * count for name, count in libraries.items()) / 1000
            assert mean == pytest.approx(row.scores["ds1000"], abs=0.06)
            checked += 1
        if "multipl-e-java" in row.scores:
            total = sum(problems.values())
            mean = sum(row.scores[f"multipl-e-{name}"] * count for name, count in problems.items()) / total
            assert mean == pytest.approx(row.scores["multipl-e"], abs=0.06)
            checked += 1
    assert checked == 6


def test_old_and_new_data_stand_apart():
    versions = {(r.source.name, r.version("mbpp+")) for r, _ in about("mbpp+", reports())}
    assert versions == {("EvalPlus leaderboard", "v0.2.0"), ("Magicoder", "2023, 399 tasks")}


def test_evalplus_board_is_the_one_that_was_downloaded():
    folder = data_dir()
    path = folder / "published" / "evalplus-leaderboard.json" if folder else Path("absent")
    if not path.is_file():
        pytest.skip("evalplus-leaderboard.json is not below MAGIBENCH_DATA")
    theirs = json.loads(path.read_bytes())
    board = next(r for r in reports() if r.source.name == "EvalPlus leaderboard")
    ours = {row.model: row.scores for row in board.rows}
    scored = {name: {k: v for k, v in row["pass@1"].items() if v is not None} for name, row in theirs.items()}
    assert ours == {name: scores for name, scores in scored.items() if scores}


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("scores = { humaneval = 101.0 }", "101.0 on humaneval"),
        ('scores = { "mbpp+" = 50.0 }', "which version of mbpp+"),
        ("score = { humaneval = 50.0 }", "score"),
    ],
)
def test_a_file_that_lies_is_refused(line, said):
    text = f"""
[source]
name = "s"
url = "https://s"
date = "2024"
sampling = "greedy"
[versions]
humaneval = "v1"
[[rows]]
model = "m"
{line}
"""
    with pytest.raises(DataError, match=said.replace("+", "[+]")):
        read("s.toml", text.encode())
