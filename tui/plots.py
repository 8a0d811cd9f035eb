"""Curves and bars out of characters: dots of braille, eighths of blocks. Pure functions from numbers to marks."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple

from tui.marks import Line, Mark, Role

DOTS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))
"""Bits of a braille cell, by row and column."""
EIGHTHS = " ▏▎▍▌▋▊▉█"
ROLES: tuple[Role, ...] = ("accent", "good", "warn", "bad", "muted")
"""Colours of curves, in order; the signs of the legend tell them apart without colour."""
SIGNS = "●▲■◆○"


class Curve(NamedTuple):
    """A named line through points (x, y)."""

    name: str
    points: Sequence[tuple[float, float]]
    role: Role = "accent"


def curve_lines(curves: Sequence[Curve], width: int, height: int, digits: int = 3) -> list[Line]:
    """Return a plot of ``width`` × ``height`` cells: axis labels on the left, the x range below.

    Curves that are drawn later lie over earlier ones. Values that aren't finite are left out.
    """
    points = [(x, y) for curve in curves for x, y in curve.points if math.isfinite(x) and math.isfinite(y)]
    if not points or width < 16 or height < 3:
        return []
    xs, ys = [x for x, _ in points], [y for _, y in points]
    x0, x1, y0, y1 = min(xs), max(xs), min(ys), max(ys)
    if y1 <= y0:
        y0, y1 = y0 - (abs(y0) or 1) * 0.05, y1 + (abs(y1) or 1) * 0.05
    rows = height - 1
    labels = {0: _number(y1, digits), rows - 1: _number(y0, digits)}
    if rows >= 7:
        labels[rows // 2] = _number(y1 - (y1 - y0) * (rows // 2) / (rows - 1), digits)
    margin = max(len(text) for text in labels.values())
    cells = width - margin - 2
    bits = [[0] * cells for _ in range(rows)]
    owner: list[list[Role]] = [["accent"] * cells for _ in range(rows)]
    for curve in curves:
        _draw(curve, (x0, x1, y0, y1), bits, owner)
    lines: list[Line] = []
    for row in range(rows):
        axis = "┤" if row in labels else "│"
        marks = [Mark(f"{labels.get(row, ''):>{margin}} ", "muted"), Mark(axis, "faint")]
        marks += _runs(bits[row], owner[row])
        lines.append(tuple(marks))
    first, last = _number(x0, 6), _number(x1, 6)
    gap = max(1, cells - len(first) - len(last))
    lines.append((Mark(" " * (margin + 2)), Mark(f"{first}{' ' * gap}{last}", "muted")))
    return lines


def _draw(curve: Curve, box: tuple[float, float, float, float], bits: list[list[int]], owner: list[list[Role]]) -> None:
    """Join the points of a curve by straight lines of dots."""
    x0, x1, y0, y1 = box
    rows, cells = len(bits), len(bits[0])
    wide, tall = 2 * cells - 1, 4 * rows - 1

    def dot(x: float, y: float) -> tuple[int, int]:
        across = 0 if x1 <= x0 else round((x - x0) / (x1 - x0) * wide)
        return across, round((y1 - y) / (y1 - y0) * tall)

    def put(across: int, down: int) -> None:
        bits[down // 4][across // 2] |= DOTS[down % 4][across % 2]
        owner[down // 4][across // 2] = curve.role

    places = [dot(x, y) for x, y in curve.points if math.isfinite(x) and math.isfinite(y)]
    for (ax, ay), (bx, by) in pairwise(places):
        steps = max(abs(bx - ax), abs(by - ay), 1)
        for number in range(steps + 1):
            put(round(ax + (bx - ax) * number / steps), round(ay + (by - ay) * number / steps))
    for across, down in places[:1] if len(places) == 1 else ():
        put(across, down)


def _runs(bits: list[int], owner: list[Role]) -> list[Mark]:
    """Return one row of cells as few marks."""
    marks: list[Mark] = []
    for value, role in zip(bits, owner, strict=True):
        text = chr(0x2800 + value) if value else " "
        if marks and (marks[-1].role == role or not value):
            marks[-1] = Mark(marks[-1].text + text, marks[-1].role)
        else:
            marks.append(Mark(text, role if value else ""))
    return marks


def legend(title: str, curves: Iterable[Curve], width: int) -> list[Line]:
    """Return the title and the names of curves, each with its colour and last value: as many on a line as fit."""
    lines: list[list[Mark]] = [[Mark(f"{title}   ", "strong")]]
    for curve in curves:
        last = f" {curve.points[-1][1]:.4g}" if curve.points else ""
        entry = [Mark("━━ ", curve.role), Mark(curve.name, "muted"), Mark(f"{last}   ", "strong")]
        if sum(len(mark.text) for mark in (*lines[-1], *entry)) > width + 3:
            lines.append([])
        lines[-1] += entry
    return [(*line[:-1], Mark(line[-1].text.rstrip(), line[-1].role)) for line in lines]


def bar_lines(items: Sequence[tuple[str, float]], width: int, digits: int = 0, role: Role = "accent") -> list[Line]:
    """Return horizontal bars: name, bar, value; as long as the largest value allows."""
    if not items:
        return []
    size = min(max(len(name) for name, _ in items), max(10, width // 3))
    values = [f"{value:,.{digits}f}" for _, value in items]
    tail = max(len(text) for text in values)
    room = max(4, width - size - tail - 4)
    largest = max(*(value for _, value in items), 1e-12)
    lines: list[Line] = []
    for (name, value), text in zip(items, values, strict=True):
        shown = name if len(name) <= size else name[: size - 1] + "…"
        full, part = divmod(round(max(0.0, value) / largest * room * 8), 8)
        drawn = "█" * full + (EIGHTHS[part] if part else "")
        lines.append((Mark(f"{shown:<{size}}  "), Mark(f"{drawn:<{room}}", role), Mark(f"  {text:>{tail}}", "muted")))
    return lines


def column_lines(counts: Sequence[float], width: int, height: int, labels: tuple[str, str]) -> list[Line]:
    """Return a histogram of columns in eighths; ``labels`` stand at both ends below it."""
    blocks = " ▁▂▃▄▅▆▇█"
    if not counts or height < 2:
        return []
    size = max(1, min(6, width // len(counts)))
    largest = max(*counts, 1e-12)
    lines: list[Line] = []
    for row in range(height - 2, -1, -1):
        cells = []
        for count in counts:
            eighths = max(0, min(8, math.ceil(count / largest * (height - 1) * 8) - 8 * row))
            cells.append(blocks[eighths] * (size - (size > 2)) + " " * (size > 2))
        lines.append((Mark("".join(cells), "accent"),))
    gap = max(1, size * len(counts) - len(labels[0]) - len(labels[1]))
    lines.append((Mark(f"{labels[0]}{' ' * gap}{labels[1]}", "muted"),))
    return lines


def _number(value: float, digits: int) -> str:
    """Return a number for an axis: few digits, thousands with commas."""
    if value == int(value) and abs(value) < 1e7:
        return f"{int(value):,}"
    return f"{value:.{digits}g}" if abs(value) < 1e4 else f"{value:,.0f}"
