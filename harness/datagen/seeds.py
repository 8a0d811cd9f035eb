"""Seeds: a few consecutive lines of a document, as Magicoder takes them (its generate_data.py; paper, section 2.1).

The first line is uniform over all lines of the document, the length uniform in 1 .. 15; at the end of the file
the snippet is shorter. What is drawn depends on the recipe's seed and the document's id alone: not on the order
of the corpus or on batches. Of a corpus with a quota the documents with the smallest digest are taken, in
the order of their digests: a shuffle whose memory is that of the quota.
"""

from __future__ import annotations

import hashlib
import heapq
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import Annotated, Any, ClassVar, Literal

import msgspec

from harness.datagen.corpora import Corpus, Document, open_corpus
from harness.datagen.filters import comment_only, generated, header_lines
from harness.datagen.rows import Rejected, Row, SeedSource, make_row
from harness.datagen.steps import Context, Step
from harness.errors import RecipeError
from harness.workspace import Workspace

Count = Annotated[int, msgspec.Meta(ge=1)]
Skip = Literal["licence-headers", "blank", "comments", "generated"]
DRAWS = 8
"""Snippets that are drawn of a document until one is not to be skipped."""
METADATA = ("<reponame>", "<filename>", "<gh_stars>")
"""How starcoderdata's documents may begin."""


