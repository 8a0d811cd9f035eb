"""The dialogs of Playground: which models are asked, and a problem of a benchmark as the prompt."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Input, Static
from textual.worker import Worker, get_current_worker

from harness.errors import MagibenchError
from tui.evaluation import Offer
from tui.marks import Mark, clean, one_line
from tui.offers import model_rows
from tui.screens.dialog import Dialog
from tui.widgets.choice import Choice
from tui.widgets.keyline import keys_of
from tui.widgets.picker import Picker
from tui.widgets.table import Column, Row, Table

if TYPE_CHECKING:
    from harness.records import Problem

MOST = 2
"""Models that are asked at a time."""


class ModelsDialog(Dialog[list[str]]):
    """Closes with the names chosen, one or two."""

    DEFAULT_CSS = "ModelsDialog { #box { width: 72; } Picker { height: 12; } }"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "choose", "Choose"),
        Binding("enter", "take", "Done"),
        Binding("escape,q", "close", "Leave"),
    ]

    def __init__(self, offer: Offer, chosen: Sequence[str]) -> None:
        """Begin with those chosen last."""
        super().__init__()
        self.offer, self.chosen = offer, list(chosen)

    def compose(self) -> ComposeResult:
        """Title, list, keys."""
        with Vertical(id="box"):
            yield Static("One or two models to ask", id="question", markup=False)
            yield Picker([Column("name", "Model", 12, flex=1), Column("size", "Size", 6, "right")])
            yield keys_of(("Space", "choose"), ("Enter", "done"), ("Esc", "leave"))

    def on_mount(self) -> None:
        """Fill the list."""
        picker = self.query_one(Picker)
        picker.chosen = dict.fromkeys(self.chosen)
        picker.offer(model_rows(self.offer))
        picker.focus()

    @on(Picker.Picked)
    def _at_most(self) -> None:
        """Leave out the model that was chosen first when a third is."""
        picker = self.query_one(Picker)
        while len(picker.chosen) > MOST:
            del picker.chosen[next(iter(picker.chosen))]
        picker.offer(model_rows(self.offer))

    def action_choose(self) -> None:
        """Choose or leave out the model under the cursor."""
        self.query_one(Picker).toggle()

    def action_take(self) -> None:
        """Close with what is chosen; with nothing chosen, the model under the cursor."""
        picker = self.query_one(Picker)
        self.dismiss(list(picker.chosen) or [key for key in [picker.key] if key is not None])

    def action_close(self) -> None:
        """Change nothing."""
        self.dismiss(None)


class ProblemDialog(Dialog[str]):
    """Closes with the prompt of a problem."""

    DEFAULT_CSS = """
    ProblemDialog {
        #box { width: 96; }
        Table { height: 12; margin: 1 0 0 0; }
        Input { height: 1; border: none; padding: 0 1; background: $panel; margin: 1 0 0 0; }
        Input:focus { background: $primary 20%; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab", "app.focus_next", "Next", priority=True),
        Binding("shift+tab", "app.focus_previous", "Before", priority=True),
        Binding("down", "list", "List"),
        Binding("enter", "take", "Take"),
        Binding("escape", "close", "Leave"),
    ]

    def __init__(self, benchmarks: Sequence[str]) -> None:
        """Offer the problems of ``benchmarks``, whose data is here."""
        super().__init__()
        self.benchmarks = list(benchmarks)
        self.problems: dict[str, Problem] = {}

    def compose(self) -> ComposeResult:
        """Benchmarks, a line to narrow the list, the list."""
        with Vertical(id="box"):
            yield Static("A problem as the prompt", id="question", markup=False)
            yield Choice(self.benchmarks)
            yield Input(placeholder="words of the problem", compact=True)
            yield Table([Column("id", "Problem", 16), Column("text", "", 20, flex=1)])
            yield keys_of(("Enter", "take"), ("Tab", "next"), ("Esc", "leave"))

    def on_mount(self) -> None:
        """Load the first benchmark."""
        self.query_one(Input).focus()
        self._load()

    @on(Choice.Changed)
    def _load(self) -> None:
        self.query_one(Table).fill([])
        spec = self.query_one(Choice).value
        self.run_worker(partial(self._fetch, spec), thread=True, exclusive=True, exit_on_error=False, group="problems")

    def _fetch(self, spec: str) -> None:
        from harness.benchmarks import load_benchmark

        worker = get_current_worker()
        try:
            problems = load_benchmark(spec).problems()
        except (MagibenchError, OSError, ImportError) as error:
            self.app.call_from_thread(self.notify, str(error), severity="error", markup=False)
            return
        rows = [
            Row(
                problem.id,
                {"id": (Mark(problem.id, "strong"),), "text": (Mark(about(problem.prompt), "muted"),)},
                {},
                f"{problem.id} {problem.prompt}".lower(),
            )
            for problem in problems
        ]
        if not worker.is_cancelled:
            self.app.call_from_thread(self._offer, {p.id: p for p in problems}, rows)

    def _offer(self, problems: dict[str, Problem], rows: list[Row]) -> None:
        if self.is_attached:
            self.problems = problems
            self.query_one(Table).fill(rows)

    @on(Input.Changed)
    def _filtered(self, event: Input.Changed) -> None:
        self.query_one(Table).filter(event.value)

    def action_list(self) -> None:
        """Go on to the list."""
        self.query_one(Table).focus()

    @on(Input.Submitted)
    @on(Table.Chosen)
    def action_take(self) -> None:
        """Close with the problem under the cursor."""
        problem = self.problems.get(self.query_one(Table).key or "")
        if problem is not None:
            self.dismiss(problem.prompt)

    def action_close(self) -> None:
        """Change nothing."""
        self.dismiss(None)

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """Let the app show what broke in a thread."""
        self.app.on_worker_state_changed(event)  # type: ignore[attr-defined]


def about(prompt: str) -> str:
    """Return what a problem asks for, in one line: its text without signature and quotes."""
    words = clean(prompt).replace('"""', " ").replace("'''", " ")
    lines = [line.strip() for line in words.splitlines()]
    told = [line for line in lines if line and not line.startswith(("from ", "import ", "def ", "@", ">>>"))]
    return one_line(" ".join(told or lines), 200)
