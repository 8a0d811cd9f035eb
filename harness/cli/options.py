"""Options that several commands share, and running the pipeline from a command."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

import click

from harness.errors import MagibenchError
from harness.plan import Plan
from harness.records import Run

F = TypeVar("F", bound=Callable[..., Any])


def sandbox_options(command: F) -> F:
    """Add --sandbox, --slots, --runtime, --cluster and --no-cache."""
    for option in reversed(
        [
            click.option(
                "--sandbox", default="docker", metavar="KIND", help="docker (hardened) or local (development)."
            ),
            click.option(
                "--slots", type=click.IntRange(1, 256), help="Sandboxes at a time (on each node); default one per core."
            ),
            click.option("--runtime", metavar="NAME", help="Container runtime, e.g. runsc (gVisor)."),
            click.option(
                "--cluster",
                metavar="ADDRESS",
                help="Judge on a Ray cluster: ray://HEAD:10001, or auto on one of its nodes.",
            ),
            click.option("--no-cache", is_flag=True, help="Execute every program, even if its verdict is known."),
        ]
    ):
        command = option(command)
    return command


@contextlib.contextmanager
def terminable() -> Iterator[None]:
    """Let SIGTERM stop what is inside as ctrl-c does: by a KeyboardInterrupt."""

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def backend_options(pairs: Sequence[str]) -> dict[str, Any]:
    """Return options given as KEY=VALUE; a value is JSON where it can be read as that, else text.

    Raises:
        UsageError: one has no "=", or no key.
    """
    import json

    from harness.errors import UsageError

    found: dict[str, Any] = {}
    for pair in pairs:
        key, equals, value = pair.partition("=")
        if not (key and equals):
            raise UsageError(f"{pair!r} is not an option.", "Write KEY=VALUE, e.g. -o dtype=float32.")
        try:
            found[key] = json.loads(value)
        except ValueError:
            found[key] = value
    return found


def run_plans(
    plans: Sequence[Plan],
    *,
    sandbox: str,
    slots: int | None,
    runtime: str | None,
    no_cache: bool,
    quiet: bool,
    cluster: str | None = None,
) -> list[Run]:
    """Evaluate plans one after another in one sandbox, with each model loaded at most once; return their runs.

    A first ctrl-c (or SIGTERM) stops cleanly: what is done is journalled, the same command goes on.
    """
    from harness.backends.lending import Lender
    from harness.display import Progress
    from harness.judging.cache import VerdictCache
    from harness.pipeline import evaluate
    from harness.sandboxing import open_sandbox, opener_for

    async def main() -> list[Run]:
        task = asyncio.current_task()
        assert task is not None
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
        box = open_sandbox(sandbox, slots, runtime, cluster)
        cache = None if no_cache else VerdictCache()
        lender = Lender(plans, opener_for(box))
        try:
            with Progress(quiet=quiet) as progress:
                runs = [await evaluate(plan, box, progress, cache, lender) for plan in plans]
        finally:
            await lender.close()
            await box.close()
            if cache:
                cache.close()
        return runs

    try:
        return asyncio.run(main())
    except (KeyboardInterrupt, asyncio.CancelledError):
        click.secho("Stopped. What was done is kept; the same command goes on from there.", err=True, fg="yellow")
        sys.stdout.flush()
        sys.stderr.flush()
        # A generating thread can't be interrupted; the journals are closed.
        os._exit(130)


def finish(runs: Sequence[Run]) -> None:
    """Exit with status 1 if a run is incomplete, saying what to do."""
    broken = [run for run in runs if not run.complete]
    if broken:
        message = f"{len(broken)} of {len(runs)} runs are incomplete: {', '.join(run.id for run in broken)}."
        error = MagibenchError(message, "Run the same command again: what failed is retried, the rest is kept.")
        error.exit_code = 1
        raise error
