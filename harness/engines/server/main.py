"""The loop inside an engine's process: one line of JSON per message, on stdin and on what was stdout.

    to it    {"op": "open", "adapter", "model", "lora", "options"}
             {"op": "generate", "prompts", "asked", "temperature", "top_p", "max_tokens", "families"}
                                                 and "tell": answers are told while they are written
             {"op": "stop"}                      what is under way is left
    from it  {"event": "loading", "detail"}      before a step that takes long
             {"event": "ready", "describe"}
             {"event": "sample", "number", "text", "finish", "error", "prompt_tokens", "completion_tokens"}
             {"event": "piece", "number", "text"}    an answer so far
             {"event": "end"}                    of a generation
             {"event": "trouble", "kind", "message", "remedy"}

When stdin ends, so does the process: it never outlives the harness.
"""

from __future__ import annotations

import importlib
import importlib.util
import json
import os
import queue
import sys
import threading
import traceback
from pathlib import Path
from typing import Any

from .asked import Asked, Engine, Told, Trouble
from .rendering import Unanswerable, chat_text, encode, filled

_OUT_OF_MEMORY = (
    "out of memory",
    "can't allocate memory",
    "cannot allocate memory",
    "no available memory for the cache",
    "larger than the available kv cache",
    "free memory on device",
)


def main() -> None:
    """Serve until stdin ends."""
    # Libraries print: what they print on stdout must not get between the messages.
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    Server(out).serve()


class Server:
    """One engine and its harness."""

    def __init__(self, out: Any) -> None:
        self._out = out
        self._engine: Engine | None = None
        self._messages: queue.Queue[dict[str, Any]] = queue.Queue()
        self._stopped = threading.Event()

    def serve(self) -> None:
        """Answer messages, one after another."""
        threading.Thread(target=self._read, daemon=True).start()
        while True:
            message = self._messages.get()
            try:
                if message["op"] == "open":
                    self._open(message)
                else:
                    self._generate(message)
            except Exception as error:  # noqa: BLE001 - whatever an engine raises, the harness hears of it
                traceback.print_exc()
                self.say("trouble", **_explained(error))

    def say(self, event: str, **facts: Any) -> None:
        """Send one message."""
        self._out.write(json.dumps({"event": event, **facts}) + "\n")
        self._out.flush()

    def _read(self) -> None:
        for line in sys.stdin:
            message = json.loads(line)
            if message["op"] == "stop":
                self._stopped.set()
            else:
                self._messages.put(message)
        os._exit(0)

    def _open(self, message: dict[str, Any]) -> None:
        adapter = _adapter(message["adapter"])
        self._engine = adapter.open_engine(
            message["model"], message["lora"], message["options"], lambda line: self.say("loading", detail=line)
        )
        assert self._engine is not None
        self.say("ready", describe={**self._engine.describe(), "context": self._engine.context})

    def _generate(self, message: dict[str, Any]) -> None:
        engine = self._engine
        if engine is None:
            raise Trouble("engine", "no model is open")
        self._stopped.clear()
        known = [encode(engine.tokenizer, _text(engine.tokenizer, p, message["families"])) for p in message["prompts"]]
        asked = []
        for number, place, seed in message["asked"]:
            ids = known[place]
            room = min(message["max_tokens"], engine.context - len(ids))
            if not ids or room < 1:
                why = f"context overflow: the prompt has {len(ids)} tokens, prompt and answer may have {engine.context}"
                self._sample(number, "", "error", len(ids), 0, why if ids else "empty prompt")
            else:
                asked.append(
                    Asked(number, ids, room, message["prompts"][place]["stop"], seed, message.get("tell", False))
                )
        sizes = {one.number: len(one.ids) for one in asked}
        answers = engine.run(asked, message["temperature"], message["top_p"], self._stopped.is_set)
        for answer in answers:
            if isinstance(answer, Told):
                self.say("piece", number=answer.number, text=answer.text)
                continue
            self._sample(answer.number, answer.text, answer.finish, sizes[answer.number], answer.tokens)
        self.say("end")

    def _sample(self, number: int, text: str, finish: str, before: int, after: int, error: str = "") -> None:
        self.say(
            "sample",
            number=number,
            text=text,
            finish=finish,
            error=error,
            prompt_tokens=before,
            completion_tokens=after,
        )


def _adapter(name: str) -> Any:
    """Import an adapter: a module beside this one, or a file."""
    if not name.endswith(".py"):
        return importlib.import_module(f".{name}", __package__)
    spec = importlib.util.spec_from_file_location(Path(name).stem, name)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _text(tokenizer: Any, prompt: dict[str, Any], families: list[list[str]]) -> str:
    """Return the text that the model continues."""
    if prompt["style"] == "insertion":
        return filled(prompt["text"], prompt["suffix"], families, tokenizer.get_vocab())
    return chat_text(tokenizer, prompt["turns"]) if prompt["turns"] else str(prompt["text"])


def _explained(error: Exception) -> dict[str, str]:
    """Return an error's kind, message and remedy."""
    if isinstance(error, Trouble):
        return {"kind": error.kind, "message": str(error), "remedy": error.remedy}
    if isinstance(error, Unanswerable):
        return {"kind": "model", "message": str(error), "remedy": error.remedy}
    said = " ".join(str(error).split())[:500] or type(error).__name__
    memory = isinstance(error, MemoryError) or any(words in said.lower() for words in _OUT_OF_MEMORY)
    return {"kind": "memory" if memory else "engine", "message": said, "remedy": ""}
