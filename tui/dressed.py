"""An app in the user's clothes: theme, density and keys are those of the settings."""

from __future__ import annotations

from textual.screen import Screen

from tui.messages import SettingsChanged
from tui.settings import Settings, save_settings
from tui.themes import THEMES
from tui.typeahead import OneByOne

COMFORTABLE: list[tuple[int, str]] = [(0, "-short"), (30, "-tall")]
"""Least height in lines, and the class of screens that are at least so high: what is short has no air between things."""
COMPACT = COMFORTABLE[:1]


class Dressed(OneByOne):
    """An app that looks and answers to keys as its settings say, also when they change."""

    VERTICAL_BREAKPOINTS = COMFORTABLE

    def __init__(self, settings: Settings) -> None:
        """Put them on."""
        super().__init__()
        self.settings = settings
        for theme in THEMES:
            self.register_theme(theme)
        self.theme_troubles: list[str] = []
        """What is wrong with themes of the user."""
        self.read_themes()
        self.use_settings()

    def on_mount(self) -> None:
        """Keep a theme that is chosen elsewhere, such as in the palette. Textual calls it beside the on_mount of subclasses."""
        self.theme_changed_signal.subscribe(self, self._theme_changed)

    @property
    def look_of_places(self) -> tuple[object, ...]:
        """What decides how places are drawn, besides what they show."""
        settings = self.settings
        return (self.theme, self.size, settings.density, tuple(settings.keymap.items()))

    def read_themes(self) -> None:
        """Read the user's themes anew."""
        folder = self.settings.path.parent / "themes"
        if folder.is_dir():
            from tui.userthemes import read_themes

            themes, self.theme_troubles = read_themes(folder)
            for theme in themes:
                self.register_theme(theme)

    def use_settings(self) -> None:
        """Let theme, density and keys be those of the settings."""
        known = self.settings.theme in self.available_themes
        self.theme = self.settings.theme if known else "magibench"
        self.VERTICAL_BREAKPOINTS = COMPACT if self.settings.density == "compact" else COMFORTABLE
        self.set_keymap(self.settings.keymap)
        for place in self.screen_stack if self.is_running else ():
            place.post_message(SettingsChanged())

    def dress(self, screen: Screen[None]) -> None:
        """Give a screen that is there already the classes of its height."""
        compact = self.settings.density == "compact"
        wanted = [name for least, name in (COMPACT if compact else COMFORTABLE) if self.size.height >= least][-1]
        for _, name in COMFORTABLE:
            screen.set_class(name == wanted, name)

    def _theme_changed(self, theme: object) -> None:
        self.settings.theme = self.theme
        save_settings(self.settings)
        for screen in self.screen_stack:
            screen.refresh(layout=True)
