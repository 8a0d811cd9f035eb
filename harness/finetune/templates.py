"""A row as text: what is asked, what is learned, and how it ends. The same text as at inference.

magicoder  ``harness.styles.magicoder_prompt`` around the instruction, then the solution and the tokenizer's end.
chat       the tokenizer's own template, cut where the answer begins and where its turn ends.
plain      the problem, a newline, the solution: for pairs of a comment and its function.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from harness.datagen.rows import Row
from harness.errors import TrainingError
from harness.styles import magicoder_prompt

MARK = "\x1amagibench\x1a"
"""Stands where the answer is while a chat template is rendered around it."""
OSS = "Write a solution to the following coding problem:\n"
"""What Magicoder puts before a problem of OSS-Instruct. Source: magicoder/preprocess_data.py."""


class Text(NamedTuple):
    """A row between its two parts."""

    prompt: str
    response: str
    end: str
    """Text of the token that ends the answer."""


def render(row: Row, template: str, tokenizer: Any) -> Text:
    """Return a row's text.

    Raises:
        TrainingError: the template is chat and the tokenizer has none, or no token ends an answer.
    """
    # An imported row with a seed is one of OSS-Instruct, made elsewhere.
    inspired = row.method == "oss-instruct" or (row.method == "imported" and row.seed)
    instruction = OSS + row.problem if inspired else row.problem
    if template == "chat":
        prompt, end = _chat(instruction, tokenizer)
        return Text(prompt, row.solution, end)
    if not tokenizer.eos_token:
        raise TrainingError("The tokenizer has no end token, so no answer would ever end.", "Use another model.")
    if template == "plain":
        return Text(row.problem + "\n", row.solution, tokenizer.eos_token)
    return Text(magicoder_prompt(instruction), row.solution, tokenizer.eos_token)


def _chat(instruction: str, tokenizer: Any) -> tuple[str, str]:
    """Return what stands before the answer, and the token after it."""
    if not tokenizer.chat_template:
        raise TrainingError("The tokenizer has no chat template.", 'Use data.template = "magicoder".')
    turns = [{"role": "user", "content": instruction}, {"role": "assistant", "content": MARK}]
    before, mark, after = str(tokenizer.apply_chat_template(turns, tokenize=False)).partition(MARK)
    if not mark:
        raise TrainingError("The chat template leaves out the assistant's turn.", 'Use data.template = "magicoder".')
    ends = [token for token in tokenizer.all_special_tokens if after.lstrip().startswith(token)]
    return before, max(ends, key=len, default=tokenizer.eos_token)
