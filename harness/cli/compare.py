"""`magibench compare`: runs, paired, problem by problem."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from harness.comparison import Comparison
    from harness.statistics import Paired
    from harness.workspace import Workspace


@click.command()
@click.argument("runs", metavar="RUN RUN...", nargs=-1, required=True)
@click.option("--json", "as_json", is_flag=True, help="Print the whole comparison as JSON.")
@click.option("--markdown", is_flag=True, help="Print it as Markdown, for a pull request or a page.")
@click.option(
    "--site",
    metavar="ADDRESS",
    help="Where `magibench publish` put the pages: problems become links. Default: the workspace's own.",
)
@click.pass_obj
def compare(workspace: str | None, runs: tuple[str, ...], as_json: bool, markdown: bool, site: str | None) -> None:
    """Compare runs, paired, problem by problem.

    RUN is a run's id or a unique beginning of it. All must be complete and have the same
    benchmark and data version; problems that only some were asked are left out. Of two runs the
    difference is the first minus the second; three and more are ranked in tiers of ties.
    """
    import msgspec

    from harness.comparison import compare as compare_runs
    from harness.errors import UsageError
    from harness.runs import open_run
    from harness.workspace import find_workspace

    if as_json and markdown:
        raise UsageError("--json and --markdown can't go together.", "Choose one.")
    if len(runs) < 2:
        raise UsageError(
            f"{runs[0]} alone can't be compared.", "Name two runs or more; `magibench runs list` lists them."
        )
    found = find_workspace(workspace)
    folders = [open_run(found, name) for name in runs]
    if len(folders) > 2:
        from harness.cli.rank import show_field
        from harness.many import rank

        show_field(rank(folders), as_json=as_json, markdown=markdown)
        return
    result = compare_runs(*folders)
    if as_json:
        click.echo(msgspec.json.format(msgspec.json.encode(result), indent=2).decode())
    elif markdown:
        click.echo(_markdown(result, _Pages(result, _site(found, site))))
    elif sys.stdout.isatty():
        _rich(result, _Pages(result, _site(found, site)))
    else:
        click.echo("\n".join(_plain(result)))


def _site(workspace: Workspace, given: str | None) -> str:
    """Return the address of the published pages; empty where there are none."""
    if given is not None:
        return given.rstrip("/")
    return workspace.site.resolve().as_uri() if (workspace.site / "index.html").is_file() else ""


class _Pages:
    """Where a problem's answers by both runs can be read."""

    def __init__(self, result: Comparison, site: str) -> None:
        self._result, self._site = result, site

    def link(self, problem: str) -> str:
        """Return the page of a problem, at the answers of A; empty where nothing is published."""
        from leaderboard.links import answers_page

        if not self._site:
            return ""
        of = self._result
        return f"{self._site}/{answers_page(of.benchmark, of.data_version, problem, of.a.run)}"


HEADER = ("suite", "A", "B", "A − B", "95 % interval", "both", "only A", "only B", "neither", "p")


def _cells(pair: Paired) -> tuple[str, ...]:
    """Return the cells of one suite under ``HEADER``, in percent and points."""
    from harness.display import p_value, points

    interval = f"{points(pair.interval.low)} to {points(pair.interval.high)}" if pair.interval else "–"
    p = "–" if pair.p is None else p_value(pair.p)
    counts = (str(n) for n in (pair.both, pair.only_a, pair.only_b, pair.neither))
    return (pair.suite, f"{100 * pair.a:.1f}", f"{100 * pair.b:.1f}", points(pair.difference), interval, *counts, p)


def _title(result: Comparison) -> str:
    """Return what is compared, in a line."""
    return f"{result.benchmark} {result.data_version}, {len(result.problems)} problems, pass@1 in percent"


def _sides(result: Comparison) -> list[str]:
    """Return a line for each of the two runs."""
    return [f"{letter}  {side.model}  ({side.run})" for letter, side in (("A", result.a), ("B", result.b))]


