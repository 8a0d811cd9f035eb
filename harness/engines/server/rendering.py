"""From a prompt to the text, and the tokens, that a model continues. Standard library only."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

MARK = "\x1amagibench\x1a"
"""Stands where the prefilled answer ends while a chat template is rendered around it."""


class Unanswerable(Exception):
    """The model has no form for such a prompt; the second argument says what to do."""

    def __init__(self, message: str, remedy: str = "Use --style base.") -> None:
        super().__init__(message)
        self.remedy = remedy


def chat_text(tokenizer: Any, turns: Sequence[dict[str, str]]) -> str:
    """Return the text that a model continues after chat turns.

    A prefilled answer is rendered as EvalPlus does it: the template goes around the prefill, a mark and a closing
    fence, and everything before the mark is the prompt.

    Raises:
        Unanswerable: the model has no chat template, or one that leaves out the assistant's last turn.
    """
    if not tokenizer.chat_template:
        raise Unanswerable("has no chat template, so it can't be asked in the style chat.")
    turns = [dict(turn) for turn in turns]
    if turns[-1]["role"] != "assistant":
        return str(tokenizer.apply_chat_template(turns, tokenize=False, add_generation_prompt=True))
    turns[-1]["content"] += f"{MARK}\n```\n"
    text = str(tokenizer.apply_chat_template(turns, tokenize=False))
    before, mark, _ = text.partition(MARK)
    if not mark:
        raise Unanswerable("has a chat template that leaves out the assistant's last turn.")
    return before


def filled(prefix: str, suffix: str, families: Sequence[Sequence[str]], vocabulary: Collection[str]) -> str:
    """Return a text with a hole as the model's tokenizer writes it.

    Args:
        prefix: what stands before the hole.
        suffix: what stands behind it.
        families: triples of tokens: before the prefix, before the suffix, before the middle.
        vocabulary: the tokenizer's tokens.

    Raises:
        Unanswerable: none of the families is the model's.
    """
    for before, between, last in families:
        if before in vocabulary and between in vocabulary and last in vocabulary:
            return f"{before}{prefix}{between}{suffix}{last}"
    raise Unanswerable("has no fill-in-the-middle tokens that are known (harness/fim.py).")


def encode(tokenizer: Any, text: str) -> list[int]:
    """Return a text's tokens, with the special ones that the tokenizer adds, but none twice."""
    bos = tokenizer.bos_token
    return list(tokenizer.encode(text, add_special_tokens=not (bos and text.startswith(bos))))
