"""Where the pages are, relative to the root of the site."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from leaderboard.boards import Board
from leaderboard.entries import PublishedRun
from leaderboard.text import slugs


@dataclass(frozen=True)
class Links:
    """File names of everything that has a page."""

    runs: dict[str, str]
    """By run id."""
    problems: dict[tuple[str, str], str]
    """By board id and problem id."""
    models: dict[str, str]
    """By name; references have none."""

    @classmethod
    def of(cls, boards: Sequence[Board]) -> Links:
        """Name the pages of some boards."""
        entries = [e for board in boards for e in board.entries]
        return cls(
            slugs(e.run.id for e in entries),
            {(b.id, p): s for b in boards for p, s in slugs(b.problems).items()},
            slugs(e.run.model.name for e in entries if not e.reference),
        )

    def run(self, entry: PublishedRun) -> str:
        """Return the page of a run."""
        return f"runs/{self.runs[entry.run.id]}.html"

    def board(self, board: Board) -> str:
        """Return the page of a board."""
        return f"boards/{board.id}.html"

    def model(self, entry: PublishedRun) -> str:
        """Return the page of a run's model; that of the run itself for references."""
        slug = self.models.get(entry.run.model.name)
        return f"models/{slug}.html" if slug else self.run(entry)

    def anchor(self, entry: PublishedRun) -> str:
        """Return the place of a run within a problem's page."""
        return f"run-{self.runs[entry.run.id]}"

    def problem(self, board: Board, problem: str) -> str:
        """Return the page of a problem."""
        return f"problems/{board.id}/{self.problems[board.id, problem]}.html"
