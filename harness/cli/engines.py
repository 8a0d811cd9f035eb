"""`magibench engines list|install|remove`."""

from __future__ import annotations

import click


@click.group()
def engines() -> None:
    """List, install and remove engines: libraries that generate, each in an environment of its own."""


@engines.command("list")
@click.option("--json", "as_json", is_flag=True, help="Write the list as JSON to stdout.")
def list_command(as_json: bool) -> None:
    """List every engine: whether it is installed, where, what it holds and takes. Nothing is started."""
    from harness.display import show_json, show_table
    from harness.engines import engines as known
    from harness.engines import look

    found = [look(engine) for engine in known().values()]
    if as_json:
        show_json(found)
        return
    rows = [[f.name, f.state, f"{f.size_mb}" if f.size_mb else "", f.title, f.detail] for f in found]
    show_table("", ["engine", "state", "MB", "what", "it"], rows, right=[2])
    for one in found:
        if one.remedy:
            click.echo(f"{one.name}\n  → {one.remedy}", err=True)


@engines.command("install")
@click.argument("name")
@click.option("--pip", multiple=True, metavar="ARG", help="A further argument of pip, e.g. --pip=--no-cache-dir.")
@click.option("--json", "as_json", is_flag=True, help="Write what was installed as JSON to stdout.")
def install_command(name: str, pip: tuple[str, ...], as_json: bool) -> None:
    """Install an engine into an environment of its own; one that is there is made anew."""
    from harness.display import show_json
    from harness.engines import find_engine
    from harness.engines.installing import install

    made = install(find_engine(name), lambda line: click.echo(line, err=True), pip)
    if as_json:
        show_json(made)
    else:
        click.echo(f"{made.name}\t{made.size_mb} MB\t{made.detail}")


@engines.command("remove")
@click.argument("name")
def remove_command(name: str) -> None:
    """Delete an engine's environment. Models and runs stay."""
    from harness.engines import find_engine
    from harness.engines.installing import remove

    gone = remove(find_engine(name))
    click.echo(f"Removed {gone}." if gone else f"{name} has no environment here.", err=True)
