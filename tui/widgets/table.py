"""A table with stable row keys, sorting, a filter and vim keys. Only visible rows are drawn."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import ClassVar, Literal, NamedTuple, Protocol

from rich.segment import Segment
from textual import events
from textual.binding import BindingType
from textual.geometry import Size
from textual.message import Message
from textual.reactive import reactive
from textual.strip import Strip

from tui.actions import bindings
from tui.marks import Line, Mark
from tui.widgets.marked import Marked, fit

GAP = 2
"""Cells between columns."""

SortKey = str | float


class Column(NamedTuple):
    """One column of a table."""

    key: str
    title: str
    width: int
    """Cells; the least width where ``flex``."""
    align: Literal["left", "right"] = "left"
    flex: int = 0
    """Share of the room that is left."""
    falling: bool = False
    """True: the first click sorts the largest value to the top."""


@dataclass(frozen=True)
class Row:
    """One row: what it shows, what it sorts by and where a filter looks."""

    key: str
    cells: dict[str, Line]
    sort: dict[str, SortKey]
    text: str
    """Lower-case text that the filter searches."""


class Rowlike(Protocol):
    """What a table asks of a row: ``Row``, or something that makes its cells when they are drawn."""

    @property
    def key(self) -> str:
        """Unique among the rows."""

    @property
    def cells(self) -> Mapping[str, Line]:
        """What it shows, by column."""

    @property
    def sort(self) -> Mapping[str, SortKey]:
        """What it sorts by, by column."""

    @property
    def text(self) -> str:
        """Lower-case text that the filter searches."""


class Table(Marked, can_focus=True):
    """Rows under a header that stays in place."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings("lists", "tables")]
    DEFAULT_CSS = """
    Table { height: 1fr; overflow-x: hidden; overflow-y: auto; scrollbar-size-vertical: 1; }
    """

    cursor: reactive[int] = reactive(0)
    hovered: reactive[int] = reactive(-1)

    class Moved(Message):
        """The cursor is on another row."""

        def __init__(self, table: Table, key: str) -> None:
            """Name the row."""
            super().__init__()
            self.table, self.key = table, key

        @property
        def control(self) -> Table:
            """The table."""
            return self.table

    class Chosen(Moved):
        """A row was clicked while the cursor was on it."""

    class Sorted(Moved):
        """A header was clicked; ``key`` is the column's."""

    def __init__(self, columns: Iterable[Column] = (), *, id: str | None = None) -> None:
        """Make an empty table."""
        super().__init__(id=id)
        self.columns = list(columns)
        self.rows: list[Rowlike] = []
        self.sort_key = ""
        self.falling = False
        self.needle = ""
        self.sought = ""
        """The words last filtered by: n and N find them again once the filter is gone."""
        self.touched = False
        """Whether a key moved the cursor."""
        self._all: dict[str, Rowlike] = {}
        self._widths: list[int] = []

    # -- what it holds

    def fill(self, rows: Iterable[Rowlike], columns: Iterable[Column] | None = None) -> None:
        """Replace the rows; the cursor stays on its row if that is still there."""
        if columns is not None:
            self.columns = list(columns)
        self._all = {row.key: row for row in rows}
        self._arrange()

    def sort(self, key: str, falling: bool) -> None:
        """Sort by a column."""
        self.sort_key, self.falling = key, falling
        self._arrange()

    def sort_by(self, key: str) -> None:
        """Sort by a column the way that suits it; sorted by it already, turn the order round."""
        if key == self.sort_key:
            self.turn()
        else:
            self.sort(key, next((c.falling for c in self.columns if c.key == key), False))

    def sort_next(self) -> None:
        """Sort by the next column that has a title, from the last on by the first."""
        keys = [c.key for c in self.columns if c.title]
        index = keys.index(self.sort_key) if self.sort_key in keys else -1
        self.sort_key = ""
        self.sort_by(keys[(index + 1) % len(keys)])

    def turn(self) -> None:
        """Turn the order round."""
        self.sort(self.sort_key, not self.falling)

    def filter(self, needle: str) -> None:
        """Show only rows that contain every word of ``needle``."""
        self.needle = needle
        self.sought = needle.strip() or self.sought
        self._arrange()

    @property
    def key(self) -> str | None:
        """Key of the row under the cursor; None where there are no rows."""
        return self.rows[self.cursor].key if 0 <= self.cursor < len(self.rows) else None

    def select(self, key: str) -> bool:
        """Put the cursor on a row; False if it isn't shown."""
        for index, row in enumerate(self.rows):
            if row.key == key:
                self.cursor = index
                return True
        return False

    def _arrange(self) -> None:
        before = self.key
        words = self.needle.lower().split()
        rows = [row for row in self._all.values() if all(word in row.text for word in words)]
        if self.sort_key:
            rows.sort(key=self._order, reverse=self.falling)
        self.rows = rows
        self._measure()
        self.virtual_size = Size(self.size.width, len(rows) + 1)
        index = next((i for i, row in enumerate(rows) if row.key == before), -1)
        self.cursor = index if index >= 0 else max(0, min(self.cursor, len(rows) - 1))
        if self.key != before and self.key is not None:
            self.post_message(self.Moved(self, self.key))
        self._follow(animate=False)
        self.refresh()

    def _order(self, row: Rowlike) -> tuple[int, float, str]:
        value = row.sort.get(self.sort_key)
        if value is None:  # rows without a value stand at the end, whichever way it is sorted
            return (0 if self.falling else 1, 0.0, "")
        known = 1 if self.falling else 0
        return (known, 0.0, value) if isinstance(value, str) else (known, float(value), "")

    # -- how it looks

    def _measure(self) -> None:
        room = self.size.width - 3 - sum(c.width for c in self.columns) - GAP * (len(self.columns) - 1)
        shares = sum(c.flex for c in self.columns) or 1
        self._widths = [c.width + (max(0, room) * c.flex // shares) for c in self.columns]

    def on_resize(self) -> None:
        """Give flexible columns their new width."""
        self._measure()
        self.virtual_size = Size(self.size.width, len(self.rows) + 1)
        self._follow(animate=False)
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """Draw the header, or the row at line ``y`` of the view."""
        width = self.size.width
        if y == 0:
            return self._header(width)
        index = y - 1 + self.scroll_offset.y
        if not 0 <= index < len(self.rows):
            return Strip.blank(width, self.role_style(""))
        over = None
        if index == self.cursor:
            over = self.over_style("marked--cursor")
        elif index == self.hovered:
            over = self.over_style("marked--hover")
        row = self.rows[index]
        line: list[Mark] = [Mark("▌" if index == self.cursor and self.has_focus else " ", "accent")]
        for column, size in zip(self.columns, self._widths, strict=False):
            if len(line) > 1:
                line.append(Mark(" " * GAP))
            line.extend(fit(row.cells.get(column.key, ()), size, column.align))
        return self.paint(tuple(line), width, over)

    def _header(self, width: int) -> Strip:
        style = self.get_component_rich_style("marked--header")
        text = " "
        for position, (column, size) in enumerate(zip(self.columns, self._widths, strict=False)):
            title = column.title
            if column.key == self.sort_key:
                arrow = "↓" if self.falling else "↑"
                title = f"{arrow} {title}" if column.align == "right" else f"{title} {arrow}"
            cell = fit((Mark(title),), size, column.align)
            text += (" " * GAP if position else "") + "".join(mark.text for mark in cell)
        return Strip([Segment(text, style)]).adjust_cell_length(width, self.role_style(""))

    # -- keys and mouse

    def watch_cursor(self, old: int, new: int) -> None:
        """Keep the cursor in view and tell others."""
        top = self.scroll_offset.y
        self._follow()
        if self.scroll_offset.y == top:
            self.refresh_lines_of_view(old + 1 - top, new + 1 - top)
        else:
            self.refresh()
        if self.key is not None and old != new:
            self.post_message(self.Moved(self, self.key))

    def watch_hovered(self, old: int, new: int) -> None:
        """Draw the row under the pointer."""
        top = self.scroll_offset.y
        self.refresh_lines_of_view(*(row + 1 - top for row in (old, new) if row >= 0))

    def _follow(self, animate: bool = False) -> None:
        height = self.size.height - 1
        top = self.scroll_offset.y
        if height <= 0:
            return
        if self.cursor < top:
            self.scroll_to(y=self.cursor, animate=animate, immediate=True)
        elif self.cursor >= top + height:
            self.scroll_to(y=self.cursor - height + 1, animate=animate, immediate=True)

    def move(self, by: int) -> None:
        """Move the cursor by some rows, as far as there are any."""
        self.touched = True
        if self.rows:
            self.cursor = max(0, min(len(self.rows) - 1, self.cursor + by))

    def action_move(self, by: int) -> None:
        """Move by one row."""
        self.move(by)

    def action_page(self, direction: int) -> None:
        """Move by half a page."""
        self.move(direction * max(1, (self.size.height - 1) // 2))

    def action_edge(self, direction: int) -> None:
        """Go to the first or last row."""
        self.move(direction * len(self.rows))

    def action_side(self, direction: int) -> None:
        """Nothing lies left or right of a row."""

    def action_seek(self, direction: int) -> None:
        """Go to the next row with the words last searched for, round the end."""
        words, count = self.sought.lower().split(), len(self.rows)
        for step in range(1, count + 1):
            index = (self.cursor + direction * step) % count
            if words and all(word in self.rows[index].text for word in words):
                self.cursor = index
                return
        self.app.bell()

    def plain(self, row: Rowlike) -> list[str]:
        """Return the cells of a row as text, in the order of the columns that have a title."""
        return [
            " ".join("".join(mark.text for mark in row.cells.get(column.key, ())).split())
            for column in self.columns
            if column.title
        ]

    def action_copy_row(self) -> None:
        """Copy the row under the cursor, its cells separated by tabs."""
        if self.key is not None:
            self.app.copy_to_clipboard("\t".join(self.plain(self.rows[self.cursor])))
            self.notify("Copied: the row.")

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Follow the pointer."""
        self.hovered = event.y - 1 + self.scroll_offset.y if event.y > 0 else -1

    def on_leave(self) -> None:
        """Forget the pointer."""
        self.hovered = -1

    def on_click(self, event: events.Click) -> None:
        """Sort by a header; move to a row; choose the row under the cursor."""
        if event.y == 0:
            position = 1
            for column, size in zip(self.columns, self._widths, strict=False):
                if position <= event.x < position + size + GAP:
                    self.post_message(self.Sorted(self, column.key))
                    return
                position += size + GAP
            return
        index = event.y - 1 + self.scroll_offset.y
        if not 0 <= index < len(self.rows):
            return
        if index == self.cursor:
            self.post_message(self.Chosen(self, self.rows[index].key))
        else:
            self.cursor = index
