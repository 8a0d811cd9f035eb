"""What a terminal shows of a run: a progress line on stderr, plain lines without a terminal, tables on stdout."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import click
import msgspec

from harness.events import AnyEvent, NodeSeen, Notice, Phase, RunFinished, RunStarted, SampleDone, VerdictDone
from harness.records import Metric, Run

if TYPE_CHECKING:
    from harness.benchmarks.suites import Score
    from harness.history import BoardRow

PLAIN_EVERY_S = 10.0
"""Seconds between progress lines where there is no terminal."""
ENOUGH = 10
"""Samples judged before a time left is shown."""


class Progress:
    """Renders the events of runs, one after another, on stderr."""

    def __init__(self, *, quiet: bool = False) -> None:
        """``quiet`` shows warnings and errors only."""
        self._quiet = quiet
        self._live: Any = None
        self._first = 0
        self._task: Any = None
        self._counts = {"passed": 0, "failed": 0, "infra": 0}
        self._done = 0
        self._total = 0
        self._phase = ""
        self._name = ""
        self._last = 0.0
        self._began = time.monotonic()
        self._generated = 0
        self._nodes: dict[str, NodeSeen] = {}

    def __enter__(self) -> Self:
        """Return the display; it draws with the first event."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop drawing."""
        self._stop()

    def __call__(self, event: AnyEvent) -> None:
        """Show one event."""
        handlers: dict[type, Callable[[Any], None]] = {
            RunStarted: self._started,
            Phase: self._phase_began,
            SampleDone: self._sample,
            VerdictDone: self._verdict,
            Notice: self._notice,
            RunFinished: self._finished,
            NodeSeen: self._node,
        }
        handlers[type(event)](event)

    def _node(self, event: NodeSeen) -> None:
        """Count the nodes at work; what became of one is said in a notice of its own."""
        self._nodes[event.name] = event

    def _started(self, event: RunStarted) -> None:
        """Begin a line for a run."""
        self._counts = {"passed": 0, "failed": 0, "infra": 0}
        self._total = len(event.problems) * event.n
        self._done = event.done_verdicts
        self._generated = event.done_samples
        self._name = f"{event.model} · {event.benchmark}"
        self._began = time.monotonic()
        self._first = event.done_verdicts
        if self._quiet:
            return
        if event.done_verdicts or event.done_samples:
            self._say(
                f"{self._name}: {event.done_samples} samples and {event.done_verdicts} verdicts are there already"
            )
        if sys.stderr.isatty():
            self._start_live()

    def _start_live(self) -> None:
        """Draw with rich."""
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, SpinnerColumn, TextColumn, TimeRemainingColumn
        from rich.progress import Progress as RichProgress

        self._live = RichProgress(
            SpinnerColumn(),
            TextColumn("[bold]{task.fields[name]}[/]"),
            BarColumn(bar_width=24),
            MofNCompleteColumn(),
            TextColumn("{task.fields[counts]}"),
            TextColumn("{task.fields[rate]}"),
            TimeRemainingColumn(compact=True),
            TextColumn("[dim]{task.fields[phase]}[/]"),
            console=Console(stderr=True),
            transient=True,
        )
        self._live.start()
        self._task = self._live.add_task(
            "", total=self._total, completed=self._done, name=self._name, counts="", rate="", phase=""
        )

    def _phase_began(self, event: Phase) -> None:
        """Name what is being done."""
        self._phase = f"{event.name} {event.detail}".strip()
        if event.name in ("generating", "judging") and self._done == self._first:
            # Rates leave out what came before: loading a model takes longer than judging a hundred samples.
            self._began = time.monotonic()
        if self._live is not None:
            self._live.update(self._task, phase=self._phase)
        elif not self._quiet:
            self._say(f"{self._name}: {self._phase}")

    def _sample(self, event: SampleDone) -> None:
        """Count a sample."""
        self._generated += 1
        if self._live is not None:
            self._live.update(self._task, phase=f"{self._phase} · {self._generated} generated")

    def _verdict(self, event: VerdictDone) -> None:
        """Count a verdict."""
        self._done += 1
        self._counts["infra" if event.infra else "passed" if event.passed else "failed"] += 1
        elapsed = max(time.monotonic() - self._began, 0.001)
        rate = f"{(self._done - self._first) / elapsed:.1f}/s"
        counts = self._counts
        if self._live is not None:
            text = f"[green]✓ {counts['passed']}[/] [red]✗ {counts['failed']}[/]"
            text += f" [yellow]! {counts['infra']}[/]" if counts["infra"] else ""
            self._live.update(self._task, completed=self._done, counts=text, rate=rate)
        elif not self._quiet and time.monotonic() - self._last > PLAIN_EVERY_S:
            self._last = time.monotonic()
            judged = self._done - self._first
            # A handful says nothing about the rest: batches end together, and long problems come first.
            left = f", about {(self._total - self._done) * elapsed / judged:.0f} s left" if judged >= ENOUGH else ""
            infra = f", {counts['infra']} infrastructure" if counts["infra"] else ""
            self._say(
                f"{self._name}: {self._done} of {self._total} judged, {counts['passed']} passed, "
                f"{counts['failed']} failed{infra}, {rate}{left}"
            )

    def _notice(self, event: Notice) -> None:
        """Say something."""
        if self._quiet and event.level == "info":
            return
        colour = {"error": "red", "warning": "yellow"}.get(event.level)
        text = f"{event.message} {event.remedy}".strip()
        if self._live is not None:
            from rich.text import Text

            self._live.console.print(Text(text, style=colour or ""))
        else:
            self._say(text, colour)

    def _finished(self, event: RunFinished) -> None:
        """End the line."""
        self._stop()
        if not self._quiet:
            state = "complete" if event.complete else "INCOMPLETE"
            self._say(f"{self._name}: {state} after {event.seconds:.1f} s · {event.run}")

    def _stop(self) -> None:
        """Take the line away."""
        if self._live is not None:
            self._live.stop()
            self._live = None

    @staticmethod
    def _say(text: str, colour: str | None = None) -> None:
        """Write a line to stderr."""
        click.secho(text, err=True, fg=colour)


