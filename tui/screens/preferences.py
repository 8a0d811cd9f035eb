"""Settings: theme, density and the keys of every action, in one list; a change holds at once and is saved."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, cast

from textual import events, on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, Static

from tui.actions import ACTIONS, PLACES, Action, bindings, clash, key_name, key_names, keys_now
from tui.marks import Line, Mark
from tui.screens.dialog import Dialog
from tui.screens.form import Pick
from tui.screens.place import put
from tui.settings import DENSITIES, Settings, save_keys, save_settings
from tui.widgets.filter import Filter
from tui.widgets.keyline import keys_of
from tui.widgets.table import Column, Row, Table

if TYPE_CHECKING:
    from tui.app import Dashboard

LOOK = {"theme": "Theme", "density": "Density"}
"""Settings that are no keys."""
ABOUT = {
    "theme": "Ours, those of Textual, and yours: TOML files in themes/ beside the settings.",
    "density": "comfortable: air around and between what is shown; compact: more lines of it.",
}
BY_ID: dict[str, Action] = {action.id: action for action in ACTIONS}
FIXED = {"ctrl+c"}
"""Keys that are the terminal's."""


class Preferences(Dialog[None]):
    """The list; Enter changes what is under the cursor."""

    PLACE = "settings"
    DEFAULT_CSS = """
    Preferences {
        #box { width: 96; height: 80%; }
        #list { height: 1fr; }
        #filter { margin: 1 0 0 0; dock: none; padding: 0 1; }
        #detail { margin: 1 0 0 0; height: 2; }
        #keys { margin: 0; }
        &.-short #box { height: 94%; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("settings")]

    @property
    def board(self) -> Dashboard:
        """The app, with its type."""
        return cast("Dashboard", self.app)

    @property
    def settings(self) -> Settings:
        """What is set here."""
        return self.board.settings

    @property
    def key(self) -> str:
        """The setting under the cursor: "theme", "density" or the id of an action."""
        return self.query_one(Table).key or ""

    def compose(self) -> ComposeResult:
        """Title, list, a line to narrow it, what is to be said of the row, keys."""
        columns = [Column("place", "Where", 14), Column("name", "What", 14, flex=1), Column("value", "", 26, flex=1)]
        with Vertical(id="box"):
            yield Static("Settings", id="question", markup=False)
            yield Table(columns, id="list")
            yield Filter("Filter by place, action or key")
            yield Static("", id="detail", markup=False)
            yield keys_of(("Enter", "change"), ("r", "reset"), ("/", "filter"), ("Esc", "close"))

    def on_mount(self) -> None:
        """Fill the list."""
        self.query_one(Table).focus()
        self.draw()

    def draw(self) -> None:
        """Draw the list anew."""
        rows = [self._row(name, "Look", title, getattr(self.settings, name)) for name, title in LOOK.items()]
        keymap = self.settings.keymap
        for action in BY_ID.values():
            keys = key_names(",".join(keys_now(action, keymap)))
            rows.append(self._row(action.id, PLACES[action.place].title, action.label, keys))
        self.query_one(Table).fill(rows)
        self.about()

    def _row(self, key: str, place: str, name: str, value: str) -> Row:
        cells: dict[str, Line] = {
            "place": (Mark(place, "muted"),),
            "name": (Mark(name, "strong"),),
            "value": (Mark(value, "accent" if self.changed(key) else ""),),
        }
        return Row(key, cells, {}, f"{place} {name} {key} {value}".lower())

    def changed(self, key: str) -> bool:
        """Tell whether a setting differs from its usual value."""
        usual = Settings(path=self.settings.path)
        return getattr(self.settings, key) != getattr(usual, key) if key in LOOK else key in self.settings.keymap

    @on(Table.Moved)
    def about(self) -> None:
        """Say what the row under the cursor is."""
        action = BY_ID.get(self.key)
        said = ABOUT.get(self.key, "") if action is None else action.help
        if action is not None and action.id in self.settings.keymap:
            said += f" Usually {key_names(action.keys)}."
        if self.key == "theme" and self.board.theme_troubles:
            said = f"Can't be used: {self.board.theme_troubles[0]}"
        put(self.query_one("#detail", Static), Content(said))

    @on(Input.Changed, "#filter")
    def _filtered(self, event: Input.Changed) -> None:
        self.query_one(Table).filter(event.value)
        self.about()

    @on(Filter.Left)
    def _to_list(self) -> None:
        self.query_one(Table).focus()

    # -- changes

    def use(self) -> None:
        """Apply and save theme and density."""
        self.board.use_settings()
        save_settings(self.settings)
        self.draw()

    def set_keys(self, action: Action, keys: str) -> None:
        """Give an action keys, its usual ones by its usual text; refuse what another action has."""
        rest = {name: value for name, value in self.settings.keymap.items() if name != action.id}
        for key in keys.split(","):
            if (other := clash(action, key, rest)) is not None:
                self.notify(
                    f"{key_name(key)} is {other.label} ({PLACES[other.place].title}). Give that another key first.",
                    title="The key is taken", severity="warning", markup=False,
                )  # fmt: skip
                return
        self.settings.keymap = rest if keys == action.keys else {**rest, action.id: keys}
        self.board.use_settings()
        if trouble := save_keys(self.settings, action.id):
            self.notify(trouble, title="Not saved", severity="error", markup=False)
        self.draw()

    def _take_theme(self, name: str | None) -> None:
        if name is not None:
            self.settings.theme = name
            self.use()

    @on(Table.Chosen)
    def action_change(self) -> None:
        """Choose a theme, the other density, or a key."""
        if self.key == "theme":
            themes = self.board.available_themes
            ours = [name for name in themes if name.startswith("magibench")]
            names = [*ours, *sorted(set(themes) - {*ours, "textual-ansi"})]
            told = [(name, "dark" if themes[name].dark else "light") for name in names]
            self.app.push_screen(Pick("Theme", told, self.settings.theme), self._take_theme)
        elif self.key == "density":
            self.settings.density = DENSITIES[self.settings.density == DENSITIES[0]]
            self.use()
        elif self.key in BY_ID:
            action = BY_ID[self.key]
            self.app.push_screen(KeyDialog(action), lambda key: self.set_keys(action, key) if key else None)

    def action_reset(self) -> None:
        """Give the setting its usual value."""
        if self.key in LOOK:
            setattr(self.settings, self.key, getattr(Settings(path=self.settings.path), self.key))
            self.use()
        elif self.key in BY_ID:
            self.set_keys(BY_ID[self.key], BY_ID[self.key].keys)

    def action_filter(self) -> None:
        """Type a filter."""
        self.query_one(Filter).open()

    def action_close(self) -> None:
        """Clear the filter, or close."""
        if not self.query_one(Filter).close():
            self.dismiss(None)


class KeyDialog(Dialog[str]):
    """Closes with the key that is pressed; Esc leaves."""

    TAKES_ALL_KEYS = True

    def __init__(self, action: Action) -> None:
        """Ask for a key of ``action``."""
        super().__init__()
        self.action = action

    def compose(self) -> ComposeResult:
        """Say what is asked for."""
        with Vertical(id="box"):
            yield Static(f"{PLACES[self.action.place].title}: {self.action.label}", id="question", markup=False)
            yield Static("Press the key for it.", id="detail", markup=False)
            yield keys_of(("Esc", "leave"))

    def on_key(self, event: events.Key) -> None:
        """Take the key."""
        event.stop()
        event.prevent_default()
        if event.key == "escape":
            self.dismiss(None)
        elif event.key not in FIXED:
            self.dismiss(event.key)
