"""What a run is to be: settled, checked and named before anything expensive begins.

The same settings give the same run id, so the same command resumes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec

from harness import provenance
from harness.backends import PACING, RESOURCES
from harness.benchmarks import Benchmark
from harness.records import Model, Problem, Run, Sample, Sampling, Style
from harness.runs import RunFolder
from harness.workspace import Workspace


@dataclass(frozen=True)
class Plan:
    """One model on one benchmark."""

    workspace: Workspace
    model: Model
    benchmark: Benchmark
    problems: Sequence[Problem]
    """The problems asked for, in the benchmark's order."""
    style: Style
    sampling: Sampling
    backend: str
    """Name of a backend, or "judge" for samples that are given."""
    backend_options: dict[str, Any] = field(default_factory=dict)
    samples: Sequence[Sample] | None = None
    """Given samples: nothing is generated."""
    samples_sha256: str = ""
    command: str = ""

    @property
    def assembled(self) -> bool:
        """Whether samples are judged as they are, without our extraction."""
        return self.samples is not None

    @property
    def telling(self) -> dict[str, Any]:
        """The backend's options that change what the model says: dtype, quantization, a server's further keys ..."""
        return {k: v for k, v in sorted(self.backend_options.items()) if k not in PACING | RESOURCES}

    @property
    def template_sha256(self) -> str:
        """SHA-256 of the prompt template; empty where nothing is asked."""
        if self.assembled:
            return ""
        return self.benchmark.template_sha256(self.style)

    def run_id(self, sandbox: str) -> str:
        """Return the run's name: readable, and different for different settings."""
        model = msgspec.structs.replace(self.model, notes="", license="", answers="public")
        parts = [
            # Models that weren't trained here keep the names of their runs from before there was such a field.
            msgspec.json.encode(model, order="deterministic")
            .decode()
            .replace(',"answers":"public"}', "}")
            .replace(',"training":{}}', "}"),
            f"{self.benchmark.name}@{self.benchmark.version} {self.benchmark.sha256}",
            " ".join(p.id for p in self.problems),
            self.style,
            self.template_sha256,
            msgspec.json.encode(self.sampling).decode(),
            f"{self.backend} {sandbox} {self.samples_sha256}",
        ]
        if self.telling:
            parts.append(msgspec.json.encode(self.telling, order="deterministic").decode())
        title = f"{self.model.name}__{self.benchmark.name}@{self.benchmark.version}"
        if not self.assembled:
            title += f"__{self.style}"
        return f"{provenance.file_safe(title)}__{provenance.short_hash(parts)}"

    def folder(self, sandbox: str) -> RunFolder:
        """Return the run's folder."""
        return RunFolder(self.workspace.runs / self.run_id(sandbox))

    def wanted(self) -> list[tuple[str, int]]:
        """Return the (problem id, index) of every sample of the run."""
        if self.samples is not None:
            return [(s.problem_id, s.index) for s in self.samples]
        return [(p.id, i) for p in self.problems for i in range(self.sampling.n)]

    def record(self, sandbox: str) -> Run:
        """Return the record of a run that has just begun."""
        head, dirty = provenance.commit()
        return Run(
            id=self.run_id(sandbox),
            model=self.model,
            benchmark=self.benchmark.name,
            data_version=self.benchmark.version,
            data_sha256=self.benchmark.sha256,
            data_source=self.benchmark.source,
            problems=[p.id for p in self.problems],
            total_problems=len(self.benchmark.problems()),
            style=self.style,
            template_sha256=self.template_sha256,
            sampling=self.sampling,
            backend={"name": self.backend} | ({"options": self.telling} if self.telling else {}),
            command=self.command or provenance.command(),
            commit=head,
            dirty=dirty,
            packages=provenance.packages(),
            machine=provenance.machine(),
            created=provenance.now(),
        )
