"""Choosing a device and a dtype; loading a folder, or a GGUF file by way of an unpacked copy."""

from __future__ import annotations

import shutil
import tempfile
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
import transformers

from harness.errors import ModelError, UsageError
from harness.sources import Progress, Resolved
from harness.sources.package import file_sha256
from harness.workspace import cache_dir

DTYPES = {"bfloat16": torch.bfloat16, "float16": torch.float16, "float32": torch.float32}

ROW_TOKENS = 1536
"""Tokens of a row that a batch's memory is planned for: a problem and an answer of 768."""


def choose_device(asked: str | None) -> str:
    """Return "cuda", "mps" or "cpu": the one asked for, or the best there is.

    Raises:
        UsageError: the one asked for isn't there.
    """
    there = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available(), "cpu": True}
    if asked is None:
        return next(device for device, ok in there.items() if ok)
    if not there.get(asked):
        raise UsageError(
            f"There is no device {asked!r} here.", f"Use {' or '.join(d for d, ok in there.items() if ok)}."
        )
    return asked


def choose_dtype(asked: str | None, device: str) -> str:
    """Return a name of ``DTYPES``: the one asked for, or bfloat16 where the device computes in it.

    Raises:
        UsageError: there is no such dtype.
    """
    if asked is not None:
        if asked not in DTYPES:
            raise UsageError(f"{asked!r} is not a dtype.", f"Use {', '.join(DTYPES)}.")
        return asked
    if device == "cuda":
        return "bfloat16" if torch.cuda.is_bf16_supported() else "float16"
    if device == "mps":
        return "float16"
    # Where a CPU has no instructions for it, bfloat16 is emulated and slower than float32.
    probe: Callable[[], bool] | None = getattr(torch.ops.mkldnn, "_is_mkldnn_bf16_supported", None)
    return "bfloat16" if probe is not None and probe() else "float32"


def load(name: str, found: Resolved, dtype: str, device: str, progress: Progress) -> tuple[Any, Any]:
    """Return a tokenizer and a model that is ready to generate.

    Args:
        name: The model's, for messages.
        found: A folder or a GGUF file.
        dtype: A name of ``DTYPES``.
        device: See ``choose_device``.
        progress: Gets a line before each step that takes long.

    Raises:
        ModelError: the files are damaged, of an unknown kind, or too large for the memory.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            folder = unpacked(found, dtype, progress) if found.gguf_file else found.path
            progress(f"loading {name}")
            tokenizer = transformers.AutoTokenizer.from_pretrained(folder, local_files_only=True)
            model = transformers.AutoModelForCausalLM.from_pretrained(
                folder, dtype=DTYPES[dtype], local_files_only=True
            )
            return tokenizer, model.to(device).eval()
    except (MemoryError, torch.OutOfMemoryError) as error:
        raise ModelError(f"{name} doesn't fit into the memory of {device}.", "Use a smaller model.") from error
    except ModelError:
        raise
    except Exception as error:  # the libraries raise whatever a damaged file makes them raise
        said = (str(error).strip().splitlines() or [type(error).__name__])[0]
        raise ModelError(
            f"{name} can't be loaded: {said}", f"Look closer with `magibench models verify {name}`."
        ) from error


def end_tokens(tokenizer: Any, model: Any) -> frozenset[int]:
    """Return the tokens that end an answer: the configuration's and the tokenizer's."""
    configured = model.generation_config.eos_token_id
    ends = configured if isinstance(configured, list) else [configured]
    return frozenset(token for token in [*ends, tokenizer.eos_token_id] if token is not None)


def context_length(tokenizer: Any, model: Any) -> int:
    """Return how many tokens prompt and answer may have together."""
    known = getattr(model.config.get_text_config(), "max_position_embeddings", None)
    # A tokenizer that doesn't know its own says 10^30.
    return int(known or min(tokenizer.model_max_length, 1 << 20))


def default_batch_size(model: Any, device: str) -> int:
    """Return how many rows to generate together: as many as their keys and values fit a budget.

    A function of the model and the kind of device only, not of the memory that happens to be
    free: the batch size decides how numbers are rounded, and a run should come out the same again.
    """
    budget, most = (8 << 30, 64) if device == "cuda" else (2 << 30, 48)
    config = model.config.get_text_config()
    try:
        heads = getattr(config, "num_key_value_heads", None) or config.num_attention_heads
        width = getattr(config, "head_dim", None) or config.hidden_size // config.num_attention_heads
        token = 2 * config.num_hidden_layers * heads * width * model.dtype.itemsize
    except AttributeError:
        return 16  # no attention as we know it
    return int(max(1, min(most, budget // (token * ROW_TOKENS))))


def unpacked(found: Resolved, dtype: str, progress: Progress) -> Path:
    """Return a folder with the weights of a GGUF file unpacked: made once, complete or not at all.

    Unpacking 135M parameters takes 15 to 40 s, loading the copy half a second.
    """
    assert found.gguf_file is not None
    digest = found.sha256 or file_sha256(found.path / found.gguf_file)
    target = cache_dir() / "models" / "unpacked" / f"{digest}-{dtype}"
    if target.is_dir():
        return target
    progress(f"unpacking {found.gguf_file} (once, up to a minute)")
    tokenizer = transformers.AutoTokenizer.from_pretrained(found.path, gguf_file=found.gguf_file)
    model = transformers.AutoModelForCausalLM.from_pretrained(
        found.path,
        gguf_file=found.gguf_file,
        dtype=DTYPES[dtype],
        quantization_config=transformers.GgufConfig(dequantize=True),
    )
    target.parent.mkdir(parents=True, exist_ok=True)
    part = Path(tempfile.mkdtemp(prefix=".part-", dir=target.parent))
    try:
        model.save_pretrained(part)
        tokenizer.save_pretrained(part)
        part.rename(target)
    except OSError:
        if not target.is_dir():  # else another process was quicker, and its copy is as good
            raise
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return target
