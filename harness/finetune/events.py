"""Typed events of a training: lines of events.jsonl, as a run's are. ``Notice`` and ``Phase`` are shared."""

from __future__ import annotations

from harness.events import Event, Notice, Phase
from harness.finetune.estimate import Memory
from harness.learning import learn


class TrainingPlanned(Event, frozen=True, kw_only=True, tag="training-planned"):
    """What will be done, before weights are loaded."""

    training: str
    rows: int
    held_out: int
    counts: dict[str, int]
    """Rows left out or cut, by reason."""
    steps: int
    tokens: int
    """Real tokens of all steps."""
    real_share: float
    """Real tokens among those computed."""
    trainable: int
    parameters: int
    memory: Memory
    pid: int = 0


class TrainingStarted(Event, frozen=True, kw_only=True, tag="training-started"):
    """The first step begins, or the one after a checkpoint."""

    training: str
    step: int
    steps: int


class StepTrained(Event, frozen=True, kw_only=True, tag="training-step"):
    """A step of the optimiser: a line of metrics.jsonl too."""

    step: int
    steps: int
    loss: float
    learning_rate: float
    gradient_norm: float = 0.0
    tokens: int
    """Real tokens so far."""
    tokens_per_s: float
    memory_mib: int
    """Largest so far, of process or device."""
    left_s: float
    """Estimated from the speed so far; without evaluations."""


class HeldOut(Event, frozen=True, kw_only=True, tag="training-held-out"):
    """The loss of the rows that were kept from training."""

    step: int
    loss: float
    rows: int
    tokens: int
    """Learned tokens that it is the mean of."""


class Evaluated(Event, frozen=True, kw_only=True, tag="training-evaluated"):
    """A checkpoint was judged on (part of) a benchmark."""

    step: int
    benchmark: str
    run: str
    problems: int
    scores: dict[str, float]
    """pass@1 by suite."""


class CheckpointSaved(Event, frozen=True, kw_only=True, tag="training-checkpoint"):
    """A checkpoint is whole, and in models.toml."""

    step: int
    model: str
    path: str


class TrainingFinished(Event, frozen=True, kw_only=True, tag="training-finished"):
    """All steps are done."""

    training: str
    model: str
    steps: int
    tokens: int
    seconds: float


TrainingEvent = (
    TrainingPlanned | TrainingStarted | StepTrained | HeldOut | Evaluated | CheckpointSaved | TrainingFinished
    | Notice | Phase
)  # fmt: skip
Metric = StepTrained | HeldOut | Evaluated
"""Lines of metrics.jsonl."""

learn(TrainingEvent)
