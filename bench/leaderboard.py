"""Building and opening a large leaderboard: 200 models on 6 benchmarks, every problem, every program.

    python bench/leaderboard.py [--models 200] [--keep FOLDER]

The runs are made up (a skill per model, a difficulty per problem, 400 characters of program): what is measured is the
site's generator, not the judging. Full: into an empty folder. Again: the same runs into the same folder. One more:
with one more run. Interactive: Chromium's own clock from the start of the navigation to the end of the page's scripts.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))


from harness import provenance
from harness.records import Model, Run, Sampling, SuiteResult, Verdict
from harness.statistics import metrics
from leaderboard.entries import PublishedRun
from leaderboard.reported import reports
from leaderboard.site import build

RESULTS = Path(__file__).parent / "results" / "leaderboard.json"
BENCHMARKS = {
    "humaneval+": 164,
    "mbpp+": 378,
    "multipl-e-java": 158,
    "multipl-e-js": 161,
    "multipl-e-cpp": 161,
    "ds1000": 1000,
}
FLAGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip


def make_run(model: Model, benchmark: str, problems: int, skill: float) -> PublishedRun:
    """Return a made-up run."""
    chance = random.Random(f"{model.name} {benchmark}")
    ids = [f"{benchmark.partition('-')[0]}/{n}" for n in range(problems)]
    suites = ["base", "plus"] if benchmark.endswith("+") else ["base"]
    verdicts = []
    for name in ids:
        hard = random.Random(name).random()
        right = skill + chance.uniform(-0.3, 0.3) > hard
        found = {s: SuiteResult(passed=right, tests=9, ran=9 if right else 3) for s in suites}
        reason = "passed" if right else chance.choice(["wrong answer", "exception", "timeout"])
        verdicts.append(
            Verdict(
                problem_id=name,
                index=0,
                passed=right,
                suites=found,
                reason=reason,
                program_sha256=f"{chance.random()}",
                how="fenced",
                cpu_s=0.01,
            )
        )
    run = Run(
        id=f"{model.name}-{benchmark}", model=model, benchmark=benchmark, data_version="v1", data_sha256="0" * 64,
        data_source="made up", problems=ids, total_problems=problems, style="chat", template_sha256="1" * 64,
        sampling=Sampling(), backend={"name": "transformers", "engine": "transformers 5"}, command="magibench eval",
        commit="0" * 40, packages={"python": "3.11"}, machine={"cpu": "made up"}, created="2026-01-01T00:00:00Z",
        finished="2026-01-01T01:00:00Z", sandbox={"kind": "docker", "trusted": True, "runtime": "runc"},
        metrics=metrics(verdicts, ids, suites), samples=problems, judged=problems, complete=True,
    )  # fmt: skip
    withheld = "The texts of DS-1000 are not shown." if benchmark == "ds1000" else ""
    code = (
        ""
        if withheld
        else "def solve(values):\n    total = 0\n    for value in values:\n        total += value\n    return total\n"
    )
    programs = {} if withheld else {(p, 0): f"{code}# {model.name} {p} {'x' * 280}\n" for p in ids}
    return PublishedRun(
        run=run,
        verdicts=verdicts,
        programs=programs,
        samples=programs,
        withheld=withheld,
        prompts=dict.fromkeys(ids, code),
    )


def interactive_ms(page: Path, repeats: int = 5) -> float:
    """Return the median milliseconds until a page has run its scripts."""
    probe = page.with_name("probe.html")
    text = page.read_text("utf-8")
    # The policy lets only the site's scripts run, so the copy that is measured goes without one.
    policy = text[text.index('<meta http-equiv="Content-Security-Policy"') :].partition(">")[0] + ">"
    script = "<script>addEventListener('load',()=>{document.title='ms='+performance.now()})</script>"
    probe.write_text(text.replace(policy, "").replace("</body>", f"{script}</body>"), "utf-8")
    found = []
    try:
        for _ in range(repeats):
            with tempfile.TemporaryDirectory() as folder:
                command = ["chromium", *FLAGS, f"--user-data-dir={folder}", "--dump-dom", f"file://{probe}"]
                said = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120).stdout
            found.append(float(said.partition("<title>ms=")[2].partition("<")[0]))
    finally:
        probe.unlink()
    return statistics.median(found)


def main() -> None:
    """Build, measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--models", type=int, default=200)
    parser.add_argument("--keep", type=Path, help="Leave the site here.")
    given = parser.parse_args()
    runs = []
    for number in range(given.models):
        skill = random.Random(number).uniform(0.1, 0.95)
        model = Model(
            name=f"model-{number:03}-instruct", source="hub:a/b@c", style="chat", size=round(0.5 * 1.03**number, 1),
            family=f"Family {number % 12}", open_data=("none", "partial", "full")[number % 3],
        )  # fmt: skip
        runs += [make_run(model, name, problems, skill) for name, problems in BENCHMARKS.items()]
    out = given.keep or Path(tempfile.mkdtemp(prefix="magibench-site-"))
    seconds = {}
    for name, entries in (("full", runs[:-1]), ("again", runs[:-1]), ("one more run", runs)):
        began = time.perf_counter()
        report = build(entries, out, (), reports())
        seconds[name] = time.perf_counter() - began
        print(f"{name:13} {seconds[name]:7.2f} s  {report.files:,} files, {report.bytes / 1e6:,.0f} MB", flush=True)
    index = (out / "index.html").stat().st_size
    boards = {p.name: p.stat().st_size for p in sorted((out / "boards").glob("*.html"))}
    largest = max((p.stat().st_size, p.name) for p in out.glob("problems/*/*.html"))
    print(
        f"index {index / 1000:.0f} KB; largest board {max(boards.values()) / 1000:.0f} KB; largest problem {largest[0] / 1000:.0f} KB"
    )
    record = {
        "models": given.models, "benchmarks": BENCHMARKS, "seconds": seconds, "files": report.files, "bytes": report.bytes,
        "index_bytes": index, "board_bytes": boards, "problem_bytes": largest[0],
        "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10, "machine": provenance.machine(),
    }  # fmt: skip
    if shutil.which("chromium"):
        record["interactive_ms"] = {
            p.name: interactive_ms(p)
            for p in (out / "index.html", out / "boards" / max(boards, key=boards.__getitem__))
        }
        for name, value in record["interactive_ms"].items():
            print(f"{name}: interactive after {value:.0f} ms")
    RESULTS.write_text(json.dumps(record, indent=1, sort_keys=True) + "\n")
    if not given.keep:
        shutil.rmtree(out)


if __name__ == "__main__":
    main()
