"""`magibench judge`: samples that somebody else generated."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from harness.cli.options import finish, run_plans, sandbox_options

if TYPE_CHECKING:
    from harness.records import Model
    from harness.workspace import Workspace


@click.command()
@click.argument("samples", type=click.Path(path_type=Path))
@click.option("--benchmark", "-b", required=True, metavar="NAME[@VERSION]")
@click.option(
    "--name", metavar="NAME", help="What the samples' model is called, as in models.toml; default: the file's name."
)
@sandbox_options
@click.option("--json", "as_json", is_flag=True, help="Write the run and one verdict per sample as JSON to stdout.")
@click.option("--quiet", "-q", is_flag=True, help="Only warnings and errors on stderr.")
@click.pass_obj
def judge(
    workspace_name: str | None,
    /,
    samples: Path,
    benchmark: str,
    name: str | None,
    as_json: bool,
    quiet: bool,
    **sandbox: Any,
) -> None:
    """Judge SAMPLES: JSON lines (or .gz) with task_id and completion or solution, as EvalPlus writes them.

    A completion is put behind the problem's prompt, a solution is judged as it is. Problems without
    a sample are left out: the table says how many were judged. Any number of samples per problem.

    MultiPL-E's own files (a folder of completions or results) and bigcode-evaluation-harness's
    generations are read as they are.
    """
    from harness.benchmarks import load_benchmark
    from harness.display import show_json, show_runs
    from harness.plan import Plan
    from harness.records import Sampling
    from harness.samples_io import read_samples
    from harness.samples_shapes import checksum
    from harness.workspace import find_workspace

    workspace = find_workspace(workspace_name)
    loaded = load_benchmark(benchmark)
    problems = loaded.problems()
    rows = read_samples(samples, {p.id for p in problems}, {p.id: p.prompt for p in problems})
    present = {s.problem_id for s in rows}
    counts: dict[str, int] = {}
    for row in rows:
        counts[row.problem_id] = counts.get(row.problem_id, 0) + 1
    title = name or samples.name.removesuffix(".gz").removesuffix(".jsonl")
    plan = Plan(
        workspace=workspace,
        model=_named(workspace, title, samples),
        benchmark=loaded,
        problems=[p for p in problems if p.id in present],
        style="base",
        sampling=Sampling(n=max(counts.values(), default=1)),
        backend="judge",
        samples=rows,
        samples_sha256=checksum(samples),
    )
    runs = run_plans([plan], quiet=quiet, **sandbox)
    if as_json:
        verdicts = plan.folder(sandbox["sandbox"]).verdicts()
        show_json({"run": runs[0], "verdicts": [verdicts[key] for key in plan.wanted() if key in verdicts]})
    else:
        show_runs(runs)
    finish(runs)


def _named(workspace: Workspace, name: str, samples: Path) -> Model:
    """Return the model that samples are said to be of: what its entry says of it, if it has one."""
    import msgspec

    from harness.records import Model
    from harness.registry import load_models

    known = load_models(workspace).get(name) or Model(name=name, source="")
    return msgspec.structs.replace(known, source=f"samples:{samples.name}", backend="replay", style="base", sha256="")
