"""What a row and a task have in common, with both sides as evidence."""

from __future__ import annotations

from typing import Literal

import msgspec

from harness.datagen.decontamination.exact import Hit
from harness.datagen.decontamination.sources import Part

Rule = Literal["exact", "words", "near", "code"]
EXCERPT = 400
"""Characters of evidence shown of each side."""


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that a row has in common with a task."""

    rule: Rule
    """exact: a string of the benchmark; words: a run of words; near: the telling words of a text, close
    together; code: the tokens of a solution, names aside."""
    benchmark: str
    task: str
    part: Part
    score: float
    """exact, words: 1; near, code: the share of the task's text or solution that the row has."""
    start: int
    """Character of the searched text (columns joined by a blank line) where it begins."""
    matched: str
    """The row's side, at most EXCERPT characters."""
    reference: str
    """The benchmark's side, at most EXCERPT characters."""


def exact_finding(text: str, hit: Hit) -> Finding:
    """Return the finding of a string in a text."""
    return Finding(
        rule="exact",
        benchmark=hit.benchmark,
        task=hit.item.task,
        part=hit.item.part,
        score=1.0,
        start=hit.start,
        matched=text.replace("\r\n", "\n")[hit.start : hit.end][:EXCERPT],
        reference=hit.item.text[:EXCERPT],
    )