class Quota(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A corpus and how much of it."""

    corpus: str
    """As ``harness.datagen.corpora`` names them."""
    language: str = ""
    """Of its documents, where the corpus doesn't say; of a folder, only this language is taken."""
    rows: Count | None = None
    """Seeds to take; without it, one of every document, in the order of the corpus."""
    documents: Count | None = None
    """Only the first ones of the corpus are considered (Magicoder: 150,000)."""
    column: str = ""
    """With the text, for corpora of rows."""


def open_quota(quota: Quota, workspace: Workspace) -> Corpus:
    """Return the corpus that a quota names."""
    return open_corpus(quota.corpus, workspace, language=quota.language, column=quota.column)


class Seeds(Step, frozen=True, kw_only=True):
    """Take seed snippets from corpora of code, one per document."""

    name: ClassVar[str] = "seeds"
    source: ClassVar[bool] = True

    corpora: list[Quota] = msgspec.field(default_factory=lambda: [Quota(corpus="stdlib:")])
    lines: tuple[Count, Count] = (1, 15)
    """Least and greatest number of lines that are asked for."""
    skip: tuple[Skip, ...] = ()
    """Off in the paper: what no snippet shall be, or begin in."""
    boundaries: bool = False
    """Off in the paper: move a snippet to where a statement begins, by tree-sitter; needs the language's grammar."""
    strip_metadata: bool = False
    """Drop a first line that begins as starcoderdata's do (<reponame> ...)."""
    longest: Count = 20_000
    """Characters of a snippet; a longer one (minified code, data) leaves no room for an answer."""

    def __post_init__(self) -> None:
        """Refuse what can't be drawn."""
        if self.lines[0] > self.lines[1]:
            raise RecipeError(f"seeds: lines is {list(self.lines)}.", "Write the least before the greatest: [1, 15].")
        if not self.corpora:
            raise RecipeError("seeds: corpora is empty.", 'Name one, e.g. corpora = [{corpus = "stdlib:"}].')

    def fingerprint(self, workspace: Workspace) -> Any:
        """Return the states of the corpora."""
        return [open_quota(quota, workspace).fingerprint() for quota in self.corpora]

    def run(self, rows: Iterable[Row], context: Context) -> Iterator[Row | Rejected]:
        """Yield the seeds of one corpus after another, and the documents that gave none.

        Raises:
            CorpusError: a corpus can't be read.
        """
        facts: dict[str, Any] = {}
        licences: Counter[str] = Counter()
        taken: list[dict[str, Any]] = []
        for quota in self.corpora:
            corpus = open_quota(quota, context.workspace)
            drawn = self._draw(corpus, quota, context.seed, facts)
            if quota.rows is None:
                found = _Tally(drawn)
                yield from found.each(licences)
            else:
                best = Best(quota.rows)
                found = _Tally(drawn)
                for item in found.each(Counter()):
                    if isinstance(item, Rejected):
                        yield item
                    else:
                        best.add(_priority(context.seed, corpus.name, item), item)
                for row in best.sorted():
                    licences[row.seed_source.licence if row.seed_source else ""] += 1
                    yield row
            count = found.rows if quota.rows is None else min(found.rows, quota.rows)
            taken.append({"corpus": corpus.name, "documents": found.documents, "seeds": count})
        context.facts.update(facts, corpora=taken, licences=dict(sorted(licences.items())))

    def _draw(self, corpus: Corpus, quota: Quota, seed: int, facts: dict[str, Any]) -> Iterator[Row | Rejected]:
        """Yield a row or a reason for every document that is considered."""
        cutter = _cutter() if self.boundaries else None
        for number, document in enumerate(corpus.documents(facts)):
            if quota.documents is not None and number >= quota.documents:
                return
            yield document if isinstance(document, Rejected) else self._snippet(document, corpus.name, seed, cutter)

    def _snippet(
        self, document: Document, corpus: str, seed: int, cutter: Callable[..., tuple[int, int]] | None
    ) -> Row | Rejected:
        """Draw the snippet of a document."""
        text = document.text
        if self.strip_metadata and text.startswith(METADATA):
            text = text.partition("\n")[2]
        lines = text.splitlines(keepends=True)
        if not lines:
            return Rejected(reason="empty", document=document.id)
        if "generated" in self.skip and (why := generated(lines)):
            return Rejected(reason="generated", document=document.id, evidence=why)
        first = header_lines(lines) if "licence-headers" in self.skip else 0
        if first >= len(lines):
            return Rejected(reason="licence header only", document=document.id)
        least, greatest = self.lines
        for draw in range(DRAWS):
            number = _digest(seed, corpus, document.id, draw)
            begin = first + int.from_bytes(number[:8], "big") % (len(lines) - first)
            end = begin + least + int.from_bytes(number[8:16], "big") % (greatest - least + 1)
            if cutter:
                begin, end = cutter(text, lines, document.language, begin, end)
            end = min(end, len(lines))
            snippet = "".join(lines[begin:end])
            if not self._skipped(snippet):
                break
        else:
            return Rejected(reason="blank or comments", document=document.id, evidence=f"{DRAWS} snippets drawn")
        if len(snippet) > self.longest:
            return Rejected(reason="snippet too long", document=document.id, evidence=f"{len(snippet)} characters")
        source = SeedSource(corpus=corpus, document=document.id, licence=document.licence, lines=(begin + 1, end))
        return make_row(method="seed", language=document.language, seed=snippet, seed_source=source)

    def _skipped(self, snippet: str) -> bool:
        if "blank" in self.skip and not snippet.strip():
            return True
        return "comments" in self.skip and comment_only(snippet)


class _Tally:
    """Counts what passes."""

    def __init__(self, items: Iterator[Row | Rejected]) -> None:
        self._items = items
        self.documents = 0
        self.rows = 0

    def each(self, licences: Counter[str]) -> Iterator[Row | Rejected]:
        for item in self._items:
            self.documents += 1
            if isinstance(item, Row):
                self.rows += 1
                licences[item.seed_source.licence if item.seed_source else ""] += 1
            yield item


class Best:
    """Keeps the rows with the smallest priorities: no more than the quota."""

    def __init__(self, count: int) -> None:
        """``count``: how many."""
        self._count = count
        self._heap: list[tuple[int, str, Row]] = []

    def add(self, priority: int, row: Row) -> None:
        """Take a row, and let go of the last one if there are too many."""
        item = (-priority, row.id, row)
        if len(self._heap) < self._count:
            heapq.heappush(self._heap, item)
        elif item[:2] > self._heap[0][:2]:
            heapq.heapreplace(self._heap, item)

    def sorted(self) -> Iterator[Row]:
        """Yield what was kept, the smallest priority first."""
        for _, _, row in sorted(self._heap, key=lambda item: (-item[0], item[1])):
            yield row


def _digest(seed: int, corpus: str, document: str, draw: int) -> bytes:
    return hashlib.sha256(f"{seed}\0{corpus}\0{document}\0{draw}".encode()).digest()


def _priority(seed: int, corpus: str, row: Row) -> int:
    assert row.seed_source is not None
    return int.from_bytes(_digest(seed, corpus, row.seed_source.document, -1)[:8], "big")


def _cutter() -> Callable[..., tuple[int, int]]:
    from harness.datagen.boundaries import Boundaries

    return Boundaries().move
