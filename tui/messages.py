"""Messages between the app and its places: what happened, in the past tense."""

from __future__ import annotations

from textual.message import Message


class RunsChanged(Message):
    """Runs are new, changed or gone; sent to every open place."""

    def __init__(self, ids: set[str]) -> None:
        """Name the runs."""
        super().__init__()
        self.ids = ids


class Ticked(Message):
    """A quarter of a second passed while something runs: rates and times left are to be drawn again."""


class WorksChanged(Message):
    """Trainings or datasets are new, changed or gone."""

    def __init__(self, keys: set[str]) -> None:
        """Name them, "training small"."""
        super().__init__()
        self.keys = keys


class ModelsChanged(Message):
    """models.toml is another one, or the doctor found something else."""


class SettingsChanged(Message):
    """Theme, density or keys are others now."""
