"""Training recipes: TOML files under recipes/train/, read top to bottom, a comment beside each knob.

A name is looked for as a path, below the workspace's recipes/, and among those that come with Magibench.
``model`` is a name of models.toml or of another recipe: stages chain by name.
"""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Literal

import msgspec

from harness.datagen.recipes import check_name, parse_settings, recipe_folders
from harness.errors import RecipeError, UnknownName
from harness.learning import learn
from harness.workspace import Workspace

LISTING = "magibench train list"


class Table(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A table of a recipe: unknown keys are errors."""


class Data(Table, frozen=True, kw_only=True):
    """[data]: which rows, and how they become text."""

    dataset: str | list[str]
    """Name of a dataset of the workspace, or of several."""
    template: Literal["magicoder", "chat", "plain"] = "magicoder"
    """magicoder: the paper's; chat: the tokenizer's own; plain: problem, newline, solution."""
    max_length: int = 1216
    """Tokens of a row, prompt and answer together."""
    overlong: Literal["truncate", "drop"] = "truncate"
    """What becomes of longer rows: cut on the right as in the paper, or left out. Either is counted."""
    held_out: int = 0
    """Rows that are kept from training: their loss is measured before, during and after it."""
    limit: int = 0
    """Use at most so many rows, drawn by seed; 0: all."""
    fence: str = ""
    """Only rows with a fence of this language, e.g. "python": the paper's split by language."""
    without_fence: str = ""
    """Only rows without one."""


class Tuning(Table, frozen=True, kw_only=True):
    """[tuning]: which weights change."""

    method: Literal["full", "lora"] = "full"
    rank: int = 16
    alpha: float = 32.0
    dropout: float = 0.0
    targets: str | list[str] = "all-linear"
    """Names of modules, or "all-linear"."""


class Optimizer(Table, frozen=True, kw_only=True):
    """[optimizer]."""

    name: Literal["adafactor", "adamw"] = "adafactor"
    learning_rate: float = 5e-5
    schedule: Literal["linear", "cosine", "constant", "constant_with_warmup"] = "linear"
    warmup_steps: int = 15
    weight_decay: float = 0.0
    clip: float = 0.0
    """Largest norm of the gradient; 0: off, as in the paper."""


class Batches(Table, frozen=True, kw_only=True):
    """[batches]: a step sees ``rows`` rows, however they are packed."""

    rows: int = 512
    """Rows per step, over all processes and micro-batches."""
    micro_rows: int = 2
    """Rows per process that are computed together, on average."""
    packing: bool = True
    """Lay the rows of a micro-batch end to end, without padding, each attending to itself only. False: pad to the longest."""
    epochs: float = 2.0
    max_steps: int = 0
    """0: as many as the epochs give."""


class Compute(Table, frozen=True, kw_only=True):
    """[compute]: how it is computed."""

    precision: Literal["bf16", "mixed", "float32"] = "bf16"
    """bf16: weights and computing; mixed: weights in float32, computing in bf16; float32."""
    attention: Literal["auto", "rows", "sdpa", "eager", "flash_attention_2"] = "auto"
    gradient_checkpointing: bool = False
    processes: int = 1
    """More than one: through `accelerate launch`."""
    accelerate: str = ""
    """Accelerate's configuration (FSDP, several machines), relative to the recipe."""
    deepspeed: str = ""
    """DeepSpeed's configuration, relative to the recipe."""
    device: Literal["auto", "cpu", "cuda"] = "auto"
    threads: int = 0
    """Threads of a CPU; 0: all cores."""


class Checkpoints(Table, frozen=True, kw_only=True):
    """[checkpoints]."""

    every: int = 0
    """Steps; 0: only the last."""
    keep: int = 2


class Evaluate(Table, frozen=True, kw_only=True):
    """[evaluate]: what is measured while it trains."""

    held_out_every: int = 0
    """Steps between measurements of the held-out loss; 0: only before and after."""
    benchmark: str = ""
    """A benchmark that every checkpoint is judged on, and the model before training."""
    limit: int = 20
    max_tokens: int = 512


class Recipe(Table, frozen=True, kw_only=True):
    """A training, as its file says."""

    name: str
    description: str = ""
    model: str
    seed: int = 42
    data: Data
    tuning: Tuning = Tuning()
    optimizer: Optimizer = Optimizer()
    batches: Batches = Batches()
    compute: Compute = Compute()
    checkpoints: Checkpoints = Checkpoints()
    evaluate: Evaluate = Evaluate()

    @property
    def datasets(self) -> list[str]:
        """Names of its datasets."""
        return [self.data.dataset] if isinstance(self.data.dataset, str) else list(self.data.dataset)

    @property
    def accumulation(self) -> int:
        """Micro-batches per process and step."""
        return self.batches.rows // (self.batches.micro_rows * self.compute.processes)

    def sha256(self) -> str:
        """Return the checksum of everything that can change the weights: not its texts, evaluations or machine."""
        same = {"processes": 1, "accelerate": "", "deepspeed": "", "threads": 0, "device": "auto"}
        plain = msgspec.structs.replace(
            self, description="", evaluate=Evaluate(), checkpoints=Checkpoints(),
            compute=msgspec.structs.replace(self.compute, **same),
        )  # fmt: skip
        return hashlib.sha256(msgspec.json.encode(plain, order="sorted")).hexdigest()


def list_recipes(workspace: Workspace) -> dict[str, Path]:
    """Return the recipes of training by name; a workspace's own hides one that comes with Magibench."""
    found: dict[str, Path] = {}
    for folder in recipe_folders(workspace):
        for path in sorted((folder / "train").glob("*.toml")):
            found.setdefault(path.stem, path)
    return found


def find_recipe(workspace: Workspace, named: str) -> Path:
    """Return the file of a recipe.

    Raises:
        UnknownName: there is none.
    """
    path = Path(named)
    if named.endswith(".toml") and path.is_file():
        return path
    known = list_recipes(workspace)
    if named.removesuffix(".toml") not in known:
        raise UnknownName("training recipe", named, known, LISTING)
    return known[named.removesuffix(".toml")]


def load_recipe(workspace: Workspace, named: str, settings: Sequence[str] = ()) -> Recipe:
    """Return a recipe by its path or its name, with settings ("optimizer.learning_rate=1e-4") laid over it.

    Raises:
        UnknownName: there is none.
        RecipeError: it isn't TOML, or a key or a value is wrong: did you mean.
    """
    path = find_recipe(workspace, named)
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise RecipeError(f"{path} is not TOML: {error}.", "Mend that line.") from None
    table = _overlay({"name": path.stem, **table}, parse_settings(settings))
    _check_keys(table, Recipe, str(path), "")
    try:
        recipe = msgspec.convert(table, Recipe)
    except msgspec.ValidationError as error:
        raise RecipeError(f"{path}: {error}.", "Correct the value.") from None
    check_name(recipe.name, str(path))
    check_numbers(recipe, str(path))
    return recipe


def check_numbers(recipe: Recipe, where: str) -> None:
    """Refuse numbers that can't be, and settings that exclude each other.

    Raises:
        RecipeError: the message names the key.
    """
    b, c, d, t = recipe.batches, recipe.compute, recipe.data, recipe.tuning
    share = b.micro_rows * c.processes
    for wrong, said, remedy in (
        (b.rows < 1 or b.micro_rows < 1 or c.processes < 1, "batches and processes are 1 or more", "Raise them."),
        (b.rows % max(share, 1) != 0, f"batches.rows is {b.rows}, not a multiple of micro_rows x processes ({share})",
         f"Use {max(1, b.rows // max(share, 1)) * share}."),
        (d.max_length < 8, f"data.max_length is {d.max_length}", "Give rows some room: 1216 in the paper."),
        (b.epochs <= 0 and b.max_steps <= 0, "there is nothing to do", "Set batches.epochs or batches.max_steps."),
        (recipe.optimizer.learning_rate <= 0, "optimizer.learning_rate isn't above 0", "The paper's is 5e-5."),
        (bool(d.fence and d.without_fence), "data.fence and data.without_fence exclude each other", "Keep one."),
        (t.method == "lora" and t.rank < 1, f"tuning.rank is {t.rank}", "Use 8 to 64."),
        (bool(c.accelerate and c.deepspeed), "compute.accelerate and compute.deepspeed exclude each other",
         "Name DeepSpeed's configuration inside accelerate's."),
        (bool(c.deepspeed and c.device == "cpu"), "DeepSpeed needs a GPU", "Leave compute.deepspeed out."),
        (c.attention == "flash_attention_2" and c.device == "cpu", "flash_attention_2 needs a GPU",
         'Use attention = "auto".'),
        (c.attention == "flash_attention_2" and c.precision == "float32", "flash_attention_2 can't compute in float32",
         'Use precision = "bf16".'),
        (b.packing and c.attention == "eager",
         "packing keeps rows apart in the attention, which eager can't", 'Use attention = "auto", or packing = false.'),
    ):  # fmt: skip
        if wrong and said:
            raise RecipeError(f"{where}: {said}.", remedy)


def stages(workspace: Workspace, recipe: Recipe, models: Sequence[str]) -> list[Recipe]:
    """Return what must be trained, in order: the recipe, and before it those whose models it starts from.

    Raises:
        UnknownName: its model is neither in models.toml nor a recipe.
        RecipeError: recipes go round in a circle.
    """
    chain = [recipe]
    while chain[0].model not in models:
        known = list_recipes(workspace)
        if chain[0].model not in known:
            raise UnknownName("model", chain[0].model, [*models, *known], "magibench models list")
        before = load_recipe(workspace, chain[0].model)
        if before.name in [r.name for r in chain]:
            raise RecipeError(f"{before.name} and {chain[0].name} start from each other.", "Name another model.")
        chain.insert(0, before)
    return chain


def _overlay(table: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    merged = dict(table)
    for key, value in over.items():
        both = isinstance(value, dict) and isinstance(merged.get(key), dict)
        merged[key] = _overlay(merged[key], value) if both else value
    return merged


def _check_keys(table: dict[str, Any], kind: Any, where: str, prefix: str) -> None:
    """Say "did you mean" for a key that isn't one."""
    fields = {f.name: f.type for f in msgspec.structs.fields(kind)}
    for key, value in table.items():
        if key not in fields:
            near = get_close_matches(key.lower(), fields, n=1, cutoff=0.5)
            remedy = f"Did you mean {prefix}{near[0]}?" if near else f"Its keys are {', '.join(fields)}."
            raise RecipeError(f"{where}: {prefix}{key} is not a key of a recipe.", remedy)
        inner = fields[key]
        if isinstance(inner, type) and issubclass(inner, msgspec.Struct) and isinstance(value, dict):
            _check_keys(value, inner, where, f"{prefix}{key}.")


learn(Recipe)
