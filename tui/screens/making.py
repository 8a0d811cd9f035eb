"""A list of works, trainings or datasets: going on with one, stopping it, its log."""

from __future__ import annotations

from typing import ClassVar

from tui.screens.listing import Listing
from tui.working import is_starting, log_of, resume_work, state_of_work
from tui.works import Making, Training


class WorkListing(Listing):
    """Subclasses say which works they list."""

    KIND: ClassVar[str]
    """"training" or "dataset"."""

    @property
    def work(self) -> Training | Making | None:
        """The work under the cursor, if it was begun."""
        works = self.board.works
        if works is None:
            return None
        return (works.trainings if self.KIND == "training" else works.datasets).get(self.key or "")

    @property
    def state(self) -> str:
        """State of the work under the cursor; empty where it wasn't begun."""
        return state_of_work(self.board, self.work) if self.work is not None else ""

    @property
    def free(self) -> bool:
        """Whether nothing makes the work under the cursor now."""
        work = self.work
        return work is None or (work.state != "running" and not is_starting(self.board, work))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Resume what was interrupted, stop what runs."""
        if action == "resume":
            return self.state in {"interrupted", "incomplete"}
        if action == "stop":
            return self.work is not None and self.work.state == "running"
        return True

    def action_resume(self) -> None:
        """Go on with the work under the cursor."""
        if self.key and self.check_action("resume", ()):
            resume_work(self.board, self.KIND, self.key)

    def action_stop(self) -> None:
        """Ask, then stop the work under the cursor; what it has done stays."""
        from tui.screens.board import ask_stop

        work = self.work
        if work is not None and work.state == "running":
            ask_stop(self, work.name, work.pid, work.began)

    def action_log(self) -> None:
        """Show the output of the last job."""
        log_of(self.board, self.board.last_job)
