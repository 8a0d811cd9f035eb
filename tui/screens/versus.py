"""One problem, two programs: beside each other or as one text, each with its verdict."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any, ClassVar, NamedTuple

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Static
from textual.worker import get_current_worker

from harness.errors import RunError
from tui.actions import bindings
from tui.comparing import Compared, name_of
from tui.diffs import in_one, side_by_side, unified
from tui.exporting import Export
from tui.marks import STATES, Line, Mark, clean, content, one_line
from tui.screens.place import Crumbs, Place
from tui.verdicts import state_of
from tui.widgets.pane import Pane


class Loaded(NamedTuple):
    """What a thread prepared."""

    key: tuple[Any, ...]
    texts: tuple[str, str]
    left: Content
    right: Content
    one: Content


class Versus(Place):
    """Two runs of a comparison on one problem."""

    PLACE = "versus"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("versus")]
    DEFAULT_CSS = """
    Versus {
        #sides { height: 1fr; margin: 1 1 0 1; }
        .side { width: 1fr; height: 100%; }
        #second { border-left: solid $border-blurred; padding: 0 0 0 1; }
        .who { height: auto; max-height: 5; text-wrap: nowrap; text-overflow: ellipsis; padding: 0 1; margin: 0 0 1 0; }
        #one { display: none; margin: 0 1; }
        &.-one #texts-left { display: none; }
        &.-one #texts-right { display: none; }
        &.-one #one { display: block; height: 1fr; }
        &.-one #sides { height: auto; }
        &.-one .side { height: auto; }
        &.-short #sides { margin: 0 1; }
        &.-short .who { margin: 0; max-height: 3; }
    }
    """

    def __init__(self, found: Compared, problem: str, problems: Sequence[str]) -> None:
        """Show ``problem``; n and p step through ``problems``."""
        super().__init__()
        self.found, self.problem, self.problems = found, problem, list(problems)
        self.other = 1
        self.raw = False
        self.loaded: Loaded | None = None

    def body(self) -> ComposeResult:
        """Two sides with a heading each, and the one text."""
        with Horizontal(id="sides"):
            with Vertical(classes="side", id="first"):
                yield Static("", id="who-left", classes="who", markup=False)
                yield Pane(id="texts-left", wrap=True)
            with Vertical(classes="side", id="second"):
                yield Static("", id="who-right", classes="who", markup=False)
                yield Pane(id="texts-right", wrap=True)
        yield Pane(id="one", wrap=True)

    def on_mount(self) -> None:
        """Load in a thread."""
        self.set_class(self.app.size.width < 100, "-one")
        self._focus()
        self.call_after_refresh(self.load)

    def _focus(self) -> None:
        self.query_one("#one" if self.has_class("-one") else "#texts-left", Pane).focus()

    @property
    def sides(self) -> tuple[str, str]:
        """Ids of the two runs."""
        return self.found.runs[0], self.found.runs[self.other]

    def load(self) -> None:
        """Show the headings at once, and fetch the programs in a thread."""
        about = [self._about(run) for run in self.sides]
        high = max(map(len, about))  # both programs begin at the same height
        for said, name in zip(about, ("#who-left", "#who-right"), strict=True):
            lines = [content(line, self.app.native_ansi_color) for line in said]
            self.query_one(name, Static).update(Content("\n").join([*lines, *[Content("")] * (high - len(lines))]))
        place = self.problems.index(self.problem) + 1 if self.problem in self.problems else 0
        path = ("Compare", self.problem) if self.app.size.width >= 100 else (self.problem,)
        right = (
            Mark("raw answers   " if self.raw else "", "accent"),
            Mark(f"{place} of {len(self.problems)}", "muted"),
        )
        self.query_one(Crumbs).show(path, right)
        width = max(20, self.app.size.width // 2 - 8)
        self.run_worker(partial(self._fetch, width), thread=True, exclusive=True, exit_on_error=False, group="versus")

    def _about(self, run: str) -> list[Line]:
        """Return who, how it was judged and the first failure."""
        verdicts = self.found.data[run].of(self.problem)
        verdict = next((v for v in verdicts if not v.passed), verdicts[0] if verdicts else None)
        sign = STATES[state_of(verdict)]
        reason = verdict.reason if verdict else "not judged"
        many = f"  {sum(v.passed for v in verdicts)}/{len(verdicts)} samples pass" if len(verdicts) > 1 else ""
        lines: list[Line] = [
            (Mark(one_line(name_of(self.found, run)), "strong"), Mark(f"   {sign.text} {reason}{many}", sign.role))
        ]
        evidence = verdict.evidence if verdict else None
        if evidence is not None:
            for title, text, role in (
                ("input", evidence.input, ""), ("expected", evidence.expected, "good"),
                ("actual", evidence.actual, "bad"), ("error", evidence.error, "bad"),
            ):  # fmt: skip
                if text:
                    lines.append((Mark(f"{title:<9}", "faint"), Mark(one_line(text, 160), role)))  # type: ignore[arg-type]
        return lines

    def _fetch(self, width: int) -> None:
        worker = get_current_worker()
        key = (self.problem, *self.sides, self.raw)
        texts = tuple(self._text(run) for run in self.sides)
        a, b = clean(texts[0]), clean(texts[1])
        left, right = side_by_side(a, b, width)
        loaded = Loaded(key, (a, b), left, right, in_one(a, b, max(20, self.app.size.width - 6)))
        if not worker.is_cancelled:
            self.app.call_from_thread(self._show, loaded)

    def _text(self, run: str) -> str:
        data = self.found.data[run]
        wrong = next((v.index for v in data.of(self.problem) if not v.passed), 0)
        try:
            samples = data.samples(self.problem)
        except RunError as error:
            return str(error)
        sample = next((s for s in samples if s.index == wrong), None)
        if sample is None or data.entry.run is None:
            return ""
        program = None if self.raw else self.board.library.program(data.entry.run, sample)
        return program.code if program is not None else sample.text

    def _show(self, loaded: Loaded) -> None:
        if not self.is_attached or loaded.key != (self.problem, *self.sides, self.raw):
            return
        self.loaded = loaded
        self.query_one("#texts-left", Pane).show(loaded.left, loaded.texts[0])
        self.query_one("#texts-right", Pane).show(loaded.right, loaded.texts[1])
        self.query_one("#one", Pane).show(loaded.one, loaded.texts[1])

    def on_resize(self) -> None:
        """Break lines anew."""
        if self.loaded is not None:
            self.load()

    def exported(self) -> Export:
        """Return both texts and verdicts."""
        texts = self.loaded.texts if self.loaded else ("", "")
        records = []
        for run, text in zip(self.sides, texts, strict=True):
            verdicts = self.found.data[run].of(self.problem)
            passed = f"{sum(v.passed for v in verdicts)}/{len(verdicts)}"
            records.append({"problem": self.problem, "run": run, "passed": passed, "program": text})
        return Export(f"compare-{self.problem}", records)

    # -- keys

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Another run can be taken only where there are three."""
        return len(self.found.runs) > 2 if action == "other" else True

    def action_step(self, by: int) -> None:
        """Go to another problem of the list."""
        index = self.problems.index(self.problem) + by if self.problem in self.problems else 0
        if 0 <= index < len(self.problems):
            self.problem = self.problems[index]
            self.load()
        else:
            self.app.bell()

    def action_diff(self) -> None:
        """Change between two texts and one."""
        self.toggle_class("-one")
        self._focus()

    def action_raw(self) -> None:
        """Change between programs and raw answers."""
        self.raw = not self.raw
        self.load()

    def action_other(self) -> None:
        """Compare with the next run."""
        self.other = self.other % (len(self.found.runs) - 1) + 1
        self.load()

    def action_open(self) -> None:
        """Open the problem in the run on the right."""
        self.board.open_run(self.sides[1], self.problem)

    def action_copy(self) -> None:
        """Copy a unified diff."""
        if self.loaded is not None:
            text = unified(*self.loaded.texts, (self.sides[0], self.sides[1]))
            self.app.copy_to_clipboard(text)
            self.notify("Copied: the diff." if text else "The programs are the same.")
