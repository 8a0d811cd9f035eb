"""Compare: runs side by side, and the matrix of problems that tells them apart."""

from __future__ import annotations

from typing import Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Static
from textual.worker import get_current_worker

from tui.actions import bindings
from tui.comparing import (
    SHOWN,
    Compared,
    compare_runs,
    counts_line,
    name_of,
    problem_columns,
    problem_row,
    remark_lines,
    score_lines,
)
from tui.exporting import Export
from tui.marks import Line, Mark, content
from tui.messages import RunsChanged
from tui.screens.filtered import Filtered
from tui.screens.listing import keys_text
from tui.screens.place import Crumbs, put
from tui.widgets.choice import Choice
from tui.widgets.filter import Filter
from tui.widgets.table import Table


class Compare(Filtered):
    """The runs marked in Results; the first marked is the baseline."""

    PLACE = "compare"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("compare")]
    DEFAULT_CSS = """
    Compare {
        #scores { height: auto; padding: 0 2; margin: 1 0 0 0; text-wrap: nowrap; }
        #remarks { height: auto; max-height: 3; padding: 0 2; text-wrap: nowrap; }
        #line { height: 1; margin: 1 2 0 1; }
        #shown { width: auto; }
        #counts { width: 1fr; text-align: right; text-wrap: nowrap; }
        #matrix { margin: 0 1; }
        #empty { display: none; width: 100%; height: 1fr; content-align: center middle; text-align: center; }
        &.-empty #empty { display: block; }
        &.-empty #all { display: none; }
        &.-short #scores { margin: 0; }
        &.-short #line { margin: 0 2 0 1; }
        &.-narrow #counts { display: none; }
    }
    """

    def __init__(self) -> None:
        """Show nothing yet."""
        super().__init__()
        self.found: Compared | None = None
        self.group = ""
        self._key: tuple[Any, ...] = ()
        self._busy = False

    def body(self) -> ComposeResult:
        """Scores, remarks, what is shown, the matrix, the filter; or what to press."""
        with Vertical(id="all"):
            yield Static("", id="scores", markup=False)
            yield Static("", id="remarks", markup=False)
            with Horizontal(id="line"):
                yield Choice(SHOWN, id="shown", focusable=False)
                yield Static("", id="counts", markup=False)
            yield Table(id="matrix")
        yield Static("", id="empty", markup=False)
        yield Filter("Filter by problem, group or failure")

    def on_mount(self) -> None:
        """Compare what is marked."""
        table = self.query_one(Table)
        table.sort_key = "problem"
        table.focus()
        self.look()

    def resumed(self) -> None:
        """Compare anew where other runs are marked now."""
        self.look()

    @on(RunsChanged)
    def look(self) -> None:
        """Compare in a thread, unless these very runs were compared."""
        entries = self.board.store.entries
        chosen = [entries[name] for name in self.board.marked if name in entries]
        key = tuple((entry.id, entry.stamp) for entry in chosen)
        if key == self._key and (self.found is not None or self._busy):
            return
        self._key, self.found, self._busy = key, None, len(chosen) > 1
        self.draw()
        if self._busy:
            self.run_worker(
                lambda: self._compare(list(chosen)), thread=True, exclusive=True, exit_on_error=False, group="compare"
            )

    def _compare(self, chosen: list[Any]) -> None:
        worker = get_current_worker()
        found = compare_runs(chosen, self.board.library)
        if not worker.is_cancelled:
            self.app.call_from_thread(self._compared, found)

    def _compared(self, found: Compared) -> None:
        self.found, self._busy = found, False
        if self.group not in found.kinds:
            self.group = ""
        if self.is_attached:
            self.draw()

    # -- what is shown

    def draw(self) -> None:
        """Draw everything."""
        found = self.found
        empty = found is None or len(found.runs) < 2
        self.set_class(empty, "-empty")
        if found is None or empty:
            self._draw_empty()
            self.query_one(Crumbs).show(("Compare",))
            self.refresh_bindings()
            return
        width = self.app.size.width
        ansi = self.app.native_ansi_color
        lines = score_lines(found, width, 1 if self.app.size.height < 30 else 2)
        put(self.query_one("#scores", Static), Content("\n").join(content(line, ansi) for line in lines))
        remarks = remark_lines(found, width)
        panel = self.query_one("#remarks", Static)
        panel.display = bool(remarks)
        put(panel, Content("\n").join(content(line, ansi) for line in remarks))
        choice, table = self.query_one(Choice), self.query_one(Table)
        choice.label([f"{name} {sum(found.shows(p, name, self.group) for p in found.problems)}" for name in SHOWN])
        put(self.query_one("#counts", Static), content(counts_line(found), ansi))
        table.fill(
            (
                problem_row(found, problem, index)
                for index, problem in enumerate(found.problems)
                if found.shows(problem, choice.value, self.group)
            ),
            problem_columns(found),
        )
        entry = found.data[found.runs[0]].entry
        right: Line = (
            Mark(f"{self.group}   " if self.group else "", "accent"),
            Mark(f"{len(found.problems)} problems   {found.suite}", "muted"),
        )
        self.query_one(Crumbs).show(("Compare", entry.benchmark), right)
        self.refresh_bindings()

    def _draw_empty(self) -> None:
        empty = self.query_one("#empty", Static)
        count = len(self.board.marked)
        if self._busy:
            empty.update(Content.styled("Comparing …", "$foreground 65%"))
        elif self.found is not None and self.found.left_out:
            why = "\n".join(self.found.left_out.values())
            empty.update(keys_text("These runs can't be compared", [("Space", "mark others in Results")], why))
        else:
            said = "One run is marked" if count == 1 else "No runs are marked"
            empty.update(
                keys_text(said, [("Space", "go to Results, where Space marks a run")], "Two or more make a comparison.")
            )

    def on_resize(self) -> None:
        """Lay out anew."""
        if self.found is not None:
            self.draw()

    def exported(self) -> Export:
        """Return the problems shown, the share of right samples for each run."""
        found = self.found
        if found is None or len(found.runs) < 2:
            return Export("compare", [])
        records = [
            {"problem": row.key, "group": ", ".join(found.groups.get(row.key, ()))}
            | {name_of(found, run): found.share[run].get(row.key) for run in found.runs}
            for row in self.query_one(Table).rows
        ]
        return Export("compare", records)

    # -- keys

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer only what can be done."""
        ready = self.found is not None and len(self.found.runs) > 1
        if action in {"open", "show", "swap", "filter", "sort", "reverse"}:
            return ready
        if action == "group":
            return ready and self.found is not None and bool(self.found.kinds)
        return True

    @on(Table.Chosen)
    def action_open(self) -> None:
        """Show the programs of the problem under the cursor."""
        from tui.screens.versus import Versus

        table = self.query_one(Table)
        if self.found is not None and table.key is not None:
            self.app.push_screen(Versus(self.found, table.key, [row.key for row in table.rows]))

    def action_show(self) -> None:
        """Show the next kind of problems."""
        self.query_one(Choice).cycle()

    @on(Choice.Changed)
    def _chosen(self) -> None:
        self.draw()

    def action_group(self) -> None:
        """Show one group only, then the next, then all."""
        if self.found is None:
            return
        names = ["", *self.found.kinds]
        self.group = names[(names.index(self.group) + 1) % len(names)]
        self.draw()

    def action_swap(self) -> None:
        """Make the next run the baseline."""
        if self.board.marked:
            self.board.marked.append(self.board.marked.pop(0))
            self.look()

    def action_choose(self) -> None:
        """Go to Results, where runs are marked."""
        self.board.go("results")
