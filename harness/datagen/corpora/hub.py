"""Data sets of the hub as corpora, streamed through ``datasets``: nothing is downloaded whole."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from harness.datagen.corpora import Document
from harness.datagen.corpora.files import row_document
from harness.datagen.rows import Rejected
from harness.errors import CorpusError

FORM = re.compile(r"(?P<name>[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*)@(?P<revision>[\w./-]+)(?:#(?P<folder>[\w./+-]+))?")


class HubCorpus:
    """The split "train" of a data set, or of one of its folders."""

    def __init__(self, rest: str, *, language: str = "", column: str = "") -> None:
        """Parse ``org/name@revision#data_dir``.

        Raises:
            CorpusError: it has another form.
        """
        found = FORM.fullmatch(rest)
        if not found:
            raise CorpusError(
                f"'hub:{rest}' is not a data set of the hub.",
                "Write hub:org/name@revision#data_dir, e.g. hub:bigcode/starcoderdata@main#python.",
            )
        self.name = found["name"] + (f"#{found['folder']}" if found["folder"] else "")
        self._repository, self._revision, self._folder = found["name"], found["revision"], found["folder"]
        self._language = language
        self._column = column

    def documents(self, facts: dict[str, Any]) -> Iterator[Document | Rejected]:
        """Yield a document per row, in the data set's order."""
        import datasets

        try:
            rows = datasets.load_dataset(
                self._repository, data_dir=self._folder, revision=self._revision, split="train", streaming=True
            )
            for number, row in enumerate(rows, 1):
                yield row_document(row, f"{self.name}:{number}", self._language, self._column)
        except CorpusError:
            raise
        except Exception as error:
            raise self._refused(error) from error

    def fingerprint(self) -> Any:
        """Return what was asked for: a branch may move, a commit can't."""
        return [self._repository, self._revision, self._folder]

    def _refused(self, error: Exception) -> CorpusError:
        """Say in one's own words what the hub's libraries say in many."""
        kinds = {kind.__name__ for one in (error, error.__cause__, error.__context__) for kind in type(one).__mro__}
        said = f"{type(error).__name__}: {error}".split("\n")[0][:300]
        page = f"https://huggingface.co/datasets/{self._repository}"
        if "GatedRepoError" in kinds or "gated" in str(error).lower():
            return CorpusError(
                f"{self._repository} is gated: the hub doesn't give it to everyone.",
                f"Accept its terms at {page}, then `hf auth login` (or set HF_TOKEN), and run the command again.",
            )
        if kinds & {
            "RepositoryNotFoundError",
            "DatasetNotFoundError",
            "RevisionNotFoundError",
            "DataFilesNotFoundError",
        }:
            return CorpusError(
                f"The hub has no {self._repository}@{self._revision} with {self._folder or 'a split train'}: {said}",
                f"Look at {page}. A private or gated data set needs `hf auth login`.",
            )
        return CorpusError(
            f"{self._repository} can't be reached: {said}",
            "Check the network and HF_HUB_OFFLINE, or download the files and use file: or folder:.",
        )
