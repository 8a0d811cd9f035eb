"""`magibench data make`: a dataset from a recipe."""

from __future__ import annotations

import click

from harness.cli.data.running import report, run_steps


@click.command()
@click.argument("recipe")
@click.option("--name", metavar="NAME", help="Name of the dataset; default: the recipe's.")
@click.option("--workers", type=click.IntRange(1, 256), help="Processes; default: one per core. Changes no result.")
@click.option(
    "--cluster", metavar="ADDRESS", default="", help="Teachers generate on a Ray cluster: ray://HEAD:10001 or auto."
)
@click.option("--quiet", "-q", is_flag=True, help="Show warnings only.")
@click.option("--json", "as_json", is_flag=True, help="Write the manifest as JSON to stdout.")
@click.pass_obj
def make(
    workspace_name: str | None,
    /,
    recipe: str,
    name: str | None,
    workers: int | None,
    cluster: str,
    quiet: bool,
    as_json: bool,
) -> None:
    """Make a dataset from RECIPE: a TOML file, or the name of one that `magibench data recipes` lists.

    Interrupted, the same command goes on: no teacher is asked anything twice.
    """
    from harness.datagen.recipes import check_name, load_recipe
    from harness.workspace import find_workspace

    workspace = find_workspace(workspace_name)
    found = load_recipe(workspace, recipe)
    dataset = run_steps(
        workspace,
        check_name(name) if name else found.name,
        found.steps,
        description=found.description,
        seed=found.seed,
        workers=workers,
        cluster=cluster,
        parquet=found.parquet,
        quiet=quiet,
    )
    report(dataset, as_json=as_json)
