"""The function in a chat answer, as a completion that joins with MultiPL-E's prompt and tests.

Instruction-tuned models answer with whole functions: in a fence or without, with the signature or
without, with imports, helpers, a main function, tests of their own. The tests of MultiPL-E bring
the function's closing brace themselves in some languages (``closed``), and the end of its class in
Java, C# and Scala; what a program may be before them differs by language:

    closed, top level   C++, Rust, Swift, Bash: helpers, then the function up to its last brace
    closed, in a class  Java, C#, Scala: imports, other classes, the class with its members but for
                        main, then the function up to its last brace
    open                all others: every definition, and nothing that only tries it out
"""

from __future__ import annotations

import re

from harness.extraction.definitions import Definition, chunks, find_definition, items
from harness.extraction.fences import Block, blocks
from harness.extraction.lexis import masked, matching, unmatched
from harness.records import Extraction, How
from harness.styles import trim

CLOSED = frozenset({"cpp", "rs", "swift", "sh"})
IN_CLASS = frozenset({"java", "cs", "scala"})
INDENTED = frozenset({"rb", "lua", "jl", "rkt"})

_KEPT: dict[str, str] = {
    "swift": r"(?:@\w+\s+)*(?:import|func|struct|class|enum|extension|protocol|typealias|let|var|private|fileprivate"
    r"|public|internal|static|final|infix|prefix|postfix|precedencegroup|indirect|actor|#if|#endif)\b",
    "sh": r"(?:function\s+\w+|[\w-]+\s*\(\s*\)|declare|local|readonly|export|\w+=|shopt)",
    "js": r"(?:export\s+)?(?:default\s+)?(?:async\s+)?(?:function|class|const|let|var|import|['\"]use strict)",
    "ts": r"(?:export\s+)?(?:default\s+)?(?:async\s+)?(?:function|class|const|let|var|import|type|interface|enum"
    r"|declare|abstract|namespace)\b",
    "php": r"(?:function|class|abstract|final|use|const|define|interface|trait|declare|namespace|readonly|enum)\b",
    "go": r"(?:func|type|var|const)\b",
    "pl": r"(?:use|no|sub|my|our|local|BEGIN)\b",
    "r": r"(?:[\w.]+\s*(?:<-|=)|library|suppressPackageStartupMessages)",
    "rb": r"(?:def|class|module|include|extend|[A-Z]\w*\s*=|require(?!.*test)|require_relative|Struct)",
    "lua": r"(?:local|function|[A-Za-z_][\w.]*\s*=)",
    "jl": r"(?:function|struct|mutable|abstract|const|using(?!\s+Test)|import|macro|[\w!]+\(.*\)(?:::\w+)?\s*=|@\w+\s+(?:function|struct)|\"\"\")",
    "rkt": r"(?:#lang|\(define|\(require(?!\s+rackunit)|\(struct|\(provide|;)",
}
"""What may stay at top level; everything else there tries the program out. Elsewhere (C++, Rust, D) nothing can."""
_LEFT: dict[str, str] = {
    "cpp": r"(?:\[\[.*\]\]\s*)?(?:signed\s+|static\s+)?(?:int|auto|void|signed)\s+main\s*\(",
    "rs": r"(?:pub\s+)?fn\s+main\s*\(|#\[cfg\(test\)\]|(?:pub\s+)?mod\s+tests?\b",
    "d": r"(?:void|int)\s+main\s*\(|unittest\b|module\b",
    "go": r"func\s+(?:main|Test\w*|Example\w*)\s*\(",
    "js": r"(?:const|let|var)\s+\{?\s*assert\b|(?:async\s+)?function\s+(?:test|main)\s*\(",
    "ts": r"(?:const|let|var)\s+\{?\s*assert\b|(?:async\s+)?function\s+(?:test|main)\s*\(|import\s.*assert|declare\s+var\s+require",
    "php": r"function\s+(?:test|candidate|main)\s*\(|namespace\b",
    "sh": r"(?:function\s+)?(?:main|candidate|run_test)\s*\(|set\b",
    "lua": r"local\s+lu\b|lu\s*=",
    "swift": r"(?:@main|func\s+main\s*\(|import\s+XCTest)",
}
"""What never stays."""
_MEMBER_MAIN = re.compile(r"\b(?:void\s+[Mm]ain|def\s+main|Task\s+Main|int\s+Main)\s*[(\[]")
_IMPORT = {"java": r"import\b[^;]*;", "cs": r"using\s+[^;({]*;", "scala": r"import\b[^\n;]*"}


