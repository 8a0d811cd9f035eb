"""Paths as people type them: half of a name, "/", a user who isn't there, 300 letters. Nothing here raises."""

from __future__ import annotations

import os
from pathlib import Path


def typed_path(text: str) -> Path:
    """Return the path, with ~ as home where there is such a user; ``Path.expanduser`` raises where there is none."""
    return Path(os.path.expanduser(text))  # noqa: PTH111


def is_file(path: Path) -> bool:
    """Return whether it is a file; ``Path.is_file`` raises for a name that is too long."""
    return os.path.isfile(path)  # noqa: PTH113


def is_folder(path: Path) -> bool:
    """Return whether it is a folder."""
    return os.path.isdir(path)  # noqa: PTH112


def with_ending(path: Path, ending: str) -> Path:
    """Return the path with an ending, if it has none; what can't have one, like "/", as it is."""
    return path if path.suffix or path.name in {"", ".."} else path.with_suffix(ending)
