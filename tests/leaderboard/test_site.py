"""The site as a reader and a host meet it: complete, self-contained, escaped, the same every time."""

import csv
import io
import json
import re
from html.parser import HTMLParser
from urllib.parse import unquote, urlsplit

import msgspec
import pytest

from harness.errors import IncompleteRun, RunError, UsageError
from harness.records import Evidence, Model
from leaderboard.boards import arrange
from leaderboard.entries import PublishedRun
from leaderboard.site import build

HOSTILE = "</script><script>alert(1)</script><img src=x onerror=alert(2)>\"'{{ 7*7 }}"


class Page(HTMLParser):
    """What the tests ask of a page: links, ids, scripts, tags."""

    def __init__(self, text):
        super().__init__()
        self.links, self.ids, self.tags, self.scripts = [], [], [], []
        self.handlers, self.text, self._script = [], [], False
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        named = dict(attrs)
        self.tags.append((tag, named))
        self.links += [v for k, v in attrs if k in {"href", "src", "action"} and v is not None]
        self.handlers += [k for k in named if k.startswith("on")]
        if "id" in named:
            self.ids.append(named["id"])
        self._script = tag == "script"

    def handle_endtag(self, tag):
        self._script = False

    def handle_data(self, data):
        (self.scripts if self._script else self.text).append(data)


def pages(site):
    return {p.relative_to(site).as_posix(): Page(p.read_text(encoding="utf-8")) for p in site.rglob("*.html")}


def test_every_link_leads_somewhere(site):
    known = pages(site)
    for name, page in known.items():
        assert len(page.ids) == len(set(page.ids)), name
        for link in page.links:
            parts = urlsplit(link)
            if parts.scheme == "data":
                continue
            assert not parts.scheme, f"{name} leads to the network: {link}"
            assert not parts.netloc
            target = (site / name).parent / unquote(parts.path) if parts.path else site / name
            assert target.is_file(), f"{name}: {link}"
            if parts.fragment and "=" not in parts.fragment and target.suffix == ".html":
                there = known[target.resolve().relative_to(site.resolve()).as_posix()]
                assert parts.fragment in there.ids, f"{name}: {link}"


def test_nothing_is_fetched_and_only_our_scripts_may_run(site):
    css = (site / "assets/site.css").read_text()
    assert "url(" not in css
    assert "@import" not in css
    for name, page in pages(site).items():
        policy = next(named["content"] for tag, named in page.tags if named.get("http-equiv"))
        assert "connect-src 'none'" in policy
        assert "unsafe" not in policy
        assert not page.handlers, name
        assert not any("fetch(" in s or "XMLHttpRequest" in s for s in page.scripts)


def test_the_same_runs_give_the_same_bytes_in_any_order(entries, tmp_path):
    one, two = tmp_path / "one", tmp_path / "two"
    build(entries, one)
    build(list(reversed(entries)), two)
    files = sorted(p.relative_to(one) for p in one.rglob("*") if p.is_file())
    assert files == sorted(p.relative_to(two) for p in two.rglob("*") if p.is_file())
    assert all((one / f).read_bytes() == (two / f).read_bytes() for f in files)


def test_what_a_model_wrote_stays_text(entries, tmp_path):
    entry = entries[0]
    first = msgspec.structs.replace(
        entry.verdicts[0],
        evidence=Evidence(suite=HOSTILE, test=HOSTILE, input=HOSTILE, expected=HOSTILE, actual=HOSTILE, error=HOSTILE),
    )
    run = msgspec.structs.replace(
        entry.run,
        model=Model(name=HOSTILE, source=HOSTILE, family=HOSTILE, notes=HOSTILE),
        command=HOSTILE,
        backend={HOSTILE: HOSTILE},
        notes=[HOSTILE],
    )
    keys = {(v.problem_id, v.index) for v in entry.verdicts}
    for program in (HOSTILE, f"def f():\n    '''{HOSTILE}'''\n    # {HOSTILE}\n", "\ud800 broken \x00 text"):
        hostile = PublishedRun(
            run=run,
            verdicts=[first, *entry.verdicts[1:]],
            samples=dict.fromkeys(keys, program),
            programs=dict.fromkeys(keys, program),
            prompts=dict.fromkeys(run.problems, program),
        )
        out = tmp_path / "hostile"
        build([hostile], out)
        for name, page in pages(out).items():
            tags = [tag for tag, _ in page.tags]
            assert "img" not in tags, name
            assert tags.count("script") == (
                2 if name == "index.html" or name.startswith("boards/") else 3 if name == "compare.html" else 1
            )
            assert not page.handlers
            # The compare page's list of runs is data, in which no tag can begin.
            assert not any("alert" in script for script in page.scripts if not script.startswith("[["))
            assert not any("<" in script for script in page.scripts if script.startswith("[["))
        for file in [*out.glob("data/compare/*.js"), *out.glob("data/code/*.js")]:
            assert "<" not in file.read_text()
    assert any("alert(1)" in "".join(page.text) for page in pages(out).values())


