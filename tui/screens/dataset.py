"""One dataset: its rows, what was rejected, what it had in common with benchmarks, and its analyses."""

from __future__ import annotations

import webbrowser
from functools import partial
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Static
from textual.worker import get_current_worker

from harness.datagen.analysis.report import Analysis
from harness.datagen.browsing import analyses, decontaminations, rejected_of, rows_of
from harness.datagen.dataset import Dataset
from harness.errors import DatasetError
from tui.actions import bindings
from tui.analyses import analysis_lines
from tui.marks import Line, Mark, content, one_line
from tui.records import (
    VIEWS,
    BriefRow,
    FindingRow,
    Sides,
    Widths,
    columns,
    finding_sides,
    marked,
    rejected_sides,
    row_sides,
)
from tui.screens.filtered import Filtered
from tui.screens.listing import keys_text
from tui.screens.place import Crumbs
from tui.widgets.choice import Choice
from tui.widgets.filter import Filter
from tui.widgets.pane import Pane
from tui.widgets.table import Rowlike, Table


class DatasetPlace(Filtered):
    """The view of one dataset."""

    PLACE = "dataset"
    CSS_PATH = "dataset.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("dataset")]

    def __init__(self, dataset: Dataset) -> None:
        """Show ``dataset``; it is read in a thread."""
        super().__init__()
        self.dataset = dataset
        self.records = rows_of(dataset)
        self.rejected = rejected_of(dataset)
        self.sides: Sides | None = None
        self.ready = False
        self.group = ""
        """Language, reason or benchmark that is shown alone."""
        self._rows: dict[str, list[Rowlike]] = {}
        self._groups: dict[str, dict[str, int]] = {}
        self.found: dict[str, Analysis] = {}
        self._keys: dict[str, str] = {}
        """Row of each view that the cursor was on."""
        self._numbers: dict[str, int] = {}
        """Number of a rejected row by its id."""
        self._searched: dict[str, tuple[str, ...]] = {}
        """Columns that each decontamination searched."""
        self._trouble = ""
        self.sought = ""
        """Words that the texts of the rows shown contain; empty where nobody searched."""
        self._found: set[str] = set()
        """Keys of these rows."""

    def body(self) -> ComposeResult:
        """Views, table, three texts; or the analyses."""
        yield Choice(VIEWS, id="views", focusable=False)
        with Vertical(id="listed"):
            yield Table(id="list")
        with Vertical(id="texts"):
            yield Choice(("0", "1", "2"), id="tabs", focusable=False)
            with Horizontal(id="sides"):
                with Vertical(id="first"):
                    for number in (0, 1):
                        yield from self._side(number)
                yield from self._side(2)
        yield Pane(id="analyses", wrap=False)
        yield Static("", id="empty", markup=False)
        yield Filter("Filter by words of the line; Enter searches the whole texts")

    @staticmethod
    def _side(number: int) -> ComposeResult:
        with Vertical(classes="side", id=f"side-{number}"):
            yield Static("", classes="title", id=f"title-{number}", markup=False)
            yield Pane(id=f"text-{number}", wrap=True)

    def on_mount(self) -> None:
        """Read in a thread."""
        self.add_class("-tab-1")
        self.query_one("#tabs", Choice).index = 1
        self.query_one("#list", Table).focus()
        self.query_one(Crumbs).show(("Data", self.dataset.name), (Mark("reading …", "muted"),))
        self.run_worker(self._read, thread=True, exit_on_error=False, group="read")

    # -- reading

    def _read(self) -> None:
        worker = get_current_worker()
        rows: dict[str, list[Rowlike]] = {}
        groups: dict[str, dict[str, int]] = {}
        said = []
        for view, records in (("rows", self.records), ("rejected", self.rejected)):
            try:
                records.scan()
            except DatasetError as error:
                said.append(str(error))
            rows[view] = [BriefRow(brief) for brief in records.briefs]
            groups[view] = records.groups
            if records.damaged:
                said.append(f"{records.path.name}: line {records.damaged[0]} can't be read"
                            + (f", and {len(records.damaged) - 1} more" if len(records.damaged) > 1 else ""))  # fmt: skip
        found: list[Rowlike] = []
        benchmarks: dict[str, int] = {}
        try:
            for name, report in decontaminations(self.dataset).items():
                self._searched[name] = report.columns
                for evidence in report.evidence:
                    for finding in evidence.findings:
                        found.append(FindingRow(f"{name} {len(found)}", evidence, finding))
                        benchmarks[finding.benchmark] = benchmarks.get(finding.benchmark, 0) + 1
            self.found = analyses(self.dataset)
        except DatasetError as error:
            said.append(str(error))
        rows["contamination"], groups["contamination"] = found, benchmarks
        if not worker.is_cancelled:
            self.app.call_from_thread(self._got, rows, groups, "; ".join(said))

    def _got(self, rows: dict[str, list[Rowlike]], groups: dict[str, dict[str, int]], trouble: str) -> None:
        if not self.is_attached:
            return
        self.ready, self._rows, self._groups, self._trouble = True, rows, groups, trouble
        self._numbers = {brief.id: brief.number for brief in self.rejected.briefs if brief.id}
        counts = [f"{view} {len(rows[view]):,}" for view in VIEWS[:-1]]
        self.query_one("#views", Choice).label([*counts, f"analyses {len(self.found)}"])
        if trouble:
            self.notify(trouble, title=f"Not all of {self.dataset.name} can be read", severity="warning", markup=False)
        self.draw()

    @property
    def view(self) -> str:
        """What is shown: one of ``VIEWS``."""
        return self.query_one("#views", Choice).value

    # -- drawing

    def draw(self) -> None:
        """Show the view that is chosen."""
        if not self.ready:
            return
        view, table = self.view, self.query_one("#list", Table)
        self.set_class(view == "analyses", "-analyses")
        self.set_class(view == "contamination", "-contamination")
        if view == "analyses":
            self.set_class(not self.found, "-empty")
            self._draw_analyses()
        else:
            self.set_class(not self._rows[view], "-empty")
            rows = self._rows[view]
            if self.group:
                rows = [row for row in rows if _group(row) == self.group]
            if self.sought:
                rows = [row for row in rows if row.key in self._found]
            table.fill(rows, columns(view, table.size.width or self.app.size.width))
            table.select(self._keys.get(view, ""))
            self.load()
        if self.has_class("-empty"):
            self.query_one("#empty", Static).update(_nothing(view))
        self._draw_head()
        self.refresh_bindings()

    def _draw_head(self) -> None:
        table = self.query_one("#list", Table)
        right: list[Mark] = [Mark("! damaged   ", "warn")] if self._trouble else []
        if self.group:
            right.append(Mark(f"{self.group} only   ", "accent"))
        if self.sought:
            right.append(Mark(f"“{one_line(self.sought, 30)}” in the texts   ", "accent"))
        if self.view != "analyses" and table.rows:
            right.append(Mark(f"{table.cursor + 1:,} of {len(table.rows):,}", "muted"))
        self.query_one(Crumbs).show(("Data", self.dataset.name), tuple(right))

    def _draw_analyses(self) -> None:
        pane = self.query_one("#analyses", Pane)
        width = (pane.size.width or self.app.size.width - 2) - 3
        lines: list[Line] = []
        for name, found in self.found.items():
            lines += analysis_lines(name, found, width)
        pane.show(Content("\n").join(content(line, self.app.native_ansi_color) for line in lines))
        if not self.has_class("-empty"):
            pane.focus()

    @property
    def widths(self) -> Widths:
        """Cells of the three texts."""
        sizes = [self.query_one(f"#text-{number}", Pane).size.width - 3 for number in range(3)]
        least = self.app.size.width - 7 if self.has_class("-narrow") else 20
        return max(least, sizes[0]), max(least, sizes[1]), max(least, sizes[2])

    def load(self) -> None:
        """Fetch the texts of the row under the cursor in a thread."""
        table = self.query_one("#list", Table)
        row = table.rows[table.cursor] if table.key is not None else None
        self.run_worker(
            partial(self._fetch, row, self.widths), thread=True, exclusive=True, exit_on_error=False, group="texts"
        )

    def _fetch(self, row: Rowlike | None, widths: Widths) -> None:
        worker = get_current_worker()
        sides: Sides | None = None
        error = ""
        try:
            if isinstance(row, FindingRow):
                number = self._numbers.get(row.evidence.row)
                kept = self.rejected.read(number).row if number is not None else None
                searched = self._searched[row.key.rpartition(" ")[0]]
                sides = finding_sides(row.evidence, row.finding, kept, searched)
            elif isinstance(row, BriefRow):
                if self.view == "rejected":
                    sides = rejected_sides(self.rejected.read(row.brief.number), widths)
                else:
                    sides = row_sides(self.records.read(row.brief.number), widths)
        except DatasetError as caught:
            error = str(caught)
        if sides is not None and self.sought:
            sides = marked(sides, self.sought)
        if not worker.is_cancelled:
            self.app.call_from_thread(self._show, row, sides, error)

    def _show(self, row: Rowlike | None, sides: Sides | None, error: str) -> None:
        table = self.query_one("#list", Table)
        if not self.is_attached or (row is not None and row.key != table.key):
            return
        self.sides = sides
        if error:
            self.notify(error, severity="error", markup=False)
        for number in range(3):
            side = sides[number] if sides is not None else None
            pane = self.query_one(f"#text-{number}", Pane)
            pane.show(side.content if side else Content(""), side.plain if side else "")
            self.query_one(f"#title-{number}", Static).update(side.title if side else "")
            if side is not None and side.line > 1:
                pane.scroll_to(y=side.line - 1, animate=False)
        self.query_one("#tabs", Choice).label([side.title or "–" for side in sides] if sides else ["–"] * 3)
        self._draw_head()

    def on_resize(self) -> None:
        """Lay out anew."""
        if self.ready:
            self.call_after_refresh(self.draw)

    @on(Table.Moved, "#list")
    def _moved(self, event: Table.Moved) -> None:
        if self.ready and self.view != "analyses":
            self._keys[self.view] = event.key
            self._draw_head()
            self.load()

    @on(Choice.Changed, "#views")
    def _view_chosen(self) -> None:
        self.group, self.sought, self._found = "", "", set()
        self.query_one(Filter).close()
        self.query_one("#list", Table).sort_key = ""
        self.draw()
        if not self.has_class("-analyses"):
            self.query_one("#list", Table).focus()

    @on(Choice.Changed, "#tabs")
    def _tab_chosen(self) -> None:
        chosen = self.query_one("#tabs", Choice).index
        for number in range(3):
            self.set_class(number == chosen, f"-tab-{number}")

    # -- keys

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer only what the view has."""
        if not self.is_mounted:
            return True
        if action == "group":
            return len(self._groups.get(self.view, ())) > 1
        if action == "browse":
            return self.view in {"contamination", "analyses"} and not self.has_class("-empty")
        if action in {"step", "filter", "sort", "reverse", "copy"}:
            return self.view != "analyses"
        return True

    def action_view(self) -> None:
        """Show the next of rows, rejected, contamination and analyses."""
        if self.ready:
            self.query_one("#views", Choice).cycle()

    def action_step(self, by: int) -> None:
        """Go to the next or previous row."""
        self.query_one("#list", Table).move(by)

    def action_tab(self, by: int) -> None:
        """Go on to the next text; where it is narrow, show it."""
        order: list[Table | Pane] = [
            self.query_one("#list", Table),
            *(self.query_one(f"#text-{n}", Pane) for n in range(3)),
        ]
        at = order.index(self.focused) if isinstance(self.focused, (Table, Pane)) and self.focused in order else 0
        target = (at + by) % len(order)
        if target == 1 and self.has_class("-contamination") and not self.has_class("-narrow"):
            target = (target + by) % len(order)
        if target:
            self.query_one("#tabs", Choice).index = target - 1
        order[target].focus()

    def action_group(self) -> None:
        """Show one language, reason or benchmark alone, then the next, then all."""
        names = ["", *self._groups.get(self.view, ())]
        self.group = names[(names.index(self.group) + 1) % len(names)]
        self.draw()

    def action_copy(self) -> None:
        """Copy the text that has the focus; of a list the last one."""
        if self.sides is None:
            return
        number = next((n for n in range(3) if self.query_one(f"#text-{n}", Pane) is self.focused), 2)
        self.app.copy_to_clipboard(self.sides[number].plain)
        self.notify(f"Copied: {self.sides[number].title}.", markup=False)

    def action_browse(self) -> None:
        """Open the page of the report in a browser."""
        name = "analysis.html" if self.view == "analyses" else "decontamination.html"
        pages = sorted(self.dataset.path.glob(f"reports/*/{name}"))
        if pages and not webbrowser.open(pages[0].resolve().as_uri()):
            self.notify(str(pages[0]), title="No browser could be opened. The page is here", markup=False, timeout=12)

    # -- searching

    def filtered(self) -> None:
        """Say how many rows are left; other words than those searched for end the search."""
        if self.sought and self.query_one(Filter).value.strip() != self.sought:
            self.sought, self._found = "", set()
            self.draw()
        self._draw_head()

    @on(Filter.Left)
    def _search(self) -> None:
        words = self.query_one(Filter).value.strip()
        if words and words != self.sought and self.ready:
            self.query_one(Crumbs).show(("Data", self.dataset.name), (Mark("searching the texts …", "muted"),))
            self.run_worker(
                partial(self._seek, words, self.view), thread=True, exclusive=True, exit_on_error=False, group="search"
            )

    def _seek(self, words: str, view: str) -> None:
        worker = get_current_worker()
        found: set[str] = set()
        try:
            if view == "contamination":
                wanted = words.lower().split()
                rows = [row for row in self._rows[view] if isinstance(row, FindingRow)]
                found = {row.key for row in rows if all(word in row.whole for word in wanted)}
            else:
                records = self.rejected if view == "rejected" else self.records
                found = {str(number) for number in records.search(words, lambda: worker.is_cancelled)}
        except DatasetError as error:
            self.app.call_from_thread(self.notify, str(error), severity="error", markup=False)
        if not worker.is_cancelled:
            self.app.call_from_thread(self._sought, words, view, found)

    def _sought(self, words: str, view: str, found: set[str]) -> None:
        if self.is_attached and view == self.view and words == self.query_one(Filter).value.strip():
            self.sought, self._found = words, found
            self.query_one("#list", Table).filter("")
            self.draw()


def _group(row: Rowlike) -> str:
    if isinstance(row, BriefRow):
        return row.brief.group
    return row.finding.benchmark if isinstance(row, FindingRow) else ""


def _nothing(view: str) -> Content:
    """Say why there is nothing, and how there would be something."""
    said = {
        "rows": ("It has no rows", "Every row was rejected: the next view says why."),
        "rejected": ("Nothing was rejected", ""),
        "contamination": ("Nothing in common with a benchmark was found", "magibench data decontaminate searches and keeps the evidence."),
        "analyses": ("No analyses yet", "Press a in Data, or: magibench data analyze"),
    }  # fmt: skip
    title, foot = said[view]
    return keys_text(title, [("v", "next view"), ("Esc", "back")], foot)
