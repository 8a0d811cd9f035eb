"""A place that is a list beside what is to be said of the row under the cursor."""

from __future__ import annotations

from typing import Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Static
from textual.worker import get_current_worker

from tui.marks import Line, content
from tui.screens.filtered import Filtered
from tui.screens.place import Crumbs
from tui.widgets.filter import Filter
from tui.widgets.pane import Pane
from tui.widgets.table import Column, Row, Table

Pairs = list[tuple[str, str]]


class Listing(Filtered):
    """Subclasses say what is read, what the rows are and what is said of each."""

    TITLE_: ClassVar[str] = ""
    SEARCH: ClassVar[str] = "Filter"
    SORT: ClassVar[tuple[str, bool]] = ("", False)
    DEFAULT_CSS = """
    Listing {
        #sides { height: 1fr; margin: 1 1 0 1; }
        #left { width: 3fr; }
        #right { width: 2fr; border-left: solid $border-blurred; padding: 0 0 0 1; }
        #banner { display: none; height: auto; max-height: 5; padding: 0 2; margin: 1 0 0 0; color: $error; }
        #banner.-some { display: block; }
        #empty { width: 100%; height: 1fr; content-align: center middle; text-align: center; display: none; }
        &.-empty #empty { display: block; }
        &.-empty #list { display: none; }
        &.-empty #right { display: none; }
        &.-narrow #sides { layout: vertical; }
        &.-narrow #left { width: 100%; height: 3fr; }
        &.-narrow #right { width: 100%; height: 2fr; border-left: none; border-top: solid $border-blurred; padding: 0; }
        &.-short #sides { margin: 0 1; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = []

    ready = False
    """Whether anything was read yet."""
    sought = ""
    """Key of the row that the cursor should be on once it is known."""

    def body(self) -> ComposeResult:
        """What is wrong, the list beside what is said of a row, the filter."""
        yield Static("", id="banner", markup=False)
        with Horizontal(id="sides"):
            with Vertical(id="left"):
                yield Table(id="list")
                yield Static("", id="empty", markup=False)
            with Vertical(id="right"):
                yield from self.right()
        yield Filter(self.SEARCH)

    def right(self) -> ComposeResult:
        """Yield what stands beside the list."""
        yield Pane(id="about", wrap=True)

    # -- for subclasses

    def read(self) -> Any:
        """Return what the place shows; runs in a thread."""

    def got(self, found: Any) -> None:
        """Take in what was read."""

    def columns(self, width: int) -> list[Column]:
        """Return the columns for a list of ``width`` cells."""
        raise NotImplementedError

    def rows(self) -> list[Row]:
        """Return the rows from what is known."""
        raise NotImplementedError

    def about(self, key: str, width: int) -> Content:
        """Return what is to be said of a row."""
        raise NotImplementedError

    def nothing(self) -> Content:
        """Return what stands where there are no rows: what to press."""
        return Content("")

    def summary(self) -> Line:
        """Return what stands at the right end of the second line."""
        return ()

    # -- looking

    def on_mount(self) -> None:
        """Show the frame; rows come as soon as they are read."""
        table = self.query_one("#list", Table)
        table.sort_key, table.falling = self.SORT
        table.focus()
        self.draw()
        self.reread()

    def reread(self) -> None:
        """Read anew in a thread, then draw."""
        self.run_worker(self._read, thread=True, exclusive=True, exit_on_error=False, group="read")

    def _read(self) -> None:
        worker = get_current_worker()
        found = self.read()
        if not worker.is_cancelled:
            self.app.call_from_thread(self._got, found)

    def _got(self, found: Any) -> None:
        if self.is_attached:
            self.ready = True
            self.got(found)
            self.draw()
            if self.sought:
                self.select(self.sought)

    def draw(self) -> None:
        """Draw everything from what is known."""
        if not self.is_mounted:
            return
        table = self.query_one("#list", Table)
        width = table.size.width or self.app.size.width * 3 // 5
        rows = self.rows()
        table.fill(rows, self.columns(width))
        shown = bool(table.rows)
        self.set_class(not shown, "-empty")
        empty = self.query_one("#empty", Static)
        if shown or not self.ready:
            empty.update("")
        elif rows:
            empty.update(keys_text("Nothing here contains these words", [("Esc", "clear the filter")]))
        else:
            empty.update(self.nothing())
        self.query_one(Crumbs).show((self.TITLE_,), self.summary())
        self.draw_about()
        self.refresh_bindings()

    def draw_about(self) -> None:
        """Say what is to be said of the row under the cursor."""
        for pane in self.query("#about").results(Pane):
            key = self.key
            size = pane.size.width - 3
            if key is None:
                pane.show(Content(""))
            elif size > 0:
                top = pane.scroll_offset.y if key == getattr(self, "_about", None) else 0
                pane.show(self.about(key, size))
                pane.scroll_to(y=top, animate=False)
                self._about = key

    def trouble(self, text: str) -> None:
        """Show what is wrong above the list, or nothing."""
        banner = self.query_one("#banner", Static)
        banner.update(text)
        banner.set_class(bool(text), "-some")

    @property
    def key(self) -> str | None:
        """Key of the row under the cursor."""
        return self.query_one("#list", Table).key if self.is_mounted else None

    def select(self, key: str) -> None:
        """Put the cursor on a row, now or as soon as it is known; a filter that hides it is cleared."""
        self.sought = "" if self.ready else key
        for table in self.query("#list").results(Table):
            if not table.select(key):
                self.query_one(Filter).close()
                table.select(key)

    def on_resize(self) -> None:
        """Lay out anew."""
        self.call_after_refresh(self.draw)

    def resumed(self) -> None:
        """Show what happened while another place was open."""
        self.reread()

    @on(Table.Moved, "#list")
    def _moved(self) -> None:
        self.draw_about()
        self.refresh_bindings()

    def filtered(self) -> None:
        """Draw what is shown, or what there isn't."""
        self.draw()


def keys_text(title: str, keys: Pairs, foot: str = "") -> Content:
    """Return the text of an empty state: what there isn't, and what to press."""
    size = max((len(key) for key, _ in keys), default=0)
    parts: list[Content] = [Content.styled(title, "bold"), Content("")]
    wide = max((len(text) for _, text in keys), default=0)
    parts += [Content.assemble((f"{key:>{size}}", "$primary bold"), f"  {text:<{wide}}") for key, text in keys]
    if foot:
        parts += [Content(""), Content.styled(foot, "$foreground 65%")]
    return Content("\n").join(parts)


def facts(pairs: Pairs, width: int) -> list[Content]:
    """Return names and values in two columns, the values broken at the width."""
    import textwrap

    size = max((len(name) for name, _ in pairs), default=0)
    lines: list[Content] = []
    for name, value in pairs:
        shown = textwrap.wrap(value, max(12, width - size - 2)) or [""]
        for number, part in enumerate(shown):
            lines.append(Content.assemble((f"{'' if number else name:<{size}}  ", "$foreground 65%"), part))
    return lines


def head(text: str) -> Content:
    """Return the heading of a part of a text."""
    return Content.styled(text, "$primary bold")


def lines_of(lines: list[Line], ansi: bool = False) -> list[Content]:
    """Return lines of marks as text."""
    return [content(line, ansi) for line in lines]
