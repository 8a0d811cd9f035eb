"""Charts as inline SVG: points in a plane, and lines over checkpoints. No library, no script; every point has words."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

WIDTH, HEIGHT = 720, 320
LEFT, RIGHT, TOP, BOTTOM = 46, 16, 14, 40
NEAR = 15
"""Pixels between two labels, from one line to the next."""


@dataclass(frozen=True)
class Point:
    """One model."""

    x: float
    y: float
    """Percent."""
    label: str
    measured: bool = True
    link: str = ""
    low: float | None = None
    high: float | None = None
    """The interval, in percent."""


def scatter(points: Sequence[Point], title: str, x_title: str, unit: str) -> Markup:
    """Draw score against something that spans magnitudes (size, tokens): measured points filled, reported ones hollow.

    Labels stand where there is room for them, measured models first; all words are in each point's title.
    """
    if not points:
        return Markup("")
    low, high = math.log10(min(p.x for p in points)), math.log10(max(p.x for p in points))
    low, high = (low - 0.3, high + 0.3) if high - low < 0.2 else (low - 0.08, high + 0.08)
    top = _top(points)

    def at(p: Point, y: float) -> tuple[float, float]:
        x = LEFT + (math.log10(p.x) - low) / (high - low) * (WIDTH - LEFT - RIGHT)
        return round(x, 1), _down(y, top)

    parts = _frame(top, x_title)
    for exponent in range(math.floor(low), math.ceil(high) + 1):
        for digit in (1, 2, 5):
            value = digit * 10.0**exponent
            if low <= math.log10(value) <= high:
                x, _ = at(Point(value, 0, ""), 0)
                parts.append(_text(x, HEIGHT - BOTTOM + 16, f"{_short(value)}{unit}", "middle"))
    for p in sorted(points, key=lambda p: (p.measured, p.y)):
        x, y = at(p, p.y)
        words = escape(f"{p.label}: {p.y:.1f} %{'' if p.measured else ', reported'}")
        kind, radius = ("measured", 4.5) if p.measured else ("reported", 3)
        parts += _dot(x, y, radius, kind, words, _ends(p, top))
    spots = [at(p, p.y) for p in points]
    taken: list[tuple[float, float, float]] = []
    for p in sorted(points, key=lambda p: (not p.measured, -p.y)):
        x, y = at(p, p.y)
        width = 6.2 * len(p.label)
        left = x + width + 8 > WIDTH - RIGHT
        begin = x - 8 - width if left else x + 8
        others = (begin - 4 < a < begin + width + 4 and abs(b - y) < 9 for a, b in spots if (a, b) != (x, y))
        beside = (abs(y - b) < NEAR and begin < e + 6 and s < begin + width + 6 for s, b, e in taken)
        if begin < LEFT or any(beside) or (not p.measured and any(others)):
            continue
        taken.append((begin, y, begin + width))
        kind = "name" if p.measured else "quiet"
        label = _text(x - 8 if left else x + 8, y + 4, p.label, "end" if left else "start", kind)
        parts.append(f'<a href="{escape(p.link)}">{label}</a>' if p.link else label)
    return _svg(parts, title)


def history(lines: Sequence[tuple[str, Sequence[Point]]], title: str, x_title: str) -> Markup:
    """Draw scores over checkpoints: one line per benchmark, with intervals; x is linear."""
    points = [p for _, line in lines for p in line]
    if len({p.x for p in points}) < 2:
        return Markup("")
    last = max(p.x for p in points)
    top = _top(points)

    def at(x: float, y: float) -> tuple[float, float]:
        return round(LEFT + x / last * (WIDTH - LEFT - RIGHT - 90), 1), _down(y, top)

    parts = _frame(top, x_title)
    for share in (0, 0.25, 0.5, 0.75, 1):
        parts.append(_text(at(last * share, 0)[0], HEIGHT - BOTTOM + 16, _short(last * share), "middle"))
    for number, (name, line) in enumerate(lines):
        ordered = sorted(line, key=lambda p: p.x)
        path = " ".join(f"{x},{y}" for x, y in (at(p.x, p.y) for p in ordered))
        parts.append(f'<polyline class="line l{number % 4}" points="{path}"/>')
        for p in ordered:
            x, y = at(p.x, p.y)
            words = escape(f"{p.label}, {name}: {p.y:.1f} %")
            parts += _dot(x, y, 4, f"measured l{number % 4}", words, _ends(p, top))
        x, y = at(ordered[-1].x, ordered[-1].y)
        parts.append(_text(x + 10, y + 4, name, "start", "name"))
    return _svg(parts, title)


def _top(points: Sequence[Point]) -> float:
    """Return the percent at the upper edge: a round one, with room above the highest point."""
    return min(100.0, 10 * math.ceil((max(p.high or p.y for p in points) + 2) / 10))


def _down(percent: float, top: float) -> float:
    """Return where a percent lies, in pixels from above."""
    return round(TOP + (1 - percent / top) * (HEIGHT - TOP - BOTTOM), 1)


def _ends(p: Point, top: float) -> tuple[float, float] | None:
    """Return where a point's interval begins and ends; None where it has none."""
    return None if p.low is None or p.high is None else (_down(p.low, top), _down(p.high, top))


def _dot(x: float, y: float, radius: float, kind: str, words: str, ends: tuple[float, float] | None) -> list[str]:
    """Return a point with its words, over its interval."""
    line = [f'<line class="whisker" x1="{x}" x2="{x}" y1="{ends[0]}" y2="{ends[1]}"/>'] if ends else []
    return [*line, f'<circle class="{kind}" cx="{x}" cy="{y}" r="{radius}"><title>{words}</title></circle>']


def _frame(top: float, x_title: str) -> list[str]:
    """Return grid lines with their percents, and the title of the x axis."""
    parts = []
    step = 10 if top <= 50 else 20
    for value in range(0, int(top) + 1, step):
        y = _down(value, top)
        parts.append(f'<line class="rule" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y}" y2="{y}"/>')
        parts.append(_text(LEFT - 8, y + 4, f"{value} %" if value == int(top) // step * step else str(value), "end"))
    parts.append(_text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 4, x_title, "middle", "quiet"))
    return parts


def _text(x: float, y: float, words: str, anchor: str, kind: str = "quiet") -> str:
    return f'<text class="{kind}" x="{x}" y="{y}" text-anchor="{anchor}">{escape(words)}</text>'


def _short(value: float) -> str:
    for unit, name in ((1e9, "B"), (1e6, "M"), (1e3, "k")):
        if value >= unit:
            return f"{value / unit:.3g}{name}"
    return f"{value:.3g}"


def _svg(parts: Sequence[str], title: str) -> Markup:
    label = escape(title)
    return Markup(  # noqa: S704 - every text is escaped above
        f'<svg class="chart" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{label}">{"".join(parts)}</svg>'
    )
