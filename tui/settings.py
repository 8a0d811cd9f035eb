"""The user's settings: theme, keys, last screen; TOML in the user's config folder."""

from __future__ import annotations

import os
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

FILE = "dashboard.toml"


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


def save_settings(settings: Settings) -> None:
    """Write theme and last screen into the file, and leave everything else in it as it was."""
    if settings.broken:
        return
    import tomlkit

    from harness.journal import write_atomic

    try:
        document = tomlkit.parse(settings.path.read_text("utf-8"))
    except FileNotFoundError:
        document = tomlkit.document()
        document.add(tomlkit.comment("Settings of the magibench dashboard."))
    except (OSError, UnicodeDecodeError, tomlkit.exceptions.TOMLKitError):
        return
    document["theme"] = settings.theme
    if settings.columns or "results" in document:
        if not isinstance(document.get("results"), dict):
            document["results"] = tomlkit.table()
        results: Any = document["results"]
        results["columns"] = settings.columns
    if not isinstance(document.get("last"), dict):
        document["last"] = tomlkit.table()
    last: Any = document["last"]
    last["workspace"], last["place"] = settings.workspace, settings.place
    last["run"], last["problem"] = settings.run, settings.problem
    try:
        write_atomic(settings.path, tomlkit.dumps(document).encode())
    except OSError:
        return  # a read-only home is no reason to fail when quitting


def _text(table: dict[str, Any], key: str, default: str) -> str:
    value = table.get(key)
    return value if isinstance(value, str) and value else default
