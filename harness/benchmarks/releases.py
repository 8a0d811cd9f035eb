"""The data files that Magibench knows: where each lies, and what its checksum is.

Numbers are bound to data versions, so a version is pinned by the SHA-256 of its uncompressed
file: what has another checksum is other data, whatever its name says.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple


@dataclass(frozen=True)
class Release:
    """One data file of one version."""

    benchmark: str
    """Name of the benchmark that it belongs to, e.g. "humaneval+"."""
    version: str
    """Version as people write it, with its variant: "v0.1.10-mini"."""
    folder: str
    """Where it lies below the folder of MAGIBENCH_DATA: "humaneval-plus/v0.1.10"."""
    stem: str
    """Name of the file in that folder and in the release, without ".jsonl.gz"."""
    sha256: str
    """Of the uncompressed content."""
    problems: int
    url: str = ""
    """The gzip-compressed file on the net; empty where there is none that we would use."""
    package: tuple[str, str] | None = None
    """Distribution that carries it, and the file's path in it."""
    fields: tuple[str, ...] = ()
    """Where not empty, ``sha256`` is over the canonical form of these fields of each row
    (``harness.benchmarks.canonical``): copies that differ in anything else are the same data."""
    hub: tuple[str, str, str] | None = None
    """Data set on the hub, its revision, and its configuration."""

    @property
    def flat(self) -> str:
        """Name of the file where all versions lie in one folder, as EvalPlus's cache has it."""
        if self.hub:
            return f"{self.benchmark}-{self.version}"
        return self.stem if self.package else f"{self.stem}-{self.version.partition('-')[0]}"

    @property
    def title(self) -> str:
        """For messages: "humaneval+@v0.1.10-mini"."""
        return f"{self.benchmark}@{self.version}"


def _evalplus(benchmark: str, name: str, folder: str, version: str, extra: str, sha256: str, problems: int) -> Release:
    """Describe a file of EvalPlus's releases (its data/utils.py: get_dataset_metadata)."""
    base = f"https://github.com/evalplus/{name.lower()}_release/releases/download"
    return Release(
        benchmark=benchmark,
        version=f"{version}{extra.lower()}",
        folder=f"{folder}/{version}",
        stem=f"{name}{extra}",
        sha256=sha256,
        problems=problems,
        url=f"{base}/{version}/{name}{extra}.jsonl.gz",
    )


def _humaneval_plus(version: str, extra: str, sha256: str) -> Release:
    return _evalplus("humaneval+", "HumanEvalPlus", "humaneval-plus", version, extra, sha256, 164)


def _mbpp_plus(version: str, extra: str, sha256: str, problems: int) -> Release:
    return _evalplus("mbpp+", "MbppPlus", "mbpp-plus", version, extra, sha256, problems)


# Checksums of the files published by openai/human-eval and by evalplus/*_release.
RELEASES: tuple[Release, ...] = (
    Release(
        benchmark="humaneval",
        version="v1.0",
        folder="humaneval",
        stem="HumanEval",
        sha256="1d49078ba3e2b196b9344535bef34a43021f038fad9561d6ee7c53450609a6a2",
        problems=164,
        package=("human-eval", "human_eval/data/HumanEval.jsonl.gz"),
    ),
    _humaneval_plus("v0.1.10", "", "42526ec0e7d5f3ee0b06d6ced98f8c8bae3d76519151bfb3d36f79010645bd7f"),
    _humaneval_plus("v0.1.10", "-Mini", "78fbba8865b20c5a979cda6e02fd72538e1762e65980af7d1a6e93c3e87e93af"),
    _humaneval_plus("v0.1.10", "-NoExtreme", "3c5aa88735e442f327030f7097f9443ee173419e0db2a75b1c12730415398e88"),
    _humaneval_plus("v0.1.9", "", "50d50fda1ecf4c9168d762456ae29c1d8b8b922e68c66964f7891c98d93a04b7"),
    _mbpp_plus("v0.2.0", "", "b54e762755248ca411b523c917fa9f93c07b5ff2966bf60b3917b853926a3dad", 378),
    _mbpp_plus("v0.2.0", "-NoExtreme", "2682a29850fb17185106b2f40e72d1ebe7091b7393c576cff71b60e83c42ed33", 378),
    _mbpp_plus("v0.1.0", "", "a855b9de667baea8e2f8aa61f898767a7336872208a85222b35622545e819fe9", 399),
    # The same rows as revision 4416080 of xlangai/DS-1000 on the hub, test.jsonl.
    Release(
        benchmark="ds1000",
        version="simplified",
        folder="ds1000",
        stem="ds1000",
        sha256="26a492838b05f9d030b2f08a5715c6bafecafb601c157da912bf417fd8b0d363",
        problems=1000,
        url="https://github.com/xlang-ai/DS-1000/raw/b39aab71da6d23ef8d3cac59a7c5f834516ab334/data/ds1000.jsonl.gz",
    ),
)


def all_releases() -> tuple[Release, ...]:
    """Return every data file that Magibench knows."""
    from harness.benchmarks.multipl_e_files import MULTIPL_E

    return (*RELEASES, *MULTIPL_E)


def releases_of(benchmark: str) -> dict[str, Release]:
    """Return version to release of a benchmark's data, the default version first."""
    return {release.version: release for release in all_releases() if release.benchmark == benchmark}


class Licence(NamedTuple):
    """Under which terms a benchmark's problems are given away."""

    name: str
    source: str
    """Where that is said."""


class Released:
    """What families of benchmarks with known data files have in common (``harness.benchmarks.Family``)."""

    name: str

    @property
    def files_of(self) -> str:
        """Name of the benchmark whose files it reads: its own, where a family doesn't say otherwise."""
        return self.name

    @property
    def versions(self) -> tuple[str, ...]:
        """Versions of the data, the default first."""
        return tuple(releases_of(self.files_of))

    def problems(self, version: str) -> int:
        """Return how many problems a version has, without reading it."""
        return releases_of(self.files_of)[version].problems

    def release(self, version: str) -> Release:
        """Return the file that a version is read from."""
        return releases_of(self.files_of)[version]
