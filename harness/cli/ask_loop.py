"""What `magibench ask` does: one prompt, a conversation of single prompts, or requests on stdin."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import os
import signal
import sys
import threading
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

import click
import msgspec

from harness.asking import (
    Ask,
    Event,
    Execute,
    Failed,
    Finished,
    Loading,
    Piece,
    Ran,
    Ready,
    Session,
    Stop,
    failed,
    style_of,
)
from harness.errors import MagibenchError
from harness.records import Model
from harness.workspace import Workspace


@dataclass(frozen=True)
class Options:
    """Of the command."""

    backend: dict[str, Any]
    sandbox: str = "docker"
    run: bool = False
    language: str = ""
    as_json: bool = False
    quiet: bool = False


class Desk:
    """A session, a sandbox that is opened when it is first needed, and where both are told."""

    def __init__(self, model: Model, workspace: Workspace, options: Options) -> None:
        """Open nothing yet."""
        self.options = options
        self.model = model
        self.session = Session(model, workspace, self.say, **options.backend)
        self._box: Any = None

    def say(self, event: Event) -> None:
        """Tell what happened: as JSON, or for people."""
        if self.options.as_json:
            sys.stdout.write(msgspec.json.encode(event).decode() + "\n")
            sys.stdout.flush()
        else:
            tell(event, quiet=self.options.quiet)

    async def execute(self, asked: Execute) -> Ran:
        """Run the program of an answer.

        Raises:
            MagibenchError: nothing can run.
        """
        from harness.sandboxing import open_sandbox
        from harness.trying import run_answer

        if self._box is None:
            self._box = open_sandbox(self.options.sandbox, 1)
        ran = await run_answer(self._box, asked, style_of(self.model, asked.style))
        self.say(ran)
        return ran

    async def answer(self, asked: Ask) -> bool:
        """Answer, and run the program where that is asked for; False if something went wrong."""
        end = await self.session.ask(asked)
        if self.options.run and end.text and not end.error:
            ran = await self.execute(
                Execute(end.text, asked.prompt, asked.id, asked.style, language=self.options.language)
            )
            return ran.status == "ok"
        return not end.error

    async def close(self) -> None:
        """Let go of model and sandbox."""
        await self.session.close()
        box, self._box = self._box, None
        if box is not None:
            await box.close()


def tell(event: Event, *, quiet: bool) -> None:
    """Write an event for people: answers and what programs print to stdout, all else to stderr."""
    if isinstance(event, Piece):
        click.echo(event.text, nl=False)
        sys.stdout.flush()
    elif isinstance(event, Finished):
        click.echo("" if event.text.endswith("\n") else "\n", nl=False)
        _talk(summary(event), quiet=quiet, bad=bool(event.error))
    elif isinstance(event, Ran):
        _talk(f"{event.language}: {ending(event)}", quiet=quiet, bad=event.status != "ok")
        click.echo(event.stdout, nl=not event.stdout.endswith("\n") and bool(event.stdout))
        if event.stderr:
            click.echo(event.stderr.rstrip("\n"), err=True)
    elif isinstance(event, Loading):
        _talk(event.detail, quiet=quiet)
    elif isinstance(event, Ready):
        _talk(f"{event.model} is ready after {event.seconds:.1f} s", quiet=quiet)
    elif isinstance(event, Failed):
        _talk(event.message, quiet=False, bad=True)
        if event.remedy:
            _talk(f"  → {event.remedy}", quiet=False)


def summary(end: Finished) -> str:
    """Return how an answer ended, in one line."""
    said = {"length": "cut at the limit", "stopped": "stopped"}.get(end.finish, end.error)
    parts = [said, f"{end.tokens} tokens" if end.tokens else "", f"{end.seconds:.1f} s"]
    parts += [f"{end.rate:.1f} tokens/s" if end.rate else "", f"first after {end.first_s:.2f} s" if end.first_s else ""]
    return ", ".join(part for part in parts if part)


def ending(ran: Ran) -> str:
    """Return how a program ended, in one line."""
    if ran.status == "empty":
        return "there is no program in the answer"
    how = ran.ending
    if ran.status not in {"ok", "failed", "killed"}:
        how = f"{ran.status}: {ran.detail}" if ran.detail else ran.status
    where = "compiling, " if ran.step == "compile" else ""
    return f"{where}{how}, {ran.cpu_s:.2f} s of CPU time, {ran.peak_mib:.0f} MiB"


def _talk(line: str, *, quiet: bool, bad: bool = False) -> None:
    if line and not quiet:
        click.secho(line, err=True, fg="red" if bad else None, dim=not bad)


def one_shot(models: Sequence[Model], workspace: Workspace, options: Options, asked: Ask) -> None:
    """Ask one or two models one after the other; exit with status 1 if a program failed or an answer is none."""

    async def main() -> bool:
        good = True
        for model in models:
            desk = Desk(model, workspace, options)
            if len(models) > 1:
                _talk(f"\n── {model.name}", quiet=options.quiet or options.as_json)
            try:
                await desk.session.open()
                good &= await desk.answer(msgspec.structs.replace(asked, id=model.name))
            finally:
                await desk.close()
        return good

    try:
        with_status(asyncio.run(main()))
    except MagibenchError as error:
        if options.as_json:
            sys.stdout.write(msgspec.json.encode(failed(error, fatal=True)).decode() + "\n")
        raise
    except KeyboardInterrupt:
        _leave(130)


def with_status(good: bool) -> None:
    """Exit with status 1 unless ``good``."""
    if not good:
        sys.exit(1)


def talk(model: Model, workspace: Workspace, options: Options, settings: Ask) -> None:
    """Answer line by line on a terminal: ctrl-c stops an answer, ctrl-d (or ctrl-c between answers) ends."""

    async def main() -> None:
        desk = Desk(model, workspace, options)
        loop = asyncio.get_running_loop()
        current: asyncio.Task[Any] | None = None

        def stop() -> None:
            if current is None or current.done():
                click.echo(err=True)
                _leave(0)
            _cancel(current)

        loop.add_signal_handler(signal.SIGINT, stop)
        current = asyncio.create_task(desk.session.open())
        await current
        lines = _lines(loop)
        _talk("A line is a prompt. Ctrl-c stops an answer, ctrl-d ends.", quiet=options.quiet)
        while True:
            click.secho("› ", err=True, nl=False, fg="cyan")
            line = await lines.get()
            if line is None:
                break
            if line.strip():
                current = asyncio.create_task(desk.answer(msgspec.structs.replace(settings, prompt=line.strip())))
                try:
                    await current
                except asyncio.CancelledError:
                    pass
                except MagibenchError as error:
                    desk.say(failed(error))
        click.echo(err=True)
        await desk.close()

    asyncio.run(main())
    _leave(0)


def serve(model: Model, workspace: Workspace, options: Options) -> None:
    """Answer requests on stdin, JSON lines of ``Ask``, ``Stop`` and ``Execute``, until it ends; always tell JSON."""
    desk = Desk(model, workspace, dataclasses.replace(options, as_json=True))

    async def main() -> int:
        lines = _lines(asyncio.get_running_loop())
        loading = asyncio.create_task(desk.session.open())
        # The first line may come while the model loads; an end of stdin then ends the loading.
        first = asyncio.create_task(lines.get())
        await asyncio.wait({loading, first}, return_when=asyncio.FIRST_COMPLETED)
        if first.done() and first.result() is None:
            return 0
        try:
            await loading
        except MagibenchError as error:
            desk.say(failed(error, fatal=True))
            return error.exit_code
        tasks: dict[str, asyncio.Task[None]] = {}
        line = await first
        while line is not None:
            _take(desk, line, tasks)
            line = await lines.get()
        for task in tasks.values():
            task.cancel()
        await asyncio.gather(*tasks.values(), return_exceptions=True)
        await desk.close()
        return 0

    # A thread that loads can't be interrupted, and the one that reads stdin doesn't end.
    _leave(asyncio.run(main()))


def _take(desk: Desk, line: str, tasks: dict[str, asyncio.Task[None]]) -> None:
    """Begin what a request asks for: an answer and a program may be under way at a time, one of each."""
    if not line.strip():
        return
    try:
        request = msgspec.json.decode(line, type=Ask | Stop | Execute)
    except msgspec.MsgspecError as error:
        desk.say(Failed(f"No request: {error}.", "docs/backends.md has the requests."))
        return
    kind = "run" if isinstance(request, Execute) else "ask"
    before = tasks.get(kind)
    if isinstance(request, Stop):
        if before is not None:
            _cancel(before)
        return
    work = desk.execute(request) if isinstance(request, Execute) else desk.session.ask(request)
    tasks[kind] = asyncio.create_task(_after(desk, before, work, request.id))


async def _after(desk: Desk, before: asyncio.Task[None] | None, work: Coroutine[Any, Any, Any], about: str) -> None:
    """Do ``work`` once what was before it has ended; an error is told."""
    if before is not None:
        _cancel(before)
        await asyncio.wait({before})
    try:
        await work
    except MagibenchError as error:
        desk.say(failed(error, about))
    except Exception as error:  # noqa: BLE001 - one request's trouble isn't the end of the process
        desk.say(Failed(f"{type(error).__name__}: {error}", "Report it with the prompt.", about))


def _cancel(task: asyncio.Task[Any]) -> None:
    """Stop a task once: a second time would break off what it does to stop the model."""
    if not task.cancelling():
        task.cancel()


def _lines(loop: asyncio.AbstractEventLoop) -> asyncio.Queue[str | None]:
    """Return a queue of the lines of stdin, None at its end; a thread reads them."""
    queue: asyncio.Queue[str | None] = asyncio.Queue()

    def read() -> None:
        with contextlib.suppress(RuntimeError, ValueError):
            for line in sys.stdin:
                loop.call_soon_threadsafe(queue.put_nowait, line)
            loop.call_soon_threadsafe(queue.put_nowait, None)

    threading.Thread(target=read, name="stdin", daemon=True).start()
    return queue


def _leave(status: int) -> NoReturn:
    """End the process now, with all engines' processes."""
    from harness.engines.child import kill_all

    kill_all()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)
