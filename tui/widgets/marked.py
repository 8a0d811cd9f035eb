"""What tables and grids share: roles of marks as component classes, and painting lines of marks."""

from __future__ import annotations

from typing import ClassVar

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual.geometry import Region
from textual.scroll_view import ScrollView
from textual.strip import Strip

from tui.marks import Line, Mark, Role


class Marked(ScrollView):
    """A scrolling widget that paints marks; colours come from the component classes ``mark--*``."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "mark--strong", "mark--muted", "mark--faint", "mark--accent", "mark--good", "mark--bad", "mark--warn",
        "marked--cursor", "marked--header", "marked--hover",
    }  # fmt: skip
    DEFAULT_CSS = """
    Marked {
        .mark--strong { color: $foreground; text-style: bold; }
        .mark--muted { color: $foreground 65%; }
        .mark--faint { color: $foreground 35%; }
        .mark--accent { color: $primary; }
        .mark--good { color: $success; }
        .mark--bad { color: $error; }
        .mark--warn { color: $warning; }
        .marked--cursor { background: $primary 14%; }
        .marked--hover { background: $foreground 5%; }
        .marked--header { color: $foreground 50%; }
        &:focus .marked--cursor { background: $primary 26%; }
        &:ansi {
            .mark--muted { color: ansi_default; text-style: dim; }
            .mark--faint { color: ansi_default; text-style: dim; }
            .marked--header { color: ansi_default; text-style: dim; }
            .marked--cursor { background: ansi_default; text-style: underline; }
            .marked--hover { background: ansi_default; }
            &:focus .marked--cursor { background: ansi_default; text-style: reverse; }
        }
        &:nocolor {
            .mark--muted { text-style: dim; }
            .mark--faint { text-style: dim; }
            .marked--cursor { background: $background; text-style: underline; }
            &:focus .marked--cursor { background: $background; text-style: reverse; }
        }
    }
    """

    def __init__(self, *, id: str | None = None) -> None:
        """Make it empty."""
        # rich_style walks up to the app, 0.1 ms each time: for every mark of a table, half of what a key costs.
        self._styles: dict[str, Style] = {}
        super().__init__(id=id)

    def notify_style_update(self) -> None:
        """Forget the styles, as Textual forgets its own."""
        self._styles.clear()
        super().notify_style_update()

    def role_style(self, role: Role) -> Style:
        """Return the colour and weight of a role."""
        style = self._styles.get(role)
        if style is None:
            style = self.get_component_rich_style(f"mark--{role}") if role else self.rich_style
            self._styles[role] = style
        return style

    def over_style(self, name: str) -> Style:
        """Return only what a cursor or pointer adds to a line: background and weight."""
        style = self._styles.get(name)
        if style is None:
            full = self.get_component_rich_style(name)
            style = Style(bgcolor=full.bgcolor, reverse=full.reverse or None, underline=full.underline or None)
            self._styles[name] = style
        return style

    def paint(self, marks: Line, width: int, over: Style | None = None) -> Strip:
        """Return marks as a strip of exactly ``width`` cells."""
        segments = []
        for text, role in marks:
            # A reversed line is one block: with roles it would be a patchwork of backgrounds.
            style = self.role_style("" if over is not None and over.reverse else role)
            segments.append(Segment(text, style + over if over else style))
        base = self.role_style("")
        return Strip(segments).adjust_cell_length(width, base + over if over else base)

    def refresh_lines_of_view(self, *lines: int) -> None:
        """Draw only some lines of what is in view again."""
        width, height = self.size
        self.refresh(*(Region(0, y, width, 1) for y in lines if 0 <= y < height))


def fit(marks: Line, width: int, align: str = "left") -> Line:
    """Cut marks to ``width`` cells with an ellipsis, or fill them up with spaces."""
    length = sum(cell_len(text) for text, _ in marks)
    if length <= width:
        space = Mark(" " * (width - length))
        return (space, *marks) if align == "right" else (*marks, space)
    if width <= 0:
        return ()
    kept: list[Mark] = []
    room = width - 1
    for text, role in marks:
        size = cell_len(text)
        if size <= room:
            kept.append(Mark(text, role))
            room -= size
            continue
        kept.append(Mark(set_cell_size(text, room).rstrip() + "…", role))
        break
    return fit(tuple(kept), width, align)
