"""HumanEval+ and MBPP+ (EvalPlus, arXiv 2305.01210): tests are inputs, the reference gives the outputs.

``mbpp`` is EvalPlus's notion of MBPP: the base suite of the MBPP+ data. (HumanEval's own tests
are code, and ``humaneval`` has a module of its own.)
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import msgspec

from harness.benchmarks.data import Data, data_of
from harness.benchmarks.inputs import Inputs, mbpp_types
from harness.benchmarks.python_functions import PythonFunctions
from harness.benchmarks.releases import Licence, Release, Released
from harness.errors import DataError
from harness.learning import learn
from harness.records import Problem

Dataset = Literal["humaneval", "mbpp"]


class Row(msgspec.Struct):
    """One line of EvalPlus's data. Inputs stay text until they are asked for."""

    task_id: str
    prompt: str
    entry_point: str
    canonical_solution: str
    base_input: msgspec.Raw
    plus_input: msgspec.Raw
    atol: float


class LooseRow(Row):
    """A line with a number that JSON doesn't have (Mbpp/404: Infinity), read by Python's own parser."""

    base_input: list[Any]  # type: ignore[assignment]
    plus_input: list[Any]  # type: ignore[assignment]


class PlusBenchmark(PythonFunctions):
    """A version of HumanEval+, MBPP+, or of the latter's base suite."""

    tests: Literal["functions", "check", "script"] = "functions"

    def __init__(self, name: str, release: Release, dataset: Dataset, suites: tuple[str, ...]) -> None:
        """Read (or fetch) the data of ``release``; problems are made when they are asked for."""
        data = data_of(release)
        super().__init__(name, release, data)
        self.suites = suites
        self.family = dataset

    @cached_property
    def _problems(self) -> tuple[Problem, ...]:
        return tuple(self._problem(row) for row in _rows(self._data))

    def problems(self) -> Sequence[Problem]:
        """Return all problems in the order of the file."""
        return self._problems

    def counts(self, problem: Problem) -> dict[str, int]:
        """Return suite name to number of inputs. Parses them."""
        return {suite: len(calls) for suite, calls in problem.meta["inputs"].items()}

    def _problem(self, row: Row) -> Problem:
        """Make a problem; inputs are parsed when ``meta["inputs"][suite]`` is first read."""
        raw = {"base": row.base_input, "plus": row.plus_input}
        convert = mbpp_types(row.task_id) if self.family == "mbpp" else None
        return Problem(
            id=row.task_id,
            prompt=row.prompt,
            entry_point=row.entry_point,
            reference=row.prompt + row.canonical_solution,
            meta={
                "inputs": Inputs({suite: raw[suite] for suite in self.suites}, convert, row.task_id),
                "atol": row.atol,
                "dataset": self.family,
            },
        )


@dataclass(frozen=True)
class PlusFamily(Released):
    """All versions of one of them."""

    name: str
    title: str
    data: str
    """Name of the benchmark whose files it reads."""
    dataset: Dataset
    suites: tuple[str, ...]
    licence: Licence

    @property
    def files_of(self) -> str:
        """Name of the benchmark whose files it reads."""
        return self.data

    def load(self, version: str) -> PlusBenchmark:
        """Load a version.

        Raises:
            DataError: its data can't be had.
        """
        return PlusBenchmark(self.name, self.release(version), self.dataset, self.suites)


_HUMANEVAL = Licence(
    "Apache-2.0, its problems MIT",
    "github.com/evalplus/humanevalplus_release, LICENSE; github.com/openai/human-eval, LICENSE",
)
_MBPP = Licence(
    "Apache-2.0, its problems CC BY 4.0",
    "github.com/evalplus/mbppplus_release, LICENSE; github.com/google-research/google-research, mbpp",
)
HUMANEVAL_PLUS = PlusFamily(
    "humaneval+", "HumanEval+ (EvalPlus)", "humaneval+", "humaneval", ("base", "plus"), _HUMANEVAL
)
MBPP_PLUS = PlusFamily("mbpp+", "MBPP+ (EvalPlus)", "mbpp+", "mbpp", ("base", "plus"), _MBPP)
MBPP = PlusFamily("mbpp", "MBPP as EvalPlus has it: the base suite of MBPP+", "mbpp+", "mbpp", ("base",), _MBPP)


def _rows(data: Data) -> list[Row]:
    """Parse the lines; 10 ms for HumanEval+, since inputs stay text."""
    decoder = msgspec.json.Decoder(Row)
    rows: list[Row] = []
    for number, line in enumerate(data.content.split(b"\n"), 1):
        if not line.strip():
            continue
        try:
            rows.append(decoder.decode(line))
        except msgspec.ValidationError as error:
            raise DataError(
                f"{data.path}, line {number}: {error}.", "It is no data of EvalPlus; replace it."
            ) from error
        except msgspec.DecodeError:
            rows.append(msgspec.convert(json.loads(line), LooseRow))
    return rows


learn(Row, LooseRow)
