"""One run: its numbers, one cell per problem, the list of problems, where it comes from."""

from __future__ import annotations

from contextlib import suppress
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Static

from harness.errors import RunError
from harness.events import NodeSeen, nodes_of
from tui.actions import bindings
from tui.marks import RUN_STATES, STATES, Line, Mark, content, one_line
from tui.messages import RunsChanged, Ticked
from tui.nodes import node_lines
from tui.provenance import provenance
from tui.rundata import FILTERS, RunData
from tui.scores import progress_line, score_lines
from tui.screens.board import resume_run, stop_run
from tui.screens.filtered import Filtered
from tui.screens.place import Crumbs, put
from tui.store import RunEntry
from tui.widgets.choice import Choice
from tui.widgets.filter import Filter
from tui.widgets.grid import Grid
from tui.widgets.pane import Pane
from tui.widgets.table import Column, Row, Table


class RunPlace(Filtered):
    """The view of one run; live while its job runs."""

    PLACE = "run"
    CSS_PATH = "run.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("run")]

    def __init__(self, entry: RunEntry, problem: str = "") -> None:
        """Show ``entry``, and open one of its problems if named."""
        super().__init__()
        self.entry = entry
        self.data = RunData(entry)
        self._problem = problem
        self._busy = False
        self._rows: dict[str, tuple[int, Row]] = {}
        self._cluster: dict[str, NodeSeen] = {}

    def body(self) -> ComposeResult:
        """Scores, grid, list beside provenance, filter."""
        yield Static("", id="scores", markup=False)
        yield Grid(id="grid")
        yield Static("", id="nodes", markup=False)
        with Horizontal(id="lower"):
            with Vertical(id="list"):
                yield Choice(FILTERS, id="verdicts", focusable=False)
                yield Table(problem_columns(80, 1), id="problems")
                yield Static("", id="none", markup=False)
            with Vertical(id="provenance"):
                yield Static(Content("Provenance"), classes="title")
                yield Pane(id="facts", wrap=True)
        yield Filter("Filter by problem, reason or error")

    def on_mount(self) -> None:
        """Show the frame, then read the journal in a thread."""
        self.board.remember(self.entry.id)
        self.query_one(Table).focus()
        self._draw_head()
        self.run_worker(self._first_read, thread=True, exit_on_error=False, group="read")

    def _first_read(self) -> None:
        while self.data.poll():
            pass
        run = self.entry.run
        if run and run.sandbox.get("nodes") and not self.entry.live.nodes:
            # The events of a complete run are read nowhere else.
            with suppress(RunError, OSError):
                self._cluster = nodes_of(self.entry.folder.events())
        self.app.call_from_thread(self._read)

    def _read(self) -> None:
        self._busy = True
        self.draw()
        if self._problem in self.entry.problems:
            self.open_problem(self._problem)

    # -- what is shown

    @on(RunsChanged)
    def _changed(self, event: RunsChanged) -> None:
        fresh = self.board.store.entries.get(self.entry.id)
        if fresh is None:
            if event.ids and self.is_current:
                self.notify("The folder of this run is gone.", severity="warning")
                self.board.back()
            return
        if self.entry.id in event.ids and self._busy:
            self.data.poll()
            self.draw()

    @on(Ticked)
    def _ticked(self) -> None:
        if not self._busy or self.entry.state != "running":
            return
        if self.data.poll():
            self.draw()
        else:
            self._draw_head()

    def on_resize(self) -> None:
        """Lay out anew."""
        if self._busy:
            self.draw()

    def opened(self) -> None:
        """This run is open now."""
        self.board.remember(self.entry.id)

    def resumed(self) -> None:
        """Show what happened while a problem was open."""
        if self._busy:
            self.draw()

    def draw(self) -> None:
        """Draw everything from the verdicts known now."""
        self._draw_head()
        choice = self.query_one(Choice)
        counts = self.data.counts()
        choice.label(
            [
                f"{STATES[name].text} {name} {counts[name]}" if name in STATES else f"{name} {counts[name]}"
                for name in FILTERS
            ]
        )
        shown = frozenset(p for p in self.entry.problems if self.data.shown(p, choice.value))
        grid, table = self.query_one(Grid), self.query_one(Table)
        grid.fill(self.entry.problems, self.data.states, None if choice.value == "all" else shown)
        width = table.size.width or self.app.size.width
        table.fill(
            [self._row(p, i) for i, p in enumerate(self.entry.problems) if p in shown],
            problem_columns(width, self.entry.n),
        )
        pane = self.query_one("#facts", Pane)
        if pane.size.width:
            pane.show(provenance(self.entry, pane.size.width - 2))
        none = self.query_one("#none", Static)
        none.display = not table.rows
        put(none, Content.assemble("Nothing here.  ", ("f", "$primary bold"), " shows other verdicts"))
        self.refresh_bindings()

    def _draw_head(self) -> None:
        entry = self.entry
        state = entry.state
        sign = RUN_STATES[state]
        word = state if state in {"running", "complete"} else entry.reason
        title = f"{entry.model} on {entry.benchmark}"
        path = ("Results", title) if self.app.size.width >= 100 else (title,)
        self.query_one(Crumbs).show(path, (Mark(f"{sign.text} ", sign.role), Mark(one_line(word), sign.role)))
        lines = score_lines(self.data.metrics(), self.app.size.width, final=state == "complete")
        if state == "running":
            lines.append(progress_line(entry, self.app.size.width, self.board.store.clock()))
        ansi = self.app.native_ansi_color
        put(self.query_one("#scores", Static), Content("\n").join(content(line, ansi) for line in lines))
        nodes = list((entry.live.nodes or self._cluster).values())
        listed = node_lines(nodes, 4 if self.app.size.height < 36 else 10, state == "running")
        shown = self.query_one("#nodes", Static)
        shown.display = bool(listed)
        put(shown, Content("\n").join(content(line, ansi) for line in listed))

    def _row(self, problem: str, index: int) -> Row:
        """Return the row of a problem, made anew only where its verdicts changed."""
        revision = self.data.revision.get(problem, 0)
        if (known := self._rows.get(problem)) is None or known[0] != revision:
            known = self._rows[problem] = (revision, self._make_row(problem, index))
        return known[1]

    def _make_row(self, problem: str, index: int) -> Row:
        state = self.data.states.get(problem, "pending")
        verdicts = self.data.of(problem)
        wrong = next((v for v in verdicts if not v.passed), None)
        reason = wrong.reason if wrong else ("passed" if verdicts else "")
        evidence = wrong.evidence if wrong else None
        what = ""
        if evidence:
            what = one_line(
                evidence.error
                or (f"{evidence.actual} instead of {evidence.expected}" if evidence.expected else evidence.test),
                200,
            )
        passed = sum(v.passed for v in verdicts)
        cpu = sum(v.cpu_s for v in verdicts)
        cells: dict[str, Line] = {
            "state": (STATES[state],),
            "problem": (Mark(one_line(problem)),),
            "samples": (Mark(f"{passed}/{self.entry.n}", "muted"),),
            "suite": (Mark(evidence.suite if evidence else "", "muted"),),
            "reason": (Mark(reason, "muted" if state == "passed" else STATES[state].role),),
            "what": (Mark(what, "muted"),),
            "cpu": (Mark(f"{cpu:.2f} s" if verdicts else "", "faint"),),
        }
        return Row(problem, cells, {"problem": index}, f"{problem} {reason} {what}".lower())

    # -- keys

    @property
    def current(self) -> str | None:
        """The problem under the cursor of whichever has the focus."""
        grid = self.query_one(Grid)
        return grid.key if grid.has_focus else self.query_one(Table).key

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer only what can be done with this run."""
        if action == "stop":
            return self.entry.state == "running"
        if action == "resume":
            return self.entry.state in {"incomplete", "interrupted"}
        return True

    def open_problem(self, problem: str) -> None:
        """Show one problem."""
        from tui.screens.problem import ProblemPlace

        self.query_one(Table).select(problem)
        self.query_one(Grid).select(problem)
        self.app.push_screen(ProblemPlace(self.data, problem))

    @on(Table.Chosen)
    @on(Grid.Chosen)
    def action_open(self) -> None:
        """Open the problem under the cursor."""
        if self.current is not None:
            self.open_problem(self.current)

    @on(Table.Moved)
    def _table_moved(self, event: Table.Moved) -> None:
        if not self.query_one(Grid).has_focus:
            self.query_one(Grid).select(event.key)

    @on(Grid.Moved)
    def _grid_moved(self, event: Grid.Moved) -> None:
        if self.query_one(Grid).has_focus:
            self.query_one(Table).select(event.key)

    def action_switch(self) -> None:
        """Move between grid and list."""
        grid = self.query_one(Grid)
        target: Grid | Table = self.query_one(Table) if grid.has_focus else grid
        target.focus()

    def action_verdicts(self) -> None:
        """Show the next kind of verdicts."""
        self.query_one(Choice).cycle()

    @on(Choice.Changed)
    def _chosen(self) -> None:
        self.draw()

    def action_provenance(self) -> None:
        """Show or hide where the numbers come from."""
        self.toggle_class("-facts")
        self.call_after_refresh(self.draw)

    def action_stop(self) -> None:
        """Ask, then stop the job."""
        stop_run(self, self.entry)

    def action_resume(self) -> None:
        """Start the command of this run again."""
        resume_run(self, self.entry)


def problem_columns(width: int, n: int) -> list[Column]:
    """Return the columns of the list of problems."""
    found = [Column("state", "", 1), Column("problem", "Problem", 14, flex=1), Column("reason", "Verdict", 14)]
    if width >= 90:
        found.append(Column("suite", "Suite", 5))
    found.append(Column("what", "First failure", 12, flex=4))
    if n > 1:
        found.append(Column("samples", "✓/n", 5, "right"))
    if width >= 60:
        found.append(Column("cpu", "CPU", 7, "right"))
    return found
