"""What `magibench demo` does between data and judging: a short LoRA on the rows just made."""

from __future__ import annotations

import click

from harness.errors import MagibenchError
from harness.workspace import Workspace

RECIPE = "smollm2-oss-instruct"
SETTINGS = ("data.held_out=1", "data.max_length=256", "batches.max_steps=4")
"""About a minute on two cores: enough to show the line, not to learn much."""


def demo_training(workspace: Workspace) -> str | None:
    """Tune the embedded model on the demo's rows, unless that is done; return the model's name, None if it can't be."""
    from harness.cli.train.running import report, train_stage
    from harness.finetune.recipes import find_recipe, load_recipe

    click.echo("Fine-tuning: a LoRA of SmolLM2 on those rows, a few steps", err=True)
    try:
        recipe = load_recipe(workspace, RECIPE, SETTINGS)
        train_stage(workspace, recipe, find_recipe(workspace, RECIPE))
    except MagibenchError as error:
        # Judging needs none of it: a missing extra, or a teacher that gave no row, shall not end the demo.
        click.secho(f"The fine-tuning is left out: {error.message} {error.remedy}", err=True, fg="yellow")
        return None
    report(workspace, recipe.name, as_json=False)
    return recipe.name
