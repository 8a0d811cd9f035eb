"""`magibench ask`: put a prompt to a model, see the answer as it is written, run the program in it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from harness.asking import MAX_TOKENS, STYLES, Ask
from harness.cli.options import backend_options
from harness.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from harness.records import Model
    from harness.workspace import Workspace


@click.command()
@click.argument("names", nargs=-1, required=True, metavar="MODEL [MODEL2] [PROMPT|-]")
@click.option("--file", "file", type=click.Path(path_type=Path), help="Read the prompt from a file.")
@click.option(
    "--style",
    type=click.Choice(STYLES),
    default="auto",
    show_default=True,
    help="How it is put; base: the model continues the text. auto is the model's own.",
)
@click.option("--temperature", type=click.FloatRange(0, 5), default=0.0, show_default=True, help="0 is greedy.")
@click.option("--top-p", type=click.FloatRange(0, 1, min_open=True), help="Default 1 for greedy, 0.95 for sampled.")
@click.option("--seed", type=int, help="Default: a new one each time.")
@click.option("--max-tokens", type=click.IntRange(1), default=MAX_TOKENS, show_default=True, help="New tokens.")
@click.option("--run", "run", is_flag=True, help="Run the program of the answer in the sandbox.")
@click.option("--language", default="", metavar="NAME", help="Of the program; default: its fence's, else python.")
@click.option("--sandbox", default="docker", metavar="KIND", help="docker (hardened) or local (development).")
@click.option("--backend", metavar="NAME", help="Default: the model's own.")
@click.option("-o", "--option", "options", multiple=True, metavar="KEY=VALUE", help="An option of the backend.")
@click.option("--json", "as_json", is_flag=True, help="Write what happens as JSON, an event a line.")
@click.option("--serve-stdin", is_flag=True, help="Read requests as JSON lines from stdin until it ends.")
@click.option("--quiet", "-q", is_flag=True, help="No talk on stderr.")
@click.pass_obj
def ask(
    workspace_name: str | None,
    /,
    names: tuple[str, ...],
    file: Path | None,
    options: tuple[str, ...],
    backend: str | None,
    language: str,
    *,
    serve_stdin: bool,
    as_json: bool,
    quiet: bool,
    run: bool,
    sandbox: str,
    **sampling: Any,
) -> None:
    """Put a PROMPT to MODEL, or to two models one after the other.

    The answer goes to stdout as it is written. "-", or a stdin that is no terminal, is read as the prompt.
    On a terminal and without a prompt, MODEL stays loaded and answers line by line: ctrl-c stops
    an answer, ctrl-d ends. Nothing is kept; evaluations are made with `magibench eval`.

    The requests of --serve-stdin, and all events, are in docs/backends.md.
    """
    from harness.cli.ask_loop import Options, one_shot, serve, talk
    from harness.workspace import find_workspace

    workspace = find_workspace(workspace_name)
    models, prompt = _who_and_what(workspace, names)
    if run and language:
        from harness.trying import language_of

        language_of("", language)
    given = backend_options(options) | ({"backend": backend} if backend else {})
    settings = Options(given, sandbox=sandbox, run=run, language=language, as_json=as_json, quiet=quiet)
    if serve_stdin:
        if len(models) > 1 or prompt is not None or file is not None:
            raise UsageError("--serve-stdin takes one model and no prompt.", "Start it once for each model.")
        serve(models[0], workspace, settings)
        return
    prompt = _prompt(prompt, file)
    if prompt is None:
        if len(models) > 1 or as_json:
            raise UsageError("No prompt was given.", "Write it behind the model, or - to read it from stdin.")
        talk(models[0], workspace, settings, Ask("", **sampling))
        return
    one_shot(models, workspace, settings, Ask(prompt, **sampling))


def _who_and_what(workspace: Workspace, names: Sequence[str]) -> tuple[list[Model], str | None]:
    """Return one or two models, and the prompt if there is one."""
    from harness.registry import find_model, load_models

    models = [find_model(workspace, names[0])]
    rest = list(names[1:])
    if rest and rest[0] in load_models(workspace):
        models.append(find_model(workspace, rest.pop(0)))
    if len(rest) > 1:
        # A prompt that wasn't quoted, or a second model that isn't one.
        raise UsageError(f"{rest[0]!r} is no model, and a prompt is one argument.", 'Put the prompt in quotes: "...".')
    return models, rest[0] if rest else None


def _prompt(given: str | None, file: Path | None) -> str | None:
    """Return the prompt; None where somebody is to be asked for it."""
    if file is not None:
        if given is not None:
            raise UsageError("A prompt and --file were given.", "Leave one of them out.")
        try:
            return file.read_text("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise UsageError(f"{file} can't be read: {error}.", "Name a text file.") from None
    if given == "-" or (given is None and not sys.stdin.isatty()):
        return sys.stdin.read()
    return given
