"""The strict rule: contamination of every kind is found, innocent rows are not, evidence shows both sides."""

import json
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.datagen.decontamination import grams, lexing, words
from harness.datagen.decontamination.report import Report, Tally, html, searched, table
from harness.datagen.decontamination.searching import search
from harness.datagen.decontamination.sources import sources


@dataclass(frozen=True)
class Plain:
    id: str
    problem: str
    solution: str
    seed: str = ""


# Written for this test in the shape of a benchmark's task, HumanEval/0.
DOCSTRING = (
    "Check if in given list of numbers, are any two numbers closer to each other than\n    given threshold.\n"
    "    >>> has_close_elements([1.0, 2.0, 3.0], 0.5)\n    False\n"
    "    >>> has_close_elements([1.0, 2.8, 3.0, 4.0, 5.0, 2.0], 0.3)\n    True"
)
SOLUTION = """for idx, elem in enumerate(numbers):
        for idx2, elem2 in enumerate(numbers):
            if idx != idx2:
                distance = abs(elem - elem2)
                if distance < threshold:
                    return True

    return False"""
RENAMED = """
def too_near(values, least):
\tfor a, x in enumerate(values):
\t  for b, y in enumerate(values):  # every pair
\t    if a != b:
\t      gap = abs(x - y)
\t      if gap < least: return True
\treturn False
"""
CPP = """#include<bits/stdc++.h>
// Check if in given vector of numbers, are any two numbers closer to each other than
// given threshold.
// >>> hasCloseElements((std::vector<float>({(float)1.0f, (float)2.0f, (float)3.0f})), (0.5f))
// (false)
bool hasCloseElements(std::vector<float> numbers, float threshold) {"""
REWORDED = "Given an array of numbers and a threshold, tell if any two numbers in the array are closer to each other than the threshold."
INNOCENT = [
    Plain(
        "innocent-1",
        "Write a function that parses a configuration file.",
        "def parse(path):\n    return open(path).read()",
    ),
    Plain(
        "innocent-2",
        "Sort an array in place.",
        "def sort(a):\n    for i in range(len(a)):\n        a.sort()\n    return a",
    ),
    Plain("innocent-3", "", ""),
    Plain("innocent-4", "What is a list of numbers?", "A list of numbers holds numbers in the order given."),
]
PLANTED = {
    "verbatim": Plain("1", f"Please:\n{DOCSTRING}", "Sure."),
    "solution": Plain("2", "Find close numbers.", f"```python\n{SOLUTION}\n```"),
    "re-indented": Plain("3", "\n".join(f"# *{line.strip()}*" for line in DOCSTRING.splitlines()), "Sure."),
    "renamed": Plain("4", "Do it.", f"```python\n{RENAMED}\n```"),
    "re-worded": Plain("5", REWORDED, "Sure."),
    "translated": Plain("6", "Complete this.", f"```cpp\n{CPP}\n```"),
    "split": Plain("7", DOCSTRING[:70], DOCSTRING[70:]),
}


@pytest.fixture(scope="module")
def human_eval():
    """HumanEval alone: it is there on every machine."""
    return tuple(source for source in sources() if source.benchmark == "HumanEval")


@pytest.fixture(scope="module")
def found(human_eval):
    rows = [*PLANTED.values(), *INNOCENT]
    return {row.id: findings for row, findings in search(rows, human_eval)}


@pytest.mark.parametrize("kind", PLANTED)
def test_planted_contamination_is_found(found, kind):
    findings = found[PLANTED[kind].id]
    assert "HumanEval/0" in {finding.task for finding in findings}


@pytest.mark.parametrize("kind", ["re-indented", "renamed", "re-worded", "translated", "split"])
def test_the_exact_rule_alone_misses_it(human_eval, kind):
    ((_, findings),) = search([PLANTED[kind]], human_eval, "exact")
    assert findings == []


@pytest.mark.parametrize("row", INNOCENT, ids=lambda row: row.id)
def test_innocent_rows_are_not_found(found, row):
    assert found[row.id] == []


def test_evidence_shows_both_sides(found):
    renamed = next(f for f in found["4"] if f.task == "HumanEval/0")
    assert renamed.rule == "code"
    assert "enumerate(values)" in renamed.matched
    assert "enumerate(numbers)" in renamed.reference
    translated = next(f for f in found["6"] if f.rule == "words" and f.task == "HumanEval/0")
    assert "closer to each other" in translated.matched
    text = f"{PLANTED['translated'].problem}\n\n{PLANTED['translated'].solution}"
    assert text[translated.start :].startswith(translated.matched)


