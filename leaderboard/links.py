"""Where the pages are, relative to the root of the site."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from leaderboard.boards import Board, board_id
from leaderboard.entries import PublishedRun
from leaderboard.text import slug, slugs


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
        return _anchor(self.runs[entry.run.id])

    def problem(self, board: Board, problem: str) -> str:
        """Return the page of a problem."""
        return _problem(board.id, self.problems[board.id, problem])


def answers_page(benchmark: str, version: str, problem: str, run: str) -> str:
    """Return where a run's answers to a problem stand on a site on which no two names clash.

    For those who link to a site and don't have its runs: `magibench compare`.
    """
    return f"{_problem(board_id(benchmark, version), slug(problem))}#{_anchor(slug(run))}"


def _problem(board: str, problem: str) -> str:
    return f"problems/{board}/{problem}.html"


def _anchor(run: str) -> str:
    return f"run-{run}"
