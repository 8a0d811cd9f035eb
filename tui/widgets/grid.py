"""The grid of a run: one cell per problem, filled as verdicts arrive."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.segment import Segment
from textual import events
from textual.binding import BindingType
from textual.geometry import Size
from textual.message import Message
from textual.reactive import reactive
from textual.strip import Strip

from tui.actions import bindings
from tui.marks import STATES, Role
from tui.widgets.marked import Marked

CELL = 2
"""Terminal cells per problem: the glyph and a space."""
GUTTER = 6
"""Cells for the number of a row's first problem."""


class Grid(Marked, can_focus=True):
    """Problems as glyphs in rows of ten; the cursor names one of them."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings("lists")]
    DEFAULT_CSS = """
    Grid { height: auto; overflow-x: hidden; overflow-y: auto; scrollbar-size-vertical: 1; }
    """

    cursor: reactive[int] = reactive(0)

    class Moved(Message):
        """The cursor is on another problem."""

        def __init__(self, grid: Grid, key: str) -> None:
            """Name the problem."""
            super().__init__()
            self.grid, self.key = grid, key

        @property
        def control(self) -> Grid:
            """The grid."""
            return self.grid

    class Chosen(Moved):
        """A cell was clicked while the cursor was on it."""

    def __init__(self, *, id: str | None = None) -> None:
        """Make an empty grid."""
        super().__init__(id=id)
        self.keys: Sequence[str] = ()
        self.states: dict[str, str] = {}
        self.shown: frozenset[str] | None = None
        """Problems that a filter lets through; the others are dimmed. None: all."""

    def fill(self, keys: Sequence[str], states: dict[str, str], shown: frozenset[str] | None = None) -> None:
        """Show ``keys`` in order, each with its state (a key of ``tui.marks.STATES``)."""
        resized = len(keys) != len(self.keys)
        self.keys, self.states, self.shown = keys, states, shown
        self.cursor = max(0, min(self.cursor, len(keys) - 1))
        self.virtual_size = Size(self.size.width, self.line_count)
        self.refresh(layout=resized)

    @property
    def per_line(self) -> int:
        """Problems per line: as many tens as fit, so that a column means something."""
        return self._fitting(self.size.width)

    def _fitting(self, width: int) -> int:
        room = width - GUTTER
        return 10 * (room // (10 * CELL + 1)) or max(1, room // CELL)

    @property
    def line_count(self) -> int:
        """Lines that the problems take."""
        return -(-len(self.keys) // self.per_line) if self.keys else 1

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """Return the lines needed at ``width``."""
        return max(1, -(-len(self.keys) // self._fitting(width)))

    def on_resize(self) -> None:
        """Break the lines anew."""
        self.virtual_size = Size(self.size.width, self.line_count)
        self.refresh()

    @property
    def key(self) -> str | None:
        """Problem under the cursor."""
        return self.keys[self.cursor] if 0 <= self.cursor < len(self.keys) else None

    def select(self, key: str) -> None:
        """Put the cursor on a problem, if it is there."""
        if key in self.keys:
            self.cursor = self.keys.index(key)

    def render_line(self, y: int) -> Strip:
        """Draw one line of problems."""
        first = (y + self.scroll_offset.y) * self.per_line
        if first >= len(self.keys):
            return Strip.blank(self.size.width, self.role_style(""))
        segments = [Segment(f"{first:>{GUTTER - 2}}  ", self.role_style("faint"))]
        cursor = self.over_style("marked--cursor")
        # Neighbours of one role are one segment: a strip per cell took 2.5 ms a line.
        text = ""
        role: Role = ""
        for index in range(first, min(first + self.per_line, len(self.keys))):
            key = self.keys[index]
            mark = STATES[self.states.get(key, "pending")]
            named: Role = "faint" if self.shown is not None and key not in self.shown else mark.role
            gap = " " * (2 if (index - first) % 10 == 9 else 1)
            if index == self.cursor:
                style = self.role_style("" if cursor.reverse else named) + cursor
                segments += [Segment(text, self.role_style(role)), Segment(mark.text, style)]
                text, role = gap, ""
            elif named == role:
                text += mark.text + gap
            else:
                segments.append(Segment(text, self.role_style(role)))
                text, role = mark.text + gap, named
        segments.append(Segment(text, self.role_style(role)))
        return Strip(segments).adjust_cell_length(self.size.width, self.role_style(""))

    def watch_cursor(self, old: int, new: int) -> None:
        """Keep the cursor in view and tell others."""
        line = new // self.per_line
        top, height = self.scroll_offset.y, self.size.height
        if height and line < top:
            self.scroll_to(y=line, animate=False, immediate=True)
        elif height and line >= top + height:
            self.scroll_to(y=line - height + 1, animate=False, immediate=True)
        if self.scroll_offset.y == top:
            self.refresh_lines_of_view(old // self.per_line - top, line - top)
        else:
            self.refresh()
        if self.key is not None and old != new:
            self.post_message(self.Moved(self, self.key))

    def _to(self, index: int) -> None:
        if self.keys:
            self.cursor = max(0, min(len(self.keys) - 1, index))

    def action_move(self, by: int) -> None:
        """Move one line up or down, in the same column."""
        target = self.cursor + by * self.per_line
        if 0 <= target < len(self.keys):
            self.cursor = target

    def action_side(self, direction: int) -> None:
        """Move to the problem before or after."""
        self._to(self.cursor + direction)

    def action_page(self, direction: int) -> None:
        """Move by half the height."""
        self._to(self.cursor + direction * self.per_line * max(1, self.size.height // 2))

    def action_edge(self, direction: int) -> None:
        """Go to the first or last problem."""
        self._to(self.cursor + direction * len(self.keys))

    def _index_at(self, x: int, y: int) -> int:
        """Return the index of the problem at a place of the view, or -1."""
        offset = x - GUTTER
        column = -1
        if offset >= 0:
            group, inside = divmod(offset, 10 * CELL + 1)
            column = group * 10 + min(9, inside // CELL)
        if not 0 <= column < self.per_line:
            return -1
        index = (y + self.scroll_offset.y) * self.per_line + column
        return index if index < len(self.keys) else -1

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Name the problem under the pointer."""
        index = self._index_at(event.x, event.y)
        if index < 0:
            self.tooltip = None
        else:
            from textual.content import Content

            key = self.keys[index]
            self.tooltip = Content(f"{key}  {self.states.get(key, 'pending')}")

    def on_click(self, event: events.Click) -> None:
        """Move to a problem; choose the one under the cursor."""
        index = self._index_at(event.x, event.y)
        if index < 0:
            return
        if index == self.cursor:
            self.post_message(self.Chosen(self, self.keys[index]))
        else:
            self.cursor = index
