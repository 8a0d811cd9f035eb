"""Looking at a dataset: what a line says of each record is kept, its texts are read when they are asked for.

75,000 rows of Magicoder's size are 240 MB of text; their briefs are some 25 MB.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Generic, TypeVar, cast

import msgspec

from harness.datagen.analysis.report import FILE as ANALYSIS
from harness.datagen.analysis.report import Analysis
from harness.datagen.dataset import PARQUET, REJECTED, REPORTS, ROWS, Dataset
from harness.datagen.decontamination.report import FILE as DECONTAMINATION
from harness.datagen.decontamination.report import Report
from harness.datagen.rows import Rejected, Row
from harness.errors import DatasetError

HEAD = 160
"""Characters of a text that its brief keeps."""

NO_LANGUAGE = "no language"
"""Group of rows that don't say."""

STOP_EVERY = 500
"""Records after which a search asks whether it should stop."""

R = TypeVar("R", bound=Row | Rejected)


class Brief(msgspec.Struct, frozen=True, gc=False):
    """What a list shows of one record."""

    number: int
    """Its place in the file, from 0; ``Records.read`` takes it."""
    id: str
    """Of the row; for a rejected response its document, if it has one."""
    group: str
    """Language of a row, reason of what was rejected."""
    head: str
    """Beginning of the problem, or of what there is instead."""
    how: str
    """Method of a row, step that rejected."""
    sizes: tuple[int, int]
    """Characters of problem and solution; of the raw response and 0 where there is no row."""


class Records(Generic[R]):
    """The records of one file, or of none.

    ``scan`` first, in a thread: a second per 100 MB. A damaged line is left out and noted.
    """

    def __init__(self, path: Path, kind: type[R]) -> None:
        """Look at ``path``: JSON lines, or Parquet as a dataset has it."""
        self.path = path
        self.kind: type[R] = kind
        self.briefs: list[Brief] = []
        self.damaged: list[int] = []
        """Lines, from 1, that can't be read."""
        self.groups: dict[str, int] = {}
        """How many records each group has, the largest first."""
        self._starts = array("Q")

    def scan(self) -> None:
        """Read the file once.

        Raises:
            DatasetError: it can't be read at all.
        """
        found: list[Brief] = []
        counts: dict[str, int] = {}
        for number, record in self._all():
            brief = _brief(number, record)
            counts[brief.group] = counts.get(brief.group, 0) + 1
            found.append(brief)
        self.briefs = found
        self.groups = dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))

    def read(self, number: int) -> R:
        """Return one record.

        Raises:
            DatasetError: the file has changed or is gone.
        """
        try:
            if self.path.name == PARQUET:
                from harness.datagen.parquet import read_one

                return cast("R", read_one(self.path, number))
            with self.path.open("rb") as file:
                file.seek(self._starts[number])
                return msgspec.json.decode(file.readline(), type=self.kind)
        except (OSError, IndexError, msgspec.MsgspecError) as error:
            raise DatasetError(f"{self.path} changed while it was shown: {error}.", "Open the dataset again.") from None

    def search(self, words: str, stop: Callable[[], bool] = lambda: False) -> set[int]:
        """Return the numbers of the records that contain every word somewhere, whatever its case.

        In a thread: 0.6 s per 100 MB.

        Args:
            words: separated by blanks.
            stop: asked every now and then; what was found so far is returned once it says so.

        Raises:
            DatasetError: the file can't be read.
        """
        wanted = words.lower().split()
        found: set[int] = set()
        for number, (_, record) in enumerate(self._records([])):
            if number % STOP_EVERY == 0 and stop():
                break
            text = _words(record)
            if all(word in text for word in wanted):
                found.add(number)
        return found

    def _all(self) -> Iterator[tuple[int, R]]:
        self._starts, self.damaged = array("Q"), []
        for number, (start, record) in enumerate(self._records(self.damaged)):
            self._starts.append(start)
            yield number, record

    def _records(self, damaged: list[int]) -> Iterator[tuple[int, R]]:
        """Yield each record with the byte it starts at; note in ``damaged`` the lines that are left out."""
        if not self.path.is_file():
            return
        if self.path.name == PARQUET:
            from harness.datagen.parquet import read_parquet

            yield from ((0, row) for row in cast("Iterator[R]", read_parquet(self.path)))
            return
        decoder = msgspec.json.Decoder(self.kind)
        start = 0
        try:
            with self.path.open("rb") as file:
                for position, line in enumerate(file, 1):
                    try:
                        record = decoder.decode(line)
                    except msgspec.MsgspecError:
                        damaged.append(position)
                    else:
                        yield start, record
                    start += len(line)
        except OSError as error:
            raise DatasetError(f"{self.path} can't be read: {error.strerror}.", "Look at the file's rights.") from None


def rows_of(dataset: Dataset) -> Records[Row]:
    """Return a dataset's rows, not read yet."""
    lines = dataset.path / ROWS
    return Records(lines if lines.is_file() else dataset.path / PARQUET, Row)


def rejected_of(dataset: Dataset) -> Records[Rejected]:
    """Return what didn't become a row, not read yet."""
    return Records(dataset.path / REJECTED, Rejected)


def decontaminations(dataset: Dataset) -> dict[str, Report]:
    """Return the reports of contamination by their folders' names.

    Raises:
        DatasetError: one is damaged.
    """
    return _reports(dataset, DECONTAMINATION, Report)


def analyses(dataset: Dataset) -> dict[str, Analysis]:
    """Return the analyses by their folders' names.

    Raises:
        DatasetError: one is damaged.
    """
    return _reports(dataset, ANALYSIS, Analysis)


T = TypeVar("T", Report, Analysis)


def _reports(dataset: Dataset, name: str, kind: type[T]) -> dict[str, T]:
    found: dict[str, T] = {}
    for path in sorted((dataset.path / REPORTS).glob(f"*/{name}")):
        try:
            found[path.parent.name] = msgspec.json.decode(path.read_bytes(), type=kind)
        except (OSError, msgspec.MsgspecError) as error:
            raise DatasetError(f"{path} is damaged: {error}.", "Make the report again.") from None
    return found


def _brief(number: int, record: Row | Rejected) -> Brief:
    """Say of a record what a line shows."""
    if isinstance(record, Row):
        sizes = (len(record.problem), len(record.solution))
        head = _head(record.problem or record.seed or record.solution)
        return Brief(number, record.id, record.language or "no language", head, record.method, sizes)
    row = record.row
    if row is None:
        head = _head(record.raw or record.evidence or record.document)
        return Brief(number, record.document, record.reason, head, record.step, (len(record.raw), 0))
    head = _head(row.problem or row.seed or row.solution)
    return Brief(number, row.id, record.reason, head, record.step, (len(row.problem), len(row.solution)))


def _words(record: Row | Rejected) -> str:
    """Return all that a record says, in lower case."""
    row = record if isinstance(record, Row) else record.row
    parts = (
        [] if isinstance(record, Row) else [record.reason, record.step, record.evidence, record.raw, record.document]
    )
    if row is not None:
        parts += [row.problem, row.solution, row.seed, row.id, row.language or NO_LANGUAGE, row.method, row.teacher]
        if row.seed_source is not None:
            parts += [row.seed_source.corpus, row.seed_source.document, row.seed_source.licence]
        parts += [f"{name} {value}" for name, value in row.columns.items()]
    return "\n".join(parts).lower()


def _head(text: str) -> str:
    return " ".join(text[: 2 * HEAD].split())[:HEAD]
