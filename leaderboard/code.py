"""Programs as HTML: escaped, with the few colours that help reading, cut to a budget."""

from __future__ import annotations

from functools import lru_cache

from markupsafe import Markup, escape

from leaderboard.text import visible

BUDGET = 8_000
"""Characters of one program that a page shows; the longest HumanEval answer of 768 tokens has about 3,000."""


@lru_cache(maxsize=512)
def highlight(text: str, language: str = "python") -> Markup:
    """Return ``text`` as escaped HTML with one span per token that has a colour.

    Broken programs are shown as they are: the lexer never fails, it only stops colouring.
    """
    from pygments import lex  # type: ignore[import-untyped]
    from pygments.lexers import get_lexer_by_name  # type: ignore[import-untyped]
    from pygments.token import Comment, Keyword, Name, Number, Operator, String, _TokenType  # type: ignore[import-untyped]
    from pygments.util import ClassNotFound  # type: ignore[import-untyped]

    kept = visible(text[:BUDGET])
    try:
        lexer = get_lexer_by_name(language, stripnl=False, ensurenl=False)
    except ClassNotFound:
        return escape(kept)
    colours: tuple[tuple[_TokenType, str], ...] = (
        (Comment, "c"),
        (String, "s"),
        (Number, "n"),
        (Operator.Word, "k"),
        (Keyword, "k"),
        (Name.Function, "f"),
        (Name.Class, "f"),
        (Name.Decorator, "f"),
    )
    out = []
    for kind, value in lex(kept, lexer):
        css = next((css for family, css in colours if kind in family), "")
        out.append(f'<span class="{css}">{escape(value)}</span>' if css and value.strip() else str(escape(value)))
    rest = len(text) - BUDGET
    if rest > 0:
        out.append(f'<span class="c">\n… {rest:,} more characters</span>')
    return Markup("".join(out))  # noqa: S704 - every piece was escaped above
