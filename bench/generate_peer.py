"""vLLM's own ``LLM``, in its environment, driven by bench/generate.py: one line of JSON per question on stdin.

The first line says what to load and the prompts. Then a line ["all"] or ["one", COUNT] is answered with seconds, and
with the tokens and texts.
"""

from __future__ import annotations

import json
import os
import sys
import time
from typing import Any


def main() -> None:
    """Load, then measure what is asked until stdin ends."""
    out = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    asked = json.loads(sys.stdin.readline())
    os.environ |= asked["environment"]
    sys.path.insert(0, asked["server"])
    from server.rendering import chat_text, encode  # type: ignore[import-not-found]
    from vllm import LLM, SamplingParams  # type: ignore[import-not-found]

    llm = LLM(model=asked["model"], enable_prefix_caching=False, **asked["arguments"])
    tokenizer = llm.get_tokenizer()
    prompts = [{"prompt_token_ids": encode(tokenizer, chat_text(tokenizer, turns))} for turns in asked["turns"]]
    sampling = SamplingParams(temperature=0.0, max_tokens=asked["max_tokens"], stop=asked["stop"])

    def say(value: Any) -> None:
        out.write(json.dumps(value) + "\n")
        out.flush()

    say("ready")
    for line in sys.stdin:
        kind, *count = json.loads(line)
        began = time.perf_counter()
        if kind == "all":
            ended = llm.generate(prompts, sampling, use_tqdm=False)
        else:
            ended = [llm.generate([prompt], sampling, use_tqdm=False)[0] for prompt in prompts[: count[0]]]
        seconds = time.perf_counter() - began
        say({
            "seconds": seconds,
            "tokens": sum(len(e.outputs[0].token_ids) for e in ended),
            "texts": [e.outputs[0].text for e in ended],
        })  # fmt: skip


if __name__ == "__main__":
    main()
