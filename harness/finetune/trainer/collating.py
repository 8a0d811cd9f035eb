"""Micro-batches as tensors: rows end to end, or padded to the longest."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch

from harness.finetune.encoding import IGNORE, Encoded


def pack(rows: Sequence[Encoded]) -> dict[str, Any]:
    """Return rows end to end: tensors of 1 x tokens; positions begin anew with every row."""
    lengths = [len(row.ids) for row in rows]
    ends = torch.tensor([0, *lengths]).cumsum(0).int()
    return {
        "input_ids": torch.tensor([[token for row in rows for token in row.ids]]),
        "position_ids": torch.tensor([[place for length in lengths for place in range(length)]]),
        # A row's first label is always ignored: no row is learned from the end of the one before.
        "labels": torch.tensor([[label for row in rows for label in [IGNORE, *row.labels[1:]]]]),
        "cu_seq_lens_q": ends,
        "cu_seq_lens_k": ends,
        "max_length_q": max(lengths),
        "max_length_k": max(lengths),
    }


def pad(rows: Sequence[Encoded], token: int) -> dict[str, Any]:
    """Return rows padded on the right to the longest: tensors of rows x longest."""
    width = max(len(row.ids) for row in rows)
    room = [width - len(row.ids) for row in rows]
    return {
        "input_ids": torch.tensor([row.ids + [token] * r for row, r in zip(rows, room, strict=True)]),
        "attention_mask": torch.tensor([[1] * len(row.ids) + [0] * r for row, r in zip(rows, room, strict=True)]),
        "labels": torch.tensor([row.labels + [IGNORE] * r for row, r in zip(rows, room, strict=True)]),
    }
