"""The exact rule: a row that contains a string of a benchmark, whatever its case, is dropped.

As StarCoder and Magicoder (find_substrings.py): chosen columns, lower-cased and joined by a blank line;
the first string of the list that occurs is the reason. They search string by string with Python's ``in``;
here one Aho–Corasick automaton (ahocorasick_rs, contiguous NFA) reads every row once. Two liberties, each
of which only finds more: line ends are unified on both sides (MBPP's are CR LF, and no row's are), and the
ends of a string are stripped.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from harness.datagen.decontamination.sources import Item, Source

COLUMNS = ("problem", "solution")
"""What is searched by default, as Magicoder."""


class Hit(msgspec.Struct, frozen=True, kw_only=True):
    """One string in one text."""

    source: str
    """Key of the source, e.g. "mbpp_docstrings"."""
    benchmark: str
    item: Item
    start: int
    """Place in the searched text (characters of its lower-cased form)."""
    end: int


def searchable(text: str) -> str:
    """Return a text or a string as both are compared."""
    return text.replace("\r\n", "\n").lower()


class Strings:
    """An automaton over strings; finds for each text which of them it contains."""

    def __init__(self, strings: Sequence[str]) -> None:
        """Build it: 1.2 s for 8,500 strings of 6 MB. Empty strings are in no text here.

        Args:
            strings: In order of precedence; compared as they are.
        """
        import ahocorasick_rs

        self._firsts: dict[bytes, int] = {}
        for index, string in enumerate(strings):
            if string:
                # Bytes of UTF-8 contain each other exactly where their texts do, lone surrogates too.
                self._firsts.setdefault(_encoded(string), index)
        self._numbers = list(self._firsts.values())
        self._automaton = (
            ahocorasick_rs.BytesAhoCorasick(
                list(self._firsts),
                matchkind=ahocorasick_rs.MatchKind.Standard,
                implementation=ahocorasick_rs.Implementation.ContiguousNFA,
            )
            if self._firsts
            else None
        )

    def within(self, text: str) -> list[tuple[int, int, int]]:
        """Return (index of a string, start, end) of the first occurrence of every string in ``text``.

        In the order of the strings; of equal strings only the first one is named.
        """
        if self._automaton is None:
            return []
        raw = _encoded(text)
        places: dict[int, tuple[int, int]] = {}
        for number, start, end in self._automaton.find_matches_as_indexes(raw, overlapping=True):
            places.setdefault(self._numbers[number], (start, end))
        return [
            (index, _characters(raw, start), _characters(raw, end)) for index, (start, end) in sorted(places.items())
        ]


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _characters(raw: bytes, position: int) -> int:
    """Return the position in characters of a position in bytes."""
    return len(raw[:position].decode("utf-8", "surrogatepass"))


class Exact:
    """The rule over the strings of sources."""

    def __init__(self, found: Iterable[Source]) -> None:
        """Take every string of the sources that are here, in their order."""
        self._items = [(source, item) for source in found for item in source.items]
        self._strings = Strings([searchable(item.text).strip() for _, item in self._items])

    def __len__(self) -> int:
        """Return how many strings there are."""
        return len(self._items)

    def hits(self, text: str) -> list[Hit]:
        """Return every string in ``text`` (columns joined already); the first is upstream's reason."""
        found = self._strings.within(searchable(text))
        return [
            Hit(source=source.key, benchmark=source.benchmark, item=item, start=start, end=end)
            for index, start, end in found
            for source, item in [self._items[index]]
        ]
