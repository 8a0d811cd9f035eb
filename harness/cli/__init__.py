"""The commands of Magibench: a lazy table, so that `--help` loads none of what they need.

stdout is data, stderr is talk; every listing has --json. Errors a user can mend exit with
status 2 and no traceback.
"""

from __future__ import annotations

import errno
import importlib
import os
import sys
from typing import Any, ClassVar, NoReturn

import click

from harness.errors import MagibenchError

COMMANDS: dict[str, tuple[str, str]] = {
    "doctor": ("harness.cli.doctor:doctor", "Show engine, images, data, models and disk, each with its remedy."),
    "init": ("harness.cli.init:init", "Make a workspace: a folder with a models.toml."),
    "models": ("harness.cli.models:models", "List, show, add, remove and verify models."),
    "benchmarks": ("harness.cli.benchmarks:benchmarks", "List and show benchmarks and their data versions."),
    "images": ("harness.cli.images:images", "List, build and check the sandboxes' images."),
    "engines": ("harness.cli.engines:engines", "List, install and remove engines such as vLLM."),
    "serve": ("harness.cli.serve:serve", "Serve a model with an engine's server for OpenAI's protocol."),
    "serve-tui": ("harness.cli.serve_tui:serve_tui", "Serve the dashboard to browsers."),
    "config": ("tui.command:config", "Show the dashboard's settings: file, values, schema."),
    "ask": ("harness.cli.ask:ask", "Ask a model by hand, watch it answer, run the program."),
    "eval": ("harness.cli.eval:evaluate", "Generate and judge: models x benchmarks."),
    "judge": ("harness.cli.judge:judge", "Judge a samples file in EvalPlus's format."),
    "runs": ("harness.cli.runs:runs", "List, show and remove runs."),
    "compare": ("harness.cli.compare:compare", "Compare two runs, paired, problem by problem."),
    "publish": ("harness.cli.publish:publish", "Write the leaderboard as static pages."),
    "verify": ("harness.cli.verify:verify", "Judge a published bundle again and say where it differs."),
    "data": ("harness.cli.data:data", "Make instruction data: seeds, teachers, cleaning, export."),
    "train": ("harness.cli.train:train", "Fine-tune a model by a recipe; resume, list, show."),
    "demo": ("harness.cli.demo:demo", "Judge a real small model and the reference solutions."),
}
"""Command name to where it is defined and its line of help."""


SYSTEM = {
    errno.ENOSPC: ("No space is left on the disk", "Make room; what was journalled is kept, the same command goes on."),
    errno.EDQUOT: ("Your disk quota is used up", "Make room; what was journalled is kept, the same command goes on."),
    errno.EROFS: ("The file system is read-only", "Use a workspace that can be written (--workspace)."),
    errno.EACCES: ("Permission denied", "Use a workspace that you can write to (--workspace)."),
}
"""What the operating system refuses, and what to do about it."""


class LazyGroup(click.Group):
    """A group whose commands are imported when they are run."""

    table: ClassVar[dict[str, tuple[str, str]]] = COMMANDS

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names in the order of the table."""
        return list(self.table)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import and return a command."""
        if cmd_name not in self.table:
            return None
        module, _, name = self.table[cmd_name][0].partition(":")
        return getattr(importlib.import_module(module), name)  # type: ignore[no-any-return]

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the table's lines of help without importing anything."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in self.table.items()])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Say "did you mean" for an unknown command."""
        if args and not args[0].startswith("-") and args[0] not in self.table:
            from harness.errors import UnknownName

            raise UnknownName("command", args[0], self.table, f"{ctx.command_path} --help")
        return super().resolve_command(ctx, args)

    def main(self, *args: Any, **kwargs: Any) -> Any:
        """Run; an error that a user can mend becomes two lines on stderr and exit status 2."""
        try:
            return super().main(*args, **kwargs)
        except MagibenchError as error:
            _refuse(error)
        except OSError as error:
            if error.errno not in SYSTEM:
                raise
            what, remedy = SYSTEM[error.errno]
            _refuse(MagibenchError(f"{what}: {error.filename or 'while writing'}.", remedy))


def _refuse(error: MagibenchError) -> NoReturn:
    """Say what happened and what to do, and exit."""
    click.secho(f"magibench: {error.message}", fg="red", err=True)
    if error.remedy:
        click.secho(f"  → {error.remedy}", err=True)
    sys.exit(error.exit_code)


@click.group(cls=LazyGroup, invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--workspace",
    "-w",
    metavar="DIR",
    envvar="MAGIBENCH_WORKSPACE",
    help="The workspace; default: the nearest folder upwards with a models.toml.",
)
@click.option(
    "--demo", is_flag=True, help="Open the dashboard on recorded runs, in a folder that is removed afterwards."
)
@click.version_option(package_name="magibench")
@click.pass_context
def main(ctx: click.Context, workspace: str | None, demo: bool) -> None:
    """Magibench: evaluate, compare and publish code language models.

    Without a command the dashboard opens.
    """
    ctx.obj = workspace
    if ctx.invoked_subcommand is None:
        served = "TEXTUAL_DRIVER" in os.environ  # by serve-tui: no terminal, but somebody looks
        if not served and not (sys.stdin.isatty() and sys.stdout.isatty()):
            click.echo(ctx.get_help())
            return
        from harness.workspace import find_workspace

        tui = importlib.import_module("tui")
        if demo:
            tui.run_demo()
        else:
            tui.run(find_workspace(workspace))
