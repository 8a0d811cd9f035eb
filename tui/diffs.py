"""Two programs beside each other, or as one text with what changed."""

from __future__ import annotations

import difflib
from collections.abc import Sequence

from textual.content import Content

from tui.widgets.pane import HIGHLIGHT_LIMIT, breaks, theme

SIDES = {"same": ("  ", ""), "gone": ("− ", "on $error 14%"), "new": ("+ ", "on $success 14%")}


def coloured(text: str, language: str = "python") -> list[Content]:
    """Return the lines of a program with colours; plain ones where it is long. Slow at first: use a thread."""
    text = "\n".join(text.splitlines())
    if len(text) > HIGHLIGHT_LIMIT:
        return Content(text).split("\n", allow_blank=True)
    from textual.highlight import highlight

    found = highlight(text, language=language, theme=theme())
    return Content(found.plain, spans=list(found.spans)[1:]).split("\n", allow_blank=True)


def side_by_side(a: str, b: str, width: int) -> tuple[Content, Content]:
    """Return both programs, equal lines at equal heights; ``width`` is that of one side."""
    lines_a, lines_b = coloured(a), coloured(b)
    left: list[Content] = []
    right: list[Content] = []
    for tag, a0, a1, b0, b1 in _opcodes(lines_a, lines_b):
        for step in range(max(a1 - a0, b1 - b0)):
            at, bt = a0 + step, b0 + step
            same = tag == "equal"
            one = _line(lines_a[at], at + 1, "same" if same else "gone", width) if at < a1 else []
            two = _line(lines_b[bt], bt + 1, "same" if same else "new", width) if bt < b1 else []
            high = max(len(one), len(two))
            left += one + [Content("")] * (high - len(one))
            right += two + [Content("")] * (high - len(two))
    return Content("\n").join(left), Content("\n").join(right)


def in_one(a: str, b: str, width: int) -> Content:
    """Return one text: lines that are gone, then lines that are new, with those that stayed around them."""
    lines_a, lines_b = coloured(a), coloured(b)
    found: list[Content] = []
    for tag, a0, a1, b0, b1 in _opcodes(lines_a, lines_b):
        if tag == "equal":
            for index in range(b0, b1):
                found += _line(lines_b[index], index + 1, "same", width)
            continue
        for index in range(a0, a1):
            found += _line(lines_a[index], index + 1, "gone", width)
        for index in range(b0, b1):
            found += _line(lines_b[index], index + 1, "new", width)
    return Content("\n").join(found)


def unified(a: str, b: str, names: tuple[str, str]) -> str:
    """Return a unified diff as `diff -u` writes it."""
    return "\n".join(difflib.unified_diff(a.splitlines(), b.splitlines(), *names, lineterm=""))


def _opcodes(a: Sequence[Content], b: Sequence[Content]) -> Sequence[tuple[str, int, int, int, int]]:
    matcher = difflib.SequenceMatcher(None, [x.plain for x in a], [x.plain for x in b], autojunk=False)
    return matcher.get_opcodes()


def _line(line: Content, number: int, side: str, width: int) -> list[Content]:
    """Return a line with number and sign, broken at ``width`` cells and filled up so that its colour is a block."""
    sign, style = SIDES[side]
    room = max(16, width - 7)
    indent = min(room // 2, len(line.plain) - len(line.plain.lstrip()))
    parts = []
    for position, part in enumerate(line.divide(breaks(line.plain, room, indent))):
        head = f"{number:>3} {sign}" if not position else f"  ↪ {sign}{' ' * indent}"
        whole = Content.assemble((head, "$foreground 35%" if side == "same" else "$foreground 65%"), part)
        if style:
            whole = whole.pad_right(max(0, width - whole.cell_length)).stylize_before(style)
        parts.append(whole)
    return parts
