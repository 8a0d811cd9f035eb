"""Choose the runs of a workspace that may be published, gather their evidence, build the site."""

from __future__ import annotations

import contextlib
import re
import shlex
from collections.abc import Hashable, Mapping, Sequence
from pathlib import Path

import msgspec

from harness.benchmarks import licence_of, withheld
from harness.datagen.dataset import Dataset, open_dataset
from harness.errors import IncompleteRun, MagibenchError, RunError
from harness.records import Metric, Problem, Run, Sample, Score, Verdict
from harness.runs import Key, RunFolder, list_runs, open_run
from harness.statistics import breakdown, metrics, suites_of
from harness.workspace import Workspace
from leaderboard.entries import DataReport, DataStep, PublishedRun, bare, refusal
from leaderboard.reported import reports
from leaderboard.site import Report, build


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
    chosen: dict[Hashable, PublishedRun] = {}
    refused: list[Refusal] = []
    superseded: list[Superseded] = []
    for run in runs:
        reason = refusal(run)
        if reason is not None:
            refused.append(Refusal(run=run.id, reason=reason.message, remedy=reason.remedy))
            continue
        rival = chosen.get(signature(run))
        if rival is not None:
            superseded.append(Superseded(run=run.id, by=rival.run.id))
            continue
        try:
            chosen[signature(run)] = gather(RunFolder(workspace.runs / run.id), run)
        except RunError as error:
            refused.append(Refusal(run=run.id, reason=error.message, remedy=error.remedy))
    entries = sorted(chosen.values(), key=lambda e: e.run.id)
    selection = Selection(
        published=[e.run.id for e in entries],
        refused=sorted(refused, key=lambda r: r.run),
        superseded=sorted(superseded, key=lambda s: s.run),
    )
    return entries, selection


def gather(folder: RunFolder, run: Run) -> PublishedRun:
    """Read a run's journals, check run.json against them, and take the programs out of the samples.

    Of a benchmark whose texts are withheld (``harness.benchmarks.withheld``) none is taken.

    Raises:
        RunError: a journal is damaged, or its verdicts give other numbers than run.json.
    """
    asked = set(run.problems)
    verdicts = [v for v in folder.verdicts().values() if v.problem_id in asked and not v.infra]
    samples = {k: s for k, s in folder.samples().items() if s.problem_id in asked}
    problems = _problems(run)
    if len(verdicts) != run.judged or _derived(run, verdicts, problems) != (run.metrics, run.breakdown):
        raise RunError(
            f"{folder.id}: its verdicts don't give the numbers of its run.json.",
            "Run the same command again: it derives run.json from the journals.",
        )
    entry = PublishedRun(
        run=public(run),
        verdicts=verdicts,
        samples={k: s.text for k, s in samples.items()},
        programs=_programs(run, samples) if problems else {},
        prompts={p: problems[p].prompt for p in run.problems if p in problems},
        language=next((problem.language for problem in problems.values()), "python"),
        withheld=withheld(run.benchmark),
        licence=licence_of(run.benchmark),
        private=run.model.answers == "private",
        datasets=_datasets(Workspace(folder.path.parent.parent), run),
    )
    return bare(entry)


def _derived(
    run: Run, verdicts: Sequence[Verdict], problems: Mapping[str, Problem]
) -> tuple[list[Metric], list[Metric]]:
    """Return the numbers that verdicts give; those by group are the run's own where the data isn't at hand."""
    suites = suites_of(run)
    groups = {p: problems[p].meta["groups"] for p in problems if "groups" in problems[p].meta}
    by_group = breakdown(verdicts, groups, suites) if problems else run.breakdown
    return metrics(verdicts, run.problems, suites), by_group


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


def _problems(run: Run) -> dict[str, Problem]:
    """Return the run's problems by id; none where the data is not at hand, or is other data of the same name."""
    from harness.benchmarks import load_benchmark

    try:
        benchmark = load_benchmark(f"{run.benchmark}@{run.data_version}")
    except MagibenchError:
        return {}
    if benchmark.sha256 != run.data_sha256:
        return {}
    asked = set(run.problems)
    return {p.id: p for p in benchmark.problems() if p.id in asked}


def _programs(run: Run, samples: Mapping[Key, Sample]) -> dict[Key, str]:
    """Return the program that was judged by sample; nothing where it can't be made again."""
    from harness.programs import program_of

    try:
        return {key: program_of(run, sample).code for key, sample in samples.items()}
    except MagibenchError:
        return {}


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
