"""`magibench eval`: models x benchmarks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from harness.cli.options import backend_options, finish, run_plans, sandbox_options
from harness.errors import UsageError

if TYPE_CHECKING:
    from harness.records import Sampling


@click.command()
@click.argument("names", nargs=-1, required=True, metavar="MODEL… BENCHMARK…")
@click.option("--limit", type=click.IntRange(1), help="Only the first problems.")
@click.option("--tasks", metavar="A,B,3-7", help="Only these problems: ids, numbers, ranges.")
@click.option("-n", "n", type=click.IntRange(1, 10_000), default=1, show_default=True, help="Samples per problem.")
@click.option("--temperature", type=click.FloatRange(0, 5), help="0 is greedy; default 0 for one sample, 0.8 for more.")
@click.option("--top-p", type=click.FloatRange(0, 1, min_open=True), help="Default 1 for greedy, 0.95 for sampled.")
@click.option(
    "--sampling",
    "samplings",
    multiple=True,
    metavar="N@T",
    help="Samples per problem at a temperature, e.g. 10@0.8; several give a run each. Instead of -n and --temperature.",
)
@click.option("--seed", type=int, default=0, show_default=True)
@click.option("--max-tokens", type=click.IntRange(1), default=768, show_default=True, help="New tokens per sample.")
@click.option(
    "--style",
    type=click.Choice(["base", "chat", "magicoder", "insertion"]),
    help="Prompt style; default the model's own.",
)
@click.option("--backend", metavar="NAME", help="Default: the model's own.")
@click.option("--batch-size", type=click.IntRange(1), help="Prompts at a time (transformers, vllm).")
@click.option("-o", "--option", "options", multiple=True, metavar="KEY=VALUE", help="An option of the backend.")
@sandbox_options
@click.option("--json", "as_json", is_flag=True, help="Write the runs as JSON to stdout.")
@click.option("--quiet", "-q", is_flag=True, help="Only warnings and errors on stderr.")
@click.pass_obj
def evaluate(
    workspace_name: str | None,
    /,
    names: tuple[str, ...],
    limit: int | None,
    tasks: str | None,
    n: int,
    temperature: float | None,
    top_p: float | None,
    samplings: tuple[str, ...],
    seed: int,
    max_tokens: int,
    style: str | None,
    backend: str | None,
    batch_size: int | None,
    options: tuple[str, ...],
    as_json: bool,
    quiet: bool,
    **sandbox: Any,
) -> None:
    """Generate and judge: every MODEL on every BENCHMARK.

    Models are those of `magibench models list`, benchmarks those of `magibench benchmarks list`
    (NAME or NAME@VERSION). The same command resumes an interrupted run.
    """
    from harness.benchmarks.select import select
    from harness.display import show_json, show_runs
    from harness.plan import Plan
    from harness.planning import find_names
    from harness.workspace import find_workspace

    workspace = find_workspace(workspace_name)
    models, benchmarks = find_names(workspace, names)
    drawn: list[tuple[int, float | None]] = [_pair(text) for text in dict.fromkeys(samplings)] or [(n, temperature)]
    settled = [_sampling(count, heat, top_p, seed, max_tokens) for count, heat in drawn]
    wanted = [t for t in tasks.split(",") if t.strip()] if tasks else None
    given = backend_options(options) | ({"batch_size": batch_size} if batch_size else {})
    plans = [
        Plan(
            workspace=workspace,
            model=model,
            benchmark=benchmark,
            problems=select(benchmark, limit, wanted),
            style=style or model.style,  # type: ignore[arg-type]
            sampling=sampling,
            backend=backend or model.backend,
            backend_options=given,
        )
        for model in models
        for benchmark in benchmarks
        for sampling in settled
    ]
    runs = run_plans(plans, quiet=quiet, **sandbox)
    if as_json:
        show_json(runs)
    else:
        show_runs(runs)
    finish(runs)


def _pair(text: str) -> tuple[int, float | None]:
    """Return samples and temperature of "10@0.8"."""
    count, at, heat = text.partition("@")
    try:
        n, temperature = int(count), float(heat)
    except ValueError:
        n, temperature = 0, -1.0
    if not at or not 1 <= n <= 10_000 or not 0 <= temperature <= 5:
        raise UsageError(f"{text!r} is no sampling.", "Write samples@temperature, e.g. --sampling 10@0.8.")
    return n, temperature


def _sampling(n: int, temperature: float | None, top_p: float | None, seed: int, max_tokens: int) -> Sampling:
    """Return a sampling with its defaults settled."""
    from harness.records import Sampling

    if temperature is None:
        temperature = 0.0 if n == 1 else 0.8
    if n > 1 and temperature == 0:
        raise UsageError(f"{n} greedy samples would all be the same.", "Use -n 1, or a --temperature above 0.")
    nucleus = top_p if top_p is not None else (1.0 if temperature == 0 else 0.95)
    return Sampling(n=n, temperature=temperature, top_p=nucleus, seed=seed, max_tokens=max_tokens)
