"""`magibench serve-tui`: the dashboard in a browser."""

from __future__ import annotations

import importlib.util
import shlex
import sys

import click

from harness.errors import UsageError

LOOPBACK = {"localhost", "127.0.0.1", "::1"}


@click.command("serve-tui")
@click.option("--host", default="localhost", show_default=True, help="Address to listen on.")
@click.option("--port", type=click.IntRange(1, 65535), default=8000, show_default=True)
@click.option("--demo", is_flag=True, help="Serve the recorded runs instead of a workspace.")
@click.pass_obj
def serve_tui(workspace_name: str | None, /, host: str, port: int, demo: bool) -> None:
    """Serve the dashboard to browsers; every page that is opened is a dashboard of its own.

    It can do everything that the dashboard can, and asks nobody who they are: whoever reaches the
    address can start jobs as you. Reach it from elsewhere through a tunnel, e.g. ssh -L 8000:localhost:8000.
    """
    from harness.workspace import find_workspace

    if importlib.util.find_spec("textual_serve") is None:
        raise UsageError("The dashboard's server is not installed.", 'Install it with: pip install "magibench[web]"')
    command = [sys.executable, "-m", "harness"]
    command += ["--demo"] if demo else ["--workspace", str(find_workspace(workspace_name).root)]
    if host not in LOOPBACK:
        click.secho(f"Whoever reaches {host}:{port} can start jobs as you.", fg="yellow", err=True)
    from textual_serve.server import Server

    Server(shlex.join(command), host=host, port=port, title="magibench").serve()
