"""Playground: a prompt to one or two models, their answers side by side, their programs in the sandbox."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Input, Label, Static, TextArea
from textual.worker import get_current_worker

from harness.asking import MAX_TOKENS, STYLES, Event
from harness.errors import UsageError
from tui.actions import bindings
from tui.askers import Asker
from tui.evaluation import Offer, make_offer
from tui.exporting import Export
from tui.marks import Mark
from tui.messages import ModelsChanged
from tui.prompts import Prompts, request
from tui.screens.asking import ModelsDialog, ProblemDialog
from tui.screens.place import Crumbs, Place
from tui.widgets.answer import Answer
from tui.widgets.choice import Choice
from tui.widgets.prompt import PromptArea

DRAW_S = 0.1
"""Seconds between two drawings of answers that are being written."""


class Told(Message):
    """A model's process told something, or has ended."""

    def __init__(self, asker: Asker, event: Event | None) -> None:
        """Name both."""
        super().__init__()
        self.asker, self.event = asker, event


class Playground(Place):
    """Nothing that is done here is kept but the prompts."""

    PLACE = "playground"
    CSS_PATH = "playground.tcss"
    AUTO_FOCUS = ""
    """Not the prompt: the keys of other places would be typed into it."""
    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings("playground"),
        Binding("tab", "app.focus_next", "Next", show=False, priority=True),
        Binding("shift+tab", "app.focus_previous", "Before", show=False, priority=True),
    ]

    def __init__(self) -> None:
        """Choose no model yet."""
        super().__init__()
        self.offer = Offer({}, [])
        self.ready = False
        self.chosen: list[str] = []
        self.shown: list[str] = []
        """Models that have an answer on the screen."""
        self.askers: dict[str, Asker] = {}

    def body(self) -> ComposeResult:
        """Sampling, the prompt, the answers."""
        # Together, so that their margins aren't those of the answers.
        with Vertical(id="above"):
            with Horizontal(id="sampling"):
                yield Label("Temperature")
                yield Input("0", id="temperature", compact=True)
                yield Label("Tokens")
                yield Input(str(MAX_TOKENS), id="tokens", compact=True)
                yield Label("Style")
                yield Choice(STYLES, id="style")
            yield PromptArea(
                id="prompt", compact=True, soft_wrap=True, placeholder="i writes a prompt here, Ctrl+s sends it."
            )
        yield Horizontal(id="answers")
        yield Static("", id="empty", markup=False)

    def on_mount(self) -> None:
        """Read models and former prompts in a thread."""
        self.prompts = Prompts(self.board.workspace)
        self.draw_head()
        self.set_interval(DRAW_S, self.draw_busy)
        self.reread()

    def on_unmount(self) -> None:
        """End the models' processes: the dashboard is left."""
        for asker in self.askers.values():
            asker.close()

    # -- models

    @on(ModelsChanged)
    def reread(self) -> None:
        """Read the registry and the list of benchmarks anew."""
        self.run_worker(self._read, thread=True, exclusive=True, exit_on_error=False, group="offer")

    def _read(self) -> None:
        worker = get_current_worker()
        offer = make_offer(self.board.workspace)
        _ = self.prompts.sent
        if not worker.is_cancelled:
            self.app.call_from_thread(self._offer, offer)

    def _offer(self, offer: Offer) -> None:
        if not self.is_attached:
            return
        # Neither a benchmark's own solutions nor kept answers say anything to a prompt that somebody writes.
        known = {name: model for name, model in offer.models.items() if model.backend not in {"echo", "replay"}}
        trouble = offer.trouble
        if offer.models and not known:
            trouble = "No model here answers prompts: echo and replay need a benchmark. Add one in Models (2)."
        self.offer, self.ready = replace(offer, models=known, trouble=trouble), True
        kept = [name for name in self.chosen or self.prompts.models if name in known]
        self.choose(kept or list(known)[:1])

    def choose(self, models: Sequence[str] | None) -> None:
        """Ask these models from now on; None changes nothing."""
        if models is None:
            return
        self.chosen = list(models)
        for name in self.chosen:
            if name not in self.askers:
                self.askers[name] = Asker(name, self.board.workspace, self._hear)
        for name in [name for name in self.askers if name not in self.chosen]:
            self.askers.pop(name).close()
        if self.chosen != self.shown:
            self._lay_out()
        self.draw_head()

    def _lay_out(self) -> None:
        stage = self.query_one("#answers", Horizontal)
        self.shown = list(self.chosen)
        elsewhere = isinstance(self.focused, TextArea | Input | Choice)
        if not elsewhere:
            # Else it would go from an answer that is removed to the nearest field, and keys would be typed there.
            self.set_focus(None)
        self.query(Answer).remove()
        made = [Answer(self.askers[name]) for name in self.chosen]
        for place, answer in enumerate(made):
            answer.set_class(place == 0, "-first")
        stage.mount(*made)
        self.set_class(not made, "-none")
        if made and not elsewhere:
            self.call_after_refresh(made[0].text_focus)

    def _hear(self, asker: Asker, event: Event | None) -> None:
        self.post_message(Told(asker, event))

    @on(Told)
    def _told(self, told: Told) -> None:
        told.asker.take(told.event)
        if told.asker.state not in {"answering", "loading"} or told.event is None:
            self.draw_all()

    # -- drawing

    @property
    def answers(self) -> list[Answer]:
        """The answers, from left to right."""
        found = self.query(Answer)
        return [answer for answer in found if answer.built and answer.asker is self.askers.get(answer.asker.model)]

    @property
    def answer(self) -> Answer | None:
        """The answer that has the focus, or the first."""
        answers = self.answers
        return next((a for a in answers if a.has_focus_within), answers[0] if answers else None)

    def draw_busy(self) -> None:
        """Draw the answers that are being written."""
        if self.is_current:
            for answer in self.answers:
                if answer.asker.busy:
                    answer.draw()

    def draw_all(self) -> None:
        """Draw everything that has changed."""
        for answer in self.answers:
            answer.draw()
        self.draw_head()
        self.refresh_bindings()

    def draw_head(self) -> None:
        """Draw where one is, and what to press while there is nothing."""
        loaded = sum(asker.alive for asker in self.askers.values())
        right = (Mark(f"{loaded} loaded", "muted"),) if loaded else ()
        self.query_one(Crumbs).show(("Playground", " · ".join(self.chosen) or "no model"), right)
        self.set_class(not self.chosen, "-none")
        said = "reading models.toml …" if not self.ready else self.offer.trouble or "Choose a model with m."
        self.query_one("#empty", Static).update(Content.styled(said, "$foreground 65%"))

    def opened(self) -> None:
        """Show what was said while another place was open."""
        if self.is_mounted and self.ready:
            self.draw_all()

    def exported(self) -> Export:
        """Return the answers as records."""
        records = []
        for answer in self.answers:
            reply, end = answer.asker.reply, answer.asker.reply.end
            if reply.text:
                records.append({
                    "model": answer.asker.model, "prompt": reply.prompt, "answer": reply.text,
                    "finish": end.finish if end else "", "tokens": end.tokens if end else None,
                    "seconds": end.seconds if end else None, "first_s": end.first_s if end else None,
                    "program": reply.ran.code if reply.ran else None, "status": reply.ran.status if reply.ran else None,
                    "stdout": reply.ran.stdout if reply.ran else None, "stderr": reply.ran.stderr if reply.ran else None,
                })  # fmt: skip
        return Export("playground", records)

    # -- keys

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer only what can be done."""
        if not self.is_mounted:
            return True
        answer = self.answer
        reply = answer.asker.reply if answer is not None else None
        if action == "run":
            return reply is not None and bool(reply.text) and reply.end is not None and not reply.running
        if action == "stop":
            return any(asker.busy for asker in self.askers.values())
        if action == "copy":
            return reply is not None and bool(reply.text)
        if action == "copy_code":
            return reply is not None and reply.ran is not None
        if action == "unload":
            return any(asker.alive for asker in self.askers.values())
        return True

    def leave(self) -> bool:
        """Esc leaves what is typed into; a mode is never left."""
        if isinstance(self.focused, TextArea | Input):
            answer = self.answer
            self.set_focus(answer.text if answer is not None else None)
        return False

    @on(Input.Submitted)
    def action_send(self) -> None:
        """Put the prompt to the models."""
        prompt = self.query_one(PromptArea).text
        try:
            asked = request(
                prompt,
                self.query_one("#temperature", Input).value,
                self.query_one("#tokens", Input).value,
                self.query_one("#style", Choice).value,
            )
            if not self.chosen:
                raise UsageError("No model is chosen.", "Press Esc and m.")
        except UsageError as error:
            self.notify(str(error), severity="warning", markup=False)
            return
        if trouble := self.prompts.add(prompt, self.chosen):
            self.notify(trouble, severity="warning", markup=False)
        for name in self.chosen:
            self.askers[name].ask(asked)
        if (focused := self.answer) is not None:
            focused.text.focus()
        self.draw_all()

    def action_stop(self) -> None:
        """Stop the answers."""
        for asker in self.askers.values():
            asker.stop()
        self.draw_all()

    def action_run(self) -> None:
        """Run the program of the answer that has the focus."""
        if (answer := self.answer) is not None:
            answer.asker.run()
            self.draw_all()

    def action_write(self) -> None:
        """Write into the prompt."""
        self.query_one(PromptArea).focus()

    def action_sampling(self) -> None:
        """Go to the fields."""
        self.query_one("#temperature", Input).focus()

    def action_models(self) -> None:
        """Choose models."""
        if self.ready and self.offer.models:
            self.app.push_screen(ModelsDialog(self.offer, self.chosen), self.choose)
        elif self.ready:
            self.notify(self.offer.trouble, severity="warning", markup=False)

    def action_problem(self) -> None:
        """Choose a problem."""
        here = [choice.spec for choice in self.offer.benchmarks if choice.default and choice.here]
        names = [spec for spec in here if spec.startswith(("humaneval", "mbpp"))] or here
        if names:
            self.app.push_screen(ProblemDialog(names[:4]), self.write)
        elif self.ready:
            self.notify("No benchmark's data is on this machine: see Doctor.", severity="warning", markup=False)

    def write(self, prompt: str | None) -> None:
        """Put a text into the prompt; None changes nothing."""
        if prompt is not None:
            area = self.query_one(PromptArea)
            area.text = prompt
            area.focus()
            area.move_cursor(area.document.end)

    @on(PromptArea.Recalled)
    def _recalled(self, event: PromptArea.Recalled) -> None:
        self.action_recall(event.by)

    def action_recall(self, by: int) -> None:
        """Bring back the prompt before or after."""
        prompt = self.prompts.recall(by, self.query_one(PromptArea).text)
        if prompt is None:
            self.app.bell()
            return
        area = self.query_one(PromptArea)
        area.text = prompt
        area.move_cursor(area.document.end if by > 0 else (0, 0))

    def action_copy(self) -> None:
        """Copy the answer."""
        if (answer := self.answer) is not None:
            self.app.copy_to_clipboard(answer.asker.reply.text)
            self.notify("Copied: the answer.")

    def action_copy_code(self) -> None:
        """Copy the program that was run."""
        if (answer := self.answer) is not None and answer.asker.reply.ran is not None:
            self.app.copy_to_clipboard(answer.asker.reply.ran.code)
            self.notify("Copied: the program.")

    def action_unload(self) -> None:
        """End the models' processes."""
        for asker in self.askers.values():
            asker.close()
        self.draw_all()