def percent(metric: Metric) -> str:
    """Return "72.6 %  [65.3, 78.8]": value and 95 % interval."""
    text = f"{100 * metric.value:.1f}"
    if metric.interval is None:
        return text
    return f"{text}  [{100 * metric.interval.low:.1f}, {100 * metric.interval.high:.1f}]"


def points(value: float) -> str:
    """Return a difference of -1..1 as points with a sign."""
    text = f"{100 * value:+.1f}"
    return "0.0" if text in {"+0.0", "-0.0"} else text.replace("-", "−")


def p_value(p: float) -> str:
    """Return a p-value with three decimals, "< 0.001" below them."""
    return "< 0.001" if p < 0.001 else f"{p:.3f}"


def show_table(title: str, columns: Sequence[str], rows: Sequence[Sequence[str]], right: Sequence[int] = ()) -> None:
    """Write a table to stdout: drawn on a terminal, aligned plain text elsewhere.

    Args:
        title: shown above a drawn table.
        columns: headings.
        rows: texts, one per column.
        right: positions of columns whose texts are aligned at their right.
    """
    if sys.stdout.isatty():
        from rich.box import SIMPLE_HEAD
        from rich.console import Console
        from rich.table import Table
        from rich.text import Text

        table = Table(title=title or None, title_justify="left", title_style="bold", box=SIMPLE_HEAD, pad_edge=False)
        for position, name in enumerate(columns):
            table.add_column(name, justify="right" if position in right else "left", overflow="fold")
        for row in rows:
            table.add_row(*(Text(cell) for cell in row))
        Console().print(table)
        return
    widths = [max(len(r[i]) for r in [columns, *rows]) for i in range(len(columns))]
    for row in [columns, *rows]:
        cells = [c.rjust(w) if i in right else c.ljust(w) for i, (c, w) in enumerate(zip(row, widths, strict=True))]
        click.echo("  ".join(cells).rstrip())


def show_json(value: Any) -> None:
    """Write a value to stdout as indented JSON."""
    click.echo(msgspec.json.format(msgspec.json.encode(value), indent=2).decode())


def show_runs(runs: Sequence[Run], title: str = "") -> None:
    """Write one row per run: model, benchmark, pass@k with intervals, state."""
    names = []
    for run in runs:
        names += [m for m in ((x.suite, x.k) for x in run.metrics) if m not in names]
    order = {"base": 0, "plus": 1}
    names.sort(key=lambda n: (order.get(n[0], 2), n[0], n[1]))
    columns = ["model", "benchmark", "problems", "style", *(f"{suite} pass@{k} %" for suite, k in names), "state"]
    rows = []
    for run in runs:
        found = {(m.suite, m.k): m for m in run.metrics}
        cells = [percent(found[name]) if name in found else "" for name in names]
        asked = len(run.problems)
        problems = f"{asked}" if asked == run.total_problems else f"{asked} of {run.total_problems}"
        style = run.style if run.template_sha256 else "as given"
        rows.append([run.model.name, f"{run.benchmark}@{run.data_version}", problems, style, *cells, state(run)])
    show_table(title, columns, rows, right=[2, *range(4, 4 + len(names))])


def show_suite(suite: str, scores: Sequence[Score]) -> None:
    """Write one row per model: pass@1 of every member, the two means, what is missing."""
    from harness.benchmarks.suites import SUITES

    members = SUITES[suite]
    columns = [
        "model",
        "style",
        *(member.removeprefix(f"{suite}-") for member in members),
        "weighted",
        "plain",
        "state",
    ]
    rows = []
    for score in scores:
        values = [score.members.get(member) for member in members] + [score.weighted, score.plain]
        cells = ["–" if value is None else f"{100 * value:.1f}" for value in values]
        lacking = ", ".join(f"{m.removeprefix(f'{suite}-')} ({why})" for m, why in score.missing.items())
        rows.append([score.model, score.style, *cells, f"incomplete: {lacking}" if lacking else "complete"])
    show_table(f"{suite}, pass@1 %", columns, rows, right=range(2, len(columns) - 1))


def state(run: Run | BoardRow) -> str:
    """Return "complete", or what is missing."""
    if isinstance(run, Run):
        from harness.history import board_row

        run = board_row(run)
    if run.complete:
        return "complete" if run.trusted else "complete (unsandboxed)"
    missing = run.problems * run.n - run.judged - run.infra
    parts = [f"{missing} missing"] if missing > 0 else []
    parts += [f"{run.infra} infrastructure"] if run.infra else []
    return "incomplete: " + (", ".join(parts) or "not finished")
