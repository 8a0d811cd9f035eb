"""Parquet files of the history: written under another name, then put in place."""

from __future__ import annotations

import os
import time
import uuid
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from harness.history.rows import FORMAT, Entry


@cache
def schema() -> Any:
    """Return the columns of a run's verdicts."""
    import pyarrow as pa

    return pa.schema([
        ("problem", pa.string()), ("index", pa.uint32()), ("passed", pa.bool_()), ("stage", pa.uint8()),
        ("infra", pa.bool_()), ("reason", pa.string()), ("how", pa.string()), ("cached", pa.bool_()),
        ("cpu_s", pa.float32()), ("peak_mib", pa.float32()), ("program", pa.uint64()),
    ])  # fmt: skip


@cache
def _index_schema() -> Any:
    import pyarrow as pa

    counts = pa.list_(pa.uint32())
    return pa.schema([
        ("run", pa.string()), ("benchmark", pa.string()), ("data_version", pa.string()), ("model", pa.string()),
        ("format", pa.uint16()), ("made_ns", pa.int64()), ("board", pa.binary()), ("file", pa.string()),
        ("record_size", pa.int64()), ("record_mtime_ns", pa.int64()),
        ("journal_size", pa.int64()), ("journal_mtime_ns", pa.int64()), ("journal_sha256", pa.string()),
        ("samples_size", pa.int64()), ("samples_mtime_ns", pa.int64()), ("samples_sha256", pa.string()),
        ("suites", pa.list_(pa.string())), ("problems", pa.list_(pa.string())), ("judged", counts),
        ("right_counts", pa.list_(counts)),
    ])  # fmt: skip


def write_verdicts(path: Path, columns: Mapping[str, Any]) -> None:
    """Write the verdicts of a run; see ``rows.columns``."""
    import pyarrow as pa

    _write(pa.Table.from_pydict(dict(columns), schema=schema()), path)


def write_index(folder: Path, entries: Sequence[Entry]) -> Path:
    """Write rows of the index as one file more; return it."""
    import pyarrow as pa

    rows = [_flat(entry) for entry in sorted(entries, key=lambda e: e.row.run)]
    path = folder / f"{uuid.uuid4().hex[:16]}.parquet"
    _write(pa.Table.from_pylist(rows, schema=_index_schema()), path)
    return path


def _flat(entry: Entry) -> dict[str, Any]:
    """Return the columns of one row of the index."""
    return {
        "run": entry.row.run,
        "benchmark": entry.row.benchmark,
        "data_version": entry.row.data_version,
        "model": entry.row.model,
        "format": FORMAT,
        "made_ns": time.time_ns(),
        "board": msgspec.msgpack.encode(entry.row),
        "file": entry.file,
        "record_size": entry.record.size,
        "record_mtime_ns": entry.record.mtime_ns,
        "journal_size": entry.journal.size,
        "journal_mtime_ns": entry.journal.mtime_ns,
        "journal_sha256": entry.journal.sha256,
        "samples_size": entry.samples.size,
        "samples_mtime_ns": entry.samples.mtime_ns,
        "samples_sha256": entry.samples.sha256,
        "suites": entry.tally.suites,
        "problems": entry.tally.problems,
        "judged": entry.tally.judged,
        "right_counts": entry.tally.right,
    }


def _write(table: Any, path: Path) -> None:
    """Write a table: readers see the whole file or none."""
    from pyarrow import parquet

    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        parquet.write_table(table, part, compression="zstd")
        with part.open("rb") as file:
            os.fsync(file.fileno())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
