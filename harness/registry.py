"""models.toml: read into records, edited without losing a comment.

Every model is a table ``[models."name"]`` whose keys are the fields of ``harness.records.Model``;
the name is the table's own. ``echo``, the reference solutions, is there in every workspace.
"""

from __future__ import annotations

import re
import tomllib
from difflib import get_close_matches
from itertools import dropwhile
from pathlib import Path
from typing import Any

import msgspec

from harness.errors import ModelError, RegistryError, UnknownName
from harness.records import Model
from harness.sources.parsing import default_backend, parse_source, required_backend
from harness.workspace import Workspace

ECHO = Model(
    name="echo",
    source="echo:",
    backend="echo",
    style="base",
    notes="The benchmark's reference solutions: the ceiling, and a test of the whole path.",
)
"""The model that every workspace has."""

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]*")
_FIELDS = tuple(f for f in Model.__struct_fields__ if f != "name")
_POSITION = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")
_LISTING = "magibench models list"


def load_models(workspace: Workspace) -> dict[str, Model]:
    """Return every model by name, in the file's order, and ``echo`` at the end unless listed.

    Raises:
        RegistryError: the file can't be read, isn't TOML, or has a key or value that is wrong.
    """
    path = workspace.models
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise RegistryError(f"{path} is not UTF-8: byte {error.start} is wrong.", "Save it as UTF-8.") from None
    except OSError as error:
        raise RegistryError(f"{path} can't be read: {error.strerror}.", "Make it with `magibench init`.") from None
    return _parse(text, path)


def find_model(workspace: Workspace, name: str) -> Model:
    """Return one model.

    Raises:
        RegistryError: see ``load_models``.
        UnknownName: there is none of that name; the remedy names the nearest.
    """
    models = load_models(workspace)
    if name not in models:
        raise UnknownName("model", name, models, _LISTING)
    return models[name]


def add_model(workspace: Workspace, model: Model) -> None:
    """Append a model's table to models.toml; what equals its default is left out.

    Raises:
        RegistryError: the name is taken or can't be one, or a value is wrong; nothing is written.
    """
    check_model(model)
    path = workspace.models
    text, names = _listed(workspace)
    if model.name in names:
        raise RegistryError(
            f"{path} has a model named {model.name!r} already.",
            f"Choose another name, or remove it with `magibench models remove {model.name}`.",
        )
    defaults = msgspec.structs.asdict(
        Model(name=model.name, source=model.source, backend=default_backend(model.source))
    )
    fields = {k: v for k, v in msgspec.structs.asdict(model).items() if k == "source" or v != defaults[k]}
    _write(path, _append(text, model.name, fields), {*names, model.name})


def change_model(workspace: Workspace, model: Model) -> None:
    """Make a model's table say what ``model`` says; comments, order and what didn't change stay as they are.

    Raises:
        RegistryError: the file is broken, or a value is wrong; nothing is written.
        UnknownName: there is none of that name.
    """
    import tomlkit

    check_model(model)
    text, names = _listed(workspace)
    if model.name not in names:
        raise UnknownName("model", model.name, names, _LISTING)
    document = tomlkit.parse(text)
    models: Any = document["models"]
    table = models[model.name]
    plain = Model(name=model.name, source=model.source, backend=default_backend(model.source))
    for key in _FIELDS:
        value, default = getattr(model, key), getattr(plain, key)
        if value == (table[key].unwrap() if key in table else default):
            continue
        if value is None:
            del table[key]
        else:
            table[key] = _inline(value)
    _write(workspace.models, tomlkit.dumps(document), names)


def remove_model(workspace: Workspace, name: str) -> None:
    """Take a model's table out of models.toml; comments outside it and the other tables stay as they are.

    Raises:
        RegistryError: the file is broken, or the model is the built-in ``echo``.
        UnknownName: there is none of that name.
    """
    text, names = _listed(workspace)
    if name not in names:
        if name == ECHO.name:
            raise RegistryError(f"{name!r} is built in: models.toml doesn't list it.", "There is nothing to remove.")
        raise UnknownName("model", name, names, _LISTING)
    _write(workspace.models, _without(text, name), names - {name})


