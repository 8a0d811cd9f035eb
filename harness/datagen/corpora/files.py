"""Files of rows as corpora: JSON lines, plain or gzipped, and Parquet. One row is held at a time."""

from __future__ import annotations

import gzip
import hashlib
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO

import msgspec

from harness.datagen.corpora import LARGEST, Document, content_id
from harness.datagen.corpora.languages import language_name
from harness.datagen.rows import Rejected
from harness.errors import CorpusError

TEXT_COLUMNS = ("content", "text", "code")
ID_COLUMNS = ("id", "hexsha", "blob_id", "task_id")
LANGUAGE_COLUMNS = ("language", "lang", "programming_language")
LICENCE_COLUMNS = ("license", "licence", "licenses", "max_stars_repo_licenses", "detected_licenses")
PIECE = 1 << 16
LONGEST_LINE = 4 * LARGEST
"""Bytes of a JSON line: a document's, each byte of it escaped at worst."""


class FileCorpus:
    """The rows of a file."""

    def __init__(self, path: Path, *, language: str = "", column: str = "") -> None:
        """``language`` is what rows are in that don't say; ``column`` holds the text."""
        self.name = path.name
        self._path = path
        self._language = language
        self._column = column

    def documents(self, facts: dict[str, Any]) -> Iterator[Document | Rejected]:
        """Yield a document per row."""
        rows = parquet_rows(self._path) if self._path.suffix == ".parquet" else json_rows(self._path)
        for place, row in rows:
            if isinstance(row, str):
                yield Rejected(reason=row, document=f"{self.name}:{place}")
            else:
                yield row_document(row, f"{self.name}:{place}", self._language, self._column)

    def fingerprint(self) -> Any:
        """Return a digest of the file."""
        with self._path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()


def row_document(row: Mapping[str, Any], place: str, language: str, column: str) -> Document | Rejected:
    """Return the document of a row: its text, key, language and licence, where columns of known names have them."""
    text = row.get(column) if column else _first(row, TEXT_COLUMNS)
    if not isinstance(text, str):
        wanted = column or " or ".join(TEXT_COLUMNS)
        return Rejected(reason="no text", document=place, evidence=f"no {wanted} among {', '.join(map(str, row))}")
    if not text.strip():
        return Rejected(reason="empty", document=place)
    if len(text) > LARGEST:
        return Rejected(reason="too large", document=place, evidence=f"{len(text)} characters")
    if "\0" in text[:8192]:
        return Rejected(reason="binary", document=place)
    try:
        text.encode()
    except UnicodeEncodeError:
        return Rejected(reason="not UTF-8", document=place)
    licence = _first(row, LICENCE_COLUMNS) or ""
    return Document(
        id=str(_first(row, ID_COLUMNS) or content_id(text)),
        text=text,
        language=language_name(str(_first(row, LANGUAGE_COLUMNS) or language)),
        licence=" OR ".join(map(str, licence)) if isinstance(licence, (list, tuple)) else str(licence),
    )


def _first(row: Mapping[str, Any], names: tuple[str, ...]) -> Any:
    return next((row[name] for name in names if row.get(name) is not None), None)


def json_rows(path: Path) -> Iterator[tuple[int, Mapping[str, Any] | str]]:
    """Yield (line number, row, or why there is none) of JSON lines.

    Raises:
        CorpusError: the file can't be read, or not any further.
    """
    decoder = msgspec.json.Decoder(dict[str, Any])
    try:
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as file:
            for number, line in enumerate(_lines(file), 1):  # type: ignore[arg-type]
                if line is None:
                    yield number, "too large"
                    continue
                if not line.strip():
                    continue
                try:
                    yield number, decoder.decode(line)
                except (msgspec.MsgspecError, UnicodeDecodeError):
                    yield number, "not JSON"
    except (OSError, EOFError, zlib.error) as error:
        raise CorpusError(f"{path} can't be read to its end: {error}.", "Fetch the file again.") from None


def _lines(file: BinaryIO) -> Iterator[bytes | None]:
    """Yield lines; None for one that is too long, which is read in pieces and forgotten."""
    while line := file.readline(LONGEST_LINE):
        if len(line) < LONGEST_LINE or line.endswith(b"\n"):
            yield line
            continue
        del line
        while (rest := file.readline(PIECE)) and not rest.endswith(b"\n"):
            pass
        yield None


def parquet_rows(path: Path) -> Iterator[tuple[int, Mapping[str, Any] | str]]:
    """Yield (row number from 1, row) of a Parquet file.

    Raises:
        CorpusError: it is none.
    """
    import pyarrow as pa
    from pyarrow import parquet

    number = 0
    try:
        with parquet.ParquetFile(path) as file:
            for batch in file.iter_batches(batch_size=256):
                for row in batch.to_pylist():
                    number += 1
                    yield number, row
    except (pa.ArrowException, OSError) as error:
        raise CorpusError(f"{path} can't be read as Parquet: {error}.", "Fetch the file again.") from None
