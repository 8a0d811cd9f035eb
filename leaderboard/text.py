"""Numbers and names as people read them: the filters of the templates."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from typing import Any

from harness.records import Interval, Model, Run

NAMES = {
    "humaneval": "HumanEval", "humaneval+": "HumanEval+", "mbpp": "MBPP", "mbpp+": "MBPP+", "ds1000": "DS-1000",
    "multipl-e": "MultiPL-E", "multipl-e-mbpp": "MultiPL-E MBPP",
}  # fmt: skip
"""Benchmarks as their papers write them; others are shown by their own name."""

LANGUAGES = {
    "cpp": "C++", "java": "Java", "js": "JavaScript", "php": "PHP", "swift": "Swift", "rs": "Rust", "ts": "TypeScript",
    "sh": "Bash", "cs": "C#", "go": "Go", "pl": "Perl", "lua": "Lua", "rb": "Ruby", "r": "R", "d": "D", "rkt": "Racket",
    "scala": "Scala", "jl": "Julia",
}  # fmt: skip
"""MultiPL-E's keys as people write the languages."""

DASH = "–"


def benchmark_name(name: str) -> str:
    """Return a benchmark's name as its paper writes it."""
    suite, _, last = name.rpartition("-")
    if suite in NAMES and last in LANGUAGES:
        return f"{NAMES[suite]} {LANGUAGES[last]}"
    return NAMES.get(name, name)


def language_name(key: str) -> str:
    """Return MultiPL-E's key of a language as people write it; any other text as it is."""
    return LANGUAGES.get(key, key)


def percent(value: float) -> str:
    """Return 0..1 as a percentage with one decimal and no sign: "72.6"."""
    return f"{100 * value:.1f}"


def signed(value: float) -> str:
    """Return -1..1 as percentage points with a sign: "+3.7", "−1.2"."""
    text = f"{100 * value:+.1f}"
    return "0.0" if text in {"+0.0", "-0.0"} else text.replace("-", "−")


def span(interval: Interval | None, *, sign: bool = False) -> str:
    """Return an interval in percent: "65.3–78.8", or "−1.2 to +3.7"; a dash where there is none."""
    if interval is None:
        return DASH
    if sign:
        return f"{signed(interval.low)} to {signed(interval.high)}"
    return f"{percent(interval.low)}{DASH}{percent(interval.high)}"


def p_value(p: float | None) -> str:
    """Return a p-value with three decimals, "< 0.001" below them."""
    if p is None:
        return DASH
    return "< 0.001" if p < 0.001 else f"{p:.3f}"


def size(billions: float | None) -> str:
    """Return a parameter count as people say it: "135M", "6.7B"; a dash where unknown."""
    if billions is None:
        return DASH
    return f"{billions * 1000:.0f}M" if billions < 1 else f"{billions:g}B"


def day(moment: str) -> str:
    """Return the date of an ISO 8601 moment; a dash where there is none."""
    return moment[:10] or DASH


def seconds(value: float) -> str:
    """Return a duration: "0.42 s", "48 s", "3 min 20 s", "2 h 05 min"."""
    if value < 10:
        return f"{value:.2g} s"
    whole = round(value)
    if whole < 120:
        return f"{whole} s"
    if whole < 7200:
        return f"{whole // 60} min {whole % 60:02d} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02d} min"


def count(number: int, noun: str) -> str:
    """Return "1 run", "3 runs", "1,200 samples"."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def slug(text: str) -> str:
    """Return ``text`` as a file name that is safe in every file system and URL."""
    plain = re.sub(r"[^A-Za-z0-9._-]+", "-", text.replace("+", "-plus")).strip("-.")
    return plain[:100] or "x"


def slugs(names: Iterable[str]) -> dict[str, str]:
    """Return a slug for each name; names whose slugs would clash get a piece of their checksum."""
    out: dict[str, str] = {}
    taken: set[str] = set()
    for name in sorted(set(names)):
        plain = slug(name)
        if plain.lower() in taken:
            plain = f"{plain}-{hashlib.sha256(name.encode()).hexdigest()[:8]}"
        taken.add(plain.lower())
        out[name] = plain
    return out


def given(run: Run) -> bool:
    """Return whether the samples came from a file: how the model was asked is then not known."""
    return run.backend.get("name") == "judge"


def style(run: Run) -> str:
    """Return the prompt style of a run; "as given" for samples from a file."""
    return "as given" if given(run) else run.style


def style_words(run: Run) -> str:
    """Return the prompt style as a phrase: "chat style", "samples as given"."""
    return "samples as given" if given(run) else f"{run.style} style"


def sampling(run: Run) -> str:
    """Return how samples were drawn: "greedy", "T 0.8, top-p 0.95"; "from a file" where nobody knows."""
    if given(run):
        return "from a file"
    if run.sampling.temperature == 0:
        return "greedy"
    top_p = f", top-p {run.sampling.top_p:g}" if run.sampling.top_p < 1 else ""
    return f"T {run.sampling.temperature:g}{top_p}"


def sandbox(run: Run) -> str:
    """Return kind and, where one was chosen, runtime of a run's sandbox: "docker runsc"."""
    runtime = run.sandbox.get("runtime", "")
    return " ".join(str(x) for x in (run.sandbox.get("kind", ""), "" if runtime == "default" else runtime) if x)


def flatten(values: Mapping[str, Any], prefix: str = "") -> list[tuple[str, str]]:
    """Return nested settings as (dotted name, text) pairs, sorted by name; empty ones are left out."""
    out: list[tuple[str, str]] = []
    for key in sorted(values):
        value = values[key]
        name = f"{prefix}{key}"
        if isinstance(value, Mapping):
            out += flatten(value, f"{name}.")
        elif isinstance(value, bool):
            out.append((name, "yes" if value else "no"))
        elif isinstance(value, list | tuple):
            out.append((name, ", ".join(str(v) for v in value)))
        elif value is not None and value != "":
            out.append((name, f"{value:g}" if isinstance(value, float) else str(value)))
    return out


def kind(run: Run) -> str:
    """Return "base" or "instruct", by how the model was asked; nothing where nobody knows."""
    return "" if given(run) else "base" if run.style in {"base", "insertion"} else "instruct"


def contamination(model: Model) -> str:
    """Return what is known of benchmarks in a model's training data: "decontaminated", "not decontaminated", "unknown"."""
    said = [str(data.get("contamination", "")) for data in model.training.get("datasets", [])]
    if not said:
        return "unknown"
    return "not decontaminated" if any(words in {"", "not decontaminated"} for words in said) else "decontaminated"


UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
"""Control characters, and marks that turn the direction of writing: with them code reads otherwise than it runs
(Boucher and Anderson 2021, arXiv 2111.00169)."""


def visible(text: str) -> str:
    """Return ``text`` with what can't be seen named: "⟨U+202E⟩"."""
    return UNSEEN.sub(lambda found: f"⟨U+{ord(found[0]):04X}⟩", text)
