"""Running solutions: how far each comes, in real containers; and what a row's program and examples are."""

from dataclasses import dataclass

import pytest

from harness.datagen.execution import examples, execute, is_python, program, run
from sandboxes.contract import Outcome


@dataclass(frozen=True)
class Plain:
    id: str
    problem: str
    solution: str
    seed: str = ""
    language: str = "python"


def fenced(code, tag="python"):
    return f"Here it is:\n\n```{tag}\n{code}\n```\nDone."


ADD = "def add(a, b):\n    return a + b"
STATED = "Add two numbers.\n\n```python\nassert add(1, 2) == 3\n```\n>>> add(2, 2)\n4\n"
ROWS = [
    (Plain("passed", STATED, fenced(ADD)), "passed", 2),
    (Plain("ran", "Add two numbers.", ADD), "ran", 0),
    (Plain("examples", STATED, fenced(ADD.replace("+", "-"))), "examples", 0),
    (Plain("half", "assert add(0, 0) == 0\n>>> add(2, 2)\n5\n", fenced(ADD)), "examples", 1),
    (Plain("syntax", "p", fenced("def f(:")), "syntax", 0),
    (Plain("import", "p", fenced("import a_module_that_is_nowhere")), "import", 0),
    (Plain("error", "p", fenced("print(1 / 0)")), "error", 0),
    (Plain("exit", "p", fenced("import os\nos._exit(0)")), "error", 0),
    (Plain("main", "p", fenced("if __name__ == '__main__':\n    raise SystemExit(0)")), "ran", 0),
    (Plain("timeout", "p", fenced("while True: pass")), "timeout", 0),
    (Plain("input", "p", fenced("name = input()")), "error", 0),
    (Plain("rust", "p", fenced("fn main() {}", "rust"), language="rust"), "not-python", 0),
    (Plain("unnamed", "p", "fn main() { println!(); }", language=""), "not-python", 0),
    (Plain("no-code", "p", ""), "no-code", 0),
    (Plain("surrogate", "p", fenced("x = '\ud800'")), "ran", 0),
]


@pytest.mark.docker
async def test_how_far_solutions_come(engine):
    from harness.sandboxing import open_sandbox

    box = open_sandbox("docker", 2)
    try:
        found = [(row.id, e.state, e.passed) async for row, e in execute([row for row, _, _ in ROWS], box, 2)]
    finally:
        await box.close()
    assert found == [(row.id, state, passed) for row, state, passed in ROWS]


class Broken:
    """A sandbox that always fails."""

    async def run(self, job, watch=None):
        return Outcome(status="sandbox_error", detail="three fresh containers broke")


async def test_a_failure_of_the_sandbox_says_nothing_about_the_row():
    assert (await run(ROWS[0][0], Broken())).state == "infrastructure"


def test_examples_of_a_docstring_end_with_it():
    found = examples('def f(x):\n    """Double.\n    >>> f(2)\n    4\n    """\n')
    assert [(e.source, e.expected) for e in found] == [("f(2)\n", "4\n")]


def test_assertions_that_are_prose_are_none():
    assert examples("assert that it works, please\nassert f(1) == 2") == examples("assert f(1) == 2")


@pytest.mark.parametrize(
    ("solution", "expected"),
    [
        ("```python\na\n```\ntext\n```\nshell\n```\n```py\nb\n```", "a\n\nb"),
        ("```\na\n```", "a"),
        ("```java\na\n```", ""),
        ("a = 1", "a = 1"),
    ],
)
def test_the_program_of_a_solution(solution, expected):
    assert program(solution) == expected


def test_the_language_of_a_row():
    assert is_python(Plain("1", "", "x", language="Python")) is True
    assert is_python(Plain("1", "", "```js\nx\n```", language="")) is False
    assert is_python(Plain("1", "", "x", language="")) is None
