"""What the command palette finds: actions of the open place, runs, models, benchmarks, works, problems of the open run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import cached_property, partial
from typing import TYPE_CHECKING, NamedTuple, cast

from textual.command import DiscoveryHit, Hit, Hits, Provider

from tui.actions import actions_of, key_name
from tui.marks import one_line

if TYPE_CHECKING:
    from harness.records import Model
    from tui.app import Dashboard


class Entry(NamedTuple):
    """One line of the palette."""

    text: str
    help: str
    run: Callable[[], object]


class Finder(Provider):
    """A provider over a list of entries."""

    DISCOVER = True
    """Whether its entries are listed before anything is typed."""

    @property
    def board(self) -> Dashboard:
        """The app, with its type."""
        return cast("Dashboard", self.app)

    def entries(self) -> Iterator[Entry]:
        """Yield what can be found."""
        yield from ()

    async def discover(self) -> Hits:
        """Yield the entries before anything is typed."""
        if self.DISCOVER:
            for entry in self.entries():
                yield DiscoveryHit(entry.text, entry.run, help=entry.help)

    async def search(self, query: str) -> Hits:
        """Yield the entries that match."""
        matcher = self.matcher(query)
        for entry in self.entries():
            if (score := matcher.match(entry.text)) > 0:
                yield Hit(score, matcher.highlight(entry.text), entry.run, help=entry.help)


class Actions(Finder):
    """The actions that can be done now, those of the open place first."""

    def entries(self) -> Iterator[Entry]:
        """Yield them with their keys."""
        place = getattr(self.screen, "PLACE", "")
        for name in (place, "app"):
            for action in actions_of(name) if name else []:
                if not action.palette:
                    continue
                call = action.call or action.name
                node = self.app if name == "app" else self.screen
                if node.check_action(call.partition("(")[0], ()) is not True:
                    continue
                verb = action.label.lower() if name != "app" or not action.name.startswith("go_") else ""
                label = f"go: {action.label.lower()}" if not verb else f"{name}: {verb}"
                keys = " ".join(key_name(key) for key in action.keys.split(","))
                yield Entry(label, f"{action.help}  {keys}", partial(self.app.run_action, call, node))


class Runs(Finder):
    """Open any run by model, benchmark or id."""

    DISCOVER = False

    def entries(self) -> Iterator[Entry]:
        """Yield the runs, newest first."""
        for entry in sorted(self.board.store.entries.values(), key=lambda e: e.created, reverse=True):
            numbers = " / ".join(f"{100 * m.value:.1f}" for m in entry.metrics if m.k == 1)
            text = one_line(f"run: {entry.model} on {entry.benchmark} ({entry.id})")
            yield Entry(text, f"{entry.state} {numbers}".strip(), partial(self.board.open_run, entry.id))


class Models(Finder):
    """Go to any model of models.toml."""

    DISCOVER = False

    @cached_property
    def models(self) -> dict[str, Model]:
        """The models, read once for each opening; a broken file is told of by Home and by Models, not here."""
        from harness.errors import MagibenchError
        from harness.registry import load_models

        with suppress(MagibenchError, OSError):
            return load_models(self.board.workspace)
        return {}

    def entries(self) -> Iterator[Entry]:
        """Yield the models with where they come from."""
        for name, model in self.models.items():
            text = one_line(f"model: {name}")
            yield Entry(text, one_line(f"{model.backend} {model.source}"), partial(self.board.show_row, "models", name))


class Benchmarks(Finder):
    """Show the runs of a benchmark."""

    DISCOVER = False

    def entries(self) -> Iterator[Entry]:
        """Yield the benchmarks that runs are of."""
        counts = Counter(entry.benchmark for entry in self.board.store.entries.values() if entry.benchmark)
        for name, count in sorted(counts.items()):
            text = one_line(f"benchmark: {name}")
            yield Entry(text, f"{count} runs" if count > 1 else "1 run", partial(self.board.show_runs, name))


class Works(Finder):
    """Go to any dataset or training."""

    DISCOVER = False

    def entries(self) -> Iterator[Entry]:
        """Yield them, the newest first."""
        works = self.board.works
        found = [*works.datasets.values(), *works.trainings.values()] if works is not None else []
        for work in sorted(found, key=lambda w: w.created, reverse=True):
            text = one_line(f"{work.KIND}: {work.name}")
            yield Entry(text, work.state, partial(self.board.show_work, work.KIND, work.name))


class Problems(Finder):
    """Open a problem of the run that is open."""

    DISCOVER = False

    def entries(self) -> Iterator[Entry]:
        """Yield the problems of the run."""
        from tui.screens.problem import ProblemPlace
        from tui.screens.run import RunPlace

        screen = self.screen
        if isinstance(screen, (RunPlace, ProblemPlace)):
            for problem in screen.data.entry.problems:
                state = screen.data.states.get(problem, "pending")
                yield Entry(one_line(f"problem: {problem}"), state, partial(screen.open_problem, problem))