def complete_function(
    text: str, *, prompt: str, entry_point: str, stop: list[str], language: str, prefill: str = ""
) -> Extraction:
    """Take prompt and completion out of a chat answer: program text that the tests can follow.

    Args:
        text: the answer as generated.
        prompt: the problem's text as the data has it.
        entry_point: the function's name in this language.
        stop: the data's stop strings, for answers that continue the prompt.
        language: MultiPL-E's key.
        prefill: the beginning of the answer that the prompt held; it ends with the problem's prompt.

    Returns:
        The program, how it was found, and what was left out. Never raises; near-linear in the answer's length.
    """
    text = text.encode("utf-8", "replace").decode().replace("\r\n", "\n").replace("\r", "\n")
    if not text.strip():
        return Extraction(code="", how="empty")
    if prefill:
        answer, _, behind = text.partition("```")
        dropped = ["text behind the fence"] if behind.strip() else []
        return _continued(prompt, answer, stop, language, "fenced", dropped)
    found = _with_definition(blocks(text), text, entry_point, language)
    if found is not None:
        code, how, dropped = found
        return _whole(code, how, dropped, prompt, entry_point, language)
    inside = max(blocks(text), key=lambda b: b.size, default=None)
    if inside is not None:
        how = "fenced" if inside.closed else "incomplete fence"
        return _continued(prompt, inside.code, stop, language, how, ["text around the fence"])
    return _continued(prompt, text, stop, language, "continuation", [])


def _with_definition(
    found: list[Block], text: str, entry_point: str, language: str
) -> tuple[str, How, list[str]] | None:
    """Return the code that defines the entry point: the first fence that does, or the bare answer."""
    for block in found:
        code = _cleaned(block.code, language)
        if find_definition(masked(code, language), entry_point, language):
            return code, "fenced" if block.closed else "incomplete fence", ["text around the fence"]
    code = _cleaned(text, language)
    if not found and find_definition(masked(code, language), entry_point, language):
        return code, "heuristic", []
    return None


def _cleaned(code: str, language: str) -> str:
    """Leave out PHP's tags: the prompt has the opening one."""
    return re.sub(r"<\?php\b|\?>", "", code) if language == "php" else code


def _continued(prompt: str, answer: str, stop: list[str], language: str, how: How, dropped: list[str]) -> Extraction:
    """Put a body behind the prompt, up to the brace that closes the function or the first stop string."""
    if not answer.strip():
        return Extraction(code="", how="empty", dropped=dropped)
    kept = answer
    if language not in INDENTED:
        closing = unmatched(masked(answer, language))
        if closing is not None:
            closed = language in CLOSED | IN_CLASS
            kept = answer[:closing].rstrip() if closed else answer[: closing + 1]
    trimmed = trim(kept, stop)
    if len(trimmed) < len(answer.rstrip()):
        dropped = [*dropped, "text behind the function"]
    return Extraction(code=prompt + trimmed, how=how, dropped=dropped)


def _whole(code: str, how: How, dropped: list[str], prompt: str, entry_point: str, language: str) -> Extraction:
    """Make a program of code that defines the entry point."""
    mask = masked(code, language)
    place = find_definition(mask, entry_point, language)
    assert place is not None
    if language in IN_CLASS:
        made, left = _in_class(code, mask, place, prompt, language)
    elif language in CLOSED:
        made, left = _at_top_level(code, mask, place, prompt, language)
    else:
        pieces = chunks(code) if language in INDENTED else items(code, mask)
        kept, left = _sorted(pieces, language)
        made = _headed(prompt, "".join(kept), language, code)
    if not made.strip():
        # A function in a block that never ends: nothing of it stands at the top level. The compiler shall say so.
        made, left = code, []
    return Extraction(code=made.rstrip(), how=how, dropped=[*dropped, *left])


def _sorted(pieces: list[str], language: str) -> tuple[list[str], list[str]]:
    """Return pieces at top level that stay, and in words what doesn't."""
    kept: list[str] = []
    left: list[str] = []
    for piece in pieces:
        plain = masked(piece, language).strip() or piece.strip()
        first = piece.strip().split("\n")[0][:60]
        bare = plain if language != "rkt" else piece.strip()
        if language in _LEFT and re.match(_LEFT[language], bare):
            left.append(f"at top level: {first}")
        elif language not in _KEPT or re.match(_KEPT[language], bare) or not masked(piece, language).strip():
            kept.append(re.sub(r"^export\s+(?:default\s+)?", "", piece) if language in ("js", "ts") else piece)
        else:
            left.append(f"at top level: {first}")
    return kept, left


