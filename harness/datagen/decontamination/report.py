"""The report of a decontamination, which travels with a dataset's manifest: JSON, a table, a page."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Any

import msgspec

from harness.datagen.decontamination.findings import Finding
from harness.datagen.decontamination.sources import Source
from harness.datagen.pages import Section, page
from harness.learning import learn

FILE = "decontamination.json"
SHOWN = 3
"""Findings kept per row; their number is kept of all."""
ON_PAGE = 200
"""Rows whose evidence the page shows."""


class Searched(msgspec.Struct, frozen=True, kw_only=True):
    """One source of strings: what was there to be found."""

    key: str
    benchmark: str
    strings: int
    sha256: str = ""
    """Of the strings, each ended by a zero byte."""
    absent: str = ""
    """Why there were none: a benchmark that nobody searched for."""


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """Why one row was dropped."""

    row: str
    findings: list[Finding]
    """The first ``SHOWN``."""
    count: int


class Report(msgspec.Struct, kw_only=True):
    """What was searched for, how, and what was found."""

    mode: str
    columns: tuple[str, ...]
    parameters: dict[str, Any]
    searched: list[Searched]
    rows: int = 0
    dropped: int = 0
    by_benchmark: dict[str, int] = {}
    """Rows with a finding of each benchmark."""
    by_rule: dict[str, int] = {}
    """Rows with a finding of each rule."""
    tasks: dict[str, int] = {}
    """Distinct tasks found of each benchmark."""
    evidence: list[Evidence] = []

    def encode(self) -> bytes:
        """Return JSON, the same for the same rows."""
        return msgspec.json.format(msgspec.json.encode(self, order="sorted"), indent=2) + b"\n"


class Tally:
    """Counts findings as they come."""

    def __init__(self, report: Report) -> None:
        """Fill ``report``."""
        self.report = report
        self._benchmarks: Counter[str] = Counter()
        self._rules: Counter[str] = Counter()
        self._tasks: dict[str, set[str]] = defaultdict(set)

    def add(self, row: str, findings: Sequence[Finding]) -> None:
        """Count a row and what was found in it."""
        self.report.rows += 1
        if not findings:
            return
        self.report.dropped += 1
        self._benchmarks.update({finding.benchmark for finding in findings})
        self._rules.update({finding.rule for finding in findings})
        for finding in findings:
            self._tasks[finding.benchmark].add(finding.task)
        self.report.evidence.append(Evidence(row=row, findings=list(findings[:SHOWN]), count=len(findings)))

    def finish(self) -> Report:
        """Return the report with its counts."""
        self.report.by_benchmark = dict(sorted(self._benchmarks.items()))
        self.report.by_rule = dict(sorted(self._rules.items()))
        self.report.tasks = {name: len(found) for name, found in sorted(self._tasks.items())}
        return self.report


def searched(found: Sequence[Source]) -> list[Searched]:
    """Describe sources, absent ones too; no path of this machine is in it."""
    return [
        Searched(
            key=source.key,
            benchmark=source.benchmark,
            strings=len(source.items),
            sha256=_sha256(source) if source.items else "",
            absent="no file of it was here" if source.absent else "",
        )
        for source in found
    ]


def _sha256(source: Source) -> str:
    digest = hashlib.sha256()
    for item in source.items:
        digest.update(item.text.encode("utf-8", "surrogatepass") + b"\0")
    return digest.hexdigest()


def table(report: Report) -> tuple[list[str], list[list[str]]]:
    """Return headings and one line per benchmark: strings, tasks found, rows dropped."""
    strings: Counter[str] = Counter()
    absent = {s.benchmark for s in report.searched if s.absent}
    for source in report.searched:
        strings[source.benchmark] += source.strings
    rows = [
        [
            name,
            str(count) if count else "absent: not searched for",
            str(report.tasks.get(name, 0)),
            str(report.by_benchmark.get(name, 0)),
        ]
        for name, count in strings.items()
        if count or name in absent
    ]
    return ["benchmark", "strings", "tasks found", "rows dropped"], rows


def html(report: Report) -> bytes:
    """Return the page of a report."""
    columns, rows = table(report)
    share = f" ({100 * report.dropped / report.rows:.2f} %)" if report.rows else ""
    quotations = [
        [f.task, f.rule, e.row, f.matched, f.reference] for e in report.evidence[:ON_PAGE] for f in e.findings[:1]
    ]
    more = report.dropped - min(report.dropped, ON_PAGE)
    sections = [
        Section(heading="Benchmarks", columns=columns, rows=rows, right=(1, 2, 3)),
        Section(
            heading="Rules",
            text="A row may be found by several.",
            columns=["rule", "rows"],
            rows=[[rule, str(count)] for rule, count in report.by_rule.items()],
            right=(1,),
        ),
        Section(
            heading="Evidence",
            text="The first finding of each row" + (f"; {more} more rows are in {FILE}." if more else "."),
            columns=["task", "rule", "row", "in the row", "in the benchmark"],
            rows=quotations,
            evidence=True,
        ),
    ]
    lede = f"{report.rows} rows searched ({report.mode}), {report.dropped} dropped{share}."
    return page("Decontamination", lede, sections, FILE)


learn(Report)
