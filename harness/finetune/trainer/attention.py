"""Attention of rows that lie end to end: each row by itself, causal, without a mask.

A dense mask over a whole pack costs the square of its length, mostly for pairs that don't see each other;
row by row it is the sum of the squares, and the fused kernels need no mask at all.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import torch
from torch.nn import functional
from transformers.masking_utils import ALL_MASK_ATTENTION_FUNCTIONS
from transformers.modeling_utils import ALL_ATTENTION_FUNCTIONS

NAME = "magibench_rows"


def attend(
    module: Any,
    query: Any,
    key: Any,
    value: Any,
    attention_mask: Any,
    dropout: float = 0.0,
    scaling: float | None = None,
    cu_seq_lens_q: Any = None,
    **kwargs: Any,
) -> tuple[Any, None]:
    """Attend within rows; query, key, value: 1 x heads x tokens x width; ``cu_seq_lens_q``: where rows begin and end."""
    del attention_mask, kwargs
    grouped = query.shape[1] != key.shape[1]
    # One copy to the host per layer; on a CPU it is free.
    ends = [0, query.shape[2]] if cu_seq_lens_q is None else cu_seq_lens_q.tolist()
    parts = [
        functional.scaled_dot_product_attention(
            query[:, :, a:b], key[:, :, a:b], value[:, :, a:b],
            dropout_p=dropout if module.training else 0.0, is_causal=True, scale=scaling, enable_gqa=grouped,
        )
        for a, b in pairwise(ends)
    ]  # fmt: skip
    return torch.cat(parts, 2).transpose(1, 2).contiguous(), None


def no_mask(*args: Any, **kwargs: Any) -> None:
    """Rows need no mask."""
    del args, kwargs


def register() -> None:
    """Make the attention known to transformers."""
    ALL_ATTENTION_FUNCTIONS.register(NAME, attend)
    ALL_MASK_ATTENTION_FUNCTIONS.register(NAME, no_mask)
