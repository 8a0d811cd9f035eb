"""`magibench train RECIPE | resume | validate`."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from harness.cli.options import terminable

if TYPE_CHECKING:
    from harness.finetune.events import TrainingEvent
    from harness.finetune.recipes import Recipe
    from harness.workspace import Workspace

F = TypeVar("F", bound=Callable[..., Any])
PLAIN_EVERY_S = 10.0


def recipe_options(command: F) -> F:
    """Add --name and --set."""
    for option in (
        click.option("--name", metavar="NAME", help="Of the training and its model; default: the recipe's."),
        click.option(
            "--set", "settings", multiple=True, metavar="KEY=VALUE", help="E.g. optimizer.learning_rate=1e-4."
        ),
    ):
        command = option(command)
    return command


cluster_option = click.option(
    "--cluster", metavar="ADDRESS", default="", help="Train on a Ray cluster whose nodes share the workspace's folder."
)


@click.command()
@click.argument("recipe")
@recipe_options
@cluster_option
@click.option("--quiet", "-q", is_flag=True, help="Warnings and errors only.")
@click.option("--json", "as_json", is_flag=True, help="Write what came out as JSON to stdout.")
@click.pass_obj
def run(
    workspace_name: str | None,
    /,
    recipe: str,
    name: str | None,
    settings: Sequence[str],
    cluster: str,
    quiet: bool,
    as_json: bool,
) -> None:
    """Train by RECIPE; a model that is itself a recipe and isn't trained yet is trained first."""
    from harness.finetune.recipes import find_recipe, stages
    from harness.registry import load_models
    from harness.workspace import find_workspace

    workspace = find_workspace(workspace_name)
    last = _load(workspace, recipe, name, settings)
    chain = stages(workspace, last, list(load_models(workspace)))
    for stage in chain:
        path = find_recipe(workspace, recipe if stage is last else stage.name)
        train_stage(workspace, stage, path, quiet=quiet, cluster=cluster)
    report(workspace, last.name, as_json=as_json)


@click.command()
@click.argument("name")
@cluster_option
@click.option("--quiet", "-q", is_flag=True, help="Warnings and errors only.")
@click.option("--json", "as_json", is_flag=True, help="Write what came out as JSON to stdout.")
@click.pass_obj
def resume(workspace_name: str | None, /, name: str, cluster: str, quiet: bool, as_json: bool) -> None:
    """Go on with the training NAME from its last whole checkpoint, by the recipe it was begun with."""
    from harness.finetune.folder import open_training
    from harness.workspace import find_workspace

    workspace = find_workspace(workspace_name)
    train_stage(workspace, open_training(workspace, name).recipe(), None, quiet=quiet, cluster=cluster)
    report(workspace, name, as_json=as_json)


@click.command()
@click.argument("recipe")
@recipe_options
@click.option("--json", "as_json", is_flag=True, help="Write the plan as JSON to stdout.")
@click.pass_obj
def validate(
    workspace_name: str | None, /, recipe: str, name: str | None, settings: Sequence[str], as_json: bool
) -> None:
    """Check RECIPE, its data and its model, and show steps, tokens and memory. No weights are loaded."""
    import shutil

    from harness.display import show_json
    from harness.finetune.events import TrainingPlanned
    from harness.finetune.launching import train
    from harness.finetune.recipes import find_recipe, stages
    from harness.registry import load_models
    from harness.workspace import find_workspace

    workspace = find_workspace(workspace_name)
    found = _load(workspace, recipe, name, settings)
    chain = stages(workspace, found, list(load_models(workspace)))
    events: list[TrainingEvent] = []
    show = Progress(quiet=as_json)
    if len(chain) > 1:
        click.echo(f"First: {', then '.join(s.name for s in chain[:-1])}. Only that can be checked now.", err=True)

    def emit(event: TrainingEvent) -> None:
        events.append(event)
        show(event)

    folder = train(workspace, chain[0], emit, recipe_path=find_recipe(workspace, recipe), plan_only=True)
    shutil.rmtree(folder.path)
    if as_json:
        show_json(next(e for e in events if isinstance(e, TrainingPlanned)))


