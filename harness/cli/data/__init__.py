"""`magibench data`: a lazy table of commands, as the program's own."""

from __future__ import annotations

from typing import ClassVar

import click

from harness.cli import LazyGroup

COMMANDS: dict[str, tuple[str, str]] = {
    "make": ("harness.cli.data.make:make", "Make a dataset from a recipe."),
    "recipes": ("harness.cli.data.listing:recipes", "List the recipes."),
    "steps": ("harness.cli.data.listing:steps", "List the steps that recipes are made of."),
    "list": ("harness.cli.data.listing:list_command", "List datasets."),
    "show": ("harness.cli.data.listing:show", "Show what a dataset is, its rows and what was rejected."),
    "seeds": ("harness.cli.data.stages:seeds", "Take seed snippets from a corpus of code."),
    "generate": ("harness.cli.data.stages:generate", "Have a teacher make problems and solutions."),
    "clean": ("harness.cli.data_steps:clean", "Drop rows whose seed, problem or solution repeats."),
    "dedup": ("harness.cli.data_steps:dedup", "Drop near-duplicates by MinHash."),
    "decontaminate": ("harness.cli.data_steps:decontaminate", "Drop rows that share something with a benchmark."),
    "filter": ("harness.cli.data_steps:filter_command", "Run Python solutions, drop those that break."),
    "analyze": ("harness.cli.data_steps:analyze", "Compare datasets: categories, lengths, similarity."),
    "import": ("harness.cli.data.files:import_command", "Make a dataset of published instruction data."),
    "export": ("harness.cli.data.files:export_command", "Write a dataset's rows in another format."),
}
"""Command name to where it is defined and its line of help."""


class DataGroup(LazyGroup):
    """The commands about data."""

    table: ClassVar[dict[str, tuple[str, str]]] = COMMANDS


@click.group("data", cls=DataGroup)
def data() -> None:
    """Make instruction data: from open-source code to clean rows, each step with its manifest."""
