"""How a run becomes a row of the board, and which columns a width has room for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from tui.jobs import Job
from tui.live import Live
from tui.marks import RUN_STATES, Line, Mark, bar, duration, interval, moment, one_line, percent, speed, strip
from tui.results import EXTRA, extra_cells
from tui.store import RunEntry
from tui.widgets.table import GAP, Column, Row, SortKey

SUITES = 3
"""At most so many suites have a column of their own."""


def suites_of(entries: Iterable[RunEntry]) -> list[str]:
    """Return the names of suites that have numbers, in the order judged."""
    names: dict[str, None] = {}
    for entry in entries:
        for metric in entry.metrics:
            names.setdefault(metric.suite)
    return list(names)[:SUITES]


def columns(width: int, suites: list[str], chosen: Sequence[str] = ()) -> list[Column]:
    """Return the columns for a table of ``width`` cells, the least important ones left out until they fit.

    Where the user has ``chosen`` some (names of ``tui.results.CHOICES``), those, as far as they fit.
    """
    wide, huge = width >= 100, width >= 160
    found = [
        Column("state", "", 2),
        Column("model", "Model", 16 if width < 100 else 18, flex=3),
        Column("benchmark", "Benchmark", 18, flex=2),
        Column("style", "Style", 9),
        Column("n", "n", 4, "right", falling=True),
        Column("problems", "Problems", 8, "right", falling=True),
    ]
    for suite in suites:
        size = 34 if huge else 16 if wide else 6
        found.append(Column(f"suite {suite}", f"pass@1 {suite}" if wide else suite, size, "right", falling=True))
    found.append(Column("status", "State", status_width(width), flex=1))
    found.append(Column("created", "Date", date_width(width), "right", falling=True))
    if chosen:
        return _chosen(found, chosen, width)
    for key in (
        "style",
        "n",
        "created" if not wide else "",
        "problems",
        *(f"suite {s}" for s in suites[:0:-1]),
        "created",
    ):
        if sum(column.width + GAP for column in found) <= width - 2:
            break
        found = [column for column in found if column.key != key]
    return found


def _chosen(usual: list[Column], chosen: Sequence[str], width: int) -> list[Column]:
    """Return the columns chosen, those at the end left out until they fit."""
    known = {column.key: column for column in usual} | EXTRA
    found = usual[:2]
    for name in chosen:
        found += [c for c in usual if c.key.startswith("suite ")] if name == "suites" else []
        found += [known[name]] if name in known and name != "model" else []
    while len(found) > 2 and sum(column.width + GAP for column in found) > width - 2:
        found.pop()
    return found


def status_width(width: int) -> int:
    """Return the cells that the state of a run has at least."""
    return 22 if width >= 160 else 17


def date_width(width: int) -> int:
    """Return the cells that a date has: with the time of day where there is room."""
    return 12 if width >= 130 else 6


def run_row(entry: RunEntry, suites: list[str], width: int, now: float, marked: bool = False) -> Row:
    """Return the row of a run."""
    wide, huge = width >= 100, width >= 160
    state = entry.state
    problems = len(entry.problems)
    of_all = entry.run.total_problems if entry.run else problems
    cells: dict[str, Line] = {
        "state": (Mark("◆" if marked else " ", "accent"), RUN_STATES[state]),
        "model": (Mark(one_line(entry.model if state != "damaged" else entry.id), "strong"),),
        "benchmark": _benchmark(entry.benchmark),
        "style": (Mark(entry.run.style if entry.run else "", "muted"),),
        "n": (Mark(str(entry.n), "muted"),),
        "problems": (Mark(str(problems)), Mark(f"/{of_all}" if of_all != problems else "", "faint")),
        "status": status(entry, status_width(width)),
        "created": (Mark(moment(entry.created, now)[: date_width(width)].strip() if entry.created else "", "muted"),),
    }
    order: dict[str, SortKey] = {
        "state": state,
        "model": entry.model.lower(),
        "benchmark": entry.benchmark,
        "style": entry.run.style if entry.run else "",
        "n": entry.n,
        "problems": problems,
        "status": state,
        "created": entry.created,
    }
    more, keys = extra_cells(entry)
    cells |= more
    order |= keys
    for suite in suites:
        metric = entry.metric(suite)
        if metric is None:
            cells[f"suite {suite}"] = (Mark("–", "faint"),)
            continue
        order[f"suite {suite}"] = metric.value
        marks: list[Mark] = []
        if huge and metric.interval:
            marks += [*strip(metric.value, metric.interval.low, metric.interval.high, 16), Mark("  ")]
        marks.append(Mark(percent(metric.value), "strong" if state == "complete" else "muted"))
        if wide:
            text = interval(metric.interval.low, metric.interval.high) if metric.interval else " " * 10
            marks.append(Mark(f" {text}", "muted"))
        cells[f"suite {suite}"] = tuple(marks)
    style = entry.run.style if entry.run else ""
    text = f"{entry.model} {entry.benchmark} {style} {state} {entry.id} {entry.created[:10]}".lower()
    return Row(entry.id, cells, order, text)


def job_row(job: Job, now: float) -> Row:
    """Return the row of a job that has no run yet."""
    status = (Mark("starting", "accent"), Mark(f" {duration(now - job.started)}", "muted"))
    cells: dict[str, Line] = {
        "state": (Mark(" "), RUN_STATES["starting"]),
        "model": (Mark(one_line(job.title), "strong"),),
        "status": status,
    }
    return Row(f"job {job.id}", cells, {"created": "9", "model": job.title.lower()}, job.title.lower())


def status(entry: RunEntry, width: int) -> Line:
    """Return the state of a run in a few words: its progress while it runs, else why it isn't complete."""
    state = entry.state
    if state == "running":
        share = f"{100 * entry.judged // max(1, entry.total):3d} %"
        return (*bar(entry.judged, entry.total, width - 6), Mark(f" {share}", "accent"))
    if state == "complete":
        return (Mark("complete", "muted"),)
    return (Mark(one_line(entry.reason), "bad" if state == "damaged" else "warn"),)


def live_lines(entry: RunEntry, width: int, now: float) -> tuple[Line, Line]:
    """Return the two lines of a running job: what it is, and how far it is."""
    live = entry.live
    phase = live.phase + (f": {live.detail}" if live.detail else "")
    first = (
        Mark("▶ ", "accent"),
        Mark(one_line(entry.model), "strong"),
        Mark("  on  ", "faint"),
        *_benchmark(entry.benchmark),
        Mark(f"   {one_line(phase)}", "muted"),
    )
    second: list[Mark] = [
        Mark("  "),
        *bar(entry.judged, entry.total, max(10, min(48, width - 62))),
        Mark(f"  {entry.judged}/{entry.total}", "strong"),
        *counts(live),
        *pace(live, now),
    ]
    return first, tuple(second)


def counts(live: Live) -> Line:
    """Return passed, failed and infrastructure counts."""
    return (
        Mark(f"   ✓ {live.passed}", "good"),
        Mark(f"   ✗ {live.failed}", "bad"),
        Mark(f"   ! {live.infra}", "warn" if live.infra else "faint"),
    )


def pace(live: Live, now: float) -> Line:
    """Return rate and time left, where they are known."""
    rate, left = live.rate(now), live.left(now)
    if rate is None or left is None:
        return ()
    return (Mark(f"   {speed(rate)}", "muted"), Mark(f"   {duration(left)} left", "muted"))


def _benchmark(name: str) -> Line:
    base, at, version = name.partition("@")
    return (Mark(one_line(base)), Mark(one_line(at + version), "faint"))
