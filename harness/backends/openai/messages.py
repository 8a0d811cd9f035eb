"""OpenAI's protocol: what is sent, and what may come back."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec

from harness.backends import Request
from harness.backends.batching import sample_seed
from harness.errors import BackendError
from harness.records import Finish, Prompt, Sampling

STOPS = 4
"""Stop strings that the protocol allows; all of them are looked for again in the answer."""
FINISHES: dict[str, Finish] = {"stop": "stop", "eos": "stop", "length": "length", "content_filter": "error"}

Positive = Annotated[float, msgspec.Meta(gt=0)]
Amount = Annotated[float, msgspec.Meta(ge=0)]


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The backend's options."""

    concurrency: Annotated[int, msgspec.Meta(ge=1, le=512)] = 32
    """Requests under way at most."""
    timeout_s: Positive = 600.0
    """Of one request, until its whole answer is there."""
    retries: Annotated[int, msgspec.Meta(ge=0, le=100)] = 6
    """Of one request, after the first attempt."""
    backoff_s: Amount = 1.0
    """First wait; it doubles."""
    give_up_after: Annotated[int, msgspec.Meta(ge=1)] = 10
    """Requests that fail one after another, each after its retries, until the server counts as gone."""
    requests_per_minute: Positive | None = None
    tokens_per_minute: Positive | None = None
    price_prompt: Amount = 0.0
    """Of a million tokens."""
    price_completion: Amount = 0.0
    api_key_env: str = "OPENAI_API_KEY"
    """Environment variable with the key; without it none is sent."""
    continue_prefill: bool = False
    """Ask the server to continue a pre-filled answer, as vLLM understands it. Else the prefill isn't sent."""
    seeded: bool = True
    """Send a seed with each request."""
    extra: dict[str, Any] = {}
    """More keys of the request's body, e.g. top_k."""


class Answer(msgspec.Struct, frozen=True):
    """What a server said."""

    text: str
    finish: Finish
    prompt_tokens: int = 0
    completion_tokens: int = 0


class Refused(msgspec.Struct, frozen=True):
    """This prompt can't be answered, ever."""

    why: str


class Retry(msgspec.Struct, frozen=True):
    """Another attempt may help."""

    why: str
    busy: bool = False
    """The server has too much to do."""
    after_s: float | None = None
    """It said when."""


def path_of(prompt: Prompt) -> str:
    """Return where a prompt is sent: chat, or plain completion."""
    return "/chat/completions" if prompt.turns else "/completions"


def body(request: Request, sampling: Sampling, model: str, settings: Settings) -> bytes:
    """Return the body of a request."""
    prompt = request.prompt
    asked: dict[str, Any] = {
        "model": model,
        "temperature": sampling.temperature,
        "top_p": sampling.top_p,
        "max_tokens": sampling.max_tokens,
        "n": 1,
    }
    if settings.seeded:
        asked["seed"] = sample_seed(sampling.seed, request.key) & 0x7FFFFFFF
    if prompt.stop:
        asked["stop"] = prompt.stop[:STOPS]
    if prompt.turns:
        turns = prompt.turns
        if turns[-1]["role"] == "assistant":
            if settings.continue_prefill:
                asked |= {"continue_final_message": True, "add_generation_prompt": False}
            else:
                turns = turns[:-1]
        asked["messages"] = turns
    else:
        asked["prompt"] = prompt.text
        if prompt.suffix:
            asked["suffix"] = prompt.suffix
    return msgspec.json.encode(asked | settings.extra)


def streamed(asked: bytes) -> bytes:
    """Return the body of a request whose answer is to come in pieces, its usage with the last one."""
    return msgspec.json.encode(msgspec.json.decode(asked) | {"stream": True, "stream_options": {"include_usage": True}})


class Gathered:
    """The answer that the events of a stream make."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self.text = ""
        self.finish: Finish = "unknown"
        self.tokens = [0, 0]
        self.whole = False
        """The server said that this was all, and not just went away."""
        self.error = ""

    def take(self, data: bytes) -> None:
        """Take an event; what isn't one of the protocol's is passed over."""
        if data == b"[DONE]":
            self.whole = True
            return
        try:
            found = msgspec.json.decode(data)
            if found.get("error"):
                self.error = _said(data)
            usage = found.get("usage") or {}
            if usage:
                self.tokens = [int(usage.get(key) or 0) for key in ("prompt_tokens", "completion_tokens")]
            for choice in found.get("choices") or []:
                piece = choice["delta"].get("content") if "delta" in choice else choice.get("text")
                self.text += piece or ""
                if choice.get("finish_reason"):
                    self.finish = FINISHES.get(str(choice["finish_reason"]), "unknown")
                    self.whole = True
        except (msgspec.DecodeError, UnicodeDecodeError, KeyError, TypeError, ValueError, AttributeError):
            return

    @property
    def answer(self) -> Answer:
        """What was said."""
        return Answer(self.text, self.finish, *self.tokens)


def read(status: int, headers: dict[str, str], data: bytes) -> Answer | Refused | Retry | BackendError:
    """Return what a response means."""
    said = _said(data)
    if status == 200:
        return _answer(data) or Retry(f"garbage instead of an answer: {data[:200].decode('utf-8', 'replace')!r}")
    if status in {429, 503, 529}:
        if "insufficient_quota" in said:
            return BackendError(f"the quota is used up: {said}", "Raise it; the same command then goes on from here.")
        return Retry(f"{status}: {said}", busy=True, after_s=_after(headers))
    if status in {408, 409, 425} or status >= 500:
        return Retry(f"{status}: {said}", after_s=_after(headers))
    if status in {401, 403}:
        return BackendError(
            f"the server refuses the key ({status}): {said}", "Set API_KEY to a key that may use the model."
        )
    if status in {404, 405} or 300 <= status < 400:
        return BackendError(
            f"there is no such address or model ({status}): {said}", "The address usually ends with /v1."
        )
    return Refused(f"{status}: {said}")


def _answer(data: bytes) -> Answer | None:
    """Read an answer; None for garbage."""
    try:
        found = msgspec.json.decode(data)
        choice = found["choices"][0]
        text = choice["message"]["content"] if "message" in choice else choice["text"]
        usage = found.get("usage") or {}
        tokens = [int(usage.get(key) or 0) for key in ("prompt_tokens", "completion_tokens")]
        finish = FINISHES.get(str(choice.get("finish_reason")), "unknown")
    except (msgspec.DecodeError, UnicodeDecodeError, KeyError, IndexError, TypeError, ValueError, AttributeError):
        return None
    if text is None and finish == "error":
        text = ""
    return Answer(text, finish, *tokens) if isinstance(text, str) else None


def _said(data: bytes) -> str:
    """Return a refusal's message, one line."""
    try:
        found = msgspec.json.decode(data)
        error = found.get("error", found)
        said = str(error.get("message") or error) + (f" ({error['code']})" if error.get("code") else "")
    except (msgspec.DecodeError, UnicodeDecodeError, AttributeError, TypeError):
        said = data[:300].decode("utf-8", "replace")
    return " ".join(said.split())[:300] or "no message"


def _after(headers: dict[str, str]) -> float | None:
    try:
        return max(0.0, float(headers["retry-after"]))
    except (KeyError, ValueError):
        return None