def test_hostile_names_stay_inside_the_site(entries, tmp_path):
    entry = entries[0]
    problems = ["../../../etc/passwd", "a/b", "a-b", "A-B", "x" * 300, "…"]
    verdicts = [msgspec.structs.replace(entry.verdicts[i], problem_id=p) for i, p in enumerate(problems)]
    run = msgspec.structs.replace(entry.run, id="../../escape", problems=problems)
    out = tmp_path / "deep" / "out"
    build([PublishedRun(run=run, verdicts=verdicts)], out)
    assert [p.name for p in (tmp_path / "deep").iterdir()] == ["out"]
    assert sum(name.startswith("problems/") for name in pages(out)) == len(problems)
    assert len({name.lower() for name in pages(out)}) == len(pages(out))


def test_references_stand_apart_and_are_not_ranked(entries):
    for one in arrange(entries):
        for table in one.tables:
            assert [r.entry.run.model.name for r in table.references] == ["echo"]
            assert all(r.rank is None and not r.tied for r in table.references)
            assert "echo" not in {r.entry.run.model.name for r in table.rows}


def test_only_like_is_ranked_with_like(entries):
    boards = arrange(entries)
    assert [(b.benchmark, b.version) for b in boards] == [("humaneval", "v1.0"), ("humaneval+", "v0.1.10")]
    whole, part = boards[1].tables
    assert (len(whole.problems), len(part.problems)) == (164, 40)
    assert part.label == "40 of 164 problems"
    assert [r.rank for r in whole.rows] == [1, 2, 3, 4]
    values = [r.metrics["plus"].value for r in whole.rows]
    assert values == sorted(values, reverse=True)
    for row in whole.rows[1:]:
        assert row.tied == (row.versus_first.p >= 0.05)


def test_equal_scores_share_a_rank(entries):
    entry = next(e for e in entries if not e.reference)
    twin = msgspec.structs.replace(entry, run=msgspec.structs.replace(entry.run, id="twin"))
    rows = arrange([entry, twin])[0].tables[0].rows
    assert [r.rank for r in rows] == [1, 1]
    assert rows[1].tied


def test_other_data_of_the_same_version_is_another_board(entries):
    entry = next(e for e in entries if not e.reference)
    other = msgspec.structs.replace(entry, run=msgspec.structs.replace(entry.run, id="other", data_sha256="0" * 64))
    boards = arrange([entry, other])
    assert len(boards) == 2
    assert len({b.id for b in boards}) == 2


def test_downloads_hold_the_numbers_of_the_table(site):
    table = json.loads((site / "data/humaneval-plus-v0.1.10.json").read_text())
    rows = list(csv.DictReader(io.StringIO((site / "data/humaneval-plus-v0.1.10.csv").read_text())))
    assert [r["model"] for r in rows] == [r["model"] for r in table["rows"]]
    assert [float(r["pass_at_1_plus"]) for r in rows] == [r["pass_at_1_plus"] for r in table["rows"]]
    assert table["data_version"] == "v0.1.10"
    index = (site / "index.html").read_text()
    for row in table["rows"]:
        assert f"{100 * row['pass_at_1_plus']:.1f}" in index


def test_a_spreadsheet_runs_no_model_name(entries, tmp_path):
    entry = next(e for e in entries if not e.reference)
    model = msgspec.structs.replace(entry.run.model, name="=1+1")
    build([msgspec.structs.replace(entry, run=msgspec.structs.replace(entry.run, model=model))], tmp_path / "o")
    assert "'=1+1" in next((tmp_path / "o/data").glob("*.csv")).read_text()


