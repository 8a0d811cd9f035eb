"""A place with one table that `/` narrows and `s` and `S` sort."""

from __future__ import annotations

from textual import on
from textual.widgets import Input

from tui.screens.place import Place
from tui.widgets.filter import Filter
from tui.widgets.table import Table


class Filtered(Place):
    """Subclasses yield a ``Table`` and a ``Filter``, and say what else follows from a filter."""

    def filtered(self) -> None:
        """Draw what follows from what the table shows now."""

    @property
    def table(self) -> Table:
        """The table."""
        return self.query_one(Table)

    def action_filter(self) -> None:
        """Type a filter."""
        self.query_one(Filter).open()

    @on(Input.Changed, "#filter")
    def _narrowed(self, event: Input.Changed) -> None:
        self.table.filter(event.value)
        self.filtered()

    @on(Filter.Left)
    def _to_table(self) -> None:
        self.table.focus()

    def leave(self) -> bool:
        """Clear the filter first; True if there is nothing left to clear."""
        return not self.query_one(Filter).close()

    def action_sort(self) -> None:
        """Sort by the next column."""
        self.table.sort_next()

    def action_reverse(self) -> None:
        """Reverse the order."""
        self.table.turn()

    @on(Table.Sorted)
    def _header(self, event: Table.Sorted) -> None:
        event.table.sort_by(event.key)
