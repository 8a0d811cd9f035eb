"""A plot: curves over a common scale, drawn anew for every size."""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content
from textual.widgets import Static

from tui.marks import Mark, content
from tui.plots import Curve, curve_lines, legend


class Plot(Static):
    """One title line with the legend, then the curves."""

    DEFAULT_CSS = "Plot { height: 1fr; min-height: 4; text-wrap: nowrap; padding: 0 1; }"

    def __init__(self, title: str, *, id: str | None = None, digits: int = 3) -> None:
        """Make an empty plot."""
        super().__init__("", id=id, markup=False)
        self.title = title
        self.digits = digits
        self.curves: Sequence[Curve] = ()

    def show(self, curves: Sequence[Curve]) -> None:
        """Draw these curves."""
        self.curves = curves
        self.on_resize()

    def on_resize(self) -> None:
        """Draw for this size."""
        width, height = self.content_size.width, self.content_size.height
        if not width:
            return
        ansi = self.app.native_ansi_color
        named = legend(self.title, self.curves, width)[: max(1, height - 4)]
        head = [content(line, ansi).truncate(width, ellipsis=True) for line in named]
        lines = [content(line, ansi) for line in curve_lines(self.curves, width, height - len(head), self.digits)]
        if not lines:
            lines = [content([Mark("nothing measured yet", "faint")], ansi)]
        self.update(Content("\n").join([*head, *lines]))
