"""Answers while they are being written: pieces, a real model, a server that streams, and those that don't."""

import json
import threading
from contextlib import aclosing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.asking import prompt_of
from harness.backends import Request, open_backend
from harness.backends.streaming import Pieces, can_stream, stream
from harness.records import Model, Sample, Sampling
from harness.styles import trim
from harness.workspace import Workspace

WORDS = ["def ", "f(x):", "\n", "    return ", "x", "\n```", "\n", "äöü", "stop"]


@given(
    st.lists(st.sampled_from(["a", "b", "ab", "\n", "``", "`", "x"]), max_size=30),
    st.sampled_from(["ab\n", "```", "xx"]),
)
def test_pieces_are_the_text_before_the_stop_string(parts, stop):
    pieces, said, text = Pieces([stop]), "", ""
    for part in parts:
        text += part
        said += pieces.grow(text)
        assert trim(text, [stop]).startswith(said)
    said += pieces.end(trim(text, [stop]))
    assert said == trim(text, [stop])


def test_half_a_character_is_held_back():
    pieces = Pieces([])
    assert pieces.grow("a\N{REPLACEMENT CHARACTER}") == "a"
    assert pieces.grow("aä") == "ä"


class Server(ThreadingHTTPServer):
    """Speaks OpenAI's protocol; ``mode`` says how well."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.mode = "stream"
        self.asked = []
        self.gone = threading.Event()
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_address[1]}/v1"


class Handler(BaseHTTPRequestHandler):
    def log_message(self, *given):
        pass

    def do_POST(self):
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.asked.append(asked)
        mode = self.server.mode
        if mode == "refuse" and asked.get("stream"):
            self.whole(400, {"error": {"message": "stream is not supported"}})
        elif mode in {"whole", "refuse"}:
            choice = {"message": {"content": "".join(WORDS)}, "finish_reason": "stop"}
            self.whole(200, {"choices": [choice], "usage": {"prompt_tokens": 5, "completion_tokens": 9}})
        elif mode == "denied":
            self.whole(401, {"error": {"message": "wrong key"}})
        else:
            self.events(mode)

    def whole(self, status, body):
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def events(self, mode):
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream; charset=utf-8")
        self.end_headers()
        try:
            self.say({"choices": [{"delta": {"role": "assistant"}}]})
            for word in WORDS if mode != "endless" else iter(lambda: "again ", ""):
                self.say({"choices": [{"delta": {"content": word}, "finish_reason": None}]})
                if mode == "broken" and word == "x":
                    return
            self.say({"choices": [{"delta": {}, "finish_reason": "length"}]})
            self.say({"choices": [], "usage": {"prompt_tokens": 5, "completion_tokens": 9}})
            self.wfile.write(b"data: [DONE]\n\n")
        except OSError:
            self.server.gone.set()

    def say(self, event):
        self.wfile.write(b": a comment\ndata: " + json.dumps(event).encode() + b"\n\n")
        self.wfile.flush()


@pytest.fixture
def server():
    made = Server()
    yield made
    made.shutdown()


def backend_of(server, tmp_path):
    (tmp_path / "models.toml").touch()
    model = Model(name="served", source=f"openai:{server.url}#m", backend="openai", style="chat")
    return open_backend("openai", model, Workspace(tmp_path), backoff_s=0.01)


async def heard(backend, style="chat", **sampling):
    request = Request(prompt_of("Write f.", style), 0)
    items = [item async for item in stream(backend, request, Sampling(**sampling))]
    await backend.close()
    pieces, sample = items[:-1], items[-1]
    assert isinstance(sample, Sample)
    assert all(isinstance(piece, str) and piece for piece in pieces)
    assert "".join(pieces) == sample.text
    return pieces, sample


async def test_a_server_that_streams_is_heard_piece_by_piece(server, tmp_path):
    pieces, sample = await heard(backend_of(server, tmp_path))
    assert pieces == WORDS
    assert (sample.finish, sample.prompt_tokens, sample.completion_tokens) == ("length", 5, 9)
    assert server.asked[0]["stream"] is True


@pytest.mark.parametrize(("mode", "requests"), [("whole", 2), ("refuse", 2)])
async def test_a_server_that_does_not_stream_gives_the_whole_answer(server, tmp_path, mode, requests):
    server.mode = mode
    pieces, sample = await heard(backend_of(server, tmp_path))
    assert pieces == ["".join(WORDS)]
    assert sample.completion_tokens == 9
    assert len(server.asked) == requests


async def test_a_stream_that_breaks_off_is_no_whole_answer(server, tmp_path):
    server.mode = "broken"
    pieces, sample = await heard(backend_of(server, tmp_path))
    assert pieces == WORDS[:5]
    assert sample.finish == "error"
    assert sample.error.startswith("no answer")


async def test_leaving_a_stream_breaks_the_connection_off(server, tmp_path):
    server.mode = "endless"
    backend = backend_of(server, tmp_path)
    async with aclosing(stream(backend, Request(prompt_of("x", "chat"), 0), Sampling())) as items:
        async for item in items:
            assert item == "again "
            break
    assert server.gone.wait(20)
    server.mode = "stream"
    pieces, _ = await heard(backend)
    assert pieces == WORDS


async def test_a_backend_that_can_not_stream_says_all_at_once(tmp_path):
    (tmp_path / "models.toml").touch()
    (tmp_path / "s.jsonl").write_text('{"task_id": "prompt", "completion": "return 1"}\n')
    model = Model(name="old", source="samples:s.jsonl", backend="replay")
    backend = open_backend("replay", model, Workspace(tmp_path))
    assert not can_stream(backend)
    pieces, _ = await heard(backend, "base")
    assert pieces == ["return 1"]
