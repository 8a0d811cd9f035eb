"""The dialog that chooses the columns of Results."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Static

from tui.marks import Mark
from tui.results import CHOICES
from tui.screens.dialog import Dialog
from tui.widgets.keyline import keys_of
from tui.widgets.picker import Picker
from tui.widgets.table import Column, Row


class Columns(Dialog[list[str]]):
    """Closes with the names chosen, in their order of choice; none: as many as fit."""

    DEFAULT_CSS = "Columns { #box { width: 64; } #columns { height: 14; } }"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "choose", "Choose"),
        Binding("enter", "take", "Done"),
        Binding("u", "usual", "As many as fit"),
        Binding("escape,q", "close", "Leave"),
    ]

    def __init__(self, chosen: Sequence[str]) -> None:
        """Begin with those chosen last."""
        super().__init__()
        self.chosen = [name for name in chosen if name in CHOICES]

    def compose(self) -> ComposeResult:
        """Title, list, keys."""
        with Vertical(id="box"):
            yield Static("Columns of Results", id="question", markup=False)
            yield Picker([Column("name", "Column", 12), Column("about", "", 20, flex=1)], id="columns")
            yield keys_of(("Space", "choose"), ("Enter", "done"), ("u", "as many as fit"), ("Esc", "leave"))

    def on_mount(self) -> None:
        """Fill the list."""
        picker = self.query_one(Picker)
        picker.chosen = dict.fromkeys(self.chosen)
        picker.offer(
            Row(name, {"name": (Mark(name, "strong"),), "about": (Mark(about, "muted"),)}, {}, name)
            for name, about in CHOICES.items()
        )
        picker.focus()

    def action_choose(self) -> None:
        """Choose or leave out the column under the cursor."""
        self.query_one(Picker).toggle()

    def action_take(self) -> None:
        """Close with what is chosen."""
        self.dismiss(list(self.query_one(Picker).chosen))

    def action_usual(self) -> None:
        """Close with no choice: as many columns as fit."""
        self.dismiss([])

    def action_close(self) -> None:
        """Change nothing."""
        self.dismiss(None)
