"""Rows of instruction data: one record from a seed snippet to a cleaned pair, whatever method made it.

A seed is a row that has no problem yet (method "seed"): every step is then a function from rows to rows.
"""

from __future__ import annotations

import hashlib
from typing import Any, Literal

import msgspec

from harness.learning import learn
from harness.records import Finish

Method = Literal["seed", "oss-instruct", "self-instruct", "evol-instruct", "comment-function", "imported"]


class SeedSource(msgspec.Struct, frozen=True, kw_only=True):
    """Where a snippet, or an imported row, was taken from."""

    corpus: str
    """Name of the corpus or of the imported file."""
    document: str
    """Path or key of the document in its corpus; number of the row in an imported file."""
    licence: str = ""
    """What the corpus says of the document: an SPDX expression, the name of a licence file, or empty."""
    lines: tuple[int, int] | None = None
    """First and last line of the snippet, from 1."""


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One line of a dataset's rows.jsonl."""

    id: str
    """Derived from the content (``row_id``): stable, and unique among rows of different origin."""
    problem: str = ""
    """What is asked; empty while the row is a seed."""
    solution: str = ""
    language: str = ""
    """Lower case, as Magicoder names its files: python, cpp, csharp ...; empty where unknown."""
    seed: str = ""
    """The snippet, empty for methods without one."""
    seed_source: SeedSource | None = None
    method: Method
    teacher: str = ""
    """Name of the model that answered."""
    prompt_sha256: str = ""
    """Of the prompt's template (a file of recipes/prompts/)."""
    request_sha256: str = ""
    """Of the filled prompt: its key in the journal of answers."""
    finish: Finish = "unknown"
    parents: list[str] = []
    """Ids of the rows this one was made from."""
    columns: dict[str, Any] = {}
    """What steps add, by name: ``execution``, ``round`` ...; values are JSON."""


class Rejected(msgspec.Struct, frozen=True, kw_only=True):
    """One line of rejected.jsonl: what didn't become a row, or stopped being one, and why."""

    reason: str
    """A few fixed words, the same for all of a kind: the manifest counts them."""
    evidence: str = ""
    """What shows the reason: a substring, an id, an error. Cut to 2,000 characters."""
    row: Row | None = None
    """The row that was dropped."""
    raw: str = ""
    """The raw response that gave no row."""
    document: str = ""
    """The document that gave no seed."""
    step: str = ""
    """Filled in by the frame."""


EVIDENCE = 2000
"""Characters of evidence that are kept."""


def row_id(*parts: Any) -> str:
    """Return 16 hex digits that stand for these parts (anything that msgspec writes as JSON)."""
    return hashlib.sha256(msgspec.json.encode(parts)).hexdigest()[:16]


def make_row(**fields: Any) -> Row:
    """Return a row whose id is derived from its fields; ``columns`` doesn't count, for steps change it."""
    row = Row(id="", **fields)
    parts = [getattr(row, name) for name in Row.__struct_fields__ if name not in {"id", "columns"}]
    return msgspec.structs.replace(row, id=row_id(*parts))


def with_columns(row: Row, **columns: Any) -> Row:
    """Return the row with columns added or replaced; its id stays."""
    return msgspec.structs.replace(row, columns={**row.columns, **columns})


learn(Row, Rejected)
