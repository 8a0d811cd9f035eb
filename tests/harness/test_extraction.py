"""Programs are found in every kind of answer, and keep what they need."""

from __future__ import annotations

import builtins
import sys
import textwrap

import pytest

from harness.extraction import extract_python

PROMPT = '''from typing import List


def total(values: List[int]) -> int:
    """Return the sum of the values.
    >>> total([1, 2])
    3
    """
'''
MBPP = '"""\nWrite a function to sum values.\nassert total([1, 2]) == 3\n"""\n'
CHAT = "Below is a Python script:\n```python\n"
MAGICODER = "```python\n" + PROMPT.strip()


def run(code, *arguments):
    scope = {}
    exec(compile(code, "<program>", "exec", dont_inherit=True), scope)
    return scope["total"](*arguments)


def extract(text, prompt=PROMPT, prefill="", style="chat"):
    return extract_python(textwrap.dedent(text) if style == "chat" else text, prompt, "total", prefill, style)


# How an answer is read


@pytest.mark.parametrize(
    ("style", "prefill", "prompt", "text", "how"),
    [
        ("base", "", PROMPT, "    return sum(values)\n", "continuation"),
        ("base", "", MBPP, "def total(values):\n    return sum(values)\n", "continuation"),
        ("base", PROMPT.strip() + "\n", PROMPT, "    return sum(values)\n```\nThat's it.", "continuation"),
        ("base", "", PROMPT, "```python\ndef total(values):\n    return sum(values)\n```", "fenced"),
        ("base", "", PROMPT, "\treturn sum(values)", "continuation"),
        ("base", "", PROMPT, "result = 0\n    for v in values:\n        result += v\n    return result\n", "continuation"),
        ("chat", CHAT, PROMPT, "def total(values):\n    return sum(values)", "fenced"),
        ("chat", CHAT, PROMPT, "def total(values):\n    return sum(values)\n```\nIt can't fail.", "fenced"),
        ("chat", CHAT, PROMPT, "```python\ndef total(values):\n    return sum(values)\n```\n", "fenced"),
        ("chat", CHAT, PROMPT, "def total(values):\n    return sum(values)\n\ndef more(x):\n    y = [x,", "incomplete fence"),
        ("chat", "", PROMPT, "Sure:\n```python\ndef total(values):\n    return sum(values)\n```\n", "fenced"),
        ("chat", "", PROMPT, "Sure:\n~~~\ndef total(values):\n    return sum(values)\n~~~\n", "fenced"),
        ("chat", "", PROMPT, "Sure:\n```python\ndef total(values):\n    return sum(values)", "incomplete fence"),
        ("chat", "", PROMPT, "Here it is:```python\ndef total(values):\n    return sum(values)```", "fenced"),
        ("chat", "", PROMPT, "1. Do:\n   ```py\n   def total(values):\n       return sum(values)\n   ```\n2. Done", "fenced"),
        ("chat", "", PROMPT, "It's easy:\n\ndef total(values):\n    return sum(values)\n\nThat's it (really", "heuristic"),
        ("chat", "", PROMPT, "It's easy:\n\n    def total(values):\n        return sum(values)\n\nThat's it", "heuristic"),
        ("chat", "", PROMPT, "```python\nreturn sum(values)\n```", "fenced"),
        ("chat", "", PROMPT, "    return sum(values)", "continuation"),
        ("magicoder", MAGICODER, PROMPT, "\n    return sum(values)\n", "fenced"),
        ("magicoder", "```python", MBPP, "\ndef total(values):\n    return sum(values)\n", "fenced"),
    ],
)  # fmt: skip
def test_the_program_is_found(style, prefill, prompt, text, how):
    found = extract_python(text, prompt, "total", prefill, style)
    assert found.how == how
    assert run(found.code, [1, 2]) == 3


@pytest.mark.parametrize("text", ["", "   \n\n", "\ufeff"])
@pytest.mark.parametrize("style", ["base", "chat", "magicoder"])
def test_no_answer_is_empty(text, style):
    assert extract_python(text, PROMPT, "total", style=style) == extract_python("", PROMPT, "total")
    assert extract_python(text, PROMPT, "total", style=style).how == "empty"


def test_words_are_not_a_program():
    found = extract("I'm sorry, but I can't help with that.\nSorry\nNote: nothing\n")
    assert (found.code, found.how) == ("", "empty")


def test_another_name_is_kept_for_the_judge_to_name():
    found = extract("```python\ndef sum_all(values):\n    return sum(values)\n```")
    assert "def sum_all" in found.code


