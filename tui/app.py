"""The app: owns the store of runs and the jobs, looks at the disk a few times a second, tells the places."""

from __future__ import annotations

import gc
import importlib
import time
from collections.abc import Callable, Iterable
from copy import copy
from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.app import SystemCommand
from textual.binding import Binding, BindingType
from textual.command import Provider
from textual.message import Message
from textual.screen import Screen
from textual.worker import Worker, WorkerState

from harness.errors import MagibenchError
from harness.workspace import Workspace
from tui.actions import MODES, bindings
from tui.dressed import Dressed
from tui.jobs import Job, Jobs
from tui.library import Library
from tui.marks import one_line
from tui.messages import ModelsChanged, RunsChanged, Ticked, WorksChanged
from tui.screens.place import Place
from tui.settings import Settings, load_settings, save_settings
from tui.store import RunEntry, Stamp, Store, stamp

if TYPE_CHECKING:
    from tui.health import Health
    from tui.works import Works

POLL_S = 0.25
"""Seconds between looks at the disk."""
TURN_S = 0.005
"""Seconds for which nothing is drawn when a place is shown again; Textual's 0.05 was most of the time a key took."""


def _palette(name: str) -> Callable[[], type[Provider]]:
    """Return a loader for a provider: the palette's modules are imported when it is opened."""

    def load() -> type[Provider]:
        import tui.palette

        return getattr(tui.palette, name)  # type: ignore[no-any-return]

    return load


def _screen(name: str) -> Callable[[], Screen[object]]:
    """Return a maker of a mode's screen: its module is imported when it is first shown."""

    def make() -> Screen[object]:
        module, _, kind = MODES[name].screen.partition(":")
        return getattr(importlib.import_module(module), kind)()  # type: ignore[no-any-return]

    return make


