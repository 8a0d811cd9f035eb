"""What a benchmark must not have in common with training data: its questions and its answers.

The lists of StarCoder and Magicoder, in their order (bigcode-dataset, decontamination/benchmark_data.py).
A source whose file isn't here is named as absent, with its remedy: no report is silent about it.
Left out as upstream: APPS' solutions, and MultiPL-E, whose prompts are HumanEval's and MBPP's.
"""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Literal

import msgspec

from harness.benchmarks.data import data_of
from harness.benchmarks.releases import releases_of
from harness.errors import DataError, UnknownName
from harness.workspace import cache_dir, data_dir

Part = Literal["text", "solution"]

TRIVIAL = ("return x + y", "return len(string)", "return n**2", "return ''.join(strings)")
"""Solutions of HumanEval that half of all programs contain. Upstream means the last one but writes
``'return ''.join(strings)'``, which Python reads as ``return .join(strings)``: nobody's solution."""
TESTED_MBPP = range(11, 511)
"""Task ids of MBPP's test split: what upstream searches for."""


class Item(msgspec.Struct, frozen=True):
    """One string of a benchmark."""

    task: str
    """"HumanEval/0", "MBPP/11", "DS-1000/0", "GSM8K/0" (line of the file), "APPS/0"."""
    part: Part
    text: str


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """All strings of one kind of one benchmark."""

    key: str
    """Upstream's name, e.g. "human_eval_docstrings"."""
    benchmark: str
    """"HumanEval", "MBPP", "APPS", "GSM8K" or "DS-1000"."""
    items: tuple[Item, ...] = ()
    where: str = ""
    """The file that they were read from."""
    absent: str = ""
    """Why there are none, and what to do; empty where there are some."""


def sources(apps: Path | None = None, ignored: frozenset[str] = frozenset()) -> tuple[Source, ...]:
    """Return upstream's seven sources in upstream's order, absent ones too.

    Args:
        apps: APPS' test file (JSON lines with ``question``, plain or gzip); else ``apps/test.jsonl[.gz]``
            below MAGIBENCH_DATA.
        ignored: Keys to leave out (upstream's IGNORED).

    Raises:
        UnknownName: an ignored key doesn't exist.
        DataError: a file is there but can't be read.
    """
    makers: dict[str, Callable[[], Source]] = {
        "mbpp_docstrings": lambda: _mbpp("mbpp_docstrings", "text"),
        "mbpp_solutions": lambda: _mbpp("mbpp_solutions", "solution"),
        "human_eval_docstrings": lambda: _human_eval("human_eval_docstrings", "text"),
        "human_eval_solutions": lambda: _human_eval("human_eval_solutions", "solution"),
        "apps_docstrings": lambda: _apps(apps),
        "gsm8k_questions": _gsm8k,
        "ds_1000_prompts": _ds1000,
    }
    for key in sorted(ignored - set(makers)):
        raise UnknownName("source of benchmark strings", key, makers, "magibench data decontaminate --sources")
    return tuple(make() for key, make in makers.items() if key not in ignored)


def lines_of(*names: str) -> tuple[list[dict[str, Any]], str]:
    """Return the rows of the first of these JSONL files below MAGIBENCH_DATA or in the cache, and its path.

    Returns no rows and why, where there is none.

    Raises:
        DataError: the file can't be read.
    """
    folders = [folder for folder in (data_dir(), cache_dir() / "data") if folder is not None]
    for folder in folders:
        for name in names:
            for suffix in (".jsonl.gz", ".jsonl"):
                if (path := folder / f"{name}{suffix}").is_file():
                    return list(read_lines(path)), str(path)
    return (
        [],
        f"no {names[0]}.jsonl[.gz] below {' or '.join(map(str, folders))}: put it there, name the folder in MAGIBENCH_DATA",
    )


def read_lines(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the objects of a JSON lines file, plain or gzip.

    Raises:
        DataError: it can't be read; the message has file and line.
    """
    number = 0
    try:
        with gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb") as file:
            for number, line in enumerate(file, 1):  # noqa: B007 - the message below has it
                if line.strip():
                    yield msgspec.json.decode(line, type=dict[str, Any])
    except (OSError, EOFError, msgspec.MsgspecError) as error:
        raise DataError(f"{path}:{number} can't be read: {error}.", "Restore the file.") from error


def _source(key: str, benchmark: str, items: Iterator[Item], where: str) -> Source:
    """Make a source; ``where`` says why where there are no items."""
    found = tuple(item for item in items if item.text.strip())
    return (
        Source(key=key, benchmark=benchmark, items=found, where=where)
        if found
        else Source(key=key, benchmark=benchmark, absent=where)
    )


def _human_eval(key: str, part: Part) -> Source:
    """Read HumanEval, which travels in a package and is always here."""
    data = data_of(releases_of("humaneval")["v1.0"])
    rows = [msgspec.json.decode(line) for line in data.content.splitlines()]
    if part == "text":
        items = (Item(row["task_id"], part, docstring(row["prompt"])) for row in rows)
    else:
        solutions = ((row["task_id"], row["canonical_solution"].strip()) for row in rows)
        items = (Item(task, part, text) for task, text in solutions if text not in TRIVIAL)
    return _source(key, "HumanEval", items, str(data.path))


def docstring(prompt: str) -> str:
    """Return the text between the last two triple quotes of a prompt, stripped; without any, the prompt."""
    for quotes in ('"""', "'''"):
        pieces = prompt.split(quotes)
        if len(pieces) >= 3:
            return pieces[-2].strip()
    return prompt.strip()


def _mbpp(key: str, part: Part) -> Source:
    rows, where = lines_of("mbpp/mbpp")
    column = "text" if part == "text" else "code"
    items = (Item(f"MBPP/{row['task_id']}", part, row[column]) for row in rows if row["task_id"] in TESTED_MBPP)
    return _source(key, "MBPP", items, where)


def _apps(file: Path | None) -> Source:
    rows, where = (list(read_lines(file)), str(file)) if file else lines_of("apps/test")
    items = (Item(f"APPS/{number}", "text", str(row.get("question", "")).strip()) for number, row in enumerate(rows))
    return _source("apps_docstrings", "APPS", items, where)


def _gsm8k() -> Source:
    rows, where = lines_of("gsm8k/test")
    items = (Item(f"GSM8K/{number}", "text", row["question"]) for number, row in enumerate(rows))
    return _source("gsm8k_questions", "GSM8K", items, where)


def _ds1000() -> Source:
    rows, where = lines_of("ds1000/ds1000")
    items = (Item(f"DS-1000/{row['metadata']['problem_id']}", "text", before_solution(row["prompt"])) for row in rows)
    return _source("ds_1000_prompts", "DS-1000", items, where)


def before_solution(prompt: str) -> str:
    """Return DS-1000's prompt up to the mark behind which the answer goes, as upstream."""
    for mark in ("SOLUTION START", "BEGIN SOLUTION"):
        if mark in prompt:
            return prompt.partition(mark)[0]
    return prompt
