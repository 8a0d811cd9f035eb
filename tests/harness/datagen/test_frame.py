"""The frame: caches, manifests, errors; recipes; datasets as folders that `datasets` reads."""

import json
from collections.abc import Iterator
from typing import ClassVar

import msgspec
import pytest

from harness.datagen import frame
from harness.datagen.dataset import Dataset, list_datasets, open_dataset
from harness.datagen.events import JobEvent, StepFinished
from harness.datagen.exchange import Import
from harness.datagen.frame import make_dataset
from harness.datagen.parquet import write_parquet
from harness.datagen.recipes import list_recipes, load_prompt, load_recipe, parse_settings
from harness.datagen.rows import Rejected, Row, make_row, with_columns
from harness.datagen.steps import BUILTIN, Step, make_step, step_class
from harness.errors import DatasetError, RecipeError, UnknownName
from harness.journal import read_journal

RAN = []


class Odd(Step, frozen=True, kw_only=True):
    """Keeps every second row."""

    name: ClassVar[str] = "odd"
    unsigned: ClassVar[frozenset[str]] = frozenset({"speed"})

    of: int = 2
    speed: int = 1

    def run(self, rows, context) -> Iterator[Row | Rejected]:
        RAN.append(self.of)
        (context.reports / "page.html").write_text(f"every {self.of}")
        for number, row in enumerate(rows):
            if number % self.of:
                yield Rejected(reason=f"{number % self.of} too many", row=row, evidence="e" * 5000)
            else:
                yield with_columns(row, number=number)
        context.facts["of"] = self.of
        context.measured["luck"] = 7


class Breaks(Step, frozen=True, kw_only=True):
    """Dies in the middle."""

    name: ClassVar[str] = "breaks"

    def run(self, rows, context) -> Iterator[Row | Rejected]:
        for number, row in enumerate(rows):
            if number == 3:
                raise RecipeError("broken", "mend it")
            yield row


@pytest.fixture
def source(workspace):
    lines = [json.dumps({"instruction": f"task {n}", "output": f"answer {n}"}) for n in range(10)]
    (workspace.root / "t.jsonl").write_text("\n".join(lines))
    RAN.clear()
    return Import(file="t.jsonl")


def test_a_dataset_says_what_became_of_every_row(workspace, source):
    dataset = make_dataset(workspace, "d", [source, Odd()], description="words", seed=4)
    manifest = dataset.manifest()
    assert (manifest.name, manifest.rows, manifest.description, manifest.seed) == ("d", 5, "words", 4)
    first, second = manifest.steps
    assert (second.rows_in, second.rows_out, second.rejected) == (10, 5, {"1 too many": 5})
    assert second.input_sha256 == first.output_sha256
    assert second.output_sha256 == manifest.rows_sha256
    assert second.facts == {"of": 2}
    assert [r.columns["number"] for r in dataset.rows()] == [0, 2, 4, 6, 8]
    rejected = list(dataset.rejected())
    assert {(r.step, len(r.evidence)) for r in rejected} == {("odd", 2000)}
    assert (dataset.path / "reports" / "odd" / "page.html").read_text() == "every 2"
    timings = json.loads((dataset.path / "timings.json").read_text())
    assert timings[1]["luck"] == 7
    assert b"seconds" not in (dataset.path / "manifest.json").read_bytes()


def test_a_step_runs_again_only_when_something_changed(workspace, source):
    make_dataset(workspace, "d", [source, Odd(), Odd(of=3)])
    events = []
    make_dataset(workspace, "d", [source, Odd(speed=9), Odd(of=3)], emit=events.append)
    assert RAN == [2, 3]
    assert [e.cached for e in events if isinstance(e, StepFinished)] == [True, True, True]
    make_dataset(workspace, "d", [source, Odd(), Odd(of=4)])
    assert RAN == [2, 3, 4]
    make_dataset(workspace, "d", [source, Odd(), Odd(of=4)], seed=1)
    assert RAN == [2, 3, 4, 2, 4]
    (workspace.root / "t.jsonl").write_text(json.dumps({"instruction": "one", "output": "two"}))
    assert make_dataset(workspace, "d", [source, Odd()], seed=1).manifest().rows == 1