def check_model(model: Model) -> None:
    """Check what the types can't: the name's characters, the source, and that backend and source fit.

    Raises:
        RegistryError: something is wrong; the message names the key.
    """
    where = f"models.{_quoted(model.name)}"
    if not _NAME.fullmatch(model.name):
        raise RegistryError(
            f"{where}: a name consists of letters, digits, '.', '_', '+' and '-', and begins with one of the first two.",
            "Rename it; it becomes part of the names of run folders.",
        )
    try:
        parse_source(model.source)
    except ModelError as error:
        raise RegistryError(f"{where}.source: {error.message}", error.remedy) from None
    needed = required_backend(model.source)
    if needed not in {None, model.backend}:
        raise RegistryError(
            f"{where}.backend: {model.backend!r} can't use the source {model.source!r}.",
            f'Leave backend out, or set it to "{needed}".',
        )
    if model.sha256 and not re.fullmatch(r"[0-9a-fA-F]{64}", model.sha256):
        raise RegistryError(
            f"{where}.sha256 is not a SHA-256: 64 hexadecimal digits.", "Take it from `sha256sum FILE`."
        )
    if model.size is not None and not 0 < model.size < 1e5:
        raise RegistryError(f"{where}.size is {model.size}, not a number of 10^9 parameters.", "Write 0.135 for 135M.")


def _parse(text: str, path: Path) -> dict[str, Model]:
    """Read the text of a registry; ``path`` is for messages."""
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _syntax(str(error), text, path) from None
    for key in document:
        if key != "models":
            raise _wrong(path, text, (key,), f"{key} is not a key of models.toml", _near(key, ("models",)))
    tables = document.get("models", {})
    if not isinstance(tables, dict):
        raise _wrong(path, text, ("models",), "models is not a table", 'Write a table per model: [models."name"].')
    models = {name: _model(name, table, text, path) for name, table in tables.items()}
    return models if ECHO.name in models else {**models, ECHO.name: ECHO}


def _model(name: str, table: Any, text: str, path: Path) -> Model:
    where = f"models.{_quoted(name)}"
    if not isinstance(table, dict):
        raise _wrong(path, text, ("models", name), f"{where} is not a table", f"Write [{where}] above its keys.")
    for key in table:
        if key not in _FIELDS:
            said = f"{where}.{key} is not a key of a model"
            raise _wrong(path, text, ("models", name, key), said, _near(key, _FIELDS))
    if "source" not in table:
        raise _wrong(path, text, ("models", name), f"{where} has no source", 'Add e.g. source = "path:folder".')
    source = table["source"]
    backend = default_backend(source) if isinstance(source, str) else "transformers"
    try:
        model = msgspec.convert({"backend": backend, **table, "name": name}, Model)
    except msgspec.ValidationError as error:
        said, _, at = str(error).partition(" - at `$.")
        key = at.removesuffix("`").partition("[")[0]
        remedy = _choices(key) or "Correct the value."
        raise _wrong(path, text, ("models", name, key), f"{where}.{at.removesuffix('`')}: {said}", remedy) from None
    try:
        check_model(model)
    except RegistryError as error:
        key = error.message.removeprefix(where)[1:].partition(":")[0].partition(" ")[0]
        raise _wrong(path, text, ("models", name, key), error.message.rstrip("."), error.remedy) from None
    return model


def _choices(key: str) -> str:
    """Return the values that a key may have, where they are few."""
    hints = msgspec.inspect.type_info(Model)
    assert isinstance(hints, msgspec.inspect.StructType)
    for field in hints.fields:
        if field.name == key and isinstance(field.type, msgspec.inspect.LiteralType):
            return f"Use one of {', '.join(str(v) for v in field.type.values)}."
    return ""


def _near(key: str, known: tuple[str, ...]) -> str:
    if key == "name":
        return "Leave it out: the name is the table's own."
    near = get_close_matches(key.lower(), known, n=1, cutoff=0.5)
    return f"Did you mean {near[0]}?" if near else f"Its keys are {', '.join(known)}."


