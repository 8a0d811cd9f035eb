"""One model's answer: its name and how it is doing, the text as it comes, and what its program did."""

from __future__ import annotations

import re
import time

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static
from textual.worker import get_current_worker

from harness.asking import Failed, Ran
from tui.askers import Asker
from tui.marks import Line, Mark, clean, content, duration, one_line
from tui.marks import width as width_of
from tui.verdicts import HOW
from tui.widgets.pane import HIGHLIGHT_LIMIT, Pane, theme

_FENCE = re.compile(r"^(```|~~~)[ \t]*([\w+#.-]*)[^\n]*$", re.MULTILINE)


class Answer(Vertical):
    """Draws an ``Asker``; it owns nothing of it."""

    DEFAULT_CSS = """
    Answer {
        width: 1fr; height: 1fr;
        .head { height: 1; padding: 0 1; text-wrap: nowrap; text-overflow: ellipsis; }
        .text { margin: 1 0 0 0; }
        .output { display: none; height: auto; max-height: 45%; border-top: solid $border-blurred; }
        &.-ran .output { display: block; }
        &:focus-within .head { background: $primary 10%; }
        &:ansi:focus-within .head { background: ansi_default; text-style: underline; }
    }
    """

    def __init__(self, asker: Asker) -> None:
        """Show what ``asker`` says."""
        super().__init__()
        self.asker = asker
        self._drawn: object = None

    def compose(self) -> ComposeResult:
        """A line, the text, the output."""
        yield Static("", classes="head", markup=False)
        text, output = Pane(wrap=True), Pane(wrap=True)
        text.add_class("text")
        output.add_class("output")
        yield text
        yield output

    @property
    def built(self) -> bool:
        """Whether it has its parts: not before it is composed, nor while it is removed."""
        return self.is_attached and len(self.children) == 3

    @property
    def text(self) -> Pane:
        """The answer."""
        return self.query_one(".text", Pane)

    def text_focus(self) -> None:
        """Put the focus on the answer."""
        if self.built:
            self.text.focus()

    @property
    def output(self) -> Pane:
        """What its program did."""
        return self.query_one(".output", Pane)

    def on_mount(self) -> None:
        """Draw."""
        self.call_after_refresh(self.draw)

    def on_resize(self) -> None:
        """Lay the head out anew."""
        self.draw_head()

    def draw(self) -> None:
        """Draw what has changed."""
        if not self.built:
            return
        self.draw_head()
        reply = self.asker.reply
        shown = (id(reply), len(reply.text), reply.end is not None, reply.error, self.asker.state == "loading")
        if shown != self._drawn:
            self._drawn = shown
            self._draw_text()
        self._draw_output()

    def draw_head(self) -> None:
        """Draw name, state and numbers in one line."""
        room = self.size.width - 2
        if room < 1 or not self.built:
            return
        sign, said = state_of(self.asker)
        numbers = numbers_of(self.asker)
        name = Mark(one_line(self.asker.model, max(8, room - width_of(said) - 4)), "strong")
        left: Line = (sign, Mark(" "), name, Mark("  "), *said)
        for size in range(len(numbers), -1, -1):
            right = numbers[:size]
            gap = room - width_of(left) - sum(width_of((one,)) + 3 for one in right)
            if gap >= 0:
                parts = [part for one in right for part in (Mark("   "), one)]
                left = (*left, Mark(" " * gap), *parts)
                break
        self.query_one(".head", Static).update(content(left, self.app.native_ansi_color))

    def _draw_text(self) -> None:
        asker, reply = self.asker, self.asker.reply
        pane = self.text
        if reply.error is not None:
            self._show(
                Content("\n\n").join([part for part in (Content(clean(reply.text)), trouble(reply.error)) if part])
            )
        elif not reply.text:
            self._show(Content.styled(waiting(asker), "$foreground 65%"))
        elif reply.end is None:
            self._show(Content(clean(reply.text)), reply.text)
        else:
            self._show(Content(clean(reply.text)), reply.text)
            if len(reply.text) <= HIGHLIGHT_LIMIT:
                self.run_worker(
                    lambda: self._colour(reply.text), thread=True, exclusive=True, exit_on_error=False, group="colour"
                )
        pane.plain = reply.text or pane.plain

    def _show(self, text: Content, plain: str | None = None) -> None:
        """Show a text; one that is looked at from its end stays there."""
        pane = self.text
        top, at_end = pane.scroll_offset.y, pane.scroll_offset.y >= pane.max_scroll_y - 1
        pane.show(text, plain)
        if at_end and self.asker.busy:
            self.call_after_refresh(pane.scroll_end, animate=False)
        else:
            pane.scroll_to(y=top if not self.asker.busy or top else 0, animate=False)

    def _colour(self, text: str) -> None:
        worker = get_current_worker()
        made = coloured(clean(text))
        if not worker.is_cancelled:
            self.app.call_from_thread(self._coloured, text, made)

    def _coloured(self, text: str, made: Content) -> None:
        if self.built and self.asker.reply.text == text and self.asker.reply.error is None:
            self._show(made, text)

    def _draw_output(self) -> None:
        reply = self.asker.reply
        shown = reply.running or reply.ran is not None or reply.run_error is not None
        if not shown and self.output.has_focus:
            self.text.focus()
        self.set_class(shown, "-ran")
        if reply.running:
            self.output.show(Content.styled("▷ running in the sandbox …", "$primary"))
        elif reply.run_error is not None:
            self.output.show(trouble(reply.run_error))
        elif reply.ran is not None:
            self.output.show(output_of(reply.ran), reply.ran.stdout or reply.ran.stderr)


