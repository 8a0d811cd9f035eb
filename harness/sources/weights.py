"""What lies in a folder of weights: told apart by names alone, before anything expensive."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from harness.errors import ModelError

SHARDS = (".safetensors", ".bin")
"""Endings of weights that stand beside a config.json."""

_NOT_WEIGHTS = {"training_args.bin", "optimizer.bin", "scheduler.bin", "scaler.bin", "tokenizer.bin"}
"""What trainers leave beside them under the same ending."""


@dataclass(frozen=True)
class Weights:
    """Weights on this machine."""

    folder: Path
    gguf_file: str | None = None
    """Name of a file in ``folder``; None: the folder's safetensors or bin files are the weights."""


def find_weights(path: Path, file: str = "") -> Weights:
    """Return the weights at ``path``: a folder, or one .gguf file.

    Args:
        path: A folder or a file.
        file: A .gguf file of the folder to use; empty to find out.

    Raises:
        ModelError: there are none, or it isn't clear which.
    """
    if path.is_file():
        if path.suffix != ".gguf":
            raise ModelError(f"{path} is not a .gguf file.", "Name the folder that holds config.json and the weights.")
        return Weights(path.parent, path.name)
    if not path.is_dir():
        raise ModelError(f"{path} doesn't exist.", "Correct the source in models.toml, or put the weights there.")
    if file:
        if not (path / file).is_file():
            raise ModelError(f"{path} has no {file}.", f"Name one of {_names(path, '.gguf') or 'its files'}.")
        return Weights(path, file)
    if is_adapter(path):
        raise ModelError(
            f"{path} is a LoRA adapter, not a model.",
            "Use --backend vllm, which applies it, or merge it into its base.",
        )
    if _shards(path):
        if not (path / "config.json").is_file():
            raise ModelError(f"{path} has weights but no config.json.", "Save the model with its configuration.")
        return Weights(path)
    return _only_gguf(path)


def is_adapter(folder: Path) -> bool:
    """Return whether a folder holds a LoRA adapter, as PEFT writes it, and not a model."""
    return (folder / "adapter_config.json").is_file() and not (folder / "config.json").is_file()


def _only_gguf(path: Path) -> Weights:
    files = sorted(path.glob("*.gguf"))
    if len(files) == 1:
        return Weights(path, files[0].name)
    if files:
        raise ModelError(
            f"{path} holds {len(files)} .gguf files.",
            f"Name one after a #: path:...#{files[0].name} (or {_names(path, '.gguf')}).",
        )
    raise ModelError(
        f"{path} holds no weights: no *.safetensors, *.bin or *.gguf.",
        "Point the source at the folder that save_pretrained wrote, or at a .gguf file.",
    )


def _shards(path: Path) -> list[Path]:
    return [p for p in path.iterdir() if p.suffix in SHARDS and p.name not in _NOT_WEIGHTS and p.is_file()]


def _names(path: Path, suffix: str) -> str:
    return ", ".join(sorted(p.name for p in path.glob(f"*{suffix}"))[:5])
