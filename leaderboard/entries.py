"""What is published: a run with its evidence, and the rule of what may be published at all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import overload

import msgspec

from harness.errors import IncompleteRun
from harness.records import Metric, Run, Verdict
from harness.statistics import Counts, metrics_of, right_of, suites_of

Key = tuple[str, int]
"""Problem id and sample index."""


class DataStep(msgspec.Struct, frozen=True, kw_only=True):
    """One step of a dataset's making."""

    name: str
    rows_in: int
    rows_out: int
    rejected: Mapping[str, int] = {}


class DataReport(msgspec.Struct, frozen=True, kw_only=True):
    """What a model was trained on, as its page says it."""

    name: str
    rows: int
    rows_sha256: str
    """The version."""
    description: str = ""
    contamination: str = ""
    """In words, e.g. "35 rows removed", "not decontaminated"."""
    steps: Sequence[DataStep] = ()
    by_benchmark: Mapping[str, int] | None = None
    """Rows found in a benchmark and removed, by benchmark; None where nobody looked."""


class PublishedRun(msgspec.Struct, frozen=True, kw_only=True):
    """A run and everything that its pages show."""

    run: Run
    verdicts: Sequence[Verdict]
    """One per sample."""
    samples: Mapping[Key, str] = {}
    """Raw text of each sample as the model gave it."""
    programs: Mapping[Key, str] = {}
    """Program that was judged, where it could be taken out of the sample again."""
    prompts: Mapping[str, str] = {}
    """By problem id; empty where the benchmark's data is not at hand."""
    language: str = "python"
    """Of the programs, as it stands at a fence."""
    withheld: str = ""
    """Why no text of a problem or an answer may be shown, in a sentence for the pages; see ``bare``."""

    licence: str = ""
    """Of the problems, and where it is said."""
    private: bool = False
    """Whether the owner of the model keeps its answers; see ``bare``."""
    datasets: Sequence[DataReport] = ()
    """What the model was trained on, where it was trained here."""
    counts: Mapping[str, Counts] | None = None
    """Of each suite what ``right_of`` gives, where it is known without the verdicts."""
    digest: str = ""
    """Checksum of verdicts, samples and programs, where it is known without them: then a build in which nothing of
    this run is made anew doesn't ask for any of the three."""

    @property
    def reference(self) -> bool:
        """Whether these are the benchmark's own solutions: a ceiling, not a model."""
        return is_reference(self.run)

    @property
    def suites(self) -> list[str]:
        """Names of the suites in the order judged."""
        return suites_of(self.run)

    def metrics(self) -> list[Metric]:
        """Derive the numbers from the verdicts, with the one function that does."""
        return metrics_of({suite: self.right(suite) for suite in self.suites}, self.run.problems)

    def right(self, suite: str) -> Counts:
        """Return (right samples, judged samples) of ``suite`` by problem."""
        known = self.counts.get(suite) if self.counts is not None else None
        return known if known is not None else right_of(self.verdicts, suite, self.suites)


def bare(entry: PublishedRun) -> PublishedRun:
    """Return ``entry`` without any text of problems and answers, if they are to be withheld: verdicts and numbers alone.

    Where only the model's owner keeps the answers, prompts stay.
    """
    if not (entry.withheld or entry.private):
        return entry
    verdicts = Unexplained(entry.verdicts)
    prompts = {} if entry.withheld else entry.prompts
    return msgspec.structs.replace(entry, verdicts=verdicts, samples={}, programs={}, prompts=prompts)


class Unexplained(Sequence[Verdict]):
    """Verdicts without their evidence."""

    def __init__(self, verdicts: Sequence[Verdict]) -> None:
        """Hold them as they are: they may be read only when one is asked for."""
        self._verdicts = verdicts

    def __len__(self) -> int:
        """Their number."""
        return len(self._verdicts)

    @overload
    def __getitem__(self, index: int) -> Verdict: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Verdict]: ...
    def __getitem__(self, index: int | slice) -> Verdict | Sequence[Verdict]:
        """Return one or some."""
        found = self._verdicts[index]
        return _unexplained(found) if isinstance(found, Verdict) else [_unexplained(v) for v in found]

    def __iter__(self) -> Iterator[Verdict]:
        """Go through them."""
        return map(_unexplained, self._verdicts)


def _unexplained(verdict: Verdict) -> Verdict:
    return verdict if verdict.evidence is None else msgspec.structs.replace(verdict, evidence=None)


def is_reference(run: Run) -> bool:
    """Return whether ``run`` echoes the reference solutions."""
    return run.model.backend == "echo" or run.backend.get("name") == "echo" or run.model.source.startswith("echo:")


def refusal(run: Run) -> IncompleteRun | None:
    """Return why ``run`` may not be published, with its remedy; None where it may.

    A run is published only if every sample has a verdict, and only if a trusted sandbox gave it.
    """
    again = f"Run it again to finish it: {run.command}" if run.command else "Run the same command again to finish it."
    wanted = run.samples if run.backend.get("name") == "judge" else len(run.problems) * run.sampling.n
    if not run.complete or run.infra:
        detail = f"{run.judged} of {wanted} samples have a verdict"
        if run.infra:
            detail += f", {run.infra} met a failing sandbox"
        return IncompleteRun(f"{run.id} is incomplete: {detail}.", again)
    if run.sandbox.get("trusted") is not True:
        kind = run.sandbox.get("kind", "unknown")
        return IncompleteRun(
            f"{run.id} was judged in the sandbox {kind!r}, which is not trusted.",
            "Judge it again in Docker: only hardened containers count for publishing.",
        )
    if not run.metrics:
        return IncompleteRun(f"{run.id} has no metrics.", again)
    return None
