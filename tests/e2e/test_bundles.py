"""A run as one file: made the same way twice, judged again by whoever gets it, refused where it lies."""

from __future__ import annotations

import gzip
import io
import json
import tarfile

import pytest

from harness.bundles import pack, read
from harness.cli import main
from harness.errors import RunError
from harness.runs import open_run

pytestmark = pytest.mark.docker


def run(*words):
    with pytest.raises(SystemExit) as end:
        main([*words])
    return end.value.code or 0


@pytest.fixture(scope="module")
def bundled(tmp_path_factory, engine):
    """A run of three samples, two of them right, and its bundle."""
    home = tmp_path_factory.mktemp("bundles")
    assert run("init", str(home / "ws")) == 0
    rows = [
        {"task_id": "HumanEval/53", "completion": "    return x + y\n"},
        {"task_id": "HumanEval/53", "completion": "    return x - y\n"},
        {"task_id": "HumanEval/23", "completion": "    return len(string)\n"},
    ]
    (home / "mine.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    assert run("-w", str(home / "ws"), "judge", str(home / "mine.jsonl"), "-b", "humaneval", "-q") == 0
    assert run("-w", str(home / "ws"), "publish", "--bundle", "mine", "--out", str(home)) == 0
    (path,) = home.glob("*.bundle.tar.gz")
    return home, path


def changed(path, out, change):
    """Write a bundle whose files were changed, with a manifest that fits them."""
    import hashlib

    with tarfile.open(path) as tar:
        files = {m.name: tar.extractfile(m).read() for m in tar}
    manifest = json.loads(files.pop("bundle.json"))
    change(files)
    manifest["files"] = {n: {"sha256": hashlib.sha256(d).hexdigest(), "bytes": len(d)} for n, d in files.items()}
    raw = io.BytesIO()
    with tarfile.open(fileobj=raw, mode="w") as tar:
        for name, data in {"bundle.json": json.dumps(manifest).encode(), **files}.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    out.write_bytes(gzip.compress(raw.getvalue()))
    return out


def test_the_same_run_gives_the_same_bytes_and_no_folder_of_this_machine(bundled, tmp_path):
    from harness.workspace import Workspace

    home, path = bundled
    pack(open_run(Workspace(home / "ws"), "mine"), tmp_path / "again.gz")
    assert (tmp_path / "again.gz").read_bytes() == path.read_bytes()
    assert str(home).encode() not in gzip.decompress(path.read_bytes())


def test_a_sound_bundle_is_judged_again_and_accepted(bundled, tmp_path, capsys):
    _, path = bundled
    assert run("init", str(tmp_path)) == 0
    capsys.readouterr()
    assert run("-w", str(tmp_path), "verify", str(path), "--accept", "-q", "--json") == 0
    said = json.loads(capsys.readouterr().out)
    assert said["differences"] == []
    assert said["found"] == said["said"]
    (folder,) = (tmp_path / "runs").iterdir()
    kept = json.loads((folder / "run.json").read_text())
    assert kept["complete"]
    assert any("came in the bundle" in note for note in kept["notes"])
    assert run("-w", str(tmp_path), "publish") == 0


def test_a_verdict_that_was_made_up_is_found(bundled, tmp_path, capsys):
    home, path = bundled

    def lie(files):
        rows = [json.loads(line) for line in files["verdicts.jsonl"].splitlines()]
        wrong = next(row for row in rows if not row["passed"])
        right = next(row for row in rows if row["passed"] and row["problem_id"] == wrong["problem_id"])
        rows[rows.index(wrong)] = right | {"index": wrong["index"]}
        files["verdicts.jsonl"] = "".join(json.dumps(row) + "\n" for row in rows).encode()
        record = json.loads(files["run.json"])
        import msgspec

        from harness.records import Run, Verdict
        from harness.statistics import metrics

        decoded = [msgspec.convert(row, Verdict) for row in rows]
        made = msgspec.convert(record, Run)
        record["metrics"] = msgspec.to_builtins(metrics(decoded, made.problems, ["base"]))
        files["run.json"] = json.dumps(record).encode()

    liar = changed(path, tmp_path / "liar.bundle.tar.gz", lie)
    capsys.readouterr()
    assert run("-w", str(home / "ws"), "verify", str(liar), "-q") == 1
    assert "HumanEval/53" in capsys.readouterr().out


def test_what_is_no_sound_bundle_is_refused_before_anything_runs(bundled, tmp_path):
    _, path = bundled
    data = path.read_bytes()
    (tmp_path / "cut.gz").write_bytes(data[: len(data) // 2])
    (tmp_path / "text.gz").write_text("no archive")
    for name in ("cut.gz", "text.gz", "absent.gz"):
        with pytest.raises(RunError):
            read(tmp_path / name)

    def other_numbers(files):
        record = json.loads(files["run.json"])
        record["metrics"][0]["value"] = 1.0
        files["run.json"] = json.dumps(record).encode()

    def one_sample_less(files):
        files["samples.jsonl"] = b"\n".join(files["samples.jsonl"].splitlines()[1:])

    def a_stranger(files):
        files["../../evil"] = b"x"

    for change, said in ((other_numbers, "give the numbers"), (one_sample_less, "only one of"), (a_stranger, "evil")):
        with pytest.raises(RunError, match=said):
            read(changed(path, tmp_path / "changed.gz", change))
