"""A stand-in for an engine: the protocol, the process and the tokens are real, the model repeats its prompt."""

import os
import signal
import time

from server.asked import Answered, Told, Trouble


class Letters:
    """One token per character."""

    bos_token = None
    chat_template = None

    def encode(self, text, add_special_tokens=True):
        return [ord(c) for c in text]

    def get_vocab(self):
        return {}


class Repeater:
    tokenizer = Letters()

    def __init__(self, options):
        self.context = options.get("context", 1000)
        self.options = options

    def describe(self):
        return {"engine": "stand-in 1", "pid": os.getpid(), "cuda": os.environ.get("CUDA_VISIBLE_DEVICES", "")}

    def run(self, asked, temperature, top_p, stopped):
        print("noise on stdout")
        if self.options.get("fail") == "memory":
            raise MemoryError("CUDA out of memory: tried to allocate 2 GiB")
        for place, one in enumerate(asked):
            if place == self.options.get("die_after"):
                time.sleep(0.3)
                os.kill(os.getpid(), signal.SIGKILL)
            text = "".join(map(chr, one.ids))
            if "silent" in text:
                text = ""
            if temperature:
                text = str(one.seed)
            for end in range(1, len(text)) if one.tell else ():
                if stopped():
                    return
                yield Told(one.number, text[:end])
                time.sleep(0.01)
            yield Answered(one.number, text[: one.room], "length" if len(text) > one.room else "stop", len(one.ids))


def open_engine(model, lora, options, say):
    say("loading letters")
    if options.get("extra") == "slow":
        say(f"loading for ever: {os.getpid()}")
        time.sleep(600)
    if options.get("fail") == "nan":
        raise Trouble("nan", "the model gives NaN", "Use other weights.")
    return Repeater(options)
