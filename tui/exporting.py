"""What is shown, as a file: CSV, JSON or Markdown."""

from __future__ import annotations

import csv
import io
import json
import re
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from harness.errors import WorkspaceError
from tui.widgets.table import Table

FORMATS = ("CSV", "JSON", "Markdown")
SUFFIXES = {"CSV": "csv", "JSON": "json", "Markdown": "md"}


class Export(NamedTuple):
    """A view as records; all values are texts, numbers or None."""

    name: str
    """What is shown, as part of a file name."""
    records: Sequence[dict[str, Any]]


def of_table(name: str, table: Table) -> Export:
    """Return the rows that a table shows, in its order and with its columns."""
    titles = [column.title for column in table.columns if column.title]
    return Export(name, [dict(zip(titles, table.plain(row), strict=True)) for row in table.rows])


def write(export: Export, kind: str) -> str:
    """Return the records in one of ``FORMATS``."""
    columns = list(dict.fromkeys(name for record in export.records for name in record))
    if kind == "JSON":
        return json.dumps(list(export.records), indent=2, ensure_ascii=False) + "\n"
    rows = [["" if record.get(name) is None else record[name] for name in columns] for record in export.records]
    if kind == "CSV":
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(rows)
        return out.getvalue()
    if len(rows) == 1 and any("\n" in str(value) for value in rows[0]):
        return _page(dict(zip(columns, rows[0], strict=True)))
    lines = [_line(columns), "|" + "---|" * len(columns), *(_line(row) for row in rows)]
    return "\n".join(lines) + "\n"


def _page(record: dict[str, Any]) -> str:
    """Return one record as Markdown: what is short as a list, long texts as blocks that nothing in them can close."""
    short = [f"- **{name}**: {value}" for name, value in record.items() if "\n" not in str(value)]
    parts = ["\n".join(short)]
    for name, value in record.items():
        if "\n" in str(value):
            longest = max((len(run) for run in re.findall("`+", str(value))), default=0)
            fence = "`" * max(3, longest + 1)
            parts.append(f"## {name}\n\n{fence}\n{str(value).rstrip()}\n{fence}")
    return "\n\n".join(parts) + "\n"


def _line(cells: Sequence[object]) -> str:
    texts = (str(cell).replace("|", "\\|").replace("\n", "<br>") for cell in cells)
    return "| " + " | ".join(texts) + " |"


def file_for(folder: Path, export: Export, kind: str) -> Path:
    """Return a name in ``folder`` that tells what and when."""
    safe = "".join(c if c.isalnum() or c in "-_." else "-" for c in export.name)[:80]
    return folder / f"{safe}-{time.strftime('%Y%m%d-%H%M%S')}.{SUFFIXES[kind]}"


def save(export: Export, kind: str, path: Path) -> None:
    """Write the file.

    Raises:
        WorkspaceError: it can't be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(write(export, kind), "utf-8")
    except OSError as error:
        raise WorkspaceError(f"{path} could not be written: {error.strerror}.", "Name another file.") from None
