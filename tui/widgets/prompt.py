"""Where a prompt is written."""

from __future__ import annotations

from textual.message import Message
from textual.widgets import TextArea


class PromptArea(TextArea):
    """The prompt. Up in its first line and down in its last bring back earlier prompts."""

    class Recalled(Message):
        """Another prompt is wanted."""

        def __init__(self, by: int) -> None:
            """-1 is the one before."""
            super().__init__()
            self.by = by

    def action_cursor_up(self, select: bool = False) -> None:
        """Move up, or to the prompt before."""
        if self.cursor_location[0] == 0 and not select:
            self.post_message(self.Recalled(-1))
        else:
            super().action_cursor_up(select)

    def action_cursor_down(self, select: bool = False) -> None:
        """Move down, or to the prompt after."""
        if self.cursor_location[0] == self.document.line_count - 1 and not select:
            self.post_message(self.Recalled(1))
        else:
            super().action_cursor_down(select)
