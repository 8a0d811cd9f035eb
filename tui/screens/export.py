"""Writing what is shown: a form for format and file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from textual.screen import Screen

from harness.errors import MagibenchError
from tui.exporting import FORMATS, SUFFIXES, Export, file_for, of_table, save
from tui.screens.form import Field, Form, Values
from tui.typed import is_file, is_folder, typed_path, with_ending
from tui.widgets.table import Table

if TYPE_CHECKING:
    from tui.app import Dashboard


def export_of(screen: Screen[object]) -> Export | None:
    """Return what a screen shows: what it says itself, else its table; None where there is nothing."""
    made = getattr(screen, "exported", None)
    if made is not None:
        export: Export = made()
    else:
        focused = screen.focused
        tables = [table for table in screen.query(Table) if table.display and table.rows]
        if isinstance(focused, Table) and focused.rows:
            tables.insert(0, focused)
        if not tables:
            return None
        export = of_table(getattr(screen, "PLACE", "") or "table", tables[0])
    return export if export.records else None


def ask_export(app: Dashboard) -> None:
    """Ask for format and file, then write."""
    if app.screen.is_modal:
        return
    export = export_of(app.screen)
    if export is None:
        app.notify("Nothing is shown that could be written.", severity="warning", markup=False)
        return
    folder = app.workspace.root / "exports"

    def path_of(values: Values) -> Path:
        if not values["file"]:
            return file_for(folder, export, values["format"])
        return with_ending(folder / typed_path(values["file"]), f".{SUFFIXES[values['format']]}")

    def check(values: Values) -> str:
        path = path_of(values)
        return f"{path} is a folder." if is_folder(path) else ""

    def preview(values: Values) -> str:
        path = path_of(values)
        return f"{len(export.records)} rows → {path}{'  (replaces the file)' if is_file(path) else ''}"

    def done(values: Values | None) -> None:
        if values is None:
            return
        path = path_of(values)
        try:
            save(export, values["format"], path)
        except MagibenchError as error:
            app.notify(str(error), severity="error", markup=False)
        else:
            app.notify(str(path), title=f"Written: {len(export.records)} rows", markup=False)

    fields = [Field("format", "Format", options=FORMATS), Field("file", "File", placeholder="exports/… with the date")]
    app.push_screen(Form(f"Export {export.name}", fields, check, preview, verb="Write"), done)
