"""A table of which several rows can be chosen."""

from __future__ import annotations

from collections.abc import Iterable

from textual.message import Message

from tui.marks import Mark
from tui.widgets.table import Column, Row, Table


class Picker(Table):
    """Space, Enter or a click chooses or leaves out the row under the cursor."""

    class Picked(Message):
        """Another set of rows is chosen."""

        def __init__(self, picker: Picker) -> None:
            """Name the picker."""
            super().__init__()
            self.picker = picker

        @property
        def control(self) -> Picker:
            """The picker."""
            return self.picker

    def __init__(self, columns: Iterable[Column], *, id: str | None = None) -> None:
        """Make an empty picker; a column for the sign is added in front."""
        super().__init__([Column("chosen", "", 1), *columns], id=id)
        self.chosen: dict[str, None] = {}
        """Keys of chosen rows, in the order of choice."""

    def offer(self, rows: Iterable[Row]) -> None:
        """Replace the rows; what is chosen and still there stays chosen."""
        rows = list(rows)
        keys = {row.key for row in rows}
        self.chosen = {key: None for key in self.chosen if key in keys}
        self.fill(rows)
        self._sign()

    def toggle(self) -> None:
        """Choose the row under the cursor, or leave it out."""
        if self.key is None:
            return
        if self.key in self.chosen:
            del self.chosen[self.key]
        else:
            self.chosen[self.key] = None
        self._sign()
        self.post_message(self.Picked(self))

    def clear_choice(self) -> None:
        """Leave out every row."""
        self.chosen = {}
        self._sign()

    def on_table_chosen(self, event: Table.Chosen) -> None:
        """A second click on a row is as good as space."""
        event.stop()
        self.toggle()

    def _sign(self) -> None:
        for row in self.rows:
            on = row.key in self.chosen
            if isinstance(row, Row):
                row.cells["chosen"] = (Mark("●", "accent") if on else Mark("○", "faint"),)
        self.refresh()
