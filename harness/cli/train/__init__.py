"""`magibench train RECIPE`, and what is there to see of trainings."""

from __future__ import annotations

from typing import ClassVar

import click

from harness.cli import LazyGroup

COMMANDS: dict[str, tuple[str, str]] = {
    "run": ("harness.cli.train.running:run", "Train by a recipe: what `magibench train RECIPE` does."),
    "resume": ("harness.cli.train.running:resume", "Go on with a training that was interrupted."),
    "validate": ("harness.cli.train.running:validate", "Check recipe, data and model; show steps and memory."),
    "list": ("harness.cli.train.listing:list_command", "List recipes and trainings."),
    "show": ("harness.cli.train.listing:show", "Show a training: its curves, held-out loss, scores."),
    "copy": ("harness.cli.train.listing:copy", "Copy a recipe into the workspace, to change it."),
}
"""Command name to where it is defined and its line of help."""


class TrainGroup(LazyGroup):
    """What isn't a command is a recipe."""

    table: ClassVar[dict[str, tuple[str, str]]] = COMMANDS

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Read `train RECIPE` as `train run RECIPE`."""
        if args and not args[0].startswith("-") and args[0] not in self.table:
            args = ["run", *args]
        return super().resolve_command(ctx, args)


@click.group("train", cls=TrainGroup, subcommand_metavar="RECIPE | COMMAND [ARGS]...")
def train() -> None:
    """Fine-tune a model: `magibench train RECIPE`, by a TOML file or the name of one that `train list` lists.

    Interrupted in any way, the same command goes on from the last whole checkpoint.
    """
