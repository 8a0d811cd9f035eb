"""How quickly the history answers: 10,000 runs, 10^8 verdicts, each question in a process of its own.

    python bench/history.py [--runs 10000] [--folder DIR]

The verdicts are drawn at random and written as Parquet directly, by the history's own writer: their journals would
take 20 GB. Each run has its run.json and an empty journal, which the history's rows fit, so that freshness is looked
up as it is of real runs. Takes about 2 GB, removed at the end.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from harness import provenance
from harness.history.rows import Entry, Tally, board_row, history_dir, place_of, stamp
from harness.history.writing import write_index, write_verdicts
from harness.records import Interval, Metric, Model, Run, Sampling
from harness.runs import RunFolder
from harness.workspace import Workspace

HERE = Path(__file__).resolve().parent
BENCHMARKS, MODELS, PROBLEMS, SAMPLES = 10, 100, 164, 61
REASONS = np.array(["passed", "wrong answer", "exception", "timeout"])
HARD = 5
"""Problems of each benchmark that nobody solves."""
QUESTION = """
import json, resource, sys, time
start = time.perf_counter()
from pathlib import Path
from harness.workspace import Workspace
workspace = Workspace(Path(sys.argv[1]))
{code}
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(json.dumps({{"seconds": round(time.perf_counter() - start, 3), "peak_mib": round(peak), "answer": answer}}))
"""
QUESTIONS = {
    "board": "from harness.history import History\nanswer = len(History(workspace).board())",
    "compare": """
from harness.comparison import compare
from harness.history import History
from harness.runs import RunFolder
import harness.history.reading
harness.history.reading.SMALL = -1  # their journals are empty; real ones would have 2 MB
a, b = (RunFolder(workspace.runs / name) for name in ("run-00000", "run-00100"))
suites = compare(a, b).suites
answer = [[s.suite, s.both, s.only_a, s.only_b, s.neither] for s in suites]""",
    "unsolved": """
from harness.history import History
found = History(workspace).unsolved("bench0")
answer = [found.runs, found.models, sorted(found.unsolved)]""",
    "unsolved of all benchmarks": """
from harness.history import History
history = History(workspace)
answer = sum(len(history.unsolved(f"bench{i}").unsolved) for i in range(10))""",
    "all verdicts of one benchmark by reason": """
from harness.history.query import connection
files = str(workspace.root / "history/verdicts/benchmark=bench0@v1/*/*.parquet")
with connection() as duck:
    answer = duck.execute("select reason, count(*) from read_parquet(?) group by 1 order by 1", [files]).fetchall()""",
}
LIMITS = {"board": 1.0, "compare": 1.0, "unsolved": 3.0}


def main() -> None:
    """Generate, ask, write bench/results/history.json."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=10_000)
    parser.add_argument("--folder", type=Path, default=None, help="where to generate; default a temporary folder")
    parser.add_argument("--generate", action="store_true", help="only generate, and leave it there")
    parser.add_argument("--ask", action="store_true", help="only ask what was generated before")
    options = parser.parse_args()
    root = options.folder or Path(tempfile.mkdtemp(prefix="history-"))
    if not options.ask:
        generate(Workspace(root), options.runs)
    if options.generate:
        return
    try:
        verdicts = options.runs * PROBLEMS * SAMPLES
        size = sum(p.stat().st_size for p in (root / "history").rglob("*.parquet"))
        index = sum(p.stat().st_size for p in (root / "history/index").glob("*.parquet"))
        result: dict[str, Any] = {
            "machine": provenance.machine(),
            "runs": options.runs,
            "verdicts": verdicts,
            "parquet_mb": round(size / 1e6),
            "index_mb": round(index / 1e6, 1),
            "questions": {name: ask(root, code) for name, code in QUESTIONS.items()},
        }
    finally:
        if not options.ask:
            shutil.rmtree(root)
    print(f"{options.runs} runs, {verdicts} verdicts, {size / 1e9:.2f} GB of Parquet, index {index / 1e6:.1f} MB")
    for name, rows in result["questions"].items():
        limit = f"(limit {LIMITS[name]:g} s)" if name in LIMITS else ""
        print(
            f"{name:42} {rows['seconds']:7.3f} s first, {rows['again_s']:7.3f} s again {rows['peak_mib']:5} MiB {limit}"
        )
    out = HERE / "results" / "history.json"
    out.write_text(json.dumps(result, indent=2) + "\n")


