"""What needs attention, and the key that mends it; and what runs now, whatever kind it is of."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from tui.jobs import Job, Jobs
from tui.live import Live
from tui.marks import RUN_STATES, Line, Mark, bar, duration, moment, one_line, percent
from tui.rows import counts, pace
from tui.store import RunEntry
from tui.widgets.table import Column, Row
from tui.working import state_of_work
from tui.works import Making, Training

if TYPE_CHECKING:
    from tui.app import Dashboard
    from tui.health import Health


class Concern(NamedTuple):
    """One thing that needs attention."""

    key: str
    """Kind and name: "run ID", "training NAME", "dataset NAME", "image NAME", "models"."""
    sign: Mark
    what: str
    why: str
    mend: str
    """Name of the action of Home that mends it."""
    press: str
    """Its key, and what it does in a word or two: "r resume"."""


FEW = 3
"""Missing images that have a line each."""


def concerns(app: Dashboard, registry: str) -> list[Concern]:
    """Return what needs attention, the worst first. ``registry`` says what is wrong with models.toml, if anything."""
    found: list[Concern] = []
    if registry:
        found.append(Concern("models", RUN_STATES["damaged"], "models.toml", registry, "edit", "E edit it"))
    if app.health is not None:
        found += _of_health(app.health)
    for entry in sorted(app.store.entries.values(), key=lambda e: e.created, reverse=True):
        found += _of_run(entry)
    for work in (*app.works.trainings.values(), *app.works.datasets.values()) if app.works else ():
        if state_of_work(app, work) in {"interrupted", "incomplete"}:
            done = f"stopped at step {work.done} of {work.total}" if isinstance(work, Training) else "not finished"
            why = done + (f": {work.note}" if work.note else "")
            found.append(Concern(work.key, RUN_STATES["interrupted"], work.key, one_line(why), "resume", "r resume"))
    return found


def _of_health(health: Health) -> Iterator[Concern]:
    """Yield what the doctor found; models and runs have lines of their own."""
    bad, warn = RUN_STATES["damaged"], Mark("!", "warn")
    if health.error:
        yield Concern("doctor", warn, "doctor", health.error, "examine", "R look again")
    images = [item.name for item in health.items if item.section == "images" and item.state != "ok"]
    for item in health.items:
        if item.state == "ok" or item.section in {"models", "runs"}:
            continue
        if item.section == "images":
            if len(images) <= FEW:
                why = one_line(item.detail)
                yield Concern(f"image {item.name}", warn, f"image {item.name}", why, "build", "b build it")
        elif item.essential:
            yield Concern(item.key, bad, item.name, one_line(f"{item.detail} {item.remedy}"), "examine", "R look again")
    if len(images) > FEW:
        # A new machine lacks all languages but the first: a line each would hide what somebody waits for.
        yield Concern("images", warn, f"{len(images)} images", f"not built: {', '.join(images)}", "open", "⏎ Doctor")


def _of_run(entry: RunEntry) -> Iterator[Concern]:
    """Yield what is wrong with a run, if anything."""
    key, title, sign = f"run {entry.id}", f"{entry.model} on {entry.benchmark}", RUN_STATES[entry.state]
    if entry.state in {"incomplete", "interrupted"}:
        yield Concern(key, sign, title, entry.reason, "resume", "r resume")
    elif entry.state == "damaged":
        yield Concern(key, sign, entry.id, one_line(entry.error), "open", "⏎ say why")
    elif (failing := failing_references(entry)) > 0:
        said = f"{failing:.1f} % of the references fail"
        yield Concern(key, RUN_STATES["damaged"], title, said, "open", "⏎ open")


def failing_references(entry: RunEntry) -> float:
    """Return the share of reference solutions that failed, in percent; 0 for runs of models."""
    run = entry.run
    if run is None or not run.complete or not run.model.source.startswith("echo:"):
        return 0.0
    return max((100 * (1 - m.value) for m in entry.metrics if m.k == 1), default=0.0)


def concern_columns(width: int) -> list[Column]:
    """Return the columns of the list of concerns."""
    return [
        Column("sign", "", 1),
        Column("what", "What", 22 if width < 100 else 40, flex=1),
        Column("why", "Why", 20, flex=2),
        Column("press", "Press", 12),
    ]


def concern_row(concern: Concern) -> Row:
    """Return the row of a concern."""
    key, _, word = concern.press.partition(" ")
    cells: dict[str, Line] = {
        "sign": (concern.sign,),
        "what": (Mark(one_line(concern.what), "strong"),),
        "why": (Mark(one_line(concern.why), "muted"),),
        "press": (Mark(f"{key}  ", "accent"), Mark(word)),
    }
    return Row(concern.key, cells, {}, concern.what.lower())


# -- what runs


def running_columns(width: int) -> list[Column]:
    """Return the columns of the list of running jobs."""
    found = [
        Column("sign", "", 1),
        Column("what", "Job", 20, flex=2),
        Column("progress", "", 26 if width < 100 else 34),
    ]
    if width >= 100:
        found += [Column("counts", "", 24)]
    return [*found, Column("pace", "", 16 if width < 120 else 24, flex=1)]


def running_rows(app: Dashboard, width: int, now: float) -> list[Row]:
    """Return runs, trainings, datasets and other jobs that run now."""
    cells = (26 if width < 100 else 34) - 10
    rows = [_run_row(entry, cells, now) for entry in app.store.running()]
    works = app.works.running() if app.works else []
    rows += [_work_row(work, cells) for work in works]
    known = {e.live.started.pid for e in app.store.running() if e.live.started} | {work.pid for work in works}
    rows += [_job_row(job, now) for job in app.jobs.active.values() if job.pid not in known]
    return rows


def _progress(done: int, total: int, cells: int, text: str = "") -> Line:
    said = text or f"{done:,}/{total:,}"
    return (*bar(done, total, cells), Mark(f" {said:>9}", "muted"))


def _run_row(entry: RunEntry, cells: int, now: float) -> Row:
    said = f"{entry.model} on {entry.benchmark}"
    phase = one_line(entry.live.phase)
    return Row(
        f"run {entry.id}",
        {
            "sign": (RUN_STATES["running"],),
            "what": (Mark(one_line(said), "strong"), Mark(f"  {phase}{nodes_said(entry.live)}", "muted")),
            "progress": _progress(entry.judged, entry.total, cells),
            "counts": counts(entry.live),
            "pace": pace(entry.live, now),
        },
        {},
        said.lower(),
    )


def nodes_said(live: Live) -> str:
    """Return how many nodes of a cluster work, and of how many; nothing on one machine."""
    if not live.nodes:
        return ""
    all_of_them = len(live.nodes)
    return f" on {live.at_work}{f'/{all_of_them}' if live.at_work < all_of_them else ''} nodes"


def _work_row(work: Training | Making, cells: int) -> Row:
    counted: Line = ()
    if isinstance(work, Training) and work.last:
        counted = (Mark(f"   loss {work.last.loss:.4f}", "muted"),)
    elif isinstance(work, Making):
        counted = (Mark(f"   {work.rejected:,} rejected", "muted"),)
    return Row(
        work.key,
        {
            "sign": (RUN_STATES["running"],),
            "what": (Mark(work.key, "strong"), Mark(f"  {one_line(work.phase)}", "muted")),
            "progress": _progress(work.done, work.total, cells) if work.total else (),
            "counts": counted,
            "pace": (Mark(f"   {one_line(work.pace)}", "muted"),),
        },
        {},
        work.key,
    )


def _job_row(job: Job, now: float) -> Row:
    return Row(
        f"job {job.id}",
        {
            "sign": (RUN_STATES["starting"],),
            "what": (Mark(one_line(job.title), "strong"), Mark(f"  {one_line(job.command)}", "muted")),
            "pace": (Mark(f"   {duration(now - job.started)}", "muted"),),
        },
        {},
        job.title.lower(),
    )


# -- what was done last


def latest_columns(width: int) -> list[Column]:
    """Return the columns of the list of what was done last."""
    return [
        Column("sign", "", 1),
        Column("what", "What", 24, flex=2),
        Column("result", "Result", 24 if width < 100 else 34, flex=1),
        Column("when", "Date", 12, "right"),
    ]


def latest_rows(app: Dashboard, now: float, limit: int = 40) -> list[Row]:
    """Return runs, trainings and datasets that are complete, the newest first."""
    found: list[tuple[str, Row]] = []
    for entry in app.store.entries.values():
        if entry.state != "complete":
            continue
        numbers: list[Mark] = []
        for metric in (m for m in entry.metrics if m.k == 1):
            numbers += [Mark(f"{metric.suite} ", "muted"), Mark(f"{percent(metric.value)}   ", "strong")]
        found.append((entry.created, _latest(f"run {entry.id}", f"{entry.model} on {entry.benchmark}",
                                             tuple(numbers), entry.created, now)))  # fmt: skip
    for work in (*app.works.trainings.values(), *app.works.datasets.values()) if app.works else ():
        if work.state == "complete":
            said: Line = ()
            if isinstance(work, Training) and work.last:
                said = (Mark("loss ", "muted"), Mark(f"{work.last.loss:.4f}", "strong"))
            elif isinstance(work, Making) and work.finished:
                rows = list(work.finished.values())[-1].rows
                said = (Mark("rows ", "muted"), Mark(f"{rows:,}", "strong"))
            found.append((work.created, _latest(work.key, work.key, said, work.created, now)))
    found.sort(key=lambda pair: pair[0], reverse=True)
    return [row for _, row in found[:limit]]


def _latest(key: str, what: str, result: Line, when: str, now: float) -> Row:
    cells: dict[str, Line] = {
        "sign": (RUN_STATES["complete"],),
        "what": (Mark(one_line(what)),),
        "result": result,
        "when": (Mark(moment(when, now) if when else "", "muted"),),
    }
    return Row(key, cells, {}, what.lower())


def job_of(jobs: Jobs, pid: int) -> Job | None:
    """Return the running job of a process."""
    return next((job for job in jobs.active.values() if job.pid == pid), None)
