"""Ten thousand jobs in a row through one pool: what grows on the host, in the containers, on the disk?

The jobs are mixed: references, wrong, raising and broken programs, tests that are code, whole programs, and
attacks of tests/adversarial/attacks that leave things behind. Prints a table and writes bench/results/soak.json.

    python bench/soak.py [--jobs 10000] [--every 500] [--slots 2]

Needs a container engine; with MAGIBENCH_DATA, references of HumanEval+ are among the jobs.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import os
import sys
import tempfile
import threading
import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any

from harness import provenance
from harness.benchmarks import load_benchmark
from harness.errors import MagibenchError
from harness.judging.checks import CheckJudge
from harness.judging.expected import Expectations
from harness.judging.functions import FunctionJudge
from harness.records import Problem
from sandboxes import pool as pools
from sandboxes.contract import ProgramJob, Step
from sandboxes.pool import DockerPool

RESULTS = Path(__file__).parent / "results" / "soak.json"
ATTACKS = Path(__file__).parents[1] / "tests" / "adversarial" / "attacks"
LEAVING = ("daemon_that_stays", "shared_memory", "link_tricks", "fill_disk", "atexit_forgery", "segfault", "exit_zero")
"""Attacks that leave processes, files, shared memory or a corpse behind, and take well under a second."""
ATTACK_EVERY = 40
QUICK_S = 0.2
LOOK = """
ls /proc/1/fd | wc -l
find /work /tmp /dev/shm /dev/mqueue -mindepth 1 2>/dev/null | wc -l
set -- /proc/[0-9]*; echo $#
sed -n 's/^VmRSS:[^0-9]*//p' /proc/1/status | cut -d' ' -f1
cat /sys/fs/cgroup/memory/memory.usage_in_bytes /sys/fs/cgroup/memory.current 2>/dev/null | head -n 1
"""
"""What a shell in a container is asked: the worker's descriptors, files, processes, the worker's RSS, memory in use."""
TINY = Problem(
    id="Soak/0",
    prompt="def f(x):\n",
    entry_point="f",
    reference="def f(x):\n    return [x * 7919 + 13] * 3\n",
    meta={"inputs": {"base": [[3], [11]], "plus": [[n] for n in range(50)]}, "atol": 0, "dataset": "humaneval"},
)
PROGRAMS = {
    TINY.reference: "passed",
    "def f(x):\n    return [x]\n": "wrong answer",
    "def f(x):\n    raise KeyError(x)\n": "exception",
    "def f(x):\n    return [x * 7919 + 13] * 3 if x < 40 else object()\n": "unsupported value",
    "def f(x:\n": "syntax error",
}
LITTER = (
    "import os, sys\n"
    "for place in ('.', '/tmp', '/dev/shm'):\n"
    "    os.makedirs(f'{place}/a/b', exist_ok=True)\n"
    "    open(f'{place}/a/b/left', 'w').write('x' * 100_000)\n"
    "if os.fork() == 0:\n"
    "    os.setsid()\n"
    "    import time; time.sleep(1000)\n"
    "print('done')\n"
)
Task = Callable[[], Awaitable[None]]


class Mix:
    """The jobs of a soak, in an order that is always the same."""

    def __init__(self, pool: DockerPool, folder: Path) -> None:
        """Prepare judges over ``pool`` that keep expected outputs in ``folder``."""
        image = pool.provenance["images"]["python"]["id"]
        self._pool = pool
        self._functions = FunctionJudge(pool, Expectations(pool, "python", image, folder), "python")
        self._checks = CheckJudge(pool, "python", image)
        self._attacks = [(ATTACKS / f"{name}.py").read_text() for name in LEAVING if (ATTACKS / f"{name}.py").exists()]
        self._kinds: list[Task] = [*self._tiny(), *self._checked(), self._program, self._failing]
        self.unexpected: list[str] = []
        """Verdicts that were not what they are every time."""

    def task(self, number: int) -> Task:
        """Return the job of that number."""
        if self._attacks and number % ATTACK_EVERY == ATTACK_EVERY - 1:
            code = self._attacks[number // ATTACK_EVERY % len(self._attacks)]
            return lambda: self._judge(TINY, code, None)
        return self._kinds[number % len(self._kinds)]

    def _tiny(self) -> list[Task]:
        return [lambda c=code, r=reason: self._judge(TINY, c, r) for code, reason in PROGRAMS.items()]  # type: ignore[misc]

    def _checked(self) -> list[Task]:
        problems = load_benchmark("humaneval").problems()[:20:4]
        return [lambda p=problem: self._check(p) for problem in problems]  # type: ignore[misc]

    async def add_real(self) -> None:
        """Add references of HumanEval+ that are quick, where there is data: a soak is about jobs, not about calls."""
        try:
            problems = load_benchmark("humaneval+").problems()[:60:5]
        except MagibenchError:
            return
        for problem in problems:
            if await self._functions.cost(problem, ("base", "plus")) < QUICK_S:
                self._kinds.append(lambda p=problem: self._judge(p, p.reference, "passed"))  # type: ignore[misc]

    async def _judge(self, problem: Problem, code: str, reason: str | None) -> None:
        said = await self._functions.judge(problem, code, ("base", "plus"))
        wrong = said.reason in ("passed", "infrastructure") if reason is None else said.reason != reason
        if wrong:
            self.unexpected.append(f"{problem.id}: {said.reason} instead of {reason}: {said.evidence}")

    async def _check(self, problem: Problem) -> None:
        said = await self._checks.judge(problem, problem.reference, ("base",))
        if said.reason != "passed":
            self.unexpected.append(f"{problem.id}: {said.reason}")

    async def _program(self) -> None:
        await self._run(LITTER, "ok", "done\n")

    async def _failing(self) -> None:
        await self._run("import sys; sys.exit(3)", "failed", "")

    async def _run(self, text: str, status: str, stdout: str) -> None:
        said = await self._pool.run(
            ProgramJob(image="python", files={"m.py": text}, steps=[Step(argv=["python3", "m.py"])])
        )
        if (said.status, said.stdout) != (status, stdout):
            self.unexpected.append(f"program: {said.status} {said.detail}")


def measure(pool: DockerPool, folder: Path, jobs: int) -> dict[str, Any]:
    """Look at host, containers and disk while no job runs; of containers, the largest value counts."""
    gc.collect()
    inside = [_inside(worker) for worker in pool._live]  # noqa: SLF001 - nobody else knows the containers
    client = next(iter(pool._live)).container.client  # noqa: SLF001
    label = {"label": f"magibench.pool={pool._token}"}  # noqa: SLF001
    return {
        "jobs": jobs,
        "host_rss_mib": round(
            int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20, 1
        ),
        "host_descriptors": len(os.listdir("/proc/self/fd")),  # noqa: PTH208
        "host_threads": threading.active_count(),
        "containers": len(client.containers.list(all=True, filters=label, ignore_removed=True)),
        "renewed": pool.renewed,
        "descriptors": max(look["descriptors"] for look in inside),
        "files": max(look["files"] for look in inside),
        "processes": max(look["processes"] for look in inside),
        "worker_rss_mib": max(look["worker_rss_mib"] for look in inside),
        "container_mib": max(look["container_mib"] for look in inside),
        "disk_kib": sum(f.stat().st_size for f in folder.rglob("*") if f.is_file()) >> 10,
    }


def _inside(worker: Any) -> dict[str, float]:
    """Ask a shell in a container; the shell itself is not counted."""
    said = worker.container.exec_run(["sh", "-c", LOOK]).output.split()
    descriptors, files, processes, rss, memory = (int(number) for number in said)
    return {
        "descriptors": descriptors,
        "files": files,
        "processes": processes - 1,
        "worker_rss_mib": round(rss / 1024, 1),
        "container_mib": round(memory / 2**20, 1),
    }


async def soak(
    jobs: int, every: int, slots: int, show: Callable[[dict[str, Any]], None]
) -> tuple[list[dict[str, Any]], list[str]]:
    """Run the jobs; return the measurements, one per ``every`` jobs, and what went otherwise than it should."""
    pools.USES = 10**9  # a renewed container would hide what grows in it
    rows: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        os.environ["MAGIBENCH_CACHE"] = name
        pool = DockerPool(slots)
        try:
            await pool.prepare("python")
            mix = Mix(pool, folder / "expected")
            await mix.add_real()
            for begin in range(0, jobs, every):
                await _together([mix.task(n) for n in range(begin, min(begin + every, jobs))], slots)
                rows.append(await asyncio.to_thread(measure, pool, folder, min(begin + every, jobs)))
                show(rows[-1])
        finally:
            await pool.close()
    return rows, mix.unexpected


async def _together(tasks: Sequence[Task], slots: int) -> None:
    """Run tasks, as many at a time as there are containers."""
    left = iter(tasks)

    async def work() -> None:
        for task in left:
            await task()

    await asyncio.gather(*(work() for _ in range(slots)))


def main() -> None:
    """Soak and report."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--jobs", type=int, default=10_000)
    parser.add_argument("--every", type=int, default=500)
    parser.add_argument("--slots", type=int, default=2)
    chosen = parser.parse_args()
    began = time.monotonic()

    def show(row: dict[str, Any]) -> None:
        if row["jobs"] == chosen.every:
            print("  ".join(row))
        print("  ".join(str(value).rjust(len(name)) for name, value in row.items()), flush=True)

    rows, unexpected = asyncio.run(soak(chosen.jobs, chosen.every, chosen.slots, show))
    print(f"{len(unexpected)} unexpected verdicts, {time.monotonic() - began:.0f} s")
    for line in unexpected[:10]:
        print(line, file=sys.stderr)
    record = {
        "machine": provenance.machine(),
        "packages": provenance.packages(),
        "date": provenance.now(),
        "seconds": round(time.monotonic() - began, 1),
        "unexpected": len(unexpected),
        "rows": rows,
    }
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(record, indent=2) + "\n")


if __name__ == "__main__":
    main()
