"""DS-1000 (arXiv 2211.11501): 1,000 problems of seven Python libraries, in the simplified form of 2024.

A test is upstream's own code (``code_context``), which executes the answer within a template of its own and compares
what comes out. Program, post-processing and order are those of test_ds1000.py in xlang-ai/DS-1000.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Literal

import msgspec

from harness.benchmarks.data import data_of
from harness.benchmarks.releases import Licence, Release, Released
from harness.errors import DataError
from harness.learning import learn
from harness.records import Extraction, Problem, Prompt, Sample, Style

PREFIX = "DS-1000/"
"""Before upstream's number, 0 to 999."""
ZYGOTES = {"Pytorch": "torch", "Tensorflow": "tensorflow"}
"""Library to what a process has loaded before its problems run; "numeric" for all others."""


class Metadata(msgspec.Struct):
    """What a row says of its problem."""

    problem_id: int
    library: str
    test_case_cnt: int
    perturbation_type: str
    perturbation_origin_id: int


class Row(msgspec.Struct):
    """One line of ds1000.jsonl."""

    prompt: str
    reference_code: str
    code_context: str
    metadata: Metadata


class DS1000:
    """The 1,000 problems."""

    name = "ds1000"
    tests: Literal["functions", "check", "script"] = "script"
    suites: tuple[str, ...] = ("base",)
    image = "ds1000"

    def __init__(self, release: Release) -> None:
        """Read (or fetch) the data of ``release``."""
        self._data = data_of(release)
        self.version = release.version
        self.sha256 = self._data.sha256
        self.source: str = self._data.source

    @cached_property
    def _problems(self) -> tuple[Problem, ...]:
        try:
            rows = msgspec.json.Decoder(Row).decode_lines(self._data.content)
        except msgspec.MsgspecError as error:
            raise DataError(f"{self._data.path}: {error}.", "It is no data of DS-1000; replace it.") from error
        return tuple(_problem(row) for row in rows)

    def problems(self) -> Sequence[Problem]:
        """Return all problems in the order of the file: library by library."""
        return self._problems

    def counts(self, problem: Problem) -> dict[str, int]:
        """Return suite name to number of test cases, as upstream counts them."""
        return {"base": max(1, int(problem.meta["test_cases"]))}

    def prompt(self, problem: Problem, style: Style) -> Prompt:
        """Return what a model is asked."""
        from harness.benchmarks.ds1000_prompts import build

        return build(problem, style)

    def template_sha256(self, style: Style) -> str:
        """Return the checksum of a prompt template: of the prompts that it makes of made-up problems."""
        from harness.benchmarks.ds1000_prompts import template_sha256

        return template_sha256(style)

    def extract(self, problem: Problem, sample: Sample) -> Extraction:
        """Take the answer out of what a model wrote: upstream's rule, whatever the style."""
        return self.assemble(problem, sample)

    def assemble(self, problem: Problem, sample: Sample) -> Extraction:
        """Take the answer out of a line of an answers file, as upstream's script does."""
        if sample.complete:
            return Extraction(code=sample.text, how="whole")
        code = postprocess(sample.text)
        return Extraction(code=code, how="continuation" if code == sample.text else "fenced")


def postprocess(text: str) -> str:
    """Return the code of an answer: upstream's ``postprocess`` (test_ds1000.py), rule by rule and in its order."""
    text = text.partition("</code>")[0]
    text = text.replace("```python", "")
    text = text.partition("```")[0]
    text = text.partition("\nEND SOLUTION")[0]
    return text.replace("<code>", "")


def program(problem: Problem, code: str) -> str:
    """Return the script that upstream runs for an answer, with one check of ours before its comparison.

    ``exec_test`` gets what the answer left in ``result``. An object of a class of its own that says itself what it is
    equal to would pass upstream; see docs/agreement.md.
    """
    context = problem.meta["context"]
    string_test = "test_string(code)\n" if "test_string(" in context else "\n"
    return f"{context}\n{HONEST}code = {code!r}\ntest_execution(code)\n{string_test}"


HONEST = """

def _honest(test):
    own = ("__eq__", "__ne__", "__array__", "__array_ufunc__", "__array_function__", "__torch_function__")

    def decides(kind):
        for made in kind.__mro__:
            names = vars(made)
            for name in own:
                code = getattr(names.get(name), "__code__", None)
                if code is not None and code.co_filename == "<string>" and "__dataclass_fields__" not in names:
                    return made.__name__ + "." + name
        return ""

    def check(value, depth):
        said = decides(type(value))
        if said:
            raise TypeError("the result decides itself what it is equal to: " + said)
        items = ()
        if isinstance(value, (list, tuple, set)):
            items = list(value)
        elif isinstance(value, dict):
            items = [*value, *value.values()]
        elif type(value).__module__.partition(".")[0] in ("numpy", "pandas"):
            array = value.to_numpy() if hasattr(value, "to_numpy") else value
            if getattr(array, "dtype", None) == object:
                items = array.ravel().tolist() if hasattr(array, "ravel") else ()
        for item in items[:1000] if depth < 3 else ():
            check(item, depth + 1)

    def exec_test(result, ans):
        check(result, 0)
        return test(result, ans)

    return exec_test


exec_test = _honest(exec_test)
"""


def _problem(row: Row) -> Problem:
    """Make a problem."""
    meta = row.metadata
    return Problem(
        id=f"{PREFIX}{meta.problem_id}",
        prompt=row.prompt,
        entry_point="",
        reference=row.reference_code,
        meta={
            "context": row.code_context,
            "zygote": ZYGOTES.get(meta.library, "numeric"),
            "test_cases": meta.test_case_cnt,
            "groups": {"library": meta.library, "perturbation": meta.perturbation_type},
        },
    )


class DS1000Family(Released):
    """All versions of DS-1000: there is one."""

    name = "ds1000"
    title = "DS-1000: data science with seven libraries (simplified, 2024)"
    suites = ("base",)
    licence = Licence("CC BY-SA 4.0", "github.com/xlang-ai/DS-1000, LICENSE")
    withheld = (
        "The texts of DS-1000 are not shown, so that its problems don't get into training data from these pages: "
        "neither prompts and references nor answers, which repeat them, nor what the tests compared."
    )
    """Its repository (xlang-ai/DS-1000) has the problems in a compressed file only: no plain text for a crawler."""

    def load(self, version: str) -> DS1000:
        """Load a version.

        Raises:
            DataError: its data can't be had.
        """
        return DS1000(self.release(version))


FAMILY = DS1000Family()


learn(Row)