def test_a_step_that_breaks_keeps_what_was_done_before_it(workspace, source):
    with pytest.raises(RecipeError, match="broken"):
        make_dataset(workspace, "d", [source, Odd(), Breaks()])
    with pytest.raises(DatasetError, match="begun and not finished"):
        Dataset(workspace.datasets / "d").manifest()
    assert [d.name for d in list_datasets(workspace)] == ["d"]
    make_dataset(workspace, "d", [source, Odd()])
    assert RAN == [2]


def test_a_dataset_is_made_of_another(workspace, source):
    parent = make_dataset(workspace, "p", [source, Odd()])
    child = make_dataset(workspace, "c", [Odd(of=5)], parent=parent)
    manifest = child.manifest()
    assert [s.name for s in manifest.steps] == ["import", "odd", "odd"]
    assert manifest.parents[0].name == "p"
    assert manifest.parents[0].rows_sha256 == manifest.steps[-1].input_sha256
    pages = {path.name: (path / "page.html").read_text() for path in child.reports()}
    assert pages == {"odd-1": "every 2", "odd": "every 5"}
    last = make_dataset(workspace, "l", [Odd(of=3)], parent=child)
    assert sorted(path.name for path in last.reports()) == ["odd", "odd-1", "odd-2"]


def test_a_chain_needs_a_beginning_and_only_one(workspace, source):
    with pytest.raises(RecipeError, match="odd, needs rows"):
        make_dataset(workspace, "d", [Odd()])
    with pytest.raises(RecipeError, match="rows of its own"):
        make_dataset(workspace, "d", [source, source])
    with pytest.raises(RecipeError, match="no steps"):
        make_dataset(workspace, "d", [])


def test_one_command_at_a_time_makes_a_dataset(workspace, source):
    with Dataset(workspace.datasets / "d").locked(), pytest.raises(DatasetError, match="Another command"):
        make_dataset(workspace, "d", [source])


def test_events_are_written_for_those_who_follow(workspace, source, monkeypatch):
    monkeypatch.setattr(frame, "EVERY_S", 0.0)
    dataset = make_dataset(workspace, "d", [source, Odd()])
    kinds = [type(e).__name__ for e in read_journal(dataset.path / "events.jsonl", JobEvent)]
    assert kinds[0] == "JobStarted"
    assert kinds[-1] == "JobFinished"
    assert kinds.count("StepStarted") == kinds.count("StepFinished") == 2
    assert "StepProgress" in kinds


def test_datasets_reads_the_folder_as_it_is(workspace, source, tmp_path):
    datasets = pytest.importorskip("datasets")
    dataset = make_dataset(workspace, "d", [source, Odd()])
    loaded = datasets.load_dataset(
        "json", data_files=str(dataset.path / "rows.jsonl"), split="train", cache_dir=str(tmp_path / "cache")
    )
    assert loaded["problem"][:2] == ["task 0", "task 2"]
    write_parquet(dataset.rows(), tmp_path / "rows.parquet")
    loaded = datasets.load_dataset(
        "parquet", data_files=str(tmp_path / "rows.parquet"), split="train", cache_dir=str(tmp_path / "cache")
    )
    assert loaded["id"] == [r.id for r in dataset.rows()]


def test_rows_may_be_parquet(workspace, source):
    dataset = make_dataset(workspace, "d", [source, Odd()])
    rows = list(dataset.rows())
    assert write_parquet(rows, dataset.path / "rows.parquet") == 5
    (dataset.path / "rows.jsonl").unlink()
    assert list(open_dataset(workspace, "d").rows()) == rows
    (dataset.path / "rows.parquet").write_bytes(b"nothing")
    with pytest.raises(DatasetError, match="Parquet"):
        list(dataset.rows())


