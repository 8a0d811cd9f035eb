"""The steps after generation, on rows as the frame gives them."""

import json
from collections import Counter

import msgspec
import pytest

from harness.datagen.refining import Clean, Decontaminate, Dedup, Filter
from harness.datagen.rows import Rejected, Row, make_row
from harness.datagen.steps import Context, make_step
from harness.errors import RecipeError, UnknownName
from harness.workspace import Workspace


@pytest.fixture
def context(tmp_path):
    return Context(workspace=Workspace(tmp_path), folder=tmp_path / "step", journals=tmp_path / "journals")


def rows(*texts):
    return [make_row(problem=p, solution=s, language="python", method="imported") for p, s in texts]


def split(found):
    found = list(found)
    return [r for r in found if isinstance(r, Row)], [r for r in found if isinstance(r, Rejected)]


GCD = "def gcd(a, b):\n    while b:\n        a, b = b, a % b\n    return a\n"
LONG = " ".join(f"word{n}" for n in range(60))


def test_clean_names_the_column_and_the_first_row(context):
    given = rows(("one", "x"), ("o ne", "y"), ("two", "x\n"))
    kept, dropped = split(Clean().run(given, context))
    assert kept == given[:1]
    assert [(r.reason, r.evidence) for r in dropped] == [
        ("duplicate problem", f"row {given[0].id}"),
        ("duplicate solution", f"row {given[0].id}"),
    ]


def test_dedup_keeps_the_first_of_each_cluster(context):
    given = rows((LONG, "a b c"), ("other words entirely", "and some more of them here to be long"), (LONG, "a b d"))
    kept, dropped = split(Dedup().run(given, context))
    assert kept == given[:2]
    assert dropped[0].row == given[2]
    assert dropped[0].evidence.startswith(f"row {given[0].id}, similarity 0.9")


def test_a_threshold_is_part_of_the_signature():
    assert Dedup().parameters() != Dedup(threshold=0.8).parameters()
    assert msgspec.convert({"threshold": 0.8}, Dedup) == Dedup(threshold=0.8)


@pytest.mark.parametrize("mode", ["exact", "strict"])
def test_decontaminate_drops_with_evidence_and_leaves_a_report(context, mode, monkeypatch, tmp_path):
    monkeypatch.delenv("MAGIBENCH_DATA", raising=False)
    monkeypatch.setenv("MAGIBENCH_CACHE", str(tmp_path))
    given = rows(("Divide.", GCD), ("Read a file.", "open(path).read()"))
    kept, dropped = split(Decontaminate(mode=mode).run(given, context))
    assert kept == given[1:]
    assert dropped[0].reason == "HumanEval (exact)"
    assert dropped[0].evidence.startswith("HumanEval/13 solution, exact 1")
    assert "gsm8k_questions" in context.facts["absent"]
    report = json.loads((context.reports / "decontamination.json").read_text())
    assert (report["rows"], report["dropped"], report["by_benchmark"]) == (2, 1, {"HumanEval": 1})
    assert str(tmp_path) not in json.dumps(report)
    assert b"HumanEval/13" in (context.reports / "decontamination.html").read_bytes()


def test_other_strings_are_another_signature(tmp_path, monkeypatch):
    monkeypatch.delenv("MAGIBENCH_DATA", raising=False)
    monkeypatch.setenv("MAGIBENCH_CACHE", str(tmp_path / "cache"))
    here = Workspace(tmp_path)
    before = Decontaminate().fingerprint(here)
    apps = tmp_path / "apps.jsonl"
    apps.write_text('{"question": "A question of some length?"}\n')
    after = Decontaminate(apps=str(apps)).fingerprint(here)
    assert before["apps_docstrings"] == "absent"
    assert {key for key in before if before[key] != after[key]} == {"apps_docstrings"}
    with pytest.raises(UnknownName):
        Decontaminate(ignored=("apps",)).fingerprint(here)


def test_a_failing_sandbox_is_no_reason_to_drop():
    with pytest.raises(RecipeError, match="infrastructure"):
        Filter(drop=("infrastructure",))


@pytest.mark.docker
def test_filter_marks_every_row_and_drops_what_was_asked_for(context, engine):
    given = rows(
        ("assert gcd(4, 6) == 2", GCD), ("assert gcd(4, 6) == 3", GCD + "\n"), ("p", "def f(:"), ("q", "1 / 0")
    )
    kept, dropped = split(Filter().run(given, context))
    assert [row.columns["execution"]["state"] for row in kept] == ["passed"]
    assert [r.reason for r in dropped] == ["examples", "syntax", "error"]
    kept, dropped = split(Filter(drop=(), slots=1).run(given, context))
    assert not dropped
    assert [row.id for row in kept] == [row.id for row in given]
    assert Counter(row.columns["execution"]["state"] for row in kept)["examples"] == 1


@pytest.mark.docker
def test_filter_can_be_left_in_the_middle(context, engine):
    first = next(iter(Filter().run(rows(("p", "x = 1"), *((f"p{n}", "y = 2") for n in range(50))), context)))
    assert first.columns["execution"]["state"] == "ran"


def test_analyze_passes_rows_on_and_leaves_a_report(context):
    pytest.importorskip("matplotlib", reason="the extra analysis isn't installed")
    pytest.importorskip("sklearn", reason="the extra analysis isn't installed")
    from harness.datagen.analysis.analysing import Analyze

    given = rows(("Divide.", GCD), ("Read a file.", "open(path).read()"))
    assert list(Analyze(parts=("similarity", "lengths")).run(given, context)) == given
    assert list(Analyze().run([], context)) == []
    numbers = json.loads((context.reports / "analysis.json").read_text())
    assert numbers["similarity"]["rows"]["rows"] == 2
    assert not numbers["categories"]
    assert (context.reports / "analysis.html").exists()


@pytest.mark.parametrize(
    ("name", "parameters"),
    [
        ("clean", {}),
        ("dedup", {"threshold": 0.8}),
        ("decontaminate", {"mode": "exact", "strictness": {"near": 0.9}}),
        ("filter", {"drop": ["syntax"]}),
        ("analyze", {"parts": ["lengths"]}),
    ],
)
def test_a_recipe_finds_the_steps_by_name(name, parameters):
    step = make_step(name, parameters)
    assert step.name == name
    assert set(parameters) <= set(step.parameters())


def test_a_recipe_with_a_wrong_value_is_refused():
    with pytest.raises(RecipeError, match="decontaminate"):
        make_step("decontaminate", {"mode": "loose"})