def test_a_run_page_says_where_it_comes_from(site, entries):
    entry = next(e for e in entries if e.run.model.name == "magicoder-s-ds-6.7b")
    page = next(page for name, page in pages(site).items() if name.startswith("runs/") and "magicoder" in name)
    text = re.sub(r"\s+", " ", "".join(page.text))
    run = entry.run
    for fact in (
        run.command, run.commit[:12], "with local changes", run.data_sha256, run.template_sha256, "sha256:" + "9f" * 32,
        run.packages["torch"], run.machine["cpu"], run.created, run.finished, "magicoder",
    ):  # fmt: skip
        assert fact in text, fact
    cells = [named for tag, named in page.tags if tag == "a" and "cell" in named.get("class", "")]
    assert len(cells) == 164
    assert all(named["title"] for named in cells)


def test_a_problem_page_shows_answers_and_why_they_fail(site):
    text = "".join(pages(site)["problems/humaneval-plus-v0.1.10/HumanEval-11.html"].text)
    assert "string_xor" in text
    assert "First failing test" in text
    assert "Expected" in text
    assert "Actual" in text


def test_an_empty_board_says_how_to_make_a_run(tmp_path):
    report = build([], tmp_path / "out")
    assert "magibench eval" in report.index.read_text()
    assert report.pages == 1


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"complete": False}, "incomplete"),
        ({"infra": 2}, "failing sandbox"),
        ({"sandbox": {"kind": "local", "trusted": False}}, "not trusted"),
        ({"sandbox": {}}, "not trusted"),
        ({"sandbox": {"trusted": "yes"}}, "not trusted"),
        ({"metrics": []}, "no metrics"),
    ],
)
def test_what_may_not_be_published_is_never_written(entries, tmp_path, change, words):
    entry = entries[0]
    bad = msgspec.structs.replace(entry, run=msgspec.structs.replace(entry.run, **change))
    with pytest.raises(IncompleteRun, match=words) as caught:
        build([bad], tmp_path / "out")
    assert caught.value.remedy
    assert not (tmp_path / "out").exists()


def test_the_same_run_twice_is_refused(entries, tmp_path):
    entry = entries[0]
    with pytest.raises(RunError):
        build([entry, entry], tmp_path / "out")


def test_a_later_build_takes_away_what_an_earlier_one_wrote_and_nothing_else(entries, tmp_path):
    out = tmp_path / "out"
    first = build(entries, out)
    (out / "CNAME").write_text("example.org")
    second = build(entries[:1], out)
    assert second.removed > 0
    assert second.files < first.files
    assert (out / "CNAME").exists()
    left = {p.relative_to(out).as_posix() for p in out.rglob("*") if p.is_file()}
    assert len(left) == second.files + 2  # the manifest and CNAME
    unchanged = out / "assets/site.css"
    before = unchanged.stat().st_mtime_ns
    build(entries[:1], out)
    assert unchanged.stat().st_mtime_ns == before


def test_a_folder_with_other_things_is_left_alone(tmp_path):
    (tmp_path / "thesis.tex").write_text("years of work")
    with pytest.raises(UsageError, match="not empty"):
        build([], tmp_path)
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match="is a file"):
        build([], tmp_path / "file")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["file", "thesis.tex"]


def test_pages_stay_small(site):
    sizes = {p.relative_to(site).as_posix(): p.stat().st_size for p in site.rglob("*") if p.is_file()}
    assert max(s for n, s in sizes.items() if n.startswith("problems/")) < 200_000
    assert max(s for n, s in sizes.items() if n.startswith("runs/")) < 200_000
    assert sizes["assets/site.css"] < 30_000


def test_a_long_answer_is_cut_and_says_so(entries, tmp_path):
    entry = entries[0]
    long = PublishedRun(
        run=entry.run,
        verdicts=entry.verdicts,
        samples={(v.problem_id, v.index): "x = 1\n" * 100_000 for v in entry.verdicts},
    )
    build([long], tmp_path / "out")
    page = next((tmp_path / "out/problems").rglob("*.html"))
    assert page.stat().st_size < 200_000
    assert "more characters" in page.read_text()
