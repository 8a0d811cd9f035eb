"""Files of instruction data: the step that imports one, and the writing of one."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import IO, Any, ClassVar, Literal

import msgspec

from harness.datagen.corpora.files import json_rows, parquet_rows
from harness.datagen.formats import FORMATS, Format, Unreadable, detect, read_record, write_record
from harness.datagen.rows import Rejected, Row, SeedSource
from harness.datagen.steps import Context, Step
from harness.errors import CorpusError, UsageError
from harness.workspace import Workspace, data_dir


class Import(Step, frozen=True, kw_only=True):
    """Read rows from a file of published instruction data."""

    name: ClassVar[str] = "import"
    source: ClassVar[bool] = True
    unsigned: ClassVar[frozenset[str]] = frozenset({"file"})
    """Where it lies is the machine's business; what it holds is in the fingerprint and the facts."""

    file: str
    """JSON lines, a JSON list (.gz too) or Parquet: relative to the workspace, or below MAGIBENCH_DATA."""
    format: Literal["auto", "alpaca", "evol", "oss-instruct", "sharegpt", "messages", "rows"] = "auto"
    language: str = ""
    """Of rows that don't say, and whose solution has no block of code that says it."""
    licence: str = ""
    """Of the file: recorded in every row."""

    def path(self, workspace: Workspace) -> Path:
        """Return the file.

        Raises:
            CorpusError: there is none.
        """
        folders = [workspace.root, *([data] if (data := data_dir()) else [])]
        for folder in folders:
            found = folder / Path(self.file).expanduser()
            if found.is_file():
                return found
        raise CorpusError(
            f"There is no file {self.file} in {' or '.join(map(str, folders))}.", "Name a file of rows to import."
        )

    def fingerprint(self, workspace: Workspace) -> Any:
        """Return the file's checksum."""
        with self.path(workspace).open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()

    def run(self, rows: Iterable[Row], context: Context) -> Iterator[Row | Rejected]:
        """Yield a row per record."""
        path = self.path(context.workspace)
        form: Format | None = None if self.format == "auto" else self.format
        for place, record in records(path):
            where = f"{path.name}:{place}"
            if isinstance(record, str):
                yield Rejected(reason=record, document=where)
                continue
            form = form or detect(record)
            if form is None:
                raise CorpusError(
                    f"{where} is of no known format: its keys are {', '.join(sorted(record))}.",
                    f"Say which with format: {', '.join(FORMATS)}.",
                )
            source = SeedSource(corpus=path.name, document=str(place), licence=self.licence)
            try:
                yield read_record(record, form, source, self.language)
            except Unreadable as error:
                raw = msgspec.json.encode(record).decode()
                yield Rejected(reason=str(error).partition(":")[0], document=where, evidence=str(error), raw=raw)
        context.facts.update(file=path.name, sha256=self.fingerprint(context.workspace), format=form)


def records(path: Path) -> Iterator[tuple[int, Mapping[str, Any] | str]]:
    """Yield (place, record, or why there is none) of a file; a JSON list is held whole.

    Raises:
        CorpusError: the file can't be read.
    """
    if path.suffix == ".parquet":
        return parquet_rows(path)
    if path.name.removesuffix(".gz").endswith(".json"):
        try:
            with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as file:
                data = file.read()
            # A file with the ending of JSON may hold JSON lines: Code Alpaca's siblings are published so.
            if data.lstrip()[:1] == b"[":
                return enumerate(msgspec.json.decode(data, type=list[dict[str, Any]]), 1)
        except (msgspec.MsgspecError, OSError, EOFError) as error:
            raise CorpusError(f"{path} is no JSON list of records: {error}.", "Fetch the file again.") from None
    return json_rows(path)


def export(rows: Iterable[Row], path: Path, form: Format) -> int:
    """Write rows in a format; return how many. The ending says how: .jsonl, .json (a list), .gz of both, .parquet.

    Raises:
        UsageError: another ending, or Parquet of another format than rows.
    """
    name = path.name.removesuffix(".gz")
    if name.endswith(".parquet"):
        if form != "rows":
            raise UsageError(f"Parquet is written of rows, not of {form}.", "Use .jsonl, or --format rows.")
        from harness.datagen.parquet import write_parquet

        return write_parquet(rows, path)
    if not name.endswith((".jsonl", ".json")):
        raise UsageError(f"{path.name} doesn't say how to write it.", "End it with .jsonl, .json, .gz or .parquet.")
    part = path.with_name(f"{path.name}.part")
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with part.open("wb") as file:
            if path.suffix == ".gz":
                # No name and no time in the header: the same rows give the same bytes.
                with gzip.GzipFile(filename="", fileobj=file, mode="wb", mtime=0) as packed:
                    count = _write(rows, packed, form, as_list=name.endswith(".json"))
            else:
                count = _write(rows, file, form, as_list=name.endswith(".json"))
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    return count


def _write(rows: Iterable[Row], file: IO[bytes] | gzip.GzipFile, form: Format, *, as_list: bool) -> int:
    count = 0
    for count, row in enumerate(rows, 1):
        line = msgspec.json.encode(write_record(row, form))
        file.write((b"[\n" if count == 1 else b",\n") + line if as_list else line + b"\n")
    if as_list:
        file.write(b"\n]\n" if count else b"[]\n")
    return count
