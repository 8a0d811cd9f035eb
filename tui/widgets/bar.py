"""The first line: the places with their keys, the open one marked. A click goes there."""

from __future__ import annotations

from collections.abc import Callable

from textual import events
from textual.content import Content
from textual.widgets import Static

from tui.actions import MODES, key_name

GAP = 2


class PlaceBar(Static):
    """One line of places; where it is narrow only the open one has its name."""

    DEFAULT_CSS = """
    PlaceBar { height: 1; padding: 0 2; text-wrap: nowrap; }
    """

    def __init__(self, mode: str, keymap: Callable[[], dict[str, str]]) -> None:
        """Mark ``mode``; ``keymap`` returns the user's key map, whose keys are shown."""
        super().__init__("", id="places", markup=False)
        self.mode = mode
        self._keymap = keymap
        self._keys: dict[str, str] = {}
        self._spans: list[tuple[int, int, str]] = []

    def on_resize(self) -> None:
        """Write as much as there is room for."""
        of = self._keymap().get
        found = {name: of(f"app.go_{name}", room.key).partition(",")[0].strip() for name, room in MODES.items()}
        self._keys = {name: key_name(key) for name, key in found.items()}
        full = sum(len(self._keys[name]) + 1 + len(room.title) + GAP for name, room in MODES.items())
        names = full + 2 <= self.size.width
        plain = self.app.no_color or self.app.native_ansi_color
        quiet, key_style = ("dim", "") if plain else ("$foreground 60%", "$foreground 35%")
        parts: list[tuple[str, str]] = [("◆ ", "$primary")]
        at, self._spans = 2, []
        for name, room in MODES.items():
            open_ = name == self.mode
            label = f" {room.title}" if names or open_ else ""
            parts.append((self._keys[name], "$primary" if open_ else key_style))
            style = "$primary bold" if open_ else quiet
            parts += [(label, f"{style} underline" if open_ and plain else style), (" " * GAP, "")]
            size = len(self._keys[name]) + len(label)
            self._spans.append((at, at + size, name))
            at += size + GAP
        self.update(Content.assemble(*parts))

    async def on_click(self, event: events.Click) -> None:
        """Go to the place under the pointer."""
        for start, end, name in self._spans:
            if start <= event.x - 2 < end:
                await self.app.run_action(f"app.go('{name}')")
