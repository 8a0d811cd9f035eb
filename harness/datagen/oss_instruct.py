"""OSS-Instruct: a teacher is shown a snippet of open-source code and makes a problem and its solution of it.

Magicoder, arXiv 2312.02120, section 2.1. Greedy by default, as there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Annotated, ClassVar

import msgspec

from harness.datagen.asking import Answer, Asker, Asking, chunked, unusable
from harness.datagen.recipes import Prompt as Template
from harness.datagen.recipes import fill, load_prompt
from harness.datagen.rows import Rejected, Row, make_row
from harness.datagen.sections import read_sections
from harness.datagen.steps import Context
from harness.records import Prompt


class OssInstruct(Asking, frozen=True, kw_only=True):
    """Have a teacher make a problem and its solution of every seed (OSS-Instruct)."""

    name: ClassVar[str] = "oss-instruct"

    prompt: str = "oss-instruct"
    n: Annotated[int, msgspec.Meta(ge=1)] = 1
    """Answers per seed; more than one make sense with a temperature."""

    def run(self, rows: Iterable[Row], context: Context) -> Iterator[Row | Rejected]:
        """Yield a row for every answer that can be read."""
        template = load_prompt(context.workspace, self.prompt)
        with Asker(self, context) as asker:
            for chunk in chunked(rows):
                prompts = [_prompt(asker, template, row) for row in chunk]
                pairs = [(prompt, index) for prompt in prompts for index in range(self.n)]
                owners = [row for row in chunk for _ in range(self.n)]
                for row, (prompt, _), answer in zip(owners, pairs, asker.ask(pairs), strict=True):
                    yield self._row(row, prompt, template, answer)

    def _row(self, seed: Row, prompt: Prompt, template: Template, answer: Answer) -> Row | Rejected:
        if why := unusable(answer, seed):
            return why
        found = read_sections(answer.text)
        if found.reason and prompt.prefill:
            found = read_sections(prompt.prefill + answer.text)
        if found.reason:
            return Rejected(reason=found.reason, row=seed, raw=answer.text)
        if found.problem in template.user:
            return Rejected(reason="repeats its prompt", row=seed, raw=answer.text)
        return make_row(
            problem=found.problem,
            solution=found.solution,
            language=seed.language,
            seed=seed.seed,
            seed_source=seed.seed_source,
            method="oss-instruct",
            teacher=self.teacher,
            prompt_sha256=template.sha256,
            request_sha256=prompt.sha256,
            finish=answer.finish,
            parents=[seed.id],
            columns={**seed.columns, "answer": answer.index} if self.n > 1 else seed.columns,
        )


def _prompt(asker: Asker, template: Template, row: Row) -> Prompt:
    user = fill(template.user, seed=row.seed.rstrip("\n"), language=row.language)
    return asker.request(user, system=template.system, prefill=template.prefill, stop=template.stop)
