"""Doctor: engine, images, data, models, disk and settings, each with what mends it; asked of a child process."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.binding import BindingType
from textual.content import Content

from tui.actions import bindings
from tui.health import Health, Item
from tui.marks import Line, Mark, content, nearby, one_line
from tui.messages import ModelsChanged, SettingsChanged
from tui.screens.listing import Listing, facts, head, keys_text
from tui.widgets.table import Column, Row, Table
from tui.working import log_of

SIGNS: dict[str, Mark] = {"ok": Mark("✓", "good"), "warn": Mark("!", "warn"), "missing": Mark("✗", "bad")}
"""Sign of a finding."""
ABSENT = Mark("○", "muted")
"""Sign of what isn't there and isn't needed for a first run: an image or data that are had when they are asked for."""


def sign_of(item: Item) -> Mark:
    """Return the sign of a finding."""
    if item.state == "missing" and not item.essential:
        return ABSENT
    return SIGNS.get(item.state, Mark("·", "faint"))


class Doctor(Listing):
    """The place of what is there and what isn't."""

    PLACE = "doctor"
    TITLE_ = "Doctor"
    SEARCH = "Filter by section, name or state"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("doctor")]

    health = Health()

    def on_mount(self) -> None:
        """Show what the app's doctor found; ask, if nobody has."""
        super().on_mount()
        if self.board.health is None:
            self.board.examine()

    def read(self) -> Health:
        """Take what the app's doctor found last."""
        return self.board.health or Health()

    def got(self, found: Health) -> None:
        """Keep the findings."""
        self.trouble(found.error)
        if not found.error:
            self.health = found

    def columns(self, width: int) -> list[Column]:
        """Return as many columns as there is room for."""
        found = [Column("state", "", 2), Column("section", "Section", 10), Column("name", "What", 20, flex=1)]
        if width > 70:
            found.append(Column("detail", "", 24, flex=2))
        return found

    def rows(self) -> list[Row]:
        """Return the findings, in the doctor's order."""
        return [self._row(item, at) for at, item in enumerate(self.health.items)]

    def _row(self, item: Item, at: int) -> Row:
        cells: dict[str, Line] = {
            "state": (sign_of(item),),
            "section": (Mark(one_line(item.section), "muted"),),
            "name": (Mark(one_line(item.name), "strong"),),
            "detail": (Mark(one_line(item.detail), "muted"),),
        }
        order: dict[str, str | float] = {"state": item.state, "section": f"{item.section} {at:04}", "name": item.name}
        return Row(item.key, cells, order, f"{item.section} {item.name} {item.state} {item.detail}".lower())

    @property
    def item(self) -> Item | None:
        """The finding under the cursor."""
        return next((item for item in self.health.items if item.key == self.key), None)

    def about(self, key: str, width: int) -> Content:
        """Say what was found, what mends it, and the dashboard's own settings."""
        item = next((item for item in self.health.items if item.key == key), None)
        parts: list[Content] = []
        ansi = self.app.native_ansi_color
        if item is not None:
            sign = sign_of(item)
            parts += [Content.styled(f"{item.section}: {item.name}", "bold")]
            parts += [content((Mark(f"{sign.text} {item.state}", sign.role),), ansi), Content("")]
            parts += [content((Mark(item.detail),), ansi)]
            if item.remedy:
                parts += [Content(""), head("What to do"), content((Mark(item.remedy),), ansi)]
        settings = self.board.settings
        parts += [Content(""), head("Settings")]
        parts += facts(
            [
                ("theme", self.app.theme),
                ("density", settings.density),
                ("keys", f"{len(settings.keymap)} changed"),
                ("file", nearby(str(settings.path), self.board.workspace.root)),
            ],
            width,
        )
        return Content("\n").join(parts)

    def nothing(self) -> Content:
        """Say that it is being looked at."""
        return keys_text("Nothing was found yet", [("u", "look again")])

    def summary(self) -> Line:
        """Count them."""
        states = [item.state for item in self.health.items]
        bad = sum(item.state == "missing" and item.essential for item in self.health.items)
        absent, warned = states.count("missing") - bad, states.count("warn")
        return (
            Mark(f"✗ {bad} missing   " if bad else "", "bad"),
            Mark(f"! {warned} to look at   " if warned else "", "warn"),
            Mark(f"{states.count('ok')} there" + (f", {absent} not fetched or built" if absent else ""), "muted"),
        )

    @on(SettingsChanged)
    def _set(self) -> None:
        self.draw()

    @on(ModelsChanged)
    def _examined(self) -> None:
        self.reread()

    # -- keys

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer a build only for an image."""
        if action == "build" and self.is_mounted:
            return self.item is not None and self.item.section == "images"
        return True

    def action_again(self) -> None:
        """Ask anew; the app tells all places."""
        self.board.examine()

    @on(Table.Chosen, "#list")
    def action_build(self) -> None:
        """Build the image under the cursor, with its log open."""
        item = self.item
        if item is not None and item.section == "images":
            self.board.start_job(["images", "build", item.name], f"image {item.name}", show=True)

    def action_edit(self) -> None:
        """Open the settings' file in the user's editor."""
        from tui.editor import edit
        from tui.settings import load_settings, save_settings

        save_settings(self.board.settings)
        if edit(self.board, self.board.settings.path):
            fresh = load_settings(self.board.settings.path)
            if fresh.broken:
                self.notify(fresh.broken, title="Settings were not read", severity="warning", markup=False)
                return
            own = self.board.settings
            own.theme, own.density, own.keymap = fresh.theme, fresh.density, fresh.keymap
            self.board.read_themes()
            self.board.use_settings()

    def action_log(self) -> None:
        """Show the output of the last job."""
        log_of(self.board, self.board.last_job)
