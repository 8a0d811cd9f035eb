"""Data: datasets and how they were made, and the recipes that nobody made yet."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar, NamedTuple

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content

from harness.datagen.dataset import MANIFEST, Dataset, Manifest
from harness.datagen.recipes import NAME, Recipe, list_recipes, load_recipe
from harness.errors import MagibenchError
from tui.actions import bindings
from tui.estimates import disk
from tui.marks import RUN_STATES, Line, Mark, bar, content, moment, one_line
from tui.messages import Ticked, WorksChanged
from tui.screens.form import Field, Form, Values
from tui.screens.listing import facts, head, keys_text
from tui.screens.making import WorkListing
from tui.typed import is_file, typed_path
from tui.widgets.pane import Pane
from tui.widgets.table import Column, Row, Table
from tui.working import state_of_work
from tui.works import Making

RECIPE = Mark("○", "faint")
"""Sign of a recipe that nobody made a dataset by."""


class Shelf(NamedTuple):
    """What a thread read: manifests (a text is why one can't be read) and recipes."""

    manifests: dict[str, Manifest | str]
    recipes: dict[str, Recipe | str]
    bytes: dict[str, int]


class Data(WorkListing):
    """The place of datasets."""

    PLACE = "data"
    KIND = "dataset"
    TITLE_ = "Data"
    SEARCH = "Filter by name, step or description"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("data")]

    shelf: Shelf

    def right(self) -> ComposeResult:
        """Manifest or recipe."""
        yield Pane(id="about", wrap=True)

    def on_mount(self) -> None:
        """Know nothing yet."""
        self.shelf = Shelf({}, {}, {})
        super().on_mount()

    # -- what is shown

    def read(self) -> Shelf:
        """Read manifests and recipes."""
        manifests: dict[str, Manifest | str] = {}
        sizes: dict[str, int] = {}
        workspace = self.board.workspace
        for name in list(self.makings):
            dataset = Dataset(workspace.datasets / name)
            sizes[name] = _bytes(dataset.path)
            if (dataset.path / MANIFEST).exists():
                try:
                    manifests[name] = dataset.manifest()
                except MagibenchError as error:
                    manifests[name] = str(error)
        recipes: dict[str, Recipe | str] = {}
        for name, path in list_recipes(workspace).items():
            try:
                recipes[name] = load_recipe(workspace, str(path))
            except MagibenchError as error:
                recipes[name] = str(error)
        return Shelf(manifests, recipes, sizes)

    def got(self, found: Any) -> None:
        """Keep it."""
        self.shelf = found

    @property
    def makings(self) -> dict[str, Making]:
        """All datasets, by name."""
        return self.board.works.datasets if self.board.works else {}

    def columns(self, width: int) -> list[Column]:
        """Return as many columns as there is room for."""
        found = [
            Column("state", "", 2),
            Column("name", "Dataset", 16, flex=1),
            Column("rows", "Rows", 8, "right", falling=True),
            Column("rejected", "Rejected", 8, "right", falling=True),
        ]
        if width > 84:
            found.append(Column("made", "Made", 12, falling=True))
        return found

    def rows(self) -> list[Row]:
        """Return datasets, the newest first, then recipes that nobody made."""
        found = sorted(self.makings.values(), key=lambda work: (-work.last_t, work.name))
        rows = [self._dataset(work) for work in found]
        return rows + [self._recipe(name) for name in self.shelf.recipes if name not in self.makings]

    def _dataset(self, work: Making) -> Row:
        manifest = self.shelf.manifests.get(work.name)
        order: dict[str, str | float] = {"name": work.name.lower(), "state": work.state, "made": work.last_t}
        rows: Line = (Mark("–", "faint"),)
        rejected: Line = rows
        said = ""
        if isinstance(manifest, Manifest):
            dropped = sum(sum(step.rejected.values()) for step in manifest.steps)
            order |= {"rows": manifest.rows, "rejected": dropped}
            rows, rejected = (Mark(f"{manifest.rows:,}"),), (Mark(f"{dropped:,}", "muted"),)
            said = " → ".join(step.name for step in manifest.steps)
        if work.state == "running":
            rows, rejected = (Mark(f"{work.done:,}", "accent"),), (Mark(f"{work.rejected:,}", "muted"),)
            said = f"{work.phase}  {work.pace}"
        sign = Mark("✗", "bad") if isinstance(manifest, str) else RUN_STATES[state_of_work(self.board, work)]
        cells: dict[str, Line] = {
            "state": (sign,),
            "name": (Mark(one_line(work.name), "strong"), Mark(f"  {one_line(said)}", "muted")),
            "rows": rows,
            "rejected": rejected,
            "made": (Mark(moment(work.created, self.board.store.clock()) if work.created else "", "muted"),),
        }
        return Row(work.name, cells, order, f"{work.name} {said}".lower())

    def _recipe(self, name: str) -> Row:
        recipe = self.shelf.recipes[name]
        broken = isinstance(recipe, str)
        said = "can't be read" if isinstance(recipe, str) else " → ".join(step.name for step in recipe.steps)
        cells: dict[str, Line] = {
            "state": (Mark("✗", "bad") if broken else RECIPE,),
            "name": (Mark(one_line(name)), Mark("  recipe" if not broken else "", "faint"), Mark(f"  {one_line(said)}", "muted")),
            "rows": (Mark(""),), "rejected": (Mark(""),), "made": (Mark(""),),
        }  # fmt: skip
        about = "" if isinstance(recipe, str) else recipe.description
        return Row(name, cells, {"name": name.lower(), "state": "recipe"}, f"{name} recipe {said} {about}".lower())

    def about(self, key: str, width: int) -> Content:
        """Say what a dataset or a recipe is."""
        work, recipe = self.makings.get(key), self.shelf.recipes.get(key)
        ansi = self.app.native_ansi_color
        parts: list[Content] = [Content.styled(key, "bold")]
        if work is not None:
            manifest = self.shelf.manifests.get(key)
            state = state_of_work(self.board, work)
            sign = RUN_STATES[state]
            words = (Mark(f"{sign.text} {state}", sign.role), Mark(f"  {one_line(work.phase)}", "muted"))
            parts.append(content(words, ansi))
            if work.note and work.state != "complete":
                parts.append(content((Mark(one_line(work.note), "warn"),), ansi))
            if work.state == "running" and work.total:
                parts.append(content((*bar(work.done, work.total, max(8, width - 22)),
                                      Mark(f"  {work.done:,}/{work.total:,}", "muted")), ansi))  # fmt: skip
            if isinstance(manifest, str):
                parts.append(content((Mark(manifest, "bad"),), ansi))
            elif manifest is not None:
                parts += [Content(""), *facts(self._facts(manifest), width), Content(""), head("Steps")]
                parts += [content(line, ansi) for line in steps_of(manifest, width)]
                return Content("\n").join(parts)
            elif work.finished:
                pairs = [(n, f"{s.rows:,} rows, {sum(s.rejected.values()):,} rejected")
                         for n, s in work.finished.items()]  # fmt: skip
                parts += [Content(""), head("Steps done"), *facts(pairs, width)]
        if isinstance(recipe, str):
            parts += [Content(""), content((Mark(recipe, "bad"),), ansi)]
        elif recipe is not None:
            parts += (
                [Content(""), head("Recipe"), *facts([("", recipe.description)], width)] if recipe.description else []
            )
            for step in recipe.steps:
                parts += [Content(""), Content.styled(step.name, "bold")]
                parts += facts(
                    [(k, _short(v)) for k, v in step.parameters().items() if v not in ("", None, [], {}, ())], width
                )
        return Content("\n").join(parts)

    def _facts(self, manifest: Manifest) -> list[tuple[str, str]]:
        size = self.shelf.bytes.get(manifest.name, 0)
        pairs = [("", manifest.description)] if manifest.description else []
        pairs += [("rows", f"{manifest.rows:,}"), ("version", manifest.rows_sha256[:12]), ("seed", str(manifest.seed))]
        pairs += [("made from", f"{p.name} {p.rows_sha256[:12]}") for p in manifest.parents]
        pairs += [("on disk", disk(size))] if size else []
        return pairs

    def nothing(self) -> Content:
        """Say how to begin."""
        return keys_text(
            "No recipes and no datasets", [("i", "import a file"), ("?", "all keys")], "magibench data recipes"
        )

    def summary(self) -> Line:
        """Count them."""
        running = sum(work.state == "running" for work in self.makings.values())
        stopped = sum(work.state in {"interrupted", "incomplete"} for work in self.makings.values())
        return (
            Mark(f"▶ {running} running   " if running else "", "accent"),
            Mark(f"■ {stopped} stopped   " if stopped else "", "warn"),
            Mark(f"datasets {len(self.makings)}, recipes {len(self.shelf.recipes)}", "muted"),
        )

    @on(WorksChanged)
    def _works_changed(self) -> None:
        if self.is_current:
            self.reread()

    @on(Ticked)
    def _ticked(self) -> None:
        if hasattr(self, "shelf"):
            self.draw()

    # -- keys

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer only what can be done with the row under the cursor."""
        if not self.is_mounted or not hasattr(self, "shelf"):
            return True
        key = self.key or ""
        whole = isinstance(self.shelf.manifests.get(key), Manifest)
        if action == "open":
            return whole or self.check_action("make", ())
        if action == "make":
            return isinstance(self.shelf.recipes.get(key), Recipe) and self.free
        if action == "analyze":
            return whole and self.free
        return super().check_action(action, parameters)

    @on(Table.Chosen, "#list")
    def action_open(self) -> None:
        """Open the dataset under the cursor; of a recipe, ask how to make it."""
        if self.key and self.check_action("open", ()):
            from tui.screens.dataset import DatasetPlace

            self.app.push_screen(DatasetPlace(Dataset(self.board.workspace.datasets / self.key)))
        elif self.key and self.check_action("make", ()):
            self.action_make()

    def action_make(self) -> None:
        """Ask for a name, then make a dataset by the recipe under the cursor."""
        recipe = self.key or ""
        if not self.check_action("make", ()):
            return

        def arguments(values: Values) -> list[str]:
            named = ["--name", values["name"]] if values["name"] != recipe else []
            return ["data", "make", recipe, *named, *(["--workers", values["workers"]] if values["workers"] else [])]

        def wrong(values: Values) -> str:
            if not NAME.fullmatch(values["name"]):
                return "A name has letters, digits, '.', '_', '+' and '-': it names a folder."
            if values["workers"] and not (values["workers"].isdecimal() and 1 <= int(values["workers"]) <= 256):
                return "Workers: a number from 1 to 256, or nothing for one per core."
            if (work := self.makings.get(values["name"])) is not None and work.state == "running":
                return f"{values['name']} is being made now."
            return ""

        def make(values: Values | None) -> None:
            if values is not None:
                self.board.start_job(arguments(values), f"dataset {values['name']}")

        fields = [Field("name", "Name", value=recipe), Field("workers", "Workers", placeholder="one per core")]
        self.app.push_screen(
            Form(f"Make a dataset by {recipe}", fields, wrong, lambda v: "magibench " + " ".join(arguments(v)), "Make"),
            make,
        )

    def action_import(self) -> None:
        """Ask for a file of instruction data, then make a dataset of it."""
        from harness.datagen.formats import FORMATS

        def path(values: Values) -> Path:
            return typed_path(values["file"])

        def arguments(values: Values) -> list[str]:
            found = ["data", "import", str(path(values).absolute())]
            for name in ("format", "name", "language", "licence"):
                if values[name] and values[name] != "auto":
                    found += [f"--{name}", values[name]]
            return found

        def wrong(values: Values) -> str:
            if not values["file"] or not is_file(path(values)):
                return f"There is no file {values['file']}." if values["file"] else "Name a file."
            if values["name"] and not NAME.fullmatch(values["name"]):
                return "A name has letters, digits, '.', '_', '+' and '-': it names a folder."
            return ""

        def start(values: Values | None) -> None:
            if values is not None:
                self.board.start_job(arguments(values), f"import {path(values).name}")

        fields = [
            Field("file", "File", placeholder="JSON lines, a JSON list (.gz of both) or Parquet"),
            Field("format", "Format", options=("auto", *FORMATS)),
            Field("name", "Name", placeholder="the file's"),
            Field("language", "Language", placeholder="of rows that don't say"),
            Field("licence", "Licence", placeholder="of the file; recorded in every row"),
        ]
        self.app.push_screen(
            Form("Import instruction data", fields, wrong, lambda v: "magibench " + " ".join(arguments(v)), "Import"),
            start,
        )

    def action_analyze(self) -> None:
        """Make the analyses of the dataset under the cursor, with the log open."""
        if self.key and self.check_action("analyze", ()):
            self.board.start_job(["data", "analyze", self.key], f"analyses of {self.key}", show=True)


def steps_of(manifest: Manifest, width: int) -> list[Line]:
    """Return a line per step, rows in and out, and one per reason why rows were dropped."""
    size = max(4, min(width - 20, max((len(step.name) for step in manifest.steps), default=8)))
    lines: list[Line] = []
    for step in manifest.steps:
        came = f"{step.rows_in:>8,} → " if step.rows_in else " " * 11
        lines.append(
            (Mark(f"{step.name:<{size}}", "strong"), Mark(f"  {came}"), Mark(f"{step.rows_out:>8,}", "strong"))
        )
        for reason, count in sorted(step.rejected.items(), key=lambda item: -item[1]):
            said = one_line(reason)[: max(8, width - 14)]
            lines.append((Mark(f"{count:>{size + 10},}", "warn"), Mark(f"  {said}", "muted")))
    return lines


def _short(value: object) -> str:
    """Return a parameter in few words."""
    if isinstance(value, dict):
        return ", ".join(f"{k} {_short(v)}" for k, v in value.items() if v not in ("", None, [], {}, ()))
    if isinstance(value, (list, tuple)):
        return ", ".join(_short(item) for item in value)
    return str(value)


def _bytes(folder: Path) -> int:
    """Return the size of a dataset's own files, without what resumed commands go on from."""
    try:
        return sum(p.stat().st_size for p in folder.iterdir() if p.is_file())
    except OSError:
        return 0