def train_stage(
    workspace: Workspace, recipe: Recipe, path: Path | None, *, quiet: bool = False, cluster: str = ""
) -> None:
    """Train one recipe; a ctrl-c or SIGTERM stops it, and the same command goes on."""
    from harness.finetune.launching import train

    try:
        with terminable():
            train(workspace, recipe, Progress(quiet=quiet), recipe_path=path, cluster=cluster)
    except KeyboardInterrupt:
        click.secho("Stopped. The same command goes on from the last checkpoint.", err=True, fg="yellow")
        sys.exit(130)


def report(workspace: Workspace, name: str, *, as_json: bool) -> None:
    """Say what came out: on stdout as JSON, else on stderr."""
    from harness.display import show_json
    from harness.finetune.folder import open_training
    from harness.registry import load_models

    folder = open_training(workspace, name)
    steps, held = folder.losses(), folder.held_out()
    model = load_models(workspace).get(name)
    if as_json:
        show_json({"training": name, "model": model, "last": steps[-1] if steps else None, "held_out": held})
        return
    if len(held) > 1:
        click.echo(f"held-out loss {held[0].loss:.4f} → {held[-1].loss:.4f} over {held[0].tokens:,} tokens", err=True)
    if model:
        click.echo(f"{name} is in models.toml: {model.source}\nNext:  magibench eval {name} humaneval", err=True)


class Progress:
    """Shows events on stderr: every step on a terminal's line, or a line every few seconds."""

    def __init__(self, *, quiet: bool = False) -> None:
        """``quiet`` shows warnings only."""
        self._quiet = quiet
        self._last = 0.0

    def __call__(self, event: TrainingEvent) -> None:
        """Show one event."""
        from harness.events import Notice

        if isinstance(event, Notice):
            if event.level != "info" or not self._quiet:
                click.secho(f"{event.message} {event.remedy}".strip(), err=True,
                            fg="yellow" if event.level == "warning" else None)  # fmt: skip
        elif not self._quiet:
            self._show(event)

    def _show(self, event: TrainingEvent) -> None:
        from harness.events import Phase
        from harness.finetune.events import (
            CheckpointSaved,
            Evaluated,
            HeldOut,
            StepTrained,
            TrainingPlanned,
            TrainingStarted,
        )

        text = ""
        if isinstance(event, StepTrained):
            now = time.monotonic()
            if now - self._last > PLAIN_EVERY_S or event.step in {1, event.steps}:
                self._last = now
                text = (
                    f"step {event.step}/{event.steps}  loss {event.loss:.4f}  lr {event.learning_rate:.2e}  "
                    f"{event.tokens_per_s:,.0f} tokens/s  {event.memory_mib:,} MiB  {_span(event.left_s)} left"
                )
        elif isinstance(event, TrainingPlanned):
            m = event.memory
            text = (
                f"{event.training}: {event.rows:,} rows ({event.held_out} held out), {event.steps} steps, "
                f"{event.tokens:,} tokens ({100 * event.real_share:.1f} % of those computed)\n"
                f"{event.trainable:,} of {event.parameters:,} parameters change; about {m.total:,} MiB: weights {m.weights:,}, "
                f"gradients {m.gradients:,}, optimiser {m.optimizer:,}, activations {m.activations:,}, process {m.process:,}; {m.available:,} free"
            )
        elif isinstance(event, HeldOut):
            text = f"held-out loss {event.loss:.4f} at step {event.step}"
        elif isinstance(event, Evaluated):
            scores = ", ".join(f"{suite} {100 * value:.1f} %" for suite, value in event.scores.items())
            text = f"pass@1 at step {event.step} on {event.problems} of {event.benchmark}: {scores}"
        elif isinstance(event, CheckpointSaved):
            text = f"checkpoint of step {event.step}: {event.model}"
        elif isinstance(event, TrainingStarted) and event.step:
            text = f"going on after step {event.step} of {event.steps}"
        elif isinstance(event, Phase):
            text = f"{event.name} {event.detail}".strip()
        if text:
            click.echo(text, err=True)


def _span(seconds: float) -> str:
    hours, rest = divmod(int(seconds), 3600)
    return f"{hours} h {rest // 60} min" if hours else f"{rest // 60} min {rest % 60} s" if rest >= 60 else f"{rest} s"


def _load(workspace: Workspace, recipe: str, name: str | None, settings: Sequence[str]) -> Recipe:
    from harness.finetune.recipes import load_recipe

    return load_recipe(workspace, recipe, [*settings, *([f"name={name}"] if name else [])])
