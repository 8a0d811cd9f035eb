"""`magibench data list | show | recipes | steps`: what there is."""

from __future__ import annotations

import itertools

import click

from harness.workspace import find_workspace


@click.command("list")
@click.option("--json", "as_json", is_flag=True, help="Write the manifests as JSON to stdout.")
@click.pass_obj
def list_command(workspace_name: str | None, /, as_json: bool) -> None:
    """List the workspace's datasets."""
    from harness.datagen.dataset import list_datasets
    from harness.display import show_json, show_table
    from harness.errors import DatasetError

    found = list_datasets(find_workspace(workspace_name))
    lines, manifests = [], []
    for dataset in found:
        try:
            manifest = dataset.manifest()
        except DatasetError:
            lines.append([dataset.name, "", "unfinished", ""])
            continue
        manifests.append(manifest)
        steps = " → ".join(s.name for s in manifest.steps)
        lines.append([dataset.name, str(manifest.rows), steps, manifest.rows_sha256[:12]])
    if as_json:
        show_json(manifests)
    elif lines:
        show_table("", ["dataset", "rows", "steps", "version"], lines, right=[1])
    else:
        click.echo("No datasets yet. Make one: magibench data make demo", err=True)


@click.command()
@click.argument("dataset")
@click.option("--rows", type=click.IntRange(0), default=0, metavar="N", help="Show the first N rows.")
@click.option("--rejected", type=click.IntRange(0), default=0, metavar="N", help="Show N rejects of every reason.")
@click.option("--json", "as_json", is_flag=True, help="Write manifest, rows and rejects as JSON to stdout.")
@click.pass_obj
def show(workspace_name: str | None, /, dataset: str, rows: int, rejected: int, as_json: bool) -> None:
    """Show one DATASET: its steps with what each dropped, its rows, what was rejected and why."""
    from harness.cli.data.running import step_line
    from harness.datagen.dataset import open_dataset
    from harness.display import show_json, show_table

    opened = open_dataset(find_workspace(workspace_name), dataset)
    manifest = opened.manifest()
    first = list(itertools.islice(opened.rows(), rows))
    dropped, seen = [], dict[tuple[str, str], int]()
    if rejected:
        for item in opened.rejected():
            key = (item.step, item.reason)
            seen[key] = seen.get(key, 0) + 1
            if seen[key] <= rejected:
                dropped.append(item)
    if as_json:
        show_json({"manifest": manifest, "rows": first, "rejected": dropped})
        return
    facts = [["dataset", manifest.name], ["rows", str(manifest.rows)], ["version", manifest.rows_sha256]]
    facts += [["description", manifest.description]] if manifest.description else []
    facts += [["made from", f"{p.name} {p.rows_sha256[:12]}"] for p in manifest.parents]
    facts += [["folder", str(opened.path)]]
    show_table("", ["", ""], facts)
    click.echo()
    show_table("", ["step", "in", "out", "rejected"], [step_line(record) for record in manifest.steps], right=[1, 2])
    for row in first:
        where = f"{row.seed_source.corpus} {row.seed_source.document}" if row.seed_source else ""
        click.secho(f"\n── {row.id}  {row.method}  {row.language}  {where}", bold=True)
        for name, text in (("seed", row.seed), ("problem", row.problem), ("solution", row.solution)):
            if text:
                click.secho(f"[{name}]", dim=True)
                click.echo(text.rstrip())
    for item in dropped:
        click.secho(f"\n── {item.step}: {item.reason}  {item.row.id if item.row else item.document}", bold=True)
        if item.evidence:
            click.echo(item.evidence)
        if item.raw:
            click.echo(item.raw[:2000])


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Write the list as JSON to stdout.")
@click.pass_obj
def recipes(workspace_name: str | None, /, as_json: bool) -> None:
    """List the recipes of the workspace and those that come with Magibench."""
    from harness.datagen.recipes import list_recipes, load_recipe
    from harness.display import show_json, show_table

    workspace = find_workspace(workspace_name)
    found = {name: load_recipe(workspace, str(path)) for name, path in list_recipes(workspace).items()}
    if as_json:
        listed = [
            {"name": n, "path": str(r.path), "description": r.description, "steps": [s.name for s in r.steps]}
            for n, r in found.items()
        ]
        show_json(listed)
    else:
        lines = [[name, " → ".join(s.name for s in r.steps), r.description] for name, r in found.items()]
        show_table("", ["recipe", "steps", "what it makes"], lines)


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Write the list as JSON to stdout.")
def steps(as_json: bool) -> None:
    """List the steps, with their parameters and defaults."""
    import msgspec

    from harness.datagen.steps import step_class, step_names
    from harness.display import show_json, show_table

    listed, lines = [], []
    for name in step_names():
        kind = step_class(name)
        parameters = {}
        for field in msgspec.structs.fields(kind):
            default = field.default_factory() if field.default_factory is not msgspec.NODEFAULT else field.default
            parameters[field.name] = None if default is msgspec.NODEFAULT else msgspec.to_builtins(default)
        line = (kind.__doc__ or "").strip().split("\n")[0]
        lines.append([name, line, ", ".join(parameters)])
        listed.append({"name": name, "version": kind.version, "does": line, "parameters": parameters})
    if as_json:
        show_json(listed)
    else:
        show_table("", ["step", "what it does", "parameters"], lines)
