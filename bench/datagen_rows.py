"""Rows for measuring data steps: made out of Code Alpaca's and Evol-Instruct's by recombination, the same every time.

75,000 rows of 2 KB in the mean, as OSS-Instruct's; one in fifty is an earlier one with some words exchanged, so that
there are near-duplicates to find.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from plants import rows_of

ROWS = 75_000
STRINGS = 8_500


@dataclass(frozen=True, slots=True)
class BenchRow:
    """What data steps read of a row."""

    id: str
    problem: str
    solution: str
    seed: str = ""
    language: str = "python"


def bench_rows(data: Path, count: int = ROWS) -> Iterator[BenchRow]:
    """Yield rows."""
    names = (
        "code-alpaca/new_codealpaca.json.gz",
        "code-alpaca/code_alpaca_2k.json.gz",
        "evol-instruct/converted_alpaca_2k.json.gz",
    )
    parts = [row for name in names for row in rows_of(data / name)]
    chance = random.Random("bench rows")
    kept: list[BenchRow] = []
    for number in range(count):
        if kept and number % 50 == 49:
            old = chance.choice(kept)
            words = old.solution.split(" ")
            for _ in range(max(1, len(words) // 60)):
                words[chance.randrange(len(words))] = "otherwise"
            row = BenchRow(f"row-{number}", old.problem, " ".join(words))
        else:
            chosen = chance.choices(parts, k=5)
            problem = "\n".join(part["instruction"] for part in chosen)
            solution = "\n\n".join(f"```python\n{part['output']}\n```" for part in chosen)
            row = BenchRow(f"row-{number}", problem, solution)
            if len(kept) < 5000:
                kept.append(row)
        yield row


def bench_strings(real: list[str], data: Path, count: int = STRINGS) -> list[str]:
    """Return ``real`` strings and, up to ``count``, stand-ins for APPS's questions, made of GSM8K's."""
    questions = [row["question"] for row in rows_of(data / "gsm8k/test.jsonl.gz")]
    chance = random.Random("bench strings")
    return real + ["\n".join(chance.choices(questions, k=5)) for _ in range(count - len(real))]
