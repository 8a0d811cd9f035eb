"""Snippets that begin where a statement does, by tree-sitter: an option that the paper lacks."""

from __future__ import annotations

import importlib
import re
from collections.abc import Sequence
from typing import Any

from harness.errors import CorpusError

GRAMMARS = {"csharp": "c_sharp", "shell": "bash"}
"""Languages whose grammar's package has another name: tree_sitter_<name>."""
FUNCTIONS = {"php": "language_php", "typescript": "language_typescript"}


STATEMENT = re.compile(r"statement|definition|declaration|item$|directive|method|class|function|import|if|for|while")
"""Types of nodes that stand on lines of their own, in the grammars of these languages."""


def _begins_line(node: Any, lines: Sequence[str]) -> bool:
    row, column = node.start_point
    return not lines[row].encode()[:column].strip()


class Boundaries:
    """Moves snippets; holds a parser per language."""

    def __init__(self) -> None:
        self._parsers: dict[str, Any] = {}

    def move(self, text: str, lines: Sequence[str], language: str, begin: int, end: int) -> tuple[int, int]:
        """Return (first line, line after the last), from 0: of the smallest statement around ``begin``.

        The length that was asked for stays, less what sticks out of that node's parent.

        Raises:
            CorpusError: the language's grammar isn't installed.
        """
        node = self.parser(language).parse(text.encode()).root_node
        start, stop = begin, end
        while node is not None:
            inside = next((c for c in node.children if c.start_point[0] <= begin <= c.end_point[0]), None)
            # Between two statements, the next one is meant.
            child = inside or next((c for c in node.children if c.start_point[0] > begin), None)
            if child is not None and STATEMENT.search(child.type) and _begins_line(child, lines):
                start, stop = child.start_point[0], node.end_point[0] + 1
            node = inside
        length = end - begin
        return start, max(start + 1, min(start + length, stop))

    def parser(self, language: str) -> Any:
        """Return the parser of a language.

        Raises:
            CorpusError: its grammar isn't installed.
        """
        if language not in self._parsers:
            import tree_sitter

            package = f"tree_sitter_{GRAMMARS.get(language, language)}"
            try:
                grammar = getattr(importlib.import_module(package), FUNCTIONS.get(language, "language"))
            except (ImportError, AttributeError):
                raise CorpusError(
                    f"There is no grammar of {language or 'a document without a language'} here.",
                    f"Install {package.replace('_', '-')}, or leave the language out.",
                ) from None
            self._parsers[language] = tree_sitter.Parser(tree_sitter.Language(grammar()))
        return self._parsers[language]
