"""What all places share: a line of where you are, a footer, and Esc that backs out."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, cast

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.screen import Screen
from textual.widgets import Footer, Static
from textual.worker import Worker

from tui.marks import Line, Mark, content, one_line
from tui.widgets.bar import PlaceBar

if TYPE_CHECKING:
    from tui.app import Dashboard


class Crumbs(Static):
    """The second line: where one is, and on the right what one should know."""

    DEFAULT_CSS = """
    Crumbs { height: 1; padding: 0 2; text-wrap: nowrap; text-overflow: ellipsis; }
    """

    def __init__(self) -> None:
        """Make an empty line."""
        super().__init__("", id="crumbs", markup=False)
        self._parts: tuple[tuple[str, ...], Line] = ((), ())

    def show(self, path: tuple[str, ...], right: Line = ()) -> None:
        """Show a path, the last part strong, and something at the right end."""
        self._parts = (path, right)
        self.on_resize()

    def on_resize(self) -> None:
        """Put the right part at the right end."""
        path, right = self._parts
        if not path:
            return
        marks: list[Mark] = []
        for position, part in enumerate(path):
            marks += [Mark("  ›  " if position else "", "faint")]
            marks += [Mark(one_line(part), "strong" if position == len(path) - 1 else "muted")]
        used = sum(len(mark.text) for mark in marks)
        room = self.size.width - used - sum(len(mark.text) for mark in right)
        if room > 1:
            marks += [Mark(" " * room), *right]
        self.update(content(marks, self.app.native_ansi_color))


class Place(Screen[None]):
    """One place of the dashboard."""

    PLACE: ClassVar[str] = ""
    """Its key in ``tui.keys.PLACES``."""
    DEFAULT_CSS = """
    Place { #head { dock: top; height: 2; } }
    """

    @property
    def board(self) -> Dashboard:
        """The app, with its type."""
        return cast("Dashboard", self.app)

    def compose(self) -> ComposeResult:
        """The places, where one is, what is to be seen, the keys."""
        with Vertical(id="head"):
            yield PlaceBar(self.board.current_mode, self.board.settings.keymap)
            yield Crumbs()
        yield from self.body()
        yield Footer(show_command_palette=False)

    def body(self) -> ComposeResult:
        """Yield what the place shows."""
        yield from ()

    def leave(self) -> bool:
        """Clear what Esc should clear first; True if nothing was left and the place may close."""
        return True

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """Let the app show what broke in a thread."""
        self.board.on_worker_state_changed(event)
