"""Programs that return the right answer as some other type, or nearly: judged from end to end, in containers."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from harness.judging.expected import Expectations
from harness.judging.functions import FunctionJudge
from harness.records import Problem
from sandboxes.pool import DockerPool

pytestmark = [pytest.mark.docker, pytest.mark.asyncio(loop_scope="module")]

PAIRS = "def f(n):\n    return [(i, str(i)) for i in range(n)]\n"
COUNTS = "def f(n):\n    return {str(i): i * i for i in range(n)}\n"
THIRDS = "def f(n):\n    return [i / 3 for i in range(n + 1)]\n"
MEMBERS = "def f(n):\n    return tuple(range(n))\n"
ROWS = "def f(n):\n    return [(i, i + 1) for i in range(n)]\n"
SMALL, LARGE, HUGE = [[3], [5]], [[3], [3000]], [[3], [400_000]]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def judge(engine: object, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[FunctionJudge]:
    pool = DockerPool(slots=1)
    await pool.prepare("python")
    image = pool.provenance["images"]["python"]["id"]
    yield FunctionJudge(pool, Expectations(pool, "python", image, tmp_path_factory.mktemp("expected")), "python")
    await pool.close()


CASES = [
    # reference, inputs, code, verdict
    (PAIRS, SMALL, "from collections import namedtuple\nP = namedtuple('P', 'a b')\ndef f(n): return [P(i, str(i)) for i in range(n)]", True),
    (PAIRS, SMALL, "def f(n): return [[i, str(i)] for i in range(n)]", False),
    (PAIRS, SMALL, "def f(n): return [(float(i), str(i)) for i in range(n)]", True),
    (PAIRS, SMALL, "import numpy as np\ndef f(n): return [(np.int64(i), np.str_(i)) for i in range(n)]", True),
    (PAIRS, SMALL, "def f(n): return ((i, str(i)) for i in range(n))", False),
    (PAIRS, LARGE, "def f(n): return [(float(i), str(i)) for i in range(n)]", True),
    (PAIRS, LARGE, "def f(n): return [(float(i) or 1e-9, str(i)) for i in range(n)]", False),
    (COUNTS, SMALL, "from collections import OrderedDict\ndef f(n): return OrderedDict((str(i), i * i) for i in reversed(range(n)))", True),
    (COUNTS, LARGE, "def f(n): return {str(i): i * i for i in reversed(range(n))}", True),
    (COUNTS, LARGE, "from collections import Counter\ndef f(n): return Counter({str(i): i * i for i in range(n)})", True),
    (COUNTS, SMALL, "class D(dict):\n    __eq__ = lambda *_: True\ndef f(n): return D()", False),
    (COUNTS, SMALL, "def f(n): return {str(i): i * i for i in range(n)}.items()", False),
    (THIRDS, SMALL, "def f(n): return [i / 3 + 1e-9 for i in range(n + 1)]", True),
    (THIRDS, SMALL, "class R(list): pass\ndef f(n): return R(i / 3 + 1e-9 for i in range(n + 1))", False),
    (THIRDS, SMALL, "class R(list): pass\ndef f(n): return R(i / 3 for i in range(n + 1))", True),
    (THIRDS, LARGE, "def f(n): return [i / 3 + 1e-9 for i in range(n + 1)]", True),
    (THIRDS, LARGE, "def f(n): return tuple(i / 3 + 1e-9 for i in range(n + 1))", False),
    (THIRDS, SMALL, "import numpy as np\ndef f(n): return np.arange(n + 1) / 3", False),
    (MEMBERS, SMALL, "def f(n): return range(10**15)", False),
    (MEMBERS, SMALL, "def f(n):\n    v = []\n    v.append(v)\n    return v", False),
    (MEMBERS, SMALL, "def f(n): return 2**(10**6)", False),
    (ROWS, HUGE, "def f(n): return [(float(i), i + 1 + 0j) for i in range(n)]", True),
    (ROWS, HUGE, "def f(n): return [(float(i), i + 1) for i in range(n)] + [()]", False),
    (ROWS, HUGE, "def f(n): return [(i + 0.0, i + 1 + 1e-9) for i in range(n)]", False),
]  # fmt: skip


@pytest.mark.parametrize(("reference", "inputs", "code", "verdict"), CASES, ids=range(len(CASES)))
async def test_a_value_is_judged_as_python_would(judge, reference, inputs, code, verdict) -> None:
    problem = Problem(
        id=f"{reference}{inputs}",
        prompt="def f(n):\n",
        entry_point="f",
        reference=reference,
        # EvalPlus's tolerance begins with the first output that is all floats: the empty list is none.
        meta={"inputs": {"base": inputs}, "atol": 0, "dataset": "humaneval"},
    )
    judged = await judge.judge(problem, code, ("base",))
    assert (judged.reason == "passed") is verdict, (judged.reason, judged.evidence)
    assert judged.reason not in ("infrastructure", "timeout", "memory")


@pytest.mark.parametrize(
    ("code", "verdict"),
    [
        ("def similar_elements(a, b): return (x for x in b if x in a)", True),
        ("def similar_elements(a, b): return filter(a.__contains__, b)", True),
        ("def similar_elements(a, b): return {x: 0 for x in a if x in b}.keys()", True),
        ("def similar_elements(a, b): return iter(a)", False),
        ("def similar_elements(a, b): return __import__('itertools').count()", False),
        ("def similar_elements(a, b): return range(10**15)", False),
    ],
    ids=range(6),
)
async def test_tasks_compared_as_sets_take_whatever_has_members(judge, code, verdict) -> None:
    problem = Problem(
        id="Equality/1",
        prompt="",
        entry_point="similar_elements",
        reference="def similar_elements(a, b):\n    return tuple(set(a) & set(b))\n",
        meta={"inputs": {"base": [[(1, 2, 3), (2, 3, 4)]]}, "atol": 0, "dataset": "mbpp"},
    )
    judged = await judge.judge(problem, code, ("base",))
    assert (judged.reason == "passed") is verdict, (judged.reason, judged.evidence)
