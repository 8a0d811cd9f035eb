"""Models: the registry as a table and as a tree, with forms, checks, and each model's history and runs."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.binding import BindingType
from textual.content import Content

from harness.errors import MagibenchError
from harness.records import Model
from harness.registry import add_model, change_model, remove_model
from tui.actions import bindings
from tui.marks import Line, Mark
from tui.messages import ModelsChanged, RunsChanged, WorksChanged
from tui.modeldata import (
    SOURCES,
    Registry,
    about,
    columns,
    fields,
    made_model,
    model_row,
    read_registry,
    table_text,
    wrong,
)
from tui.screens.form import Form, Pick, Values
from tui.screens.listing import Listing, keys_text
from tui.store import RunEntry
from tui.widgets.table import Column, Row, Table


class Models(Listing):
    """The place of models.toml."""

    PLACE = "models"
    TITLE_ = "Models"
    SEARCH = "Filter by name, style, backend, family or source"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("models")]

    registry = Registry()
    as_tree = False

    # -- what is shown

    def read(self) -> Registry:
        """Read models.toml and look whether weights are there."""
        return read_registry(self.board.workspace)

    def got(self, found: Registry) -> None:
        """Keep what was good before where the file is broken now."""
        self.trouble(f"{found.error}\nWhat is shown is how it was before.  E opens the file." if found.error else "")
        if not found.error or not self.registry.models:
            self.registry = found

    def columns(self, width: int) -> list[Column]:
        """Return as many columns as there is room for."""
        return columns(width)

    def rows(self) -> list[Row]:
        """Return the models, in the file's order or as a tree."""
        registry = self.registry
        runs = self._runs()
        lead = dict(registry.order) if self.as_tree else {}
        names = [name for name, _ in registry.order] if self.as_tree else list(registry.models)
        return [model_row(registry, n, lead.get(n, ""), len(runs.get(n, ())), i) for i, n in enumerate(names)]

    def _runs(self) -> dict[str, list[RunEntry]]:
        found: dict[str, list[RunEntry]] = {}
        for entry in sorted(self.board.store.entries.values(), key=lambda e: e.created, reverse=True):
            found.setdefault(entry.model, []).append(entry)
        return found

    def about(self, key: str, width: int) -> Content:
        """Say everything that is known of a model."""
        if key not in self.registry.models:
            return Content("")
        return about(self.registry, key, self._runs().get(key, []), width, self.board.store.clock())

    def nothing(self) -> Content:
        """Say how to add one."""
        return keys_text("No models yet", [("a", "add a model"), ("E", "edit models.toml"), ("?", "all keys")])

    def summary(self) -> Line:
        """Count them."""
        states = [state for state, _, _ in self.registry.states.values()]
        missing = states.count("missing")
        return (
            Mark(f"✗ {missing} missing   " if missing else "", "bad"),
            Mark(f"{states.count('ready')} of {len(states)} ready   ", "muted"),
            Mark("tree" if self.as_tree else "table", "muted"),
        )

    @on(ModelsChanged)
    @on(WorksChanged)
    def _file_changed(self) -> None:
        self.reread()

    @on(RunsChanged)
    def _runs_changed(self) -> None:
        self.draw()

    # -- keys

    @property
    def model(self) -> Model | None:
        """The model under the cursor."""
        return self.registry.models.get(self.key or "")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer only what can be done with the model under the cursor."""
        if not self.is_mounted:
            return True
        if action in {"change", "remove"}:
            return self.model is not None and not self.model.source.startswith("echo:")
        if action in {"verify", "copy"}:
            return self.model is not None
        if action == "runs":
            return self.model is not None and self.model.name in self._runs()
        return True

    @on(Table.Chosen, "#list")
    def action_runs(self) -> None:
        """Show the runs of the model in Results."""
        if self.model is not None and self.check_action("runs", ()):
            self.board.show_runs(self.model.name)

    def action_tree(self) -> None:
        """Show the table or the tree."""
        self.as_tree = not self.as_tree
        table = self.query_one("#list", Table)
        table.sort_key, table.falling = ("at", False) if self.as_tree else ("", False)
        self.draw()

    def action_add(self) -> None:
        """Ask for the kind of source, then for the rest."""
        self.app.push_screen(Pick("Where does the model come from?", list(SOURCES.items())), self._add_kind)

    def _add_kind(self, kind: str | None) -> None:
        if kind is None:
            return
        names = set(self.registry.models)

        def save(values: Values | None) -> None:
            if values is not None:
                self._write(lambda: add_model(self.board.workspace, made_model(kind, values)), values["name"])

        self.app.push_screen(
            Form(
                f"Add a model: {kind}", fields(kind), lambda v: wrong(kind, v, names),
                lambda v: table_text(made_model(kind, v)), "Add", SOURCES[kind][0].upper() + SOURCES[kind][1:] + ".",
            ),
            save,
        )  # fmt: skip

    def action_change(self) -> None:
        """Change the model under the cursor in a form."""
        model = self.model
        if model is None:
            return
        kind = model.source.partition(":")[0]
        names = set(self.registry.models)

        def save(values: Values | None) -> None:
            if values is not None:
                self._write(lambda: change_model(self.board.workspace, made_model(kind, values, model)), model.name)

        self.app.push_screen(
            Form(
                f"Edit {model.name}", fields(kind, model), lambda v: wrong(kind, v, names, model),
                lambda v: table_text(made_model(kind, v, model)),
            ),
            save,
        )  # fmt: skip

    def _write(self, change: object, name: str) -> None:
        try:
            change()  # type: ignore[operator]
        except MagibenchError as error:
            self.notify(str(error), severity="error", markup=False)
            return
        self.registry = read_registry(self.board.workspace)
        self.draw()
        self.query_one("#list", Table).select(name)

    def action_edit(self) -> None:
        """Open models.toml in the user's editor, then read it again."""
        from tui.editor import edit

        if edit(self.board, self.board.workspace.models):
            self.reread()

    def action_verify(self) -> None:
        """Look closely at the model, in a child process with its log open."""
        if self.model is not None:
            name = self.model.name
            self.board.start_job(["models", "verify", "--fetch", name], f"verify {name}", show=True)

    def action_remove(self) -> None:
        """Ask, then take the model out of the file."""
        from tui.screens.dialogs import Confirm

        model = self.model
        if model is None:
            return

        def answered(yes: bool | None) -> None:
            if yes:
                self._write(lambda: remove_model(self.board.workspace, model.name), "")

        self.app.push_screen(
            Confirm(f"Remove {model.name}?", "It leaves models.toml. Its weights and its runs stay.", "Remove it"),
            answered,
        )

    def action_copy(self) -> None:
        """Copy the model's name."""
        if self.model is not None:
            self.app.copy_to_clipboard(self.model.name)
            self.notify(f"Copied: {self.model.name}", markup=False)
