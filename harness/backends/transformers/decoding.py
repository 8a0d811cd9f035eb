"""One batch, token by token: rows leave it when they end."""

from __future__ import annotations

import random
import threading
from collections.abc import Collection, Iterator, Sequence
from typing import Any

import torch

from harness.backends.batching import Decode, Row
from harness.errors import BackendError
from harness.records import Sampling


def generate_batch(
    model: Any,
    rows: list[Row],
    sampling: Sampling,
    *,
    pad: int,
    ends: Collection[int],
    decode: Decode,
    stop: threading.Event,
) -> Iterator[Row]:
    """Yield the rows of a batch, each as it ends; fewer if ``stop`` is set meanwhile.

    Call it in ``torch.inference_mode``. Prompts are padded on the left; positions count from a
    prompt's own first token.

    Args:
        model: A causal language model.
        rows: What to generate; changed in place.
        sampling: Temperature and top_p.
        pad: Any token.
        ends: Tokens that end an answer.
        decode: Token ids to text.
        stop: Looked at before every token.
    """
    device = model.device
    width = max(len(row.prompt_ids) for row in rows)
    padding = [width - len(row.prompt_ids) for row in rows]
    ids = torch.tensor([[pad] * p + row.prompt_ids for p, row in zip(padding, rows, strict=True)], device=device)
    mask = torch.tensor([[0] * p + [1] * (width - p) for p in padding], device=device)
    positions = (mask.cumsum(1) - 1).clamp(min=0)
    cache = None
    while rows and not stop.is_set():
        out = model(
            input_ids=ids,
            attention_mask=mask,
            position_ids=positions,
            past_key_values=cache,
            use_cache=True,
            logits_to_keep=1,
        )
        cache = out.past_key_values
        tokens = choose_tokens(out.logits[:, -1], sampling, [row.draw for row in rows])
        ended = [row for row, token in zip(rows, tokens, strict=True) if not row.push(token, ends, decode)]
        yield from ended
        positions = positions[:, -1:] + 1
        mask = torch.cat([mask, mask.new_ones(len(rows), 1)], dim=1)
        ids = torch.tensor([[token] for token in tokens], device=device)
        if ended:
            stay = torch.tensor(
                [i for i, row in enumerate(rows) if row.finish is None], device=device, dtype=torch.long
            )
            rows = [row for row in rows if row.finish is None]
            ids, mask, positions = ids[stay], mask[stay], positions[stay]
            if rows:
                cache.batch_select_indices(stay)


def choose_tokens(logits: Any, sampling: Sampling, draws: Sequence[random.Random]) -> list[int]:
    """Return a token per row: the likeliest at temperature 0, else one drawn from the row's nucleus.

    Args:
        logits: Of the next token; rows x vocabulary.
        sampling: Temperature and top_p.
        draws: One generator per row: a row's draws don't depend on its neighbours.
    """
    if sampling.temperature == 0:
        best, tokens = logits.max(-1)
        # The largest of numbers among which is NaN is NaN: one look per row, not one per word of the vocabulary.
        _refuse_nan(best)
        return tokens.tolist()  # type: ignore[no-any-return]
    if logits.device.type == "mps":
        logits = logits.cpu()  # it has no double precision
    # In double precision: a draw is compared with a sum over the whole vocabulary.
    chances, order = torch.softmax(logits.double() / sampling.temperature, -1).sort(
        dim=-1, descending=True, stable=True
    )
    total = chances.cumsum(-1)
    _refuse_nan(total[:, -1])
    if sampling.top_p < 1:
        # A token is in the nucleus if those before it don't fill it: the first always is.
        chances = chances.masked_fill(total - chances >= sampling.top_p, 0)
        total = chances.cumsum(-1)
    aim = torch.tensor([[draw.random()] for draw in draws], dtype=total.dtype, device=total.device) * total[:, -1:]
    place = torch.searchsorted(total, aim, right=True).clamp(max=total.shape[-1] - 1)
    return order.gather(-1, place)[:, 0].tolist()  # type: ignore[no-any-return]


def _refuse_nan(values: Any) -> None:
    """Raise if the model gives NaN: what it says then is rubbish, and no answer of it counts."""
    if bool(torch.isnan(values).any()):
        raise BackendError("The model gives NaN.", "Its weights are damaged, or -o dtype=float32 is needed.")
