"""Comment-function pairs from a corpus of code."""

import ast
import json

import pytest

from harness.datagen.corpora import Document
from harness.datagen.dataset import open_dataset
from harness.datagen.frame import make_dataset
from harness.datagen.pairs import CommentFunctions, Reader
from harness.datagen.seeds import Quota, Seeds
from harness.errors import CorpusError

CODE = '''import os

# Adds one
# to a number.
def add(x):
    return x + 1

class A:
    @property
    def size(self):
        """Return the number of things.

        More of it.
        """
        n = 1
        return n

    # far away

    def lonely(self):
        return 0

    def only_text(self):
        """Nothing but this text here."""
'''


def test_a_comment_or_docstring_becomes_the_problem_and_leaves_the_function():
    first, second = Reader().pairs(Document(id="a.py", text=CODE, language="python"))
    assert first == ("# Adds one\n# to a number.", "def add(x):\n    return x + 1", 3, 6)
    assert second.comment == "# Return the number of things.\n#\n# More of it."
    assert second.function == "@property\ndef size(self):\n    n = 1\n    return n"
    with pytest.raises(CorpusError, match="has no language"):
        list(Reader().pairs(Document(id="a", text=CODE)))


def test_functions_that_seeds_touch_come_first_and_the_rest_is_drawn_alike(workspace):
    make_dataset(workspace, "s", [Seeds(corpora=[Quota(corpus="stdlib:", rows=60, documents=200)])], seed=1)
    step = CommentFunctions(corpora=[Quota(corpus="stdlib:", rows=40, documents=200)], seeds="s")
    made = [make_dataset(workspace, name, [step], seed=7) for name in ("a", "b")]
    rows = list(made[0].rows())
    assert [r.id for r in rows] == [r.id for r in made[1].rows()]
    assert len(rows) == 40
    facts = made[0].manifest().steps[0].facts["corpora"][0]
    touched = {r.seed_source.document: r.seed_source.lines for r in open_dataset(workspace, "s").rows()}
    first = [
        r
        for r in rows
        if (at := touched.get(r.seed_source.document))
        and r.seed_source.lines[0] <= at[1]
        and at[0] <= r.seed_source.lines[1]
    ]
    assert 0 < len(first) == facts["touched by seeds"] < 40 < facts["pairs"]
    assert rows[: len(first)] == first
    for row in rows:
        assert all(line.lstrip().startswith("#") for line in row.problem.splitlines())
        ast.parse(row.solution)
    assert json.loads((made[0].path / "manifest.json").read_text())["rows"] == 40
