"""How the dashboard feels: first paint, time until a key is painted, a fast job, memory; and 20,000 random keys.

    python bench/dashboard.py [--keys 400] [--random 20000] [--runs 200] [--verdicts 500]

A workspace of --runs runs with --verdicts verdicts each is written, and the real command is driven on a
pseudo-terminal of 120 x 36. A key counts as painted when the last byte that it caused has arrived (nothing more for
15 ms). Then a job writes 500 events a second while keys are pressed, and the delay of the app's event loop is
measured from inside. Prints a table and writes bench/results/tui.json
and tui_random.json. Run it on a machine on which nothing else runs.
"""

from __future__ import annotations

import argparse
import asyncio
import fcntl
import json
import os
import pty
import random
import select
import signal
import statistics
import struct
import sys
import tempfile
import termios
import time
from pathlib import Path
from typing import Any

import msgspec
import psutil
from dashboard_walk import walk

from harness import provenance
from harness.events import RunFinished, RunStarted, VerdictDone
from harness.records import Evidence, Model, Run, Sample, Sampling, SuiteResult, Verdict
from harness.runs import RunFolder
from harness.statistics import metrics
from harness.workspace import Workspace

RESULTS = Path(__file__).parent / "results" / "tui.json"
WALKED = RESULTS.with_name("tui_random.json")
SIZE = (36, 120)
PROBLEMS = 1000
"""Of the fast job: as many as DS-1000 has, with several samples each."""
QUIET_S = 0.015
"""Silence after which a key is taken as painted; it is not counted."""
SEEN = b"bench-model"
SUITES = ["base", "plus"]


def write_run(folder: RunFolder, number: int, verdicts: int) -> None:
    """Write one complete run."""
    rng = random.Random(number)
    problems = [f"Bench/{index}" for index in range(verdicts)]
    found, events = [], []
    for problem in problems:
        passed = rng.random() < 0.3 + 0.002 * (number % 200)
        suite = SuiteResult(passed=passed, tests=9, ran=9 if passed else 3, cpu_s=0.1)
        found.append(
            Verdict(
                problem_id=problem, index=0, passed=passed, suites={"base": suite, "plus": suite},
                reason="passed" if passed else "wrong answer", cpu_s=0.1, how="fenced",
                evidence=None if passed else Evidence(suite="plus", test="input 3 of 9", expected="[1]", actual="[]"),
            )
        )  # fmt: skip
    numbers = metrics(found, problems, SUITES)
    samples = [Sample(problem_id=p, index=0, text="```python\ndef f(x):\n    return x\n```") for p in problems]
    events = [
        RunStarted(t=1.0, run=folder.id, model="m", benchmark="humaneval", problems=problems, n=1, pid=999_999_999),
        *(VerdictDone(t=2.0, problem_id=v.problem_id, index=0, passed=v.passed, reason=v.reason) for v in found),
        RunFinished(t=3.0, run=folder.id, complete=True, metrics=numbers, seconds=2.0),
    ]
    folder.path.mkdir(parents=True)
    for name, rows in (("verdicts", found), ("samples", samples), ("events", events)):
        (folder.path / f"{name}.jsonl").write_bytes(b"".join(msgspec.json.encode(row) + b"\n" for row in rows))
    folder.write(
        Run(
            id=folder.id, model=Model(name=f"{SEEN.decode()}-{number % 40}", source="echo:"), benchmark="humaneval",
            data_version="v1.0", data_sha256="0" * 64, data_source="package", problems=problems,
            total_problems=verdicts, style="base", template_sha256="0" * 64, sampling=Sampling(),
            backend={"name": "echo"}, sandbox={"kind": "docker", "trusted": True}, command="magibench eval m humaneval",
            created=f"2026-{1 + number % 12:02}-{1 + number % 28:02}T12:00:00Z", finished="2026-12-31T12:00:00Z",
            samples=verdicts, judged=verdicts, metrics=numbers, complete=True,
        )
    )  # fmt: skip


def fill(folder: Path, runs: int, verdicts: int) -> Workspace:
    """Write the workspace."""
    (folder / "models.toml").write_text("", "utf-8")
    workspace = Workspace(folder)
    for number in range(runs):
        write_run(RunFolder(workspace.runs / f"run-{number:03}"), number, verdicts)
    return workspace


