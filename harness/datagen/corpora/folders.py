"""Folders of code as corpora, and with them the standard library of this Python."""

from __future__ import annotations

import hashlib
import os
import platform
import stat
import sysconfig
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from harness.datagen.corpora import LARGEST, Document, decode
from harness.datagen.corpora.languages import BY_ENDING
from harness.datagen.corpora.licences import Licences
from harness.datagen.rows import Rejected
from harness.errors import CorpusError

NOT_CODE = frozenset({".git", ".hg", ".svn", "__pycache__", "node_modules", ".venv"})
"""Folders that hold a tool's own files or copies of others' code."""
NOT_LIBRARY = frozenset({"site-packages", "dist-packages", "test", "tests", "idle_test"})


class FolderCorpus:
    """The files of a folder whose names end as a language's do, in the order of their paths.

    Links are not followed: a circle can't be entered, and nothing is read twice or from elsewhere.
    """

    def __init__(
        self, root: Path, *, name: str = "", language: str = "", skipped: frozenset[str] = frozenset()
    ) -> None:
        """``language`` takes the files of that language only; ``skipped`` are names of folders to leave out."""
        self.name = name or root.resolve().name
        self._root = root
        self._language = language
        self._skipped = NOT_CODE | skipped

    def documents(self, facts: dict[str, Any]) -> Iterator[Document | Rejected]:
        """Yield the files; ``facts`` gets the licence files that were read."""
        licences = Licences(self._root)
        for relative, entry in self._files():
            reason = _unusable(entry)
            if reason:
                yield Rejected(reason=reason, document=relative, evidence=_evidence(entry))
                continue
            try:
                with Path(entry.path).open("rb") as file:
                    data = file.read(LARGEST + 1)
            except OSError as error:
                yield Rejected(reason="unreadable", document=relative, evidence=error.strerror or "")
                continue
            text, reason = ("", "too large") if len(data) > LARGEST else decode(data)
            if reason:
                yield Rejected(reason=reason, document=relative)
                continue
            licence = licences.of(Path(entry.path), text)
            yield Document(id=relative, text=text, language=_language(entry.name), licence=licence)
        if licences.files:
            facts.setdefault("licence_files", {})[self.name] = dict(sorted(licences.files.items()))

    def fingerprint(self) -> Any:
        """Return a digest of paths, sizes and times of change."""
        digest = hashlib.sha256()
        for relative, entry in self._files():
            try:
                found = entry.stat(follow_symlinks=False)
            except OSError:
                continue
            digest.update(f"{relative}\0{found.st_size}\0{found.st_mtime_ns}\n".encode("utf-8", "surrogateescape"))
        return digest.hexdigest()

    def _files(self) -> Iterator[tuple[str, os.DirEntry[str]]]:
        """Yield files that may be code, and links: (path below the root, entry), sorted within each folder."""
        waiting = [(self._root, "")]
        while waiting:
            folder, prefix = waiting.pop()
            try:
                entries = sorted(os.scandir(folder), key=lambda e: e.name)
            except OSError as error:
                if folder == self._root:
                    raise CorpusError(
                        f"{folder} can't be read: {error.strerror}.", "Name a folder you can read."
                    ) from None
                continue
            below = []
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    if entry.name not in self._skipped:
                        below.append((Path(entry.path), f"{prefix}{entry.name}/"))
                elif (entry.is_symlink() and entry.is_dir()) or self._wanted(entry.name):
                    # A name that isn't UTF-8 can't stand in JSON as it is.
                    yield f"{prefix}{entry.name}".encode("utf-8", "backslashreplace").decode(), entry
            waiting.extend(reversed(below))

    def _wanted(self, name: str) -> bool:
        language = _language(name)
        return bool(language) and self._language in {"", language}


def standard_library() -> FolderCorpus:
    """Return the standard library of the Python that runs, without its tests."""
    root = Path(sysconfig.get_paths()["stdlib"])
    return FolderCorpus(root, name=f"python-{platform.python_version()}-stdlib", language="python", skipped=NOT_LIBRARY)


def _language(name: str) -> str:
    return BY_ENDING.get(os.path.splitext(name)[1].lower(), "")  # noqa: PTH122 - 5 times faster than Path, per file


def _unusable(entry: os.DirEntry[str]) -> str:
    """Return why a file isn't even opened."""
    try:
        if entry.is_symlink():
            return "link"
        found = entry.stat(follow_symlinks=False)
    except OSError:
        return "unreadable"
    if not stat.S_ISREG(found.st_mode):
        return "not a file"
    if found.st_size == 0:
        return "empty"
    return "too large" if found.st_size > LARGEST else ""


def _evidence(entry: os.DirEntry[str]) -> str:
    try:
        return f"to {Path(entry.path).readlink()}" if entry.is_symlink() else f"{entry.stat().st_size} bytes"
    except OSError as error:
        return error.strerror or ""
