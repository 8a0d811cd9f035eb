"""Several runs side by side: what they scored, what tells them apart, problem by problem."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from harness.comparison import Comparison, compare
from harness.errors import MagibenchError
from harness.many import Field, rank
from harness.statistics import Paired, right_of, suites_of
from tui.library import Library
from tui.marks import STATES, Line, Mark, interval, one_line, percent, strip
from tui.rundata import RunData
from tui.store import RunEntry
from tui.widgets.table import Column, Row, SortKey

SHOWN = ("differ", "regressions", "gains", "all")
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@dataclass(frozen=True)
class Compared:
    """Runs on the same problems; the first is the baseline."""

    runs: list[str]
    data: dict[str, RunData] = field(default_factory=dict)
    pairs: dict[str, Comparison] = field(default_factory=dict)
    """By run: the baseline (A) against it (B)."""
    ranking: Field | None = None
    """Of three or more: with p corrected for their number."""
    problems: list[str] = field(default_factory=list)
    suite: str = ""
    """The strictest suite: the one whose verdicts the matrix shows."""
    share: dict[str, dict[str, float]] = field(default_factory=dict)
    """By run and problem: the part of its samples that is right, 0..1."""
    groups: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """By problem: library or language, where the benchmark has some."""
    left_out: dict[str, str] = field(default_factory=dict)
    """Runs that can't be compared with the baseline, and why."""

    @property
    def kinds(self) -> list[str]:
        """Names of all groups."""
        return sorted({name for names in self.groups.values() for name in names})

    def shows(self, problem: str, what: str, group: str = "") -> bool:
        """Return whether a filter of ``SHOWN`` and a group let a problem through."""
        if group and group not in self.groups.get(problem, ()):
            return False
        base, *others = (self.share[run].get(problem, 0.0) for run in self.runs)
        match what:
            case "differ":
                return any(other != base for other in others)
            case "regressions":
                return any(other < base for other in others)
            case "gains":
                return any(other > base for other in others)
        return True


def compare_runs(entries: Sequence[RunEntry], library: Library) -> Compared:
    """Compare runs with the first of them. Reads journals and may load numpy: call it from a thread."""
    base = entries[0]
    pairs: dict[str, Comparison] = {}
    left_out: dict[str, str] = {}
    for entry in entries[1:]:
        try:
            pairs[entry.id] = compare(base.folder, entry.folder)
        except MagibenchError as error:
            why = (
                "that is another benchmark" if entry.benchmark != base.benchmark else f"{error.message} {error.remedy}"
            )
            left_out[entry.id] = f"{entry.model} on {entry.benchmark} is left out: {why}"
    if not pairs or base.run is None:
        return Compared([base.id], left_out=left_out)
    kept = [entry for entry in entries if entry is base or entry.id in pairs]
    ranking: Field | None = None
    if len(kept) > 2:
        try:
            ranking = rank([entry.folder for entry in kept])
        except MagibenchError as error:  # no problem that all of them share
            left_out["ranking"] = str(error)
    data: dict[str, RunData] = {}
    share: dict[str, dict[str, float]] = {}
    suite = [paired.suite for paired in next(iter(pairs.values())).suites][-1]
    shared = set(base.run.problems)
    for entry in kept:
        found = data[entry.id] = RunData(entry)
        while found.poll():
            pass
        suites = suites_of(entry.run) if entry.run else [suite]
        counts = right_of(found.verdicts.values(), suite, suites)
        share[entry.id] = {problem: right / judged for problem, (right, judged) in counts.items()}
        shared &= set(entry.problems)
    problems = [problem for problem in base.run.problems if problem in shared]
    return Compared(
        [entry.id for entry in kept], data, pairs, ranking, problems, suite, share,
        _groups(base, problems, library), left_out,
    )  # fmt: skip


def _groups(entry: RunEntry, problems: Sequence[str], library: Library) -> dict[str, tuple[str, ...]]:
    """Return libraries or languages by problem; nothing where the benchmark's data isn't here or has one only."""
    if entry.run is None:
        return {}
    known = library.shelf(entry.run).problems
    found: dict[str, tuple[str, ...]] = {}
    for name in problems:
        problem = known.get(name)
        if problem is not None:
            groups = problem.meta.get("groups", {})
            found[name] = (*map(str, groups.values()), problem.language)
    alike = set.intersection(*map(set, found.values())) if found else set()
    return {name: tuple(g for g in groups if g not in alike) for name, groups in found.items()}


# -- what is shown


