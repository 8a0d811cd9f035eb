"""``magibench init``: make a workspace."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

import click

from harness.errors import WorkspaceError
from harness.workspace import MODELS_FILE, Workspace

IGNORED = "# What a workspace produces; models.toml is what it is.\n/runs/\n/history/\n/datasets/\n/checkpoints/\n/jobs/\n/playground/\n/site/\n"


@click.command()
@click.argument("folder", metavar="[DIR]", default=".", type=click.Path(path_type=Path))
def init(folder: Path) -> None:
    """Make a workspace in DIR (default: here): a folder with a models.toml.

    Nothing that is there is overwritten.
    """
    workspace = make_workspace(folder)
    click.echo(f"{workspace.root} is a workspace now: {MODELS_FILE} lists its models.", err=True)
    click.echo("  → Look with `magibench models list`, check the machine with `magibench doctor`.", err=True)


def make_workspace(folder: Path) -> Workspace:
    """Write a models.toml with the default model, and a .gitignore unless there is one.

    Raises:
        WorkspaceError: the folder is a workspace already, or can't be written.
    """
    root = folder.expanduser().resolve()
    models = root / MODELS_FILE
    text = (resources.files("harness") / "starter" / MODELS_FILE).read_text(encoding="utf-8")
    try:
        root.mkdir(parents=True, exist_ok=True)
        # "x" fails if the file exists: two processes can't overwrite each other either.
        with models.open("x", encoding="utf-8") as file:
            file.write(text)
        ignore = root / ".gitignore"
        if not ignore.exists():
            ignore.write_text(IGNORED, encoding="utf-8")
    except FileExistsError as error:
        if not models.is_file():
            raise WorkspaceError(f"{error.filename} is no folder.", "Choose another place.") from None
        raise WorkspaceError(
            f"{root} is a workspace already: it has a {MODELS_FILE}.",
            "Use it as it is, or choose another folder.",
        ) from None
    except OSError as error:
        raise WorkspaceError(
            f"{root} can't become a workspace: {error.strerror}.", "Choose a folder that you may write."
        ) from None
    return Workspace(root)
