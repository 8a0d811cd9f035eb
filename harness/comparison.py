"""Compare two runs, paired, problem by problem: only like with like."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from harness.errors import IncompleteRun, UsageError
from harness.history import counted
from harness.records import Run
from harness.runs import RunFolder
from harness.statistics import Paired, paired


class Side(msgspec.Struct, frozen=True, kw_only=True):
    """One of the two runs."""

    run: str
    model: str
    style: str
    n: int
    """Samples per problem."""
    temperature: float
    sandbox: str
    """Kind and runtime."""
    problems: int
    """Problems that it was asked."""


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """A setting in which the two runs differ: it may explain the result as well as the models do."""

    setting: str
    a: str
    b: str


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """Two runs over the problems that both were asked."""

    benchmark: str
    data_version: str
    a: Side
    b: Side
    problems: list[str]
    """The problems compared, in the order of A."""
    left_out: list[str]
    """Problems that only one of them was asked."""
    differences: list[Difference]
    suites: list[Paired]


def compare(a: RunFolder, b: RunFolder) -> Comparison:
    """Compare two run folders.

    Raises:
        IncompleteRun: one of them has samples without a verdict.
        UsageError: benchmark or data differ, or they have no problem in common.
        RunError: a folder is damaged.
    """
    run_a, run_b = a.record(), b.record()
    if a.path.resolve() == b.path.resolve():
        raise UsageError(f"{a.id} is the same run twice.", "Name two runs; `magibench runs list` lists them.")
    for run in (run_a, run_b):
        require_complete(run)
    require_alike(run_a, run_b)
    asked_b = set(run_b.problems)
    shared = [p for p in run_a.problems if p in asked_b]
    if not shared:
        raise UsageError(
            f"{run_a.id} and {run_b.id} have no problem in common.",
            "Evaluate one of them on the problems of the other (`--tasks`, `--limit`).",
        )
    counts_a, counts_b = counted(a, run_a), counted(b, run_b)
    wanted = set(shared)
    return Comparison(
        benchmark=run_a.benchmark,
        data_version=run_a.data_version,
        a=_side(run_a),
        b=_side(run_b),
        problems=shared,
        left_out=[p for p in (*run_a.problems, *run_b.problems) if p not in wanted],
        differences=list(differences(run_a, run_b)),
        suites=[
            paired(counts_a.of(suite), counts_b.of(suite), shared, suite)
            for suite in counts_a.suites
            if suite in counts_b.suites
        ],
    )


def require_complete(run: Run) -> None:
    """Raise IncompleteRun unless every sample of ``run`` has a verdict."""
    if not run.complete:
        raise IncompleteRun(
            f"{run.id} is incomplete: not every sample has a verdict ({run.judged} have one).",
            f"Finish it first: {run.command or 'run the same command again'}",
        )


def require_alike(a: Run, b: Run) -> None:
    """Raise UsageError unless both runs judged the same problems with the same tests."""
    if (a.benchmark, a.data_version) != (b.benchmark, b.data_version):
        raise UsageError(
            f"{a.id} is a run of {a.benchmark}@{a.data_version}, {b.id} of {b.benchmark}@{b.data_version}.",
            "Only runs on the same benchmark and data version can be compared.",
        )
    if a.data_sha256 != b.data_sha256:
        raise UsageError(
            f"{a.id} and {b.id} name the same data version, but their data differ "
            f"(SHA-256 {a.data_sha256[:10]} and {b.data_sha256[:10]}).",
            "Judge one of them again on the data of the other.",
        )


def _side(run: Run) -> Side:
    """Return what is said of one run."""
    return Side(
        run=run.id,
        model=run.model.name,
        style=_style(run),
        n=run.sampling.n,
        temperature=run.sampling.temperature,
        sandbox=_sandbox(run),
        problems=len(run.problems),
    )


def _sandbox(run: Run) -> str:
    """Return kind and runtime of a run's sandbox, as far as they are known."""
    parts = [str(run.sandbox[k]) for k in ("kind", "runtime") if run.sandbox.get(k)]
    return " ".join(parts) or "unknown"


def differences(a: Run, b: Run) -> Iterator[Difference]:
    """Yield the settings in which two runs differ."""
    pairs: list[tuple[str, object, object]] = [
        ("style", _style(a), _style(b)),
        ("samples per problem", a.sampling.n, b.sampling.n),
        ("temperature", a.sampling.temperature, b.sampling.temperature),
        ("top-p", a.sampling.top_p, b.sampling.top_p),
        ("most new tokens", a.sampling.max_tokens, b.sampling.max_tokens),
        ("seed", a.sampling.seed, b.sampling.seed),
        ("sandbox", _sandbox(a), _sandbox(b)),
        ("sandbox trusted", _yes(a), _yes(b)),
        ("images", _images(a), _images(b)),
        ("python", _named(a.sandbox.get("python")), _named(b.sandbox.get("python"))),
        ("backend", a.backend.get("name", ""), b.backend.get("name", "")),
        ("prompt template", a.template_sha256[:10], b.template_sha256[:10]),
    ]
    same_style = _style(a) == _style(b)
    for setting, left, right in pairs:
        if setting == "prompt template" and not same_style:
            continue  # another style has another template: said once
        if left != right:
            yield Difference(setting=setting, a=str(left), b=str(right))


def _yes(run: Run) -> str:
    """Return whether a run's sandbox is trusted, as a word."""
    return "yes" if run.sandbox.get("trusted") is True else "no"


def _images(run: Run) -> str:
    """Return the beginnings of the digests of a run's images."""
    images = run.sandbox.get("images") or {}
    ids = {name: image.get("id", "") if isinstance(image, dict) else image for name, image in images.items()}
    return _named({name: str(digest).removeprefix("sha256:")[:10] for name, digest in ids.items()})


def _named(values: object) -> str:
    """Return settings by name as text; a plain one as it is."""
    if isinstance(values, dict):
        return ", ".join(f"{name} {values[name]}" for name in sorted(values))
    return str(values or "")


def _style(run: Run) -> str:
    """Return the prompt style; "as given" for samples that came from a file: how they were asked is not known."""
    return "as given" if run.backend.get("name") == "judge" else run.style
