"""What the steps after generation read of a row: its id and its three texts."""

from __future__ import annotations

from typing import Protocol


class Texts(Protocol):
    """Any record with these; a ``Row`` is one."""

    @property
    def id(self) -> str:
        """Stable and unique in its dataset."""
        ...

    @property
    def problem(self) -> str:
        """What is asked, text and code mixed."""
        ...

    @property
    def solution(self) -> str:
        """The answer, text and code mixed."""
        ...

    @property
    def seed(self) -> str:
        """The snippet that inspired it; empty where a method has none."""
        ...


def joined(row: Texts, columns: tuple[str, ...]) -> str:
    """Return the columns' texts with a blank line between them, as Magicoder searches them."""
    return "\n\n".join(str(getattr(row, column)) for column in columns)
