"""Running the solutions of rows in the sandbox: does it parse, import, run, pass the examples it states.

The outcome is a column; what to drop for it is a choice. One job per row, many at a time; the job's process
is a copy of one that is warm, so a row costs milliseconds. What a program reports about itself is believed:
this chooses training rows, it judges nobody. A sandbox's failure says nothing about a row and drops none.
"""

from __future__ import annotations

import asyncio
import doctest
import re
from collections.abc import AsyncIterator, Iterable
from hashlib import sha256
from typing import Literal, TypeVar

import msgspec

from harness.datagen.texts import Texts
from sandboxes.contract import FunctionJob, Limits, Outcome, Part, Sandbox
from sandboxes.worker.values import Malformed, decode

T = TypeVar("T", bound=Texts)

State = Literal[
    "not-python", "no-code", "syntax", "import", "error", "timeout", "examples", "passed", "ran", "infrastructure"
]
"""How far a solution came.

not-python      another language: not executed
no-code         there is no program in the solution
syntax          it doesn't parse
import          a module that it imports isn't in the image
error           it raises at its top level, or dies
timeout         it met a limit of time, memory or output
examples        it runs, and fails an example that the row states
passed          it runs, and passes every example that the row states (at least one)
ran             it runs; the row states no example
infrastructure  the sandbox failed: says nothing about the row
"""
STATES: tuple[State, ...] = (
    "not-python", "no-code", "syntax", "import", "error", "timeout", "examples", "passed", "ran", "infrastructure",
)  # fmt: skip
BROKEN: frozenset[State] = frozenset({"syntax", "import", "error", "timeout", "examples"})
"""What `magibench data filter` drops by default. Magicoder drops nothing: its noise helped."""
MOST_EXAMPLES = 20
LIMITS = Limits(cpu_s=20.0, call_cpu_s=5.0, wall_s=120.0, idle_s=5.0, memory_mib=2048, output_mib=8)

FENCE = re.compile(r"^[ \t]*```[ \t]*([\w+#.-]*)[^\n]*\n(.*?)^[ \t]*```", re.MULTILINE | re.DOTALL)
BORDER = re.compile(r"\"{3}|'{3}|`{3}")
"""What ends a docstring or a block of code, and with it an example's answer."""
ASSERTION = re.compile(r"^[ \t]*(assert[ \t(].+)$", re.MULTILINE)
PYTHON = frozenset({"python", "py", "python3", "py3"})

PROGRAM = """
import ast, io, sys
CODE = {code!r}
SPACE = {{"__name__": "__main__"}}
def same(one, other):
    try:
        return ast.literal_eval(one.strip()) == ast.literal_eval(other.strip())
    except Exception:
        return False
def stage(kind, text, expected):
    sys.stdin = io.StringIO("")
    sys.stdout = io.StringIO()
    sys.stderr = io.StringIO()
    try:
        if kind == "parse":
            compile(CODE, "solution.py", "exec", dont_inherit=True)
        elif kind == "run":
            exec(compile(CODE, "solution.py", "exec", dont_inherit=True), SPACE)
        elif kind == "assert":
            exec(compile(text, "example", "exec", dont_inherit=True), SPACE)
        else:
            exec(compile(text, "example", "single", dont_inherit=True), SPACE)
            said = sys.stdout.getvalue()
            if said.split() != expected.split() and not same(said, expected):
                return "said " + said.strip()[:200]
        return ""
    except SystemExit as end:
        return "" if kind == "run" and not end.code else "SystemExit: " + str(end.code)[:200]
    except BaseException as error:
        return type(error).__name__ + ": " + str(error)[:200]
"""
"""What the sandbox defines; ``stage`` returns what went wrong."""


class Execution(msgspec.Struct, frozen=True, kw_only=True):
    """What came of a row's solution: the column ``execution``."""

    state: State
    detail: str = ""
    """What was raised or said, one line."""
    examples: int = 0
    """Examples that the row states, of at most ``MOST_EXAMPLES``."""
    passed: int = 0


class Example(msgspec.Struct, frozen=True):
    """One example of a row: an assertion, or an expression and what an interpreter answers."""

    source: str
    expected: str | None = None
    """None for assertions."""


