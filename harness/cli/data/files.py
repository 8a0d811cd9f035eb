"""`magibench data import` and `export`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from harness.cli.data.running import report, run_steps
from harness.workspace import find_workspace

FORMATS = ("alpaca", "evol", "oss-instruct", "sharegpt", "messages", "rows")


@click.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--format", "form", type=click.Choice(["auto", *FORMATS]), default="auto", show_default=True)
@click.option("--name", help="Name of the dataset; default: the file's.")
@click.option("--language", default="", help="Of rows that don't say.")
@click.option("--licence", default="", help="Of the file; recorded in every row.")
@click.option("--json", "as_json", is_flag=True, help="Write the manifest as JSON to stdout.")
@click.pass_obj
def import_command(
    workspace_name: str | None, /, file: Path, form: str, name: str | None, as_json: bool, **given: Any
) -> None:
    """Make a dataset of FILE: JSON lines, a JSON list (.gz of both) or Parquet."""
    from harness.datagen.recipes import check_name
    from harness.datagen.steps import make_step

    # What stands in the current folder is meant first; a recipe looks below the workspace and MAGIBENCH_DATA.
    where = str(file.resolve()) if file.is_file() else str(file)
    step = make_step("import", {"file": where, "format": form, **given})
    chosen = check_name(name or file.name.partition(".")[0])
    report(run_steps(find_workspace(workspace_name), chosen, [step]), as_json=as_json)


@click.command("export")
@click.argument("dataset")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--format", "form", type=click.Choice(FORMATS), default="messages", show_default=True)
@click.pass_obj
def export_command(workspace_name: str | None, /, dataset: str, file: Path, form: Any) -> None:
    """Write the rows of DATASET to FILE: .jsonl, .json (a list), .gz of both, or .parquet (of rows)."""
    from harness.datagen.dataset import open_dataset
    from harness.datagen.exchange import export

    count = export(open_dataset(find_workspace(workspace_name), dataset).rows(), file, form)
    click.echo(f"{count} rows: {file}", err=True)
