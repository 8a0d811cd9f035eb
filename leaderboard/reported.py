"""Numbers that others reported: ``published/*.toml``, each with its source, the version of its data and its date.

They are shown beside measured runs and never ranked with them: nobody here saw a sample.
"""

from __future__ import annotations

from collections.abc import Iterable
from importlib import resources
from typing import Literal

import msgspec

from harness.errors import DataError


class Source(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where a file's numbers come from."""

    name: str
    url: str
    date: str
    """Of the numbers: "2024-12-26", or "2023-12" where no day is known."""
    sampling: str
    note: str = ""


class Reported(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One model's row."""

    model: str
    scores: dict[str, float]
    """Percent by suite: "humaneval+", "multipl-e-java", "ds1000", "ds1000/Pandas"."""
    size_b: float | None = None
    """Parameters in billions; None where nobody says."""
    kind: Literal["base", "instruct"] | None = None
    open_data: Literal["none", "partial", "full"] | None = None
    prompted: bool | None = None
    """EvalPlus's own mark: asked in a chat."""
    table: str = ""
    """Number of the table of its paper."""
    evidence: str = ""
    """Where the number was read, if not in the source itself."""
    link: str = ""


class Report(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One file: a source and what it says."""

    source: Source
    versions: dict[str, str]
    """Version of the data by suite; that of "ds1000" holds for "ds1000/Pandas", "multipl-e"'s for its languages."""
    rows: list[Reported]

    def version(self, suite: str) -> str:
        """Return the version of a suite's data, the nearest name that has one.

        Raises:
            KeyError: the file says none.
        """
        for name in (suite, suite.partition("/")[0], suite.rpartition("-")[0]):
            if name in self.versions:
                return self.versions[name]
        raise KeyError(suite)


def reports() -> list[Report]:
    """Return all files that come with the leaderboard, by name.

    Raises:
        DataError: a file is damaged, names a share outside of 0 to 100, or a suite without a version.
    """
    folder = resources.files("leaderboard").joinpath("published")
    names = sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".toml"))
    return [read(name, folder.joinpath(name).read_bytes()) for name in names]


def read(name: str, text: bytes) -> Report:
    """Return what one file says.

    Raises:
        DataError: see ``reports``.
    """
    try:
        report = msgspec.toml.decode(text, type=Report)
    except msgspec.MsgspecError as error:
        raise DataError(
            f"{name} is no report: {error}.", "See leaderboard/published/ for how one is written."
        ) from None
    for row in report.rows:
        for suite, value in row.scores.items():
            if not 0 <= value <= 100:
                raise DataError(f"{name}: {row.model} has {value} on {suite}.", "Scores are percent, 0 to 100.")
            try:
                report.version(suite)
            except KeyError:
                raise DataError(
                    f"{name}: nothing says which version of {suite} its numbers are about.", "Add it to [versions]."
                ) from None
    return report


def about(suite: str, found: Iterable[Report]) -> list[tuple[Report, Reported]]:
    """Return the rows that say something about a suite, the highest first."""
    rows = [(report, row) for report in found for row in report.rows if suite in row.scores]
    return sorted(rows, key=lambda pair: (-pair[1].scores[suite], pair[1].model.lower(), pair[0].source.name))
