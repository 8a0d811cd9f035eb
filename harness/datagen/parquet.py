"""Rows as Parquet, with one fixed schema; ``columns`` is JSON text there, for its values have no common type."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import msgspec

from harness.datagen.rows import Row
from harness.errors import DatasetError

BATCH = 2000
"""Rows held at a time."""


def write_parquet(rows: Iterable[Row], path: Path) -> int:
    """Write rows; return how many. The file gets its name when it is whole."""
    import pyarrow as pa
    from pyarrow import parquet

    source = pa.struct([
        ("corpus", pa.string()), ("document", pa.string()), ("licence", pa.string()), ("lines", pa.list_(pa.int64())),
    ])  # fmt: skip
    texts = [name for name in Row.__struct_fields__ if name not in {"seed_source", "parents"}]
    schema = pa.schema(
        [*((n, pa.string()) for n in texts), ("seed_source", source), ("parents", pa.list_(pa.string()))]
    )
    part = path.with_name(f"{path.name}.part")
    path.parent.mkdir(parents=True, exist_ok=True)
    count = 0
    stream = iter(rows)
    try:
        with parquet.ParquetWriter(part, schema, compression="zstd") as writer:
            while batch := [_plain(row) for row in islice(stream, BATCH)]:
                writer.write_table(pa.Table.from_pylist(batch, schema))
                count += len(batch)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    return count


def _plain(row: Row) -> dict[str, Any]:
    fields: dict[str, Any] = msgspec.to_builtins(row)
    return {**fields, "columns": msgspec.json.encode(row.columns, order="deterministic").decode()}


def read_parquet(path: Path) -> Iterator[Row]:
    """Yield the rows that ``write_parquet`` wrote.

    Raises:
        DatasetError: it is something else.
    """
    import pyarrow as pa
    from pyarrow import parquet

    try:
        with parquet.ParquetFile(path) as file:
            for batch in file.iter_batches(batch_size=BATCH):
                for fields in batch.to_pylist():
                    yield _row(fields)
    except (pa.ArrowException, msgspec.MsgspecError, KeyError, OSError) as error:
        raise _foreign(path, error) from None


def read_one(path: Path, number: int) -> Row:
    """Return one row that ``write_parquet`` wrote, counted from 0; reads at most ``BATCH`` of them.

    Raises:
        DatasetError: it is something else, or has fewer rows.
    """
    import pyarrow as pa
    from pyarrow import parquet

    try:
        with parquet.ParquetFile(path) as file:
            before = 0
            for group in range(file.num_row_groups):
                count = file.metadata.row_group(group).num_rows
                if number < before + count:
                    return _row(file.read_row_group(group).slice(number - before, 1).to_pylist()[0])
                before += count
    except (pa.ArrowException, msgspec.MsgspecError, KeyError, OSError) as error:
        raise _foreign(path, error) from None
    raise DatasetError(f"{path} has {before} rows.", "Open the dataset again.")


def _row(fields: dict[str, Any]) -> Row:
    return msgspec.convert({**fields, "columns": msgspec.json.decode(fields["columns"])}, Row)


def _foreign(path: Path, error: Exception) -> DatasetError:
    return DatasetError(f"{path} isn't a dataset's Parquet: {error}.", "`magibench data import` reads others.")
