"""Comment-function pairs: what a comment says is the problem, the function below it the solution; nobody is asked.

The paper's ablation (section 5; Magicoder's extract_function_comment_pairs.py): the same corpora as the seeds', first
the functions that a seed snippet touches, then others drawn at random, as many rows as the compared dataset has.
A docstring counts as the comment of its function and is taken out of it.
"""

from __future__ import annotations

import hashlib
import re
import textwrap
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Annotated, Any, ClassVar, NamedTuple

import msgspec

from harness.datagen.corpora import Document
from harness.datagen.rows import Rejected, Row, SeedSource, make_row
from harness.datagen.seeds import Best, Quota, open_quota
from harness.datagen.steps import Context, Step
from harness.errors import CorpusError
from harness.workspace import Workspace

Count = Annotated[int, msgspec.Meta(ge=1)]
FUNCTION = re.compile(r"^(function|method|constructor)_(definition|declaration|item)$|^function_signature_item$")
"""Types of nodes that are functions, in tree-sitter's grammars."""
WRAPPERS = {"decorated_definition", "export_statement", "template_declaration"}
"""Nodes around a function that belong to it: its comment stands before them."""
LATER = 1 << 64
"""Added to the priority of a function that no seed touches."""


class Pair(NamedTuple):
    """A function of a document."""

    comment: str
    function: str
    first: int
    """Its first line, its comment's included, from 1."""
    last: int


class CommentFunctions(Step, frozen=True, kw_only=True):
    """Take pairs of a comment and its function from corpora of code."""

    name: ClassVar[str] = "comment-functions"
    source: ClassVar[bool] = True

    corpora: list[Quota] = msgspec.field(default_factory=lambda: [Quota(corpus="stdlib:")])
    """``rows`` of a quota is the number of pairs."""
    seeds: str = ""
    """Dataset whose seeds' functions come first; without it, all are drawn alike."""
    words: Count = 3
    """Least number of words in a comment: "TODO" asks for nothing."""
    longest: Count = 20_000
    """Characters of comment and function."""

    def fingerprint(self, workspace: Workspace) -> Any:
        """Return the states of the corpora and of the dataset whose seeds come first."""
        seeds = None
        if self.seeds:
            from harness.datagen.dataset import open_dataset

            seeds = open_dataset(workspace, self.seeds).manifest().rows_sha256
        return [seeds, *(open_quota(quota, workspace).fingerprint() for quota in self.corpora)]

    def run(self, rows: Iterable[Row], context: Context) -> Iterator[Row | Rejected]:
        """Yield the pairs of one corpus after another, and the documents without one.

        Raises:
            CorpusError: a corpus can't be read, or a language's grammar isn't installed.
        """
        touched = self._touched(context.workspace)
        facts: dict[str, Any] = {}
        taken: list[dict[str, Any]] = []
        reader = Reader()
        for quota in self.corpora:
            corpus = open_quota(quota, context.workspace)
            best = Best(quota.rows) if quota.rows is not None else None
            found = first = 0
            for number, document in enumerate(corpus.documents(facts)):
                if quota.documents is not None and number >= quota.documents:
                    break
                if isinstance(document, Rejected):
                    yield document
                    continue
                pairs = [p for p in reader.pairs(document) if self._good(p)]
                if not pairs:
                    yield Rejected(reason="no commented function", document=document.id)
                spans = touched.get((corpus.name, document.id), ())
                for pair in pairs:
                    found += 1
                    row = _row(pair, document, corpus.name)
                    is_first = any(begin <= pair.last and pair.first <= end for begin, end in spans)
                    first += is_first
                    if best is None:
                        yield row
                    else:
                        best.add(_draw(context.seed, row) + (0 if is_first else LATER), row)
            if best is not None:
                yield from best.sorted()
            taken.append({"corpus": corpus.name, "pairs": found, "touched by seeds": first})
        context.facts.update(facts, corpora=taken)

    def _good(self, pair: Pair) -> bool:
        return len(re.findall(r"\w+", pair.comment)) >= self.words and (
            len(pair.comment) + len(pair.function) <= self.longest
        )

    def _touched(self, workspace: Workspace) -> dict[tuple[str, str], list[tuple[int, int]]]:
        """Return the lines of the seeds, by corpus and document."""
        found: dict[tuple[str, str], list[tuple[int, int]]] = defaultdict(list)
        if self.seeds:
            from harness.datagen.dataset import open_dataset

            for row in open_dataset(workspace, self.seeds).rows():
                if row.seed_source and row.seed_source.lines:
                    found[row.seed_source.corpus, row.seed_source.document].append(row.seed_source.lines)
        return found


