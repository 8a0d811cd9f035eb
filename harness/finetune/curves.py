"""The curves of a training: curves.json, curves.svg, and lines of a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import msgspec

from harness.finetune.events import Evaluated, HeldOut, StepTrained
from harness.finetune.folder import TrainingFolder
from harness.journal import write_atomic

Points = Sequence[tuple[float, float]]
WIDTH, HEIGHT, MARGIN = 720, 220, 46
BLOCKS = " ▁▂▃▄▅▆▇█"


def collect(folder: TrainingFolder) -> dict[str, list[tuple[float, float]]]:
    """Return the curves by name: points (step, value)."""
    found: dict[str, list[tuple[float, float]]] = {}
    for metric in folder.metrics():
        if isinstance(metric, StepTrained):
            found.setdefault("loss", []).append((metric.step, metric.loss))
            found.setdefault("learning rate", []).append((metric.step, metric.learning_rate))
            found.setdefault("tokens/s", []).append((metric.step, metric.tokens_per_s))
        elif isinstance(metric, HeldOut):
            found.setdefault("held-out loss", []).append((metric.step, metric.loss))
        elif isinstance(metric, Evaluated):
            for suite, value in metric.scores.items():
                found.setdefault(f"pass@1 {metric.benchmark} {suite}", []).append((metric.step, value))
    return found


def write(folder: TrainingFolder) -> None:
    """Write the curves beside the checkpoints, as data and as a picture."""
    found = collect(folder)
    write_atomic(folder.path / "curves.json", msgspec.json.format(msgspec.json.encode(found), indent=2) + b"\n")
    write_atomic(folder.path / "curves.svg", svg(found, folder.name).encode())


def svg(found: dict[str, list[tuple[float, float]]], title: str) -> str:
    """Return a picture: the losses, and under them pass@1 where it was measured."""
    panels = [{k: v for k, v in found.items() if k.endswith("loss")}]
    scores = {k: v for k, v in found.items() if k.startswith("pass@1")}
    panels += [scores] if scores else []
    last = max((x for points in found.values() for x, _ in points), default=1) or 1
    parts = [_panel(panel, number * HEIGHT, last, unit=bool(number)) for number, panel in enumerate(panels)]
    height = HEIGHT * len(panels)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img" '
        f'font-family="system-ui, sans-serif" font-size="12"><title>{escape(title)}</title>'
        f'<rect width="{WIDTH}" height="{height}" fill="#fff"/>{"".join(parts)}</svg>\n'
    )


def _panel(curves: dict[str, list[tuple[float, float]]], top: int, last: float, *, unit: bool) -> str:
    """Draw curves over a common scale; ``unit``: from 0 to the largest, for shares."""
    values = [y for points in curves.values() for _, y in points]
    if not values:
        return ""
    low, high = (0.0, max([*values, 0.05])) if unit else (min(values), max(values))
    high = high if high > low else low + 1
    colours = ("#4269d0", "#efb118", "#3ca951", "#ff725c")
    inner, left = HEIGHT - 2 * MARGIN, MARGIN

    def place(x: float, y: float) -> str:
        return f"{left + x / last * (WIDTH - 2 * left):.1f},{top + MARGIN + (high - y) / (high - low) * inner:.1f}"

    parts = []
    for value in (low, high):
        y = place(0, value).partition(",")[2]
        parts.append(f'<line x1="{left}" x2="{WIDTH - left}" y1="{y}" y2="{y}" stroke="#ddd"/>')
        parts.append(f'<text x="{left - 6}" y="{y}" text-anchor="end" dominant-baseline="middle">{value:.3g}</text>')
    for number, (name, points) in enumerate(curves.items()):
        colour = colours[number % len(colours)]
        path = " ".join(place(x, y) for x, y in points)
        parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="1.6"/>')
        if len(points) < 40:
            parts += [_dot(place(x, y), colour) for x, y in points]
        parts.append(f'<text x="{left + 170 * number}" y="{top + 24}" fill="{colour}">{escape(name)}</text>')
    foot = top + HEIGHT - 16
    parts.append(f'<text x="{WIDTH - left}" y="{foot}" text-anchor="end">step {last:g}</text>')
    return "".join(parts)


def _dot(place: str, colour: str) -> str:
    x, _, y = place.partition(",")
    return f'<circle cx="{x}" cy="{y}" r="2.6" fill="{colour}"/>'


def terminal(points: Points, width: int = 60, height: int = 8) -> list[str]:
    """Return a curve as lines of text: columns of eighths, the mean of the steps that fall into each."""
    if not points:
        return []
    first, last = points[0][0], points[-1][0]
    width = min(width, len(points))
    columns: list[list[float]] = [[] for _ in range(width)]
    for x, y in points:
        columns[min(width - 1, int((x - first) / max(last - first, 1e-9) * width))].append(y)
    means = [sum(c) / len(c) if c else None for c in columns]
    low, high = min(y for _, y in points), max(y for _, y in points)
    span = (high - low) or 1.0
    lines = []
    for row in range(height - 1, -1, -1):
        cells = []
        for mean in means:
            eighths = 0 if mean is None else round(((mean - low) / span * (height - 0.125) + 0.125 - row) * 8)
            cells.append(BLOCKS[max(0, min(8, eighths))])
        label = f"{high:9.3f}" if row == height - 1 else f"{low:9.3f}" if row == 0 else " " * 9
        lines.append(f"{label} │{''.join(cells)}")
    return [*lines, f"{'':9} └{'─' * width} step {first:g} to {last:g}"]
