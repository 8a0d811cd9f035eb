"""What decontamination finds of planted contamination, and what it finds where nothing was planted.

Prints tables and writes bench/results/decontamination.json.

    python bench/decontamination.py [--flagged 40]

peers   the strings and the rule of StarCoder and Magicoder to the letter (CR LF in MBPP's strings, ends unstripped)
exact   ours: line ends unified, ends stripped
strict  ours: see docs/decontamination.md

A plant counts as found where a finding names its benchmark. Innocent texts are Code Alpaca's rows and the files of
Python's standard library: some of Code Alpaca's do ask what a benchmark asks, so that its figure is an upper bound
of false positives; --flagged shows some of them, to be read. Needs MAGIBENCH_DATA; 3 minutes.
"""

from __future__ import annotations

import argparse
import json
import os
import sysconfig
from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from datagen_rows import BenchRow
from plants import carriers, plants

from harness import provenance
from harness.datagen.decontamination.exact import Strings
from harness.datagen.decontamination.findings import Finding
from harness.datagen.decontamination.references import references
from harness.datagen.decontamination.searching import search
from harness.datagen.decontamination.sources import TESTED_MBPP, Source, sources

RESULTS = Path(__file__).parent / "results" / "decontamination.json"


def by_peers(found: Sequence[Source], rows: Sequence[BenchRow]) -> list[set[str]]:
    """Return the benchmarks that upstream's rule finds in each row."""
    names = [source.benchmark for source in found for _ in source.items]
    strings = Strings([item.text.lower() for source in found for item in source.items])
    texts = (f"{row.problem}\n\n{row.solution}".lower() for row in rows)
    return [{names[index] for index, _, _ in strings.within(text)} for text in texts]


def library() -> list[BenchRow]:
    """Return the files of the standard library."""
    root = Path(sysconfig.get_path("stdlib"))
    files = [p for p in sorted(root.rglob("*.py")) if not {"site-packages", "dist-packages", "test"} & set(p.parts)]
    return [BenchRow(str(p.relative_to(root)), "", p.read_text(errors="replace")) for p in files]


def recall(data: Path, found: tuple[Source, ...]) -> list[dict[str, Any]]:
    """Plant and search; return one line per kind and benchmark."""
    planted = list(plants(data, references(found)))
    rows = [BenchRow(str(number), p.problem, p.solution) for number, p in enumerate(planted)]
    strict = [findings for _, findings in search(rows, found, workers=2)]
    peers = by_peers(found, rows)
    lines: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for plant, findings, theirs in zip(planted, strict, peers, strict=True):
        right = [finding for finding in findings if finding.benchmark == plant.benchmark]
        rest = plant.benchmark == "MBPP" and int(plant.task.partition("/")[2]) not in TESTED_MBPP
        line = lines[plant.kind, f"{plant.benchmark}, other tasks" if rest else plant.benchmark]
        line["plants"] += 1
        line["peers"] += plant.benchmark in theirs
        line["strict"] += bool(right)
        line.update({finding.rule for finding in right})
    return [{"kind": kind, "benchmark": benchmark, **line} for (kind, benchmark), line in lines.items()]


def innocent(
    name: str, rows: list[BenchRow], found: tuple[Source, ...]
) -> tuple[dict[str, Any], list[tuple[str, Finding]]]:
    """Search where nothing was planted."""
    line: Counter[str] = Counter(rows=len(rows))
    flagged = []
    for row, findings in search(rows, found, workers=2):
        line["strict"] += bool(findings)
        line.update({finding.rule for finding in findings})
        if findings:
            flagged.append((row.id, findings[0]))
    line["peers"] = sum(map(bool, by_peers(found, rows)))
    return {"corpus": name, **line}, flagged


def main() -> None:
    """Print and write the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--flagged", type=int, default=0, help="Show that many flagged rows of Code Alpaca.")
    asked = parser.parse_args()
    data = Path(os.environ["MAGIBENCH_DATA"])
    found = sources()
    lines = recall(data, found)
    print(f"{'kind':28} {'benchmark':17} {'plants':>7} {'peers':>7} {'exact':>7} {'strict':>7}   words  near  code")
    for line in lines:
        shares = [
            100 * line.get(key, 0) / line["plants"] for key in ("peers", "exact", "strict", "words", "near", "code")
        ]
        print(f"{line['kind']:28} {line['benchmark']:17} {line['plants']:7} " + " ".join(f"{s:6.1f}%" for s in shares))
    alpaca = [BenchRow(str(number), *texts) for number, texts in enumerate(carriers(data))]
    clean, flagged = innocent("Code Alpaca", alpaca, found)
    nothing = [clean, innocent("standard library", library(), found)[0]]
    for line in nothing:
        print(json.dumps(line))
    step = max(1, len(flagged) // asked.flagged) if asked.flagged else len(flagged) + 1
    for number, (row, finding) in enumerate(flagged):
        if asked.flagged and number % step == 0:
            print(f"\n[{row}] {finding.task} {finding.rule} {finding.score}\n  {alpaca[int(row)].problem[:160]!r}")
            print(f"  row: {finding.matched[:200]!r}\n  benchmark: {finding.reference[:200]!r}")
    figures = {"recall": lines, "innocent": nothing, "absent": [s.key for s in found if s.absent]}
    RESULTS.write_text(json.dumps({"machine": provenance.machine(), **figures}, indent=1, sort_keys=True) + "\n")


if __name__ == "__main__":
    main()
