"""Benchmarks: one module per family, found by name in a lazy table.

A benchmark is named ``name`` or ``name@version``: "humaneval+@v0.1.10". A package adds its own
with an entry point of the group "magibench.benchmarks" that names a ``Family``.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from harness.errors import UnknownName, UsageError
from harness.records import Extraction, Problem, Prompt, Sample, Style

__all__ = [
    "BUILT_IN",
    "GROUP",
    "Benchmark",
    "Family",
    "Listed",
    "available",
    "families",
    "family",
    "licence_of",
    "load_benchmark",
    "withheld",
]

MULTIPL_E_LANGUAGES = (
    "cpp", "java", "js", "php", "swift", "rs", "ts", "sh", "cs", "go", "pl", "lua", "rb", "r", "d", "rkt", "scala", "jl",
)  # fmt: skip
"""MultiPL-E's own keys, the six of Magicoder's table first. They stand here since naming them must import nothing."""

BUILT_IN: dict[str, str] = {
    "humaneval": "harness.benchmarks.humaneval:HUMANEVAL",
    "humaneval+": "harness.benchmarks.plus:HUMANEVAL_PLUS",
    "mbpp": "harness.benchmarks.plus:MBPP",
    "mbpp+": "harness.benchmarks.plus:MBPP_PLUS",
    "ds1000": "harness.benchmarks.ds1000:FAMILY",
    **{
        f"multipl-e-{source}{language}": f"harness.benchmarks.multipl_e:FAMILIES.multipl-e-{source}{language}"
        for source in ("", "mbpp-")
        for language in MULTIPL_E_LANGUAGES
    },
}
"""Name to the dotted name of its family, as an entry point would say it; "TABLE.name" is an entry of a table."""

GROUP = "magibench.benchmarks"
"""Group of the entry points of plug-ins."""

LISTING = "magibench benchmarks list"


class Benchmark(Protocol):
    """A set of problems: what to ask, how to read an answer, what its tests are."""

    name: str
    """E.g. "humaneval+"."""
    version: str
    """Version of the data, e.g. "v0.1.10"."""
    sha256: str
    """Of the (uncompressed) data file."""
    source: str
    """"folder", "cache", "release" or "package": where the data came from."""
    suites: tuple[str, ...]
    """Names of its suites in the order judged; each counts only with those before it."""
    tests: Literal["functions", "check", "script", "program"]
    """Which judge: outputs of calls compared outside, trusted assertions in a process apart, a trusted script
    that executes the program itself, or a program that has its tests at its end."""
    image: str
    """Name of the sandbox image its programs run in."""

    def problems(self) -> Sequence[Problem]:
        """Return all problems in the benchmark's own order."""
        ...

    def prompt(self, problem: Problem, style: Style) -> Prompt:
        """Return what a model is asked."""
        ...

    def template_sha256(self, style: Style) -> str:
        """Return the checksum of a style's template: it changes with any letter of it."""
        ...

    def extract(self, problem: Problem, sample: Sample) -> Extraction:
        """Take the program to judge out of a sample that a model generated."""
        ...

    def assemble(self, problem: Problem, sample: Sample) -> Extraction:
        """Make the program of a line of a samples file: nothing is cut out or mended."""
        ...

    def counts(self, problem: Problem) -> dict[str, int]:
        """Return suite name to number of tests."""
        ...


class Family(Protocol):
    """All versions of one benchmark."""

    @property
    def name(self) -> str:
        """What people type."""
        ...

    @property
    def title(self) -> str:
        """One line for people."""
        ...

    @property
    def versions(self) -> tuple[str, ...]:
        """Versions of the data, the default first."""
        ...

    @property
    def suites(self) -> tuple[str, ...]:
        """Names of its suites, in the order judged."""
        ...

    def problems(self, version: str) -> int:
        """Return how many problems a version has, without reading it."""
        ...

    def load(self, version: str) -> Benchmark:
        """Load a version."""
        ...


@dataclass(frozen=True)
class Listed:
    """One line of the list of benchmarks."""

    spec: str
    """What `load_benchmark` takes: "humaneval+@v0.1.10"."""
    name: str
    version: str
    title: str
    default: bool
    """True if ``name`` alone means this version."""
    problems: int
    suites: tuple[str, ...]

    def __str__(self) -> str:
        """Return ``spec``."""
        return self.spec


def families() -> dict[str, str]:
    """Return name to dotted name of every family: ours, then those of plug-ins. Imports none."""
    from importlib.metadata import entry_points

    return BUILT_IN | {entry.name: entry.value for entry in entry_points(group=GROUP) if entry.name not in BUILT_IN}


def family(name: str) -> Family:
    """Return a family by name.

    Raises:
        UnknownName: there is none of that name.
    """
    dotted = BUILT_IN.get(name) or families().get(name)
    if dotted is None:
        raise UnknownName("benchmark", name, families(), LISTING)
    module, _, attribute = dotted.partition(":")
    table, _, entry = attribute.partition(".")
    found: Any = getattr(importlib.import_module(module), table)
    chosen: Family = found[entry] if entry else found
    return chosen


def withheld(name: str) -> str:
    """Return why the texts of a benchmark's problems and answers may not be published; empty where they may.

    It is a property of the family, so that it is known where the data is not: ``withheld``, which a family may leave out.
    Of a benchmark that isn't known here, or whose licence isn't, nothing can be said, so its texts are held back.
    """
    try:
        found = family(name)
        if why := str(getattr(found, "withheld", "")):
            return why
        if getattr(found, "licence", None) is None:
            return f"The texts of {name} are not shown: it doesn't say under which licence they are."
        return ""
    except (UnknownName, ImportError):
        return f"The texts of {name} are not shown: where this page was made, nothing is known of that benchmark."


def licence_of(name: str) -> str:
    """Return a benchmark's licence and where that is said, for people: "MIT (…)"; empty where nobody knows."""
    try:
        found = getattr(family(name), "licence", None)
    except (UnknownName, ImportError):
        return ""
    return f"{found.name} ({found.source})" if found else ""


def load_benchmark(spec: str) -> Benchmark:
    """Load a benchmark by ``name`` or ``name@version``; fetches its data if it is nowhere on this machine.

    Raises:
        UnknownName: no such benchmark, or no such version of it.
        DataError: its data can't be had or isn't what its checksum says.
    """
    name, at, version = spec.strip().lower().partition("@")
    if not name or (at and not version):
        raise UsageError(f"{spec!r} names no benchmark.", "Write name or name@version, e.g. humaneval+@v0.1.10.")
    from harness.benchmarks.suites import SUITES

    if name in SUITES:
        members = ", ".join(SUITES[name])
        raise UsageError(f"{name} is a suite of several benchmarks.", f"Name one of them here: {members}.")
    found = family(name)
    if not version:
        return found.load(found.versions[0])
    # "0.1.10" is plain enough
    exact = {known.lower(): known for known in found.versions}
    key = version if version in exact else f"v{version}"
    if key not in exact:
        raise UnknownName(f"version of {name}", version, exact, LISTING)
    return found.load(exact[key])


def available() -> list[Listed]:
    """List every version of every benchmark, whether or not its data is on this machine."""
    return list(_listed())


def _listed() -> Iterator[Listed]:
    """Import the families and list their versions, defaults first."""
    for name in families():
        found = family(name)
        for version in found.versions:
            yield Listed(
                spec=f"{name}@{version}",
                name=name,
                version=version,
                title=found.title,
                default=version == found.versions[0],
                problems=found.problems(version),
                suites=found.suites,
            )
