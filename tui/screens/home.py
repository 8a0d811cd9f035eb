"""Home: what runs now, what needs attention and the key that mends it, what was done last."""

from __future__ import annotations

from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.widgets import Static

from harness.errors import MagibenchError
from tui.actions import MODES, bindings
from tui.attention import (
    Concern,
    concern_columns,
    concern_row,
    concerns,
    job_of,
    latest_columns,
    latest_rows,
    running_columns,
    running_rows,
)
from tui.jobs import Job
from tui.marks import Mark
from tui.messages import ModelsChanged, RunsChanged, Ticked, WorksChanged
from tui.screens.board import ask_stop, resume_run
from tui.screens.listing import keys_text
from tui.screens.place import Crumbs, Place, put
from tui.widgets.table import Column, Row, Table
from tui.working import log_of, resume_work

LISTS = ("running", "attention", "latest")


class Home(Place):
    """The place that one starts from."""

    PLACE = "home"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("home")]
    DEFAULT_CSS = """
    Home {
        .part { height: auto; margin: 1 1 0 1; }
        .part .heading { color: $primary; text-style: bold; height: 1; padding: 0 1; }
        #latest-part { height: 1fr; }
        #empty { display: none; width: 100%; height: 1fr; content-align: center middle; text-align: center; }
        &.-empty #empty { display: block; }
        &.-empty #latest-part { display: none; }
        &.-short .part { margin: 0 1; }
    }
    """

    def body(self) -> ComposeResult:
        """Three lists, each with a heading; or what to press where there is nothing."""
        for name, heading in zip(LISTS, ("Running", "Needs attention", "Done"), strict=True):
            with Vertical(classes="part", id=f"{name}-part"):
                yield Static(heading, classes="heading", markup=False)
                yield Table(id=name)
        yield Static("", id="empty", markup=False)

    def on_mount(self) -> None:
        """Show the frame; ask the doctor behind the first paint."""
        self._registry = ""
        self._concerns: dict[str, Concern] = {}
        self._chosen = False
        self.draw()
        if self.board.health is None:
            self.board.examine()
        self.run_worker(self._read_registry, thread=True, exit_on_error=False, group="registry")

    def _read_registry(self) -> None:
        from harness.registry import load_models

        try:
            load_models(self.board.workspace)
            said = ""
        except MagibenchError as error:
            said = f"{error.message.removeprefix(str(self.board.workspace.root) + '/')}"
        self.app.call_from_thread(self._registry_read, said)

    def _registry_read(self, said: str) -> None:
        self._registry = said
        self.draw()

    # -- what is shown

    @on(RunsChanged)
    @on(WorksChanged)
    def _changed(self) -> None:
        self.draw()

    @on(ModelsChanged)
    def _models_changed(self) -> None:
        self.run_worker(self._read_registry, thread=True, exit_on_error=False, group="registry", exclusive=True)

    @on(Ticked)
    def _ticked(self) -> None:
        self._draw_running()

    def on_resize(self) -> None:
        """Lay out anew."""
        self.draw()

    def resumed(self) -> None:
        """Show what happened while another place was open."""
        self.draw()

    def draw(self) -> None:
        """Draw everything from what is known."""
        store, now = self.board.store, self.board.store.clock()
        width, height = self.app.size.width - 2, self.app.size.height
        running = self._draw_running()
        found = concerns(self.board, self._registry)
        self._concerns = {concern.key: concern for concern in found}
        self._fill("attention", [concern_row(c) for c in found], concern_columns(width), max(3, height // 3))
        latest = latest_rows(self.board, now)
        self._fill("latest", latest, latest_columns(width), 0)
        nothing = store.ready and not (running or latest)
        self.set_class(nothing, "-empty")
        put(
            self.query_one("#empty", Static),
            keys_text(
                "Nothing was done here yet" if not found else "Nothing else was done here yet",
                [
                    *((MODES[name].key, MODES[name].title.lower()) for name in ("models", "evaluate", "results")),
                    ("?", "all keys"),
                ],
                "or in a shell:  magibench demo",
            ),
        )
        right = [Mark(f"▶ {running} running   ", "accent")] if running else []
        if found:
            right.append(Mark(f"! {len(found)} need attention   ", "warn"))
        self.query_one(Crumbs).show(("Home",), (*right, Mark(store.workspace.root.name, "muted")))
        # A list that was empty isn't shown yet, and what isn't shown can't have the focus.
        self.call_after_refresh(self._focus_first)
        self.refresh_bindings()

    def _draw_running(self) -> int:
        width = self.app.size.width - 2
        rows = running_rows(self.board, width, self.board.store.clock())
        self._fill("running", rows, running_columns(width), max(3, self.app.size.height // 3))
        return len(rows)

    def _fill(self, name: str, rows: list[Row], columns: list[Column], limit: int) -> None:
        table = self.query_one(f"#{name}", Table)
        table.fill(rows, columns)
        if limit:
            table.styles.height = min(len(rows), limit) + 1
        self.query_one(f"#{name}-part").display = bool(rows)

    def _focus_first(self) -> None:
        """Put the focus where there is something, until the user chose.

        At once, not by ``focus()``, which only asks for it: what was asked for by an earlier drawing, or by Textual
        itself for a list that was hidden, would come after it and hold.
        """
        focused = self.focused
        if isinstance(focused, Table) and focused.rows and (self._chosen or focused.touched):
            return
        wanted = next((t for t in self._tables() if t.rows), None)
        if wanted is not None and wanted is not focused:
            self.set_focus(wanted)

    @on(events.DescendantFocus)
    @on(events.DescendantBlur)
    def _focus_moved(self) -> None:
        if self.is_current:
            self._focus_first()

    def on_mouse_down(self) -> None:
        """Leave the focus where the user puts it."""
        self._chosen = True

    def _tables(self) -> list[Table]:
        return [self.query_one(f"#{name}", Table) for name in LISTS]

    # -- keys

    @property
    def key(self) -> str:
        """Key of the row under the cursor of the list that has the focus."""
        table = self.focused
        return (table.key or "") if isinstance(table, Table) else ""

    @property
    def concern(self) -> Concern | None:
        """The concern under the cursor."""
        table = self.focused
        return self._concerns.get(self.key) if isinstance(table, Table) and table.id == "attention" else None

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer only what can be done with the row under the cursor."""
        if not self.is_mounted:
            return True
        concern = self.concern
        if action in {"resume", "build"}:
            return concern is not None and concern.mend == action
        if action == "edit":
            return True
        if action == "stop":
            return getattr(self.focused, "id", "") == "running" and bool(self.key)
        if action == "log":
            return self.job is not None or self.board.last_job is not None
        if action == "open":
            return bool(self.key)
        return True

    @on(Table.Moved)
    def _moved(self) -> None:
        self.refresh_bindings()

    @on(Table.Chosen)
    def action_open(self) -> None:
        """Open a run, or the place where the thing is; what only a key mends is mended."""
        kind, _, name = self.key.partition(" ")
        concern = self.concern
        if kind == "run":
            self.board.open_run(name)
        elif kind in {"training", "dataset"}:
            self.board.show_work(kind, name)
        elif kind == "job":
            self.action_log()
        elif kind == "images":
            self.board.go("doctor")
        elif concern is not None:
            getattr(self, f"action_{concern.mend}")()

    def action_switch(self, by: int = 1) -> None:
        """Move to another list that has rows."""
        tables = [t for t in self._tables() if t.rows]
        if tables:
            self._chosen = True
            at = tables.index(self.focused) if self.focused in tables else -1
            tables[(at + by) % len(tables)].focus()
            self.call_after_refresh(self.refresh_bindings)

    def action_resume(self) -> None:
        """Start the command of what was interrupted again."""
        kind, _, name = self.key.partition(" ")
        if kind == "run" and (entry := self.board.store.entries.get(name)):
            resume_run(self, entry)
        else:
            resume_work(self.board, kind, name)

    def action_build(self) -> None:
        """Build the image under the cursor, its log open."""
        _, _, name = self.key.partition(" ")
        self.board.start_job(["images", "build", name], f"image {name}", show=True)

    def action_edit(self) -> None:
        """Open models.toml in the user's editor."""
        from tui.editor import edit

        edit(self.board, self.board.workspace.models)

    def action_examine(self) -> None:
        """Ask the doctor again."""
        self.board.examine()
        self.notify("Looking …")

    @property
    def job(self) -> Job | None:
        """The job under the cursor."""
        kind, _, name = self.key.partition(" ")
        if kind == "job":
            return self.board.jobs.active.get(name)
        started = self._started(kind, name)
        return job_of(self.board.jobs, started[0]) if started else None

    def _started(self, kind: str, name: str) -> tuple[int, float] | None:
        """Return process and start of what is under the cursor."""
        works = self.board.works
        if kind == "run":
            entry = self.board.store.entries.get(name)
            started = entry.live.started if entry else None
            return (started.pid, started.t) if started else None
        if kind == "job" and (job := self.board.jobs.active.get(name)):
            return job.pid, job.started
        work = (works.trainings if kind == "training" else works.datasets).get(name) if works else None
        return (work.pid, work.began) if work else None

    def action_stop(self) -> None:
        """Ask, then stop the job under the cursor."""
        kind, _, name = self.key.partition(" ")
        if started := self._started(kind, name):
            ask_stop(self, self.key, *started)

    def action_log(self) -> None:
        """Show the output of a job."""
        log_of(self.board, self.job or self.board.last_job)
