"""Build the site: index, a page per run, a page per problem; files beside each other, no server.

Pages open by file://, need no network and no script to be read. The same runs give the same
bytes: nothing but the runs' own times is on a page.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from harness.errors import RunError
from harness.records import Interval, Metric, Score
from leaderboard import downloads, text, verdicts
from leaderboard.answers import attempt, by_problem
from leaderboard.boards import Board, Table, arrange, compare
from leaderboard.code import highlight
from leaderboard.details import endings_of, groups_of
from leaderboard.drawing import difference_bar, interval_bar
from leaderboard.entries import PublishedRun, bare, refusal
from leaderboard.files import SiteFolder
from leaderboard.suites import SuiteBoard, as_json, suite_boards

HERE = Path(__file__).parent


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """What a build wrote."""

    out: Path
    index: Path
    """The page to open."""
    runs: int
    pages: int
    files: int
    bytes: int
    removed: int
    """Files of an earlier build that are gone."""


@dataclass(frozen=True)
class _Links:
    """Where the pages are, relative to the root of the site."""

    runs: dict[str, str]
    problems: dict[tuple[str, str], str]
    """By board id and problem id."""

    def run(self, entry: PublishedRun) -> str:
        """Return the page of a run."""
        return f"runs/{self.runs[entry.run.id]}.html"

    def anchor(self, entry: PublishedRun) -> str:
        """Return the place of a run within a problem's page."""
        return f"run-{self.runs[entry.run.id]}"

    def problem(self, board: Board, problem: str) -> str:
        """Return the page of a problem."""
        return f"problems/{board.id}/{self.problems[board.id, problem]}.html"


def build(runs: Sequence[PublishedRun], out: Path, scores: Sequence[Score] = ()) -> Report:
    """Write the site of ``runs`` to the folder ``out``; with no runs, a page that says how to make one.

    ``scores`` are those of suites; only members that are among ``runs`` are shown.

    Raises:
        IncompleteRun: a run may not be published (``refusal``).
        RunError: two runs have the same id.
        UsageError: ``out`` holds files that are not a site's.
    """
    for entry in runs:
        reason = refusal(entry.run)
        if reason is not None:
            raise reason
    if len({e.run.id for e in runs}) < len(runs):
        raise RunError("Two of the runs have the same id.", "Publish each run once.")
    folder = SiteFolder(out)
    shown = [bare(entry) for entry in runs]
    for name, data in _files(arrange(shown), suite_boards(scores, shown)):
        folder.write(name, data)
    removed = folder.finish()
    return Report(
        out=out,
        index=out / "index.html",
        runs=len(runs),
        pages=sum(name.endswith(".html") for name in folder.written),
        files=len(folder.written),
        bytes=sum(folder.written.values()),
        removed=removed,
    )


def _files(boards: Sequence[Board], suites: Sequence[SuiteBoard]) -> Iterator[tuple[str, bytes]]:
    """Yield every file of the site: name relative to its root, and content."""
    entries = [e for board in boards for e in board.entries]
    links = _Links(
        text.slugs(e.run.id for e in entries),
        {(b.id, p): s for b in boards for p, s in text.slugs(b.problems).items()},
    )
    yield "assets/site.css", (HERE / "assets" / "site.css").read_bytes()
    yield "index.html", _render("index.html", "", links=links, boards=boards, suites=suites, entries=entries)
    for suite in suites:
        yield f"data/{text.slug(suite.name)}.json", as_json(suite)
    for board in boards:
        for table in board.tables:
            yield f"data/{table.id}.csv", downloads.as_csv(board, table)
            yield f"data/{table.id}.json", downloads.as_json(board, table)
            for row in table.all_rows:
                yield links.run(row.entry), _run_page(links, board, table, row.entry)
                yield f"data/runs/{links.runs[row.entry.run.id]}.json", downloads.run_json(row.entry)
        yield from _problem_pages(links, board)