class Terminal:
    """The command on a pseudo-terminal."""

    def __init__(self, workspace: Workspace) -> None:
        """Start it."""
        self.began = time.perf_counter()
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.chdir(workspace.root)
            os.environ.update(TERM="xterm-256color", COLORTERM="truecolor", MAGIBENCH_CONFIG=str(workspace.root))
            os.execv(sys.executable, [sys.executable, "-m", "harness"])
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", *SIZE, 0, 0))

    def until(self, text: bytes, seconds: float = 30) -> float:
        """Read until ``text`` is drawn; return the seconds since the start."""
        drawn = b""
        while text not in drawn:
            if not select.select([self.fd], [], [], seconds)[0]:
                raise TimeoutError(f"{text!r} was never drawn: {drawn[-500:]!r}")
            drawn += os.read(self.fd, 65536)
        return time.perf_counter() - self.began

    def settle(self, silence: float) -> float:
        """Read until nothing comes for ``silence`` seconds; return when the last byte came, 0 where none did."""
        last = 0.0
        while select.select([self.fd], [], [], silence)[0]:
            if not os.read(self.fd, 65536):
                break
            last = time.perf_counter()
        return last

    def press(self, key: bytes) -> float | None:
        """Press a key; return the milliseconds until it was painted, None where nothing was."""
        began = time.perf_counter()
        os.write(self.fd, key)
        if not select.select([self.fd], [], [], 1.0)[0]:
            return None
        return 1000 * (self.settle(QUIET_S) - began)

    def memory(self) -> float:
        """Return the resident memory in MB."""
        return psutil.Process(self.pid).memory_info().rss / 1e6

    def close(self) -> None:
        """End it."""
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        os.close(self.fd)


def first_paint(workspace: Workspace, times: int) -> dict[str, list[float]]:
    """Return the seconds to the first frame and to the first rows, several times."""
    found: dict[str, list[float]] = {"frame_s": [], "rows_s": []}
    for _ in range(times + 1):
        terminal = Terminal(workspace)
        try:
            found["frame_s"].append(terminal.until(b"Results"))
            found["rows_s"].append(terminal.until(SEEN))
        finally:
            terminal.close()
    return {name: [round(value, 3) for value in values[1:]] for name, values in found.items()}


