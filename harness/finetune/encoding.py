"""Rows as tokens. Prompt and answer are encoded apart, as the prompt is at inference and as the paper did.

Labels are -100 over the prompt; what is learned is the answer and the token that ends it.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from harness.datagen.rows import Row
from harness.errors import TrainingError
from harness.finetune.recipes import Data
from harness.finetune.templates import render

IGNORE = -100


@dataclass(frozen=True)
class Encoded:
    """One row: tokens, of which the first ``prompt`` are not learned."""

    id: str
    ids: list[int]
    prompt: int

    @property
    def labels(self) -> list[int]:
        """Return what is learned at each place; -100: nothing."""
        return [IGNORE] * self.prompt + self.ids[self.prompt :]


@dataclass
class Rows:
    """What a dataset became."""

    train: list[Encoded] = field(default_factory=list)
    held_out: list[Encoded] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    """By reason: rows that were left out or cut."""


def encode_row(row: Row, template: str, tokenizer: Any) -> Encoded:
    """Return a row's tokens, uncut."""
    text = render(row, template, tokenizer)
    bos = tokenizer.bos_token
    # As the transformers backend encodes a prompt: special tokens where the tokenizer adds them, none twice.
    special = not (bos and text.prompt.startswith(bos))
    prompt = list(tokenizer.encode(text.prompt, add_special_tokens=special))
    if special and tokenizer.eos_token_id is not None and prompt and prompt[-1] == tokenizer.eos_token_id:
        prompt.pop()
    answer = list(tokenizer.encode(text.response, add_special_tokens=False))
    return Encoded(row.id, [*prompt, *answer, tokenizer.convert_tokens_to_ids(text.end)], len(prompt))


def encode_rows(rows: Iterable[Row], data: Data, tokenizer: Any, seed: int) -> Rows:
    """Encode what can be learned from; count what can't, and what is cut.

    Raises:
        TrainingError: nothing is left.
    """
    found = Rows()
    kept: list[Encoded] = []
    for row in rows:
        why = _unwanted(row, data)
        if why:
            found.counts[why] += 1
            continue
        one = encode_row(row, data.template, tokenizer)
        if len(one.ids) > data.max_length:
            found.counts["over-long"] += 1
            if data.overlong == "drop":
                continue
            if one.prompt >= data.max_length:
                found.counts["over-long prompt, nothing left to learn"] += 1
                continue
            one = Encoded(one.id, one.ids[: data.max_length], one.prompt)
        kept.append(one)
    random.Random(f"{seed} rows").shuffle(kept)
    kept = kept[: data.limit] if data.limit else kept
    found.held_out, found.train = kept[: data.held_out], kept[data.held_out :]
    if not found.train:
        why = ", ".join(f"{count} {reason}" for reason, count in found.counts.items())
        raise TrainingError(
            f"No rows are left to train on{f': {why}' if why else ''}.",
            "Look at the dataset with `magibench data show`; lower data.held_out or raise data.max_length.",
        )
    return found


def _unwanted(row: Row, data: Data) -> str:
    """Return why a row is left out; empty if it isn't."""
    if not row.problem.strip() or not row.solution.strip():
        return "empty"
    text = f"{row.problem}\n{row.solution}".lower()
    if data.fence and f"```{data.fence.lower()}" not in text:
        return "other language"
    return "other language" if data.without_fence and f"```{data.without_fence.lower()}" in text else ""
