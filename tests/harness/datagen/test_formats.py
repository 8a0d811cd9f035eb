"""Import and export: published formats, in and out."""

import gzip
import json

import pytest

from harness.datagen.exchange import Import, export, records
from harness.datagen.formats import FORMATS, Unreadable, detect, read_record, write_record
from harness.datagen.frame import make_dataset
from harness.datagen.rows import SeedSource
from harness.errors import CorpusError, UsageError
from harness.workspace import data_dir

SOURCE = SeedSource(corpus="f", document="1", licence="MIT")
RECORDS = {
    "alpaca": {"instruction": "Add them.", "input": "1, 2", "output": "3"},
    "evol": {"instruction": "Add 1 and 2.", "output": "```python\n1 + 2\n```"},
    "oss-instruct": {
        "lang": "python", "raw_index": 105533, "index": 2418, "seed": "x = 1\n", "openai_fingerprint": "fp_eeff13170a",
        "problem": "p", "solution": "s",
    },
    "sharegpt": {"id": "a", "conversations": [{"from": "human", "value": "q"}, {"from": "gpt", "value": "a"}]},
    "messages": {"messages": [{"role": "user", "content": "q"}, {"role": "assistant", "content": "a"}]},
}  # fmt: skip


@pytest.mark.parametrize("form", RECORDS)
def test_a_record_comes_out_as_it_went_in(form):
    record = RECORDS[form]
    assert detect(record) == form
    assert write_record(read_record(record, form, SOURCE), form) == record


@pytest.mark.parametrize("form", RECORDS)
def test_a_row_of_any_format_is_written_in_every_format(form):
    row = read_record(RECORDS[form], form, SOURCE)
    for other in FORMATS:
        written = json.loads(json.dumps(write_record(row, other)))
        if other == "rows":
            assert read_record(written, "rows", SOURCE) == row
        else:
            back = read_record(written, other, SOURCE)
            assert (back.problem.split("\n")[0], back.solution) == (row.problem.split("\n")[0], row.solution)


def test_the_input_of_alpaca_belongs_to_the_problem():
    assert read_record(RECORDS["alpaca"], "alpaca", SOURCE).problem == "Add them.\nInput: 1, 2"
    assert read_record({**RECORDS["alpaca"], "input": " "}, "alpaca", SOURCE).problem == "Add them."


def test_a_language_is_taken_from_the_column_or_the_first_fence():
    assert read_record(RECORDS["oss-instruct"], "oss-instruct", SOURCE).language == "python"
    assert read_record(RECORDS["evol"], "evol", SOURCE).language == "python"
    assert read_record(RECORDS["alpaca"], "alpaca", SOURCE, "cpp").language == "cpp"
    assert read_record({**RECORDS["evol"], "output": "```output\n3```"}, "evol", SOURCE).language == ""


def test_a_long_chat_is_kept_whole():
    turns = [{"role": r, "content": c} for r, c in
             [("system", "be"), ("user", "q"), ("assistant", "a"), ("user", "more"), ("assistant", "b")]]  # fmt: skip
    row = read_record({"messages": turns}, "messages", SOURCE)
    assert (row.problem, row.solution) == ("q", "a")
    assert write_record(row, "messages") == {"messages": turns}
    assert [t["from"] for t in write_record(row, "sharegpt")["conversations"]] == [
        "system",
        "human",
        "gpt",
        "human",
        "gpt",
    ]


@pytest.mark.parametrize(
    ("record", "form", "said"),
    [
        ({"instruction": "x"}, "evol", "no response"),
        ({"instruction": "x", "output": 3}, "evol", "no output"),
        ({"instruction": " ", "output": "y"}, "evol", "empty problem"),
        ({"conversations": []}, "sharegpt", "no conversations"),
        ({"conversations": [{"from": "gpt", "value": "a"}]}, "sharegpt", "doesn't begin"),
        ({"messages": [{"role": "tool", "content": "a"}]}, "messages", "known role"),
        ({"id": 1, "problem": "", "solution": "", "method": "x"}, "rows", "not a row"),
    ],
)
def test_what_is_not_of_its_format_says_why(record, form, said):
    with pytest.raises(Unreadable, match=said):
        read_record(record, form, SOURCE)


def test_damaged_records_are_counted_and_kept(workspace):
    lines = [json.dumps({"instruction": "a", "output": "b"}), "{torn", json.dumps({"instruction": "a"}), "[1]"]
    (workspace.root / "f.jsonl").write_text("\n".join(lines))
    dataset = make_dataset(workspace, "d", [Import(file="f.jsonl", licence="MIT")])
    assert dataset.manifest().steps[0].rejected == {"no response": 1, "not JSON": 2}
    assert next(dataset.rows()).seed_source.licence == "MIT"
    assert dataset.manifest().steps[0].facts["format"] == "evol"


def test_an_unknown_format_is_an_error(workspace):
    (workspace.root / "f.jsonl").write_text('{"question": "q"}')
    with pytest.raises(CorpusError, match="question"):
        make_dataset(workspace, "d", [Import(file="f.jsonl")])
    with pytest.raises(CorpusError, match="no file"):
        make_dataset(workspace, "d", [Import(file="g.jsonl")])


@pytest.mark.parametrize("ending", [".jsonl", ".json", ".jsonl.gz", ".json.gz", ".parquet"])
def test_every_ending_is_written_and_read(workspace, tmp_path, ending):
    rows = [read_record(RECORDS["oss-instruct"], "oss-instruct", SOURCE)] * 3
    path = tmp_path / f"out{ending}"
    assert export(rows, path, "rows") == 3
    first = path.read_bytes()
    assert export(rows, path, "rows") == 3
    assert path.read_bytes() == first
    if ending != ".parquet":
        assert [read_record(r, "rows", SOURCE) for _, r in records(path)] == rows
    with pytest.raises(UsageError):
        export(rows, tmp_path / "out.csv", "rows")
    with pytest.raises(UsageError, match="Parquet"):
        export(rows, tmp_path / "out.parquet", "alpaca")


@pytest.mark.data
@pytest.mark.parametrize(
    ("name", "form", "count", "dropped"),
    [
        ("code-alpaca/code_alpaca_2k.json.gz", "alpaca", 2015, {"empty solution": 2}),
        ("code-alpaca/new_codealpaca.json.gz", "alpaca", 4535, {}),
        ("evol-instruct/converted_alpaca_2k.json.gz", "evol", 2015, {"empty solution": 2}),
    ],
)
def test_published_data_comes_out_as_it_went_in(workspace, tmp_path, name, form, count, dropped):
    if data_dir() is None:
        pytest.skip("MAGIBENCH_DATA isn't set")
    dataset = make_dataset(workspace, "d", [Import(file=name)])
    manifest = dataset.manifest()
    assert manifest.steps[0].facts["format"] == form
    assert (manifest.rows, manifest.steps[0].rejected) == (count, dropped)
    assert len({r.id for r in dataset.rows()}) == count
    export(dataset.rows(), tmp_path / "out.json", form)
    published = json.loads(gzip.decompress((data_dir() / name).read_bytes()))
    written = json.loads((tmp_path / "out.json").read_text())
    assert written == [r for r in published if r["output"].strip()]
