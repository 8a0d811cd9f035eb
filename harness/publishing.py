"""Choose the runs of a workspace that may be published, gather their evidence, build the site."""

from __future__ import annotations

import contextlib
import re
import shlex
from collections.abc import Hashable, Sequence
from pathlib import Path

import msgspec

from harness.benchmarks import licence_of, withheld
from harness.datagen.dataset import Dataset, open_dataset
from harness.errors import IncompleteRun, MagibenchError, RunError
from harness.evidence import Answers, Evidence, Programs, Verdicts, checksum
from harness.history.query import History, Kept
from harness.history.reading import SMALL
from harness.records import Problem, Run, Score
from harness.runs import RunFolder, list_runs, open_run
from harness.statistics import breakdown_of, counts_of, metrics_of, suites_of
from harness.workspace import Workspace
from leaderboard.entries import DataReport, DataStep, PublishedRun, bare, refusal
from leaderboard.reported import reports
from leaderboard.site import Report, build

Benchmarks = dict[str, tuple[str, dict[str, Problem]]]
"""SHA-256 of the data and problems by id, by NAME@VERSION: 50 ms for each that is read."""


class Refusal(msgspec.Struct, frozen=True, kw_only=True):
    """A run that is not published, and why."""

    run: str
    reason: str
    remedy: str = ""


class Superseded(msgspec.Struct, frozen=True, kw_only=True):
    """A run that gave way to a later one of the same model and settings."""

    run: str
    by: str


class Selection(msgspec.Struct, frozen=True, kw_only=True):
    """Which runs are published and which are not."""

    published: list[str]
    refused: list[Refusal]
    superseded: list[Superseded]


class Publication(msgspec.Struct, frozen=True, kw_only=True):
    """What ``publish`` did."""

    selection: Selection
    report: Report


def signature(run: Run) -> Hashable:
    """Return what makes two runs rivals for the same row: of those the latest counts."""
    return (
        run.model.name,
        run.benchmark,
        run.data_version,
        run.data_sha256,
        run.style,
        run.sampling,
        frozenset(run.problems),
    )


def select(workspace: Workspace, names: Sequence[str] = ()) -> tuple[list[PublishedRun], Selection]:
    """Return the entries to publish, and what was left out and why.

    With ``names`` only those runs are looked at. A later run that may not be published does not
    push out an earlier one that may.

    Raises:
        UnknownName: a name is no run of the workspace.
        RunError: a named run is damaged.
    """
    if names:
        runs = list({folder.id: folder.record() for folder in (open_run(workspace, n) for n in names)}.values())
        runs.sort(key=lambda run: (run.created, run.id), reverse=True)
    else:
        runs = list_runs(workspace)
    reasons = {run.id: refusal(run) for run in runs}
    kept = _kept(workspace, [name for name, reason in reasons.items() if reason is None])
    benchmarks: Benchmarks = {}
    chosen: dict[Hashable, PublishedRun] = {}
    refused: list[Refusal] = []
    superseded: list[Superseded] = []
    for run in runs:
        if (reason := reasons[run.id]) is not None:
            refused.append(Refusal(run=run.id, reason=reason.message, remedy=reason.remedy))
            continue
        rival = chosen.get(signature(run))
        if rival is not None:
            superseded.append(Superseded(run=run.id, by=rival.run.id))
            continue
        try:
            chosen[signature(run)] = gather(RunFolder(workspace.runs / run.id), run, kept.get(run.id), benchmarks)
        except RunError as error:
            refused.append(Refusal(run=run.id, reason=error.message, remedy=error.remedy))
    entries = sorted(chosen.values(), key=lambda e: e.run.id)
    selection = Selection(
        published=[e.run.id for e in entries],
        refused=sorted(refused, key=lambda r: r.run),
        superseded=sorted(superseded, key=lambda s: s.run),
    )
    return entries, selection


def _kept(workspace: Workspace, runs: Sequence[str]) -> dict[str, Kept]:
    """Return what the history knows of runs; nothing where asking takes longer than reading their journals."""
    journals = (workspace.runs / run / name for run in runs for name in ("verdicts.jsonl", "samples.jsonl"))
    total = sum(path.stat().st_size for path in journals if path.is_file())
    return History(workspace).kept(runs) if total > SMALL else {}