def _remarks(result: Comparison) -> list[str]:
    """Return what a reader must know beside the numbers."""
    lines = [f"differs: {d.setting}: A {d.a}, B {d.b}" for d in result.differences]
    if result.left_out:
        asked = f"A was asked {result.a.problems}, B {result.b.problems}"
        lines.append(f"left out: {len(result.left_out)} problems that only one was asked ({asked})")
    lines.extend(f"{pair.suite}: {_verdict(pair)}" for pair in result.suites)
    return lines


def _verdict(pair: Paired) -> str:
    """Return in words what the test says."""
    if pair.p is None:
        return "too few problems for a test"
    if pair.p >= 0.05:
        least = f"; a difference of {100 * pair.detectable:.1f} points would mostly show" if pair.detectable else ""
        return f"not told apart by these problems ({pair.test}, p = {pair.p:.3f}{least})"
    better = "A" if pair.difference > 0 else "B"
    p = "p < 0.001" if pair.p < 0.001 else f"p = {pair.p:.3f}"
    return f"{better} is better ({pair.test}, {p})"


def _lists(pair: Paired) -> list[tuple[str, list[str]]]:
    """Return wins and losses with their headings."""
    return [
        (f"only A, or A more often ({pair.suite})", pair.wins),
        (f"only B, or B more often ({pair.suite})", pair.losses),
    ]


def _plain(result: Comparison) -> list[str]:
    """Return the comparison as lines of text, columns aligned."""
    rows = [HEADER, *(_cells(pair) for pair in result.suites)]
    widths = [max(len(row[i]) for row in rows) for i in range(len(HEADER))]
    lines = [_title(result), *_sides(result), ""]
    lines += ["  ".join(cell.ljust(w) if i == 0 else cell.rjust(w) for i, (cell, w) in enumerate(zip(row, widths, strict=True))) for row in rows]  # fmt: skip
    lines += ["", *_remarks(result)]
    for pair in result.suites:
        for heading, problems in _lists(pair):
            lines.append(f"{heading}, {len(problems)}: {' '.join(problems) or '–'}")
    return lines


def _markdown(result: Comparison, pages: _Pages) -> str:
    """Return the comparison as Markdown."""
    lines = [f"**{_title(result)}**", "", *(f"- {line}" for line in _sides(result)), ""]
    lines += ["| " + " | ".join(HEADER) + " |", "|---" + "|---:" * (len(HEADER) - 1) + "|"]
    lines += ["| " + " | ".join(_cells(pair)) + " |" for pair in result.suites]
    lines += ["", *(f"- {line}" for line in _remarks(result))]
    for pair in result.suites:
        for heading, problems in _lists(pair):
            body = ", ".join(f"[`{p}`]({to})" if (to := pages.link(p)) else f"`{p}`" for p in problems) or "–"
            lines += ["", f"<details><summary>{heading}: {len(problems)}</summary>", "", body, "", "</details>"]
    return "\n".join(lines)


def _rich(result: Comparison, pages: _Pages) -> None:
    """Draw the comparison on a terminal."""
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console(highlight=False)
    console.print(Text(_title(result), style="bold"))
    for line in _sides(result):
        console.print(Text(line))
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for position, name in enumerate(HEADER):
        table.add_column(name, justify="left" if position == 0 else "right", no_wrap=True)
    for pair in result.suites:
        style = "" if pair.p is None or pair.p >= 0.05 else "green" if pair.difference > 0 else "magenta"
        table.add_row(*(Text(cell, style=style if i == 3 else "") for i, cell in enumerate(_cells(pair))))
    console.print(table)
    for line in _remarks(result):
        console.print(Text(line, style="yellow" if line.startswith(("differs", "left out")) else ""))
    for pair in result.suites:
        for heading, problems in _lists(pair):
            console.print()
            console.print(Text(f"{heading}, {len(problems)}", style="bold"))
            linked = [Text(p, style=f"link {to}" if (to := pages.link(p)) else "") for p in problems]
            console.print(Text("  ").join(linked) if linked else Text("–", style="dim"))
