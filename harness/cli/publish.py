"""`magibench publish`: write the leaderboard as static pages."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from harness.publishing import Selection


@click.command()
@click.argument("runs", nargs=-1, metavar="[RUN]...")
@click.option(
    "--out", type=click.Path(path_type=Path), metavar="DIR", help="Folder of the site; default: site/ in the workspace."
)
@click.option("--bundle", metavar="RUN", help="Write one RUN as an archive that anybody can verify, and no pages.")
@click.option("--preview", is_flag=True, help="Say what would be published and what refused, and write nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print what was published, refused and superseded as JSON.")
@click.pass_obj
def publish(
    workspace: str | None, runs: tuple[str, ...], out: Path | None, bundle: str | None, preview: bool, as_json: bool
) -> None:
    """Write the leaderboard as static pages that open without a server.

    Without RUN every run of the workspace is looked at; the latest of each model and setting
    counts. Incomplete runs, and runs outside a trusted sandbox, are refused with the reason.
    """
    import msgspec

    from harness.publishing import publish as build_site
    from harness.publishing import select
    from harness.workspace import find_workspace

    if bundle:
        _bundle(workspace, bundle, runs, out, as_json)
        return
    if preview:
        selection = select(find_workspace(workspace), runs)[1]
        _say(selection)
        if as_json:
            click.echo(msgspec.json.format(msgspec.json.encode(selection), indent=2).decode())
        return
    done = build_site(find_workspace(workspace), out.expanduser().resolve() if out else None, runs)
    selection, report = done.selection, done.report
    _say(selection)
    if not selection.published:
        click.echo("No run can be published yet: the page says how to make one.", err=True)
    size = f"{report.bytes / 1e6:.1f} MB"
    click.echo(
        f"{report.pages} page{'' if report.pages == 1 else 's'}, {size}. Open {report.index.resolve().as_uri()} in a browser; no server is needed.",
        err=True,
    )
    if as_json:
        value = {"index": str(report.index), **msgspec.to_builtins(selection), "report": _plain(report)}
        click.echo(msgspec.json.format(msgspec.json.encode(value), indent=2).decode())
    else:
        click.echo(report.index)


def _say(selection: Selection) -> None:
    """Say what became of each run, on stderr."""
    for refusal in selection.refused:
        click.secho(f"refused     {refusal.reason}", fg="yellow", err=True)
        if refusal.remedy:
            click.echo(f"            → {refusal.remedy}", err=True)
    for old in selection.superseded:
        click.echo(f"superseded  {old.run} by {old.by}", err=True)
    for run in selection.published:
        click.echo(f"published   {run}", err=True)


def _bundle(workspace: str | None, name: str, runs: tuple[str, ...], out: Path | None, as_json: bool) -> None:
    """Write one run's bundle."""
    from harness.bundles import SUFFIX, pack
    from harness.display import show_json
    from harness.errors import UsageError
    from harness.runs import open_run
    from harness.workspace import find_workspace

    if runs:
        raise UsageError("--bundle writes one run and no pages.", "Name the run once: magibench publish --bundle RUN.")
    # A folder is as good as a name: shells complete it.
    folder = open_run(find_workspace(workspace), Path(name).name)
    path = (out or Path.cwd()).expanduser()
    if not path.name.endswith(".gz"):
        path /= f"{folder.id}{SUFFIX}"
    sha = pack(folder, path)
    if as_json:
        show_json({"bundle": str(path), "sha256": sha})
    else:
        click.echo(f"{sha}  {path}")


def _plain(report: object) -> dict[str, object]:
    """Return a report as JSON's own types (paths as text)."""
    import msgspec

    value: dict[str, object] = msgspec.to_builtins(report, enc_hook=str)
    return value
