"""Corpora and the seeds that are drawn of them."""

import gzip
import json
import os
import tracemalloc
from collections import Counter

import pytest

from harness.datagen.corpora import open_corpus
from harness.datagen.corpora.licences import recognise
from harness.datagen.frame import make_dataset
from harness.datagen.rows import Rejected, Row
from harness.datagen.seeds import Quota, Seeds
from harness.datagen.steps import Context, make_step
from harness.errors import CorpusError, RecipeError


def draw(workspace, step, seed=976):
    context = Context(workspace=workspace, folder=workspace.root, journals=workspace.root, seed=seed)
    found = list(step.run([], context))
    return [r for r in found if isinstance(r, Row)], [r for r in found if isinstance(r, Rejected)], context.facts


def of(source, **fields):
    return Seeds(corpora=[Quota(corpus=source, **fields)])


def test_a_snippet_is_1_to_15_consecutive_lines_of_its_document(workspace, corpus):
    rows, rejected, _ = draw(workspace, of("folder:code"))
    assert len(rows) == 41
    assert not rejected
    for row in rows:
        first, last = row.seed_source.lines
        lines = (corpus / row.seed_source.document).read_text().splitlines(keepends=True)
        assert 1 <= last - first + 1 <= 15
        assert row.seed == "".join(lines[first - 1 : last])
        assert (row.method, row.language, row.problem) == ("seed", "python", "")


