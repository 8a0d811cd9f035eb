"""Forms: fields that are checked while they are typed, and what they make, shown as it will be."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar, NamedTuple

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Button, Input, Label, Static

from tui.actions import bindings
from tui.marks import clean
from tui.screens.dialog import Dialog
from tui.widgets.choice import Choice
from tui.widgets.keyline import KeyLine, keys_of
from tui.widgets.table import Column, Row, Table

Values = dict[str, str]


class Field(NamedTuple):
    """One field of a form."""

    name: str
    label: str
    placeholder: str = ""
    value: str = ""
    options: Sequence[str] = ()
    """Where there are some, one of them is chosen instead of typed."""


class Form(Dialog[Values]):
    """Closes with what was typed, once nothing is wrong with it; with None where it is left."""

    PLACE = "form"
    DEFAULT_CSS = """
    Form {
        align: center middle;
        #box { width: 92; }
        #fields { height: auto; max-height: 16; }
        .field { height: 1; margin: 0; }
        .field Label { width: 18; color: $foreground 60%; }
        .field Input { width: 1fr; height: 1; border: none; padding: 0 1; background: $panel; margin: 0 0 0 0; }
        .field Input:focus { background: $primary 20%; }
        #trouble { height: auto; max-height: 5; margin: 1 0 0 0; color: $error; }
        #preview { height: auto; max-height: 8; margin: 1 0 0 0; color: $foreground 65%; }
        #buttons { height: 1; margin: 1 0 0 0; align-horizontal: right; }
        #buttons Button { margin: 0 0 0 2; }
        &.-short #trouble { margin: 0; }
        &.-short #preview { margin: 0; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings("form"),
        Binding("tab", "app.focus_next", "Next field"),
        Binding("shift+tab", "app.focus_previous", show=False),
        Binding("down", "app.focus_next", show=False),
        Binding("up", "app.focus_previous", show=False),
    ]

    def __init__(
        self,
        title: str,
        fields: Sequence[Field],
        check: Callable[[Values], str],
        preview: Callable[[Values], str],
        verb: str = "Save",
        about: str = "",
    ) -> None:
        """Ask for ``fields``.

        Args:
            title: Of the form.
            fields: From top to bottom.
            check: Returns what is wrong with the values, or an empty text; called at every key.
            preview: Returns what the values make, e.g. a command.
            verb: Label of the button that does it.
            about: A line or two below the title.
        """
        super().__init__()
        self.heading, self.fields, self.check, self.preview = title, fields, check, preview
        self.verb, self.about = verb, about
        self.touched = False

    def compose(self) -> ComposeResult:
        """Title, fields, what is wrong, what comes of it, buttons."""
        with Vertical(id="box"):
            yield Static(self.heading, id="question", markup=False)
            if self.about:
                yield Static(self.about, id="detail", markup=False)
            with VerticalScroll(id="fields", can_focus=False):
                for field in self.fields:
                    with Horizontal(classes="field"):
                        yield Label(field.label, markup=False)
                        if field.options:
                            yield Choice(field.options, id=f"field-{field.name}")
                        else:
                            yield Input(
                                field.value, placeholder=field.placeholder, id=f"field-{field.name}", compact=True,
                                select_on_focus=False,
                            )  # fmt: skip
            yield Static("", id="trouble", markup=False)
            yield Static("", id="preview", markup=False)
            with Horizontal(id="buttons"):
                yield Button("Cancel", id="cancel", compact=True)
                yield Button(self.verb, id="start", variant="primary", compact=True)
        yield KeyLine()

    def on_mount(self) -> None:
        """Choose what is chosen, put the focus on the first field."""
        for field in self.fields:
            if field.options and field.value in field.options:
                self.query_one(f"#field-{field.name}", Choice).index = list(field.options).index(field.value)
        self.query_one(f"#field-{self.fields[0].name}").focus()
        self.edited()

    @property
    def values(self) -> Values:
        """What the fields say now, without spaces around it."""
        found: Values = {}
        for field in self.fields:
            widget = self.query_one(f"#field-{field.name}")
            found[field.name] = widget.value.strip() if isinstance(widget, (Input, Choice)) else ""
        return found

    @on(Input.Changed)
    @on(Choice.Changed)
    def _changed(self) -> None:
        self.touched = self.touched or any(
            self.values[field.name] != (field.value or (field.options[0] if field.options else ""))
            for field in self.fields
        )
        self.edited()

    def edited(self) -> None:
        """Say what is wrong, and what comes of it."""
        said = self.check(self.values)
        self.query_one("#trouble", Static).update(clean(said) if self.touched else "")
        self.query_one("#trouble", Static).display = bool(said) and self.touched
        self.query_one("#preview", Static).update(Content(clean(self.preview(self.values)) if not said else ""))
        self.query_one("#start", Button).disabled = bool(said)

    @on(Input.Submitted)
    @on(Button.Pressed, "#start")
    def action_save(self) -> None:
        """Close with the values, if nothing is wrong."""
        self.touched = True
        self.edited()
        if not self.check(self.values):
            self.dismiss(self.values)

    def action_choose(self) -> None:
        """Choose the next option, or press the button that has the focus."""
        if isinstance(self.focused, Choice):
            self.focused.cycle()
        elif isinstance(self.focused, Button):
            self.focused.press()

    @on(Button.Pressed, "#cancel")
    def action_cancel(self) -> None:
        """Leave."""
        self.dismiss(None)


class Pick(Dialog[str]):
    """A short list of which one is taken; None where it is left."""

    DEFAULT_CSS = "Pick { #box { width: 88; height: auto; } #options { height: auto; max-height: 18; } }"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,space", "take", "Take"),
        Binding("escape,q", "close", "Close"),
    ]

    def __init__(self, title: str, options: Sequence[tuple[str, str]], chosen: str = "") -> None:
        """Offer names with a line about each."""
        super().__init__()
        self.heading, self.options, self.chosen = title, options, chosen

    def compose(self) -> ComposeResult:
        """Title, list, keys."""
        size = max((len(name) for name, _ in self.options), default=8)
        with Vertical(id="box"):
            yield Static(self.heading, id="question", markup=False)
            yield Table([Column("name", "", min(30, size)), Column("about", "", 10, flex=1)], id="options")
            yield keys_of(("Enter", "take"), ("Esc", "leave"))

    def on_mount(self) -> None:
        """Fill the list."""
        from tui.marks import Mark, one_line

        table = self.query_one(Table)
        table.styles.height = max(4, min(18, len(self.options) + 1, self.app.size.height - 12))
        table.fill(
            Row(name, {"name": (Mark(name, "strong"),), "about": (Mark(one_line(about), "muted"),)}, {}, name)
            for name, about in self.options
        )
        table.focus()
        if self.chosen:
            table.select(self.chosen)

    @on(Table.Chosen)
    def action_take(self) -> None:
        """Take the row under the cursor."""
        self.dismiss(self.query_one(Table).key)

    def action_close(self) -> None:
        """Take none."""
        self.dismiss(None)