def test_strict_contains_exact(human_eval):
    rows = [*PLANTED.values(), *INNOCENT]
    exact = {row.id for row, findings in search(rows, human_eval, "exact") if findings}
    assert exact == {row.id for row, findings in search(rows, human_eval) if any(f.rule == "exact" for f in findings)}
    assert exact == {"1", "2"}


@pytest.mark.parametrize("mode", ["exact", "strict"])
def test_any_number_of_workers_and_any_neighbours_give_the_same(human_eval, mode):
    rows = [
        Plain(f"{n}-{row.id}", row.problem, row.solution) for n in range(110) for row in (*PLANTED.values(), *INNOCENT)
    ]
    assert len(rows) > 2 * 500
    alone = list(search(rows, human_eval, mode))
    assert list(search(rows, human_eval, mode, workers=2)) == alone
    first = {row.id.partition("-")[2]: findings for row, findings in alone[:11]}
    assert all(findings == first[row.id.partition("-")[2]] for row, findings in alone)


def test_the_report_counts_quotes_and_names_what_was_absent(human_eval, tmp_path, monkeypatch):
    monkeypatch.delenv("MAGIBENCH_DATA", raising=False)
    monkeypatch.setenv("MAGIBENCH_CACHE", str(tmp_path))
    hostile = Plain("<script>alert(1)</script>", DOCSTRING + "<b>&", "")
    report = Report(mode="strict", columns=("problem",), parameters={}, searched=searched(sources()))
    tally = Tally(report)
    for row, findings in search([hostile, *INNOCENT], human_eval):
        tally.add(row.id, findings)
    done = tally.finish()
    assert (done.rows, done.dropped, done.tasks["HumanEval"] >= 1) == (5, 1, True)
    assert json.loads(done.encode())["evidence"][0]["findings"][0]["task"].startswith("HumanEval/")
    _, lines = table(done)
    assert ["GSM8K", "absent: not searched for", "0", "0"] in lines
    page = html(done).decode()
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert "absent: not searched for" in page


CODE = "def f(a, b):\n    c = [x for x in a if x not in b]\n    return sorted(c, key=len)\n"


def hashes(text, length=10):
    written = [lexing.tokens(text)]
    table = {}
    kept = {normal: table.setdefault(normal, len(table) + 1) for t in written[0] if (normal := lexing.normal(t))}
    kept = {token: sum(map(ord, token)) for token in kept}
    from harness.datagen.decontamination.index import token_numbers

    flat = np.array(token_numbers(written, kept), dtype=np.int64)
    return grams.code_grams(flat, np.array([len(written[0])]), length)[0].tolist()


def test_names_literals_comments_and_layout_make_no_difference():
    other = "def  renamed(one, two): # why\n\tthree = [ four for four in one\n\t\tif four not in two ]\n\treturn sorted(three, key = len)"
    assert hashes(CODE) == hashes(other)
    assert hashes("x = 'a' + f(1)") == hashes('yy = "bcd" + g(20.5)')


@pytest.mark.parametrize(
    "other",
    [CODE.replace("not in b", "not in a"), CODE.replace("sorted", "list"), CODE.replace("x not in", "a not in")],
)
def test_other_programs_are_other(other):
    assert hashes(CODE) != hashes(other)


@given(st.text())
def test_any_text_has_tokens_with_places(text):
    found = lexing.tokens(text)
    assert len(found) == len(lexing.spans(text))
    assert all(lexing.normal(token) != "" for token in found)


@given(st.lists(st.integers(0, 4), max_size=40), st.integers(1, 6))
def test_runs_are_equal_where_their_words_are(numbers, length):
    flat = np.array(numbers, dtype=np.int64)
    found = dict(
        zip(*(a.tolist() for a in grams.WordRuns(flat, np.array([len(numbers)])).of(length)[::-1]), strict=True)
    )
    wanted = {i for i in range(len(numbers) - length + 1) if 0 not in numbers[i : i + length]}
    assert set(found) == wanted
    for one in wanted:
        for two in wanted:
            assert (found[one] == found[two]) == (numbers[one : one + length] == numbers[two : two + length])


def test_runs_end_with_their_text():
    runs = grams.WordRuns(np.array([1, 2, 3, 1, 2, 3]), np.array([4, 2]))
    assert runs.of(3)[1].tolist() == [0, 1]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("has_close_elements", "hasCloseElements"),
        ("Sorted LISTS", "sorting vector"),
        ("returned integers", "returns number"),
    ],
)
def test_words_that_say_the_same_are_the_same(one, other):
    assert words.pieces(one) == words.pieces(other)
