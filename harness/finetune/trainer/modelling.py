"""Tokenizer, shape and weights of the model that is tuned."""

from __future__ import annotations

import os
import warnings
from pathlib import Path
from typing import Any, TypeVar

import torch
import transformers
from accelerate import init_empty_weights
from peft import LoraConfig

from harness.backends.transformers.loading import DTYPES, load
from harness.errors import TrainingError
from harness.finetune.estimate import Shape
from harness.finetune.recipes import Recipe, Tuning
from harness.finetune.trainer import attention
from harness.sources import Resolved

T = TypeVar("T")


def choose_device(recipe: Recipe) -> str:
    """Return "cuda" or "cpu".

    Raises:
        TrainingError: a GPU is asked for, by name or by what needs one, and there is none.
    """
    there = torch.cuda.is_available()
    c = recipe.compute
    if not there and (c.device == "cuda" or c.deepspeed or c.attention == "flash_attention_2"):
        raise TrainingError("There is no GPU here.", 'Set compute.device and compute.attention to "auto".')
    if there and c.device != "cpu" and c.precision != "float32" and not torch.cuda.is_bf16_supported():
        raise TrainingError("This GPU doesn't compute in bf16.", 'Use precision = "float32".')
    return "cuda" if there and c.device != "cpu" else "cpu"


def choose_attention(recipe: Recipe, device: str) -> str:
    """Return transformers' name of the attention: for packs the rows' own, or FlashAttention where it is installed."""
    asked = recipe.compute.attention
    if asked not in {"auto", "rows"}:
        return asked
    if not recipe.batches.packing:
        return "sdpa"
    flash = device == "cuda" and transformers.utils.is_flash_attn_2_available() and recipe.compute.precision == "bf16"
    return "flash_attention_2" if flash and asked == "auto" else attention.NAME


def load_tokenizer(found: Resolved) -> Any:
    """Return the tokenizer of a folder or a GGUF file."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return transformers.AutoTokenizer.from_pretrained(found.path, gguf_file=found.gguf_file, local_files_only=True)


def shape_of(found: Resolved, tuning: Tuning) -> Shape:
    """Return the shape of a model from its configuration; no weights are read.

    Raises:
        TrainingError: LoRA's targets aren't in it.
    """
    config = transformers.AutoConfig.from_pretrained(found.path, gguf_file=found.gguf_file, local_files_only=True)
    with init_empty_weights():
        model = transformers.AutoModelForCausalLM.from_config(config)
    model.tie_weights()
    text = config.get_text_config()
    total = sum(p.numel() for p in model.parameters())
    return Shape(
        parameters=total,
        trainable=_adapters(model, tuning) if tuning.method == "lora" else total,
        layers=text.num_hidden_layers,
        hidden=text.hidden_size,
        intermediate=getattr(text, "intermediate_size", 4 * text.hidden_size),
        vocabulary=text.vocab_size,
        context=int(getattr(text, "max_position_embeddings", 0) or 1 << 30),
    )


def _adapters(model: Any, tuning: Tuning) -> int:
    head = model.get_output_embeddings()
    linear = {n: m for n, m in model.named_modules() if isinstance(m, torch.nn.Linear) and m is not head}
    if tuning.targets != "all-linear":
        wanted = [tuning.targets] if isinstance(tuning.targets, str) else tuning.targets
        known = {name.rpartition(".")[2] for name in linear}
        for target in wanted:
            if target not in known:
                raise TrainingError(
                    f"tuning.targets: the model has no {target!r}.", f"It has {', '.join(sorted(known))}."
                )
        linear = {n: m for n, m in linear.items() if n.rpartition(".")[2] in wanted}
    return sum(tuning.rank * (m.in_features + m.out_features) for m in linear.values())


def load_weights(name: str, found: Resolved, recipe: Recipe, device: str) -> tuple[Any, Any, Path]:
    """Return the tokenizer, the model ready to be trained, and the folder that its weights lie in."""
    dtype = "bfloat16" if recipe.compute.precision == "bf16" else "float32"
    tokenizer, model = load(name, found, dtype, "cpu", lambda line: print(line, flush=True))
    folder = Path(model.config.name_or_path)
    assert model.dtype == DTYPES[dtype]
    model.set_attn_implementation(choose_attention(recipe, device))
    model.config.use_cache = False
    model.train()
    if tokenizer.pad_token is None:
        tokenizer.pad_token = tokenizer.eos_token
    return tokenizer, model, folder


def lora(tuning: Tuning) -> LoraConfig | None:
    """Return peft's configuration; None for a full fine-tuning."""
    if tuning.method == "full":
        return None
    return LoraConfig(
        r=tuning.rank,
        lora_alpha=tuning.alpha,  # a float works, and recipes have them
        lora_dropout=tuning.dropout,
        target_modules=tuning.targets,
        task_type="CAUSAL_LM",
    )


def quiet() -> None:
    """Keep the libraries from drawing and from asking the network."""
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    attention.register()


def agreed(found: T) -> T:
    """Return what the first process found, in every process: only one may look at, and set aside, checkpoints."""
    from accelerate import PartialState
    from accelerate.utils import broadcast_object_list

    if PartialState().num_processes == 1:
        return found
    told: list[Any] = [found]
    broadcast_object_list(told)
    return told[0]  # type: ignore[no-any-return]