class Reader:
    """Finds commented functions; holds a parser per language."""

    def __init__(self) -> None:
        """Nothing is loaded before it is needed."""
        from harness.datagen.boundaries import Boundaries

        self._boundaries = Boundaries()

    def pairs(self, document: Document) -> Iterator[Pair]:
        """Yield the functions of a document that have a comment, in their order.

        Raises:
            CorpusError: the language's grammar isn't installed.
        """
        if not document.language:
            raise CorpusError(
                f"{document.id} has no language.", 'Name it: corpora = [{corpus = "...", language = "python"}].'
            )
        source = document.text.encode()
        stack = [self._boundaries.parser(document.language).parse(source).root_node]
        while stack:
            node = stack.pop()
            if FUNCTION.match(node.type) and (pair := _pair(node, source)):
                yield pair
            stack.extend(reversed(node.children))


def _pair(node: Any, source: bytes) -> Pair | None:
    """Return a function with its comment: what stands right above it, or its docstring."""
    whole = node
    while whole.parent is not None and whole.parent.type in WRAPPERS:
        whole = whole.parent
    begin = first = whole
    while (above := first.prev_sibling) is not None and "comment" in above.type:
        if above.end_point[0] + 1 < first.start_point[0] + (above.end_point[1] == 0):
            break  # a blank line between them
        first = above
    if first is not begin:
        comment = _dedented(source, first.start_byte, first.start_point[1], begin.prev_sibling.end_byte)
        function = _dedented(source, begin.start_byte, begin.start_point[1], begin.end_byte)
        return Pair(comment, function, first.start_point[0] + 1, begin.end_point[0] + 1)
    return _with_docstring(node, whole, source)


def _with_docstring(node: Any, whole: Any, source: bytes) -> Pair | None:
    body = node.child_by_field_name("body")
    if body is None or len(body.named_children) < 2:
        return None
    text = body.named_children[0]
    if text.type == "expression_statement" and text.named_children:
        text = text.named_children[0]
    if text.type != "string":
        return None
    inner = b"".join(source[c.start_byte : c.end_byte] for c in text.children if c.type == "string_content")
    said = _cleaned(inner.decode(errors="replace"))
    after = body.named_children[1]
    # Lines of the docstring go as a whole: up to where the next statement's line begins.
    cut = source.rfind(b"\n", 0, text.start_byte) + 1, source.rfind(b"\n", 0, after.start_byte) + 1
    if cut[0] < node.start_byte or cut[1] <= cut[0]:
        return None
    column = whole.start_point[1]
    kept = source[whole.start_byte : cut[0]] + source[cut[1] : whole.end_byte]
    function = textwrap.dedent(" " * column + kept.decode(errors="replace")).rstrip()
    comment = "\n".join(f"# {line}".rstrip() for line in said.splitlines())
    return Pair(comment, function, whole.start_point[0] + 1, whole.end_point[0] + 1)


def _dedented(source: bytes, begin: int, column: int, end: int) -> str:
    return textwrap.dedent(" " * column + source[begin:end].decode(errors="replace")).rstrip()


def _cleaned(docstring: str) -> str:
    """Return a docstring without its indentation, as ``inspect.cleandoc`` reads it."""
    import inspect

    return inspect.cleandoc(docstring)


def _row(pair: Pair, document: Document, corpus: str) -> Row:
    source = SeedSource(corpus=corpus, document=document.id, licence=document.licence, lines=(pair.first, pair.last))
    return make_row(
        method="comment-function", language=document.language, problem=pair.comment, solution=pair.function,
        seed_source=source, finish="stop",
    )  # fmt: skip


def _draw(seed: int, row: Row) -> int:
    return int.from_bytes(hashlib.sha256(f"{seed}\0{row.id}".encode()).digest()[:8], "big")
