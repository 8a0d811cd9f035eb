"""Pictures of analyses: SVG and PNG by matplotlib, the same bytes for the same numbers; bars for a terminal."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import Any

from harness.datagen.analysis.missing import library

INK, SOFT, LINE = "#565d6e", "#8a93a6", "#c9ced8"
"""Greys of the site's light paper; on a page the sheet's own stand in their place."""
COLOURS = ("#4c5fd5", "#c2722b", "#2b8a63", "#a8483f", "#7a4fa3", "#8a93a6")
BLOCKS = " ▏▎▍▌▋▊▉█"

Pictures = dict[str, bytes]
"""File ending to content: "svg" and "png"."""


def bars(counts: Mapping[str, float], label: str) -> Pictures:
    """Draw horizontal bars, the first at the top, each with its share."""
    figure, axes = _figure(0.42 * len(counts) + 0.9)
    total = sum(counts.values()) or 1
    names = list(counts)
    axes.barh(range(len(names)), [counts[n] for n in names], color=COLOURS[0], height=0.62)
    axes.set_yticks(range(len(names)), names)
    axes.invert_yaxis()
    for place, name in enumerate(names):
        share = f" {100 * counts[name] / total:.1f} %"
        axes.text(counts[name], place, share, va="center", ha="left", color=INK, fontsize=9)
    axes.margins(x=0.14)
    axes.set_xlabel(label)
    return _saved(figure)


def curves(series: Mapping[str, Mapping[float, float]], across: str, up: str, limit: float) -> Pictures:
    """Draw one line per series from 0 to ``limit``; missing points are the caller's to fill."""
    figure, axes = _figure(3.4)
    for colour, (name, points) in zip(COLOURS * len(series), series.items(), strict=False):
        xs = [x for x in sorted(points) if x <= limit]
        axes.plot(xs, [points[x] for x in xs], color=colour, linewidth=1.8, label=name)
    axes.set_xlim(0, limit)
    axes.set_ylim(bottom=0)
    axes.set_xlabel(across)
    axes.set_ylabel(up)
    axes.legend(frameon=False, labelcolor=INK)
    return _saved(figure)


def _figure(height: float) -> tuple[Any, Any]:
    """Return a figure without pyplot, whose state is global."""
    library("matplotlib", "Pictures")
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7.6, height), layout="constrained")
    axes = figure.add_subplot()
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    for side in ("left", "bottom"):
        axes.spines[side].set_color(LINE)
    axes.tick_params(colors=INK, labelsize=9)
    axes.xaxis.label.set_color(INK)
    axes.yaxis.label.set_color(INK)
    return figure, axes


def _saved(figure: Any) -> Pictures:
    """Write both forms: no dates, no random ids."""
    from matplotlib import rc_context

    pictures = {}
    with rc_context({"svg.hashsalt": "magibench", "svg.fonttype": "path"}):
        for kind, more in (
            ("svg", {"metadata": {"Date": None, "Creator": None}, "transparent": True}),
            ("png", {"dpi": 160}),
        ):
            file = io.BytesIO()
            figure.savefig(file, format=kind, **more)
            pictures[kind] = file.getvalue()
    return pictures


def text_bars(values: Sequence[tuple[str, float]], shown: Sequence[str], width: int = 40) -> str:
    """Return one line per value: its name, a bar of at most ``width`` characters, what is shown of it."""
    most = max((value for _, value in values), default=0) or 1
    left = max((len(name) for name, _ in values), default=0)
    lines = []
    for (name, value), text in zip(values, shown, strict=True):
        eighths = round(8 * width * value / most)
        bar = "█" * (eighths // 8) + BLOCKS[eighths % 8].strip()
        lines.append(f"{name.rjust(left)} {bar.ljust(width)} {text}")
    return "\n".join(lines)
