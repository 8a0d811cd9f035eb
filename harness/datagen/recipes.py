"""Recipes: TOML files that say how a dataset is made, and prompts, found beside them.

    name = "oss-instruct"
    seed = 976

    [[steps]]
    step = "seeds"          # the rest of the table are the step's parameters
    corpus = "stdlib:"

What a recipe or prompt is called is looked for as a path, below the workspace's recipes/ and among those
that come with Magibench.
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import msgspec

import harness
from harness.datagen.steps import Step, make_step
from harness.errors import RecipeError, UnknownName
from harness.learning import learn
from harness.workspace import Workspace

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]*")
KEYS = ("name", "description", "seed", "format", "steps")


class Recipe(msgspec.Struct, frozen=True, kw_only=True):
    """What a dataset is made by."""

    name: str
    description: str = ""
    seed: int = 0
    parquet: bool = False
    """Whether rows are written as Parquet: format = "parquet"."""
    steps: list[Step]
    path: Path


class Prompt(msgspec.Struct, frozen=True, kw_only=True):
    """A file of recipes/prompts/: what a teacher is told, with {{places}} to fill."""

    system: str = ""
    user: str = ""
    texts: dict[str, str] = {}
    """Further pieces by name, e.g. the heuristics of Evol-Instruct."""
    prefill: str = ""
    """Beginning of the answer, for teachers that continue it."""
    stop: list[str] = []
    sha256: str = ""
    """Of the file."""


def recipe_folders(workspace: Workspace) -> list[Path]:
    """Return the folders in which recipes are looked for: the workspace's, a checkout's, the wheel's."""
    package = Path(harness.__file__).resolve().parent
    found = [workspace.root / "recipes", package.parent / "recipes", package / "recipes"]
    return [p for p in dict.fromkeys(found) if p.is_dir()]


def list_recipes(workspace: Workspace) -> dict[str, Path]:
    """Return the recipes of data by name; a workspace's own hides one that comes with Magibench."""
    found: dict[str, Path] = {}
    for folder in recipe_folders(workspace):
        for path in sorted((folder / "data").glob("*.toml")):
            found.setdefault(path.stem, path)
    return found


def load_recipe(workspace: Workspace, named: str) -> Recipe:
    """Return a recipe by its path or its name.

    Raises:
        UnknownName: there is none.
        RecipeError: it isn't TOML, or a key, a step or a parameter is wrong.
    """
    known = list_recipes(workspace)
    path = Path(named)
    if not path.is_file():
        path = known.get(named.removesuffix(".toml").rpartition("/")[2], path)
    if not path.is_file():
        raise UnknownName("recipe", named, known, "magibench data recipes")
    table = _toml(path)
    for key in table:
        if key not in KEYS:
            near = get_close_matches(key.lower(), KEYS, n=1, cutoff=0.5)
            remedy = f"Did you mean {near[0]}?" if near else f"Its keys are {', '.join(KEYS)}."
            raise RecipeError(f"{path}: {key!r} is not a key of a recipe.", remedy)
    name = check_name(table.get("name", path.stem), str(path))
    seed = table.get("seed", 0)
    if not isinstance(seed, int):
        raise RecipeError(f"{path}: seed is {seed!r}.", "Write a whole number.")
    form = table.get("format", "jsonl")
    if form not in {"jsonl", "parquet"}:
        raise RecipeError(f"{path}: format is {form!r}.", 'Write "jsonl" (the default) or "parquet".')
    return Recipe(
        name=name,
        parquet=form == "parquet",
        description=str(table.get("description", "")),
        seed=seed,
        steps=list(_steps(path, table.get("steps"))),
        path=path,
    )


def check_name(name: Any, where: str = "") -> str:
    """Return the name of a dataset, if it can be one.

    Raises:
        RecipeError: it can't name a folder.
    """
    if not isinstance(name, str) or not NAME.fullmatch(name):
        raise RecipeError(
            f"{where}{': ' if where else ''}{name!r} can't be a name.",
            "Use letters, digits, '.', '_', '+' and '-': it names a folder.",
        )
    return name


def parse_settings(settings: Iterable[str]) -> dict[str, Any]:
    """Return parameters of texts like "n=2" or "options.concurrency=64": values are TOML, or else taken as text.

    Raises:
        RecipeError: one has no "=".
    """
    found: dict[str, Any] = {}
    for setting in settings:
        key, equals, text = setting.partition("=")
        if not equals or not key.strip():
            raise RecipeError(f"{setting!r} sets nothing.", "Write KEY=VALUE, e.g. n=2.")
        try:
            value = tomllib.loads(f"value = {text}")["value"]
        except tomllib.TOMLDecodeError:
            value = text
        *tables, last = key.strip().split(".")
        place = found
        for table in tables:
            place = place.setdefault(table, {})
        place[last] = value
    return found


def _steps(path: Path, tables: Any) -> Iterator[Step]:
    """Make the steps of a recipe."""
    if not isinstance(tables, list) or not tables:
        raise RecipeError(f"{path} has no steps.", 'Write a table [[steps]] with step = "..." for each.')
    for number, table in enumerate(tables, 1):
        where = f"{path}, step {number}"
        if not isinstance(table, dict) or not isinstance(table.get("step"), str):
            raise RecipeError(f"{where} doesn't say which step it is.", 'Add step = "seeds" or another name.')
        yield make_step(table["step"], {k: v for k, v in table.items() if k != "step"}, where)


def load_prompt(workspace: Workspace, named: str) -> Prompt:
    """Return a prompt by its path or its name.

    Raises:
        UnknownName: there is none.
        RecipeError: it isn't TOML or has other keys than a prompt.
    """
    known: dict[str, Path] = {}
    for folder in recipe_folders(workspace):
        for found in sorted((folder / "prompts").glob("*.toml")):
            known.setdefault(found.stem, found)
    path = Path(named) if named.endswith(".toml") else known.get(named, Path(named))
    if not path.is_file():
        raise UnknownName("prompt", named, known, "ls recipes/prompts")
    table = _toml(path)
    if wrong := sorted(set(table) - set(Prompt.__struct_fields__) | ({"sha256"} & set(table))):
        raise RecipeError(
            f"{path}: {wrong[0]!r} is not a key of a prompt.", "Its keys: system, user, texts, prefill, stop."
        )
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    try:
        return msgspec.convert({**table, "sha256": digest}, Prompt)
    except msgspec.ValidationError as error:
        raise RecipeError(f"{path}: {error}.", "Correct the value.") from None


def fill(template: str, **values: str) -> str:
    """Return the template with its {{places}} filled, in one pass: what is put in isn't searched again.

    Raises:
        RecipeError: a place has no value.
    """

    def value(match: re.Match[str]) -> str:
        if match[1] not in values:
            raise RecipeError(
                f"A prompt has the place {match[0]}, which nothing fills.", f"It can have {', '.join(sorted(values))}."
            )
        return values[match[1]]

    return re.sub(r"\{\{(\w+)\}\}", value, template)


def _toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise RecipeError(f"{path} is not TOML: {error}.", "Mend that line.") from None


learn(Prompt)
