"""Novelty of an instruction: ROUGE-L against all before it, as Self-Instruct filters (arXiv 2212.10560, section 2.2).

The F-measure of the longest common subsequence of words, as rouge_score computes it without stemming.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import NamedTuple

WORD = re.compile(r"[a-z0-9]+")


class Nearest(NamedTuple):
    """The text that is most similar."""

    score: float
    """0 .. 1"""
    text: str


class Pool:
    """Texts to be unlike of."""

    def __init__(self) -> None:
        self._texts: list[tuple[str, list[str], Counter[str]]] = []

    def __len__(self) -> int:
        """Return how many texts there are."""
        return len(self._texts)

    def add(self, text: str) -> None:
        """Take a text in."""
        words = WORD.findall(text.lower())
        self._texts.append((text, words, Counter(words)))

    def nearest(self, text: str, above: float = 0.0) -> Nearest:
        """Return the first text with the greatest score, if it is greater than ``above``; else a score of ``above``.

        A text is only compared word by word if the words that both have could make it that similar.
        """
        words = WORD.findall(text.lower())
        counts = Counter(words)
        places = _places(words)
        best = Nearest(above, "")
        for other, its_words, its_counts in self._texts:
            both = len(words) + len(its_words)
            if not both or 2 * min(len(words), len(its_words)) <= best.score * both:
                continue
            if 2 * (counts & its_counts).total() <= best.score * both:
                continue
            score = 2 * _common(places, len(words), its_words) / both
            if score > best.score:
                best = Nearest(score, other)
        return best


def rouge_l(one: str, two: str) -> float:
    """Return the F-measure of two texts."""
    first, second = WORD.findall(one.lower()), WORD.findall(two.lower())
    both = len(first) + len(second)
    return 2 * _common(_places(first), len(first), second) / both if both else 0.0


def _places(words: list[str]) -> dict[str, int]:
    """Return for every word the bits of the places where it stands."""
    places: dict[str, int] = {}
    for place, word in enumerate(words):
        places[word] = places.get(word, 0) | 1 << place
    return places


def _common(places: dict[str, int], length: int, others: list[str]) -> int:
    """Return the length of the longest common subsequence, a row of the table at a time in one integer (Hyyrö 2004)."""
    mask = (1 << length) - 1
    row = mask
    for word in others:
        matches = row & places.get(word, 0)
        row = (row + matches | row - matches) & mask
    return length - row.bit_count()
