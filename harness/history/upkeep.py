"""Keeping the history: a run when it is finished, all that is missing, or everything anew."""

from __future__ import annotations

import contextlib
import fcntl
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec

from harness.errors import MagibenchError, RunError
from harness.history.rows import Entry, board_row, columns, entry_suites, history_dir, place_of, stamp, tally
from harness.history.writing import write_index, write_verdicts
from harness.journal import read_journal
from harness.records import Sample
from harness.runs import RunFolder
from harness.workspace import Workspace

SEGMENTS = 32
"""Files of the index before they are made one: every finished run adds one, and reading each costs about 0.3 ms."""
BATCH = 256
"""Runs whose rows are held at a time while all are made."""


class Upkeep(msgspec.Struct, frozen=True, kw_only=True):
    """What ``compact`` or ``rebuild`` did."""

    kept: int
    """Runs that are in the history now."""
    written: int
    """Of those, the ones made now."""
    removed: int
    """Runs that were in it and are no more."""
    open: list[str]
    """Runs that are not finished: they are read from their journals."""
    damaged: list[str]
    """Runs that can't be read, with the reason."""


def keep(workspace: Workspace, folder: RunFolder) -> bool:
    """Keep one finished run; False where it isn't finished.

    Raises:
        RunError: its journals are damaged.
        OSError: there is no room.
    """
    entry = _entry(workspace, folder)
    if entry is None:
        return False
    index = history_dir(workspace) / "index"
    with _locked(workspace):
        write_index(index, [entry])
        if len(list(index.glob("*.parquet"))) > SEGMENTS:
            _merge(workspace)
    return True


def compact(workspace: Workspace, progress: Callable[[int, int], None] | None = None) -> Upkeep:
    """Keep every finished run that is missing or has changed, forget those that are gone, make the index one file.

    Args:
        workspace: whose runs.
        progress: hears how many of how many folders have been looked at.
    """
    from harness.history.query import History

    with _locked(workspace):
        history = History(workspace)
        fresh = history.fresh()
        known = history.runs()
        folders = sorted(p for p in workspace.runs.iterdir() if p.is_dir()) if workspace.runs.is_dir() else []
        names = {p.name for p in folders}
        index = history_dir(workspace) / "index"
        entries: list[Entry] = []
        written, unfinished, damaged = 0, [], []
        for number, path in enumerate(folders, 1):
            if path.name in fresh:
                continue
            try:
                entry = _entry(workspace, RunFolder(path))
            except MagibenchError as error:
                damaged.append(f"{path.name}: {error.message}")
                continue
            if entry is None:
                unfinished.append(path.name)
                continue
            entries.append(entry)
            written += 1
            if len(entries) >= BATCH:
                write_index(index, entries)
                entries = []
            if progress:
                progress(number, len(folders))
        if entries:
            write_index(index, entries)
        gone = sorted(set(known) - names)
        for name in gone:
            (history_dir(workspace) / known[name]).unlink(missing_ok=True)
        kept = _merge(workspace, without=set(gone))
    return Upkeep(kept=kept, written=written, removed=len(gone), open=unfinished, damaged=damaged)


def rebuild(workspace: Workspace, progress: Callable[[int, int], None] | None = None) -> Upkeep:
    """Remove the history and make all of it again from the journals."""
    with _locked(workspace):
        for name in ("index", "verdicts"):
            shutil.rmtree(history_dir(workspace) / name, ignore_errors=True)
    return compact(workspace, progress)


def _entry(workspace: Workspace, folder: RunFolder) -> Entry | None:
    """Write the verdicts of a finished run; return its row for the index."""
    # Stamps come before the reading: what changes meanwhile is stale at once, never taken for fresh.
    record, journal = stamp(folder.path / "run.json"), stamp(folder.path / "verdicts.jsonl", digest=True)
    samples = stamp(folder.path / "samples.jsonl", digest=True)
    run = folder.record()
    if not run.complete:
        return None
    suites = entry_suites(run)
    verdicts = list(folder.verdicts().values())
    file = place_of(run)
    write_verdicts(history_dir(workspace) / file, columns(verdicts, suites))
    try:
        for _ in read_journal(folder.path / "samples.jsonl", Sample):
            pass
    except RunError:
        # Its numbers need no answers; whoever needs them will read them, and be told what is wrong.
        samples = msgspec.structs.replace(samples, sha256="")
    return Entry(
        row=board_row(run), record=record, journal=journal, samples=samples, tally=tally(verdicts, suites), file=file
    )


def _merge(workspace: Workspace, without: set[str] | None = None) -> int:
    """Make the index one file; return its rows. A crash in between leaves rows twice, which reading puts right."""
    from harness.history.query import merge_index

    return merge_index(history_dir(workspace) / "index", without or set())


@contextlib.contextmanager
def _locked(workspace: Workspace) -> Iterator[None]:
    """Let one process at a time change the history; reading needs no lock."""
    folder: Path = history_dir(workspace)
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
