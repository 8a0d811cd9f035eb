"""`magibench config`: the dashboard's settings from a shell."""

from __future__ import annotations

import json

import click

from tui.settings import load_settings, schema, settings_path


@click.group()
def config() -> None:
    """Show where the dashboard's settings are kept, what holds, and what can be set."""


@config.command()
def path() -> None:
    """Print the name of the file."""
    click.echo(settings_path())


@config.command()
def show() -> None:
    """Print what holds, as TOML."""
    import tomlkit

    from harness.errors import UsageError

    settings = load_settings()
    if settings.broken:
        raise UsageError(settings.broken, "Mend the file, or remove it: all of it has usual values.")
    document = tomlkit.document()
    document["theme"] = settings.theme
    document["density"] = settings.density
    document["keys"] = settings.keymap
    if settings.columns:
        document["results"] = {"columns": settings.columns}
    click.echo(tomlkit.dumps(document), nl=False)


@config.command("schema")
def schema_() -> None:
    """Print a JSON Schema of the file."""
    click.echo(json.dumps(schema(), indent=2))
