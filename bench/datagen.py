"""Speed of making data, side by side with what the peers do on the same inputs.

Prints a table and writes bench/results/datagen.json (parts that aren't run keep their last figures).

    python bench/datagen.py [--part exact] [--part strict] [--part near] [--part similarity] [--rows 75000]

exact       75,000 rows x 8,500 strings on one core; the peer: Python's `in`, string by string (find_substrings.py)
strict      the same rows, two workers, with the memory of all processes
near        near-duplicates of the same rows; the peer: SHA-1 and numpy row by row, bands in dictionaries
similarity  TF-IDF of the same rows against HumanEval's 164; the peer: dense products, 100 rows at a time

A peer that would take hours is timed on the first rows and multiplied; its "rows" says on how many.
Needs MAGIBENCH_DATA (docs/benchmarks.md); a quiet machine; about 10 minutes.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import re
import struct
import threading
import time
from collections import defaultdict
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, Self

import numpy as np
import psutil
from datagen_rows import STRINGS, bench_rows, bench_strings

from harness import provenance
from harness.datagen.analysis.missing import library
from harness.datagen.analysis.similarity import greatest_cosines, human_eval_texts, texts_of
from harness.datagen.decontamination.exact import COLUMNS, Strings, searchable
from harness.datagen.decontamination.searching import search
from harness.datagen.decontamination.sources import sources
from harness.datagen.near import MinHash, near_duplicates
from harness.datagen.texts import joined

RESULTS = Path(__file__).parent / "results" / "datagen.json"


class Peak:
    """The largest memory of this process and those below it, MiB (proportional set size)."""

    def __init__(self) -> None:
        self.mib = 0.0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _watch(self) -> None:
        me = psutil.Process()
        while not self._stop.wait(0.5):
            total = 0.0
            for process in (me, *me.children(recursive=True)):
                try:
                    total += process.memory_full_info().pss / 2**20
                except psutil.Error:
                    continue
            self.mib = max(self.mib, total)


def timed(work: Callable[[], Any]) -> tuple[float, float, Any]:
    """Return (wall seconds, CPU seconds of this process, result)."""
    wall, cpu = time.perf_counter(), time.process_time()
    result = work()
    return time.perf_counter() - wall, time.process_time() - cpu, result


def exact(rows: Callable[[], Any], count: int, data: Path) -> dict[str, Any]:
    """Measure the exact rule."""
    strings = bench_strings([item.text for source in sources() for item in source.items], data)
    build, _, automaton = timed(lambda: Strings([searchable(s).strip() for s in strings]))
    texts = [joined(row, COLUMNS) for row in rows()]
    size = sum(len(text.encode()) for text in texts) / 1e6
    wall, cpu, found = timed(lambda: sum(bool(automaton.within(searchable(text))) for text in texts))
    sample = texts[:100]
    peer, _, _ = timed(lambda: [any(s.lower() in text.lower() for s in strings) for text in _lowered(sample)])
    theirs = peer * count / len(sample)
    return {
        "rows": count, "strings": len(strings), "stand-ins for APPS": STRINGS - sum(len(s.items) for s in sources()),
        "mb": size, "build_s": build, "ours_s": wall, "ours_cpu_s": cpu, "mb_per_cpu_s": size / cpu, "found": found,
        "peer": {"rows": len(sample), "s": peer, "s_for_all": theirs}, "times": theirs / wall,
    }  # fmt: skip


def _lowered(texts: list[str]) -> list[str]:
    return [text.lower() for text in texts]


def strict(rows: Callable[[], Any], count: int, _: Path) -> dict[str, Any]:
    """Measure the strict rule with two workers."""
    found = sources()
    with Peak() as peak:
        wall, _, flagged = timed(lambda: sum(bool(f) for _row, f in search(rows(), found, workers=2)))
    return {"rows": count, "workers": 2, "s": wall, "peak_mib": peak.mib, "flagged": flagged}


def near(rows: Callable[[], Any], count: int, _: Path) -> dict[str, Any]:
    """Measure near-duplicates, on one core and with two workers, and the peers' procedure."""
    texts = [joined(row, COLUMNS) for row in rows()]
    wall, cpu, found = timed(lambda: near_duplicates(texts))
    two, _, again = timed(lambda: near_duplicates(texts, workers=2))
    assert found == again
    sample = texts[:1500]
    peer, _, _ = timed(lambda: _peer_near(sample))
    theirs = peer * count / len(sample)
    return {
        "rows": count, "ours_s": wall, "ours_cpu_s": cpu, "two_workers_s": two, "found": sum(n is not None for n in found),
        "peer": {"rows": len(sample), "s": peer, "s_for_all": theirs}, "times": theirs / wall,
    }  # fmt: skip


