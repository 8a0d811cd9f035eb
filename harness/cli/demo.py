"""`magibench demo`: a real small model and the reference solutions, judged in real sandboxes."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from harness.cli.options import finish, run_plans, sandbox_options

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
    """Make a little training data, judge SmolLM2-135M-Instruct and the reference solutions, publish the pages.

    HumanEval always; HumanEval+ and MBPP+ for the reference solutions and the model where their
    data can be had.
    """
    from harness import provenance
    from harness.benchmarks import Benchmark, load_benchmark
    from harness.benchmarks.select import select
    from harness.cli.data.showing import demo_data
    from harness.display import show_runs
    from harness.errors import DataError
    from harness.plan import Plan
    from harness.publishing import publish
    from harness.records import Sampling
    from harness.registry import find_model
    from harness.workspace import find_workspace

    workspace = find_workspace(workspace_name)
    demo_data(workspace)
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
    for name in MODELS:
        model = find_model(workspace, name)
        for benchmark in benchmarks:
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
    site = out or workspace.site
    publish(workspace, site)
    program = Path(sys.argv[0])
    start = "magibench" if program.name != "magibench" else str(program)
    click.echo(
        f"\nThe leaderboard:  open {(site.resolve() / 'index.html').as_uri()} in a browser\nThe dashboard:    {start}\n",
        err=True,
    )
    finish(runs)
