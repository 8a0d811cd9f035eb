"""Text as strict decontamination compares it: words without case, punctuation, markdown, comment marks or endings.

Identifiers are cut into their words (``has_close_elements``, ``hasCloseElements``), so that the name of a
function says the same in every language; words of one meaning in programming are one word (list, array,
vector), because a problem translated by MultiPL-E, or retold, says one for the other.
"""

from __future__ import annotations

import re
from functools import cache

PIECE = re.compile(r"[A-Z]?[a-z]+|[A-Z]+|\d+")
"""A word, a word of an identifier, or a number."""

_CLASSES = """
list array vector slice sequence seq arraylist vec
dict dictionary map hash hashmap hashtable mapping
string str text
integer int number num numeric
float double decimal real
boolean bool
none null nil undefined nullptr
function func method routine procedure subroutine def
program script code snippet
find compute calculate determine get obtain produce return evaluate retrieve identify output
check verify test whether if determine
largest maximum max biggest greatest highest longest
smallest minimum min least lowest shortest
element item entry member value
remove delete drop eliminate discard strip
create make build construct generate
given specified provided supplied input
contain include have hold comprise
consecutive adjacent neighbouring successive
occurrence appearance frequency
reverse invert backward
sum total addition add
convert transform change turn
count tally
same equal identical
character char letter
sort order arrange
tuple pair
empty blank
parameter argument param arg
word token
position index indices
column columns col
row rows line lines record
merge combine join concatenate
split divide separate partition
each every all
subtract minus difference
multiply product times
power exponent exponentiation
print display show write
distinct unique different
match matching correspond
swap exchange interchange
"""


def _synonyms() -> dict[str, str]:
    table: dict[str, str] = {}
    for line in _CLASSES.split("\n"):
        words = line.split()
        for word in words:
            table.setdefault(_stem(word), _stem(words[0]))
    return table


def _stem(word: str) -> str:
    """Cut the commonest endings: returned, returning and returns are return."""
    if len(word) > 4 and word.endswith("ies"):
        word = word[:-3] + "y"
    elif len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        word = word[:-1]
    for ending in ("ing", "ed"):
        stem = word.removesuffix(ending)
        if stem != word and len(stem) > 2 and any(vowel in stem for vowel in "aeiouy"):
            word = stem[:-1] if len(stem) > 3 and stem[-1] == stem[-2] and stem[-1] not in "ls" else stem
            break
    return word.removesuffix("e") if len(word) > 4 else word


SYNONYMS = _synonyms()

STOP = frozenset(
    SYNONYMS.get(_stem(word), _stem(word))
    for word in """
    a an the of to in on for with and or not is are be was were been that this these those it its as by from at into
    which who what where when how there here then than so such but also only any some no one two will should would can
    could may might must shall do does did you your i we they he she my our their his her write function program python
    problem task implement given using use following example examples please let s t return find
    """.split()  # noqa: SIM905 - a list of a hundred quoted words says nothing more
)
"""Words that tell no problem from another: grammar, and what every task says."""


@cache
def canonical(piece: str) -> str:
    """Return the word that stands for a piece of text."""
    stem = _stem(piece.lower())
    return SYNONYMS.get(stem, stem)


def pieces(text: str) -> list[str]:
    """Return the canonical words of a text in order, stop words and numbers too."""
    return [canonical(piece) for piece in PIECE.findall(text)]


def telling(words: list[str]) -> set[str]:
    """Return the words that tell what a text is about."""
    return {word for word in words if word not in STOP and not word.isdigit() and len(word) > 1}


GRAMMAR = frozenset(
    canonical(word)
    for word in ["the", "a", "an", "of", "that", "which", "with", "are", "be", "this", "each", "such", "whose", "they"]
)
"""Words that sentences have and programs don't."""

HEAD = frozenset(
    canonical(word)
    for word in ["write", "a", "an", "python", "function", "program", "code", "script", "to", "create", "implement"]
)
"""Words that a task begins with, whatever it asks."""
