"""Jump mode: a letter on everything that can have the focus; the letter goes there."""

from __future__ import annotations

from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import ModalScreen
from textual.widget import Widget
from textual.widgets import Static

LETTERS = "asdfjkl;ghqwertyuiopzxcvbnm"


class Jump(ModalScreen[Widget]):
    """Letters above the place that is open."""

    DEFAULT_CSS = """
    Jump { align: left top; layers: default; }
    Jump .letter {
        position: absolute; width: 3; height: 1; text-align: center;
        background: $primary; color: $background; text-style: bold;
    }
    Jump:ansi .letter { text-style: reverse bold; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,ctrl+o", "close", "Close")]

    def __init__(self, targets: list[Widget]) -> None:
        """Offer ``targets``; those beyond the number of letters have none."""
        super().__init__()
        self.targets = dict(zip(LETTERS, targets, strict=False))
        self._left = False

    def compose(self) -> ComposeResult:
        """Put a letter at the upper left corner of each."""
        for letter, widget in self.targets.items():
            label = Static(letter, classes="letter", markup=False)
            label.styles.offset = widget.region.offset
            yield label

    def on_key(self, event: events.Key) -> None:
        """Go to the target of a letter."""
        letter = event.character or ""
        if letter in self.targets:
            event.stop()
            event.prevent_default()
            self._leave(self.targets[letter])
        elif event.is_printable:
            event.stop()
            self.app.bell()

    def on_resize(self, event: events.Resize) -> None:
        """Letters stand where things were: close when they move."""
        moved = event.size != self.app.size or (self.is_mounted and self._stale())
        if moved and self.is_current:
            self._leave(None)

    def _stale(self) -> bool:
        labels = self.query(".letter").results(Static)
        return any(
            label.styles.offset.x.value != widget.region.x or label.styles.offset.y.value != widget.region.y
            for label, widget in zip(labels, self.targets.values(), strict=False)
        )

    def action_close(self) -> None:
        """Stay where one was."""
        self._leave(None)

    def _leave(self, widget: Widget | None) -> None:
        # A second resize, or a letter, may come before the first has closed it: a result can be given once.
        if not self._left:
            self._left = True
            self.dismiss(widget)


def targets_of(screen: Widget) -> list[Widget]:
    """Return what can have the focus and is in view, from the top to the bottom."""
    found = [
        widget
        for widget in screen.query("*").results(Widget)
        if widget.focusable and widget.display and widget.region.area and widget.is_on_screen
    ]
    return sorted(found, key=lambda widget: (widget.region.y, widget.region.x))
