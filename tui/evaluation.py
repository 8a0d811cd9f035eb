"""The form of a new evaluation as data: what was chosen, the command it makes, what is wrong with it."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import dataclass

from harness.errors import MagibenchError, UsageError
from harness.records import Model
from harness.workspace import Workspace

STYLES = ("model's own", "base", "chat", "magicoder", "insertion")
PRESETS: dict[str, str] = {
    "1@0": "greedy",
    "10@0.2": "10 at 0.2",
    "10@0.8": "10 at 0.8",
    "20@0.8": "20 at 0.8",
    "100@0.8": "100 at 0.8",
}
"""Samplings to choose from: how `magibench eval --sampling` writes them, and people."""


@dataclass(frozen=True)
class BenchmarkChoice:
    """One line of the list of benchmarks."""

    spec: str
    name: str
    version: str
    problems: int
    default: bool
    here: bool
    """Whether its data is on this machine."""


@dataclass(frozen=True)
class Offer:
    """What can be chosen from, or why nothing can."""

    models: dict[str, Model]
    benchmarks: list[BenchmarkChoice]
    trouble: str = ""


def make_offer(workspace: Workspace) -> Offer:
    """Read models.toml and the list of benchmarks. Checks data files: call it from a thread."""
    models: dict[str, Model] = {}
    benchmarks: list[BenchmarkChoice] = []
    trouble: list[str] = []
    try:
        from harness.registry import load_models

        models = load_models(workspace)
        if not models:
            trouble.append(f"{workspace.models} names no model. Add one with `magibench models add`.")
    except (MagibenchError, ImportError) as error:
        trouble.append(str(error))
    try:
        from harness.benchmarks import available
        from harness.benchmarks.data import inventory

        # The plain benchmark reads the file of its plus version where it has none of its own.
        rows = inventory()
        own = {row["name"] for row in rows}
        here = {(row["name"], row["version"]) for row in rows if row["available"]}
        benchmarks = [
            BenchmarkChoice(
                spec=item.name if item.default else item.spec,
                name=item.name,
                version=item.version,
                problems=item.problems,
                default=item.default,
                here=(item.name if item.name in own else f"{item.name}+", item.version) in here,
            )
            for item in available()
        ]
    except (MagibenchError, ImportError) as error:
        trouble.append(str(error))
    return Offer(models, benchmarks, "\n".join(trouble))


@dataclass(frozen=True)
class Evaluation:
    """What the form says."""

    models: Sequence[str]
    benchmarks: Sequence[str]
    limit: str = ""
    n: str = ""
    temperature: str = ""
    style: str = STYLES[0]
    samplings: Sequence[str] = ()
    """Keys of PRESETS; what ``n`` and ``temperature`` say is one more, or the only one."""

    @property
    def drawn(self) -> list[tuple[int, float]]:
        """Samples per problem and temperature of every sampling; what isn't a number is left out."""
        found = [(int(n), float(t)) for n, _, t in (text.partition("@") for text in self.samplings)]
        if self.n.strip() or self.temperature.strip() or not found:
            try:
                n = int(self.n.strip() or 1)
                found.append((n, float(self.temperature.strip() or (0.8 if n > 1 else 0.0))))
            except ValueError:
                pass
        return list(dict.fromkeys(found))

    @property
    def arguments(self) -> list[str]:
        """What follows `magibench`; only what differs from the command's defaults."""
        words = ["eval", *self.models, *self.benchmarks]
        if self.limit.strip():
            words += ["--limit", self.limit.strip()]
        if len(self.samplings) == 0:
            for option, value in (("-n", self.n), ("--temperature", self.temperature)):
                words += [option, value.strip()] if value.strip() else []
        elif self.drawn != [(1, 0.0)]:
            for n, temperature in self.drawn:
                words += ["--sampling", f"{n}@{temperature:g}"]
        if self.style != STYLES[0]:
            words += ["--style", self.style]
        return words

    @property
    def command(self) -> str:
        """The command as one would type it."""
        return shlex.join(["magibench", *self.arguments])

    @property
    def title(self) -> str:
        """What people call the job."""

        def some(names: Sequence[str], noun: str) -> str:
            return names[0] if len(names) == 1 else f"{len(names)} {noun}"

        return f"{some(self.models, 'models')} on {some(self.benchmarks, 'benchmarks')}"

    def check(self) -> None:
        """Look for what can't work, as the command itself would.

        Raises:
            UsageError: a choice is missing, or a number isn't one.
        """
        if not self.models:
            raise UsageError("No model is chosen.", "Put the cursor on one and press Space.")
        if not self.benchmarks:
            raise UsageError("No benchmark is chosen.", "Put the cursor on one and press Space.")
        _whole("Limit", self.limit)
        samples = _whole("Samples", self.n) or 1
        if samples > 10_000:
            raise UsageError(f"{samples} samples per problem are too many.", "Use at most 10000.")
        if self.temperature.strip():
            try:
                temperature = float(self.temperature)
            except ValueError:
                temperature = -1.0
            if not 0 <= temperature <= 5:
                raise UsageError(f"{self.temperature!r} is no temperature.", "Write a number from 0 to 5, or nothing.")
            if temperature == 0 and samples > 1:
                raise UsageError(
                    f"{samples} greedy samples would all be the same.", "Use 1 sample, or a temperature above 0."
                )

    def check_data(self) -> None:
        """Look whether the data of the benchmarks can be had. May download: call it from a thread.

        Raises:
            DataError: it can't.
        """
        from harness.benchmarks import load_benchmark

        for spec in self.benchmarks:
            load_benchmark(spec)


def _whole(name: str, text: str) -> int | None:
    if not text.strip():
        return None
    if text.strip().isdecimal() and int(text) >= 1:
        return int(text)
    raise UsageError(f"{name} is {text!r}.", "Write a whole number from 1 up, or nothing.")
