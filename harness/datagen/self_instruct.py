"""Self-Instruct as Code Alpaca does it: a teacher continues a few examples with new tasks; what is new enough stays.

Rounds are deterministic: the examples of a request depend on the seed, the round and the request's number, and
the pool at the beginning of the round. (arXiv 2212.10560; github.com/sahil280114/codealpaca: 3 examples of the
21 seed tasks, 20 tasks per answer counting the examples, ROUGE-L at most 0.7 against all.)
"""

from __future__ import annotations

import gzip
import hashlib
import random
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated, Any, ClassVar, NamedTuple

import msgspec

from harness.datagen.asking import Answer, Asker, Asking
from harness.datagen.novelty import Pool
from harness.datagen.recipes import Prompt as Template
from harness.datagen.recipes import fill, load_prompt
from harness.datagen.rows import Rejected, Row, SeedSource, make_row
from harness.datagen.steps import Context
from harness.errors import RecipeError
from harness.events import Notice
from harness.records import Prompt
from harness.workspace import Workspace, data_dir

Count = Annotated[int, msgspec.Meta(ge=1)]
NONE = re.compile(r"(?i)^[<(\[]?\s*(none|no ?input|n/?a|empty)\s*[>)\]]?\.?$")
TASK = re.compile(r"^[ \t#*]*Task[ \t]+\d+[ \t*:.]*$", re.MULTILINE | re.IGNORECASE)
FIELD = re.compile(r"^[ \t*#]*(Instruction|Input|Output)[ \t*]*:[ \t*]*", re.MULTILINE | re.IGNORECASE)
WORDS = (3, 150)
"""Words of an instruction, as Alpaca bounds it."""
STALLED = 20
"""Rounds without a new task after which the teacher has nothing more to say."""


class Task(NamedTuple):
    """A task with its answer."""

    instruction: str
    input: str
    output: str

    @property
    def problem(self) -> str:
        """The instruction and, after a line break, its input, as Code Alpaca's training text joins them."""
        return f"{self.instruction}\nInput: {self.input}" if self.input else self.instruction


class SelfInstruct(Asking, frozen=True, kw_only=True):
    """Have a teacher invent tasks after the example of others (Self-Instruct, as Code Alpaca)."""

    name: ClassVar[str] = "self-instruct"
    source: ClassVar[bool] = True

    prompt: str = "self-instruct"
    temperature: Annotated[float, msgspec.Meta(ge=0, le=5)] = 1.0
    max_tokens: Count = 3072
    seed_tasks: str
    """JSON lines with instruction and instances (input, output): relative to the workspace, or below MAGIBENCH_DATA."""
    rows: Count = 100
    """Tasks wanted; the last round may give more, they are cut off."""
    examples: Count = 3
    """Tasks that a request shows."""
    from_pool: Annotated[int, msgspec.Meta(ge=0)] = 0
    """How many of them are generated ones, once there are enough; Code Alpaca: none, Self-Instruct: a quarter."""
    tasks: Count = 20
    """Tasks per answer, counting the examples."""
    requests: Count = 5
    """Requests of a round; the pool grows between rounds."""
    novelty: Annotated[float, msgspec.Meta(ge=0, le=1)] = 0.7
    """An instruction whose ROUGE-L with another is greater is not new."""

    def __post_init__(self) -> None:
        """Refuse what can't be asked."""
        if self.examples >= self.tasks or self.from_pool > self.examples:
            raise RecipeError(
                f"self-instruct: {self.examples} examples ({self.from_pool} generated) leave nothing of {self.tasks} tasks.",
                "Raise tasks, or lower examples and from_pool.",
            )

    def fingerprint(self, workspace: Workspace) -> Any:
        """Return the teacher's fingerprint and the checksum of the seed tasks."""
        path = seed_file(workspace, self.seed_tasks)
        return [super().fingerprint(workspace), hashlib.sha256(path.read_bytes()).hexdigest()]

    def run(self, rows: Iterable[Row], context: Context) -> Iterator[Row | Rejected]:
        """Yield new tasks, round after round, until there are enough."""
        template = load_prompt(context.workspace, self.prompt)
        path = seed_file(context.workspace, self.seed_tasks)
        seeds = read_tasks(path)
        pool = Pool()
        for task in seeds:
            pool.add(task.instruction)
        made: list[Task] = []
        idle = number = 0
        with Asker(self, context) as asker:
            while len(made) < self.rows and idle < STALLED:
                pairs = [
                    (
                        self._prompt(asker, template, seeds, made, context.seed, number, request),
                        number * self.requests + request,
                    )
                    for request in range(self.requests)
                ]
                before = len(made)
                for (prompt, _), answer in zip(pairs, asker.ask(pairs), strict=True):
                    for read in self._tasks(answer):
                        found = read if isinstance(read, Rejected) else self._new(read, pool)
                        if isinstance(found, Rejected):
                            yield found
                        elif len(made) < self.rows:
                            made.append(found)
                            yield self._row(found, prompt, template, answer, path, number)
                idle = 0 if len(made) > before else idle + 1
                number += 1
        context.facts.update(rounds=number, seed_tasks=len(seeds), stalled=idle >= STALLED)
        if idle >= STALLED:
            message = f"{self.teacher} gave no new task in {STALLED} rounds: {len(made)} of {self.rows} rows."
            context.emit(Notice(level="warning", message=message, remedy="Raise the temperature or the novelty limit."))

    def _prompt(
        self,
        asker: Asker,
        template: Template,
        seeds: list[Task],
        made: list[Task],
        seed: int,
        number: int,
        request: int,
    ) -> Prompt:
        """Return a request of a round, with examples of its own."""
        draw = random.Random(f"{seed} {number} {request}")
        machine = self.from_pool if len(made) >= self.from_pool else 0
        shown = draw.sample(seeds, min(self.examples - machine, len(seeds))) + draw.sample(made, machine)
        texts = [
            f"### Task {place}\nInstruction: {' '.join(t.instruction.split())}\nInput:\n{t.input or '<none>'}\nOutput:\n{t.output}"
            for place, t in enumerate(shown, 1)
        ]
        examples = "\n\n".join(texts) + f"\n\n### Task {len(shown) + 1}"
        count = str(self.tasks - len(shown))
        return asker.request(
            fill(template.user, examples=examples, count=count), system=template.system, stop=template.stop
        )

    def _tasks(self, answer: Answer) -> Iterator[Task | Rejected]:
        """Read the tasks of an answer; of one that was cut off, the last is incomplete."""
        if answer.finish not in {"stop", "length"}:
            reason = "teacher error" if answer.finish == "error" else "unknown finish"
            yield Rejected(reason=reason, raw=answer.text, evidence=answer.error)
            return
        pieces = [piece for piece in TASK.split(answer.text) if piece.strip()]
        if not pieces:
            yield Rejected(reason="no tasks", raw=answer.text)
        for place, piece in enumerate(pieces[: self.tasks], 1):
            if answer.finish == "length" and place == len(pieces):
                yield Rejected(reason="truncated", raw=piece)
            else:
                yield read_task(piece)

    def _new(self, task: Task, pool: Pool) -> Task | Rejected:
        """Take a task into the pool, or say what it is too similar to."""
        near = pool.nearest(task.instruction, self.novelty)
        if near.text:
            raw = msgspec.json.encode(task._asdict()).decode()
            return Rejected(reason="not new", raw=raw, evidence=f"ROUGE-L {near.score:.3f} with: {near.text}")
        pool.add(task.instruction)
        return task

    def _row(self, task: Task, prompt: Prompt, template: Template, answer: Answer, path: Path, number: int) -> Row:
        return make_row(
            problem=task.problem,
            solution=task.output,
            method="self-instruct",
            seed_source=SeedSource(corpus=path.name, document=f"round {number}"),
            teacher=self.teacher,
            prompt_sha256=template.sha256,
            request_sha256=prompt.sha256,
            finish=answer.finish,
            columns={"instruction": task.instruction, "input": task.input, "round": number},
        )