def test_starts_and_lengths_are_uniform(workspace):
    (workspace.root / "many.jsonl").write_text(
        "".join(json.dumps({"id": n, "content": "x = 1\n" * 100}) + "\n" for n in range(6000))
    )
    rows, _, _ = draw(workspace, of("file:many.jsonl"))
    starts = Counter((r.seed_source.lines[0] - 1) // 10 for r in rows)
    assert set(starts) == set(range(10))
    assert all(480 < count < 720 for count in starts.values())
    lengths = Counter(r.seed_source.lines[1] - r.seed_source.lines[0] + 1 for r in rows if r.seed_source.lines[0] < 80)
    assert set(lengths) == set(range(1, 16))
    assert max(lengths.values()) < 1.5 * min(lengths.values())


def test_a_seed_does_not_depend_on_the_order_of_its_corpus(workspace):
    records = [json.dumps({"content": f"a = {n}\n" * (n + 1)}) for n in range(50)]
    (workspace.root / "one.jsonl").write_text("\n".join(records))
    here, _, _ = draw(workspace, of("file:one.jsonl", rows=20))
    (workspace.root / "one.jsonl").write_text("\n".join(reversed(records)))
    there, _, _ = draw(workspace, of("file:one.jsonl", rows=20))
    assert here == there
    assert len(here) == 20
    other, _, _ = draw(workspace, of("file:one.jsonl", rows=20), seed=1)
    assert other != here


def test_a_quota_takes_no_more_than_there_is(workspace, corpus):
    rows, _, facts = draw(workspace, of("folder:code", rows=1000))
    assert facts["corpora"] == [{"corpus": "code", "documents": 41, "seeds": 41}]
    assert len({r.id for r in rows}) == 41


def test_licences_are_read_and_recorded(workspace, corpus):
    rows, _, facts = draw(workspace, of("folder:code"))
    assert {r.seed_source.licence for r in rows} == {"MIT", "Apache-2.0"}
    assert facts["licences"] == {"Apache-2.0": 1, "MIT": 40}
    assert facts["licence_files"]["code"]["LICENSE"]["licence"] == "MIT"


@pytest.mark.parametrize(
    ("text", "licence"),
    [
        ("Apache License\n   Version 2.0, January 2004", "Apache-2.0"),
        ("GNU GENERAL PUBLIC LICENSE\n  Version 3, 29 June 2007", "GPL-3.0"),
        ("all mine", ""),
    ],
)
def test_a_licence_is_recognised_by_its_words(text, licence):
    assert recognise(text) == licence


def test_what_is_no_document_is_counted_by_its_reason(workspace, corpus):
    (corpus / "binary.py").write_bytes(b"\x7fELF\0\0\0")
    (corpus / "latin.py").write_bytes("x = 'ä'\n".encode("latin-1"))
    (corpus / "empty.py").write_bytes(b"")
    (corpus / "blank.py").write_bytes(b"\n \n")
    with (corpus / "huge.py").open("wb") as file:
        file.truncate(100 << 20)
    (corpus / "circle").symlink_to(corpus)
    (corpus / "gone.py").symlink_to("nowhere.py")
    os.mkfifo(corpus / "pipe.py")
    rows, rejected, _ = draw(workspace, of("folder:code"))
    assert len(rows) == 41
    assert {r.document: r.reason for r in rejected} == {
        "binary.py": "binary", "latin.py": "not UTF-8", "empty.py": "empty", "blank.py": "empty", "huge.py": "too large",
        "circle": "link", "gone.py": "link", "pipe.py": "not a file",
    }  # fmt: skip


def test_a_line_of_100_mb_is_counted_and_not_held(workspace):
    good = json.dumps({"content": "x = 1\n"}).encode()
    with gzip.open(workspace.root / "long.jsonl.gz", "wb", compresslevel=1) as file:
        file.write(good + b"\n" + b'{"content": "')
        for _ in range(100):
            file.write(b"a" * (1 << 20))
        file.write(b'"}\n{broken\n' + good)
    tracemalloc.start()
    rows, rejected, _ = draw(workspace, of("file:long.jsonl.gz"))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(rows) == 2
    assert [r.reason for r in rejected] == ["too large", "not JSON"]
    assert peak < 60 << 20, peak


def test_memory_does_not_grow_with_the_corpus(workspace):
    with (workspace.root / "big.jsonl").open("w") as file:
        for number in range(20_000):
            file.write(json.dumps({"id": number, "content": f"line {number}\n" * 200}) + "\n")
    context = Context(workspace=workspace, folder=workspace.root, journals=workspace.root)
    tracemalloc.start()
    count = sum(1 for _ in of("file:big.jsonl").run([], context))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert count == 20_000
    assert peak < 4 << 20


def test_parquet_gives_the_documents_that_json_lines_give(workspace):
    pyarrow = pytest.importorskip("pyarrow")
    records = [{"hexsha": str(n), "content": f"a = {n}\n" * 20, "lang": "C++"} for n in range(30)]
    pyarrow.parquet = pytest.importorskip("pyarrow.parquet")
    pyarrow.parquet.write_table(pyarrow.Table.from_pylist(records), workspace.root / "c.parquet")
    (workspace.root / "c.jsonl").write_text("\n".join(map(json.dumps, records)))
    first, _, _ = draw(workspace, of("file:c.parquet"))
    second, _, _ = draw(workspace, of("file:c.jsonl"))
    assert [r.seed_source.document for r in first] == [r.seed_source.document for r in second]
    assert {r.language for r in first} == {"cpp"}
    (workspace.root / "no.parquet").write_bytes(b"PAR0")
    with pytest.raises(CorpusError, match="Parquet"):
        draw(workspace, of("file:no.parquet"))


def test_the_standard_library_is_a_corpus(workspace):
    rows, _, facts = draw(workspace, of("stdlib:", rows=25))
    assert len(rows) == 25
    assert all(r.seed_source.licence == "PSF-2.0" for r in rows)
    assert facts["corpora"][0]["documents"] > 300


def test_the_paper_keeps_headers_and_comments_and_an_option_drops_them(workspace):
    header = "# Copyright 2023 Somebody\n# Licensed under the MIT licence\n"
    (workspace.root / "h.jsonl").write_text(
        "\n".join(json.dumps({"id": n, "content": header * 20 + "x = 1\n" * 3}) for n in range(40))
    )
    plain, _, _ = draw(workspace, of("file:h.jsonl"))
    assert any("Copyright" in r.seed for r in plain)
    spared, _, _ = draw(workspace, Seeds(corpora=[Quota(corpus="file:h.jsonl")], skip=("licence-headers",)))
    assert not any("Copyright" in r.seed for r in spared)
    assert all(r.seed_source.lines[0] > 40 for r in spared)
    _, rejected, _ = draw(
        workspace, Seeds(corpora=[Quota(corpus="file:h.jsonl")], skip=("comments",), lines=(1, 1)), seed=3
    )
    assert {r.reason for r in rejected} <= {"blank or comments"}


def test_generated_code_can_be_skipped(workspace):
    (workspace.root / "g.jsonl").write_text(
        json.dumps({"content": "# Code generated by protoc. DO NOT EDIT.\nx = 1\n"})
    )
    rows, rejected, _ = draw(workspace, Seeds(corpora=[Quota(corpus="file:g.jsonl")], skip=("generated",)))
    assert not rows
    assert rejected[0].reason == "generated"
    assert rejected[0].evidence == "generated by protoc."


def test_boundaries_begin_where_a_statement_does(workspace):
    pytest.importorskip("tree_sitter_python")
    text = (
        "def first():\n    call(\n        1,\n        2,\n    )\n\n\ndef second():\n    return [\n        3,\n    ]\n"
    )
    (workspace.root / "b.jsonl").write_text(
        "\n".join(json.dumps({"id": n, "content": text, "language": "python"}) for n in range(60))
    )
    rows, _, _ = draw(workspace, Seeds(corpora=[Quota(corpus="file:b.jsonl")], boundaries=True))
    begins = {r.seed.splitlines()[0].strip() for r in rows}
    assert begins == {"def first():", "call(", "def second():", "return ["}
    (workspace.root / "b.jsonl").write_text(json.dumps({"content": "x", "language": "cobol"}))
    with pytest.raises(CorpusError, match="grammar of cobol"):
        draw(workspace, Seeds(corpora=[Quota(corpus="file:b.jsonl")], boundaries=True))


def test_only_the_first_documents_are_considered(workspace):
    (workspace.root / "d.jsonl").write_text("\n".join(json.dumps({"content": f"x = {n}"}) for n in range(50)))
    rows, _, _ = draw(workspace, of("file:d.jsonl", documents=7))
    assert len(rows) == 7


@pytest.mark.parametrize("source", ["nowhere:x", "folder:absent", "file:absent.jsonl", "hub:bare-name", "stdlib:x"])
def test_a_corpus_that_is_none_is_a_clear_error(workspace, source):
    with pytest.raises(CorpusError) as refused:
        open_corpus(source, workspace).fingerprint()
    assert refused.value.remedy


@pytest.mark.parametrize(
    ("raised", "said"),
    [
        (type("GatedRepoError", (Exception,), {})("401"), "is gated"),
        (type("DatasetNotFoundError", (Exception,), {})("doesn't exist"), "has no a/b"),
        (ConnectionError("no route"), "can't be reached"),
    ],
)
def test_what_the_hub_refuses_is_said_plainly(workspace, raised, said, monkeypatch):
    datasets = pytest.importorskip("datasets")

    def refuse(*args, **kwargs):
        raise raised

    monkeypatch.setattr(datasets, "load_dataset", refuse)
    with pytest.raises(CorpusError, match=said):
        draw(workspace, of("hub:a/b@main#python"))


def test_the_hub_is_not_reached_offline(workspace, monkeypatch, tmp_path):
    datasets = pytest.importorskip("datasets")
    monkeypatch.setattr(datasets.config, "HF_HUB_OFFLINE", True)
    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", tmp_path)
    with pytest.raises(CorpusError, match="bigcode/starcoderdata"):
        draw(workspace, of("hub:bigcode/starcoderdata@main#python"))


def test_wrong_parameters_are_refused_with_a_guess():
    with pytest.raises(RecipeError) as refused:
        make_step("seeds", {"corpra": []}, "r.toml, step 1")
    assert "Did you mean corpora?" in refused.value.remedy
    with pytest.raises(RecipeError, match="lines"):
        make_step("seeds", {"lines": [9, 2]})
    with pytest.raises(RecipeError, match="rows"):
        make_step("seeds", {"corpora": [{"corpus": "stdlib:", "rows": 0}]})


def test_seeds_are_a_dataset(workspace, corpus):
    dataset = make_dataset(workspace, "s", [of("folder:code", rows=5)], seed=976)
    assert [r.method for r in dataset.rows()] == ["seed"] * 5
    assert dataset.manifest().steps[0].facts["licences"]
