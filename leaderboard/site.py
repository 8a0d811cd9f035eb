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
from markupsafe import Markup

from harness.errors import RunError
from harness.records import Interval, Metric, Score
from leaderboard import comparing, downloads, text, verdicts
from leaderboard.answers import attempt, by_problem
from leaderboard.boardcharts import board_charts, under
from leaderboard.boards import Board, Row, Table, arrange, compare
from leaderboard.code import highlight
from leaderboard.comparing import listing
from leaderboard.details import endings_of, groups_of
from leaderboard.drawing import difference_bar, interval_bar
from leaderboard.entries import PublishedRun, bare, refusal
from leaderboard.files import SiteFolder
from leaderboard.modelpages import model_pages
from leaderboard.outside import columns_of, lines_of, paper_tables
from leaderboard.reported import Report as Reports
from leaderboard.suites import SuiteBoard, as_json, suite_boards

HERE = Path(__file__).parent
FIRST = 25
"""Rows of a table that the index shows; its board's page has all. With 200 models and 6 benchmarks the index stays below 400 KB."""
NEAR = 12
"""Other runs that a run's page compares it with."""


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
    models: dict[str, str]

    def run(self, entry: PublishedRun) -> str:
        """Return the page of a run."""
        return f"runs/{self.runs[entry.run.id]}.html"

    def board(self, board: Board) -> str:
        """Return the page of a board."""
        return f"boards/{board.id}.html"

    def model(self, entry: PublishedRun) -> str:
        """Return the page of a run's model; that of the run itself for references."""
        slug = self.models.get(entry.run.model.name)
        return f"models/{slug}.html" if slug else self.run(entry)

    def anchor(self, entry: PublishedRun) -> str:
        """Return the place of a run within a problem's page."""
        return f"run-{self.runs[entry.run.id]}"

    def problem(self, board: Board, problem: str) -> str:
        """Return the page of a problem."""
        return f"problems/{board.id}/{self.problems[board.id, problem]}.html"


def build(
    runs: Sequence[PublishedRun], out: Path, scores: Sequence[Score] = (), reported: Sequence[Reports] = ()
) -> Report:
    """Write the site of ``runs`` to the folder ``out``; with no runs, a page that says how to make one.

    Args:
        runs: what is shown.
        out: the folder, made if it isn't there.
        scores: those of suites; only members that are among ``runs`` are shown.
        reported: what others say, beside the measured runs.

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
    for name, data in _files(arrange(shown), suite_boards(scores, shown), reported):
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


def _files(
    boards: Sequence[Board], suites: Sequence[SuiteBoard], reported: Sequence[Reports]
) -> Iterator[tuple[str, bytes]]:
    """Yield every file of the site: name relative to its root, and content."""
    entries = [e for board in boards for e in board.entries]
    links = _Links(
        text.slugs(e.run.id for e in entries),
        {(b.id, p): s for b in boards for p, s in text.slugs(b.problems).items()},
        text.slugs(e.run.model.name for e in entries if not e.reference),
    )
    ranked = [(b, row, links.run(row.entry)) for b in boards for t in b.tables if t.whole for row in t.rows]
    common: dict[str, Any] = {
        "links": links,
        "outside": {b.id: lines_of(b, reported) for b in boards},
        "columns": {b.id: columns_of(b) for b in boards},
        "charts": {b.id: board_charts(b, lines_of(b, reported), links.model) for b in boards},
    }
    papers = paper_tables(reported, ranked) if boards else []
    yield "assets/site.css", (HERE / "assets" / "site.css").read_bytes()
    yield (
        "index.html",
        _render("index.html", "", boards=boards, suites=suites, entries=entries, papers=papers, cap=FIRST, **common),
    )
    if papers:
        yield "reported.html", _render("reported.html", "", papers=papers)
    if boards:
        yield "compare.html", _render("compare.html", "", listing=Markup(listing(boards, links.runs)))  # noqa: S704 - safe()
    for page in model_pages(boards, links.models):
        yield f"models/{links.models[page.name]}.html", _render("model.html", "../", page=page, links=links)
    for suite in suites:
        yield f"data/{text.slug(suite.name)}.json", as_json(suite)
    for board in boards:
        inward = {b: [under(chart) for chart in found] for b, found in common["charts"].items()}
        yield links.board(board), _render("board.html", "../", board=board, cap=None, **common | {"charts": inward})
        for table in board.tables:
            yield f"data/{table.id}.csv", downloads.as_csv(board, table)
            yield f"data/{table.id}.json", downloads.as_json(board, table)
            for row in table.all_rows:
                yield from _run_files(links, board, table, row.entry)
        yield from _problem_pages(links, board)


def _run_files(links: _Links, board: Board, table: Table, entry: PublishedRun) -> Iterator[tuple[str, bytes]]:
    """Yield a run's page, its record, and what the compare page loads of it."""
    slug = links.runs[entry.run.id]
    yield links.run(entry), _run_page(links, board, table, entry)
    yield f"data/runs/{slug}.json", downloads.run_json(entry)
    problems = {p: links.problems[board.id, p] for p in table.problems}
    yield f"data/compare/{slug}.js", comparing.outcomes(entry, board, table, links.runs, problems)
    if entry.programs or entry.samples:
        yield f"data/code/{slug}.js", comparing.programs(entry, table, links.runs)


def _run_page(links: _Links, board: Board, table: Table, entry: PublishedRun) -> bytes:
    """Return the page of one run: numbers, grid of problems, comparisons, provenance."""
    marks = [(p, verdicts.mark_all(rows, entry.suites)) for p, rows in by_problem(entry).items()]
    others = _near(table, entry)
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


def _near(table: Table, entry: PublishedRun) -> list[Row]:
    """Return the rows that a run's page compares it with: those near it in rank, and the references.

    All pairs of 200 runs would be 40,000 comparisons; the compare page makes any other when it is asked.
    """
    at = next((i for i, row in enumerate(table.rows) if row.entry is entry), 0)
    first = max(0, min(at - NEAR // 2, len(table.rows) - NEAR - 1))
    rows = [*table.rows[first : first + NEAR + 1], *table.references]
    return [row for row in rows if row.entry is not entry]


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
                licence=next((e.licence for e in board.entries if e.licence), ""),
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
        "contamination": text.contamination,
        "count": text.count,
        "day": text.day,
        "flatten": text.flatten,
        "kind": text.kind,
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
    scripts = {name: (HERE / "assets" / f"{name}.js").read_text().strip() for name in ("page", "board", "compare")}
    # Only these scripts may run, whatever a model wrote: the pages' policy names their checksums.
    hashes = " ".join(
        f"'sha256-{base64.b64encode(hashlib.sha256(s.encode()).digest()).decode()}'" for s in scripts.values()
    )
    environment.globals |= {
        "page_js": Markup(scripts["page"]),  # noqa: S704 - our own file
        "board_js": Markup(scripts["board"]),  # noqa: S704
        "compare_js": Markup(scripts["compare"]),  # noqa: S704
        "script_hashes": hashes,
        "interval_bar": interval_bar,
        "difference_bar": difference_bar,
        "states": verdicts.STATES,
        "values_of": _values,
        "example_interval": Interval(0.54, 0.695),
    }
    environment.globals["parts"] = environment.get_template("parts.html").module
    return environment
