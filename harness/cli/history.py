"""`magibench runs compact|rebuild|unsolved`: the history of a workspace, kept and asked."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from harness.workspace import find_workspace

if TYPE_CHECKING:
    from harness.history import Upkeep


@click.command("compact")
@click.option("--json", "as_json", is_flag=True, help="Write what was done as JSON to stdout.")
@click.pass_obj
def compact_command(workspace_name: str | None, as_json: bool) -> None:
    """Keep finished runs as Parquet too: those that are missing or have changed.

    Needs the extra "cluster" (DuckDB). The journals stay as they are.
    """
    from harness.history import compact

    _said(compact(find_workspace(workspace_name), _progress), as_json=as_json)


@click.command("rebuild")
@click.option("--json", "as_json", is_flag=True, help="Write what was done as JSON to stdout.")
@click.pass_obj
def rebuild_command(workspace_name: str | None, as_json: bool) -> None:
    """Make all Parquet again from the journals."""
    from harness.history import rebuild

    _said(rebuild(find_workspace(workspace_name), _progress), as_json=as_json)


@click.command("unsolved")
@click.argument("benchmark", metavar="BENCHMARK[@VERSION]")
@click.option("--suite", metavar="NAME", help="base, plus …; default the last.")
@click.option("--json", "as_json", is_flag=True, help="Write the problems as JSON to stdout.")
@click.pass_obj
def unsolved_command(workspace_name: str | None, benchmark: str, suite: str | None, as_json: bool) -> None:
    """List the problems of BENCHMARK that no run of this workspace has solved."""
    from harness.display import show_json, show_table
    from harness.history import History

    found = History(find_workspace(workspace_name)).unsolved(benchmark, suite)
    if as_json:
        show_json(found)
        return
    rows = [[problem, str(judged)] for problem, judged in found.unsolved.items()]
    if rows:
        show_table("", ["problem", "samples"], rows, right=[1])
    click.echo(
        f"{len(rows)} of {found.problems} problems are solved by none of {found.runs} runs of {found.models} models "
        f"({found.benchmark}, {found.suite}).",
        err=True,
    )


def _progress(done: int, total: int) -> None:
    """Say where the work is, on one line of a terminal."""
    if sys.stderr.isatty() and (done % 50 == 0 or done == total):
        click.echo(f"\r{done} of {total} runs", nl=done == total, err=True)


def _said(done: Upkeep, *, as_json: bool) -> None:
    """Say what was done."""
    from harness.display import show_json

    if as_json:
        show_json(done)
        return
    facts: list[tuple[str, Any]] = [("kept", done.kept), ("written", done.written), ("removed", done.removed)]
    facts += [("unfinished", len(done.open)), ("damaged", len(done.damaged))]
    click.echo(", ".join(f"{number} {name}" for name, number in facts), err=True)
    for line in done.damaged:
        click.secho(line, fg="yellow", err=True)
