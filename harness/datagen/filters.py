"""What a seed may be spared, off in the paper: licence headers, comments, generated code."""

from __future__ import annotations

import re
from collections.abc import Sequence

COMMENT = re.compile(r"\s*(#|//|/\*|\*|--|;|<!--|%|\"\"\"|''')|\s*$")
"""How a line begins that says nothing to a machine, in any of the languages."""
LICENCE = re.compile(r"(?i)copyright|licen[cs]e|spdx-|all rights reserved|permission is hereby granted")
GENERATED = re.compile(
    r"(?i)@generated|do not edit|auto-?generated|automatically generated|generated (?:by|from|with) \S+"
)
LONG = 300
"""Mean characters per line from which on code is minified or data."""


def header_lines(lines: Sequence[str]) -> int:
    """Return how many first lines are a comment that speaks of a licence; 0 if they don't."""
    count = 0
    for line in lines:
        if not COMMENT.match(line):
            break
        count += 1
    return count if LICENCE.search("".join(lines[:count])) else 0


def comment_only(snippet: str) -> bool:
    """Whether no line of a snippet is code, as far as the beginnings of lines tell."""
    return all(COMMENT.match(line) for line in snippet.splitlines())


def generated(lines: Sequence[str]) -> str:
    """Return what says that a program wrote a document; empty if nothing does."""
    for line in lines[:10]:
        if COMMENT.match(line) and (found := GENERATED.search(line)):
            return found[0]
    mean = sum(map(len, lines)) / len(lines)
    return f"{mean:.0f} characters per line" if mean > LONG else ""
