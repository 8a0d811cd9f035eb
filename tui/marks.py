"""Marks: short pieces of text with a role instead of a colour, and how numbers are written.

A role becomes a colour in one place (``STYLES`` for texts, component classes ``mark--*`` for
tables), so that every theme, and none (NO_COLOR), shows the same screen. A glyph always
says what its colour says.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal, NamedTuple

from textual.content import Content

Role = Literal["", "strong", "muted", "faint", "accent", "good", "bad", "warn"]

STYLES: dict[Role, str] = {
    "": "$foreground",
    "strong": "$foreground bold",
    "muted": "$foreground 65%",
    "faint": "$foreground 35%",
    "accent": "$primary",
    "good": "$success",
    "bad": "$error",
    "warn": "$warning",
}
ANSI_STYLES: dict[Role, str] = {**STYLES, "muted": "dim", "faint": "dim"}


class Mark(NamedTuple):
    """A piece of one line."""

    text: str
    role: Role = ""


Line = tuple[Mark, ...]
"""Marks side by side."""

STATES: dict[str, Mark] = {
    "passed": Mark("✓", "good"),
    "failed": Mark("✗", "bad"),
    "partly": Mark("◐", "warn"),
    "infra": Mark("!", "warn"),
    "pending": Mark("·", "faint"),
}
"""Glyph and role of a problem or sample."""

RUN_STATES: dict[str, Mark] = {
    "running": Mark("▶", "accent"),
    "starting": Mark("▷", "accent"),
    "complete": Mark("●", "good"),
    "incomplete": Mark("◐", "warn"),
    "interrupted": Mark("■", "warn"),
    "damaged": Mark("✗", "bad"),
}
"""Glyph and role of a run."""

CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")


def clean(text: str, limit: int = 200_000) -> str:
    """Return text of a model or program that is safe on a terminal.

    Control characters, which could move the cursor or change its direction, become visible
    signs; tabs become spaces; what is beyond ``limit`` characters is cut with a note.
    """
    if len(text) > limit:
        text = text[:limit] + f"\n… {len(text) - limit:,} more characters are not shown"
    text = text.replace("\r\n", "\n").expandtabs(4)
    return CONTROL.sub(lambda m: chr(0x2400 + ord(m[0])) if ord(m[0]) < 32 else "\N{REPLACEMENT CHARACTER}", text)


def one_line(text: str, limit: int = 400) -> str:
    """Return the beginning of a text as one clean line."""
    return " ".join(clean(text[: limit * 2]).split())[:limit]


def nearby(text: str, root: Path) -> str:
    """Return a text with paths as people write them: from the workspace's ``root``, or from home with ~."""
    return text.replace(f"{root}/", "").replace(f"{Path.home()}/", "~/")


def content(marks: Iterable[Mark], ansi: bool = False) -> Content:
    """Return marks as something a Static can show; markup in them has no meaning."""
    styles = ANSI_STYLES if ansi else STYLES
    return Content.assemble(*((text, styles[role]) for text, role in marks))


def width(marks: Iterable[Mark]) -> int:
    """Return the number of characters of marks that hold no wide characters."""
    return sum(len(text) for text, _ in marks)


def percent(value: float) -> str:
    """Return 0..1 as a number of five characters: " 72.6", "100.0"."""
    return f"{100 * value:5.1f}"


def interval(low: float, high: float) -> str:
    """Return an interval of proportions in percent: "65.3–78.9", right-aligned to 10 characters."""
    return f"{100 * low:.1f}–{100 * high:.1f}".rjust(10)


def bar(done: int, total: int, cells: int, role: Role = "accent") -> Line:
    """Return a progress bar of ``cells`` characters, in steps of half a character."""
    halves = 0 if total <= 0 else min(2 * cells, (2 * cells * done) // total)
    full, half = divmod(halves, 2)
    rest = cells - full - half
    return (Mark("━" * full + "╸" * half, role), Mark("─" * rest, "faint"))


def stacked(parts: Iterable[tuple[int, Role]], total: int, cells: int) -> Line:
    """Return a bar of several parts of ``total``, in whole characters; what is left is faint."""
    marks: list[Mark] = []
    seen = used = 0
    for count, role in parts:
        seen += count
        end = round(cells * seen / total) if total else 0
        if end > used:
            marks.append(Mark("━" * (end - used), role))
            used = end
    return (*marks, Mark("─" * (cells - used), "faint"))


def strip(value: float, low: float, high: float, cells: int) -> Line:
    """Return a proportion and its interval on an axis from 0 to 1: "┄┄├──●──┤┄┄"."""

    def place(x: float) -> int:
        return min(cells - 1, max(0, round(x * (cells - 1))))

    a, m, b = place(low), place(value), place(high)
    left = "├" + "─" * (m - a - 1) if m > a else ""
    right = "─" * (b - m - 1) + "┤" if b > m else ""
    return (
        Mark("┄" * a, "faint"),
        Mark(left, "muted"),
        Mark("●", "accent"),
        Mark(right, "muted"),
        Mark("┄" * (cells - 1 - max(b, m)), "faint"),
    )


def duration(seconds: float) -> str:
    """Return seconds for people: "8 s", "3:05", "1:02:03"."""
    whole = max(0, round(seconds))
    if whole < 60:
        return f"{whole} s"
    hours, rest = divmod(whole, 3600)
    minutes, secs = divmod(rest, 60)
    return f"{hours}:{minutes:02}:{secs:02}" if hours else f"{minutes}:{secs:02}"


def speed(rate: float) -> str:
    """Return verdicts per second, or per minute where that reads better."""
    return f"{rate:.1f}/s" if rate >= 1 else f"{60 * rate:.1f}/min"


def moment(iso: str, now: float | None = None) -> str:
    """Return an ISO 8601 time as local time, "22 Nov 14:05", with the year where it isn't this one."""
    try:
        when = datetime.fromisoformat(iso).astimezone()
    except ValueError:
        return one_line(iso, 12)
    today = datetime.fromtimestamp(time.time() if now is None else now, UTC).astimezone()
    return f"{when:%d %b %H:%M}" if when.year == today.year else f"{when:%d %b %Y}"
