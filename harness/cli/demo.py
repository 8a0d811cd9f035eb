"""`magibench demo`: the whole line: data, a short fine-tuning, base and tuned model judged, compared, published."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from harness.cli.options import finish, run_plans, sandbox_options
from harness.records import Run
from harness.workspace import Workspace

MODELS = ("smollm2-135m-instruct", "echo")
"""A real model with a score near zero, and a ceiling of 100 %."""
ALWAYS = "humaneval"
WHERE_DATA_IS = ("humaneval+", "mbpp+")


@click.command()
@click.option("--limit", type=click.IntRange(1), default=40, show_default=True, help="Problems per benchmark.")
@click.option("--out", type=click.Path(path_type=Path), help="Folder of the pages; default: site/ in the workspace.")
@sandbox_options
@click.pass_obj
def demo(workspace_name: str | None, /, limit: int, out: Path | None, **sandbox: Any) -> None:
    """Make a little training data, tune SmolLM2-135M-Instruct on it, judge both and the reference solutions, compare, publish.

    HumanEval always; HumanEval+ and MBPP+ for the reference solutions and the model where their
    data can be had.
    """
    from harness import provenance
    from harness.benchmarks import Benchmark, load_benchmark
    from harness.benchmarks.select import select
    from harness.cli.data.showing import demo_data
    from harness.cli.train.demo import demo_training
    from harness.display import show_runs
    from harness.errors import DataError
    from harness.plan import Plan
    from harness.publishing import publish
    from harness.records import Sampling
    from harness.registry import find_model
    from harness.workspace import find_workspace

    workspace = find_workspace(workspace_name)
    demo_data(workspace)
    tuned = demo_training(workspace)
    benchmarks: list[Benchmark] = [load_benchmark(ALWAYS)]
    missing = []
    for name in WHERE_DATA_IS:
        try:
            benchmarks.append(load_benchmark(name))
        except DataError:
            missing.append(name)
    if missing:
        click.echo(
            f"{' and '.join(missing)}: their data can't be had here, so they are left out. "
            "`magibench doctor` says how to get it.",
            err=True,
        )
    plans = []
    for name in (*MODELS, *([tuned] if tuned else [])):
        model = find_model(workspace, name)
        # The tuned model is judged where its base was, in its own style; on one benchmark, for the time's sake.
        for benchmark in benchmarks[:1] if name == tuned else benchmarks:
            arguments = ["eval", name, benchmark.name, "--limit", str(limit), "--max-tokens", "512"]
            plans.append(
                Plan(
                    workspace=workspace,
                    model=model,
                    benchmark=benchmark,
                    problems=select(benchmark, limit, None),
                    style=model.style,
                    sampling=Sampling(max_tokens=512),
                    backend=model.backend,
                    command=provenance.command(arguments),
                )
            )
    runs = run_plans(plans, quiet=False, **sandbox)
    show_runs(runs, "Demo")
    if tuned:
        _compare(workspace, runs, tuned)
    site = out or workspace.site
    publish(workspace, site)
    program = Path(sys.argv[0])
    start = "magibench" if program.name != "magibench" else str(program)
    click.echo(
        f"\nThe leaderboard:  open {(site.resolve() / 'index.html').as_uri()} in a browser\nThe dashboard:    {start}\n",
        err=True,
    )
    finish(runs)


def _compare(workspace: Workspace, runs: list[Run], tuned: str) -> None:
    """Show the paired comparison of base and tuned model."""
    from harness.comparison import compare
    from harness.errors import MagibenchError
    from harness.runs import RunFolder

    ours, base = (
        next(r for r in runs if r.model.name == name and r.benchmark == ALWAYS) for name in (tuned, MODELS[0])
    )
    try:
        found = compare(RunFolder(workspace.runs / ours.id), RunFolder(workspace.runs / base.id))
    except MagibenchError as error:
        click.secho(f"Not compared: {error.message}", err=True, fg="yellow")
        return
    for pair in found.suites:
        chance = "" if pair.p is None else f", p = {pair.p:.2g} ({pair.test})"
        click.echo(
            f"{tuned} against {MODELS[0]}, {pair.suite}, {pair.problems} problems: {100 * pair.difference:+.1f} points{chance}",
            err=True,
        )
