"""What comparing needs of a run, from wherever it is read sooner."""

from __future__ import annotations

from harness.history.query import History
from harness.history.rows import Tally, entry_suites, tally
from harness.records import Run
from harness.runs import RunFolder
from harness.workspace import Workspace

SMALL = 4 << 20
"""Bytes of a journal that is read sooner (30 ms) than DuckDB is loaded and has read its Parquet."""


def counted(folder: RunFolder, run: Run) -> Tally:
    """Return a run's verdicts counted by problem and suite.

    Raises:
        RunError: its journal is needed and damaged.
    """
    journal = folder.path / "verdicts.jsonl"
    if journal.is_file() and journal.stat().st_size > SMALL:
        return History(Workspace(folder.path.parent.parent)).counts(folder, run)
    return tally(folder.verdicts().values(), entry_suites(run))
