"""What all dialogs share: a box in the middle of what is dimmed."""

from __future__ import annotations

from typing import TypeVar

from textual.screen import ModalScreen

T = TypeVar("T")


class Dialog(ModalScreen[T]):
    """A dialog; what it yields stands in a ``Vertical(id="box")``.

    Its rules are defaults, not a file: rules of a file come before what subclasses say of their own sizes.
    """

    DEFAULT_CSS = """
    Dialog {
        align: center middle;
        #box {
            width: 64; max-width: 94%; height: auto; max-height: 90%;
            background: $surface; border: round $border; padding: 1 2;
        }
        #box.text { width: 100; height: 80%; }
        #question { text-style: bold; margin: 0 0 1 0; }
        #question.bad { color: $error; }
        #detail { color: $foreground 65%; margin: 0 0 1 0; }
        #answers { height: 1; align-horizontal: right; Button { margin: 0 0 0 2; } }
        #box #text { padding: 0; }
        #keys { margin: 1 0 0 0; color: $foreground 65%; }
        &.-short #box { padding: 0 2; max-height: 100%; }
    }
    """
