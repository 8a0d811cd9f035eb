"""A dataset is a folder: rows.jsonl (or rows.parquet), rejected.jsonl, manifest.json, and reports/.

The manifest says for every step its name, version, parameters, the checksum of what came in, and what came
out and what didn't, by reason. It holds no clock: the same recipe gives the same bytes. Seconds, retries
and the like stand in timings.json beside it.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from harness.datagen.rows import Rejected, Row
from harness.errors import DatasetError, RunError, UnknownName
from harness.journal import read_journal
from harness.learning import learn
from harness.workspace import Workspace

SCHEMA_VERSION = 1
ROWS = "rows.jsonl"
PARQUET = "rows.parquet"
REJECTED = "rejected.jsonl"
MANIFEST = "manifest.json"
TIMINGS = "timings.json"
REPORTS = "reports"
"""What steps have to show, a folder for each; those of the datasets it was made from come first."""
WORK = ".work"
"""Results of steps and answers of teachers: what a resumed command goes on from."""


class StepRecord(msgspec.Struct, frozen=True, kw_only=True):
    """What a manifest says of one step."""

    name: str
    version: int
    parameters: dict[str, Any]
    seed: int
    input_sha256: str
    """Of the rows that came in, as JSON lines; empty for a first step."""
    output_sha256: str
    """Of the rows that went out."""
    rows_in: int
    rows_out: int
    rejected: dict[str, int]
    """How many, by reason; the records themselves are in rejected.jsonl."""
    facts: dict[str, Any] = {}
    """What the step itself has to say, e.g. tokens of a teacher; the same for the same input."""


class Parent(msgspec.Struct, frozen=True, kw_only=True):
    """A dataset that this one was made from."""

    name: str
    rows_sha256: str


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What a dataset is and where it came from."""

    name: str
    schema_version: int = SCHEMA_VERSION
    description: str = ""
    seed: int = 0
    rows: int
    rows_sha256: str
    """Of rows.jsonl (for Parquet: of the same rows as JSON lines): the dataset's version."""
    parents: list[Parent] = []
    steps: list[StepRecord]
    """All of them, the parents' first."""


@dataclass(frozen=True)
class Dataset:
    """One dataset's folder."""

    path: Path

    @property
    def name(self) -> str:
        """The folder's name."""
        return self.path.name

    @property
    def work(self) -> Path:
        """Where steps leave what a resumed command goes on from."""
        return self.path / WORK

    def manifest(self) -> Manifest:
        """Return what it is.

        Raises:
            DatasetError: it has no manifest, or a damaged one.
        """
        path = self.path / MANIFEST
        try:
            return msgspec.json.decode(path.read_bytes(), type=Manifest)
        except FileNotFoundError:
            unfinished = " It was begun and not finished." if self.work.is_dir() else ""
            raise DatasetError(
                f"{self.path} has no {MANIFEST}.{unfinished}",
                "Run the command that makes it again: it goes on from there." if unfinished else "Name a dataset.",
            ) from None
        except msgspec.MsgspecError as error:
            raise DatasetError(
                f"{path} is damaged: {error}.", "Make the dataset again: nothing is asked twice."
            ) from None

    def rows(self) -> Iterator[Row]:
        """Yield its rows, one by one.

        Raises:
            DatasetError: there are none, or a line is damaged.
        """
        if (self.path / ROWS).is_file():
            yield from read_rows(self.path / ROWS)
        elif (self.path / PARQUET).is_file():
            from harness.datagen.parquet import read_parquet

            yield from read_parquet(self.path / PARQUET)
        else:
            raise DatasetError(
                f"{self.path} has neither {ROWS} nor {PARQUET}.", "`magibench data list` lists datasets."
            )

    def rejected(self) -> Iterator[Rejected]:
        """Yield what didn't make it."""
        yield from _read(self.path / REJECTED, Rejected)

    def reports(self) -> list[Path]:
        """Return the folders of what its steps have to show, in the order in which they ran."""
        order = {step.name: number for number, step in enumerate(self.manifest().steps)}
        folder = self.path / REPORTS
        found = [path for path in folder.iterdir() if path.is_dir()] if folder.is_dir() else []
        return sorted(found, key=lambda path: (order.get(path.name, len(order)), path.name))

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """Make the folder and hold its lock; the kernel lets go of it when the process ends, however it ends.

        Raises:
            DatasetError: another process is making it.
        """
        self.work.mkdir(parents=True, exist_ok=True)
        with (self.work / "lock").open("w") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                raise DatasetError(
                    f"Another command is making {self.path}.", "Wait for it, or give this one another name (--name)."
                ) from None
            yield


def read_rows(path: Path) -> Iterator[Row]:
    """Yield the rows of a JSON lines file.

    Raises:
        DatasetError: a line is damaged; the message names file and line.
    """
    yield from _read(path, Row)


def _read(path: Path, kind: Any) -> Iterator[Any]:
    try:
        yield from read_journal(path, kind)
    except RunError as error:
        raise DatasetError(error.message, "Restore the file, or make the dataset again.") from None


def list_datasets(workspace: Workspace) -> list[Dataset]:
    """Return the workspace's datasets, finished or not, by name."""
    if not workspace.datasets.is_dir():
        return []
    found = (p for p in workspace.datasets.iterdir() if (p / MANIFEST).is_file() or (p / WORK).is_dir())
    return [Dataset(p) for p in sorted(found)]


def open_dataset(workspace: Workspace, name: str) -> Dataset:
    """Return a finished dataset by its name in the workspace or by its folder.

    Raises:
        UnknownName: there is none.
        DatasetError: it isn't finished.
    """
    for path in (workspace.datasets / name, Path(name)):
        if path.is_dir():
            dataset = Dataset(path.resolve())
            dataset.manifest()
            return dataset
    raise UnknownName("dataset", name, [d.name for d in list_datasets(workspace)], "magibench data list")


class LineWriter:
    """Writes records as JSON lines and digests what it wrote; the file gets its name when it is whole."""

    def __init__(self, path: Path) -> None:
        """Begin ``path``.part; what a killed process left there is overwritten."""
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path
        self._part = path.with_name(f"{path.name}.part")
        self._file = self._part.open("wb")
        self._hash = hashlib.sha256()
        self._encoder = msgspec.json.Encoder(order="deterministic")
        self.count = 0

    def write(self, record: Any) -> None:
        """Write one record."""
        line = self._encoder.encode(record) + b"\n"
        self._file.write(line)
        self._hash.update(line)
        self.count += 1

    def extend(self, records: Iterable[Any]) -> None:
        """Write several."""
        for record in records:
            self.write(record)

    def finish(self) -> str:
        """Give the file its name and return its SHA-256."""
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        self._part.replace(self.path)
        return self._hash.hexdigest()

    def abandon(self) -> None:
        """Close and remove what was written."""
        with contextlib.suppress(OSError):
            self._file.close()
        self._part.unlink(missing_ok=True)


learn(Manifest)