def read_task(piece: str) -> Task | Rejected:
    """Read one task: Instruction, Input and Output in this order, each once."""
    parts = FIELD.split(piece)
    if [name.lower() for name in parts[1:6:2]] != ["instruction", "input", "output"]:
        return Rejected(reason="malformed task", raw=piece)
    # What looks like a fourth field belongs to the output, whose text it is.
    output = piece[[m.end() for m in FIELD.finditer(piece)][2] :].strip()
    instruction, given = parts[2].strip(), parts[4].strip()
    if not instruction or not output:
        return Rejected(reason="empty field", raw=piece)
    if not WORDS[0] < len(instruction.split()) <= WORDS[1]:
        return Rejected(reason="instruction too short or long", raw=piece, evidence=f"{len(instruction.split())} words")
    return Task(instruction, "" if NONE.match(given) else given, output)


def seed_file(workspace: Workspace, named: str) -> Path:
    """Return the file of seed tasks.

    Raises:
        RecipeError: there is none, neither below the workspace nor below MAGIBENCH_DATA.
    """
    folders = [workspace.root, *([data] if (data := data_dir()) else [])]
    for folder in folders:
        if (folder / named).is_file():
            return folder / named
    raise RecipeError(
        f"There are no seed tasks {named} in {' or '.join(map(str, folders))}.",
        "Code Alpaca's are data/seed_tasks.jsonl of github.com/sahil280114/codealpaca; or write your own.",
    )


def read_tasks(path: Path) -> list[Task]:
    """Return seed tasks: the first instance of each.

    Raises:
        RecipeError: a line isn't one.
    """
    tasks = []
    text = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        try:
            found = msgspec.json.decode(line)
            instance = found["instances"][0] if "instances" in found else found
            tasks.append(Task(str(found["instruction"]), str(instance.get("input") or ""), str(instance["output"])))
        except (msgspec.DecodeError, KeyError, IndexError, TypeError, AttributeError):
            raise RecipeError(
                f"{path}:{number} is no seed task.", "A line has instruction and instances, a list of input and output."
            ) from None
    if not tasks:
        raise RecipeError(f"{path} has no seed tasks.", "Write one per line.")
    return tasks
