"""A bundle: one run as one file that a stranger can check, and that a board can judge again before it believes it.

A gzipped tar of ``bundle.json`` (names, sizes and SHA-256 of the rest), ``run.json``, ``samples.jsonl`` and
``verdicts.jsonl``. The same run gives the same bytes. Nothing in a bundle is trusted: only these four names are read, up to
``MAX_BYTES``, and verdicts count when the sandbox here gives them again.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import tarfile
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from harness.errors import RunError
from harness.journal import write_atomic
from harness.plan import Plan
from harness.publishing import public
from harness.records import Run, Sample, Verdict
from harness.runs import Key, RunFolder
from harness.statistics import metrics, suites_of
from harness.workspace import Workspace
from leaderboard.entries import refusal

SCHEMA_VERSION = 1
MANIFEST = "bundle.json"
RUN, SAMPLES, VERDICTS = "run.json", "samples.jsonl", "verdicts.jsonl"
SUFFIX = ".bundle.tar.gz"
MAX_BYTES = 2 << 30
"""Of one file when unpacked: 200 samples of 1,000 problems at 8 KiB are 1.6 GB."""

T = TypeVar("T")


class Packed(msgspec.Struct, frozen=True):
    """What the manifest says of one file."""

    sha256: str
    bytes: int


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """``bundle.json``."""

    schema_version: int = SCHEMA_VERSION
    run: str
    files: dict[str, Packed]


class Bundle(msgspec.Struct, frozen=True, kw_only=True):
    """What a bundle holds, its checksums and its arithmetic checked, its verdicts believed by nobody yet."""

    sha256: str
    """Of the file."""
    run: Run
    samples: Mapping[Key, Sample]
    verdicts: Mapping[Key, Verdict]


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """A sample of which the bundle says something else than the sandbox here."""

    problem_id: str
    index: int
    said: str
    found: str
    matters: bool
    """Whether a suite passes in one and not in the other; else only the reason of a failure differs."""


def pack(folder: RunFolder, out: Path) -> str:
    """Write a run's bundle and return its SHA-256. Folders of this machine don't get into it.

    Raises:
        IncompleteRun: the run may not be published.
        RunError: the run is damaged.
    """
    run = folder.record()
    why = refusal(run)
    if why is not None:
        raise why
    order = {pid: place for place, pid in enumerate(run.problems)}
    samples = _ordered(folder.samples(), order)
    verdicts = _ordered(folder.verdicts(), order)
    encoder = msgspec.json.Encoder(order="deterministic")
    files = {
        RUN: msgspec.json.format(encoder.encode(public(run)), indent=2) + b"\n",
        SAMPLES: b"".join(encoder.encode(s) + b"\n" for s in samples),
        VERDICTS: b"".join(encoder.encode(v) + b"\n" for v in verdicts),
    }
    listed = {name: Packed(_digest(data), len(data)) for name, data in files.items()}
    manifest = msgspec.json.format(encoder.encode(Manifest(run=run.id, files=listed)), indent=2) + b"\n"
    raw = io.BytesIO()
    with tarfile.open(fileobj=raw, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for name, data in {MANIFEST: manifest, **files}.items():
            info = tarfile.TarInfo(name)
            info.size, info.mode = len(data), 0o644
            tar.addfile(info, io.BytesIO(data))
    # Neither name nor time: the same run, the same bytes.
    packed = gzip.compress(raw.getvalue(), mtime=0)
    out.parent.mkdir(parents=True, exist_ok=True)
    write_atomic(out, packed)
    return _digest(packed)


def read(path: Path) -> Bundle:
    """Read a bundle and check what can be checked without running anything.

    Raises:
        RunError: it is no bundle, a file is missing, too large or not the one that the manifest names, or its verdicts
            don't give the numbers of its run.json.
    """
    try:
        data = path.read_bytes()
        files = _members(path, data)
    except OSError as error:
        raise RunError(f"{path} can't be read: {error.strerror or error}.", "Name a bundle.") from None
    except (tarfile.TarError, EOFError, zlib.error) as error:
        raise _broken(path, f"it is no gzipped tar ({error})") from None
    manifest = _decode(path, MANIFEST, files.get(MANIFEST, b""), Manifest)
    for name in (RUN, SAMPLES, VERDICTS):
        if name not in files or name not in manifest.files:
            raise _broken(path, f"it has no {name}")
        if _digest(files[name]) != manifest.files[name].sha256:
            raise _broken(path, f"{name} is not the file that {MANIFEST} names")
    run = _decode(path, RUN, files[RUN], Run)
    samples = {(s.problem_id, s.index): s for s in _lines(path, SAMPLES, files[SAMPLES], Sample)}
    verdicts = {(v.problem_id, v.index): v for v in _lines(path, VERDICTS, files[VERDICTS], Verdict)}
    if missing := samples.keys() ^ verdicts.keys():
        problem, index = min(missing)
        raise _broken(path, f"sample {index} of {problem} stands in only one of {SAMPLES} and {VERDICTS}")
    if metrics(list(verdicts.values()), run.problems, suites_of(run)) != run.metrics:
        raise _broken(path, f"its verdicts don't give the numbers of its {RUN}")
    return Bundle(sha256=_digest(data), run=run, samples=samples, verdicts=verdicts)


def plan_again(bundle: Bundle, workspace: Workspace) -> Plan:
    """Return the plan that judges a bundle's samples again, in ``workspace``; its samples are journalled there.

    Raises:
        DataError, UnknownName: the benchmark isn't there, or not in this version.
        RunError: the bundle was judged on other data of the same name, or asks for problems that don't exist.
    """
    from harness.benchmarks import load_benchmark

    run = bundle.run
    benchmark = load_benchmark(f"{run.benchmark}@{run.data_version}")
    if benchmark.sha256 != run.data_sha256:
        raise RunError(
            f"The bundle was judged on other data: {run.benchmark}@{run.data_version} has SHA-256 {run.data_sha256[:12]}… "
            f"there and {benchmark.sha256[:12]}… here.",
            "Get the data that it names, or don't accept it.",
        )
    known = {p.id: p for p in benchmark.problems()}
    asked = {pid for pid, _ in bundle.samples} | set(run.problems)
    if strange := sorted(asked - known.keys()):
        raise RunError(f"{run.benchmark} has no problem {strange[0]!r}.", "The bundle isn't of this benchmark.")
    given = run.backend.get("name") == "judge"
    plan = Plan(
        workspace=workspace,
        model=run.model,
        benchmark=benchmark,
        problems=[known[pid] for pid in run.problems],
        style=run.style,
        sampling=run.sampling,
        backend=str(run.backend.get("name", "")),
        samples=list(bundle.samples.values()) if given else None,
        samples_sha256=bundle.sha256 if given else "",
    )
    if absent := [key for key in plan.wanted() if key not in bundle.samples]:
        raise RunError(
            f"The bundle lacks sample {absent[0][1]} of {absent[0][0]} and {len(absent) - 1} more.", "It is incomplete."
        )
    return plan


def seed(plan: Plan, bundle: Bundle, sandbox: str) -> RunFolder:
    """Journal the bundle's samples as the run's own, so that nothing is generated; return the run's folder."""
    folder = plan.folder(sandbox)
    if plan.samples is None:
        there = folder.samples()
        with folder.sample_journal() as journal:
            for key in plan.wanted():
                if key not in there:
                    journal.append(bundle.samples[key])
    return folder


