"""Contamination of every kind, planted in innocent rows: what a decontamination should find.

Each kind takes tasks of benchmarks and changes them as careless or clever hands do; the carrier is a row of
Code Alpaca that has nothing to do with it. Two kinds are nature's own: MBPP's texts as its authors rewrote them
for the sanitised version, and DS-1000's problems as their authors reworded them ("surface").
"""

from __future__ import annotations

import ast
import gzip
import json
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.datagen.decontamination.references import Reference

# Chosen before the thesaurus of harness/datagen/decontamination/words.py was looked at again: about a third is in both.
PHRASES = {
    "write a python function to": "implement a routine that will", "write a function to": "please develop code which can",
    "find the": "work out the", "check whether": "decide if", "check if": "tell if", "given": "supplied", "returns": "yields",
    "return": "give back", "list": "array", "string": "piece of text", "numbers": "values", "number": "value",
    "elements": "entries", "element": "entry", "integers": "whole numbers", "integer": "whole number", "maximum": "largest",
    "minimum": "smallest", "remove": "take out", "first": "initial", "convert": "turn", "count": "tally",
    "using": "by means of", "contains": "has", "positive": "greater than zero", "sorted": "ordered", "dictionary": "mapping",
    "the ": "this ", "total": "overall", "each": "every single", "how many": "what number of", "much": "a lot",
}  # fmt: skip


@dataclass(frozen=True)
class Plant:
    """One contaminated row."""

    kind: str
    benchmark: str
    task: str
    problem: str
    solution: str


def rows_of(path: Path) -> list[dict[str, Any]]:
    """Read JSON or JSON lines, gzip-compressed."""
    text = gzip.decompress(path.read_bytes()).decode()
    return json.loads(text) if text.startswith("[") else [json.loads(line) for line in text.splitlines()]


def carriers(data: Path) -> list[tuple[str, str]]:
    """Return Code Alpaca's rows as (problem, solution)."""
    rows = [r for name in ("new_codealpaca", "code_alpaca_2k") for r in rows_of(data / f"code-alpaca/{name}.json.gz")]
    return [(f"{r['instruction']}\n{r['input']}".strip(), r["output"]) for r in rows]


def plants(data: Path, references: tuple[Reference, ...]) -> Iterator[Plant]:
    """Yield plants of every kind, each in a carrier of its own; the same ones every time."""
    hosts = carriers(data)
    texts = [r for r in references if r.part == "text"]
    solutions = [r for r in references if r.part == "solution"]
    kinds = {
        "verbatim": [(r, r.text, "") for r in texts] + [(r, "", r.text) for r in solutions],
        "re-indented": [(r, indented(r.text, "# "), "") for r in texts]
        + [(r, "", indented(r.text, "    ").replace("    ", "\t")) for r in solutions],
        "renamed": [(r, "", new) for r in solutions if (new := renamed(r.text))],
        "re-worded": [(r, reworded(r.text), "") for r in texts],
        "re-worded by MBPP's authors": sanitised(data, texts),
        "translated": translated(data, references),
        "split": [(r, *halves(r.text)) for r in texts if len(r.text.split()) >= 20],
    }
    for kind, planted in kinds.items():
        for reference, before, behind in planted:
            problem, solution = random.Random(f"{kind} {reference.task}").choice(hosts)
            yield Plant(
                kind,
                reference.benchmark,
                reference.task,
                f"{problem}\n\n{before}".strip() if before else problem,
                f"{behind}\n\n{solution}".strip() if behind else solution,
            )


def indented(text: str, mark: str) -> str:
    """Put a mark before every line, as a comment or a body would."""
    return "\n".join(mark + line.rstrip() for line in text.splitlines())


def renamed(code: str) -> str:
    """Rename every name that the code defines; empty if it isn't Python on its own or defines none."""
    for source in (code, "def f():\n    " + code):
        try:
            tree = ast.parse(source.replace("\r\n", "\n"))
        except SyntaxError:
            continue
        defined = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
        defined |= {n.arg for n in ast.walk(tree) if isinstance(n, ast.arg)}
        defined |= {n.name for n in ast.walk(tree) if isinstance(n, ast.FunctionDef)}
        table = {name: f"renamed_{number}" for number, name in enumerate(sorted(defined))}
        new = re.sub(r"(?<![\w.])[A-Za-z_]\w*", lambda m, t=table: t.get(m[0], m[0]), code)
        return new if table else ""
    return ""


def reworded(text: str) -> str:
    """Say it in other words: phrases exchanged, the last sentence first."""
    sentences = re.split(r"(?<=[.?!])\s+", text.strip())
    new = " ".join(sentences[-1:] + sentences[:-1])
    pattern = re.compile("|".join(rf"\b{re.escape(p)}" for p in sorted(PHRASES, key=len, reverse=True)), re.IGNORECASE)
    return pattern.sub(lambda match: PHRASES[match[0].lower()], new)


def sanitised(data: Path, texts: list[Reference]) -> list[tuple[Reference, str, str]]:
    """Return MBPP's texts as the sanitised version has them, where it says something else."""
    by_task = {r.task: r for r in texts if r.benchmark == "MBPP"}
    found = []
    for row in rows_of(data / "mbpp/sanitized-mbpp.json.gz"):
        original = by_task.get(f"MBPP/{row['task_id']}")
        if original and _bare(original.text) != _bare(row["prompt"]):
            found.append((original, row["prompt"], ""))
    return found


def _bare(text: str) -> str:
    return "".join(re.findall(r"\w", text.lower()))


def translated(data: Path, references: tuple[Reference, ...]) -> list[tuple[Reference, str, str]]:
    """Return MultiPL-E's prompts in all its languages."""
    by_task = {r.task: r for r in references if r.part == "text"}
    found = []
    for path in sorted((data / "multipl-e").glob("*.jsonl.gz")):
        for row in rows_of(path):
            family, number = row["name"].split("_")[:2]
            reference = by_task.get(f"{'MBPP' if family == 'mbpp' else family}/{number}")
            if reference:
                found.append((reference, "", row["prompt"]))
    return found


def halves(text: str) -> tuple[str, str]:
    """Cut a text in the middle of its words."""
    words = text.split(" ")
    return " ".join(words[: len(words) // 2]), " ".join(words[len(words) // 2 :])