def keys(workspace: Workspace, count: int) -> dict[str, Any]:
    """Return the milliseconds until keys are painted, by where they are pressed, and the memory at the end."""
    terminal = Terminal(workspace)
    found: dict[str, list[float]] = {}
    try:
        terminal.until(SEEN)
        terminal.settle(1.0)
        walks = (
            ("results: move", b"6", [b"j", b"j", b"j", b"k", b"G", b"g", b"\x04", b"\x15"]),
            ("results: sort", b"", [b"s", b"S"]),
            ("results: type a filter", b"/", [b"b", b"e", b"n", b"\x7f", b"\x7f", b"\x7f"]),
            ("run: move in the list", b"\x1b\r", [b"j", b"j", b"k", b"G", b"g", b"\x04", b"\x15"]),
            ("run: move in the grid", b"\t", [b"l", b"j", b"h", b"k"]),
            ("run: filter verdicts", b"", [b"f"]),
            ("go from place to place", b"", [b"1", b"6", b"7", b"6"]),
        )
        for name, lead, loop in walks:
            for byte in lead:
                os.write(terminal.fd, bytes([byte]))
                terminal.settle(0.7)
            times = [terminal.press(loop[number % len(loop)]) for number in range(max(20, count // len(walks)))]
            found[name] = [t for t in times if t is not None]
        memory = terminal.memory()
    finally:
        terminal.close()
    flat = [t for values in found.values() for t in values]
    return {
        "p50_ms": _at(flat, 0.5), "p95_ms": _at(flat, 0.95), "max_ms": round(max(flat), 1), "pressed": len(flat),
        "by_place": {name: {"p50_ms": _at(v, 0.5), "p95_ms": _at(v, 0.95)} for name, v in found.items() if v},
        "memory_mb": round(memory, 1),
    }  # fmt: skip


def _at(values: list[float], share: float) -> float:
    return round(sorted(values)[min(len(values) - 1, int(share * len(values)))], 1)


def job(root: str, seconds: float, rate: int) -> None:
    """Play a job that writes ``rate`` events a second."""
    folder = RunFolder(Path(root) / "runs" / "busy")
    problems = [f"Bench/{index}" for index in range(PROBLEMS)]
    count = int(seconds * rate) + 1
    with folder.event_journal() as events, folder.verdict_journal() as verdicts:
        began = time.time()
        events.append(
            RunStarted(
                t=began,
                run="busy",
                model="busy",
                benchmark="humaneval",
                problems=problems,
                n=count // PROBLEMS + 1,
                pid=os.getpid(),
            )
        )
        for number in range(count):
            problem, index = problems[number % PROBLEMS], number // PROBLEMS
            while time.time() < began + number / rate:
                time.sleep(0.002)
            suite = SuiteResult(passed=True, tests=1, ran=1)
            verdicts.append(
                Verdict(problem_id=problem, index=index, passed=True, suites={"base": suite}, reason="passed")
            )
            events.append(VerdictDone(t=time.time(), problem_id=problem, index=index, passed=True, reason="passed"))


async def tail(workspace: Workspace, seconds: float, rate: int) -> dict[str, Any]:
    """Return the delay of the event loop while a job writes and keys are pressed: in Results, in the run, in Evaluate."""
    from tui.app import Dashboard
    from tui.settings import Settings

    lags: list[float] = []
    script = f"import dashboard; dashboard.job({str(workspace.root)!r}, {seconds!r}, {rate!r})"
    path = os.pathsep.join([str(Path(__file__).parent), *sys.path])
    app = Dashboard(workspace, Settings(path=workspace.root / "d.toml"))
    async with app.run_test(size=(SIZE[1], SIZE[0])) as pilot:
        await app.workers.wait_for_complete()
        await pilot.press("6")

        async def watch() -> None:
            while True:
                began = time.perf_counter()
                await asyncio.sleep(0.005)
                lags.append(1000 * (time.perf_counter() - began) - 5)

        watcher = asyncio.create_task(watch())
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", script, env={**os.environ, "PYTHONPATH": path}, stderr=asyncio.subprocess.DEVNULL
        )
        end = time.monotonic() + seconds + 1
        opened = False
        while time.monotonic() < end and process.returncode is None:
            await pilot.press("j")
            await asyncio.sleep(0.03)
            if not opened and "busy" in app.store.entries and time.monotonic() > end - seconds * 2 / 3:
                app.open_run("busy")
                opened = True
            if opened and time.monotonic() > end - seconds / 3 and app.current_mode != "evaluate":
                await pilot.press("5")
        watcher.cancel()
        await process.wait()
        app.look()
        await pilot.pause()
        seen = len(app.store.entries["busy"].live.verdicts)
    written = int(seconds * rate) + 1
    return {
        "events_per_s": rate, "written": written, "seen": seen, "p95_delay_ms": _at(lags, 0.95),
        "p99_delay_ms": _at(lags, 0.99), "max_delay_ms": round(max(lags), 1),
    }  # fmt: skip


def main() -> None:
    """Measure and report."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--keys", type=int, default=420)
    parser.add_argument("--random", type=int, default=20_000, help="random keys and mouse events in all")
    parser.add_argument("--runs", type=int, default=200)
    parser.add_argument("--verdicts", type=int, default=500)
    parser.add_argument("--paints", type=int, default=7)
    options = parser.parse_args()
    record: dict[str, Any] = json.loads(RESULTS.read_text()) if RESULTS.is_file() else {}
    record |= {"machine": provenance.machine(), "packages": provenance.packages(), "date": provenance.now()}
    with tempfile.TemporaryDirectory() as name:
        os.environ["MAGIBENCH_CONFIG"] = name
        if options.keys:
            workspace = fill(Path(name), options.runs, options.verdicts)
            record["runs"], record["verdicts"] = options.runs, options.runs * options.verdicts
            record["paint"] = first_paint(workspace, options.paints)
            record["keys"] = keys(workspace, options.keys)
            RESULTS.write_text(json.dumps(record, indent=2) + "\n")
            record["tail"] = asyncio.run(tail(workspace, 15, 500))
            for what, values in record["paint"].items():
                print(f"{what:<28}{statistics.median(values):8.2f} s   slowest {max(values):.2f}")
            print(f"{'key painted':<28}{record['keys']['p50_ms']:8.1f} ms  p95 {record['keys']['p95_ms']:.1f}")
            for what, value in record["keys"]["by_place"].items():
                print(f"  {what:<26}{value['p50_ms']:8.1f} ms  p95 {value['p95_ms']:.1f}")
            print(f"{'memory':<28}{record['keys']['memory_mb']:8.1f} MB")
            print(f"{'tail':<28}{json.dumps(record['tail'])}")
        if options.random:
            each = options.random // 3
            walks = [asyncio.run(walk(seed, size, each)) for seed, size in enumerate(SIZES)]
            print(f"{'random events':<28}{json.dumps(walks)}")
            told = {"machine": provenance.machine(), "packages": provenance.packages(), "date": provenance.now()}
            WALKED.write_text(json.dumps(told | {"random": walks}, indent=2) + "\n")
    if options.keys:
        RESULTS.write_text(json.dumps(record, indent=2) + "\n")


SIZES = ((80, 24), (120, 36), (200, 60))

if __name__ == "__main__":
    main()
