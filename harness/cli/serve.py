"""`magibench serve`: a model behind OpenAI's protocol, on this machine only."""

from __future__ import annotations

import sys
from typing import Any

import click

from harness.cli.options import backend_options, terminable


@click.command()
@click.argument("name", metavar="MODEL")
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="Default: one that is free.")
@click.option("--engine", metavar="NAME", help="Default: the one that fits this machine.")
@click.option("-o", "--option", "options", multiple=True, metavar="KEY=VALUE", help="An argument of the server.")
@click.pass_obj
def serve(workspace_name: str | None, name: str, port: int, engine: str | None, options: tuple[str, ...]) -> None:
    """Serve MODEL with an engine's own server on 127.0.0.1 until ctrl-c.

    Its address goes to stdout once it answers; what to write into models.toml, to stderr.
    An option KEY=VALUE becomes --key VALUE of the server, KEY=true just --key.
    """
    from harness.engines.serving import Server
    from harness.registry import find_model
    from harness.workspace import find_workspace

    workspace = find_workspace(workspace_name)
    given: dict[str, Any] = backend_options(options)
    server = Server(
        find_model(workspace, name), workspace, engine, port, given, lambda line: click.echo(line, err=True)
    )
    try:
        with terminable():
            server.wait_until_healthy()
            click.echo(server.url)
            sys.stdout.flush()
            click.echo(f"It serves {name}. In models.toml of any workspace on this machine:\n", err=True)
            click.echo(f'[models."{name}-served"]\nsource = "openai:{server.url}#{name}"\n', err=True)
            click.echo("A prefilled answer is continued with `-o continue_prefill=true`. Ctrl-c ends it.", err=True)
            server.wait()
    except KeyboardInterrupt:
        click.echo("Stopped.", err=True)
    finally:
        server.close()
