"""`magibench train list | show | copy`."""

from __future__ import annotations

import click

from harness.workspace import find_workspace


@click.command("list")
@click.option("--json", "as_json", is_flag=True, help="Write the list as JSON to stdout.")
@click.pass_obj
def list_command(workspace_name: str | None, /, as_json: bool) -> None:
    """List the recipes, and the trainings of the workspace."""
    from harness.display import show_json, show_table
    from harness.errors import RecipeError
    from harness.finetune.folder import list_trainings
    from harness.finetune.recipes import list_recipes, load_recipe

    workspace = find_workspace(workspace_name)
    recipes, trainings = [], []
    for name, path in list_recipes(workspace).items():
        try:
            recipe = load_recipe(workspace, str(path))
        except RecipeError as error:
            click.secho(error.message, err=True, fg="yellow")
            continue
        recipes.append({"recipe": name, "model": recipe.model, "data": ", ".join(recipe.datasets),
                        "method": recipe.tuning.method, "description": recipe.description})  # fmt: skip
    for folder in list_trainings(workspace):
        steps = folder.losses()
        trainings.append({"training": folder.name, "model": folder.recipe().model,
                          "step": f"{steps[-1].step} of {steps[-1].steps}" if steps else "not begun",
                          "loss": f"{steps[-1].loss:.4f}" if steps else "",
                          "checkpoints": ", ".join(map(str, folder.steps()))})  # fmt: skip
    if as_json:
        show_json({"recipes": recipes, "trainings": trainings})
        return
    show_table("", ["recipe", "model", "data", "method", "what it is"], [[*r.values()] for r in recipes])
    if trainings:
        click.echo()
        show_table("", ["training", "model", "step", "loss", "checkpoints"], [[*t.values()] for t in trainings])


@click.command()
@click.argument("name")
@click.option("--json", "as_json", is_flag=True, help="Write recipe and curves as JSON to stdout.")
@click.pass_obj
def show(workspace_name: str | None, /, name: str, as_json: bool) -> None:
    """Show the training NAME: its curves on the terminal."""
    from harness.display import show_json
    from harness.finetune.curves import collect, terminal
    from harness.finetune.folder import open_training

    folder = open_training(find_workspace(workspace_name), name)
    curves = collect(folder)
    if as_json:
        show_json({"training": name, "recipe": folder.recipe(), "checkpoints": folder.steps(), "curves": curves})
        return
    for title, points in curves.items():
        if title == "loss" or (title == "held-out loss" and len(points) > 4):
            click.secho(title, bold=True)
            click.echo("\n".join(terminal(points)))
        elif title not in {"learning rate", "tokens/s"}:
            click.secho(title, bold=True)
            click.echo("\n".join(f"  step {x:>6g}  {y:.4f}" for x, y in points))
    click.echo(f"\nPicture and data: {folder.path / 'curves.svg'}, curves.json", err=True)


@click.command()
@click.argument("recipe")
@click.argument("name", required=False)
@click.pass_obj
def copy(workspace_name: str | None, /, recipe: str, name: str | None) -> None:
    """Copy RECIPE into the workspace's recipes/train/, as NAME, to change it there."""
    import re

    from harness.datagen.recipes import check_name
    from harness.errors import UsageError
    from harness.finetune.recipes import find_recipe
    from harness.journal import write_atomic

    workspace = find_workspace(workspace_name)
    path = find_recipe(workspace, recipe)
    new = check_name(name or f"{path.stem}-copy")
    target = workspace.root / "recipes" / "train" / f"{new}.toml"
    if target.exists():
        raise UsageError(f"{target} exists already.", "Choose another name.")
    text = re.sub(r'^name = ".*?"', f'name = "{new}"', path.read_text(encoding="utf-8"), count=1, flags=re.MULTILINE)
    write_atomic(target, text.encode())
    click.echo(str(target))
