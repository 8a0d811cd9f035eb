"""What all places share: a line of where you are, a footer, and Esc that backs out."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, cast

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Static
from textual.worker import Worker

from tui.marks import Line, Mark, content, one_line
from tui.messages import SettingsChanged
from tui.widgets.bar import PlaceBar
from tui.widgets.keyline import KeyLine

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
        self.update(content(marks, self.app.native_ansi_color), layout=False)


class Place(Screen[None]):
    """One place of the dashboard."""

    PLACE: ClassVar[str] = ""
    """Its key in ``tui.keys.PLACES``."""
    DEFAULT_CSS = """
    Place { #head { dock: top; height: 2; } }
    """

    _look: object = None
    """Theme, size, density and keys with which it was shown last."""
    _news: object = None
    """What had happened when it was shown last."""

    @property
    def board(self) -> Dashboard:
        """The app, with its type."""
        return cast("Dashboard", self.app)

    def compose(self) -> ComposeResult:
        """The places, where one is, what is to be seen, the keys."""
        with Vertical(id="head"):
            yield PlaceBar(self.board.current_mode, lambda: self.board.settings.keymap)
            yield Crumbs()
        yield from self.body()
        yield KeyLine()

    def body(self) -> ComposeResult:
        """Yield what the place shows."""
        yield from ()

    def on_screen_resume(self, event: events.ScreenResume) -> None:
        """Let the place show what happened while another was open, where anything did.

        Textual asks all styles of a screen anew whenever it is shown: 5 to 10 ms of a change of place, for nothing
        where neither theme nor size changed since.
        """
        self.opened()
        look = self.board.look_of_places
        event.refresh_styles = look != self._look
        if event.refresh_styles and self._look is not None:
            self._settings_changed()
        news = (self.board.revision, tuple(self.board.marked))
        if self.is_mounted and (event.refresh_styles or news != self._news):
            self._look, self._news = look, news
            self.resumed()

    @on(SettingsChanged)
    def _settings_changed(self) -> None:
        """Show other keys and colours, with the air that is wanted now."""
        self.board.dress(self)
        self.query_one(PlaceBar).on_resize()
        self.refresh_bindings()

    def opened(self) -> None:
        """Note that this is open now."""

    def resumed(self) -> None:
        """Show what happened while another place was open."""

    def leave(self) -> bool:
        """Clear what Esc should clear first; True if nothing was left and the place may close."""
        return True

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """Let the app show what broke in a thread."""
        self.board.on_worker_state_changed(event)


def put(widget: Static, text: Content) -> None:
    """Show a text, if it is another one; lay the screen out anew only where it has another number of lines."""
    old = widget.content
    if isinstance(old, Content):
        if old.is_same(text):
            return
        widget.update(text, layout=old.plain.count("\n") != text.plain.count("\n"))
    else:
        widget.update(text)