def _at_top_level(code: str, mask: str, place: Definition, prompt: str, language: str) -> tuple[str, list[str]]:
    """Helpers, then the function up to its closing brace."""
    end = place.end if place.end is not None else len(code)
    before, left = _sorted(items(code[: place.start], mask[: place.start]), language)
    behind, more = _sorted(items(code[end + 1 :], mask[end + 1 :]), language)
    helpers = "".join([*before, *behind])
    body = code[place.start : end].rstrip()
    return _headed(prompt, f"{helpers}\n{body}" if helpers.strip() else body, language, code), [*left, *more]


def _in_class(code: str, mask: str, place: Definition, prompt: str, language: str) -> tuple[str, list[str]]:
    """Imports, other classes, and the class whose last member is the function, up to its closing brace."""
    end = place.end if place.end is not None else len(code)
    opening, closing = _enclosing(mask, place.start)
    if opening is None:
        outside, members = "", code[: place.start] + code[end + 1 :]
    else:
        start = mask.rfind("\n", 0, opening) + 1
        outside = code[:start] + (code[closing + 1 :] if closing is not None else "")
        until = closing if closing is not None else len(code)
        members = code[opening + 1 : place.start] + "\n" + code[end + 1 : max(until, end + 1)]
    imports = re.findall(rf"^[ \t]*{_IMPORT[language]}[^\n]*", members + "\n" + outside, re.MULTILINE)
    left: list[str] = []
    others = _without_imports(outside, language)
    kept = []
    for member in items(*_dedented(_without_imports(members, language), language)):
        if _MEMBER_MAIN.search(masked(member, language).split("{")[0]):
            left.append("a main method")
        else:
            kept.append(member)
    called = re.findall(r"\b(?:class|object)\s+(\w+)[^{}]*$", mask[:opening]) if opening is not None else []
    head, _, _ = prompt.partition("Problem {")
    name = "object" if language == "scala" else "class"
    own = [line for line in imports if line.strip() not in head]
    body = _static(code[place.start : end].rstrip(), language)
    parts = [head.rsplit("\n", 1)[0], *own, others.strip(), f"{name} Problem {{", "".join(kept).rstrip(), body]
    made = "\n".join(part for part in parts if part.strip())
    # Its members may name it: Solution.helper(x).
    return re.sub(rf"\b{called[-1]}\.", "Problem.", made) if called else made, left


def _enclosing(mask: str, at: int) -> tuple[int | None, int | None]:
    """Return the innermost brace that is open at ``at`` and the one that closes it."""
    open_braces: list[int] = []
    for found in re.finditer(r"[{}]", mask[:at]):
        if found[0] == "{":
            open_braces.append(found.start())
        elif open_braces:
            open_braces.pop()
    if not open_braces:
        return None, None
    return open_braces[-1], matching(mask, open_braces[-1])


def _without_imports(code: str, language: str) -> str:
    return re.sub(rf"^[ \t]*(?:{_IMPORT[language]}|package\b[^\n]*)[^\n]*\n?", "", code, flags=re.MULTILINE)


def _dedented(code: str, language: str) -> tuple[str, str]:
    """Return members without what indents them all, and their mask."""
    widths = [len(line) - len(line.lstrip()) for line in code.split("\n") if line.strip()]
    width = min(widths, default=0)
    plain = "\n".join(line[width:] if line[:width].isspace() or not width else line for line in code.split("\n"))
    return plain, masked(plain, language)


def _static(function: str, language: str) -> str:
    """Make a method one of the class: the tests call it without an object."""
    signature = function.partition("(")[0]
    if language == "scala" or re.search(r"\bstatic\b", signature):
        return function
    bare = re.sub(r"\b(?:public|private|protected|internal)\s+", "", signature)
    return "    public static " + bare.strip() + function[len(signature) :]


def _headed(prompt: str, code: str, language: str, answer: str) -> str:
    """Put the prompt's own beginning (includes, a package, imports) before code that lacks it.

    In Go the answer's imports are put between them: they can't stand behind a definition, nor twice.
    """
    if language == "go":
        head, _, _ = prompt.partition("\n)")
        imports = re.findall(r'"[^"\n]+"', " ".join(re.findall(r"import\s*(?:\([^)]*\)|\"[^\"\n]+\")", answer)))
        wanted = [f"import {name}" for name in dict.fromkeys(imports) if name not in head]
        return "\n".join([head + "\n)", *wanted, code])
    lines: list[str] = []
    for line in prompt.split("\n"):
        if line.strip() and not re.match(r"#include|#lang|#!|using\b|import\b|use\b|<\?php|require\b", line):
            break
        if line.strip() and line.strip() not in code:
            lines.append(line)
    return "\n".join([*lines, code])
