"""Results: every run of the workspace, the running ones on top."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from harness.errors import MagibenchError
from tui import processes
from tui.actions import bindings
from tui.exporting import Export, of_table
from tui.jobs import Job, resume_arguments
from tui.marks import Mark, content
from tui.messages import RunsChanged, Ticked
from tui.results import matrix, records
from tui.rows import columns, job_row, live_lines, run_row, suites_of
from tui.screens.filtered import Filtered
from tui.screens.place import Crumbs, Place, put
from tui.settings import save_settings
from tui.store import RunEntry
from tui.widgets.filter import Filter
from tui.widgets.table import Table

SHOWN_JOBS = 3
"""Running jobs shown above the table; the table shows all."""


class Board(Filtered):
    """Results."""

    PLACE = "results"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("results")]

    def __init__(self) -> None:
        """Start sorted by date, the newest on top."""
        super().__init__()
        self._wanted = ""
        self.crossed = False
        """True: models × benchmarks instead of the list of runs."""
        self._scrolled = 0

    def body(self) -> ComposeResult:
        """Running jobs, the table, what to do when it is empty, the filter."""
        yield Static("", id="jobs", markup=False)
        with Vertical(id="stage"):
            yield Table(id="runs")
            yield Static("", id="empty", markup=False)
        yield Filter("Filter by model, benchmark, style, state or date")

    def on_mount(self) -> None:
        """Show the frame; rows come as soon as they are read."""
        table = self.query_one(Table)
        table.sort_key, table.falling = "created", True
        table.focus()
        self.refresh_rows()

    # -- what is shown

    @on(RunsChanged)
    def refresh_rows(self) -> None:
        """Fill the table anew from the store."""
        store, now = self.board.store, self.board.store.clock()
        width = self.app.size.width - 2
        entries = list(store.entries.values())
        table = self.query_one(Table)
        if self.crossed:
            shown, rows = matrix(entries, width, self._scrolled)
            table.fill(rows, shown)
        else:
            suites = suites_of(entries)
            marked = set(self.board.marked)
            rows = [run_row(entry, suites, width, now, entry.id in marked) for entry in entries]
            rows += [job_row(job, now) for job in self.starting()]
            table.fill(rows, columns(width, suites, self.board.settings.columns))
        if self._wanted and table.select(self._wanted):
            self._wanted = ""
        self._draw_jobs()
        self._draw_empty(bool(rows), bool(table.rows))
        running = len(store.running())
        done = len(entries) - running
        marks = len([name for name in self.board.marked if name in store.entries])
        right = (
            *((Mark(f"◆ {marks} marked   ", "accent"),) if marks else ()),
            *((Mark(f"▶ {running} running   ", "accent"),) if running else ()),
            Mark(f"{done} run{'' if done == 1 else 's'}  ·  " if entries else "", "muted"),
            Mark(store.workspace.root.name, "muted"),
        )
        self.query_one(Crumbs).show(("Results",), right)
        self.refresh_bindings()

    @on(Ticked)
    def draw_clocks(self) -> None:
        """Draw rates and times left anew."""
        self._draw_jobs()
        if self.starting():
            self.refresh_rows()

    def on_resize(self) -> None:
        """Choose the columns for the new width."""
        self.refresh_rows()

    def opened(self) -> None:
        """No run is open now."""
        self.board.remember("")

    def resumed(self) -> None:
        """Show what happened while another place was open."""
        self.refresh_rows()

    def starting(self) -> list[Job]:
        """Return the jobs that have no running run."""
        busy = {e.live.started.pid for e in self.board.store.running() if e.live.started}
        return [job for job in self.board.jobs.active.values() if job.pid not in busy]

    def _draw_jobs(self) -> None:
        store, now = self.board.store, self.board.store.clock()
        running = store.running()
        panel = self.query_one("#jobs", Static)
        panel.set_class(bool(running), "-some")
        shown = running[: SHOWN_JOBS if self.app.size.height >= 30 else 1]
        ansi = self.app.native_ansi_color
        lines: list[Content] = []
        for entry in shown:
            lines += [content(line, ansi) for line in live_lines(entry, self.app.size.width, now)]
        if len(running) > len(shown):
            lines.append(content([Mark(f"  and {len(running) - len(shown)} more", "muted")], ansi))
        put(panel, Content("\n").join(lines))

    def _draw_empty(self, known: bool, shown: bool) -> None:
        empty = self.query_one("#empty", Static)
        empty.display = not shown
        self.query_one(Table).set_class(not shown, "-empty")
        if shown:
            return
        if not self.board.store.ready:
            empty.update("")
        elif known:
            empty.update(
                Content.assemble("No run contains these words.\n", ("Esc", "$primary bold"), " clears the filter.")
            )
        else:
            empty.update(
                Content.assemble(
                    ("No runs yet\n\n", "bold"),
                    ("e", "$primary bold"),
                    "  evaluate a model\n",
                    ("?", "$primary bold"),
                    "  all keys\n\n",
                    ("or in a shell:  magibench demo", "$foreground 65%"),
                )
            )

    # -- keys

    @property
    def entry(self) -> RunEntry | None:
        """The run under the cursor."""
        return self.board.store.entries.get(self.query_one(Table).key or "")

    @property
    def job(self) -> Job | None:
        """The job under the cursor: one without a run, or the one that makes the run."""
        key = self.query_one(Table).key or ""
        if key.startswith("job "):
            return self.board.jobs.active.get(key[4:])
        entry = self.entry
        pid = entry.live.started.pid if entry and entry.live.started else 0
        return next((job for job in self.board.jobs.active.values() if job.pid == pid), None)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer only what can be done with the row under the cursor."""
        if not self.is_mounted:
            return True
        entry = self.entry
        match action:
            case "stop":
                allowed = entry.state == "running" if entry is not None else self.job is not None
            case "resume":
                allowed = entry is not None and entry.state in {"incomplete", "interrupted"}
            case "open":
                allowed = entry is not None or (self.crossed and self.query_one(Table).key is not None)
            case "mark" | "copy":
                allowed = entry is not None
            case "compare":
                allowed = len(self.board.marked) > 1
            case "columns":
                allowed = not self.crossed
            case "log":
                allowed = self.job is not None or self.board.last_job is not None
            case _:
                allowed = True
        return allowed

    @on(Table.Moved)
    def _moved(self) -> None:
        self.refresh_bindings()

    @on(Table.Chosen)
    def action_open(self) -> None:
        """Open the run under the cursor; of a row of the matrix, list its runs."""
        if self.entry is not None:
            self.board.open_run(self.entry.id)
        elif self.crossed and (key := self.query_one(Table).key):
            model, style, *_ = key.split("|")
            self.action_view()
            self.action_filter()
            self.query_one(Filter).value = f"{model} {style}"
            self.query_one(Table).focus()

    def action_evaluate(self) -> None:
        """Go to the place where evaluations are started."""
        self.board.go("evaluate")

    def action_mark(self) -> None:
        """Mark the run under the cursor for a comparison, or take the mark away; go on to the next."""
        if self.entry is not None:
            self.board.mark(self.entry.id)
            self.refresh_rows()
            self.query_one(Table).move(1)

    def action_compare(self) -> None:
        """Compare the marked runs."""
        if len(self.board.marked) > 1:
            self.board.go("compare")
        else:
            self.notify("Mark at least two with Space.", title="Nothing to compare", markup=False)

    def action_view(self) -> None:
        """Show the list of runs, or models × benchmarks."""
        self.crossed = not self.crossed
        table = self.query_one(Table)
        table.sort_key, table.falling = ("model", False) if self.crossed else ("created", True)
        self.refresh_rows()

    def action_columns(self) -> None:
        """Choose the columns."""
        from tui.screens.columns import Columns

        def chosen(names: list[str] | None) -> None:
            if names is not None:
                self.board.settings.columns = names
                save_settings(self.board.settings)
                self.refresh_rows()

        self.app.push_screen(Columns(self.board.settings.columns), chosen)

    def action_copy(self) -> None:
        """Copy the id of the run under the cursor."""
        if self.entry is not None:
            self.app.copy_to_clipboard(self.entry.id)
            self.notify(f"Copied: {self.entry.id}", markup=False)

    def exported(self) -> Export:
        """Return the runs that are shown, with all numbers; of the matrix, what it shows."""
        table = self.query_one(Table)
        if self.crossed:
            return of_table("models-by-benchmarks", table)
        entries = self.board.store.entries
        return Export("runs", records(entries[row.key] for row in table.rows if row.key in entries))

    def search(self, words: str) -> None:
        """Show only runs that contain these words."""
        line = self.query_one(Filter)
        line.open()
        line.value = words
        self.query_one(Table).focus()

    def filtered(self) -> None:
        """Say so where nothing is left."""
        self._draw_empty(bool(self.board.store.entries), bool(self.table.rows))
        self.refresh_bindings()

    def leave(self) -> bool:
        """Clear the filter; a mode is never left."""
        self.query_one(Filter).close()
        return False

    # -- jobs

    def action_stop(self) -> None:
        """Ask, then stop the job under the cursor."""
        if self.entry is not None:
            stop_run(self, self.entry)
        elif (job := self.job) is not None:
            ask_stop(self, job.title, job.pid, job.started)

    def action_resume(self) -> None:
        """Start the command of the run again."""
        if self.entry is not None:
            resume_run(self, self.entry)

    def action_log(self) -> None:
        """Show the output of a job."""
        from tui.screens.dialogs import TextDialog

        job = self.job or self.board.last_job
        if job is not None:
            text = self.board.jobs.tail(job) or "Nothing was written yet."
            self.app.push_screen(TextDialog(job.title, f"$ {job.command}\n\n{text}"))


def stop_run(place: Place, entry: RunEntry) -> None:
    """Ask, then stop the process of a run."""
    started = entry.live.started
    if started is not None and entry.state == "running":
        ask_stop(place, f"{entry.model} on {entry.benchmark}", started.pid, started.t)


def ask_stop(place: Place, title: str, pid: int, since: float) -> None:
    """Ask, then send SIGTERM."""
    from tui.screens.dialogs import Confirm

    def answered(yes: bool | None) -> None:
        if not yes:
            return
        if processes.stop(pid, since):
            place.notify("What was judged is kept; r resumes it.", title=f"Stopping {title}", markup=False)
        else:
            place.notify("It has ended already.", title=title, severity="warning", markup=False)

    place.app.push_screen(
        Confirm(f"Stop {title}?", "What was judged so far is kept, and the run can be resumed.", "Stop it"), answered
    )


def resume_run(place: Place, entry: RunEntry) -> None:
    """Start the command that a run names again."""
    try:
        arguments = resume_arguments(entry.run.command if entry.run else "")
    except MagibenchError as error:
        place.notify(str(error), severity="error", markup=False)
        return
    place.board.start_job(arguments, f"{entry.model} on {entry.benchmark}")