def test_a_dataset_can_be_made_as_parquet(workspace, source):
    lines = make_dataset(workspace, "d", [source, Odd()])
    rows, manifest = list(lines.rows()), lines.manifest()
    packed = make_dataset(workspace, "d", [source, Odd()], parquet=True)
    assert {p.name for p in packed.path.iterdir()} & {"rows.jsonl", "rows.parquet"} == {"rows.parquet"}
    assert list(packed.rows()) == rows
    assert packed.manifest() == manifest
    child = make_dataset(workspace, "c", [Odd(of=3)], parent=packed)
    assert child.manifest().steps[-1].input_sha256 == manifest.rows_sha256


def test_a_damaged_line_is_named(workspace, source):
    dataset = make_dataset(workspace, "d", [source])
    path = dataset.path / "rows.jsonl"
    path.unlink()
    path.write_bytes(b'{"id": 3}\n')
    with pytest.raises(DatasetError, match=r"rows\.jsonl:1"):
        list(dataset.rows())


def test_the_id_of_a_row_is_its_content():
    one = make_row(method="imported", problem="p", solution="s")
    assert one == make_row(method="imported", problem="p", solution="s")
    assert one.id != make_row(method="imported", problem="p", solution="t").id
    assert with_columns(one, x=1).id == one.id


def test_the_recipes_that_come_with_magibench_are_right(workspace):
    found = {name: load_recipe(workspace, name) for name in list_recipes(workspace)}
    assert set(found) >= {"demo", "oss-instruct", "self-instruct", "evol-instruct"}
    seeds = found["oss-instruct"].steps[0]
    assert sum(q.rows for q in seeds.corpora) == 80_000
    assert {q.language: q.rows for q in seeds.corpora}["python"] == 40_000
    assert found["oss-instruct"].seed == 976
    for name in ("oss-instruct", "oss-instruct-small", "evol-instruct", "self-instruct"):
        assert len(load_prompt(workspace, name).sha256) == 64


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("name = ", "is not TOML"),
        ('nane = "x"', "Did you mean name"),
        ('name = "a/b"\n[[steps]]\nstep = "seeds"', "can't be a name"),
        ('name = "a"', "has no steps"),
        ("[[steps]]\nlines = [1, 2]", "which step"),
        ('[[steps]]\nstep = "sedes"', "seeds"),
        ('[[steps]]\nstep = "seeds"\nskip = ["blnk"]', "skip"),
        ('[[steps]]\nstep = "oss-instruct"', "teacher"),
        ('format = "csv"\n[[steps]]\nstep = "seeds"', "format is"),
        ('seed = "x"\n[[steps]]\nstep = "seeds"', "seed is"),
    ],
)
def test_a_recipe_that_is_wrong_is_refused_with_a_remedy(workspace, text, said):
    path = workspace.root / "r.toml"
    path.write_text(text)
    with pytest.raises((RecipeError, UnknownName)) as refused:
        load_recipe(workspace, str(path))
    assert said in f"{refused.value.message} {refused.value.remedy}"


def test_a_workspaces_own_recipe_comes_first(workspace):
    (workspace.root / "recipes" / "data").mkdir(parents=True)
    (workspace.root / "recipes" / "data" / "demo.toml").write_text('description = "mine"\n[[steps]]\nstep = "seeds"')
    assert load_recipe(workspace, "demo").description == "mine"
    with pytest.raises(UnknownName) as refused:
        load_recipe(workspace, "dmo")
    assert "'demo'" in refused.value.remedy


def test_settings_of_the_command_line_are_toml_or_text():
    assert parse_settings(["n=2", "options.concurrency=64", "style=base"]) == {
        "n": 2, "options": {"concurrency": 64}, "style": "base",
    }  # fmt: skip
    with pytest.raises(RecipeError):
        parse_settings(["n"])


@pytest.mark.parametrize("name", BUILTIN)
def test_every_step_has_its_name_and_plain_parameters(name):
    kind = step_class(name)
    assert kind.name == name
    required = {"teacher": "t", "file": "f", "seed_tasks": "s"}
    step = make_step(name, {k: v for k, v in required.items() if k in kind.__struct_fields__})
    assert msgspec.json.encode(step.parameters())
