"""What the places do alike with jobs: show a log, resume a training or a dataset."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from tui.jobs import Job

if TYPE_CHECKING:
    from tui.app import Dashboard


def log_of(app: Dashboard, job: Job | None) -> None:
    """Open the log of a job; it follows the output while the job runs."""
    from tui.screens.dialogs import LogDialog

    if job is not None:
        app.push_screen(LogDialog(app, job))


def resume_work(app: Dashboard, kind: str, name: str) -> bool:
    """Start the command that goes on with a training or a dataset; False where nobody knows it."""
    if kind == "training":
        return app.start_job(["train", "resume", name], f"training {name}")
    if kind == "dataset":
        arguments = making_arguments(app, name)
        if arguments:
            return app.start_job(arguments, f"dataset {name}")
        app.notify(
            "Run the command that began it again: it goes on where it stopped.",
            title=f"Nobody noted how {name} was begun", severity="warning", markup=False,
        )  # fmt: skip
    return False


def making_arguments(app: Dashboard, name: str) -> list[str]:
    """Return the arguments that a dataset was begun with: of a job of a dashboard, or a recipe of its name."""
    work = app.works.datasets.get(name) if app.works else None
    for file in sorted(app.workspace.jobs.glob("*.json"), reverse=True) if app.workspace.jobs.is_dir() else ():
        try:
            job = msgspec.json.decode(file.read_bytes(), type=Job)
        except (OSError, msgspec.MsgspecError):
            continue
        if work is not None and job.pid == work.pid and abs(job.started - work.began) < 120:
            return job.arguments
    from harness.datagen.recipes import list_recipes

    return ["data", "make", name] if name in list_recipes(app.workspace) else []
