"""Code Evol-Instruct: a teacher makes tasks harder, round by round, and answers them; failed evolutions are eliminated.

WizardCoder, arXiv 2306.08568, section 3 (five heuristics for code); WizardLM, arXiv 2304.12244, section 3.3 (what
counts as failed). A row whose evolution failed stays as it was and is evolved anew in the next round.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Generator, Iterable, Iterator
from typing import Annotated, ClassVar, Literal

import msgspec

from harness.datagen.asking import Answer, Asker, Asking, chunked, unusable
from harness.datagen.novelty import rouge_l
from harness.datagen.recipes import Prompt as Template
from harness.datagen.recipes import fill, load_prompt
from harness.datagen.rows import Rejected, Row, make_row
from harness.datagen.steps import Context
from harness.errors import RecipeError
from harness.records import Prompt

Heuristic = Literal["constraints", "replace", "reasoning", "misdirection", "complexity"]
ALL: tuple[Heuristic, ...] = ("constraints", "replace", "reasoning", "misdirection", "complexity")
ROWS = 2048
"""Rows that are evolved together through all rounds."""
SAME = 0.95
"""ROUGE-L from which on an evolved task is the task that it was made of."""
LEAKS = re.compile(
    r"(?i)\b(given|rewritten|new|evolved|original) (prompt|task)\s*#*\s*:|the task below|twenty words longer"
)
REFUSES = re.compile(r"(?i)\bsorry\b|\bas an ai\b|\bI (can't|cannot|can not|am unable to)\b")
FEW = 80
"""Words under which an answer that says sorry says nothing else (WizardLM)."""


class EvolInstruct(Asking, frozen=True, kw_only=True):
    """Have a teacher make tasks harder and answer them (Code Evol-Instruct)."""

    name: ClassVar[str] = "evol-instruct"

    prompt: str = "evol-instruct"
    rounds: Annotated[int, msgspec.Meta(ge=1)] = 3
    heuristics: tuple[Heuristic, ...] = ALL
    """Each evolution takes one of them, by a digest of seed, round and row."""
    keep_originals: bool = True
    """Whether the rows that came in stay in the dataset, as in WizardCoder."""

    def __post_init__(self) -> None:
        """Refuse to evolve without a heuristic."""
        if not self.heuristics:
            raise RecipeError("evol-instruct: heuristics is empty.", f"Name some of {', '.join(ALL)}, or leave it out.")

    def run(self, rows: Iterable[Row], context: Context) -> Iterator[Row | Rejected]:
        """Yield the rows and their evolutions, a round after another."""
        template = load_prompt(context.workspace, self.prompt)
        if lacking := [name for name in (*self.heuristics, "answer") if name not in template.texts]:
            raise RecipeError(f"The prompt {self.prompt} has no texts.{lacking[0]}.", "Add it.")
        with Asker(self, context) as asker:
            for chunk in chunked(rows, ROWS):
                if self.keep_originals:
                    yield from chunk
                current = chunk
                for number in range(1, self.rounds + 1):
                    current = yield from self._round(current, number, asker, template, context.seed)

    def _round(
        self, rows: list[Row], number: int, asker: Asker, template: Template, seed: int
    ) -> Generator[Row | Rejected, None, list[Row]]:
        """Yield what a round gives; return the rows of the next round."""
        chosen = [self._heuristic(row, number, seed) for row in rows]
        prompts = [
            asker.request(
                fill(template.user, heuristic=template.texts[name], problem=row.problem), system=template.system
            )
            for row, name in zip(rows, chosen, strict=True)
        ]
        answers = asker.ask([(prompt, 0) for prompt in prompts])
        evolved: dict[int, str] = {}
        for place, (row, answer) in enumerate(zip(rows, answers, strict=True)):
            found = _task(row, answer)
            if isinstance(found, Rejected):
                yield found
            else:
                evolved[place] = found
        asked = {
            place: asker.request(fill(template.texts["answer"], problem=text), system=template.system)
            for place, text in evolved.items()
        }
        following = list(rows)
        solutions = asker.ask([(prompt, 0) for prompt in asked.values()])
        for (place, prompt), answer in zip(asked.items(), solutions, strict=True):
            made = self._row(rows[place], evolved[place], prompt, template, answer)
            if isinstance(made, Row):
                columns = {"round": number, "heuristic": chosen[place]}
                made = following[place] = msgspec.structs.replace(made, columns=columns)
            yield made
        return following

    def _heuristic(self, row: Row, number: int, seed: int) -> Heuristic:
        digest = hashlib.sha256(f"{seed}\0{number}\0{row.id}".encode()).digest()
        return self.heuristics[int.from_bytes(digest[:8], "big") % len(self.heuristics)]

    def _row(self, parent: Row, task: str, prompt: Prompt, template: Template, answer: Answer) -> Row | Rejected:
        if why := unusable(answer, parent):
            return why
        solution = answer.text.strip()
        if reason := _empty(solution):
            return Rejected(reason=reason, row=parent, raw=answer.text, evidence=task)
        return make_row(
            problem=task,
            solution=solution,
            language=parent.language,
            seed=parent.seed,
            seed_source=parent.seed_source,
            method="evol-instruct",
            teacher=self.teacher,
            prompt_sha256=template.sha256,
            request_sha256=prompt.sha256,
            finish=answer.finish,
            parents=[parent.id],
        )


def _task(row: Row, answer: Answer) -> str | Rejected:
    """Return the evolved task, or why the evolution failed."""
    if why := unusable(answer, row):
        return why
    text = answer.text.strip()
    reason, evidence = "", ""
    if not re.search(r"\w", text):
        reason = "empty task"
    elif found := LEAKS.search(text):
        reason, evidence = "repeats its prompt", found[0]
    elif REFUSES.search(text) and len(text.split()) < FEW:
        reason = "teacher refuses"
    elif (score := rouge_l(text, row.problem)) >= SAME:
        reason, evidence = "nothing gained", f"ROUGE-L {score:.3f}"
    return Rejected(reason=reason, row=row, raw=answer.text, evidence=evidence) if reason else text


def _empty(solution: str) -> str:
    """Return why an answer says nothing; empty if it says something."""
    if not re.search(r"\w\w", solution):
        return "empty solution"
    return "teacher refuses" if REFUSES.search(solution) and len(solution.split()) < FEW else ""