class Dashboard(Dressed):
    """`magibench` without a command."""

    TITLE = "magibench"
    CSS_PATH = "app.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings("app"),
        Binding("ctrl+c", "help_quit", show=False, system=True),
    ]
    COMMANDS: ClassVar[set[type[Provider] | Callable[[], type[Provider]]]] = {
        _palette("Actions"),
        _palette("Runs"),
        _palette("Models"),
        _palette("Benchmarks"),
        _palette("Works"),
        _palette("Problems"),
    }
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-wide"), (160, "-huge")]
    MODES = {name: _screen(name) for name in MODES}
    DEFAULT_MODE = next(iter(MODES))

    def __init__(
        self, workspace: Workspace, settings: Settings | None = None, clock: Callable[[], float] = time.time
    ) -> None:
        """Open on a workspace; nothing is read before the first paint."""
        super().__init__(settings if settings is not None else load_settings())
        self.workspace = workspace
        self.store = Store(workspace, clock)
        self.jobs = Jobs(workspace)
        self.library = Library()
        self.works: Works | None = None
        """Trainings and datasets; read behind the first paint."""
        self.health: Health | None = None
        """What the doctor found, once somebody asked."""
        self.last_job: Job | None = None
        self.revision = 0
        """How often something changed that places show."""
        self._composing = False
        """Whether the place that is being shown is shown for the first time."""
        self.marked: list[str] = []
        """Ids of runs that were marked for a comparison, in the order of marking."""
        self._models: Stamp = stamp(workspace.models)
        last = self.settings
        self._last = (last.workspace, last.place, last.run, last.problem)

    # -- looking

    def on_mount(self) -> None:
        """Read the runs in a thread, then look again and again."""
        self._first_look()

    @work(thread=True, group="look", exit_on_error=False)
    def _first_look(self) -> None:
        from tui.works import Works

        self.store.poll()
        self.jobs.attach()
        works = Works(self.workspace)
        works.poll()
        self.works = works
        self.call_from_thread(self._looked)
        for room in MODES.values():
            # A place shown for the first time would be imported by the key that leads there: up to 40 ms.
            importlib.import_module(room.screen.partition(":")[0])
        if not self.is_headless:  # else the process is not the app's alone
            # Modules, classes and rows stay. Looking through them for garbage held up a key in forty for 35 ms.
            gc.freeze()

    def _looked(self) -> None:
        self._tell(set(self.store.entries))
        self._post(WorksChanged(set()))
        if self.settings.broken:
            self.notify(self.settings.broken, title="Settings were not read", severity="warning", markup=False)
        for trouble in self.theme_troubles:
            self.notify(trouble, title="A theme can't be used", severity="warning", markup=False)
        self.set_interval(POLL_S, self.look)
        self._restore()

    def look(self) -> None:
        """Look at the disk once and tell the places what changed."""
        before = {entry.id for entry in self.store.running()}
        changed = self.store.poll()
        for job, code in self.jobs.ended():
            self._job_ended(job, code)
            changed.add(job.id)
        for name in changed & before:
            entry = self.store.entries.get(name)
            if entry is not None and entry.state != "running":
                self._run_ended(entry)
        if changed:
            self._tell(changed)
        works = self._look_at_works()
        if (now := stamp(self.workspace.models)) != self._models:
            self._models = now
            self._post(ModelsChanged())
        if self.store.running() or self.jobs.active or works:
            self._post(Ticked())

    def _look_at_works(self) -> bool:
        """Look at trainings and datasets; True if one of them runs."""
        if self.works is None:
            return False
        before = self.works.running()
        if changed := self.works.poll():
            self._post(WorksChanged(changed))
        for job in before:
            if job.state != "running":
                said = job.key
                done = job.state == "complete"
                self.notify(
                    "complete" if done else "stopped before its end", title=said, markup=False,
                    severity="information" if done else "warning",
                )  # fmt: skip
        return bool(self.works.running())

    def _tell(self, ids: set[str]) -> None:
        self._post(RunsChanged(ids))

    def _post(self, message: Message) -> None:
        if not isinstance(message, Ticked):
            self.revision += 1
        for screen in self.screen_stack:
            # A copy for each: a message knows who got it.
            screen.post_message(copy(message))

    def examine(self) -> None:
        """Ask the doctor in a child process; the places hear of it."""
        self._examine()

    @work(thread=True, group="doctor", exclusive=True, exit_on_error=False)
    def _examine(self) -> None:
        from tui.health import examine

        health = examine(self.workspace)
        self.health = health
        self.call_from_thread(self._post, ModelsChanged())

    def _run_ended(self, entry: RunEntry) -> None:
        title = f"{entry.model} on {entry.benchmark}"
        if entry.state == "complete":
            numbers = ", ".join(f"{m.suite} {100 * m.value:.1f}" for m in entry.metrics if m.k == 1)
            self.notify(numbers or "complete", title=title, markup=False)
        else:
            self.notify(entry.reason, title=title, severity="warning", markup=False)

    def _job_ended(self, job: Job, code: int | None) -> None:
        self.last_job = job
        if code is None or code in {0, -15, 143, 130}:
            return
        from tui.screens.dialogs import TextDialog

        if getattr(self.screen, "job", None) == job:
            return  # its log is open
        text = self.jobs.tail(job) or "It wrote nothing."
        self.push_screen(TextDialog(f"{job.title} ended with status {code}", f"$ {job.command}\n\n{text}", bad=True))

    # -- jobs

    def start_job(self, arguments: list[str], title: str, *, show: bool = False) -> bool:
        """Start a command, with its log open where ``show``; an error becomes a notification."""
        try:
            self.last_job = self.jobs.start(arguments, title)
        except MagibenchError as error:
            self.notify(str(error), severity="error", markup=False)
            return False
        self._tell({self.last_job.id})
        if show:
            from tui.working import log_of

            log_of(self, self.last_job)
        else:
            self.notify(title, title="Started", markup=False)
        return True

    # -- places

    def open_run(self, name: str, problem: str = "") -> None:
        """Show a run, and one of its problems if named, whatever is open now."""
        entry = self.store.entries.get(name)
        if entry is None or entry.state == "damaged":
            self.notify(one_line(entry.error) if entry else f"There is no run {name}.", severity="error", markup=False)
            return
        from tui.screens.run import RunPlace

        self.begin("results")
        self.push_screen(RunPlace(entry, problem))

    def go(self, place: str) -> None:
        """Show one of the modes, as it was left."""
        if place in MODES and place != self.current_mode:
            self._composing = place not in self._screen_stacks
            self.switch_mode(place)
        self.settings.workspace, self.settings.place = str(self.workspace.root), place

    def delay_update(self, delay: float = 0.05) -> None:
        """Hide the first moments of a place while it is composed; one that is there already is drawn at once."""
        super().delay_update(delay if self._composing else min(delay, TURN_S))

    def begin(self, place: str) -> None:
        """Show the beginning of one of the modes, whatever was opened in it."""
        self.go(place)
        while len(self.screen_stack) > 1:
            self.pop_screen()

    def show_work(self, kind: str, name: str) -> None:
        """Show a training or a dataset in its place."""
        self.show_row({"training": "train", "dataset": "data"}[kind], name)

    def show_row(self, place: str, key: str) -> None:
        """Show one of the modes with the cursor on a row."""
        self.begin(place)
        self.call_later(lambda: getattr(self.screen, "select", str)(key))

    def show_runs(self, words: str) -> None:
        """Show the runs that contain these words in Results."""
        self.begin("results")
        self.call_later(lambda: getattr(self.screen, "search", str)(words))

    def action_go(self, place: str) -> None:
        """Show one of the modes; its key again goes back to its beginning."""
        if place == self.current_mode:
            while len(self.screen_stack) > 1:
                self.pop_screen()
        self.go(place)

    def action_jump(self) -> None:
        """Put letters on everything that can have the focus."""
        from tui.screens.jump import Jump, targets_of

        screen = self.screen
        if targets := targets_of(screen):
            self.push_screen(Jump(targets), lambda widget: widget.focus() if widget is not None else None)

    def mark(self, run: str) -> None:
        """Mark a run for a comparison, or take the mark away."""
        if run in self.marked:
            self.marked.remove(run)
        else:
            self.marked.append(run)

    def action_export(self) -> None:
        """Ask for format and file, then write what is shown."""
        from tui.screens.export import ask_export

        ask_export(self)

    async def action_back(self) -> None:
        """Close what is on top, but never the last place."""
        self.back()

    def back(self) -> None:
        """Close what is on top, but never the last place."""
        screen = self.screen
        if isinstance(screen, Place) and not screen.leave():
            return
        if len(self.screen_stack) > 1:
            self.pop_screen()

    def action_help(self) -> None:
        """Show the keys of the place that is open."""
        from tui.screens.help import Help

        if not isinstance(self.screen, Help):
            self.push_screen(Help(getattr(self.screen, "PLACE", "app")))

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """Offer none: the palette's commands come from the action table."""
        return ()

    # -- settings

    def action_settings(self) -> None:
        """Set theme, density and keys."""
        from tui.screens.preferences import Preferences

        if not self.screen.is_modal:
            self.read_themes()
            self.push_screen(Preferences())

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Leave every key to a dialog that waits for one."""
        return not (action == "command_palette" and getattr(self.screen, "TAKES_ALL_KEYS", False))

    def _restore(self) -> None:
        workspace, place, run, problem = self._last
        untouched = self.current_mode == self.DEFAULT_MODE and len(self.screen_stack) == 1
        if workspace != str(self.workspace.root) or not untouched:
            return
        if run in self.store.entries and place in {"", "results"}:
            self.open_run(run, problem)
        else:
            self.go(place or self.current_mode)

    def remember(self, run: str, problem: str = "") -> None:
        """Note what is open, for the next start."""
        self.settings.workspace = str(self.workspace.root)
        self.settings.run, self.settings.problem = run, problem

    def on_unmount(self) -> None:
        """Save what is open; jobs go on."""
        save_settings(self.settings)

    # -- trouble

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """Show what broke in a thread as a dialog instead of ending the app."""
        if event.state is WorkerState.ERROR and event.worker.error is not None:
            import traceback

            from tui.screens.dialogs import TextDialog

            text = "".join(traceback.format_exception(event.worker.error))
            self.push_screen(TextDialog("Something broke in the background", text, bad=True))
