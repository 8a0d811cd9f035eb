"""Steps: functions from rows to rows, each a frozen record of its parameters, found by name in a lazy table.

A step is a ``Step`` subclass; its fields are its parameters, so that a recipe's table is checked by
msgspec and the manifest can say what was asked. The frame (``harness.datagen.frame``) runs them.
"""

from __future__ import annotations

import importlib
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from difflib import get_close_matches
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any, ClassVar

import msgspec

from harness.datagen.events import JobEvent
from harness.datagen.rows import Rejected, Row
from harness.errors import RecipeError, UnknownName
from harness.workspace import Workspace

GROUP = "magibench.data_steps"
"""Group of entry points of plug-ins."""

BUILTIN = {
    "seeds": "harness.datagen.seeds:Seeds",
    "comment-functions": "harness.datagen.pairs:CommentFunctions",
    "import": "harness.datagen.exchange:Import",
    "oss-instruct": "harness.datagen.oss_instruct:OssInstruct",
    "self-instruct": "harness.datagen.self_instruct:SelfInstruct",
    "evol-instruct": "harness.datagen.evol_instruct:EvolInstruct",
    "clean": "harness.datagen.refining:Clean",
    "dedup": "harness.datagen.refining:Dedup",
    "decontaminate": "harness.datagen.refining:Decontaminate",
    "filter": "harness.datagen.refining:Filter",
    "analyze": "harness.datagen.analysis.analysing:Analyze",
}
"""Name to ``module:class``, a subclass of ``Step``."""


_LEARNING = threading.Lock()
"""Steps are learned when they are met, plug-ins too: one at a time (``harness.learning`` says why)."""


def _ignore(event: JobEvent) -> None:
    del event


@dataclass
class Context:
    """What a step gets from the frame besides its rows."""

    workspace: Workspace
    folder: Path
    """The step's own, kept until its result is there: a resumed step finds its journals."""
    journals: Path
    """The dataset's own, kept always: answers of teachers, whichever step asked."""
    seed: int = 0
    """The recipe's seed: all that is random derives from it."""
    workers: int = 1
    """Processes that a step may use; the result mustn't depend on it."""
    cluster: str = ""
    """Address of a Ray cluster on whose nodes teachers generate; empty for this machine."""
    total: int | None = None
    """Rows that come in; None for a first step."""
    emit: Callable[[JobEvent], None] = _ignore
    facts: dict[str, Any] = field(default_factory=dict)
    """What the manifest should say beside the counts; must be the same for the same input."""
    measured: dict[str, Any] = field(default_factory=dict)
    """What isn't: seconds, retries, rates. Goes to timings.json."""

    @property
    def reports(self) -> Path:
        """Folder for files that travel with the dataset, as reports/<step>/; made on first use."""
        folder = self.folder / "reports"
        folder.mkdir(parents=True, exist_ok=True)
        return folder


class Step(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of all steps: a subclass's fields are its parameters."""

    name: ClassVar[str]
    version: ClassVar[int] = 1
    """Raised when the same rows and parameters would give another result: old caches are then stale."""
    source: ClassVar[bool] = False
    """True for a step that can begin a recipe: it takes no rows."""
    reports_progress: ClassVar[bool] = False
    """True for a step that emits StepProgress itself: it knows more than how many rows it took."""
    unsigned: ClassVar[frozenset[str]] = frozenset()
    """Fields that can't change the result (concurrency, prices): not part of the signature."""

    def run(self, rows: Iterable[Row], context: Context) -> Iterator[Row | Rejected]:
        """Yield what stays and what doesn't. Rows arrive one by one; hold as few as you can."""
        raise NotImplementedError

    def parameters(self) -> dict[str, Any]:
        """Return what the manifest and the signature say."""
        fields = msgspec.to_builtins(self)
        assert isinstance(fields, dict)
        return {k: v for k, v in sorted(fields.items()) if k not in self.unsigned}

    def fingerprint(self, workspace: Workspace) -> Any:
        """Return what else the result depends on, as JSON: a corpus's state, a teacher's source, a prompt's sha.

        Raises:
            MagibenchError: something that the step needs isn't there. Called before anything runs.
        """
        return None


def step_names() -> list[str]:
    """Return the names of all steps, plug-ins included."""
    return sorted({*BUILTIN, *(e.name for e in entry_points(group=GROUP))})


def step_class(name: str) -> type[Step]:
    """Import a step's class.

    Raises:
        UnknownName: there is no such step.
    """
    plugins = {e.name: e for e in entry_points(group=GROUP)}
    if name in plugins:
        return plugins[name].load()  # type: ignore[no-any-return]
    if name not in BUILTIN:
        raise UnknownName("step", name, step_names(), "magibench data steps")
    module, _, attribute = BUILTIN[name].partition(":")
    return getattr(importlib.import_module(module), attribute)  # type: ignore[no-any-return]


def make_step(name: str, parameters: dict[str, Any], where: str = "") -> Step:
    """Return the step with these parameters; ``where`` begins the message of an error.

    Raises:
        UnknownName: there is no such step.
        RecipeError: a parameter is unknown or has a wrong value.
    """
    kind = step_class(name)
    begin = f"{where}: " if where else ""
    known = kind.__struct_fields__
    for key in parameters:
        if key not in known:
            near = get_close_matches(key.lower(), known, n=1, cutoff=0.5)
            remedy = f"Did you mean {near[0]}?" if near else f"Its parameters: {', '.join(known) or 'none'}."
            raise RecipeError(f"{begin}the step {name} has no parameter {key!r}.", remedy)
    try:
        with _LEARNING:
            return msgspec.convert(parameters, kind)
    except msgspec.ValidationError as error:
        said, _, at = str(error).partition(" - at `$")
        at = at.removesuffix("`").lstrip(".")
        if "missing required field" in said:
            raise RecipeError(f"{begin}the step {name}: {said}.", "Add it.") from None
        raise RecipeError(f"{begin}the step {name}, {at or 'its table'}: {said}.", "Correct the value.") from None