def test_of_several_fences_the_one_with_the_entry_point_is_taken():
    found = extract(
        """
        First install it, and here are many lines of something else:
        ```bash
        pip install numpy
        ```
        ```python
        print("a")
        print("b")
        print("c")
        print("d")
        ```
        ```python
        def total(values):
            return sum(values)
        ```
        """
    )
    assert found.code == "def total(values):\n    return sum(values)\n"
    assert "another fenced block" in found.dropped


def test_a_helper_from_another_fence_is_taken_along():
    found = extract(
        """
        The helper:
        ```python
        import functools
        @functools.lru_cache
        def add(a, b):
            return a + b
        def unrelated():
            return 1
        ```
        And now:
        ```python
        def total(values):
            return functools.reduce(add, values, 0)
        ```
        """
    )
    assert run(found.code, [1, 2]) == 3
    assert "unrelated" not in found.code


def test_a_fence_inside_a_docstring_does_not_end_the_program():
    found = extract(
        '''
        ```python
        def total(values):
            """Sum.

            ```
            total([1])
            ```
            """
            return sum(values)
        ```
        '''
    )
    assert run(found.code, [1, 2]) == 3


def test_a_docstring_at_column_0_does_not_end_the_program():
    found = extract(
        'Well:\n\ndef total(values):\n    """\nSum of (the values\n\ndef: no.\n    """\n    return sum(values)\n\nIt\'s done'
    )
    assert run(found.code, [1, 2]) == 3


def test_an_answer_that_breaks_off_keeps_what_was_finished():
    found = extract(
        "def total(values):\n    return sum(values)\n\n\ndef helper(x):\n    if x:\n        return [1,\n",
        style="base",
        prompt=MBPP,
    )
    assert run(found.code, [1, 2]) == 3
    assert "helper" not in found.code


def test_the_imports_of_the_prompt_count_for_a_continuation_only():
    text = "def total(values: List[int]) -> int:\n    return sum(values)\n"
    assert run(extract(text, style="base").code, [1, 2]) == 3
    with pytest.raises(NameError):
        run(extract(text, prefill=CHAT).code, [1, 2])


# What is kept


@pytest.mark.parametrize(
    "program",
    [
        # Decorated: EvalPlus drops it and leaves the import.
        "from functools import lru_cache\n\n@lru_cache(maxsize=None)\ndef add(a, b):\n    return a + b\n\ndef total(values):\n    return add(*values)\n",
        # A helper without a return: EvalPlus drops it though it is called.
        "def put(box, v):\n    box.append(v)\n\ndef total(values):\n    box = []\n    for v in values:\n        put(box, v)\n    return sum(box)\n",
        # A statement that the program needs: EvalPlus drops it.
        "import sys\nsys.setrecursionlimit(2500)\n\ndef down(n):\n    return n if n == 0 else 1 + down(n - 1)\n\ndef total(values):\n    assert sys.getrecursionlimit() == 2500\n    return sum(values)\n",
        "table = {}\nfor i in range(10):\n    table[i] = i\n\ndef total(values):\n    return sum(table[v] for v in values)\n",
        "seen = []\n\ndef fill():\n    global seen\n    seen = [0, 1, 2]\n\nfill()\n\ndef total(values):\n    return sum(seen[v] for v in values)\n",
        "BASE = 10\nBASE -= 10\n\ndef total(values):\n    return sum(values) + BASE\n",
        "try:\n    from nowhere import fast_sum\nexcept ImportError:\n    fast_sum = sum\n\ndef total(values):\n    return fast_sum(values)\n",
        "class Box:\n    size: int = 0\n\n    def add(self, v):\n        self.size += v\n\ndef total(values):\n    box = Box()\n    for v in values:\n        box.add(v)\n    return box.size\n",
        "total = lambda values: sum(values)\n",
        "from decimal import getcontext\ngetcontext().prec = 30\n\ndef total(values):\n    return sum(values)\n",
        "def memo(f):\n    return lambda values: f(values)\n\ndef total(values):\n    return sum(values)\n\ntotal = memo(total)\n",
        "if True:\n    def total(values):\n        return sum(values)\n",
    ],
)  # fmt: skip
def test_what_a_program_needs_stays(program):
    found = extract(f"```python\n{program}\nprint(total([1, 2]))\n```")
    assert run(found.code, [1, 2]) == 3
    assert found.code.strip() == program.strip()
    assert found.dropped == ["a print at top level"]


