"""`magibench data seeds` and `generate`: single steps, without a recipe."""

from __future__ import annotations

from typing import Any

import click

from harness.cli.data.running import report, run_steps

METHODS = ("oss-instruct", "evol-instruct", "self-instruct")
SKIPS = ("licence-headers", "blank", "comments", "generated")


@click.command()
@click.argument("corpus", default="stdlib:")
@click.option("--name", default="seeds", show_default=True, help="Name of the dataset.")
@click.option("--rows", type=click.IntRange(1), help="Seeds to take; default: one of every document.")
@click.option("--language", default="", help="Of the documents; of a folder, only this one is taken.")
@click.option("--documents", type=click.IntRange(1), help="Only the first documents are considered.")
@click.option("--column", default="", help="With the text, for corpora of rows.")
@click.option(
    "--skip", multiple=True, type=click.Choice(SKIPS), help="What no snippet shall be; the paper skips nothing."
)
@click.option("--boundaries", is_flag=True, help="Begin snippets where a statement begins (tree-sitter).")
@click.option("--seed", type=int, default=976, show_default=True, help="All that is drawn derives from it.")
@click.option("--json", "as_json", is_flag=True, help="Write the manifest as JSON to stdout.")
@click.pass_obj
def seeds(
    workspace_name: str | None,
    /,
    name: str,
    skip: tuple[str, ...],
    boundaries: bool,
    seed: int,
    as_json: bool,
    **quota: Any,
) -> None:
    """Take seed snippets from CORPUS, 1 to 15 lines of every document.

    \b
    stdlib:                              this Python's standard library
    folder:PATH                          a checkout, or any folder of code
    file:PATH                            JSON lines or Parquet
    hub:org/name@revision#data_dir       a data set of the hub, streamed
    """  # noqa: D301 - click wants the backspace itself
    from harness.datagen.recipes import check_name
    from harness.datagen.steps import make_step
    from harness.workspace import find_workspace

    asked = {key: value for key, value in quota.items() if value not in {None, ""}}
    step = make_step("seeds", {"corpora": [asked], "skip": skip, "boundaries": boundaries})
    report(run_steps(find_workspace(workspace_name), check_name(name), [step], seed=seed), as_json=as_json)


@click.command()
@click.argument("dataset", required=False)
@click.option("--method", type=click.Choice(METHODS), default="oss-instruct", show_default=True)
@click.option("--teacher", required=True, metavar="MODEL", help="A model of models.toml.")
@click.option("--name", help="Name of the new dataset; default: DATASET-METHOD.")
@click.option("--prompt", help="A prompt of recipes/prompts/, or a file; default: the method's.")
@click.option("--style", type=click.Choice(["chat", "base"]), help="Default: the model's.")
@click.option("--backend", help="Default: the model's.")
@click.option("--temperature", type=click.FloatRange(0, 5), help="0 is greedy; default: the method's.")
@click.option("--top-p", type=click.FloatRange(0, 1, min_open=True))
@click.option("--max-tokens", type=click.IntRange(1), help="Of an answer.")
@click.option("--seed-tasks", metavar="FILE", help="Self-instruct: JSON lines of tasks to begin with.")
@click.option("--rows", type=click.IntRange(1), help="Self-instruct: tasks wanted.")
@click.option("--rounds", type=click.IntRange(1), help="Evol-instruct: rounds.")
@click.option("--set", "settings", multiple=True, metavar="KEY=VALUE", help="Another parameter or option.backend's.")
@click.option("--seed", type=int, default=976, show_default=True, help="All that is drawn derives from it.")
@click.option("--json", "as_json", is_flag=True, help="Write the manifest as JSON to stdout.")
@click.pass_obj
def generate(
    workspace_name: str | None,
    /,
    dataset: str | None,
    method: str,
    name: str | None,
    settings: tuple[str, ...],
    seed: int,
    as_json: bool,
    **given: Any,
) -> None:
    """Have a teacher make problems and solutions of the rows of DATASET (self-instruct needs none).

    `--set n=2` sets a parameter of the step, `--set options.concurrency=64` an option of the backend.
    """
    from harness.datagen.dataset import open_dataset
    from harness.datagen.recipes import check_name, parse_settings
    from harness.datagen.steps import make_step
    from harness.errors import UsageError
    from harness.workspace import find_workspace

    workspace = find_workspace(workspace_name)
    parameters = {k: v for k, v in given.items() if v is not None} | parse_settings(settings)
    step = make_step(method, parameters)
    if step.source == bool(dataset):
        said = f"{method} makes rows of its own." if dataset else f"{method} needs rows."
        raise UsageError(said, "Name no dataset." if dataset else "Name a dataset, e.g. of `magibench data seeds`.")
    parent = open_dataset(workspace, dataset) if dataset else None
    chosen = check_name(name or (f"{parent.name}-{method}" if parent else method))
    if parent and (workspace.datasets / chosen).resolve() == parent.path.resolve():
        raise UsageError(f"{chosen} is the dataset that is read.", "Give the new one another name with --name.")
    report(run_steps(workspace, chosen, [step], parent=parent, seed=seed), as_json=as_json)