def gather(folder: RunFolder, run: Run, kept: Kept | None = None, benchmarks: Benchmarks | None = None) -> PublishedRun:
    """Check a run's numbers against its journals, and name what its pages show of them.

    What the history keeps of a run is as good as its journals: these are read only when a page is made of them.
    Of a benchmark whose texts are withheld (``harness.benchmarks.withheld``) none is taken.

    Args:
        folder: the run's.
        run: its record.
        kept: what the history knows of it.
        benchmarks: problems that were read before, added to.

    Raises:
        RunError: a journal is damaged, or its verdicts give other numbers than run.json.
    """
    evidence = Evidence(folder, run)
    suites = suites_of(run)
    if kept is not None and kept.tally.suites == suites:
        counts, digest = kept.tally.by_suite(), checksum(kept.verdicts, kept.samples)
    else:
        counts, digest = counts_of(evidence.verdicts, suites), evidence.digest()
        evidence.samples  # noqa: B018 - what is damaged is refused here, not in the middle of a site
    asked = set(run.problems)
    judged = sum(number for p, (_, number) in next(iter(counts.values()), {}).items() if p in asked)
    problems = _problems(run, {} if benchmarks is None else benchmarks)
    groups = {p: problems[p].meta["groups"] for p in problems if "groups" in problems[p].meta}
    # Those by group are the run's own where the data isn't at hand.
    by_group = breakdown_of(counts, groups) if problems else run.breakdown
    if judged != run.judged or (metrics_of(counts, run.problems), by_group) != (run.metrics, run.breakdown):
        raise RunError(
            f"{folder.id}: its verdicts don't give the numbers of its run.json.",
            "Run the same command again: it derives run.json from the journals.",
        )
    entry = PublishedRun(
        run=public(run),
        verdicts=Verdicts(evidence, judged),
        samples=Answers(evidence),
        programs=Programs(evidence) if problems else {},
        prompts={p: problems[p].prompt for p in run.problems if p in problems},
        language=next((problem.language for problem in problems.values()), "python"),
        withheld=withheld(run.benchmark),
        licence=licence_of(run.benchmark),
        private=run.model.answers == "private",
        datasets=_datasets(Workspace(folder.path.parent.parent), run),
        counts=counts,
        digest=digest,
    )
    return bare(entry)


def _datasets(workspace: Workspace, run: Run) -> list[DataReport]:
    """Return what a trained model learned from: all that its entry says, and the manifests where they are at hand."""
    found = []
    for data in run.model.training.get("datasets", []):
        name, version = str(data.get("name", "")), str(data.get("rows_sha256", ""))
        report = DataReport(
            name=name,
            rows=int(data.get("rows", 0)),
            rows_sha256=version,
            contamination=str(data.get("contamination", "")),
        )
        with contextlib.suppress(MagibenchError, OSError):
            dataset = open_dataset(workspace, name)
            manifest = dataset.manifest()
            if manifest.rows_sha256 == version:
                report = msgspec.structs.replace(
                    report,
                    description=manifest.description.rstrip("."),
                    steps=[
                        DataStep(name=s.name, rows_in=s.rows_in, rows_out=s.rows_out, rejected=s.rejected)
                        for s in manifest.steps
                    ],
                    by_benchmark=_contaminated(dataset),
                )
        found.append(report)
    return found


def _contaminated(dataset: Dataset) -> dict[str, int] | None:
    """Return the rows that decontamination removed, by benchmark; None where it wasn't done."""
    total: dict[str, int] | None = None
    for file in sorted(dataset.path.glob("reports/*/decontamination.json")):
        try:
            by_benchmark = msgspec.json.decode(file.read_bytes()).get("by_benchmark", {})
        except (msgspec.MsgspecError, AttributeError):
            continue
        total = total or {}
        for name, count in by_benchmark.items():
            total[name] = total.get(name, 0) + int(count)
    return total


def public(run: Run) -> Run:
    """Return ``run`` without the folders of the machine it was made on: they may name a person.

    The command loses its --workspace, and absolute paths in it and in the model's source keep
    only their last part.
    """
    words, skip = [], False
    for word in shlex.split(run.command):
        if skip:
            skip = False
        elif word in {"-w", "--workspace"}:
            skip = True
        elif not word.startswith("--workspace="):
            words.append(_local(word))
    model = msgspec.structs.replace(run.model, source=_local(run.model.source))
    return msgspec.structs.replace(run, command=shlex.join(words), model=model)


def _local(text: str) -> str:
    """Return ``text`` with an absolute path at its end ("path:/home/x/m", "--out=/x/y") cut to its last part."""
    lead, path = re.match(r"(.*?[:=])?(.*)", text, re.DOTALL).groups("")  # type: ignore[union-attr]
    return lead + Path(path).name if path.startswith(("/", "~")) and not path.startswith("//") else text


def _problems(run: Run, benchmarks: Benchmarks) -> dict[str, Problem]:
    """Return the run's problems by id; none where the data is not at hand, or is other data of the same name."""
    from harness.benchmarks import load_benchmark

    spec = f"{run.benchmark}@{run.data_version}"
    if spec not in benchmarks:
        try:
            benchmark = load_benchmark(spec)
            benchmarks[spec] = benchmark.sha256, {p.id: p for p in benchmark.problems()}
        except MagibenchError:
            benchmarks[spec] = "", {}
    sha256, problems = benchmarks[spec]
    return {p: problems[p] for p in dict.fromkeys(run.problems) if p in problems} if sha256 == run.data_sha256 else {}


def suite_scores(entries: Sequence[PublishedRun]) -> list[Score]:
    """Return what models did in suites, from published runs."""
    from harness.benchmarks.suites import SUITES, scores

    newest = sorted((e.run for e in entries if not e.reference), key=lambda run: (run.created, run.id), reverse=True)
    return [score for suite in SUITES for score in scores(suite, newest)]


def publish(workspace: Workspace, out: Path | None = None, names: Sequence[str] = ()) -> Publication:
    """Build the site of a workspace's runs in ``out``, by default the workspace's site folder.

    Raises:
        UnknownName, RunError: a named run can't be read.
        IncompleteRun: a run that was named may not be published; nothing is written.
        UsageError: ``out`` holds files that are not a site's.
    """
    entries, selection = select(workspace, names)
    if names and selection.refused:
        first = selection.refused[0]
        raise IncompleteRun(first.reason, first.remedy)
    return Publication(
        selection=selection, report=build(entries, out or workspace.site, suite_scores(entries), reports())
    )
