"""A problem's page: its prompt, who solves it, and answers with their first failing tests.

Of up to ``FULL`` runs all answers stand on the page. Of more, those of a few that solve it and a few that don't; any other
is loaded when its name is pressed, from the file that the compare page reads too.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import NamedTuple

from markupsafe import Markup, escape

from harness.records import Verdict
from leaderboard.answers import attempt, by_problem
from leaderboard.boards import Board
from leaderboard.entries import PublishedRun
from leaderboard.links import Links
from leaderboard.rendering import render
from leaderboard.verdicts import STATES, Mark, State, mark_all

FULL = 12
"""Runs whose answers all stand on a page."""
EACH = 2
"""Of more runs: how many that solve the problem, and how many that don't."""


class Group(NamedTuple):
    """Runs whose answers ended alike."""

    state: str
    words: str
    number: int
    links: Markup


class ProblemPages:
    """Makes the pages of a board's problems."""

    def __init__(self, links: Links, board: Board) -> None:
        """Take where everything stands."""
        self._links, self._board = links, board

    @cached_property
    def _judged(self) -> list[tuple[PublishedRun, dict[str, list[Verdict]]]]:
        """The verdicts of every run by problem; not before a page is made."""
        return [(entry, by_problem(entry)) for entry in self._board.entries]

    @cached_property
    def _names(self) -> dict[str, str]:
        """A link to every run, by its id."""
        links = self._links
        return {
            entry.run.id: f'<a href="../../{links.run(entry)}" data-run="{links.runs[entry.run.id]}">'
            f"{escape(entry.run.model.name)}</a>"
            for entry in self._board.entries
        }

    def page(self, position: int) -> bytes:
        """Return one page, by the place of its problem."""
        board = self._board
        problem = board.problems[position]
        asked = [(entry, rows[problem]) for entry, rows in self._judged if problem in rows]
        marks = [(entry, mark_all(rows, entry.suites)) for entry, rows in asked]
        shown = asked
        if len(asked) > FULL:
            right = [pair for pair, (_, mark) in zip(asked, marks, strict=True) if mark.state == "pass"]
            wrong = [pair for pair, (_, mark) in zip(asked, marks, strict=True) if mark.state != "pass"]
            shown = [*right[:EACH], *wrong[:EACH]]
        models = [(entry, mark) for entry, mark in marks if not entry.reference]
        return render(
            "problem.html",
            "../../",
            links=self._links,
            board=board,
            problem=problem,
            prompt=next((e.prompts[problem] for e in board.entries if problem in e.prompts), ""),
            language=board.entries[0].language,
            licence=next((e.licence for e in board.entries if e.licence), ""),
            withheld=next((e.withheld for e in board.entries if e.withheld), ""),
            models=len(models),
            solved=sum(mark.state == "pass" for _, mark in models),
            part=sum(mark.state == "part" for _, mark in models),
            groups=self._groups(marks) if shown is not asked else [],
            attempts=[attempt(entry, rows) for entry, rows in shown],
            before=board.problems[position - 1] if position else None,
            after=board.problems[position + 1] if position + 1 < len(board.problems) else None,
        )

    def _groups(self, marks: Sequence[tuple[PublishedRun, Mark]]) -> list[Group]:
        """Return the names of all runs by how their answers ended."""
        found: dict[State, list[str]] = {}
        for entry, mark in marks:
            found.setdefault(mark.state, []).append(self._names[entry.run.id])
        order = list(STATES)
        return [
            Group(state, STATES[state], len(names), Markup(", ".join(names)))  # noqa: S704 - names are escaped above
            for state, names in sorted(found.items(), key=lambda item: order.index(item[0]))
        ]