def differences(bundle: Bundle, found: Mapping[Key, Verdict]) -> list[Difference]:
    """Compare verdicts, sample by sample, in the order of problem and index."""
    rows = []
    for key, said in sorted(bundle.verdicts.items()):
        here = found.get(key)
        if here is None or here.infra:
            rows.append(_difference(key, said, "no verdict: the sandbox failed", matters=True))
        elif _passes(said) != _passes(here):
            rows.append(_difference(key, said, _text(here), matters=True))
        elif said.reason != here.reason:
            rows.append(_difference(key, said, _text(here), matters=False))
    return rows


def stamped(run: Run, bundle: Bundle) -> Run:
    """Return a run that was judged again, with what the bundle says of how its samples were made."""
    note = f"The samples came in the bundle {bundle.sha256}; the verdicts were made here."
    return msgspec.structs.replace(
        run, backend=bundle.run.backend, command=bundle.run.command, notes=[*bundle.run.notes, *run.notes, note]
    )


def _passes(verdict: Verdict) -> set[str]:
    """Return the suites that passed; one that wasn't run has failed."""
    return {name for name, suite in verdict.suites.items() if suite.passed}


def _text(verdict: Verdict) -> str:
    passed = ", ".join(name for name in verdict.suites if name in _passes(verdict))
    if not passed:
        return str(verdict.reason)
    return f"passes {passed}" if verdict.passed else f"passes {passed}, then {verdict.reason}"


def _difference(key: Key, said: Verdict, found: str, *, matters: bool) -> Difference:
    return Difference(problem_id=key[0], index=key[1], said=_text(said), found=found, matters=matters)


def _ordered(rows: Mapping[Key, T], order: Mapping[str, int]) -> list[T]:
    """Return the rows of the problems asked for, in the benchmark's order."""
    return [rows[key] for key in sorted(rows, key=lambda k: (order.get(k[0], -1), k[1])) if key[0] in order]


def _members(path: Path, data: bytes) -> dict[str, bytes]:
    """Return the four files; anything else in the archive isn't looked at."""
    found: dict[str, bytes] = {}
    with tarfile.open(fileobj=io.BytesIO(data), mode="r|gz") as tar:
        for info in tar:
            if info.name not in {MANIFEST, RUN, SAMPLES, VERDICTS} or not info.isreg() or info.name in found:
                raise _broken(path, f"it holds {info.name!r}, which no bundle does")
            if info.size > MAX_BYTES:
                raise _broken(path, f"{info.name} has {info.size:,} bytes, more than {MAX_BYTES:,}")
            file = tar.extractfile(info)
            found[info.name] = file.read() if file else b""
    return found


def _lines(path: Path, name: str, data: bytes, kind: Any) -> Sequence[Any]:
    try:
        return [msgspec.json.decode(line, type=kind) for line in data.splitlines() if line]
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise _broken(path, f"{name} is damaged ({error})") from None


def _decode(path: Path, name: str, data: bytes, kind: Any) -> Any:
    try:
        return msgspec.json.decode(data, type=kind)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise _broken(path, f"{name} is missing or damaged ({error})") from None


def _broken(path: Path, why: str) -> RunError:
    return RunError(
        f"{path.name} is no sound bundle: {why}.", "Ask whoever made it for another one: magibench publish --bundle."
    )


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
