"""Build the site: index, a page per run, a page per problem; files beside each other, no server.

Pages open by file://, need no network and no script to be read. The same runs give the same
bytes: nothing but the runs' own times is on a page.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
from markupsafe import Markup

from harness.errors import RunError
from harness.records import Score
from leaderboard import comparing, downloads, text
from leaderboard.boardcharts import board_charts, under
from leaderboard.boards import Board, Row, Table, arrange
from leaderboard.comparing import listing
from leaderboard.details import by_group
from leaderboard.entries import PublishedRun, bare, refusal
from leaderboard.files import SiteFolder
from leaderboard.links import Links
from leaderboard.modelpages import model_pages
from leaderboard.outside import columns_of, lines_of, paper_tables
from leaderboard.problempages import ProblemPages
from leaderboard.rendering import HERE, render, version
from leaderboard.reported import Report as Reports
from leaderboard.runpages import RunPages, near
from leaderboard.suites import SuiteBoard, as_json, suite_boards

FIRST = 20
"""Rows of a table that the index shows; its board's page has all. With 200 models and 6 benchmarks the index stays below 400 KB."""


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


def build(
    runs: Sequence[PublishedRun], out: Path, scores: Sequence[Score] = (), reported: Sequence[Reports] = ()
) -> Report:
    """Write the site of ``runs`` to the folder ``out``; with no runs, a page that says how to make one.

    A file whose inputs are those of the last build is left as it is.

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
    for file in _files(arrange(shown), suite_boards(scores, shown), reported):
        folder.make(file.name, _key(file.inputs), file.make)
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


class _File(NamedTuple):
    """One file of the site."""

    name: str
    """Relative to its root."""
    inputs: tuple[str, ...]
    """Checksums of all that it is made from."""
    make: Callable[[], bytes]


def _key(inputs: tuple[str, ...]) -> str:
    return hashlib.sha256("\0".join((version(), *inputs)).encode()).hexdigest()[:20]


def _digest(*values: Any) -> str:
    """Return a checksum of records; ``bytes`` where text may hold lone surrogates."""
    digest = hashlib.sha256()
    for value in values:
        digest.update(value if isinstance(value, bytes) else msgspec.json.encode(value, order="deterministic"))
    return digest.hexdigest()


def _entry_digest(entry: PublishedRun) -> str:
    """Return the checksum of all that pages show of a run: 0.3 ms for 340 problems."""
    plain = [entry.language, entry.withheld, entry.licence, entry.private, entry.datasets, entry.digest]
    groups = (entry.prompts,) if entry.digest else (entry.programs, entry.samples, entry.prompts)
    texts = (text for group in groups for text in group.values())
    return _digest(repr(entry.run).encode("utf-8", "replace"), repr(plain).encode("utf-8", "replace"),
                   b"" if entry.digest else _verdicts(entry), "\0".join(texts).encode("utf-8", "replace"))  # fmt: skip


def _verdicts(entry: PublishedRun) -> bytes:
    try:
        return msgspec.json.encode(list(entry.verdicts))
    except UnicodeEncodeError:
        return repr(entry.verdicts).encode("utf-8", "replace")


def _files(boards: Sequence[Board], suites: Sequence[SuiteBoard], reported: Sequence[Reports]) -> Iterator[_File]:
    """Yield every file of the site: name, inputs, and how it is made."""
    entries = [e for board in boards for e in board.entries]
    links = Links.of(boards)
    # The names of its pages too: they change when another run comes whose name would clash.
    named = {e.run.id: [links.runs[e.run.id], links.models.get(e.run.model.name, "")] for e in entries}
    one = {e.run.id: _digest(_entry_digest(e), named[e.run.id]) for e in entries}
    of_board = {b.id: _digest([one[e.run.id] for e in b.entries]) for b in boards}
    said = _digest(repr(reported).encode())
    everything = _digest(list(of_board.values()), repr(suites).encode("utf-8", "replace"), said.encode())
    ranked = [(b, row, links.run(row.entry)) for b in boards for t in b.tables if t.whole for row in t.rows]

    def context(of: Sequence[Board], up: bool) -> dict[str, Any]:
        lines = {b.id: lines_of(b, reported) for b in of}
        charts = {b.id: board_charts(b, lines[b.id], links.model) for b in of}
        if up:
            charts = {b: [under(chart) for chart in found] for b, found in charts.items()}
        groups = {b.id: by_group([e for e in b.entries if not e.reference]) for b in of}
        return {
            "links": links,
            "outside": lines,
            "columns": {b.id: columns_of(b) for b in of},
            "charts": charts,
            "groups": groups,
        }

    def index() -> bytes:
        shared = context(boards, up=False)
        papers = paper_tables(reported, ranked) if boards else []
        return render(
            "index.html", "", boards=boards, suites=suites, entries=entries, papers=papers, cap=FIRST, **shared
        )

    yield _File("assets/site.css", (), (HERE / "assets" / "site.css").read_bytes)
    yield _File("index.html", (everything,), index)
    if boards and reported:
        yield _File(
            "reported.html", (everything,), lambda: render("reported.html", "", papers=paper_tables(reported, ranked))
        )
    if boards:
        choices = listing(boards, links.runs)
        yield _File("compare.html", (_digest(choices),), lambda: render("compare.html", "", listing=Markup(choices)))  # noqa: S704
    for page in model_pages(boards, links.models):
        mine = tuple(one[row.entry.run.id] for _, _, row in page.rows)
        make = partial(render, "model.html", "../", page=page, links=links)
        ranks = _digest([[row.rank, row.tied, len(table.rows)] for _, table, row in page.rows])
        yield _File(
            f"models/{links.models[page.name]}.html",
            (*mine, ranks, repr((page.ancestors, page.checkpoints)), page.chart),
            make,
        )
    for suite in suites:
        yield _File(f"data/{text.slug(suite.name)}.json", (everything,), partial(as_json, suite))
    for board in boards:
        yield _File(
            links.board(board),
            (of_board[board.id], said),
            lambda board=board: render("board.html", "../", board=board, cap=None, **context([board], up=True)),  # type: ignore[misc]
        )
        for table in board.tables:
            yield _File(f"data/{table.id}.csv", (of_board[board.id],), partial(downloads.as_csv, board, table))
            yield _File(f"data/{table.id}.json", (of_board[board.id],), partial(downloads.as_json, board, table))
            pages = RunPages(links, board, table)
            place = _digest([board.id, table.id, list(table.problems), len(table.rows), len(table.references)])
            for row in table.all_rows:
                yield from _run_files(links, board, table, pages, row, one, place)
        problems = ProblemPages(links, board)
        for position, problem in enumerate(board.problems):
            yield _File(
                links.problem(board, problem), (of_board[board.id], str(position)), partial(problems.page, position)
            )


def _run_files(
    links: Links, board: Board, table: Table, pages: RunPages, row: Row, one: Mapping[str, str], place: str
) -> Iterator[_File]:
    """Yield a run's page, its record, and what the compare page loads of it."""
    entry = row.entry
    slug, mine = links.runs[entry.run.id], one[entry.run.id]
    beside = tuple(one[other.entry.run.id] for other in near(table, entry))
    yield _File(links.run(entry), (mine, place, str(row.rank), str(row.tied), *beside), partial(pages.page, entry))
    yield _File(f"data/runs/{slug}.json", (mine,), partial(downloads.run_json, entry))
    inner = {p: links.problems[board.id, p] for p in table.problems}
    yield _File(
        f"data/compare/{slug}.js", (mine, place), partial(comparing.outcomes, entry, board, table, links.runs, inner)
    )
    if entry.programs or entry.samples:
        yield _File(f"data/code/{slug}.js", (mine, place), partial(comparing.programs, entry, table, links.runs))
