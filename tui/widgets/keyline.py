"""The last line: what can be pressed here, from the table of actions. A click presses it."""

from __future__ import annotations

from typing import NamedTuple

from textual import events
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Static

GAP = 3
"""Cells between two hints."""


class Hint(NamedTuple):
    """One key and what it does."""

    key: str
    """Textual's name of the key."""
    shown: str
    """The key as people write it."""
    label: str
    enabled: bool
    tooltip: str
    everywhere: bool
    """It belongs to the app, and stays where the line is too narrow for all."""

    @property
    def width(self) -> int:
        """Cells that it takes."""
        return len(self.shown) + 1 + len(self.label)


class KeyLine(Static):
    """One line of keys; what the place offers first, what works everywhere last.

    Textual's Footer makes a widget per key and all of them anew whenever bindings are refreshed: 10 ms of 27 for
    a step in a table. This is one text that is drawn when it changed.
    """

    ALLOW_SELECT = False
    DEFAULT_CSS = """
    KeyLine { dock: bottom; height: 1; padding: 0 2; text-wrap: nowrap; background: $footer-background; }
    """

    def __init__(self) -> None:
        """Make an empty line."""
        super().__init__("", markup=False)
        self.hints: tuple[Hint, ...] = ()
        self._spans: list[tuple[int, int, Hint]] = []
        self._asked = False

    def on_mount(self) -> None:
        """Hear of changed bindings."""
        self.screen.bindings_updated_signal.subscribe(self, self._changed)

    def on_resize(self) -> None:
        """Show as many as fit."""
        self._draw()

    def _changed(self, screen: Screen[object]) -> None:
        # Several refreshes of bindings in one turn, as a key causes them, are one look.
        if not self._asked and self.is_attached and screen is self.screen:
            self._asked = True
            self.call_after_refresh(self.look)

    def look(self) -> None:
        """Ask which bindings are active; draw them if they are others than before."""
        self._asked = False
        if not self.is_attached:
            return
        found: dict[str, Hint] = {}
        for node, binding, enabled, tooltip in self.screen.active_bindings.values():
            if binding.show and binding.action not in found:
                shown, app = self.app.get_key_display(binding), node is self.app
                hint = Hint(binding.key, shown, binding.description, enabled, tooltip or binding.description, app)
                found[binding.action] = hint
        hints = tuple(found.values())
        if hints != self.hints:
            self.hints = hints
            self._draw()

    def _draw(self) -> None:
        room = self.content_size.width
        own = [hint for hint in self.hints if not hint.everywhere]
        rest = [hint for hint in self.hints if hint.everywhere]
        cut = False
        while own and _size([*own, *rest]) + 2 * cut > room:
            own.pop()
            cut = True
        plain = self.app.no_color or self.app.native_ansi_color
        key_style = "bold" if plain else "$footer-key-foreground bold"
        quiet = "" if plain else "$footer-description-foreground"
        parts: list[tuple[str, str]] = []
        at, self._spans = 0, []
        for number, hint in enumerate([*own, *rest]):
            if cut and number == len(own):
                parts.append(("… ", quiet))
                at += 2
            off = "" if hint.enabled else " dim"
            parts += [(hint.shown, key_style + off), (f" {hint.label}", (quiet + off).strip()), (" " * GAP, "")]
            self._spans.append((at, at + hint.width, hint))
            at += hint.width + GAP
        self.update(Content.assemble(*parts), layout=False)

    def _at(self, x: int) -> Hint | None:
        return next((hint for start, end, hint in self._spans if start <= x - 2 < end), None)

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Say in a sentence what the key under the pointer does."""
        hint = self._at(event.x)
        tooltip = Content(hint.tooltip) if hint is not None else None
        if tooltip != self.tooltip:
            self.tooltip = tooltip

    def on_click(self, event: events.Click) -> None:
        """Press the key under the pointer."""
        hint = self._at(event.x)
        if hint is None:
            return
        if hint.enabled:
            self.app.simulate_key(hint.key)
        else:
            self.app.bell()


def _size(hints: list[Hint]) -> int:
    return sum(hint.width for hint in hints) + GAP * (len(hints) - 1)


def keys_of(*keys: tuple[str, str]) -> Static:
    """Return the last line of a dialog: keys, and what each does."""
    parts = [Content.assemble((key, "$primary bold"), f" {text}") for key, text in keys]
    return Static(Content("   ").join(parts), id="keys")
