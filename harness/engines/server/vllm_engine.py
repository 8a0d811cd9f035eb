"""vLLM's engine, on a GPU or a CPU: all prompts at once, continuous batching, answers as they end.

The engine's core runs in this process, not in one more: its schedule is then the same every time, and on a CPU
nothing takes the model's cores away.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from .asked import Answered, Asked, Say, Told, Trouble

ALIASES = {
    "batch_size": "max_num_seqs",
    "context": "max_model_len",
    "tensor_parallel": "tensor_parallel_size",
    "pipeline_parallel": "pipeline_parallel_size",
    "gpu_memory": "gpu_memory_utilization",
}
"""Our names of options to vLLM's."""


class VllmEngine:
    """A model in vLLM."""

    def __init__(self, model: str, lora: str, options: dict[str, Any], say: Say) -> None:
        """Load; see ``open_engine``."""
        options = dict(options)
        os.environ |= {"VLLM_NO_USAGE_STATS": "1", "HF_HUB_OFFLINE": "1", "VLLM_ENABLE_V1_MULTIPROCESSING": "0"}
        os.environ.setdefault("VLLM_LOGGING_LEVEL", "WARNING")
        if options.pop("batch_invariant", False):
            os.environ["VLLM_BATCH_INVARIANT"] = "1"
        # Of the CPU engine: the GPU's takes what gpu_memory leaves it.
        os.environ.setdefault("VLLM_CPU_KVCACHE_SPACE", str(options.pop("kv_cache_gib", 2)))
        if threads := options.pop("threads", None):
            cores = sorted(os.sched_getaffinity(0))[:threads]
            os.environ["VLLM_CPU_OMP_THREADS_BIND"] = ",".join(map(str, cores))
        elif len(os.sched_getaffinity(0)) <= 4:
            # By default vLLM leaves a core for a front end that isn't there.
            os.environ.setdefault("VLLM_CPU_OMP_THREADS_BIND", ",".join(map(str, sorted(os.sched_getaffinity(0)))))
        say("importing vLLM")
        import torch
        import vllm
        from vllm import EngineArgs
        from vllm.v1.engine.llm_engine import LLMEngine

        extra = options.pop("extra", {})
        arguments = {ALIASES.get(name, name): value for name, value in options.items()} | extra
        if lora:
            arguments = {"enable_lora": True, "max_lora_rank": _rank(lora)} | arguments
        say("loading the model into vLLM; a first time compiles it, a minute or two")
        self._engine = LLMEngine.from_engine_args(
            EngineArgs(model=model, disable_log_stats=True, enable_prefix_caching=False, **arguments)
            if "enable_prefix_caching" not in arguments
            else EngineArgs(model=model, disable_log_stats=True, **arguments)
        )
        self._lora = None
        if lora:
            from vllm.lora.request import LoRARequest

            self._lora = LoRARequest("adapter", 1, lora)
        config = self._engine.vllm_config
        self.tokenizer = self._engine.get_tokenizer()
        self.context = int(config.model_config.max_model_len)
        self._described = {
            "engine": f"vllm {vllm.__version__}",
            "torch": str(torch.__version__),
            "device": str(config.device_config.device_type),
            "dtype": str(config.model_config.dtype).removeprefix("torch."),
            "batch_size": config.scheduler_config.max_num_seqs,
            "batch_tokens": config.scheduler_config.max_num_batched_tokens,
            "tensor_parallel": config.parallel_config.tensor_parallel_size,
            "prefix_caching": bool(config.cache_config.enable_prefix_caching),
            "batch_invariant": os.environ.get("VLLM_BATCH_INVARIANT") == "1",
        }
        self._probe()

    def describe(self) -> dict[str, Any]:
        """Return what a run records."""
        return self._described

    def run(
        self, asked: Sequence[Asked], temperature: float, top_p: float, stopped: Callable[[], bool]
    ) -> Iterator[Answered | Told]:
        """Yield answers as they end, and before that if somebody watches."""
        for one in asked:
            self._add(one, temperature, top_p)
        while self._engine.has_unfinished_requests():
            if stopped():
                self._engine.abort_request([str(one.number) for one in asked])
                return
            for output in self._engine.step():
                if output.finished:
                    end = output.outputs[0]
                    finish = "length" if end.finish_reason == "length" else "stop"
                    yield Answered(int(output.request_id), end.text, finish, len(end.token_ids))
                elif output.outputs:  # only of those that are told
                    yield Told(int(output.request_id), output.outputs[0].text)

    def _add(self, one: Asked, temperature: float, top_p: float, logprobs: int | None = None) -> None:
        from vllm import SamplingParams
        from vllm.sampling_params import RequestOutputKind

        sampling = SamplingParams(
            temperature=temperature,
            top_p=top_p,
            # A greedy answer draws nothing; a seed would give every row a generator.
            seed=one.seed & 0x7FFFFFFFFFFFFFFF if temperature else None,
            max_tokens=one.room,
            stop=one.stop,
            logprobs=logprobs,
            output_kind=RequestOutputKind.CUMULATIVE if one.tell else RequestOutputKind.FINAL_ONLY,
        )
        self._engine.add_request(str(one.number), {"prompt_token_ids": one.ids}, sampling, lora_request=self._lora)

    def _probe(self) -> None:
        """Ask for one token and look at its probability: weights with NaN in them answer, but with rubbish."""
        ids = list(self.tokenizer.encode("def"))
        self._add(Asked(-1, ids, 1, [], 0), 0.0, 1.0, logprobs=1)
        while self._engine.has_unfinished_requests():
            for output in self._engine.step():
                for chances in (output.outputs[0].logprobs or []) if output.finished else []:
                    if any(math.isnan(chance.logprob) for chance in chances.values()):
                        raise Trouble("nan", "the model gives NaN", "Its weights are damaged, or dtype is too narrow.")


def open_engine(model: str, lora: str, options: dict[str, Any], say: Say) -> VllmEngine:
    """Load a model.

    Args:
        model: folder with config.json, weights and tokenizer.
        lora: folder of an adapter that PEFT wrote, or empty; it is applied without being merged.
        options: ours (``ALIASES``, kv_cache_gib, threads, batch_invariant), ``extra`` and vLLM's own ``EngineArgs``.
        say: gets a line before each step that takes long.
    """
    return VllmEngine(model, lora, options, say)


def _rank(lora: str) -> int:
    """Return the rank that an adapter needs, as one of those that vLLM has kernels for."""
    import json
    from pathlib import Path

    rank = int(json.loads((Path(lora) / "adapter_config.json").read_text()).get("r", 16))
    return next((r for r in (8, 16, 32, 64, 128, 256, 320, 512) if r >= rank), rank)
