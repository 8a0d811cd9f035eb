"""One problem: the program as judged, the prompt, the raw answer, and the verdict with its evidence."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import ContentSwitcher, Static
from textual.worker import get_current_worker

from harness.errors import RunError
from harness.records import Evidence, Extraction, Sample, Verdict
from tui.actions import bindings
from tui.exporting import Export
from tui.marks import STATES, Mark, clean, one_line
from tui.messages import RunsChanged, Ticked
from tui.rundata import RunData, neighbour
from tui.screens.place import Crumbs, Place
from tui.verdicts import state_of, verdict_text
from tui.widgets.choice import Choice
from tui.widgets.pane import Pane, code

TABS = ("program", "prompt", "raw")


@dataclass(frozen=True)
class Loaded:
    """What a thread prepared for one sample."""

    problem: str
    samples: int
    sample: Sample | None
    extraction: Extraction | None
    program: Content
    prompt: Content
    prompt_beside: Content
    """The same for the narrower pane that wide terminals have."""
    raw: Content
    plain: tuple[str, str, str]
    """The three texts as they may be copied."""


class ProblemPlace(Place):
    """The view of one problem of a run."""

    PLACE = "problem"
    CSS_PATH = "problem.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("problem")]

    def __init__(self, data: RunData, problem: str) -> None:
        """Show the first sample of ``problem``."""
        super().__init__()
        self.data = data
        self.problem = problem
        self.index = 0
        self.loaded: Loaded | None = None
        self._drawn: Verdict | None = None

    def body(self) -> ComposeResult:
        """Texts on the left, verdict on the right (above, where it is narrow)."""
        with Horizontal(id="sides"):
            with Vertical(id="texts"):
                yield Choice(TABS, id="tabs", focusable=False)
                with ContentSwitcher(initial="program", id="switch"):
                    yield Pane(id="program", wrap=True)
                    yield Pane(id="prompt", wrap=True)
                    yield Pane(id="raw", wrap=True)
            with Vertical(id="aside"):
                yield Pane(id="verdict", wrap=True)
                with Vertical(id="prompt-beside"):
                    yield Static("prompt", classes="title", markup=False)
                    yield Pane(id="prompt-copy", wrap=True)

    def on_mount(self) -> None:
        """Load in a thread."""
        self.query_one("#program", Pane).focus()
        self.call_after_refresh(self.load)

    # -- loading

    def load(self) -> None:
        """Show what is known at once, and fetch the texts in a thread."""
        self.board.remember(self.data.entry.id, self.problem)
        self._draw_verdict(None, None)
        self._draw_head()
        width = self.query_one("#switch").size.width - 3
        beside = self.query_one("#prompt-copy", Pane).size.width - 3
        self.run_worker(
            partial(self._fetch, width, beside), thread=True, exclusive=True, exit_on_error=False, group="problem"
        )

    def _fetch(self, width: int, beside: int) -> None:
        worker = get_current_worker()
        problem, index, run = self.problem, self.index, self.data.entry.run
        try:
            samples, trouble = self.data.samples(problem), ""
        except RunError as error:
            samples, trouble = [], str(error)
        sample = next((s for s in samples if s.index == index), None)
        extraction: Extraction | None = None
        prompt, note = "", "The record of this run is not written yet."
        if run is not None:
            shelf = self.board.library.shelf(run)
            note = shelf.error
            found = shelf.problems.get(problem)
            prompt = found.prompt if found else ""
            extraction = self.board.library.program(run, sample) if sample is not None else None
        raw = sample.text if sample else trouble or "There is no answer yet."
        program = extraction.code if extraction else raw
        texts = (clean(program), clean(prompt or f"The prompt can't be shown. {note}"), clean(raw))
        loaded = Loaded(
            problem=problem,
            samples=len(samples),
            sample=sample,
            extraction=extraction,
            program=code(texts[0], width),
            prompt=code(texts[1], width) if prompt else Content.styled(texts[1], "$foreground 65%"),
            prompt_beside=code(texts[1], beside) if prompt and beside > 0 else Content(""),
            raw=Content(texts[2]),
            plain=texts,
        )
        if not worker.is_cancelled:
            self.app.call_from_thread(self._show, loaded)

    def _show(self, loaded: Loaded) -> None:
        if loaded.problem != self.problem or not self.is_attached:
            return
        self.loaded = loaded
        self.query_one("#program", Pane).show(loaded.program, loaded.plain[0])
        self.query_one("#prompt", Pane).show(loaded.prompt, loaded.plain[1])
        self.query_one("#prompt-copy", Pane).show(loaded.prompt_beside, loaded.plain[1])
        self.query_one("#raw", Pane).show(loaded.raw, loaded.plain[2])
        self._draw_verdict(loaded.sample, loaded.extraction)
        self._draw_head()
        self.refresh_bindings()

    def _draw_verdict(self, sample: Sample | None, extraction: Extraction | None) -> None:
        verdict = self._drawn = self.data.verdicts.get((self.problem, self.index))
        pane = self.query_one("#verdict", Pane)
        pane.show(verdict_text(verdict, sample, extraction))
        pane.set_class(state_of(verdict) == "passed", "-passed")

    def _draw_head(self) -> None:
        entry = self.data.entry
        verdict = self.data.verdicts.get((self.problem, self.index))
        sign = STATES[state_of(verdict)]
        place = entry.problems.index(self.problem) + 1 if self.problem in entry.problems else 0
        sample = f"sample {self.index + 1} of {entry.n}   " if entry.n > 1 else ""
        right = (
            Mark(sample, "muted"),
            Mark(f"{place} of {len(entry.problems)}   ", "muted"),
            Mark(f"{sign.text} {one_line(verdict.reason) if verdict else 'pending'}", sign.role),
        )
        run = f"{entry.model} on {entry.benchmark}"
        width = self.app.size.width
        path = ("Results", run, self.problem)
        self.query_one(Crumbs).show(path if width >= 120 else path[1:] if width >= 100 else path[2:], right)

    @on(RunsChanged)
    @on(Ticked)
    def _changed(self) -> None:
        """A verdict of this problem may have come in."""
        self.data.poll()
        # Not what poll returns: the run's own place, below this one, may have read it first.
        if self.data.verdicts.get((self.problem, self.index)) is not self._drawn:
            self.load()

    def on_resize(self) -> None:
        """Break lines anew."""
        if self.loaded is not None:
            self.load()

    def exported(self) -> Export:
        """Return the sample that is shown: texts, verdict and its evidence."""
        loaded, verdict = self.loaded, self._drawn
        if loaded is None:
            return Export("problem", [])
        record: dict[str, Any] = {"problem": loaded.problem, "run": self.data.entry.id, "sample": self.index}
        if verdict is not None:
            evidence = verdict.evidence or Evidence()
            record |= {"passed": verdict.passed, "reason": verdict.reason}
            record |= {f"{name} passed": suite.passed for name, suite in verdict.suites.items()}
            record |= {field: getattr(evidence, field) for field in Evidence.__struct_fields__}
            record |= {"cpu_s": verdict.cpu_s, "peak_mib": verdict.peak_mib}
        if loaded.extraction is not None:
            record["program"] = loaded.extraction.code
        if loaded.sample is not None:
            record["raw"] = loaded.sample.text
        return Export(f"{self.data.entry.model}-{loaded.problem}", [record | {"prompt": loaded.plain[1]}])

    # -- keys

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Samples can be stepped through only where there are several."""
        if action == "sample":
            return self.data.entry.n > 1
        return True

    def open_problem(self, problem: str | None) -> None:
        """Show another problem."""
        if problem is None:
            self.app.bell()
            return
        self.problem, self.index = problem, 0
        self.load()

    def action_step(self, by: int) -> None:
        """Go to the next or previous problem."""
        self.open_problem(neighbour(self.data.entry.problems, self.problem, by))

    def action_step_failed(self, by: int) -> None:
        """Go to the next or previous problem that did not pass."""
        wanted = [p for p, state in self.data.states.items() if state not in {"passed", "pending"}]
        self.open_problem(neighbour(self.data.entry.problems, self.problem, by, wanted))

    def action_sample(self, by: int) -> None:
        """Show the next sample of the problem."""
        self.index = (self.index + by) % max(1, self.data.entry.n)
        self.load()

    def action_show(self, tab: str) -> None:
        """Show one of the three texts."""
        self.query_one(Choice).index = TABS.index(tab)

    def action_tab(self) -> None:
        """Show the next of the three texts."""
        self.query_one(Choice).cycle()

    @on(Choice.Changed)
    def _tab_chosen(self, event: Choice.Changed) -> None:
        switch = self.query_one(ContentSwitcher)
        switch.current = event.value
        self.query_one(f"#{event.value}", Pane).focus()

    def action_copy(self) -> None:
        """Copy the text that is shown."""
        if self.loaded is not None:
            tab = self.query_one(Choice)
            self.app.copy_to_clipboard(self.loaded.plain[tab.index])
            self.notify(f"Copied: {tab.value}.")
