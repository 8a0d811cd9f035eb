"""Evaluate: models × benchmarks × samplings, what they would take, and how those that run are doing."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Input, Label, Static
from textual.worker import Worker, WorkerState, get_current_worker

from harness.errors import MagibenchError
from tui.actions import bindings
from tui.estimates import USUAL_BYTES, Rates, plan, rates
from tui.evaluation import PRESETS, STYLES, Evaluation, Offer, make_offer
from tui.live import Live
from tui.marks import Mark, clean, content
from tui.messages import ModelsChanged, RunsChanged, Ticked
from tui.offers import benchmark_rows, model_rows, sampling_rows
from tui.rows import live_lines
from tui.screens.board import stop_run
from tui.screens.place import Crumbs, Place
from tui.store import RunEntry
from tui.widgets.choice import Choice
from tui.widgets.grid import Grid
from tui.widgets.picker import Picker
from tui.widgets.table import Column, Table


class Evaluate(Place):
    """Choose and start; nothing is started before everything that can be checked was checked."""

    PLACE = "evaluate"
    CSS_PATH = "evaluate.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings("evaluate"),
        # With priority: what is typed right behind a Tab must reach the next field.
        Binding("tab", "app.focus_next", "Next field", show=True),
        Binding("shift+tab", "app.focus_previous", "Field before", show=False),
    ]

    def __init__(self) -> None:
        """Choose nothing yet."""
        super().__init__()
        self.checking = False
        self.offer = Offer({}, [])
        self.rates = Rates({}, {}, USUAL_BYTES)
        self.shown: RunEntry | None = None
        """The running run whose grid is shown."""

    def body(self) -> ComposeResult:
        """Three lists, a few fields, the matrix, what is wrong, the command; what runs."""
        with Horizontal(id="lists"):
            yield Picker([Column("name", "Models", 12, flex=1), Column("size", "", 6, "right")], id="models")
            yield Picker(
                [
                    Column("name", "Benchmarks", 12, flex=1),
                    Column("problems", "", 4, "right"),
                    Column("data", "", 1),
                ],
                id="benchmarks",
            )
            yield Picker([Column("name", "Samplings", 10, flex=1)], id="samplings")
        with Horizontal(id="fields"):
            yield Label("Limit")
            yield Input(placeholder="all", id="limit", compact=True)
            yield Label("Samples")
            yield Input(placeholder="1", id="n", compact=True)
            yield Label("Temperature")
            yield Input(placeholder="greedy", id="temperature", compact=True)
        with Horizontal(id="styles"):
            yield Label("Style")
            yield Choice(STYLES, id="style")
        yield Static("", id="trouble", markup=False)
        yield Table(id="plan")
        yield Static("", id="total", markup=False)
        yield Static("", id="command", markup=False)
        with Vertical(id="running"):
            yield Static("", id="live", markup=False)
            yield Grid(id="grid")

    def on_mount(self) -> None:
        """Read models and benchmarks in a thread."""
        self.query_one("#models", Picker).focus()
        self.query_one("#samplings", Picker).offer(sampling_rows(PRESETS))
        self.query_one("#plan", Table).can_focus = False
        self.refresh_plan()
        self.reread()

    @on(ModelsChanged)
    def reread(self) -> None:
        """Read models, benchmarks and rates of former runs anew in a thread."""
        self.run_worker(self._read, thread=True, exclusive=True, exit_on_error=False, group="offer")

    def _read(self) -> None:
        worker = get_current_worker()
        offer = make_offer(self.board.workspace)
        known = rates(list(self.board.store.entries.values()))
        if not worker.is_cancelled:
            self.app.call_from_thread(self._offer, offer, known)

    def _offer(self, offer: Offer, known: Rates) -> None:
        if not self.is_attached:
            return
        self.offer, self.rates = offer, known
        self.query_one("#models", Picker).offer(model_rows(offer))
        self.query_one("#benchmarks", Picker).offer(benchmark_rows(offer))
        self._trouble(offer.trouble)
        self.refresh_plan()
        self.draw_running()

    def resumed(self) -> None:
        """Read anew: models and runs may have changed."""
        self.reread()

    # -- what was chosen

    def choose(self, model: str) -> None:
        """Choose a model, for places that lead here."""
        picker = self.query_one("#models", Picker)
        picker.chosen[model] = None
        self.reread()

    @property
    def evaluation(self) -> Evaluation:
        """What is chosen now."""
        return Evaluation(
            models=list(self.query_one("#models", Picker).chosen),
            benchmarks=list(self.query_one("#benchmarks", Picker).chosen),
            limit=self.query_one("#limit", Input).value,
            n=self.query_one("#n", Input).value,
            temperature=self.query_one("#temperature", Input).value,
            style=self.query_one("#style", Choice).value,
            samplings=list(self.query_one("#samplings", Picker).chosen),
        )

    @on(Picker.Picked)
    @on(Input.Changed)
    @on(Choice.Changed)
    def _edited(self) -> None:
        self._trouble("")
        self.refresh_plan()

    def refresh_plan(self) -> None:
        """Draw the matrix, what it takes and the command."""
        form = self.evaluation
        styles = {name: model.style for name, model in self.offer.models.items()}
        entries = list(self.board.store.entries.values())
        width = self.app.size.width - 4
        columns, rows, total = plan(form, styles, self.offer.benchmarks, self.rates, entries, width)
        table = self.query_one("#plan", Table)
        table.fill(rows, columns)
        table.cursor = -1  # it is looked at, not walked through
        ready = bool(form.models and form.benchmarks)
        table.styles.height = len(rows) + 1
        table.display = ready
        ansi = self.app.native_ansi_color
        self.query_one("#total", Static).update(content(total, ansi))
        if ready:
            text = Content.assemble(("$ ", "$primary"), clean(form.command))
        else:
            text = Content.styled(
                "Choose models and benchmarks with Space; every pair becomes a run.", "$foreground 65%"
            )
        self.query_one("#command", Static).update(text)
        running = len(self.board.store.running())
        right = (Mark(f"▶ {running} running", "accent"),) if running else ()
        self.query_one(Crumbs).show(("Evaluate",), right)

    def _trouble(self, text: str) -> None:
        trouble = self.query_one("#trouble", Static)
        trouble.update(clean(text))
        trouble.set_class(bool(text), "-some")

    # -- what runs

    @on(RunsChanged)
    def _changed(self) -> None:
        self.refresh_plan()
        self.draw_running()

    @on(Ticked)
    def draw_running(self) -> None:
        """Draw how the running evaluations are doing: a line each, and the newest one's problems."""
        running = self.board.store.running()
        panel = self.query_one("#running", Vertical)
        panel.set_class(bool(running), "-some")
        grid = self.query_one(Grid)
        if not running:
            if grid.has_focus:
                self.query_one("#models", Picker).focus()
            self.shown = None
            return
        entry = self.shown = running[-1]
        now, width = self.board.store.clock(), self.app.size.width
        ansi = self.app.native_ansi_color
        shown = running[-(3 if self.app.size.height >= 36 else 1) :]
        lines = [content(line, ansi) for one in reversed(shown) for line in live_lines(one, width, now)]
        self.query_one("#live", Static).update(Content("\n").join(lines))
        grid.fill(entry.problems, states_of(entry.live, entry.n))
        self.refresh_bindings()

    def on_resize(self) -> None:
        """Lay out anew."""
        if self.is_mounted:
            self.call_after_refresh(self.refresh_plan)
            self.call_after_refresh(self.draw_running)

    # -- keys

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Stop only what runs."""
        return self.shown is not None if action == "stop" else True

    def leave(self) -> bool:
        """Esc leaves the field that is typed into; a mode is never left."""
        if isinstance(self.focused, Input):
            self.query_one("#models", Picker).focus()
        return False

    def action_choose(self) -> None:
        """Choose or leave out what is under the cursor; open the problem under it."""
        focused = self.focused
        if isinstance(focused, Picker):
            focused.toggle()
        elif isinstance(focused, Choice):
            focused.cycle()
        elif isinstance(focused, Grid):
            self.watch_problem()

    @on(Grid.Chosen)
    def watch_problem(self) -> None:
        """Open the problem under the cursor; it fills when its verdict comes."""
        key = self.query_one(Grid).key
        if self.shown is not None and key is not None:
            self.board.open_run(self.shown.id, key)

    def action_clear(self) -> None:
        """Choose nothing."""
        for picker in self.query(Picker):
            picker.clear_choice()
        for field in self.query(Input):
            field.value = ""
        self.refresh_plan()

    def action_stop(self) -> None:
        """Ask, then stop the newest evaluation."""
        if self.shown is not None:
            stop_run(self, self.shown)

    @on(Input.Submitted)
    def action_start(self) -> None:
        """Check everything, then start."""
        form = self.evaluation
        try:
            form.check()
        except MagibenchError as error:
            self._trouble(str(error))
            return
        if not self.checking:
            self.checking = True
            self._trouble("")
            self.query_one("#command", Static).update(Content.styled("Looking for the data …", "$foreground 65%"))
            self.run_worker(lambda: self._check(form), thread=True, exit_on_error=False, group="check")

    def _check(self, form: Evaluation) -> None:
        try:
            form.check_data()
        except MagibenchError as error:
            trouble = str(error)
        else:
            trouble = ""
        if not get_current_worker().is_cancelled:
            self.app.call_from_thread(self._checked, form, trouble)

    def _checked(self, form: Evaluation, trouble: str) -> None:
        self.checking = False
        self.refresh_plan()
        if trouble:
            self._trouble(trouble)
        else:
            self.board.start_job(form.arguments, form.title)

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """Let the app show what broke in a thread."""
        if event.state is WorkerState.ERROR:
            self.checking = False
        super().on_worker_state_changed(event)


def states_of(live: Live, n: int) -> dict[str, str]:
    """Return the state of each problem that has a verdict; a key of ``tui.marks.STATES``."""
    counts: dict[str, list[int]] = {}
    for (problem, _), verdict in live.verdicts.items():
        seen = counts.setdefault(problem, [0, 0, 0])
        seen[0] += 1
        seen[1] += verdict.passed
        seen[2] += verdict.infra
    found: dict[str, str] = {}
    for problem, (judged, passed, infra) in counts.items():
        if infra:
            found[problem] = "infra"
        elif judged >= n:
            found[problem] = "passed" if passed == judged else "partly" if passed else "failed"
    return found