def _peer_near(texts: list[str]) -> int:
    """Do as bigcode-dataset's minhash_deduplication.py: sign row by row, gather bands in dictionaries."""
    bands, rows = MinHash().bands()
    chance = np.random.RandomState(42)
    prime, top = np.uint64((1 << 61) - 1), np.uint64((1 << 32) - 1)
    a = chance.randint(1, prime, 256, dtype=np.uint64)
    b = chance.randint(0, prime, 256, dtype=np.uint64)
    tables: list[dict[bytes, set[int]]] = [defaultdict(set) for _ in range(bands)]
    for index, text in enumerate(texts):
        words = re.split("[^A-Za-z_0-9]", text)
        grams = {" ".join(words[i : i + 5]) for i in range(len(words) - 4)} if len(words) >= 10 else set()
        hashes = [struct.unpack("<I", hashlib.sha1(g.encode()).digest()[:4])[0] for g in grams]  # noqa: S324
        hv = np.array(hashes, dtype=np.uint64)
        values = np.bitwise_and(((hv * np.tile(a, (len(hv), 1)).T).T + b) % prime, top)
        signature = np.vstack([values, np.ones(256, dtype=np.uint64) * top]).min(axis=0)
        for band, table in enumerate(tables):
            table[bytes(signature[band * rows : (band + 1) * rows].byteswap().data)].add(index)
    return sum(len(members) > 1 for table in tables for members in table.values())


def similarity(rows: Callable[[], Any], count: int, _: Path) -> dict[str, Any]:
    """Measure TF-IDF, and the peers' dense products on what one fit gave."""
    references = human_eval_texts()
    with Peak() as peak:
        wall, cpu, found = timed(lambda: greatest_cosines({"rows": texts_of(rows())}, references)["rows"])
    vectorizer = library("sklearn.feature_extraction.text", "").TfidfVectorizer()
    sample = list(texts_of(rows()))[:20000]
    matrix = vectorizer.fit_transform([*references, *sample])
    part = 1000
    peer, _, _ = timed(partial(_peer_products, matrix, len(references), part))
    return {
        "rows": count, "references": len(references), "ours_s": wall, "ours_cpu_s": cpu, "peak_mib": peak.mib,
        "mean": float(found.mean()),
        "peer": {"rows": part, "words": matrix.shape[1], "products_s": peer, "products_s_for_all": peer * count / part},
    }  # fmt: skip


def _peer_products(matrix: Any, references: int, rows: int) -> float:
    """Make both sides dense, 100 rows at a time, as cosine_similarity.py does (there on a GPU)."""
    targets = matrix[:references].toarray()
    best = [
        (matrix[start : start + 100].toarray() @ targets.T).max(axis=1)
        for start in range(references, references + rows, 100)
    ]
    return float(np.concatenate(best).mean())


PARTS: dict[str, Callable[[Callable[[], Any], int, Path], dict[str, Any]]] = {
    "exact": exact, "strict": strict, "near": near, "similarity": similarity,
}  # fmt: skip


def main() -> None:
    """Measure the parts asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--part", action="append", choices=PARTS)
    parser.add_argument("--rows", type=int, default=75_000)
    asked = parser.parse_args()
    data = Path(os.environ["MAGIBENCH_DATA"])

    def rows() -> Any:
        return bench_rows(data, asked.rows)

    sizes = [len(row.problem) + len(row.solution) for row in rows()]
    print(f"{len(sizes)} rows, {sum(sizes) / 1e6:.0f} MB")
    for name in asked.part or PARTS:
        figures = PARTS[name](rows, asked.rows, data)
        print(name, json.dumps(figures, indent=1))
        old = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
        old["machine"] = provenance.machine()
        old.setdefault("parts", {})[name] = figures
        RESULTS.write_text(json.dumps(old, indent=1, sort_keys=True) + "\n")


if __name__ == "__main__":
    main()
