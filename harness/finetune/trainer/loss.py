"""The loss: the mean over learned tokens of a step; logits are computed where something is learned, and nowhere else."""

from __future__ import annotations

from typing import Any

from torch.nn import functional

from harness.finetune.encoding import IGNORE


def summed_loss(model: Any, inputs: dict[str, Any]) -> tuple[Any, Any]:
    """Return the sum of the losses of a micro-batch's learned tokens, and how many there are.

    Of a pack only the hidden states before learned tokens go through the head: about half of them, and with a
    vocabulary of 49,152 the head is a fifth of SmolLM2's work.
    """
    labels = inputs["labels"][:, 1:]
    rest = {k: v for k, v in inputs.items() if k != "labels"}
    if labels.shape[0] == 1:
        places = (labels[0] != IGNORE).nonzero()[:, 0]
        logits = model(**rest, use_cache=False, logits_to_keep=places).logits[0]
        wanted = labels[0, places]
    else:
        logits = model(**rest, use_cache=False).logits[:, :-1].flatten(0, 1)
        wanted = labels.flatten()
    loss = functional.cross_entropy(logits.float(), wanted, ignore_index=IGNORE, reduction="sum")
    return loss, (wanted != IGNORE).sum()
