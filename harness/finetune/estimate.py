"""Memory of a training, before any weights are loaded: arithmetic on the model's shape.

Activations are the coarse part: about 34 bytes x hidden + 12 bytes x intermediate per token and layer in
two-byte computing (what the backward pass keeps of a Llama block with fused attention), twice that in float32,
and with gradient checkpointing one hidden state per layer plus one block. Logits are counted in float32, six times: as they
are, shifted, as probabilities, and the gradients of each. A CPU's allocator keeps pieces on top of that: with batches of 2,560 tokens
5.7 GiB were used where 4.4 were foretold.
The process itself is counted too: torch, transformers, trl and peft take 470 MiB when they are imported, and what
torch's kernels keep comes on top.
"""

from __future__ import annotations

import msgspec

from harness.errors import TrainingError
from harness.finetune.recipes import Recipe

MIB = 1 << 20
PROCESS_MIB = 900
"""Of libraries and of buffers that stay: 2,390 MiB were used where the rest of the sum said 1,404 (CPU, LoRA, bf16)."""


class Shape(msgspec.Struct, frozen=True, kw_only=True):
    """What the arithmetic needs to know of a model."""

    parameters: int
    trainable: int
    layers: int
    hidden: int
    intermediate: int
    vocabulary: int
    context: int


class Memory(msgspec.Struct, frozen=True, kw_only=True):
    """MiB per process, and what there is."""

    weights: int
    gradients: int
    optimizer: int
    activations: int
    process: int = 0
    """Libraries and their buffers."""
    total: int
    available: int
    """Free on the device; 0 where it isn't known."""


def estimate(shape: Shape, recipe: Recipe, tokens: int, available: int) -> Memory:
    """Return the memory of a training.

    Args:
        shape: Of the model.
        recipe: Method, optimiser, precision.
        tokens: Of the largest micro-batch.
        available: MiB that are free.
    """
    width = 2 if recipe.compute.precision == "bf16" else 4
    lora = recipe.tuning.method == "lora"
    trained = 4 if lora else width
    states = {"adamw": 2 * trained, "adafactor": 0.05 * trained}[recipe.optimizer.name]
    unit = 1 if recipe.compute.precision != "float32" else 2
    block = unit * (34 * shape.hidden + 12 * shape.intermediate)
    kept = 2 * unit * shape.hidden * shape.layers + block
    body = kept if recipe.compute.gradient_checkpointing else block * shape.layers
    parts = {
        "weights": (shape.parameters * width + (shape.trainable * trained if lora else 0)) // MIB,
        "gradients": shape.trainable * trained // MIB,
        "optimizer": int(shape.trainable * states) // MIB,
        "activations": tokens * (body + 24 * shape.vocabulary) // MIB,
        "process": PROCESS_MIB,
    }
    return Memory(**parts, total=sum(parts.values()), available=available)


def check_memory(memory: Memory, recipe: Recipe) -> str:
    """Return a warning if it will be tight; empty if there is room.

    Raises:
        TrainingError: weights, gradients and optimiser alone don't fit.
    """
    fixed = memory.weights + memory.gradients + memory.optimizer
    # FSDP and DeepSpeed divide what is fixed; by how much is their configuration's business.
    if memory.available and fixed > memory.available and not (recipe.compute.accelerate or recipe.compute.deepspeed):
        raise TrainingError(
            f"{recipe.name} needs {fixed:,} MiB for weights, gradients and optimiser; {memory.available:,} MiB are free.",
            'Use tuning.method = "lora", precision = "bf16", adafactor, a smaller model, or FSDP.',
        )
    if memory.available and memory.total > memory.available:
        return (
            f"About {memory.total:,} MiB will be needed, {memory.available:,} MiB are free: "
            "consider gradient_checkpointing, smaller micro_rows or a smaller max_length."
        )
    return ""
