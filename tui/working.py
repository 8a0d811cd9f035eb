"""What the places do alike with jobs: show a log, resume a training or a dataset."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from tui.jobs import Job

if TYPE_CHECKING:
    from tui.app import Dashboard
    from tui.works import Work


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


def is_starting(app: Dashboard, work: Work) -> bool:
    """Return whether a command that will go on with a work was begun and has not said so yet: imports take seconds."""
    if work.state == "running":
        return False
    for job in app.jobs.active.values():
        if work.KIND == "training" and job.arguments[:1] == ["train"] and job.arguments[-1] == work.name:
            return job.arguments[1] != "validate"
        if work.KIND == "dataset" and job.arguments[:2] == ["data", "make"]:
            named = "--name" in job.arguments
            if job.arguments[job.arguments.index("--name") + 1 if named else 2] == work.name:
                return True
    return False


def state_of_work(app: Dashboard, work: Work) -> str:
    """Return a work's state, or "starting"; a key of ``tui.marks.RUN_STATES``."""
    return "starting" if is_starting(app, work) else work.state


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
