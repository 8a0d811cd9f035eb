"""`magibench verify`: judge a bundle again and say where it differs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from harness.cli.options import run_plans, sandbox_options


@click.command()
@click.argument("bundle", type=click.Path(path_type=Path))
@click.option("--accept", is_flag=True, help="Keep the run in the workspace if nothing differs that matters.")
@sandbox_options
@click.option("--json", "as_json", is_flag=True, help="Write scores and differences as JSON to stdout.")
@click.option("--quiet", "-q", is_flag=True, help="Only warnings and errors on stderr.")
@click.pass_obj
def verify(
    workspace_name: str | None, /, bundle: Path, accept: bool, as_json: bool, quiet: bool, **sandbox: Any
) -> None:
    """Judge a BUNDLE (magibench publish --bundle) again: checksums, arithmetic, then every sample in the sandbox.

    Exit status 1 if a verdict differs. Every program is executed: nothing is taken from the verdict cache.
    """
    import shutil
    import tempfile

    from harness.bundles import differences, plan_again, read, seed, stamped
    from harness.display import show_json, show_table
    from harness.errors import MagibenchError, RunError
    from harness.workspace import Workspace, find_workspace

    if accept and sandbox["sandbox"] != "docker":
        raise RunError("Only what hardened containers judged is accepted.", "Leave --sandbox out.")
    mine = find_workspace(workspace_name) if accept else None
    given = read(bundle)
    with tempfile.TemporaryDirectory(prefix="magibench-verify-") as scratch:
        plan = plan_again(given, Workspace(Path(scratch)))
        folder = seed(plan, given, sandbox["sandbox"])
        run = run_plans([plan], quiet=quiet, **(sandbox | {"no_cache": True}))[0]
        found = differences(given, folder.verdicts())
        wrong = [row for row in found if row.matters]
        if mine is not None and not wrong and run.complete:
            target = mine.runs / folder.id
            if target.exists():
                raise RunError(f"The run {folder.id} is there already.", "Remove it: magibench runs remove.")
            folder.write(stamped(run, given))
            (folder.path / ".lock").unlink(missing_ok=True)
            mine.runs.mkdir(parents=True, exist_ok=True)
            shutil.copytree(folder.path, target)
            click.echo(f"accepted  {folder.id}", err=True)
    if as_json:
        show_json(
            {
                "bundle": given.sha256,
                "run": given.run.id,
                "said": given.run.metrics,
                "found": run.metrics,
                "samples": len(given.samples),
                "differences": found,
            }
        )
    else:
        said = {(m.suite, m.k): m.value for m in given.run.metrics}
        rows = [
            [m.suite, f"pass@{m.k}", f"{100 * said[m.suite, m.k]:.1f}", f"{100 * m.value:.1f}"] for m in run.metrics
        ]
        show_table("", ["suite", "metric", "the bundle says", "found here"], rows, right=[2, 3])
        for row in found:
            kind = "differs" if row.matters else "reason"
            click.echo(f"{kind}  {row.problem_id} [{row.index}]: {row.said} → {row.found}")
        click.echo(f"{len(given.samples)} samples, {len(wrong)} verdicts differ.", err=True)
    if wrong:
        error = MagibenchError(
            f"{len(wrong)} of {len(given.samples)} verdicts of {bundle.name} are not those of this sandbox.",
            "Look at the samples above; don't publish its numbers.",
        )
        error.exit_code = 1
        raise error
