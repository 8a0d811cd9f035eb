"""Train: recipes and trainings, with live curves; those that are marked lie over one another."""

from __future__ import annotations

from typing import Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content

from harness.errors import MagibenchError
from harness.finetune.recipes import Recipe, list_recipes, load_recipe
from tui.actions import bindings
from tui.marks import RUN_STATES, Line, Mark, content, moment, one_line
from tui.messages import RunsChanged, Ticked, WorksChanged
from tui.plots import ROLES, Curve
from tui.screens.listing import facts, head, keys_text
from tui.screens.making import WorkListing
from tui.widgets.pane import Pane
from tui.widgets.plot import Plot
from tui.widgets.table import Column, Row, Table
from tui.working import state_of_work
from tui.works import Training

RECIPE = Mark("○", "faint")
"""Sign of a recipe that nobody trained by."""


class Train(WorkListing):
    """The place of trainings."""

    PLACE = "train"
    KIND = "training"
    TITLE_ = "Train"
    SEARCH = "Filter by name, model or data"
    DEFAULT_CSS = """
    Train { #loss { height: 2fr; } #rate { height: 1fr; } #about { height: 2fr; } }
    """
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("train")]

    recipes: dict[str, Recipe | str]
    """By name; text is why one can't be read."""
    marked: set[str]

    def right(self) -> ComposeResult:
        """Loss, learning rate, and what is known."""
        yield Plot("loss", id="loss")
        yield Plot("learning rate", id="rate")
        yield Pane(id="about", wrap=True)

    def on_mount(self) -> None:
        """Know nothing yet."""
        self.recipes, self.marked = {}, set()
        super().on_mount()

    # -- what is shown

    def read(self) -> dict[str, Recipe | str]:
        """Read the recipes."""
        found: dict[str, Recipe | str] = {}
        for name, path in list_recipes(self.board.workspace).items():
            try:
                found[name] = load_recipe(self.board.workspace, str(path))
            except MagibenchError as error:
                found[name] = str(error)
        return found

    def got(self, found: Any) -> None:
        """Keep them."""
        self.recipes = found

    @property
    def trainings(self) -> dict[str, Training]:
        """All trainings, by name."""
        return self.board.works.trainings if self.board.works else {}

    def columns(self, width: int) -> list[Column]:
        """Return as many columns as there is room for."""
        found = [
            Column("state", "", 2),
            Column("name", "Training", 18, flex=1),
            Column("step", "Step", 9, "right"),
            Column("loss", "Loss", 7, "right"),
            Column("held", "Held out", 8, "right"),
        ]
        if width > 84:
            found.append(Column("pace", "", 26))
        return found

    def rows(self) -> list[Row]:
        """Return trainings, the newest first, then recipes that nobody trained by."""
        found = sorted(self.trainings.values(), key=lambda work: -work.last_t)
        rows = [self._training(work) for work in found]
        return rows + [self._recipe(name) for name in self.recipes if name not in self.trainings]

    def _training(self, work: Training) -> Row:
        last, held = work.last, max(work.held_out.items(), default=None)
        state = state_of_work(self.board, work)
        sign = Mark("◉", "accent") if work.name in self.marked else RUN_STATES[state]
        cells: dict[str, Line] = {
            "state": (sign,),
            "name": (Mark(one_line(work.name), "strong"),),
            "step": (Mark(f"{work.done:,}/{work.total:,}" if work.total else "–", "muted"),),
            "loss": (Mark(f"{last.loss:.4f}" if last else "–"),),
            "held": (Mark(f"{held[1]:.4f}" if held else "–"),),
            "pace": (Mark(work.pace or one_line(work.phase if state == "running" else state), "muted"),),
        }
        order: dict[str, str | float] = {"name": work.name.lower(), "step": work.done, "state": work.state}
        if last:
            order["loss"] = last.loss
        if held:
            order["held"] = held[1]
        return Row(work.name, cells, order, work.name.lower())

    def _recipe(self, name: str) -> Row:
        recipe = self.recipes[name]
        said = "can't be read" if isinstance(recipe, str) else f"recipe, {recipe.model}"
        cells: dict[str, Line] = {
            "state": (Mark("✗", "bad") if isinstance(recipe, str) else RECIPE,),
            "name": (Mark(one_line(name)), Mark(f"  {one_line(said)}", "muted")),
            "step": (Mark(""),), "loss": (Mark(""),), "held": (Mark(""),), "pace": (Mark(""),),
        }  # fmt: skip
        return Row(name, cells, {"name": name.lower(), "state": "recipe"}, f"{name} {said}".lower())

    def about(self, key: str, width: int) -> Content:
        """Say what a training or a recipe is."""
        work, recipe = self.trainings.get(key), self.recipes.get(key)
        parts: list[Content] = [Content.styled(key, "bold")]
        if work is not None:
            state = state_of_work(self.board, work)
            sign = RUN_STATES[state]
            words = (Mark(f"{sign.text} {state}", sign.role), Mark(f"  {one_line(work.phase)}", "muted"))
            parts.append(content(words, self.app.native_ansi_color))
            if work.note:
                parts.append(content((Mark(one_line(work.note), "warn"),), self.app.native_ansi_color))
            parts += [Content(""), *facts(_measured(work, self.board.store.clock()), width)]
            if work.checkpoints:
                parts += [Content(""), head("Checkpoints")]
                parts += [
                    Content(f"step {step:,}  {one_line(name)}") for step, name in sorted(work.checkpoints.items())
                ]
        if isinstance(recipe, str):
            parts += [Content(""), content((Mark(recipe, "bad"),), self.app.native_ansi_color)]
        elif recipe is not None:
            parts += [Content(""), head("Recipe"), *facts(_settings(recipe), width)]
        return Content("\n").join(parts)

    def draw_about(self) -> None:
        """Draw the curves too: the training under the cursor, over those that are marked."""
        super().draw_about()
        chosen = [n for n in sorted(self.marked) if n in self.trainings]
        if self.key in self.trainings and self.key not in chosen:
            chosen.append(self.key)
        losses, rates = [], []
        for number, name in enumerate(chosen):
            work, role = self.trainings[name], ROLES[number % len(ROLES)]
            losses.append(Curve(name if len(chosen) > 1 else "train", work.curve("loss"), role))
            if held := work.curve("held_out"):
                other = ROLES[(number + 1) % len(ROLES)] if len(chosen) == 1 else role
                losses.append(Curve(f"{name} held out" if len(chosen) > 1 else "held out", held, other))
            rates.append(Curve(name if len(chosen) > 1 else "", work.curve("learning_rate"), role))
        self.query_one("#loss", Plot).show(losses)
        self.query_one("#rate", Plot).show(rates)

    def nothing(self) -> Content:
        """Say how to begin."""
        return keys_text("No recipes and no trainings", [("?", "all keys")], "magibench train list")

    def summary(self) -> Line:
        """Count them."""
        running = sum(work.state == "running" for work in self.trainings.values())
        stopped = sum(work.state == "interrupted" for work in self.trainings.values())
        return (
            Mark(f"▶ {running} running   " if running else "", "accent"),
            Mark(f"■ {stopped} stopped   " if stopped else "", "warn"),
            Mark(f"trainings {len(self.trainings)}, recipes {len(self.recipes)}", "muted"),
        )

    @on(WorksChanged)
    @on(RunsChanged)
    @on(Ticked)
    def _changed(self) -> None:
        if hasattr(self, "recipes"):
            self.draw()

    # -- keys

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer only what can be done with the row under the cursor."""
        if not self.is_mounted or not hasattr(self, "recipes"):
            return True
        if action in {"launch", "validate"}:
            return isinstance(self.recipes.get(self.key or ""), Recipe) and self.free
        if action == "mark":
            return self.work is not None
        return super().check_action(action, parameters)

    @on(Table.Chosen, "#list")
    def action_launch(self) -> None:
        """Train by the recipe under the cursor; where it was begun, go on."""
        if self.key and self.check_action("launch", ()):
            self.board.start_job(["train", self.key], f"training {self.key}")

    def action_validate(self) -> None:
        """Check recipe, data and model in a child process, with its log open."""
        if self.key and self.check_action("validate", ()):
            self.board.start_job(["train", "validate", self.key], f"validate {self.key}", show=True)

    def action_mark(self) -> None:
        """Lay the curves of the training under the cursor under the others, or take them away."""
        if self.key in self.trainings:
            self.marked ^= {self.key}
            self.draw()


def _measured(work: Training, now: float) -> list[tuple[str, str]]:
    """Return what is known of a training, as names and values."""
    pairs = []
    if (plan := work.plan) is not None:
        pairs += [("rows", f"{plan.rows:,}, {plan.held_out} held out"), ("tokens", f"{plan.tokens:,}"),
                  ("learned", f"{plan.trainable:,} of {plan.parameters:,} parameters"),
                  ("memory", f"about {plan.memory.total:,} MiB foretold")]  # fmt: skip
    if (last := work.last) is not None:
        pairs += [("speed", f"{last.tokens_per_s:,.0f} tokens/s"), ("used", f"{last.memory_mib:,} MiB")]
    for name, points in work.scores.items():
        pairs.append((name, "  ".join(f"step {step}: {100 * value:.1f}" for step, value in sorted(points.items()))))
    if work.created:
        pairs.append(("last event", moment(work.created, now)))
    return pairs


def _settings(recipe: Recipe) -> list[tuple[str, str]]:
    """Return what a recipe asks for, as names and values."""
    o, b = recipe.optimizer, recipe.batches
    return [
        ("", recipe.description), ("model", recipe.model), ("data", ", ".join(recipe.datasets)),
        ("template", f"{recipe.data.template}, {recipe.data.max_length} tokens"), ("method", recipe.tuning.method),
        ("optimiser", f"{o.name}, {o.learning_rate:g}, {o.schedule}"),
        ("steps", f"{b.rows} rows each, {b.epochs} epochs" + (f", {b.max_steps} at most" if b.max_steps else "")),
    ]  # fmt: skip
