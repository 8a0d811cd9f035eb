"""What a run's pages show of its journals: read once something of it is shown, and only that.

A site of unchanged runs is then made again without reading their journals, and of 200 samples of a problem only the
programs that a page shows are taken out of their answers (1 to 2 ms each).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, cached_property
from pathlib import Path
from typing import overload

from harness.errors import MagibenchError
from harness.history.rows import stamp
from harness.records import Run, Sample, Verdict
from harness.runs import Key, RunFolder


class Evidence:
    """The verdicts, answers and programs of one run."""

    def __init__(self, folder: RunFolder, run: Run) -> None:
        """Name a run; nothing is read yet."""
        self._folder, self._run = folder, run
        self._asked = set(run.problems)

    @cached_property
    def verdicts(self) -> list[Verdict]:
        """Those of the problems asked.

        Raises:
            RunError: the journal is damaged.
        """
        return [v for v in self._folder.verdicts().values() if v.problem_id in self._asked and not v.infra]

    @cached_property
    def samples(self) -> dict[Key, Sample]:
        """Those of the problems asked.

        Raises:
            RunError: the journal is damaged.
        """
        return {k: s for k, s in self._folder.samples().items() if s.problem_id in self._asked}

    def digest(self) -> str:
        """Return the checksum of both journals."""
        names = ("verdicts.jsonl", "samples.jsonl")
        return checksum(*(stamp(self._folder.path / name, digest=True).sha256 for name in names))

    def program(self, key: Key) -> str:
        """Take the program that was judged out of an answer.

        Raises:
            KeyError: there is no such answer, or it can't be taken out of it any more.
        """
        from harness.programs import program_of

        try:
            return program_of(self._run, self.samples[key]).code
        except MagibenchError:
            raise KeyError(key) from None


def checksum(verdicts: str, samples: str) -> str:
    """Return one checksum of those of two journals, and of the code that takes programs out of answers."""
    return hashlib.sha256(f"{verdicts} {samples} {_extraction()}".encode()).hexdigest()


@cache
def _extraction() -> str:
    digest = hashlib.sha256()
    here = Path(__file__).parent
    for path in sorted(p for folder in ("extraction", "benchmarks") for p in (here / folder).rglob("*.py")):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


class Verdicts(Sequence[Verdict]):
    """A run's verdicts, read when the first is asked for."""

    def __init__(self, evidence: Evidence, number: int) -> None:
        """Say how many there are."""
        self._evidence, self._number = evidence, number

    def __len__(self) -> int:
        """Their number; nothing is read for it."""
        return self._number

    def __iter__(self) -> Iterator[Verdict]:
        """Go through them."""
        return iter(self._evidence.verdicts)

    @overload
    def __getitem__(self, index: int) -> Verdict: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Verdict]: ...
    def __getitem__(self, index: int | slice) -> Verdict | Sequence[Verdict]:
        """Return one or some."""
        return self._evidence.verdicts[index]


class Answers(Mapping[Key, str]):
    """The raw texts of a run's samples."""

    def __init__(self, evidence: Evidence) -> None:
        """Read nothing yet."""
        self._evidence = evidence

    def __bool__(self) -> bool:
        """A run that is published has answers; nothing is read to say so."""
        return True

    def __len__(self) -> int:
        """Their number."""
        return len(self._evidence.samples)

    def __iter__(self) -> Iterator[Key]:
        """Go through their keys."""
        return iter(self._evidence.samples)

    def __getitem__(self, key: Key) -> str:
        """Return one."""
        return self._evidence.samples[key].text


class Programs(Answers):
    """The programs that were judged, each taken out of its answer when it is asked for."""

    def __getitem__(self, key: Key) -> str:
        """Return one."""
        return self._evidence.program(key)
