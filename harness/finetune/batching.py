"""Which rows a step sees, and how they share its micro-batches.

Packing changes no arithmetic of the optimiser: a step sees the same rows, packed or padded. Packed, they are
divided so that the micro-batches are about equally long (longest first, each to the shortest so far); every
token computed is a real one. The order is a function of the seed and the lengths alone: a resumed training
goes on with the rows that were next.
"""

from __future__ import annotations

import heapq
import math
import random
from collections.abc import Sequence
from dataclasses import dataclass

from harness.errors import TrainingError
from harness.finetune.recipes import Batches

Micro = list[int]
"""Places of rows that are computed together."""


@dataclass(frozen=True)
class Plan:
    """All steps of a training."""

    steps: list[list[Micro]]
    """Per step, accumulation x processes micro-batches; process r of n gets those at r, r + n ..."""
    tokens: list[int]
    """Real tokens of each step."""

    @property
    def micro(self) -> list[Micro]:
        """All micro-batches, one after another."""
        return [micro for step in self.steps for micro in step]


def plan_batches(lengths: Sequence[int], batches: Batches, processes: int, seed: int) -> Plan:
    """Draw the rows of every step and divide them.

    A step always has ``batches.rows`` rows, or all where there are fewer: what an epoch leaves over
    is filled up from the next.

    Raises:
        TrainingError: there are fewer rows than processes.
    """
    size = min(batches.rows, len(lengths)) // processes * processes
    if not size:
        raise TrainingError(f"{len(lengths)} rows can't be shared by {processes} processes.", "Use fewer processes.")
    groups = math.ceil(size / (batches.micro_rows * processes)) * processes
    count = batches.max_steps or max(1, round(batches.epochs * len(lengths) / size))
    order: list[int] = []
    epoch = 0
    steps: list[list[Micro]] = []
    tokens = []
    for _ in range(count):
        while len(order) < size:
            fresh = list(range(len(lengths)))
            random.Random(f"{seed} {epoch}").shuffle(fresh)
            order += fresh
            epoch += 1
        rows, order = order[:size], order[size:]
        steps.append(_even(rows, lengths, groups) if batches.packing else _plain(rows, groups))
        tokens.append(sum(lengths[row] for row in rows))
    return Plan(steps, tokens)


def _plain(rows: Sequence[int], groups: int) -> list[Micro]:
    """Divide rows in their order, as a padded batch does."""
    return [list(rows[i * len(rows) // groups : (i + 1) * len(rows) // groups]) for i in range(groups)]


def _even(rows: Sequence[int], lengths: Sequence[int], groups: int) -> list[Micro]:
    """Divide rows into groups of about the same number of tokens; the fullest first."""
    heap: list[tuple[int, int]] = [(0, g) for g in range(groups)]
    found: list[Micro] = [[] for _ in range(groups)]
    for row in sorted(rows, key=lambda r: (-lengths[r], r)):
        total, place = heapq.heappop(heap)
        found[place].append(row)
        heapq.heappush(heap, (total + lengths[row], place))
    return sorted(found, key=lambda micro: -sum(lengths[r] for r in micro))
