"""What `magibench demo` begins with: a dataset made on the spot, and what became of its rows."""

from __future__ import annotations

import click

from harness.cli.data.running import report, run_steps
from harness.errors import MagibenchError
from harness.workspace import Workspace

RECIPE = "demo"
SHOWN = 12
"""Lines of a text that are shown."""


def demo_data(workspace: Workspace) -> None:
    """Make the dataset of recipes/data/demo.toml, unless it is there; show its steps and one row.

    The teacher is small: most of its answers give no row, and the table says so.
    """
    from harness.datagen.recipes import load_recipe

    recipe = load_recipe(workspace, RECIPE)
    click.echo(
        "Training data: seeds of the standard library, and what a model of 135M parameters makes of them", err=True
    )
    try:
        dataset = run_steps(workspace, recipe.name, recipe.steps, description=recipe.description, seed=recipe.seed)
    except MagibenchError as error:
        # The rest of the demo needs none of it: an extra that isn't installed shall not end it.
        click.secho(f"The data is left out: {error.message} {error.remedy}", err=True, fg="yellow")
        return
    report(dataset, as_json=False)
    row = next(dataset.rows(), None)
    if row is not None:
        where = f"{row.seed_source.document}, lines {row.seed_source.lines}" if row.seed_source else ""
        click.echo(f"\nOne of its rows, from {where}:\n", err=True)
        for text in filter(None, (row.seed, row.problem, row.solution)):
            lines = text.strip("\n").splitlines()
            more = ["..."] if len(lines) > SHOWN else []
            click.echo("\n".join(f"    {line}" for line in [*lines[:SHOWN], *more]) + "\n", err=True)
    click.echo(f"All of them:  magibench data show {recipe.name} --rows 20 --rejected 3\n", err=True)
