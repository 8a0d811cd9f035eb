"""What the commands that make datasets share: running steps, showing progress, saying what came of it."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import click

from harness.cli.options import terminable

if TYPE_CHECKING:
    from harness.datagen.dataset import Dataset, StepRecord
    from harness.datagen.events import JobEvent
    from harness.datagen.steps import Step
    from harness.workspace import Workspace

PLAIN_EVERY_S = 10.0
"""Seconds between progress lines where there is no terminal."""


class Progress:
    """Renders the events of a job on stderr: a drawn line on a terminal, plain lines elsewhere."""

    def __init__(self, *, quiet: bool = False) -> None:
        """``quiet`` shows warnings and errors only."""
        self._quiet = quiet
        self._live: Any = None
        self._task: Any = None
        self._last = time.monotonic()

    def __enter__(self) -> Self:
        """Begin to draw, if there is a terminal."""
        if sys.stderr.isatty() and not self._quiet:
            from rich.console import Console
            from rich.progress import BarColumn, MofNCompleteColumn, SpinnerColumn, TextColumn, TimeRemainingColumn
            from rich.progress import Progress as RichProgress

            columns = (
                SpinnerColumn(), TextColumn("[bold]{task.description}[/]"), BarColumn(bar_width=24),
                MofNCompleteColumn(), TextColumn("{task.fields[detail]}"), TimeRemainingColumn(compact=True),
            )  # fmt: skip
            self._live = RichProgress(*columns, console=Console(stderr=True), transient=True)
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop drawing."""
        if self._live is not None:
            self._live.stop()

    def __call__(self, event: JobEvent) -> None:
        """Show one event."""
        from harness.datagen.events import StepFinished, StepProgress, StepStarted
        from harness.events import Notice

        if isinstance(event, Notice):
            if not self._quiet or event.level != "info":
                colour = {"error": "red", "warning": "yellow"}.get(event.level)
                self._say(f"{event.message} {event.remedy}".strip(), colour)
        elif self._quiet:
            return
        elif isinstance(event, StepStarted):
            self._last = time.monotonic()
            if self._live is not None:
                self._task = self._live.add_task(event.step, total=event.total, detail="")
        elif isinstance(event, StepProgress):
            self._progress(event)
        elif isinstance(event, StepFinished):
            self._finished(event)

    def _progress(self, event: Any) -> None:
        detail = ", ".join(
            part for part in (event.detail, f"{event.rejected} rejected" if event.rejected else "") if part
        )
        if self._live is not None:
            self._live.update(self._task, completed=event.done, total=event.total, detail=detail)
        elif time.monotonic() - self._last > PLAIN_EVERY_S:
            self._last = time.monotonic()
            of = f" of {event.total}" if event.total is not None else ""
            self._say(f"{event.step}: {event.done}{of}{f', {detail}' if detail else ''}")

    def _finished(self, event: Any) -> None:
        if self._live is not None:
            self._live.remove_task(self._task)
        rejected = sum(event.rejected.values())
        took = "was there already" if event.cached else f"{event.seconds:.1f} s"
        self._say(f"{event.step}: {event.rows} rows, {rejected} rejected, {took}")

    def _say(self, text: str, colour: str | None = None) -> None:
        if self._live is not None:
            from rich.text import Text

            self._live.console.print(Text(text, style=colour or ""))
        else:
            click.secho(text, err=True, fg=colour)


def run_steps(
    workspace: Workspace,
    name: str,
    steps: Sequence[Step],
    *,
    parent: Dataset | None = None,
    description: str = "",
    seed: int = 0,
    workers: int | None = None,
    cluster: str = "",
    parquet: bool = False,
    quiet: bool = False,
) -> Dataset:
    """Make a dataset; a ctrl-c (or SIGTERM) stops cleanly, the same command goes on."""
    from harness.datagen.frame import make_dataset

    try:
        with terminable(), Progress(quiet=quiet) as progress:
            return make_dataset(
                workspace,
                name,
                steps,
                parent=parent,
                description=description,
                seed=seed,
                workers=workers or len(os.sched_getaffinity(0)),
                cluster=cluster,
                parquet=parquet,
                emit=progress,
            )
    except KeyboardInterrupt:
        click.secho("Stopped. What was done is kept; the same command goes on from there.", err=True, fg="yellow")
        sys.stdout.flush()
        sys.stderr.flush()
        # A generating thread can't be interrupted; the journals hold what was answered.
        os._exit(130)


def report(dataset: Dataset, *, as_json: bool) -> None:
    """Say what became of a dataset: a table of its steps on stdout, or the manifest as JSON."""
    from harness.display import show_json, show_table

    manifest = dataset.manifest()
    if as_json:
        show_json(manifest)
        return
    show_table("", ["step", "in", "out", "rejected"], [step_line(record) for record in manifest.steps], right=[1, 2])
    click.echo(f"{manifest.rows} rows: {_shown(dataset.path)}", err=True)


def step_line(record: StepRecord) -> list[str]:
    """Return a step's line of a table."""
    reasons = ", ".join(f"{count} {reason}" for reason, count in sorted(record.rejected.items(), key=lambda r: -r[1]))
    return [record.name, str(record.rows_in) if record.input_sha256 else "", str(record.rows_out), reasons]


def _shown(path: Path) -> str:
    try:
        return str(path.relative_to(Path.cwd()))
    except ValueError:
        return str(path)
