"""Themes of the user: TOML files in `themes/` beside the settings. A broken one is named, the others work."""

from __future__ import annotations

import dataclasses
import re
import tomllib
from pathlib import Path
from typing import Any

from textual.color import Color, ColorParseError
from textual.theme import BUILTIN_THEMES, Theme

from tui.themes import THEMES

COLOURS = (
    "primary", "secondary", "warning", "error", "success", "accent", "foreground", "background", "surface", "panel", "boost",
)  # fmt: skip
"""Keys whose values are colours; only the first is required."""
NUMBERS = ("luminosity_spread", "text_alpha")
OURS = {*BUILTIN_THEMES, *(theme.name for theme in THEMES)}
"""Names that are taken."""


def read_themes(folder: Path) -> tuple[list[Theme], list[str]]:
    """Return the themes of a folder, and what is wrong with those that can't be used."""
    themes: list[Theme] = []
    troubles: list[str] = []
    for path in sorted(folder.glob("*.toml")):
        try:
            themes.append(make_theme(path.stem, tomllib.loads(path.read_text("utf-8"))))
        except (OSError, ValueError, RecursionError) as error:
            troubles.append(f"{path}: {error}")
    return themes, troubles


def make_theme(stem: str, data: dict[str, Any]) -> Theme:
    """Return the theme that a file describes; it is called as the file unless it has a name.

    Raises:
        ValueError: a key that no theme has, a value that is no colour, a name that is taken.
    """
    name = data.get("name", stem)
    if not isinstance(name, str) or not name or name in OURS:
        raise ValueError(f"{name!r} can't be the name of a theme of yours. Give it another.")
    known = {field.name for field in dataclasses.fields(Theme)}
    if unknown := sorted(set(data) - known):
        raise ValueError(f"{unknown[0]} is no key of a theme. The keys are {', '.join(sorted(known))}.")
    if "primary" not in data:
        raise ValueError('primary is missing, e.g. primary = "#6a4fc4".')
    for key in COLOURS:
        if key in data:
            _colour(key, data[key])
    for key in NUMBERS:
        _of_kind(key, data.get(key, 0.5), (int, float), "a number")
    for key in ("dark", "ansi"):
        _of_kind(key, data.get(key, False), (bool,), "true or false")
    _variables(data.get("variables", {}))
    return Theme(**{**data, "name": name})


def _of_kind(key: str, value: object, kinds: tuple[type, ...], said: str) -> None:
    if not isinstance(value, kinds) or (isinstance(value, bool) and bool not in kinds):
        raise ValueError(f"{key} must be {said}.")


def _variables(variables: object) -> None:
    """Check the table of variables."""
    if not isinstance(variables, dict) or not all(isinstance(value, str) for value in variables.values()):
        raise ValueError("variables must be a table of texts.")
    for key, value in variables.items():
        if key not in VARIABLES:
            raise ValueError(f"variables.{key} is no variable of a theme.")
        if not key.endswith("style"):
            _colour(f"variables.{key}", value)
        elif not set(value.split()) <= STYLES:
            raise ValueError(f'variables.{key} = {value!r} is no style, as is "bold underline".')


VARIABLES = {
    *THEMES[0].to_color_system().generate(),
    *(name for theme in (*THEMES, *BUILTIN_THEMES.values()) for name in theme.variables),
}
"""Variables that some theme sets or that Textual asks for; others do nothing."""
STYLES = {
    "none",
    "bold",
    "b",
    "dim",
    "italic",
    "i",
    "underline",
    "u",
    "underline2",
    "reverse",
    "r",
    "strike",
    "not",
    "blink",
}
"""Words of a text style."""
WRITTEN = re.compile(r"(?P<colour>.+?)(?: \d{1,3}%)?")
"""A colour as style sheets have it, with its share at the end."""


def _colour(key: str, value: object) -> None:
    found = WRITTEN.fullmatch(value) if isinstance(value, str) else None
    name = found["colour"] if found else ""
    if key.startswith("variables.") and name in {"auto", "initial"}:
        return
    try:
        Color.parse(name)
    except ColorParseError:
        raise ValueError(f"{key} = {value!r} is no colour. Write it as #rrggbb.") from None
    if name != value and not key.startswith("variables."):
        raise ValueError(f"{key} = {value!r} is no colour. Write it as #rrggbb.")
