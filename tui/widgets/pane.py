"""A scrolling text with vim keys: programs, prompts, answers, errors."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import ScrollableContainer
from textual.content import Content
from textual.widgets import Static

from tui.actions import bindings

if TYPE_CHECKING:
    from textual.highlight import HighlightTheme

HIGHLIGHT_LIMIT = 60_000
"""Characters up to which code is coloured: 0.1 s in the thread that does it."""


class Pane(ScrollableContainer, can_focus=True):
    """One text that can be longer and wider than the screen."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings("lists")]
    DEFAULT_CSS = """
    Pane {
        height: 1fr; overflow: auto auto; scrollbar-size: 1 1; padding: 0 1;
        Static { width: auto; height: auto; min-width: 100%; }
        &.-wrap { overflow-x: hidden; Static { width: 100%; } }
    }
    """

    def __init__(self, *, id: str | None = None, wrap: bool = False) -> None:
        """Make an empty pane; ``wrap`` breaks long lines instead of scrolling sideways."""
        super().__init__(id=id, classes="-wrap" if wrap else "")
        self.plain = ""
        """The text as it may be copied."""

    def compose(self) -> ComposeResult:
        """Hold one text."""
        yield Static("", markup=False)

    def show(self, text: Content, plain: str | None = None) -> None:
        """Replace the text and go to its beginning."""
        self.plain = text.plain if plain is None else plain
        self.query_one(Static).update(text)
        self.scroll_home(animate=False)

    def action_move(self, by: int) -> None:
        """Scroll by one line."""
        self.scroll_relative(y=by, animate=False)

    def action_side(self, direction: int) -> None:
        """Scroll sideways."""
        self.scroll_relative(x=4 * direction, animate=False)

    def action_page(self, direction: int) -> None:
        """Scroll by half a page."""
        self.scroll_relative(y=direction * max(1, self.size.height // 2), animate=False)

    def action_edge(self, direction: int) -> None:
        """Scroll to the beginning or the end."""
        if direction < 0:
            self.scroll_home(animate=False)
        else:
            self.scroll_end(animate=False)


def code(text: str, width: int, language: str = "python") -> Content:
    """Return a program with line numbers and colours, its lines broken at ``width`` cells.

    Slow at first (it loads pygments): call it in a thread.
    """
    text = "\n".join(text.splitlines())
    if len(text) <= HIGHLIGHT_LIMIT:
        from textual.highlight import highlight

        coloured = highlight(text, language=language, theme=theme())
        # The first span is its base colour; ours is the widget's.
        coloured = Content(coloured.plain, spans=list(coloured.spans)[1:])
    else:
        coloured = Content(text)
    lines = coloured.split("\n", allow_blank=True)
    size = len(str(len(lines)))
    numbered: list[Content] = []
    for number, line in enumerate(lines, 1):
        gutter = f"{number:>{size}}  "
        indent = len(line.plain) - len(line.plain.lstrip())
        for part in line.divide(breaks(line.plain, max(20, width - len(gutter)), indent)):
            numbered.append(Content.assemble((gutter, "$foreground 30%"), part))
            gutter = f"{'↪':>{size}}  {' ' * indent}"
    return Content("\n").join(numbered)


def prose(text: str) -> Content:
    """Return Markdown with its programs coloured; the widget breaks the lines. In a thread, as ``code``."""
    if len(text) > HIGHLIGHT_LIMIT or "```" not in text:
        return Content(text)
    from textual.highlight import highlight

    coloured = highlight(text, language="markdown", theme=theme())
    return Content(coloured.plain, spans=list(coloured.spans)[1:])


def breaks(line: str, room: int, indent: int) -> list[int]:
    """Return where a line is broken: behind a space where there is one in its last third."""
    found: list[int] = []
    start, size = 0, room
    while len(line) - start > size:
        space = line.rfind(" ", start + size * 2 // 3, start + size) + 1
        start = space or start + size
        found.append(start)
        size = max(10, room - indent)
    return found


@cache
def theme() -> type[HighlightTheme]:
    """Return few colours, those of the theme: keywords, texts, numbers, comments; names stay plain."""
    from pygments.token import Token  # type: ignore[import-untyped]
    from textual.highlight import HighlightTheme

    class Quiet(HighlightTheme):
        STYLES = {
            Token.Comment: "$foreground 50% italic",
            Token.Error: "$error",
            Token.Keyword: "$primary",
            Token.Keyword.Constant: "$warning",
            Token.Literal.Number: "$warning",
            Token.Literal.String: "$success",
            Token.Literal.String.Doc: "$foreground 60%",
            Token.Name.Builtin: "$secondary",
            Token.Name.Class: "bold",
            Token.Name.Decorator: "$secondary",
            Token.Name.Function: "bold",
            Token.Operator.Word: "$primary",
        }

    return Quiet
