"""Leaderboard: what would be published, what is refused and why; publish; open."""

from __future__ import annotations

import webbrowser
from pathlib import Path
from typing import ClassVar

from textual import on
from textual.binding import BindingType
from textual.content import Content

from tui.actions import bindings
from tui.marks import Line, Mark, interval, moment, one_line, percent
from tui.messages import RunsChanged
from tui.publication import Preview, preview
from tui.results import last_metric
from tui.screens.board import resume_run
from tui.screens.listing import Listing, facts, head, keys_text
from tui.store import RunEntry, Stamp
from tui.widgets.table import Column, Row, SortKey, Table

_State = tuple[tuple[str, Stamp], ...]
FATES: dict[str, Mark] = {
    "published": Mark("●", "good"),
    "refused": Mark("✗", "bad"),
    "superseded": Mark("○", "muted"),
}


class Leaderboard(Listing):
    """Every run and what would become of it."""

    PLACE = "leaderboard"
    TITLE_ = "Leaderboard"
    SEARCH = "Filter by model, benchmark or what becomes of it"
    SORT = ("fate", False)
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("leaderboard")]

    def __init__(self) -> None:
        """Know nothing yet."""
        super().__init__()
        self.preview = Preview()
        self._seen: _State | None = None

    def _state(self) -> _State:
        return tuple((name, entry.stamp) for name, entry in sorted(self.board.store.entries.items()))

    def read(self) -> tuple[_State, Preview] | None:
        """Ask a child process, unless nothing changed since."""
        state = self._state()
        return None if state == self._seen else (state, preview(self.board.workspace))

    def got(self, found: tuple[_State, Preview] | None) -> None:
        """Take in what was said; only now is it seen: what a cancelled reader found never comes here."""
        if found is not None:
            self._seen, self.preview = found
        self.trouble(self.preview.error)

    @on(RunsChanged)
    def _changed(self) -> None:
        if self.is_current and self._state() != self._seen:
            self.reread()

    # -- what is shown

    def fates(self) -> dict[str, str]:
        """Return what would become of each run."""
        found = dict.fromkeys(self.preview.published, "published")
        found |= {refused.run: "refused" for refused in self.preview.refused}
        return found | {old.run: "superseded" for old in self.preview.superseded}

    def columns(self, width: int) -> list[Column]:
        """Return the columns that fit."""
        found = [Column("sign", "", 1), Column("fate", "Becomes", 10), Column("model", "Model", 16, flex=2)]
        found.append(Column("benchmark", "Benchmark", 14, flex=1))
        if width >= 66:
            found.append(Column("score", "pass@1", 17, "right", falling=True))
        if width >= 90:
            found.append(Column("created", "Date", 12, "right", falling=True))
        return found

    def rows(self) -> list[Row]:
        """Return a row per run."""
        entries = self.board.store.entries
        return [self._row(entries[name], fate) for name, fate in self.fates().items() if name in entries]

    def _row(self, entry: RunEntry, fate: str) -> Row:
        cells: dict[str, Line] = {
            "sign": (FATES[fate],),
            "fate": (Mark(fate, FATES[fate].role),),
            "model": (Mark(one_line(entry.model), "strong"),),
            "benchmark": (Mark(one_line(entry.benchmark)),),
            "created": (Mark(moment(entry.created) if entry.created else "", "muted"),),
        }
        order: dict[str, SortKey] = {
            "fate": list(FATES).index(fate), "model": entry.model.lower(), "benchmark": entry.benchmark,
            "created": entry.created,
        }  # fmt: skip
        metric = last_metric(entry)
        if metric is not None:
            span = interval(metric.interval.low, metric.interval.high) if metric.interval else ""
            cells["score"] = (Mark(percent(metric.value), "strong"), Mark(f"  {span}", "muted"))
            order["score"] = metric.value
        return Row(entry.id, cells, order, f"{entry.model} {entry.benchmark} {fate} {entry.id}".lower())

    def about(self, key: str, width: int) -> Content:
        """Say what becomes of a run, why, and what to do."""
        entry = self.board.store.entries.get(key)
        if entry is None:
            return Content("")
        fate = self.fates().get(key, "")
        sign = FATES.get(fate, Mark("", ""))
        style = {"good": "$success", "bad": "$error"}.get(sign.role, "$foreground 65%")
        parts = [Content.styled(f"{sign.text} {fate}", f"{style} bold"), Content("")]
        if (refused := next((r for r in self.preview.refused if r.run == key), None)) is not None:
            parts += [Content(refused.reason), Content(""), Content.styled(refused.remedy, "$primary"), Content("")]
        if (old := next((s for s in self.preview.superseded if s.run == key), None)) is not None:
            parts += [Content(f"A later run of the same model and settings takes its row: {old.by}"), Content("")]
        pairs = [("run", entry.id), ("model", entry.model), ("benchmark", entry.benchmark)]
        if entry.run is not None:
            pairs += [("asked", entry.run.style), ("sandbox", str(entry.run.sandbox.get("kind", "unknown")))]
            pairs += [(f"pass@{m.k} {m.suite}", f"{100 * m.value:.1f}") for m in entry.metrics]
        return Content("\n").join([*parts, head("The run"), *facts(pairs, width)])

    def nothing(self) -> Content:
        """Say what to press."""
        return keys_text("Nothing to publish yet", [("5", "evaluate a model")], "A complete run becomes a row.")

    def summary(self) -> Line:
        """Return how many of each."""
        fates = list(self.fates().values())
        if not self.ready:
            return (Mark("looking …", "muted"),)
        parts = [
            Mark(f"{FATES[name].text} {fates.count(name)} {name}   ", FATES[name].role if name in fates else "faint")
            for name in FATES
        ]
        return (*parts, Mark("pages are there" if self.index.is_file() else "no pages yet", "muted"))

    @property
    def index(self) -> Path:
        """First page of the site."""
        return self.board.workspace.site / "index.html"

    # -- keys

    @property
    def entry(self) -> RunEntry | None:
        """The run under the cursor."""
        return self.board.store.entries.get(self.key or "")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer only what can be done."""
        if not self.is_mounted:
            return True
        if action == "open":
            return self.entry is not None
        if action == "browse":
            return self.index.is_file()
        if action == "resume":
            return self.entry is not None and self.entry.state in {"incomplete", "interrupted"}
        return True

    @on(Table.Chosen)
    def action_open(self) -> None:
        """Open the run under the cursor."""
        if self.entry is not None:
            self.board.open_run(self.entry.id)

    def action_publish(self) -> None:
        """Write the pages in a child process, with its log open."""
        self.board.start_job(["publish"], "publish the leaderboard", show=True)

    def action_browse(self) -> None:
        """Open the pages."""
        uri = self.index.resolve().as_uri()
        if not webbrowser.open(uri):
            self.notify(uri, title="No browser could be opened. The pages are here", markup=False, timeout=12)

    def action_resume(self) -> None:
        """Finish an incomplete run."""
        if self.entry is not None:
            resume_run(self, self.entry)
