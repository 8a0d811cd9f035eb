"""Publishing out of the history: the same bytes, and what didn't change isn't read."""

import json
import os
import shutil

import pytest
from click.testing import CliRunner

from harness import publishing
from harness.cli import main
from harness.history import compact
from harness.workspace import Workspace
from leaderboard.entries import PublishedRun, bare

pytest.importorskip("duckdb", reason="DuckDB is not installed (the extra cluster)")


def publish(workspace, *arguments):
    done = CliRunner().invoke(main, ["-w", str(workspace.root), "publish", "--json", *arguments])
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def files(folder):
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def spoil(path):
    """Write other bytes of the same size and time: nobody who doesn't read the file notices."""
    was = path.stat()
    path.write_bytes(b"x" * was.st_size)
    os.utime(path, ns=(was.st_atime_ns, was.st_mtime_ns))


@pytest.fixture(name="board")
def own_board(board, tmp_path) -> Workspace:
    """A copy that may be spoilt, without a history yet."""
    shutil.copytree(board.root, tmp_path / "own", ignore=shutil.ignore_patterns("history", "site"))
    return Workspace(tmp_path / "own")


@pytest.fixture(autouse=True)
def however_small(monkeypatch):
    monkeypatch.setattr(publishing, "SMALL", 0)


def test_the_same_bytes_with_and_without_the_history(board, tmp_path):
    publish(board, "--out", str(tmp_path / "journals"))
    assert compact(board).kept == 10
    publish(board, "--out", str(tmp_path / "history"))
    one, two = files(tmp_path / "journals"), files(tmp_path / "history")
    assert len(one) > 50
    assert one == two


def test_what_did_not_change_is_not_read(board):
    compact(board)
    first = publish(board)
    before = files(board.site)
    for folder in board.runs.iterdir():
        spoil(folder / "verdicts.jsonl")
        spoil(folder / "samples.jsonl")
    again = publish(board)
    assert again["published"] == first["published"]
    assert files(board.site) == before
    assert publish(board, "--preview")["published"] == first["published"]


@pytest.mark.parametrize("name", ["verdicts.jsonl", "samples.jsonl"])
def test_a_journal_that_changed_is_read_and_refused_where_it_is_damaged(board, name):
    compact(board)
    folder = min(board.runs.iterdir())
    (folder / name).write_bytes((folder / name).read_bytes()[:200] + b"\n{}\n")
    said = publish(board, "--preview")
    assert [refused["run"] for refused in said["refused"]] == [folder.name]
    assert folder.name not in said["published"]


def test_answers_that_were_damaged_before_are_not_taken_for_good(board):
    folder = min(board.runs.iterdir())
    path = folder / "samples.jsonl"
    path.write_bytes(b"{]\n" + path.read_bytes())
    assert compact(board).kept == 10, "its numbers need no answers"
    said = publish(board, "--preview")
    assert [refused["run"] for refused in said["refused"]] == [folder.name]
    assert f"{path}:1 is damaged" in said["refused"][0]["reason"]


def test_without_evidence_are_the_verdicts_of_what_is_private(board):
    entry = next(e for e in publishing.select(board)[0] if any(v.evidence is not None for v in e.verdicts))
    private = PublishedRun(run=entry.run, verdicts=entry.verdicts, samples=entry.samples, private=True)
    hidden = bare(bare(private))
    assert len(hidden.verdicts) == len(entry.verdicts)
    assert not hidden.samples
    assert all(verdict.evidence is None for verdict in hidden.verdicts)
    assert hidden.verdicts[0].evidence is None
    assert [v.problem_id for v in hidden.verdicts[1:3]] == [v.problem_id for v in entry.verdicts[1:3]]