def ask(root: Path, code: str) -> dict[str, Any]:
    """Ask in new processes: imports count, too. The median of five, after the first."""
    rows = []
    for _ in range(6):
        command = [sys.executable, "-c", QUESTION.format(code=code), str(root)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise SystemExit(done.stderr)
        rows.append(json.loads(done.stdout))
    again = sorted(row["seconds"] for row in rows[1:])[2]
    return rows[0] | {"again_s": again, "peak_mib": max(row["peak_mib"] for row in rows)}


def generate(workspace: Workspace, runs: int) -> None:
    """Write runs: models differ in skill, problems in difficulty, some nobody solves."""
    draw = np.random.default_rng(7)
    skill = draw.normal(0, 1, MODELS)
    hardness = draw.normal(0, 1.5, (BENCHMARKS, PROBLEMS))
    hardness[:, :HARD] = 50.0
    names = [[f"B{b}/{p}" for p in range(PROBLEMS)] for b in range(BENCHMARKS)]
    columns = {"index": np.tile(np.arange(SAMPLES), PROBLEMS), "how": np.full(PROBLEMS * SAMPLES, "fenced")}
    columns |= {"infra": np.zeros(PROBLEMS * SAMPLES, bool), "cached": np.zeros(PROBLEMS * SAMPLES, bool)}
    repeated = [np.repeat(np.array(own), SAMPLES) for own in names]
    entries = []
    for number in range(runs):
        benchmark, model = number % BENCHMARKS, number // BENCHMARKS % MODELS
        chance = 1 / (1 + np.exp(hardness[benchmark] - skill[model]))
        stage = (draw.random((PROBLEMS, SAMPLES)) < chance[:, None]).astype(np.uint8)
        stage += (stage > 0) & (draw.random(stage.shape) < 0.85)
        flat = stage.ravel()
        reason = np.where(flat == 2, 0, draw.integers(1, 4, flat.size))
        base, plus = (stage > 0).sum(1), (stage > 1).sum(1)
        run = record(number, benchmark, model, names[benchmark], base, plus)
        own = columns | {
            "problem": repeated[benchmark], "passed": flat == 2, "stage": flat, "reason": REASONS[reason],
            "cpu_s": np.round(draw.random(flat.size, dtype=np.float32), 3),
            "peak_mib": np.round(draw.random(flat.size, dtype=np.float32) * 10) + 20,
            # A quarter of the programs are their neighbours' twins.
            "program": draw.integers(0, 2**63, flat.size, dtype=np.uint64)[np.maximum(np.arange(flat.size) - (draw.random(flat.size) < 0.25), 0)],
        }  # fmt: skip
        write_verdicts(history_dir(workspace) / place_of(run), own)
        folder = RunFolder(workspace.runs / run.id)
        folder.path.mkdir(parents=True)
        # As ``RunFolder.write``, without the fsync of each.
        (folder.path / "run.json").write_bytes(_json(run))
        (folder.path / "verdicts.jsonl").touch()
        judged = [SAMPLES] * PROBLEMS
        counts = Tally(suites=["base", "plus"], problems=names[benchmark], judged=judged, right=[base.tolist(), plus.tolist()])  # fmt: skip
        entries.append(
            Entry(
                row=board_row(run),
                record=stamp(folder.path / "run.json"),
                journal=stamp(folder.path / "verdicts.jsonl"),
                samples=stamp(folder.path / "samples.jsonl"),
                tally=counts,
                file=place_of(run),
            )
        )
        if number % 500 == 499:
            print(f"\r{number + 1} of {runs}", end="", file=sys.stderr)
    print(file=sys.stderr)
    write_index(history_dir(workspace) / "index", entries)


def _json(run: Run) -> bytes:
    import msgspec

    return msgspec.json.format(msgspec.json.encode(run), indent=2)


def record(number: int, benchmark: int, model: int, problems: list[str], base: Any, plus: Any) -> Run:
    """Return the record of a generated run."""
    metrics = [
        Metric(suite=name, k=k, value=float(right.mean() / SAMPLES), interval=Interval(0.1, 0.9), problems=PROBLEMS)
        for name, right in (("base", base), ("plus", plus))
        for k in (1, 10)
    ]
    return Run(
        id=f"run-{number:05}", model=Model(name=f"model{model}", source="path:generated"),
        benchmark=f"bench{benchmark}", data_version="v1", data_sha256="0" * 64, data_source="generated",
        problems=problems, total_problems=PROBLEMS, style="chat", sampling=Sampling(n=SAMPLES, temperature=0.8),
        sandbox={"kind": "docker", "trusted": True}, metrics=metrics, judged=PROBLEMS * SAMPLES, complete=True,
        packages=provenance.packages(), machine=provenance.machine(),
        created=f"2026-{number % 12 + 1:02}-{number % 28 + 1:02}T{number % 24:02}:00:00Z",
    )  # fmt: skip


if __name__ == "__main__":
    main()
