"""The user's settings: theme, density, keys, last screen; TOML in the user's config folder."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

FILE = "dashboard.toml"
DENSITIES = ("comfortable", "compact")
"""With air around and between what is shown, or without."""


def settings_path() -> Path:
    """Return the file (MAGIBENCH_CONFIG names another folder)."""
    named = os.environ.get("MAGIBENCH_CONFIG")
    if named:
        return Path(named).expanduser() / FILE
    import platformdirs

    return Path(platformdirs.user_config_dir("magibench")) / FILE


@dataclass
class Settings:
    """What dashboard.toml says; unknown keys are kept when it is saved."""

    theme: str = "magibench"
    """Name of a theme."""
    density: str = "comfortable"
    """One of ``DENSITIES``."""
    keymap: dict[str, str] = field(default_factory=dict)
    """Id of an action to its keys, separated by commas: "results.sort" = "o"."""
    columns: list[str] = field(default_factory=list)
    """Columns of Results that were chosen; empty: those that fit."""
    place: str = ""
    """Place that was open: one of the modes."""
    workspace: str = ""
    """Workspace of the last session; its place is restored only there."""
    run: str = ""
    """Run that was open, or empty."""
    problem: str = ""
    """Problem that was open, or empty."""
    path: Path = field(default_factory=settings_path)
    broken: str = ""
    """Why the file could not be read; it is then left alone."""


def load_settings(path: Path | None = None) -> Settings:
    """Read the settings; what is missing or of the wrong type has its default."""
    path = path or settings_path()
    settings = Settings(path=path)
    try:
        data: dict[str, Any] = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return settings
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        settings.broken = f"{path}: {error}"
        return settings
    last = data.get("last", {})
    keys = data.get("keys", {})
    settings.theme = _text(data, "theme", settings.theme)
    if data.get("density") in DENSITIES:
        settings.density = data["density"]
    if isinstance(keys, dict):
        settings.keymap = {str(k): v for k, v in keys.items() if isinstance(v, str) and v}
    results = data.get("results", {})
    chosen = results.get("columns") if isinstance(results, dict) else None
    if isinstance(chosen, list):
        settings.columns = [name for name in chosen if isinstance(name, str)]
    if isinstance(last, dict):
        settings.workspace = _text(last, "workspace", "")
        settings.place = _text(last, "place", "")
        settings.run = _text(last, "run", "")
        settings.problem = _text(last, "problem", "")
    return settings


def schema() -> dict[str, Any]:
    """Return a JSON Schema (draft 2020-12) of the file, with the id and the usual keys of every action."""
    from tui.keys import ACTIONS

    usual = Settings()
    keys = {action.id: {"type": "string", "default": action.keys, "description": action.help} for action in ACTIONS}
    columns = {"type": "array", "items": {"type": "string"}, "description": "Columns of Results; none: those that fit."}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Settings of the magibench dashboard",
        "type": "object",
        "properties": {
            "theme": {"type": "string", "default": usual.theme},
            "density": {"enum": list(DENSITIES), "default": usual.density},
            "keys": {"type": "object", "properties": keys, "additionalProperties": False},
            "results": {"type": "object", "properties": {"columns": columns}},
            "last": {"type": "object", "description": "What was open last; the dashboard writes it."},
        },
    }


def save_settings(settings: Settings) -> None:
    """Write theme, density and last screen into the file, and leave everything else in it as it was."""

    def write(document: Any) -> None:
        document["theme"] = settings.theme
        if settings.density != DENSITIES[0] or "density" in document:
            document["density"] = settings.density
        if settings.columns or "results" in document:
            _table(document, "results")["columns"] = settings.columns
        last = _table(document, "last")
        last["workspace"], last["place"] = settings.workspace, settings.place
        last["run"], last["problem"] = settings.run, settings.problem

    # When quitting, a read-only home is no reason to fail.
    _change(settings, write)


def save_keys(settings: Settings, action: str) -> str:
    """Write the keys of one action into the file, or take them out where it has none of its own.

    Returns:
        What hindered it, or an empty text.
    """

    def write(document: Any) -> None:
        keys = _table(document, "keys")
        if action in settings.keymap:
            keys[action] = settings.keymap[action]
        else:
            keys.pop(action, None)

    return _change(settings, write)


def _change(settings: Settings, write: Callable[[Any], None]) -> str:
    """Read the file, let ``write`` change it, and put it back in one step; return what hindered it."""
    if settings.broken:
        return settings.broken
    import tomlkit

    from harness.journal import write_atomic

    try:
        document = tomlkit.parse(settings.path.read_text("utf-8"))
    except FileNotFoundError:
        document = tomlkit.document()
        document.add(tomlkit.comment("Settings of the magibench dashboard."))
    except (OSError, UnicodeDecodeError, tomlkit.exceptions.TOMLKitError) as error:
        return f"{settings.path}: {error}"
    write(document)
    try:
        write_atomic(settings.path, tomlkit.dumps(document).encode())
    except OSError as error:
        return f"{settings.path}: {error.strerror}"
    return ""


def _table(document: Any, name: str) -> Any:
    import tomlkit

    if not isinstance(document.get(name), dict):
        document[name] = tomlkit.table()
    return document[name]


def _text(table: dict[str, Any], key: str, default: str) -> str:
    value = table.get(key)
    return value if isinstance(value, str) and value else default
