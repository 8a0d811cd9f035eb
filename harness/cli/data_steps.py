"""`magibench data clean | dedup | decontaminate | filter | analyze`: one step after generation, on a dataset."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from harness.datagen.dataset import Dataset
    from harness.datagen.steps import Step

F = TypeVar("F", bound=Callable[..., Any])

PARTS = ("categories", "lengths", "similarity")
MODES = ("seed", "problem", "solution", "problem-solution")


def step_options(command: F) -> F:
    """Add DATASET, --out, --workers and --json."""
    for option in reversed(
        [
            click.argument("dataset"),
            click.option("--out", metavar="NAME", help="Name of the new dataset; default: DATASET-<step>."),
            click.option("--workers", type=click.IntRange(1, 256), help="Processes; default one per core."),
            click.option("--json", "as_json", is_flag=True, help="Write the manifest as JSON to stdout."),
        ]
    ):
        command = option(command)
    return command


@click.command()
@step_options
@click.pass_obj
def clean(workspace: str | None, /, **asked: Any) -> None:
    """Drop rows whose seed, problem or solution repeats, white space aside."""
    from harness.datagen.refining import Clean

    _apply(workspace, Clean(), asked)


@click.command()
@step_options
@click.option("--threshold", type=click.FloatRange(0, 1), default=0.7, show_default=True, help="Jaccard similarity.")
@click.option("--ngram", type=click.IntRange(1, 50), default=5, show_default=True, help="Words of an element.")
@click.option("--permutations", type=click.IntRange(16, 4096), default=256, show_default=True)
@click.pass_obj
def dedup(workspace: str | None, /, threshold: float, ngram: int, permutations: int, **asked: Any) -> None:
    """Drop near-duplicates by MinHash; the first row of each cluster stays."""
    from harness.datagen.refining import Dedup

    _apply(workspace, Dedup(threshold=threshold, ngram=ngram, permutations=permutations), asked)


def _show_sources(context: click.Context, _: click.Parameter, asked: bool) -> None:
    """Print what would be searched for on this machine, then end."""
    if not asked or context.resilient_parsing:
        return
    from harness.datagen.decontamination.report import searched
    from harness.datagen.decontamination.sources import sources
    from harness.display import show_table

    lines = [[s.key, s.benchmark, str(s.strings), s.absent] for s in searched(sources())]
    show_table("", ["source", "benchmark", "strings", "absent because"], lines, right=[2])
    context.exit()


@click.command()
@step_options
@click.option(
    "--sources",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_show_sources,
    help="Show what would be searched for on this machine, and end.",
)
@click.option("--exact", is_flag=True, help="StarCoder's and Magicoder's rule alone.")
@click.option("--apps", type=click.Path(exists=True, dir_okay=False), help="APPS' test file (JSON lines, .gz too).")
@click.option("--ignore", multiple=True, metavar="KEY", help="Leave a source out, e.g. gsm8k_questions.")
@click.pass_obj
def decontaminate(
    workspace: str | None, /, exact: bool, apps: str | None, ignore: tuple[str, ...], **asked: Any
) -> None:
    """Drop rows that have something in common with a benchmark's tasks, with the evidence."""
    import msgspec

    from harness.datagen.decontamination.report import FILE, Report, table
    from harness.datagen.refining import Decontaminate
    from harness.display import show_table

    step = Decontaminate(mode="exact" if exact else "strict", apps=apps or "", ignored=ignore)
    for source in step.sources():
        if source.absent:
            click.secho(f"{source.key}: not searched for: {source.absent}", fg="yellow", err=True)
    made = _apply(workspace, step, asked)
    if not asked["as_json"]:
        found = made.path / "reports" / step.name / FILE
        report = msgspec.json.decode(found.read_bytes(), type=Report)
        show_table("", *table(report), right=[1, 2, 3])
        click.echo(f"{found.with_suffix('.html')}", err=True)