async def execute(rows: Iterable[T], sandbox: Sandbox, slots: int) -> AsyncIterator[tuple[T, Execution]]:
    """Yield every row with what came of it, in order, ``slots`` jobs at a time.

    Raises:
        EngineUnavailable, ImageError, OutOfDisk, EngineLost: nothing can run, or not any more.
    """
    waiting: list[tuple[T, asyncio.Task[Execution]]] = []
    try:
        for row in rows:
            waiting.append((row, asyncio.create_task(run(row, sandbox))))
            if len(waiting) >= 2 * slots:
                first, task = waiting.pop(0)
                yield first, await task
        while waiting:
            first, task = waiting.pop(0)
            yield first, await task
    finally:
        for _, task in waiting:
            task.cancel()
        await asyncio.gather(*(task for _, task in waiting), return_exceptions=True)


async def run(row: Texts, sandbox: Sandbox) -> Execution:
    """Execute one row's solution."""
    named = is_python(row)
    if named is False:
        return Execution(state="not-python")
    code = program(row.solution)
    if not code:
        return Execution(state="no-code")
    found = examples(row.problem)
    calls: list[list[str]] = [["parse", "", ""], ["run", "", ""]]
    calls += [["assert", e.source, ""] if e.expected is None else ["session", e.source, e.expected] for e in found]
    # What surrogates stand for can't be sent, and is no program.
    source = PROGRAM.format(code=code.encode("utf-8", "replace").decode())
    part = Part(inputs_key=f"execution {sha256(repr(calls).encode()).hexdigest()}", inputs=calls, limits=LIMITS)
    outcome = await sandbox.run(FunctionJob(image="python", code=source, entry_point="stage", parts=[part]))
    execution = _execution(outcome, len(found))
    if execution.state == "syntax" and named is None:
        return Execution(state="not-python", detail="nothing says which language it is, and it isn't Python")
    return execution


def _execution(outcome: Outcome, examples: int) -> Execution:
    """Read an outcome."""
    if outcome.status == "sandbox_error":
        return Execution(state="infrastructure", detail=outcome.detail[:200], examples=examples)
    said: list[str] = []
    for result in outcome.results:
        try:
            value = decode(result.kind, result.payload) if result.kind in ("value", "typed") else "unreadable"
        except Malformed:
            value = "unreadable"
        said.append(value if isinstance(value, str) else "unreadable")
    passed = sum(not text for text in said[2:])
    if len(said) >= 1 and said[0]:
        return Execution(state="syntax", detail=said[0], examples=examples)
    if len(said) >= 2 and said[1]:
        missing = said[1].startswith(("ModuleNotFoundError", "ImportError"))
        return Execution(state="import" if missing else "error", detail=said[1], examples=examples)
    if len(said) < 2 + examples:
        limit = outcome.status in ("timeout", "memory", "output")
        state: State = "timeout" if limit else "error"
        return Execution(state=state, detail=outcome.detail[:200], examples=examples, passed=passed)
    if passed < examples:
        return Execution(state="examples", detail=next(t for t in said[2:] if t), examples=examples, passed=passed)
    return Execution(state="passed" if examples else "ran", examples=examples, passed=passed)


def is_python(row: Texts) -> bool | None:
    """Return whether a row's column, or else its fences, say that its solution is Python; None if nothing says so."""
    language = str(getattr(row, "language", "") or "").lower()
    if language:
        return language in PYTHON
    tags = {tag.lower() for tag, _ in FENCE.findall(row.solution)} - {""}
    return bool(tags & PYTHON) if tags else None


def program(solution: str) -> str:
    """Return the Python of a solution: its fenced blocks in Python, joined; without any fence, all of it."""
    blocks = FENCE.findall(solution)
    if not blocks:
        return solution.strip()
    chosen = [text for tag, text in blocks if tag.lower() in PYTHON] or [text for tag, text in blocks if not tag]
    return "\n".join(chosen).strip()


def examples(problem: str) -> list[Example]:
    """Return the examples that a problem states, in order: assertions of one line, and doctests."""
    found = [Example(match[1].strip()) for match in ASSERTION.finditer(problem) if _parses(match[1].strip())]
    try:
        sessions = doctest.DocTestParser().get_examples(BORDER.sub("\n\n", problem))
    except ValueError:
        # A prompt without a space, or lines out of line: no examples that a machine can read.
        sessions = []
    found += [Example(e.source, e.want) for e in sessions if e.want]
    return found[:MOST_EXAMPLES]


def _parses(text: str) -> bool:
    try:
        compile(text, "example", "exec", dont_inherit=True)
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return False
    return True