def _syntax(said: str, text: str, path: Path) -> RegistryError:
    """Turn tomllib's message into one that begins with file, line and column."""
    match = _POSITION.search(said)
    message = _POSITION.sub("", said)
    lines = text.split("\n")
    line, column = len(lines), len(lines[-1]) + 1
    if match and match.group(1):
        line, column = int(match.group(1)), int(match.group(2))
    shown = lines[line - 1].strip() if line <= len(lines) else ""
    return RegistryError(
        f"{path}:{line}:{column}: {message}{f', in {shown!r}' if shown else ''}.",
        'Mend that line: text stands in quotes, and every model has one table [models."name"].',
    )


def _wrong(path: Path, text: str, keys: tuple[str, ...], said: str, remedy: str) -> RegistryError:
    line = _line_of(text, keys)
    return RegistryError(f"{path}{f':{line}' if line else ''}: {said}.", remedy)


def _line_of(text: str, keys: tuple[str, ...]) -> int | None:
    """Find the line where a key stands, or else its table's header; None where neither is plain to see."""
    table: tuple[str, ...] = ()
    header = None
    for number, line in enumerate(text.split("\n"), 1):
        try:
            value = tomllib.loads(line)
        except tomllib.TOMLDecodeError:
            value = tomllib.loads(f"{m.group(1)} = 0") if (m := re.match(r"\s*([A-Za-z0-9_-]+)\s*=", line)) else {}
        path = _path_of(value)
        if line.lstrip().startswith("["):
            table = path
            header = number if path == keys[:-1] or path == keys else header
            if path[: len(keys)] == keys:
                return number
        elif path and table + path == keys:
            return number
    return header


def _path_of(value: Any) -> tuple[str, ...]:
    path: tuple[str, ...] = ()
    while isinstance(value, dict) and len(value) == 1:
        key, value = next(iter(value.items()))
        path += (key,)
    return path


def _quoted(name: str) -> str:
    return f'"{name}"'


def _listed(workspace: Workspace) -> tuple[str, set[str]]:
    """Return the file's text, once it loads, and the names that the file itself has."""
    load_models(workspace)
    text = workspace.models.read_text(encoding="utf-8")
    return text, set(tomllib.loads(text).get("models", {}))


def _append(text: str, name: str, fields: dict[str, Any]) -> str:
    """Return the text with a table after everything else, a blank line before it."""
    import tomlkit

    begin = text.rstrip("\n")
    inline = {key: _inline(value) for key, value in fields.items()}
    return f"{begin}{chr(10) * 2 if begin else ''}[models.{_quoted(name)}]\n{tomlkit.dumps(inline)}"


def _inline(value: Any) -> Any:
    """Return a value that stands on its key's line: a table of its own would leave the model's."""
    import tomlkit

    if isinstance(value, dict):
        table = tomlkit.inline_table()
        table.update({key: _inline(item) for key, item in value.items() if item is not None})
        return table
    return [_inline(item) for item in value] if isinstance(value, list) else value


def _without(text: str, name: str) -> str:
    """Return the text without a table, but with the comments after its last key: they speak of what follows."""
    import tomlkit
    from tomlkit.items import Whitespace

    document = tomlkit.parse(text)
    models: Any = document["models"]
    body = models.value.body
    place = next(i for i, (key, _) in enumerate(body) if key is not None and key.key == name)
    inner = body[place][1].value.body
    last = max((i for i, (key, _) in enumerate(inner) if key is not None), default=-1)
    kept = list(dropwhile(lambda entry: isinstance(entry[1], Whitespace), inner[last + 1 :]))
    del body[place]
    if place == 0 and models.is_super_table():
        # With a comment at its beginning it would be written with a header of its own.
        body = document.body
        place = next(i for i, (key, _) in enumerate(body) if key is not None and key.key == "models")
    body[place:place] = kept
    return tomlkit.dumps(document).rstrip("\n") + "\n"


def _write(path: Path, text: str, names: set[str]) -> None:
    """Replace models.toml, if the new text loads and holds the names it should."""
    from harness.journal import write_atomic

    try:
        right = set(_parse(text, path)) == names | {ECHO.name}
    except RegistryError:
        right = False
    if not right:
        raise RegistryError(
            f"{path} is laid out in a way that can't be edited automatically.", "Edit it by hand: one table per model."
        )
    write_atomic(path, text.encode())
