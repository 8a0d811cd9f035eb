"""MultiPL-E (arXiv 2208.08227): HumanEval and MBPP in eighteen languages; tests are part of the program.

A program is the problem's prompt, the completion up to the data's first stop string, a newline and the tests
(evaluation/src of nuprl/MultiPL-E). In languages whose stop string is a closing brace, the brace is in the tests.
There are no reference solutions.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar, Literal

import msgspec

from harness.benchmarks.asked import asked
from harness.benchmarks.data import Data, data_of
from harness.benchmarks.multipl_e_prompts import build, template_sha256
from harness.benchmarks.releases import Licence, Release, Released
from harness.learning import learn
from harness.records import Extraction, Problem, Prompt, Sample, Style
from harness.styles import trim


@dataclass(frozen=True)
class Target:
    """A language of MultiPL-E."""

    key: str
    """MultiPL-E's own, e.g. "rs"."""
    title: str
    """For people."""
    image: str
    """Folder of sandboxes/images."""
    fence: str
    """The language's name as it stands at a fence."""


TARGETS: dict[str, Target] = {
    key: Target(key, title, image or key, fence or key)
    for key, title, image, fence in (
        ("cpp", "C++", "", ""),
        ("java", "Java", "", ""),
        ("js", "JavaScript", "", "javascript"),
        ("php", "PHP", "", ""),
        ("swift", "Swift", "", ""),
        ("rs", "Rust", "rust", "rust"),
        ("ts", "TypeScript", "", "typescript"),
        ("sh", "Bash", "bash", "bash"),
        ("cs", "C#", "", "csharp"),
        ("go", "Go", "", ""),
        ("pl", "Perl", "perl", "perl"),
        ("lua", "Lua", "", ""),
        ("rb", "Ruby", "ruby", "ruby"),
        ("r", "R", "", ""),
        ("d", "D", "", ""),
        ("rkt", "Racket", "racket", "racket"),
        ("scala", "Scala", "", ""),
        ("jl", "Julia", "julia", "julia"),
    )
}
"""By key: the six of Magicoder's table first."""


class Row(msgspec.Struct):
    """One line of the data."""

    name: str
    language: str
    prompt: str
    tests: str
    stop_tokens: list[str]


class MultiPLE:
    """One source (HumanEval or MBPP) in one language."""

    tests: Literal["program"] = "program"
    suites: tuple[str, ...] = ("base",)

    def __init__(self, name: str, release: Release, data: Data, target: Target) -> None:
        """Take the checked ``data`` of ``release``."""
        self.name = name
        self.version = release.version
        self.sha256 = data.sha256
        self.source: str = data.source
        self.target = target
        self.image = target.image
        self._data = data

    @cached_property
    def _problems(self) -> tuple[Problem, ...]:
        rows = msgspec.json.Decoder(Row).decode_lines(self._data.content)
        return tuple(_problem(row, self.target) for row in rows)

    def problems(self) -> Sequence[Problem]:
        """Return all problems, by number."""
        return self._problems

    def counts(self, problem: Problem) -> dict[str, int]:
        """Return suite name to number of tests: the program is one."""
        del problem
        return {"base": 1}

    def prompt(self, problem: Problem, style: Style) -> Prompt:
        """Return what a model is asked."""
        return build(problem.id, problem.prompt, style, self.target.fence, problem.meta["stop"])

    def template_sha256(self, style: Style) -> str:
        """Return the checksum of a style's template."""
        return template_sha256(style, self.target.fence)

    def extract(self, problem: Problem, sample: Sample) -> Extraction:
        """Take prompt and completion out of a sample that a model generated; the judge adds the tests."""
        from harness.extraction.completions import complete_function

        if sample.complete:
            return self.assemble(problem, sample)
        prompt = asked(self.prompt, problem, sample)
        if prompt is None or prompt.style == "base":
            return self._continued(problem, sample.text)
        return complete_function(
            sample.text,
            prompt=problem.prompt,
            entry_point=problem.entry_point,
            stop=problem.meta["stop"],
            language=self.target.key,
            prefill=prompt.prefill,
        )

    def assemble(self, problem: Problem, sample: Sample) -> Extraction:
        """Make the program of a line of a samples file.

        A ``completion`` is cut at the stop strings and put behind the prompt. A ``solution`` has the prompt (or
        a whole program) in it already; if it ends with the problem's tests, it is taken without them, since
        the judge adds its own.
        """
        if not sample.complete:
            return self._continued(problem, sample.text)
        code, tests = sample.text, problem.meta["tests"].strip()
        if code.rstrip().endswith(tests):
            return Extraction(code=code.rstrip()[: -len(tests)], how="whole", dropped=["the problem's own tests"])
        return Extraction(code=code, how="whole")

    def _continued(self, problem: Problem, text: str) -> Extraction:
        """Put a completion behind the prompt as the data has it."""
        if not text.strip():
            return Extraction(code="", how="empty")
        kept = trim(text, problem.meta["stop"])
        dropped = ["text from the first stop string on"] if len(kept) < len(text) else []
        return Extraction(code=problem.prompt + kept, how="continuation", dropped=dropped)


def _problem(row: Row, target: Target) -> Problem:
    return Problem(
        id=row.name,
        prompt=row.prompt,
        entry_point=_entry_point(row),
        reference="",
        language=target.fence,
        meta={"tests": row.tests, "stop": row.stop_tokens},
    )


def _entry_point(row: Row) -> str:
    """Return the function's name in this language: the problem's own, in the language's spelling.

    In C++, HumanEval_23_strlen is string_length: there, what the tests call.
    """
    plain = re.sub(r"^[A-Za-z]+_\d+_", "", row.name).replace("_", "").lower()
    words = re.findall(r"[A-Za-z_]\w*", row.prompt)
    found = [word for word in words if word.replace("_", "").lower() == plain]
    if found:
        return str(found[-1])
    called = re.search(r"candidate\s*=\s*&?\s*(\w+)", row.tests)
    return called[1] if called else plain


@dataclass(frozen=True)
class MultiPLEFamily(Released):
    """All versions of one source in one language: there is one."""

    name: str
    target: Target
    source: str
    """For people: "HumanEval"."""
    suites: tuple[str, ...] = ("base",)
    licence: ClassVar[Licence] = Licence("BSD-3-Clause, not for training", "github.com/nuprl/MultiPL-E, LICENSE")

    @property
    def title(self) -> str:
        """One line for people."""
        return f"MultiPL-E: {self.source} in {self.target.title}"

    def load(self, version: str) -> MultiPLE:
        """Load a version.

        Raises:
            DataError: its data can't be had.
        """
        release = self.release(version)
        return MultiPLE(self.name, release, data_of(release), self.target)


FAMILIES: dict[str, MultiPLEFamily] = {
    f"multipl-e-{infix}{key}": MultiPLEFamily(f"multipl-e-{infix}{key}", target, source)
    for infix, source in (("", "HumanEval"), ("mbpp-", "MBPP"))
    for key, target in TARGETS.items()
}
"""By name; the lazy table names them as ``multipl_e:FAMILIES[name]``."""


learn(Row)
