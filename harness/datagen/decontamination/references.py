"""What strict decontamination compares rows with: the texts and solutions of benchmarks, whole.

More than the exact rule's strings: all of MBPP (MBPP+ asks tasks outside of 11..510, which upstream's list
doesn't cover: 2 to 10 and 511 to 809) and DS-1000's reference solutions.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

import msgspec

from harness.datagen.decontamination.sources import Part, Source, lines_of

EXAMPLE = re.compile(r"^[ \t]*>>>.*(?:\n(?![ \t]*$)(?!.*[a-z]{3}.* .*[a-z]{3}).*)?", re.MULTILINE)
"""A doctest and its result, unless the line below reads like a sentence."""
IMPORT = re.compile(r"^[ \t]*(?:import|from[ \t]+[\w.]+[ \t]+import)[ \t].*$", re.MULTILINE)
CODE = re.compile(r"<code>.*?</code>|```.*?```", re.DOTALL)


class Reference(msgspec.Struct, frozen=True):
    """One text or solution of a benchmark."""

    benchmark: str
    task: str
    part: Part
    text: str

    @property
    def spoken(self) -> str:
        """The text without lines that import: every second program has them. All else stays in its place."""
        return IMPORT.sub(lambda match: " " * len(match[0]), self.text)

    @property
    def prose(self) -> str:
        """The words of a text without its examples and code."""
        return EXAMPLE.sub(" ", CODE.sub(" ", self.spoken))


def references(found: Iterable[Source]) -> tuple[Reference, ...]:
    """Return all references, each text once.

    Args:
        found: The exact rule's sources: what is absent there is absent here, and a benchmark that was
            left out there is left out here.
    """
    seen: dict[tuple[str, str], Reference] = {}
    keys = {source.key for source in found if source.items}
    for source in found:
        for item in source.items:
            seen.setdefault((source.benchmark, item.text), Reference(source.benchmark, item.task, item.part, item.text))
    for reference in _further(keys):
        seen.setdefault((reference.benchmark, reference.text), reference)
    return tuple(seen.values())


def _further(keys: set[str]) -> Iterator[Reference]:
    """Yield what upstream leaves out."""
    for row in lines_of("mbpp/mbpp")[0]:
        if "mbpp_docstrings" in keys:
            yield Reference("MBPP", f"MBPP/{row['task_id']}", "text", row["text"])
        if "mbpp_solutions" in keys:
            yield Reference("MBPP", f"MBPP/{row['task_id']}", "solution", row["code"])
    if "ds_1000_prompts" in keys:
        for row in lines_of("ds1000/ds1000")[0]:
            task = f"DS-1000/{row['metadata']['problem_id']}"
            yield Reference("DS-1000", task, "solution", row["reference_code"])