def _run_page(links: _Links, board: Board, table: Table, entry: PublishedRun) -> bytes:
    """Return the page of one run: numbers, grid of problems, comparisons, provenance."""
    marks = [(p, verdicts.mark_all(rows, entry.suites)) for p, rows in by_problem(entry).items()]
    others = [row for row in table.all_rows if row.entry is not entry]
    versus = [(row, compare(entry, row.entry, table.main_suite)) for row in others]
    ends = [abs(end) for _, p in versus if p.interval for end in (p.interval.low, p.interval.high)]
    return _render(
        "run.html",
        "../",
        links=links,
        board=board,
        table=table,
        entry=entry,
        run=entry.run,
        row=next(row for row in table.all_rows if row.entry is entry),
        metrics=entry.metrics(),
        marks=marks,
        versus=versus,
        groups=groups_of(entry),
        endings=endings_of(entry),
        reach=min(1.0, max(ends, default=1.0) * 1.05),
    )


def _problem_pages(links: _Links, board: Board) -> Iterator[tuple[str, bytes]]:
    """Yield the page of every problem of a board: its prompt, who solves it, every answer."""
    judged = [(entry, by_problem(entry)) for entry in board.entries]
    for position, problem in enumerate(board.problems):
        attempts = [attempt(entry, rows[problem]) for entry, rows in judged if problem in rows]
        prompt = next((e.prompts[problem] for e in board.entries if problem in e.prompts), "")
        yield (
            links.problem(board, problem),
            _render(
                "problem.html",
                "../../",
                links=links,
                board=board,
                problem=problem,
                prompt=prompt,
                language=board.entries[0].language,
                withheld=next((e.withheld for e in board.entries if e.withheld), ""),
                attempts=attempts,
                before=board.problems[position - 1] if position else None,
                after=board.problems[position + 1] if position + 1 < len(board.problems) else None,
            ),
        )


def _render(template: str, root: str, **values: Any) -> bytes:
    """Return a page; ``root`` leads from it to the root of the site."""
    page = _environment().get_template(template).render(root=root, **values)
    # A model's text may hold lone surrogates, which UTF-8 can't.
    encoded: bytes = page.encode("utf-8", "replace")
    return encoded


def _values(metrics: dict[str, Metric]) -> dict[str, float]:
    """Return the values of metrics by suite."""
    return {suite: metric.value for suite, metric in metrics.items()}


@cache
def _environment() -> Any:
    """Return Jinja's environment: everything is escaped, unknown names are errors."""
    import jinja2
    from markupsafe import Markup

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {
        "benchmark_name": text.benchmark_name,
        "count": text.count,
        "day": text.day,
        "flatten": text.flatten,
        "language_name": text.language_name,
        "percent": text.percent,
        "p_value": text.p_value,
        "seconds": text.seconds,
        "sampling": text.sampling,
        "sandbox": text.sandbox,
        "signed": text.signed,
        "size": text.size,
        "slug": text.slug,
        "span": text.span,
        "style": text.style,
        "style_words": text.style_words,
        "highlight": highlight,
    }
    scripts = {name: (HERE / "assets" / f"{name}.js").read_text().strip() for name in ("page", "board")}
    # Only these scripts may run, whatever a model wrote: the pages' policy names their checksums.
    hashes = " ".join(
        f"'sha256-{base64.b64encode(hashlib.sha256(s.encode()).digest()).decode()}'" for s in scripts.values()
    )
    environment.globals |= {
        "page_js": Markup(scripts["page"]),  # noqa: S704 - our own file
        "board_js": Markup(scripts["board"]),  # noqa: S704
        "script_hashes": hashes,
        "interval_bar": interval_bar,
        "difference_bar": difference_bar,
        "states": verdicts.STATES,
        "values_of": _values,
        "example_interval": Interval(0.54, 0.695),
    }
    environment.globals["parts"] = environment.get_template("parts.html").module
    return environment
