"""A LoRA checkpoint's merged weights, from files to files: the training itself isn't touched, one shard in memory.

In float32, W + B A x alpha / rank, then back to the base's own type.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

from safetensors import safe_open
from safetensors.torch import load_file, save_file

from harness.errors import TrainingError

PREFIX = "base_model.model."


def merge(base: Path, adapter: Path, target: Path) -> None:
    """Write the weights that a base and an adapter are together.

    Args:
        base: Folder with config.json and *.safetensors.
        adapter: Folder with adapter_config.json and adapter_model.safetensors.
        target: Folder to make.

    Raises:
        TrainingError: the base has no safetensors, or the adapter changes what it hasn't.
    """
    config = json.loads((adapter / "adapter_config.json").read_text())
    scale = config["lora_alpha"] / config["r"]
    low = load_file(adapter / "adapter_model.safetensors")
    deltas = {
        name.removeprefix(PREFIX).replace(".lora_A.weight", ".weight"): (
            low[name],
            low[name.replace("lora_A", "lora_B")],
        )
        for name in low
        if ".lora_A." in name
    }
    shards = sorted(base.glob("*.safetensors"))
    if not shards:
        raise TrainingError(f"{base} has no safetensors to merge into.", "Save the base with save_pretrained first.")
    target.mkdir(parents=True, exist_ok=True)
    for path in base.iterdir():
        if path.is_file() and path.suffix in {".json", ".txt", ".model", ".jinja"}:
            shutil.copyfile(path, target / path.name)
    for shard in shards:
        save_file(_merged(shard, deltas, scale), target / shard.name, metadata={"format": "pt"})
    if deltas:
        raise TrainingError(
            f"The adapter changes {next(iter(deltas))}, which {base} hasn't.", "Was the base exchanged?"
        )


def _merged(shard: Path, deltas: dict[str, Any], scale: float) -> dict[str, Any]:
    """Return a shard's tensors with their deltas; what was used is taken out of ``deltas``."""
    found = {}
    with safe_open(shard, framework="pt") as file:
        for name in file.keys():  # noqa: SIM118 - not a mapping
            weight = file.get_tensor(name)
            if name in deltas:
                a, b = deltas.pop(name)
                weight = (weight.float() + (b.float() @ a.float()) * scale).to(weight.dtype).contiguous()
            found[name] = weight
    return found