@pytest.mark.parametrize(
    ("extra", "note"),
    [
        ("assert total([1]) == 2", "an assertion"),
        ("print(total([1]))", "a print at top level"),
        ("total([1, 2])", "a call at top level"),
        ("n = int(input())", "an assignment that nothing uses"),
        ("values = [int(x) for x in input().split()]", "an assignment that nothing uses"),
        ("result = total([1, 2]) / 0", "an assignment that nothing uses"),
        ("for case in [[1], [2]]:\n    assert total(case) == 0", "a loop at top level"),
        ("while True:\n    pass", "a loop at top level"),
        ("if __name__ == '__main__':\n    raise SystemExit(1)", "an `if __name__` block"),
        (
            "import unittest\nclass Check(unittest.TestCase):\n    x = undefined_name\nunittest.main()",
            "a call at top level",
        ),
        ("raise SystemExit", "a top-level raise"),
        ("with open('/nowhere') as file:\n    print(total(file))", "a top-level with"),
        ("def helper(x: Unknown):\n    return x", "helper, which nothing uses and whose definition may fail"),
        ("@app.route('/')\ndef page():\n    return 1", "page, which nothing uses and whose definition may fail"),
        ("def total(values):\n    return 'rambling'", "a second definition of total"),
    ],
)
def test_what_only_tries_the_program_out_is_left_out(extra, note):
    found = extract(f"```python\ndef total(values):\n    return sum(values)\n\n{extra}\n```")
    assert run(found.code, [1, 2]) == 3
    assert note in found.dropped


def test_a_stub_does_not_hide_the_definition():
    found = extract("```python\ndef total(values):\n    pass\n\ndef total(values):\n    return sum(values)\n```")
    assert run(found.code, [1, 2]) == 3
    assert found.dropped == ["an empty definition of total"]


def test_functions_that_nothing_uses_stay_if_they_can_not_fail():
    program = "import math\n\ndef area(r: float) -> float:\n    return math.pi * r\n\ndef total(values):\n    return sum(values)\n"
    assert extract(f"```python\n{program}```").code == program


def test_an_import_that_was_remembered_late_is_moved_up():
    found = extract(
        "```python\ndef total(values: List[int]) -> int:\n    return sum(values)\n\nfrom typing import List\n```"
    )
    assert run(found.code, [1, 2]) == 3


def test_statements_on_one_line_are_told_apart():
    found = extract("```python\nimport os; x = 3; print(x)\ndef total(values): return sum(values) + x - 3\n```")
    assert run(found.code, [1, 2]) == 3
    assert "print" not in found.code


def test_comments_stay_with_what_they_describe():
    found = extract(
        "```python\n# Adds.\ndef total(values):\n    return sum(values)  # all\n\n# Try it\nprint(total([1]))\n```"
    )
    assert found.code == "# Adds.\ndef total(values):\n    return sum(values)  # all\n"


# Bounds


@pytest.mark.parametrize(
    "line",
    [
        "Step 1: we don't look (it isn't needed",
        "call(one, [two",
        'text = """ and (',
        "'''",
        "def f(",
        "def f(x):",
        "```",
        "```python",
        "@decorator",
        "if x:",
        "    indented",
        "try:",
        "else:",
        ")",
        "# note",
        "x = [",
        "\\",
        "print(total([1]))",
        "def total(values): return 1",
        "total = total(total)",
        "class A: pass",
        "a0 = a1 = total",
    ],
)
@pytest.mark.parametrize("style", ["base", "chat"])
def test_work_grows_with_the_length_of_an_answer(line, style, monkeypatch):
    def work(count):
        """Return calls of functions, and characters parsed: unlike seconds the same on every machine."""
        seen = {"call": 0, "c_call": 0, "characters": 0}
        real = builtins.compile

        def counted(source, *args, **kwargs):
            seen["characters"] += len(source) if isinstance(source, str) else 0
            return real(source, *args, **kwargs)

        def profile(frame, event, arg):
            if event in seen:
                seen[event] += 1

        with monkeypatch.context() as patch:
            patch.setattr(builtins, "compile", counted)
            sys.setprofile(profile)
            try:
                extract_python("\n".join([line] * count), PROMPT, "total", style=style)
            finally:
                sys.setprofile(None)
        return seen["call"] + seen["c_call"], seen["characters"]

    calls, characters = work(2000)
    fewer_calls, fewer_characters = work(500)
    assert calls < 5 * fewer_calls
    assert characters < 5 * fewer_characters
    assert characters < 100 * 2000 * len(line + "\n")


@pytest.mark.parametrize(
    "text",
    [
        "(" * 5000,
        "x = " + "-" * 5000 + "1",
        "1" * 6000,
        "\0def total(v): return 1",
        "\ud800",
        "a" + ".b" * 5000,
        "lambda:" * 3000,
    ],
)
def test_hostile_text_raises_nothing(text):
    for whole in (text, f"```python\n{text}\n```", f"def total(v):\n    return 1\n{text}"):
        for style in ("base", "chat", "magicoder"):
            extract_python(whole, PROMPT, "total", style=style).code.encode()
