"""Model pages, reported numbers, and the compare page as a browser shows it."""

import html
import re
import shutil

import msgspec
import pytest

from harness.statistics import paired, right_of
from leaderboard.entries import DataReport, DataStep
from leaderboard.reported import reports
from leaderboard.site import build
from leaderboard.text import p_value
from tests.leaderboard.test_design import dump


def words(path):
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]*>", " ", path.read_text())))


@pytest.fixture(scope="module")
def trained(entries, tmp_path_factory):
    """The site of the fixtures' runs, one of them trained from another, with what others report."""
    base = next(e for e in entries if e.run.model.name == "smollm2-135m-instruct" and len(e.run.problems) == 164)
    training = {"name": "mine", "method": "lora", "step": 40, "tokens": 72998, "recipe_sha256": "4c" * 32,
                "datasets": [{"name": "evol", "rows": 1980, "rows_sha256": "46" * 32, "contamination": "35 rows removed"}]}  # fmt: skip
    model = msgspec.structs.replace(base.run.model, name="mine", base=base.run.model.name, training=training)
    run = msgspec.structs.replace(base.run, id="mine-run", model=model)
    data = DataReport(
        name="evol", rows=1980, rows_sha256="46" * 32, contamination="35 rows removed",
        steps=[DataStep(name="decontaminate", rows_in=2015, rows_out=1980, rejected={"MBPP (near)": 27})],
        by_benchmark={"MBPP": 27, "HumanEval": 8},
    )  # fmt: skip
    out = tmp_path_factory.mktemp("trained") / "site"
    build([*entries, msgspec.structs.replace(base, run=run, datasets=[data])], out, (), reports())
    return out


def test_a_model_s_page_says_where_it_comes_from_and_what_it_learned(trained):
    page = words(trained / "models" / "mine.html")
    assert "smollm2-135m-instruct mine lora, step 40, 72,998 tokens" in page
    assert "training data decontaminated" in page
    assert "decontaminate 2,015 1,980 MBPP (near) 27" in page
    assert "HumanEval 8" in page
    assert "Over its checkpoints" in page
    assert 'data-clean="decontaminated"' in (trained / "index.html").read_text()


def test_reported_numbers_have_a_source_and_no_rank(trained):
    board = (trained / "boards" / "humaneval-plus-v0.1.10.html").read_text()
    table = re.search(r'<table role="table" class="reported">.*?</table>', board, re.DOTALL)[0]
    row = re.search(r"<tr[^>]*>(?:(?!</tr>).)*Magicoder-S-DS-6.7B.*?</tr>", table, re.DOTALL)[0]
    assert "EvalPlus leaderboard" in row
    assert "2024-12-26" in row
    assert 'class="rank"' not in table
    assert "other data" in table
    papers = words(trained / "reported.html")
    assert "Magicoder, table 1" in papers
    assert "qwen2.5-coder-1.5b measured here" in papers


def test_the_compare_page_counts_as_the_command_does(trained, entries, tmp_path):
    if shutil.which("chromium") is None:
        pytest.skip("no chromium to open the page with")
    found = [
        e for e in entries if len(e.run.problems) == 164 and e.run.benchmark == "humaneval+" and e.run.sampling.n == 1
    ]
    a, b = (next(e for e in found if e.run.model.name.startswith(name)) for name in ("starcoder2", "qwen"))
    slugs = {e.run.id: e.run.id.replace("+", "-plus") for e in (a, b)}
    url = f"{(trained / 'compare.html').as_uri()}#a={slugs[a.run.id]}&b={slugs[b.run.id]}"
    page = re.sub(
        r"\s+", " ", html.unescape(re.sub(r"<[^>]*>", " ", dump(url, tmp_path, "--virtual-time-budget=4000")))
    )
    pair = paired(
        right_of(a.verdicts, "plus", a.suites), right_of(b.verdicts, "plus", b.suites), a.run.problems, "plus"
    )
    assert pair.interval is not None
    assert f"{100 * pair.difference:+.1f}" in page
    assert f"{100 * pair.interval.low:+.1f} to {100 * pair.interval.high:+.1f}".replace("-", "−") in page
    assert f"p {'' if pair.p < 0.001 else '= '}{p_value(pair.p)}" in page
    assert f"Both {pair.both}" in page
    assert f"Neither {pair.neither}" in page


def test_filters_and_chosen_runs_are_in_the_address(trained, tmp_path):
    if shutil.which("chromium") is None:
        pytest.skip("no chromium to open the page with")
    view = dump(f"{(trained / 'index.html').as_uri()}#family=SmolLM2&clean=decontaminated&pick=mine-run", tmp_path)
    rows = re.findall(r"<tr[^>]*data-run=[^>]*>", view)
    shown = {re.search(r'data-name="([^"]*)"', row)[1] for row in rows if " hidden" not in row}
    assert shown == {"mine"}
    assert len({re.search(r'data-name="([^"]*)"', row)[1] for row in rows}) > 3
    assert "mine and …" in view


def test_a_build_of_the_same_runs_makes_nothing_again(entries, tmp_path, monkeypatch):
    build(entries, tmp_path / "site", (), reports())
    before = {p: p.stat().st_mtime_ns for p in (tmp_path / "site").rglob("*") if p.is_file()}
    monkeypatch.setattr("leaderboard.site.render", lambda *_, **__: pytest.fail("a page was made again"))
    build(list(reversed(entries)), tmp_path / "site", (), reports())
    after = {p: p.stat().st_mtime_ns for p in (tmp_path / "site").rglob("*") if p.is_file()}
    assert {p: t for p, t in after.items() if not p.name.startswith(".")} == {
        p: t for p, t in before.items() if not p.name.startswith(".")
    }


def test_what_cannot_be_seen_is_named_and_endless_lines_are_cut(entries, tmp_path):
    entry = entries[0]
    program = "if access != 'user\u202e \u2066# admin\u2069 \u2066':\n    pass\n"
    programs = {(v.problem_id, v.index): program for v in entry.verdicts}
    programs[entry.verdicts[0].problem_id, 0] = program + "x = '" + "a" * 10_000_000 + "'\n"
    model = msgspec.structs.replace(entry.run.model, notes="right\u202eleft")
    run = msgspec.structs.replace(entry.run, model=model)
    hostile = msgspec.structs.replace(entry, run=run, samples=programs, programs=programs)
    build([hostile], tmp_path / "out")
    named = 0
    for file in (tmp_path / "out").rglob("*"):
        if file.suffix not in {".html", ".js"}:
            continue
        said = file.read_text()
        assert not re.search("[\u202a-\u202e\u2066-\u2069]", said), file
        named += "⟨U+202E⟩" in said
        assert len(said) < 200_000, file
    assert named > 100