def state_of(asker: Asker) -> tuple[Mark, Line]:
    """Return a sign and a word or two."""
    reply = asker.reply
    now = time.monotonic()
    if asker.state == "loading":
        return Mark("▷", "accent"), (Mark(f"loading {duration(now - asker.loading_since)}", "accent"),)
    if asker.state in {"waiting", "answering"}:
        began = reply.began or reply.asked
        return Mark("▶", "accent"), (Mark(f"answering {duration(now - began)}", "accent"),)
    if asker.state == "failed":
        return Mark("✗", "bad"), (Mark("failed", "bad"),)
    if reply.end is None:
        return Mark("○", "faint"), (Mark("loaded" if asker.alive else "not loaded", "muted"),)
    words = {"length": ("cut off", "warn"), "stopped": ("stopped", "warn"), "error": ("no answer", "bad")}
    said, role = words.get(reply.end.finish, ("", "good"))
    sign = Mark({"warn": "◐", "bad": "✗"}.get(role, "●"), role)  # type: ignore[arg-type]
    return sign, (Mark(said, role),)  # type: ignore[arg-type]


def numbers_of(asker: Asker) -> list[Mark]:
    """Return the numbers of an answer, the most telling first: tokens per second, tokens, first token, seconds."""
    reply, end = asker.reply, asker.reply.end
    if end is None:
        if reply.first is None or reply.began is None or not asker.busy:
            return []
        spent = time.monotonic() - reply.began
        # A piece is about a token; the exact number comes with the end.
        rate = [Mark(f"≈ {reply.pieces / spent:5.1f} tokens/s", "muted")] if spent > 0.5 else []
        return [*rate, Mark(f"first {reply.first - reply.began:.2f} s", "muted")]
    found = []
    if end.rate:
        found.append(Mark(f"{end.rate:5.1f} tokens/s", "muted"))
    if end.tokens:
        found.append(Mark(f"{end.tokens:>4} tokens", "muted"))
    if end.first_s is not None:
        found.append(Mark(f"first {end.first_s:.2f} s", "muted"))
    found.append(Mark(f"{end.seconds:5.1f} s", "muted"))
    return found


def waiting(asker: Asker) -> str:
    """Return what stands where no text is yet."""
    if asker.state == "loading":
        return f"{asker.detail} …"
    if asker.busy:
        return "…"
    if asker.reply.end is not None:
        return "It said nothing." if not asker.reply.end.error else asker.reply.end.error
    return ""


def trouble(error: Failed) -> Content:
    """Return an error and its remedy."""
    parts = [Content.styled(clean(error.message), "$error")]
    if error.remedy:
        parts.append(Content.assemble(("→ ", "$primary"), clean(error.remedy)))
    return Content("\n").join(parts)


def output_of(ran: Ran) -> Content:
    """Return how a program ended and what it wrote."""
    if ran.status == "empty":
        return Content.styled("There is no program in this answer.", "$foreground 65%")
    good = ran.status == "ok"
    sign, style = ("✓", "$success") if good else ("✗", "$error")
    how = {
        "timeout": "ended by the time limit",
        "memory": "ended by the memory limit",
        "output": "ended by the output limit",
        "sandbox_error": "the sandbox failed",
    }.get(ran.status, ran.ending)
    step = "compiling: " if ran.step == "compile" else ""
    facts = f"   {ran.language}   {ran.cpu_s:.2f} s CPU   {ran.wall_s:.2f} s   {ran.peak_mib:.0f} MiB"
    parts = [Content.assemble((f"{sign} {step}{how}", f"{style} bold"), (facts, "$foreground 65%"))]
    if ran.detail and not good:
        parts.append(Content.styled(clean(ran.detail), "$foreground 65%"))
    if ran.stdout.strip():
        parts.append(Content(clean(ran.stdout.rstrip("\n"))))
    if ran.stderr.strip():
        parts.append(Content.styled(clean(ran.stderr.rstrip("\n")), "$error" if not good else "$warning"))
    if good and not ran.stdout.strip() and not ran.stderr.strip():
        parts.append(Content.styled("It wrote nothing.", "$foreground 65%"))
    parts.append(Content.styled(HOW.get(ran.how, ran.how), "$foreground 45%"))
    return Content("\n").join(parts)


def coloured(text: str) -> Content:
    """Return an answer with the code in its fences coloured. Loads pygments: call it in a thread."""
    from textual.highlight import highlight

    parts: list[Content] = []
    at, language, inside = 0, "", False
    for fence in [*_FENCE.finditer(text), None]:
        end = fence.start() if fence else len(text)
        piece = text[at:end]
        if inside and piece.strip():
            made = highlight(piece, language=language or "python", theme=theme())
            # The first span is its base colour; ours is the widget's. It drops a last newline.
            made = Content(made.plain, spans=list(made.spans)[1:])
            parts.append(made + Content(piece[len(made.plain) :]) if piece.startswith(made.plain) else Content(piece))
        else:
            parts.append(Content(piece))
        if fence:
            parts.append(Content.styled(fence[0], "$foreground 35%"))
            at, inside, language = fence.end(), not inside, fence[2]
    return Content("").join(parts)