@click.command("filter")
@step_options
@click.option("--drop", multiple=True, metavar="STATE", help="Drop rows of this state; default: all that are broken.")
@click.option("--keep-all", is_flag=True, help="Add the column, drop nothing.")
@click.option("--sandbox", default="docker", metavar="KIND", help="docker (hardened) or local (development).")
@click.option("--slots", type=click.IntRange(1, 256), help="Sandboxes at a time; default one per core.")
@click.pass_obj
def filter_command(
    workspace: str | None, /, drop: tuple[str, ...], keep_all: bool, sandbox: str, slots: int | None, **asked: Any
) -> None:
    """Run Python solutions: do they parse, import, run, pass the examples that they state?"""
    from harness.datagen.execution import STATES
    from harness.datagen.refining import Filter
    from harness.errors import UnknownName, UsageError

    if drop and keep_all:
        raise UsageError("--drop and --keep-all contradict each other.", "Give one of them.")
    for state in drop:
        if state not in STATES:
            raise UnknownName("state", state, STATES, "magibench data filter --help")
    chosen: dict[str, Any] = {"drop": ()} if keep_all else {"drop": drop} if drop else {}
    _apply(workspace, Filter(**chosen, sandbox=sandbox, slots=slots), asked)


@click.command()
@click.argument("datasets", nargs=-1, required=True, metavar="DATASET…")
@click.option("--part", "parts", multiple=True, type=click.Choice(PARTS), help="Only this one; repeatable.")
@click.option(
    "--tokenizer", default="", metavar="NAME", help="cl100k_base, or a tokenizer.json; default: what is here."
)
@click.option("--model", default="", metavar="NAME", help="Embeds for the categories: a folder, or a name of the hub.")
@click.option("--mode", type=click.Choice(MODES), default="solution", show_default=True, help="What is embedded.")
@click.option("--sample", type=click.IntRange(0), default=0, metavar="N", help="Embed N rows of each; 0: all.")
@click.option("--out", type=click.Path(file_okay=False), help="Folder; default: reports/analyze of the first dataset.")
@click.option("--json", "as_json", is_flag=True, help="Write the numbers as JSON to stdout.")
@click.pass_obj
def analyze(
    workspace: str | None,
    /,
    datasets: tuple[str, ...],
    parts: tuple[Any, ...],
    out: str | None,
    as_json: bool,
    **asked: Any,
) -> None:
    """Compare datasets as the paper does: categories, lengths in tokens, similarity to HumanEval."""
    from pathlib import Path

    from harness.datagen.analysis.analysing import ALL, Options, analyse
    from harness.datagen.analysis.report import PAGE, terminal, write
    from harness.datagen.dataset import open_dataset
    from harness.display import show_json
    from harness.workspace import find_workspace

    here = find_workspace(workspace)
    opened = [open_dataset(here, name) for name in datasets]
    rows = {dataset.name: list(dataset.rows()) for dataset in opened}
    analysis = analyse(rows, Options(parts=parts or ALL, **asked))
    folder = Path(out) if out else opened[0].path / "reports" / "analyze"
    write(analysis, folder)
    if as_json:
        show_json(analysis)
    else:
        click.echo(terminal(analysis))
    click.echo(str(folder / PAGE), err=True)


def _apply(workspace: str | None, step: Step, asked: dict[str, Any]) -> Dataset:
    """Make a dataset out of another one by one step, and say what became of the rows."""
    from harness.datagen.dataset import open_dataset
    from harness.datagen.frame import make_dataset
    from harness.datagen.parallel import workers_here
    from harness.display import show_json, show_table
    from harness.errors import UsageError
    from harness.workspace import find_workspace

    here = find_workspace(workspace)
    parent = open_dataset(here, asked["dataset"])
    name = asked["out"] or f"{parent.name}-{step.name}"
    if (here.datasets / name).resolve() == parent.path:
        raise UsageError(f"{name} is the dataset itself.", "Name another one with --out.")
    made = make_dataset(here, name, [step], parent=parent, workers=asked["workers"] or workers_here())
    manifest = made.manifest()
    if asked["as_json"]:
        show_json(manifest)
        return made
    record = manifest.steps[-1]
    counts = [["in", str(record.rows_in)], ["kept", str(record.rows_out)]]
    lines = [*counts, *([reason, str(count)] for reason, count in record.rejected.items())]
    show_table("", [step.name, "rows"], lines, right=[1])
    click.echo(str(made.path), err=True)
    return made
