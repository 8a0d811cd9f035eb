"""Code as strict decontamination compares it: its tokens, without names, literals, comments and layout.

A tolerant lexer reads any text, whole programs, fragments and prose around them alike: half of what a
teacher writes parses as nothing. Kept are keywords, operators, built-in functions and the names of
attributes, which renaming can't change. Of every other name only its recurrence is kept: how many tokens
ago the same name stood (Baker's parameterised matching), so that two fragments are equal exactly if one
is the other with names exchanged.
"""

from __future__ import annotations

import builtins
import keyword
import re

TOKEN = re.compile(
    r'''(?:[rRbBfFuU]{0,2}(?:"""(?:[^\\]|\\.)*?"""|\'\'\'(?:[^\\]|\\.)*?\'\'\'|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'))'''
    r"""|\#[^\n]*|(?:\d[\w.]*)|\.[ \t]*[A-Za-z_]\w*|[A-Za-z_]\w*|\*\*=?|//=?|->|:=|[-+*/%&|^<>=!]=|<<|>>|[^\s\w]""",
    re.DOTALL,
)
NUMBER = "0"
TEXT = '"'
KEPT = frozenset(keyword.kwlist) | frozenset(name for name in dir(builtins) if not name.startswith("_"))
ANNOTATION = re.compile(r"->[^:\n]*:")
"""The result type of a function's head."""


def tokens(text: str) -> list[str]:
    """Return the tokens of a text, comments and layout left out; literals stand as they are."""
    return [token for token in TOKEN.findall(_bare(text)) if token[0] != "#"]


def spans(text: str) -> list[tuple[int, int]]:
    """Return where each of ``tokens(text)`` stands."""
    return [match.span() for match in TOKEN.finditer(_bare(text)) if match[0][0] != "#"]


def _bare(text: str) -> str:
    """Blank out result types, which one writing of a function has and another hasn't."""
    return ANNOTATION.sub(lambda match: ":".rjust(len(match[0])), text) if "->" in text else text


def normal(token: str) -> str | None:
    """Return what stands for a token: itself, NUMBER or TEXT; None for a name that could be another."""
    first = token[0]
    if first == ".":
        return "." + token[1:].lstrip() if len(token) > 1 else token
    if first.isdigit():
        return NUMBER
    if token[-1] in "\"'" and len(token) > 1:
        return TEXT
    if first.isalpha() or first == "_":
        return token if token in KEPT else None
    return token
