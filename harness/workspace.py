"""A workspace is a folder with a models.toml; the nearest one upwards is used.

Below it: models.toml (versioned), runs/, history/, datasets/, trainings/, jobs/, playground/,
site/ (ignored by git). Downloads and built indexes live in the user's cache folder.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from harness.errors import WorkspaceError

MODELS_FILE = "models.toml"


@dataclass(frozen=True)
class Workspace:
    """The folders that everything is read from and written to."""

    root: Path

    @property
    def models(self) -> Path:
        """The registry of models."""
        return self.root / MODELS_FILE

    @property
    def runs(self) -> Path:
        """One folder per run."""
        return self.root / "runs"

    @property
    def datasets(self) -> Path:
        """One folder per dataset."""
        return self.root / "datasets"

    @property
    def trainings(self) -> Path:
        """One folder per fine-tuning."""
        return self.root / "trainings"

    @property
    def jobs(self) -> Path:
        """Logs of commands that the dashboard started."""
        return self.root / "jobs"

    @property
    def site(self) -> Path:
        """The published pages."""
        return self.root / "site"


def find_workspace(named: str | Path | None = None) -> Workspace:
    """Return the workspace: ``named``, else MAGIBENCH_WORKSPACE, else the nearest folder upwards.

    Raises:
        WorkspaceError: none of them has a models.toml.
    """
    wanted = named or os.environ.get("MAGIBENCH_WORKSPACE")
    if wanted:
        root = Path(wanted).expanduser().resolve()
        if not (root / MODELS_FILE).is_file():
            raise WorkspaceError(
                f"{root} is not a workspace: it has no {MODELS_FILE}.",
                f"Make one with `magibench init {root}`.",
            )
        return Workspace(root)
    here = Path.cwd().resolve()
    for folder in (here, *here.parents):
        if (folder / MODELS_FILE).is_file():
            return Workspace(folder)
    raise WorkspaceError(
        f"No {MODELS_FILE} in {here} or any folder above it.",
        "Make a workspace with `magibench init`, or name one with --workspace.",
    )


def cache_dir() -> Path:
    """Return the user's cache folder for downloads and indexes (MAGIBENCH_CACHE overrides it)."""
    named = os.environ.get("MAGIBENCH_CACHE")
    return Path(named).expanduser() if named else Path(platformdirs.user_cache_dir("magibench"))


def data_dir() -> Path | None:
    """Return the folder of benchmark data that the user named in MAGIBENCH_DATA, or None."""
    named = os.environ.get("MAGIBENCH_DATA")
    return Path(named).expanduser().resolve() if named else None
