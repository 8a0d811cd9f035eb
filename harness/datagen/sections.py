"""Reading answers in two sections, [Problem Description] and [Solution], as teachers really write them.

A marker counts where it begins a line; brackets, or the emphasis or number signs of a heading, may be around it,
and text may follow it on its line. A marker inside a block of code or within a sentence is text. (Magicoder
takes the first line that contains the word in brackets, wherever, and drops the rest of that line.)
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

DECORATION = r"[ \t#*_>]*"
BRACKETED = re.compile(
    rf"^{DECORATION}\[\s*(problem description|solution)\s*\]{DECORATION}:?{DECORATION}(.*)$", re.IGNORECASE
)
HEADING = re.compile(
    r"^[ \t]*(?:#+|\*\*|__)[ \t]*(problem description|solution)[ \t]*:?[ \t]*(?:\*\*|__)?[ \t]*:?[ \t]*(.*)$",
    re.IGNORECASE,
)
FENCE = re.compile(r"^[ \t]*(`{3,}|~{3,})")


class Sections(NamedTuple):
    """What an answer says, or the reason why it can't be read."""

    problem: str
    solution: str
    reason: str = ""


def read_sections(text: str) -> Sections:
    """Return problem and solution."""
    reason = "no problem section"
    for marker in (BRACKETED, HEADING):
        for fenced in (True, False):
            found = _read(text, marker, skip_fenced=fenced)
            if not found.reason:
                return found
            if _RANK[found.reason] > _RANK[reason]:
                reason = found.reason
    return Sections("", "", reason)


_RANK = {
    "no problem section": 0,
    "no solution section": 1,
    "sections out of order": 2,
    "empty problem": 3,
    "empty solution": 4,
}
"""Of several readings that fail, the one that came furthest says why."""


def _read(text: str, marker: re.Pattern[str], *, skip_fenced: bool) -> Sections:
    lines = text.splitlines()
    places: dict[str, tuple[int, str]] = {}
    order: list[str] = []
    for number, line in _outside(lines) if skip_fenced else enumerate(lines):
        if match := marker.match(line):
            name = match[1].lower()
            order.append(name)
            if name == "problem description" or "problem description" in places:
                places.setdefault(name, (number, match[2].strip()))
    if "problem description" not in places:
        return Sections("", "", "no problem section")
    if "solution" not in places:
        return Sections("", "", "sections out of order" if "solution" in order else "no solution section")
    first, beside_first = places["problem description"]
    second, beside_second = places["solution"]
    problem = "\n".join([beside_first, *lines[first + 1 : second]]).strip()
    solution = "\n".join([beside_second, *lines[second + 1 :]]).strip()
    if not problem:
        return Sections("", "", "empty problem")
    return Sections(problem, solution) if solution else Sections("", "", "empty solution")


def _outside(lines: list[str]) -> Iterator[tuple[int, str]]:
    """Yield the lines that are in no block of code."""
    fence = ""
    for number, line in enumerate(lines):
        found = FENCE.match(line)
        if found and not fence:
            fence = found[1]
        elif found and found[1].startswith(fence):
            fence = ""
        elif not fence:
            yield number, line
