"""Magibench's errors: one hierarchy.

    MagibenchError                 sandboxes/errors.py; carries ``remedy`` and ``exit_code`` 2
    ├── SandboxError               sandboxes/errors.py draws its branch
    ├── UsageError                 options or arguments that can't go together
    │   └── UnknownName            no such model, benchmark, run ...: "did you mean"
    ├── WorkspaceError             no workspace, or one that can't be written
    ├── RegistryError              models.toml is broken: file, line and column
    ├── ModelError                 a model's files are missing, damaged or can't be loaded
    ├── DataError                  benchmark data is missing or has the wrong checksum
    ├── SamplesError               a samples file is broken: file and line
    ├── RunError                   a run folder is damaged, or was made with other settings
    │   └── IncompleteRun          a run that can be looked at but not compared or published
    ├── BackendError               generation failed
    ├── RecipeError                a recipe is broken: file, step and parameter
    ├── CorpusError                a corpus can't be read
    ├── DatasetError               a dataset's folder is missing or damaged
    └── TrainingError              a training can't begin or go on, or its folder is damaged

Raise the most specific one, early, with the name of the thing and a ``remedy``.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from sandboxes.errors import MagibenchError

__all__ = [
    "BackendError",
    "CorpusError",
    "DataError",
    "DatasetError",
    "IncompleteRun",
    "MagibenchError",
    "ModelError",
    "RecipeError",
    "RegistryError",
    "RunError",
    "SamplesError",
    "TrainingError",
    "UnknownName",
    "UsageError",
    "WorkspaceError",
]


class UsageError(MagibenchError):
    """Options or arguments that can't go together."""


class UnknownName(UsageError):
    """A name that is not in a list; the remedy names the nearest ones."""

    def __init__(self, noun: str, name: str, known: Iterable[str], listing: str) -> None:
        """Describe the unknown ``name`` of a ``noun``; ``listing`` is the command that lists all."""
        near = difflib.get_close_matches(name.lower(), sorted(known), n=3, cutoff=0.5)
        guess = f"Did you mean {' or '.join(repr(n) for n in near)}? " if near else ""
        super().__init__(f"No {noun} named {name!r}.", f"{guess}`{listing}` lists them all.")


class WorkspaceError(MagibenchError):
    """No workspace, or one that can't be used."""


class RegistryError(MagibenchError):
    """models.toml can't be read; the message has file, line and column."""


class ModelError(MagibenchError):
    """A model's files are missing, damaged, or can't be loaded."""


class DataError(MagibenchError):
    """Benchmark data is missing or isn't what its checksum says."""


class SamplesError(MagibenchError):
    """A samples file has a line that can't be used; the message has file and line."""


class RunError(MagibenchError):
    """A run folder is damaged or was made with other settings."""


class IncompleteRun(RunError):
    """An incomplete run: it can be looked at, but neither compared nor published."""


class BackendError(MagibenchError):
    """A backend could not generate."""


class RecipeError(MagibenchError):
    """A recipe or a prompt's file can't be used; the message has the file and what is wrong in it."""


class CorpusError(MagibenchError):
    """A corpus can't be reached or read."""


class DatasetError(MagibenchError):
    """A dataset's folder is missing, damaged, or was made by something else."""


class TrainingError(MagibenchError):
    """A training can't begin or go on, or its folder is damaged."""
