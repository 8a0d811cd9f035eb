"""Dialogs: a question before something that can't be undone, and a text that is worth a window."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Button, Static

from tui.jobs import Job
from tui.marks import clean
from tui.screens.dialog import Dialog
from tui.widgets.keyline import keys_of
from tui.widgets.pane import Pane

if TYPE_CHECKING:
    from tui.app import Dashboard


class Confirm(Dialog[bool]):
    """A question with two answers; Esc and n say no."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "answer(True)", "Yes"),
        Binding("n,escape", "answer(False)", "No"),
        Binding("left,h,shift+tab", "app.focus_previous", show=False),
        Binding("right,l,tab", "app.focus_next", show=False),
    ]

    def __init__(self, question: str, detail: str, yes: str) -> None:
        """Ask ``question``; ``yes`` is the label of the button that does it."""
        super().__init__()
        self.question, self.detail, self.yes = question, detail, yes

    def compose(self) -> ComposeResult:
        """Show the question and both answers; the harmless one has the focus."""
        with Vertical(id="box"):
            yield Static(self.question, id="question", markup=False)
            yield Static(self.detail, id="detail", markup=False)
            with Horizontal(id="answers"):
                yield Button("Keep it  n", id="no", compact=True)
                yield Button(f"{self.yes}  y", id="yes", variant="error", compact=True)

    def on_mount(self) -> None:
        """Put the focus on the harmless answer."""
        self.query_one("#no", Button).focus()

    def action_answer(self, answer: bool) -> None:
        """Close with an answer."""
        self.dismiss(answer)

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Close with the answer of the button."""
        self.dismiss(event.button.id == "yes")


class TextDialog(Dialog[None]):
    """A log or a traceback: scroll, copy, close."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,enter", "close", "Close"),
        Binding("y", "copy", "Copy"),
    ]

    def __init__(self, title: str, text: str, bad: bool = False) -> None:
        """Show ``text`` under ``title``; ``bad`` colours the title."""
        super().__init__()
        self.heading, self.text, self.bad = title, clean(text), bad

    def compose(self) -> ComposeResult:
        """Show title, text and the keys."""
        with Vertical(id="box", classes="text"):
            yield Static(self.heading, id="question", classes="bad" if self.bad else "", markup=False)
            yield Pane(id="text", wrap=True)
            yield keys_of(("y", "copy"), ("Esc", "close"))

    def on_mount(self) -> None:
        """Show the end of the text: that is where errors stand."""
        pane = self.query_one("#text", Pane)
        pane.show(Content(self.text))
        pane.focus()
        self.call_after_refresh(pane.scroll_end, animate=False)

    def action_close(self) -> None:
        """Close."""
        self.dismiss(None)

    def action_copy(self) -> None:
        """Copy the whole text."""
        self.app.copy_to_clipboard(self.text)
        self.notify("Copied.")


class LogDialog(TextDialog):
    """The output of a job, followed while it runs. Closing it stops nothing."""

    def __init__(self, app: Dashboard, job: Job) -> None:
        """Follow ``job``."""
        self.jobs, self.job = app.jobs, job
        super().__init__(job.title, "")

    def on_mount(self) -> None:
        """Show what was written, and look again twice a second."""
        self.query_one("#text", Pane).focus()
        self.follow()
        self.set_interval(0.5, self.follow)

    def follow(self) -> None:
        """Show what is new; stay at the end unless the user scrolled up."""
        running = self.job.id in self.jobs.active
        code = self.jobs.codes.get(self.job.id)
        said = "runs" if running else "has ended" if not code else f"ended with status {code}"
        title = self.query_one("#question", Static)
        title.update(f"{self.job.title}: {said}")
        title.set_class(bool(code) and not running, "bad")
        text = clean(f"$ {self.job.command}\n\n{self.jobs.tail(self.job) or 'Nothing was written yet.'}")
        if text != self.text:
            pane = self.query_one("#text", Pane)
            at_end = pane.scroll_offset.y >= pane.max_scroll_y - 1
            top = pane.scroll_offset.y
            self.text = text
            pane.show(Content(text))
            self.call_after_refresh(pane.scroll_to, y=None if at_end else top, animate=False)
            if at_end:
                self.call_after_refresh(pane.scroll_end, animate=False)
