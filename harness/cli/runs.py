"""`magibench runs list|show|suite|remove|compact|rebuild|unsolved`."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from harness.cli.history import compact_command, rebuild_command, unsolved_command
from harness.workspace import find_workspace

if TYPE_CHECKING:
    from harness.records import Verdict


@click.group()
def runs() -> None:
    """List, show and remove runs."""


@runs.command("list")
@click.option("--json", "as_json", is_flag=True, help="Write the records as JSON to stdout.")
@click.pass_obj
def list_command(workspace_name: str | None, as_json: bool) -> None:
    """List all runs, newest first."""
    from harness.display import percent, show_json, show_table, state
    from harness.history import History
    from harness.runs import list_runs

    workspace = find_workspace(workspace_name)
    if as_json:
        show_json(list_runs(workspace))
        return
    found = History(workspace).board()
    if not found:
        click.echo("No runs yet. Make one: magibench eval smollm2-135m-instruct humaneval --limit 20", err=True)
        return
    rows = []
    for run in found:
        firsts = [m for m in run.metrics if m.k == 1]
        scores = "  ".join(f"{m.suite} {percent(m)}" for m in firsts)
        problems = f"{run.problems}" if run.problems == run.total_problems else f"{run.problems}/{run.total_problems}"
        rows.append([run.run, problems, scores, state(run), run.created[:16].replace("T", " ")])
    show_table("", ["run", "problems", "pass@1 %", "state", "created (UTC)"], rows, right=[1])


@runs.command("show")
@click.argument("run")
@click.option("--json", "as_json", is_flag=True, help="Write record and verdicts as JSON to stdout.")
@click.option("--failed", is_flag=True, help="List the failed problems with the first failing test.")
@click.pass_obj
def show_command(workspace_name: str | None, run: str, as_json: bool, failed: bool) -> None:
    """Show one RUN: an id, the beginning of one, or "latest"."""
    from harness.answers import described, flaws
    from harness.display import percent, show_json, show_table, state
    from harness.events import nodes_of
    from harness.runs import open_run

    folder = open_run(find_workspace(workspace_name), run)
    record = folder.record()
    verdicts = folder.verdicts()
    box = record.sandbox
    nodes = list(nodes_of(folder.events()).values()) if box.get("nodes") else []
    if as_json:
        show_json({"run": record, "verdicts": list(verdicts.values()), "nodes": nodes})
        return
    image = ", ".join(i.get("id", "")[:19] for i in box.get("images", {}).values())
    facts = [
        ("run", record.id),
        ("state", state(record)),
        ("model", f"{record.model.name} ({record.model.source})"),
        ("benchmark", f"{record.benchmark}@{record.data_version}, {len(record.problems)} of {record.total_problems}"),
        ("data", f"sha256 {record.data_sha256[:16]}… from {record.data_source}"),
        ("style", f"{record.style}, template {record.template_sha256[:12] or 'none'}"),
        ("sandbox", f"{box.get('kind', '?')}, runtime {box.get('runtime', '?')}, {image}"),
        ("command", record.command),
        ("commit", record.commit[:12] + (" with changes" if record.dirty else "")),
        ("created", record.created),
        *((f"{m.suite} pass@{m.k}", percent(m) + " %") for m in record.metrics),
        *((f"{m.group}, pass@{m.k}", f"{percent(m)} %, {m.problems} problems") for m in record.breakdown),
        ("answers", described(flaws(folder.samples().values()), record.samples) or "all whole"),
        ("reasons", ", ".join(f"{n} {r}" for r, n in Counter(v.reason for v in verdicts.values()).most_common())),
        *_beside(list(verdicts.values())),
    ]
    show_table("", ["", ""], [list(fact) for fact in facts])
    if nodes:
        listed = [
            [n.name, n.state, f"{n.slots}", f"{n.done}", f"{n.rate:.1f}", f"{n.errors}", n.reason]
            for n in sorted(nodes, key=lambda n: n.name)
        ]
        show_table("", ["node", "state", "slots", "done", "jobs/s", "errors", "reason"], listed, right=[2, 3, 4, 5])
    if failed:
        rows = []
        for verdict in verdicts.values():
            if not verdict.passed:
                proof = verdict.evidence
                rows.append(
                    [
                        f"{verdict.problem_id}#{verdict.index}",
                        verdict.reason,
                        (proof.test if proof else "")[:40],
                        (proof.error or proof.input if proof else "")[:60],
                    ]
                )
        show_table("", ["sample", "reason", "test", "input or error"], rows)


def _beside(verdicts: Sequence[Verdict]) -> list[tuple[str, str]]:
    """Say what the benchmark's own evaluator would make of the same programs, and what their steps cost."""
    judged = [v for v in verdicts if v.peer_passed is not None]
    if not judged:
        return []
    names = ", ".join(f"{n} {name}" for name, n in Counter(v.peer_status for v in judged).most_common())
    passed = sum(bool(v.peer_passed) for v in judged)
    differ = sum(v.peer_passed != v.passed for v in judged)
    seconds: dict[str, float] = {}
    for verdict in judged:
        for step in verdict.steps:
            seconds[step.name] = seconds.get(step.name, 0.0) + step.cpu_s
    costs = ", ".join(f"{name} {spent:.1f} s CPU" for name, spent in seconds.items())
    return [
        (
            "own rule",
            f"{names}; {passed} of {len(judged)} pass by the benchmark's own rule, {differ} otherwise than here",
        ),
        ("steps", costs),
    ]


@runs.command("suite")
@click.argument("name", metavar="NAME", default="multipl-e")
@click.option("--json", "as_json", is_flag=True, help="Write the scores as JSON to stdout.")
@click.pass_obj
def suite_command(workspace_name: str | None, name: str, as_json: bool) -> None:
    """Show the score of a suite (default multipl-e) per model, made from its members' runs.

    Two means: weighted by problems, and plain. Without a complete run of every member there is neither.
    """
    from harness.benchmarks.suites import SUITES, scores
    from harness.display import show_json, show_suite
    from harness.errors import UnknownName
    from harness.runs import list_runs

    if name not in SUITES:
        raise UnknownName("suite", name, SUITES, "magibench benchmarks list")
    found = scores(name, list_runs(find_workspace(workspace_name)))
    if as_json:
        show_json(found)
    elif found:
        show_suite(name, found)
    else:
        click.echo(f"No runs of {name} yet. Make them: magibench eval MODEL {name}", err=True)


@runs.command("remove")
@click.argument("names", nargs=-1, required=True, metavar="RUN…")
@click.option("--yes", "-y", is_flag=True, help="Don't ask.")
@click.pass_obj
def remove_command(workspace_name: str | None, names: tuple[str, ...], yes: bool) -> None:
    """Delete runs for good."""
    from harness.runs import open_run, remove_runs

    workspace = find_workspace(workspace_name)
    folders = [open_run(workspace, name) for name in names]
    for folder in folders:
        click.echo(folder.id, err=True)
    if not yes and sys.stdin.isatty():
        click.confirm(f"Delete {len(folders)} run(s)?", abort=True, err=True)
    remove_runs(folders)
    click.echo(f"Removed {len(folders)} run(s).", err=True)


runs.add_command(compact_command)
runs.add_command(rebuild_command)
runs.add_command(unsolved_command)
