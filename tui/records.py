"""One record of a dataset as texts side by side: where it comes from, problem, solution; or both sides of a finding."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Mapping
from typing import NamedTuple

from textual.content import Content

from harness.datagen.browsing import NO_LANGUAGE, Brief
from harness.datagen.decontamination.findings import Finding
from harness.datagen.decontamination.report import Evidence
from harness.datagen.rows import Rejected, Row
from harness.datagen.texts import joined
from tui.marks import Line, Mark, clean, one_line
from tui.screens.listing import facts
from tui.widgets.pane import code, prose
from tui.widgets.table import Column, SortKey

MARKED = "bold $warning on $warning 20%"
"""Style of words that were searched for."""
VIEWS = ("rows", "rejected", "contamination", "analyses")


class Side(NamedTuple):
    """One of the texts."""

    title: str
    content: Content
    plain: str
    """As it may be copied."""
    line: int = 0
    """The line that should be in view."""


Sides = tuple[Side, Side, Side]
Widths = tuple[int, int, int]


class BriefRow:
    """A row of a table that makes its cells when they are drawn: 75,000 ready ones would be 150 MB."""

    __slots__ = ("brief",)

    def __init__(self, brief: Brief) -> None:
        """Show ``brief``."""
        self.brief = brief

    @property
    def key(self) -> str:
        """Number of the record."""
        return str(self.brief.number)

    @property
    def cells(self) -> Mapping[str, Line]:
        """What each column shows."""
        b = self.brief
        return {
            "number": (Mark(f"{b.number + 1:,}", "faint"),),
            "group": (Mark(one_line(b.group, 60), "muted") if b.group != NO_LANGUAGE else Mark("–", "faint"),),
            "how": (Mark(one_line(b.how, 40), "muted"),),
            "head": (Mark(one_line(b.head) or "–"),),
            "problem": (Mark(f"{b.sizes[0]:,}", "muted"),),
            "solution": (Mark(f"{b.sizes[1]:,}" if b.sizes[1] else "–", "muted"),),
        }

    @property
    def sort(self) -> Mapping[str, SortKey]:
        """What each column sorts by."""
        b = self.brief
        return {"number": b.number, "group": b.group, "how": b.how, "head": b.head.lower(), "problem": b.sizes[0],
                "solution": b.sizes[1]}  # fmt: skip

    @property
    def text(self) -> str:
        """What a filter searches."""
        b = self.brief
        return f"{b.head} {b.group} {b.how} {b.id}".lower()


class FindingRow:
    """A row of the table of findings."""

    __slots__ = ("evidence", "finding", "key")

    def __init__(self, key: str, evidence: Evidence, finding: Finding) -> None:
        """Show ``finding``, which is one of ``evidence``."""
        self.key, self.evidence, self.finding = key, evidence, finding

    @property
    def cells(self) -> Mapping[str, Line]:
        """What each column shows."""
        f = self.finding
        return {
            "task": (Mark(one_line(f.task), "strong"),),
            "rule": (Mark(f.rule),),
            "score": (Mark(f"{f.score:.2f}", "muted"),),
            "part": (Mark(f.part, "muted"),),
            "head": (Mark(one_line(f.matched), "muted"),),
        }

    @property
    def sort(self) -> Mapping[str, SortKey]:
        """What each column sorts by."""
        f = self.finding
        return {"task": f.task, "rule": f.rule, "score": f.score, "part": f.part, "head": f.matched.lower()}

    @property
    def text(self) -> str:
        """What a filter searches."""
        f = self.finding
        return f"{f.task} {f.rule} {f.part} {self.evidence.row} {f.matched[:400]}".lower()

    @property
    def whole(self) -> str:
        """What a search of the texts searches."""
        return f"{self.text} {self.finding.matched} {self.finding.reference}".lower()


def marked(sides: Sides, words: str) -> Sides:
    """Return the texts with the words marked, each with the line of its first one in view."""
    pattern = re.compile("|".join(re.escape(word) for word in words.split()), re.IGNORECASE)
    found = []
    for side in sides:
        first = pattern.search(side.content.plain)
        line = side.content.plain.count("\n", 0, first.start()) if first is not None and not side.line else side.line
        found.append(side._replace(content=side.content.highlight_regex(pattern, style=MARKED), line=line))
    return found[0], found[1], found[2]


def columns(view: str, width: int) -> list[Column]:
    """Return the columns of a view for a table of ``width`` cells."""
    if view == "contamination":
        return [Column("task", "Task", 14), Column("rule", "Rule", 5), Column("score", "Share", 5, "right", falling=True),
                Column("part", "Part", 8), Column("head", "In the row", 16, flex=1)]  # fmt: skip
    rejected = view == "rejected"
    found = [Column("number", "#", 7, "right")]
    found.append(Column("group", "Reason" if rejected else "Language", 24 if rejected and width > 100 else 12))
    if width > 100:
        found.append(Column("how", "Step" if rejected else "Method", 14))
    found.append(Column("head", "Problem", 20, flex=1))
    if width > 70:
        found += [Column("problem", "Chars", 7, "right", falling=True),
                  Column("solution", "Solution", 8, "right", falling=True)]  # fmt: skip
    return found


def row_sides(row: Row, widths: Widths) -> Sides:
    """Return where a row comes from, its problem and its solution."""
    return _origin(row, widths[0], "row"), _text("problem", row.problem, row, widths[1]), _text(
        "solution", row.solution, row, widths[2]
    )  # fmt: skip


def rejected_sides(record: Rejected, widths: Widths) -> Sides:
    """Return why something was rejected, and what it was."""
    why = [Content.styled(clean(record.reason), "$error bold")]
    why += [Content.styled(f"rejected by {record.step}", "$foreground 65%")] if record.step else []
    why += [Content(""), Content(clean(record.evidence))] if record.evidence else []
    plain = [record.reason, record.evidence]
    row = record.row
    if row is None:
        said = [Content(""), Content.styled(clean(record.document), "$foreground 65%")] if record.document else []
        raw = Side("raw response", prose(clean(record.raw)) if record.raw else _none("There is none."), record.raw)
        nothing = Side("", Content(""), "")
        return Side("why", Content("\n").join([*why, *said]), "\n".join(plain)), raw, nothing
    origin = _origin(row, widths[0], "row")
    first = Side("why", Content("\n").join([*why, Content(""), origin.content]), "\n".join([*plain, origin.plain]))
    return first, _text("problem", row.problem, row, widths[1]), _text("solution", row.solution, row, widths[2])


def finding_sides(evidence: Evidence, finding: Finding, row: Row | None, searched: tuple[str, ...]) -> Sides:
    """Return what was found, the row's text with the finding marked, and the benchmark's side."""
    pairs = [
        ("task", finding.task), ("benchmark", finding.benchmark), ("part", finding.part), ("rule", finding.rule),
        ("share", f"{finding.score:.2f} of it"), ("row", evidence.row),
    ]  # fmt: skip
    if evidence.count > 1:
        pairs.append(("findings", f"{evidence.count} in this row"))
    first = Side(
        "finding", Content("\n").join(facts(pairs, 72)), "\n".join(f"{name}: {value}" for name, value in pairs)
    )
    more = f", {evidence.count} findings" if evidence.count > 1 else ""
    where = f"in row {evidence.row}{more}"
    other = Side(f"{finding.part} of {finding.task}", Content(clean(finding.reference)), finding.reference)
    if row is None:
        return first, Side(where, Content(clean(finding.matched)), finding.matched), other
    # Lines as the search counted them; `clean` may lengthen a text, so its three parts are cleaned apart.
    text = joined(row, searched).replace("\r\n", "\n")
    end = finding.start + len(finding.matched)
    if text[finding.start : end] != finding.matched:
        before, inside, after = "", finding.matched, ""
    else:
        before, inside, after = text[: finding.start], finding.matched, text[end:]
    shown = Content.assemble(clean(before), (clean(inside), "bold $error on $error 15%"), clean(after))
    return first, Side(where, shown, inside, clean(before).count("\n")), other


def _text(title: str, text: str, row: Row, width: int) -> Side:
    """Return a problem or a solution: code with line numbers where it is nothing else."""
    if not text.strip():
        return Side(title, _none("It has none."), "")
    shown = clean(text)
    if title == "solution" and row.language and "```" not in text:
        return Side(title, code(shown, width, row.language), text)
    return Side(title, prose(shown), text)


def _origin(row: Row, width: int, name: str) -> Side:
    """Return what is known of a row, then its seed."""
    pairs = [(name, row.id), ("method", row.method)]
    pairs += [(key, str(value)) for key, value in (
        ("teacher", row.teacher), ("language", row.language), ("finish", "" if row.finish == "unknown" else row.finish),
        ("made from", ", ".join(row.parents)),
    ) if value]  # fmt: skip
    if (source := row.seed_source) is not None:
        lines = f", lines {source.lines[0]}–{source.lines[1]}" if source.lines else ""
        pairs += [("source", f"{source.corpus} {source.document}{lines}")]
        pairs += [("licence", source.licence)] if source.licence else []
    for key, value in row.columns.items():
        said = ", ".join(f"{k} {v}" for k, v in value.items()) if isinstance(value, dict) else str(value)
        pairs.append((key, said[:400]))
    parts = facts([(key, one_line(value)) for key, value in pairs], max(24, width))
    if not row.seed.strip():
        return Side("origin", Content("\n").join(parts), "\n".join(f"{key}: {value}" for key, value in pairs))
    seed = code(textwrap.dedent(clean(row.seed)).strip("\n"), width, row.language or "text")
    return Side("seed", Content("\n").join([seed, Content(""), *parts]), row.seed)


def _none(text: str) -> Content:
    return Content.styled(text, "$foreground 65%")
