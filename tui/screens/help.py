"""The help: every key of every place, drawn from the action table; the open place first."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, cast

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from tui.actions import PLACES, actions_of, key_names, keys_now
from tui.marks import STATES, content
from tui.screens.dialog import Dialog
from tui.widgets.keyline import keys_of
from tui.widgets.pane import Pane

if TYPE_CHECKING:
    from tui.app import Dashboard


class Help(Dialog[None]):
    """The keys."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,q,question_mark,f1,enter", "close", "Close")]

    def __init__(self, place: str) -> None:
        """Put ``place`` first."""
        super().__init__()
        self.place = place if place in PLACES else "app"

    def compose(self) -> ComposeResult:
        """Show the text and how to close it."""
        with Vertical(id="box", classes="text"):
            yield Static(f"{PLACES[self.place].title}: help", id="question", markup=False)
            yield Pane(id="text", wrap=True)
            yield keys_of(("Esc", "close"))

    def on_mount(self) -> None:
        """Draw the table."""
        pane = self.query_one("#text", Pane)
        pane.show(help_text(self.place, cast("Dashboard", self.app).settings.keymap))
        pane.focus()

    def action_close(self) -> None:
        """Close."""
        self.dismiss(None)


def help_text(place: str, keymap: dict[str, str]) -> Content:
    """Return the help of a place: what it is, its keys (the user's), then the keys that work everywhere."""
    parts: list[Content] = []
    if about := PLACES[place].about:
        parts += [Content.styled(about, "$foreground 65%"), Content("")]
    for name in dict.fromkeys((place, "lists", "app")):
        parts.append(Content.styled(PLACES[name].title, "$primary bold"))
        rows = actions_of(name)
        keys = [key_names(",".join(keys_now(action, keymap))) for action in rows]
        size = max(map(len, keys))
        parts.extend(
            Content.assemble((f"  {names:<{size}}   ", "bold"), (action.help, "$foreground 65%"))
            for names, action in zip(keys, rows, strict=True)
        )
        parts.append(Content(""))
    parts.append(Content.styled("Signs", "$primary bold"))
    parts.extend(Content.assemble("  ", content([mark]), f"  {name}") for name, mark in STATES.items())
    return Content("\n").join(parts)