def score_lines(found: Compared, width: int, suites: int) -> list[Line]:
    """Return what the runs scored: for each of the last ``suites`` suites a line per run."""
    from harness.display import p_value

    lines: list[Line] = []
    size = min(34, max(len(_name(found, run)) for run in found.runs))
    cells = 0 if width < 100 else 24 if width < 150 else 40
    names = [paired.suite for paired in found.pairs[found.runs[1]].suites][-suites:]
    for position, suite in enumerate(names):
        if position:
            lines.append(())
        against = "against A" if len(found.runs) == 2 else "against A, p by Holm"
        lines.append((Mark(f"pass@1 {suite}", "accent"), Mark(f"   {against}", "faint")))
        for number, run in enumerate(found.runs):
            pair = _pair(found, run if number else found.runs[1], suite)
            if pair is None:
                continue
            value = pair.b if number else pair.a
            marks = [
                Mark(f"{LETTERS[number]}  ", "accent"),
                Mark(f"{one_line(_name(found, run), size):<{size}}  ", "strong" if not number else ""),
                Mark(percent(value), "strong"),
            ]
            metric = found.data[run].entry.metric(suite)
            if metric and metric.interval:
                low, high = metric.interval.low, metric.interval.high
                marks += [Mark("  "), *strip(metric.value, low, high, cells)] if cells else []
                marks.append(Mark(f"  {interval(low, high)}", "muted"))
            if number:
                p = _p(found, run, suite, pair.p)
                sure = p is not None and p < 0.05
                change = -100 * pair.difference
                marks.append(Mark(f"  {change:+6.1f}", ("good" if change > 0 else "bad") if sure else "warn"))
                if pair.interval and width >= 90:
                    span = f"{-100 * pair.interval.high:+.1f} … {-100 * pair.interval.low:+.1f}"
                    marks.append(Mark(f"  {span:>15}", "muted"))
                said = f"p {p_value(p)}" if p is not None else ""
                marks.append(Mark(f"  {said:<9}", "strong" if sure else "muted"))
                marks.append(Mark("" if sure else "not told apart", "muted"))
            lines.append(tuple(marks))
    return lines


def remark_lines(found: Compared, width: int) -> list[Line]:
    """Return what one must know beside the numbers: settings that differ, runs left out."""
    lines: list[Line] = []
    for number, run in enumerate(found.runs[1:], 1):
        told = [f"{d.setting} {d.a or '–'} / {d.b or '–'}" for d in found.pairs[run].differences]
        if told:
            text = f"! A and {LETTERS[number]} differ in {'; '.join(told)}"
            lines.append((Mark(one_line(text, width - 4), "warn"),))
        if missing := len(found.pairs[run].left_out):
            lines.append((Mark(f"! {missing} problems were asked only of A or {LETTERS[number]}", "warn"),))
    lines += [(Mark(one_line(f"! {why}", width - 4), "warn"),) for why in found.left_out.values()]
    return lines


def _name(found: Compared, run: str) -> str:
    entry = found.data[run].entry
    style = (
        f", {entry.run.style}"
        if entry.run and len({d.entry.run.style for d in found.data.values() if d.entry.run}) > 1
        else ""
    )
    return f"{entry.model}{style}"


def name_of(found: Compared, run: str) -> str:
    """Return how a run is called beside the others: "A  qwen, chat"."""
    return f"{LETTERS[found.runs.index(run)]}  {_name(found, run)}"


def _pair(found: Compared, run: str, suite: str) -> Paired | None:
    return next((paired for paired in found.pairs[run].suites if paired.suite == suite), None)


def _p(found: Compared, run: str, suite: str, single: float | None) -> float | None:
    """Return p against the baseline, corrected where there are more than two runs."""
    if found.ranking is None:
        return single
    wanted = {found.runs[0], run}
    rankings = (ranking for ranking in found.ranking.suites if ranking.suite == suite)
    return next((pair.adjusted for ranking in rankings for pair in ranking.pairs if {pair.a, pair.b} == wanted), single)


def problem_columns(found: Compared) -> list[Column]:
    """Return the columns of the matrix."""
    columns = [Column("problem", "Problem", 16, flex=1)]
    if found.kinds:
        columns.append(Column("group", "Group", 18))
    columns += [Column(run, LETTERS[number], 2) for number, run in enumerate(found.runs)]
    columns.append(Column("why", "First failure", 20, flex=3))
    return columns


def problem_row(found: Compared, problem: str, index: int) -> Row:
    """Return one problem: a sign per run and why it failed where it failed."""
    groups = ", ".join(found.groups.get(problem, ()))
    cells: dict[str, Line] = {"problem": (Mark(one_line(problem)),), "group": (Mark(groups, "muted"),)}
    order: dict[str, SortKey] = {"problem": index, "group": groups}
    why = ""
    for number, run in enumerate(found.runs):
        share = found.share[run].get(problem)
        state = "pending" if share is None else "passed" if share == 1 else "partly" if share else "failed"
        cells[run] = (STATES[state],)
        order[run] = -1.0 if share is None else share
        wrong = next((v for v in found.data[run].of(problem) if not v.passed), None)
        if wrong is not None and not why:
            evidence = wrong.evidence
            what = ""
            if evidence is not None:
                what = evidence.error or (
                    f"{evidence.actual} instead of {evidence.expected}" if evidence.expected else ""
                )
            why = one_line(f"{LETTERS[number]} {wrong.reason}{': ' if what else ''}{what}", 200)
    cells["why"] = (Mark(why, "muted"),)
    order["why"] = why
    return Row(problem, cells, order, f"{problem} {groups} {why}".lower())


def counts_line(found: Compared) -> Line:
    """Return how many problems both, one or none of the first two runs solve."""
    pair = _pair(found, found.runs[1], found.suite)
    if pair is None:
        return ()
    parts = (("both", pair.both), ("only A", pair.only_a), ("only B", pair.only_b), ("neither", pair.neither))
    return tuple(mark for name, count in parts for mark in (Mark(f"{name} ", "muted"), Mark(f"{count}   ", "strong")))
