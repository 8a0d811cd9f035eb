"""What is wrong with answers as answers, before anyone judges them: a score alone doesn't say that half were cut off."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from harness.records import Sample

LOST = "no answer"
"""Kind of an error that is nobody's prompt's fault: a server that failed again and again. Asked again, it may answer."""


def lost(sample: Sample) -> bool:
    """Say whether an answer was lost on its way: it is no answer, so it is neither kept nor judged."""
    return sample.finish == "error" and sample.error.partition(":")[0] == LOST


def flaw(sample: Sample) -> str:
    """Return what is wrong: "truncated", "empty", the kind of an error such as "context overflow", or "" for nothing."""
    if sample.finish == "error":
        return sample.error.partition(":")[0] or "error"
    if sample.finish == "length":
        return "truncated"
    return "" if sample.text.strip() else "empty"


def flaws(samples: Iterable[Sample]) -> dict[str, int]:
    """Return how many samples have which flaw, the most frequent first."""
    return dict(Counter(found for sample in samples if (found := flaw(sample))).most_common())


def described(found: dict[str, int], total: int) -> str:
    """Return flaws for people, e.g. "12 truncated, 1 empty of 164 answers"; empty where there are none."""
    return f"{', '.join(f'{n} {name}' for name, n in found.items())} of {total} answers" if found else ""
