"""Corpora: where documents of code come from, named by a source.

    stdlib:                                  the standard library of this Python: always there
    folder:PATH                              a checkout or any folder of code
    file:PATH                                JSON lines (.gz too) or Parquet, one document per row
    hub:org/name@revision#data_dir           a data set of the hub, streamed

A corpus yields documents one by one and holds none; what can't be a document is yielded too, with its reason.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol

import msgspec

from harness.datagen.rows import Rejected
from harness.errors import CorpusError
from harness.workspace import Workspace

FORMS = ("stdlib:", "folder:PATH", "file:PATH", "hub:org/name@revision#data_dir")
LARGEST = 4 << 20
"""Bytes of a document or of a line of a file: what is larger is data, not code (starcoderdata has none above 1 MB)."""


class Document(msgspec.Struct, frozen=True, kw_only=True):
    """One document of a corpus."""

    id: str
    """Its path or key: doesn't depend on the order in which documents are read."""
    text: str
    language: str = ""
    licence: str = ""


class Corpus(Protocol):
    """Yields documents."""

    name: str
    """What rows say of it."""

    def documents(self, facts: dict[str, Any]) -> Iterator[Document | Rejected]:
        """Yield every document once, and what can't be one; note in ``facts`` what else is worth recording.

        Raises:
            CorpusError: it can't be read, or not any further.
        """
        ...

    def fingerprint(self) -> Any:
        """Return what changes when the corpus does, as JSON.

        Raises:
            CorpusError: there is no such corpus.
        """
        ...


def open_corpus(source: str, workspace: Workspace, *, language: str = "", column: str = "") -> Corpus:
    """Return a corpus; nothing is read yet.

    Args:
        source: As the module's docstring has it; paths are relative to the workspace.
        workspace: What paths are relative to.
        language: Of all its documents, where the corpus doesn't say.
        column: With the text, for rows; default: the first of content, text and code.

    Raises:
        CorpusError: the source has no form that is known, or there is no such file or folder.
    """
    scheme, _, rest = source.partition(":")
    if scheme == "stdlib" and not rest:
        from harness.datagen.corpora.folders import standard_library

        return standard_library()
    if scheme == "folder" and rest:
        from harness.datagen.corpora.folders import FolderCorpus

        return FolderCorpus(_existing(workspace, rest, folder=True), language=language)
    if scheme == "file" and rest:
        from harness.datagen.corpora.files import FileCorpus

        return FileCorpus(_existing(workspace, rest, folder=False), language=language, column=column)
    if scheme == "hub" and rest:
        from harness.datagen.corpora.hub import HubCorpus

        return HubCorpus(rest, language=language, column=column)
    raise CorpusError(f"{source!r} is not a corpus.", f"Write it as {', '.join(FORMS)}.")


def _existing(workspace: Workspace, named: str, *, folder: bool) -> Path:
    path = workspace.root / Path(named).expanduser()
    if not (path.is_dir() if folder else path.is_file()):
        raise CorpusError(
            f"There is no {'folder' if folder else 'file'} {path}.", "Paths are relative to the workspace."
        )
    return path


def decode(data: bytes) -> tuple[str, str]:
    """Return (text, ""), or ("", reason) for what is no text."""
    if b"\0" in data[:8192]:
        return "", "binary"
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return "", "not UTF-8"
    return (text, "") if text.strip() else ("", "empty")


def content_id(text: str) -> str:
    """Return the key of a document that has none: of its content, so that it doesn't depend on the order."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]
