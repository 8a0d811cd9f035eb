"""What the compare page loads: one file per run with every problem's outcome, and one with its programs.

They are scripts that call ``magibench(…)`` with JSON: a page that was opened by file:// may load a script beside
it, and nothing else. Only what is chosen is loaded.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from leaderboard.answers import by_problem
from leaderboard.boards import Board, Table
from leaderboard.code import BUDGET
from leaderboard.entries import PublishedRun
from leaderboard.text import sampling, style, visible
from leaderboard.verdicts import mark_all


def listing(boards: Iterable[Board], slugs: Mapping[str, str]) -> str:
    """Return JSON of all runs that can be compared: slug, model, setting, table; safe inside a script element."""
    rows = [
        [slugs[row.entry.run.id], row.entry.run.model.name, f"{style(row.entry.run)}, {sampling(row.entry.run)}",
         f"{board.name} {board.version}, {table.label}"]
        for board in boards for table in board.tables for row in table.all_rows
    ]  # fmt: skip
    return safe(rows)


def outcomes(
    entry: PublishedRun, board: Board, table: Table, slugs: Mapping[str, str], problems: Mapping[str, str]
) -> bytes:
    """Return the script with a run's outcome on every problem, in the order of its table.

    Args:
        entry: the run.
        board: where it stands.
        table: the problems.
        slugs: file name by run id.
        problems: file name by problem id.
    """
    judged = by_problem(entry)
    suite = table.main_suite
    cells: list[Any] = []
    for name in table.problems:
        rows = judged.get(name, [])
        mark = mark_all(rows, entry.suites) if rows else None
        right = sum(v.passed for v in rows)
        cells.append([right, len(rows), mark.state if mark else "none", mark.words if mark else "not judged"])
    value = {
        "run": slugs[entry.run.id],
        "model": entry.run.model.name,
        "setting": f"{style(entry.run)}, {sampling(entry.run)}",
        "table": table.id,
        "board": board.id,
        "benchmark": f"{board.name} {board.version}",
        "suite": suite,
        "problems": [[name, problems[name]] for name in table.problems],
        "cells": cells,
        "code": bool(entry.programs or entry.samples),
        "language": entry.language,
    }
    return as_script("run", value)


def programs(entry: PublishedRun, table: Table, slugs: Mapping[str, str]) -> bytes:
    """Return the script with the first program of each problem, or the raw answer where that is all there is."""
    found: dict[str, str] = {}
    for name in table.problems:
        key = (name, 0)
        text = entry.programs.get(key) or entry.samples.get(key)
        if text is not None:
            found[name] = visible(text.strip("\n")[:BUDGET])
    return as_script("code", {"run": slugs[entry.run.id], "programs": found})


def as_script(kind: str, value: Any) -> bytes:
    """Return a script that hands JSON to the compare page."""
    return f'magibench("{kind}",{safe(value)});\n'.encode("utf-8", "replace")


def safe(value: Any) -> str:
    """Return JSON that can stand in a script, inside a page or in a file: no tag can begin or end in it."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    for sign in "<>&\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return text
