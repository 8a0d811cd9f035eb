"""The openai backend against a server on a local port that answers, refuses, drips and dies."""

import asyncio
import json
import socket
import threading

import pytest

from harness.backends import Request, open_backend
from harness.backends.openai.messages import Answer, Refused, Retry, read
from harness.backends.openai.pacing import Pacer
from harness.errors import BackendError, UsageError
from harness.records import Model, Prompt, Sampling
from tests.harness.datagen.conftest import completion

QUICK = {"backoff_s": 0.001, "retries": 3}
SAMPLING = Sampling(max_tokens=9)


def requests(count, **fields):
    prompts = [
        Prompt(
            problem_id=f"p{n}",
            style="chat",
            turns=[{"role": "user", "content": f"say {n}"}],
            sha256=f"sha{n}",
            **fields,
        )
        for n in range(count)
    ]
    return [Request(prompt=p, index=0) for p in prompts]


def generate(workspace, url, asked, sampling=SAMPLING, done=(), **options):
    """Return (samples by problem, backend) of one generation."""
    model = Model(name="m", source=f"openai:{url}#local", backend="openai")
    backend = open_backend("openai", model, workspace, **options)

    async def all_of_them():
        try:
            return {s.problem_id: s async for s in backend.generate(asked, sampling, done=done)}
        finally:
            await backend.close()

    return asyncio.run(all_of_them()), backend


def echo(body, number):
    return 200, {}, completion(f"you said {body['messages'][-1]['content']}")


def test_every_prompt_gets_its_own_answer(workspace, teacher):
    teacher.reply = echo
    teacher.latency_s = 0.01
    samples, backend = generate(workspace, teacher.url, requests(50), done={("p3", 0)}, concurrency=8)
    assert {k: s.text for k, s in samples.items()} == {f"p{n}": f"you said say {n}" for n in range(50) if n != 3}
    told = {(s.finish, s.prompt_sha256[:3], s.prompt_tokens, s.completion_tokens) for s in samples.values()}
    assert told == {("stop", "sha", 10, 5)}
    assert backend.usage.requests == 49
    assert set(teacher.paths) == {"/v1/chat/completions"}
    assert 1 < teacher.most_at_once <= 8


def test_what_is_asked_is_what_was_meant(workspace, teacher):
    sampling = Sampling(temperature=0.5, top_p=0.9, seed=3, max_tokens=77)
    generate(workspace, teacher.url, requests(1, stop=["a", "b", "c", "d", "e"]), sampling, extra={"top_k": 4})
    body = teacher.asked[0]
    assert (body["model"], body["temperature"], body["top_p"], body["max_tokens"]) == ("local", 0.5, 0.9, 77)
    assert body["stop"] == ["a", "b", "c", "d"]
    assert body["top_k"] == 4
    assert 0 <= body["seed"] < 2**31


def test_a_text_is_completed_and_cut_at_stops_that_the_protocol_has_no_room_for(workspace, teacher):
    answer = {"choices": [{"text": " four five", "finish_reason": "stop"}]}
    teacher.reply = lambda body, number: (200, {}, json.dumps(answer).encode())
    prompt = Prompt(problem_id="p", style="base", text="one two", stop=["v", "w", "x", "y", " five"])
    samples, _ = generate(workspace, teacher.url, [Request(prompt=prompt, index=0)])
    assert samples["p"].text == " four"
    assert teacher.asked[0]["prompt"] == "one two"
    assert teacher.paths == ["/v1/completions"]


@pytest.mark.parametrize(("continued", "roles"), [(False, ["user"]), (True, ["user", "assistant"])])
def test_a_prefill_is_sent_only_to_a_server_that_continues_it(workspace, teacher, continued, roles):
    turns = [{"role": "user", "content": "q"}, {"role": "assistant", "content": "It is"}]
    asked = [Request(prompt=Prompt(problem_id="p", style="chat", turns=turns, prefill="It is"), index=0)]
    generate(workspace, teacher.url, asked, continue_prefill=continued)
    assert [t["role"] for t in teacher.asked[0]["messages"]] == roles
    assert teacher.asked[0].get("continue_final_message", False) == continued


def test_the_key_is_sent_and_never_shown(workspace, teacher, monkeypatch):
    monkeypatch.setenv("MY_KEY", "secret-word")
    _, backend = generate(workspace, teacher.url, requests(1), api_key_env="MY_KEY")
    assert teacher.headers[0]["Authorization"] == "Bearer secret-word"
    assert "secret-word" not in json.dumps(backend.describe())


@pytest.mark.parametrize("status", [429, 500, 503, 529, 408])
def test_what_may_pass_is_tried_again(workspace, teacher, status):
    teacher.reply = lambda body, number: (status, {}, b"busy") if number % 2 else echo(body, number)
    samples, backend = generate(workspace, teacher.url, requests(6), concurrency=1, **QUICK)
    assert [s.finish for s in samples.values()] == ["stop"] * 6
    assert backend.usage.retries == 6


def test_garbage_is_tried_again_and_then_counted(workspace, teacher):
    def reply(body, number):
        if body["messages"][-1]["content"] == "say 1":
            return 200, {}, b"<html>not what you wanted</html>"
        return echo(body, number)

    teacher.reply = reply
    samples, backend = generate(workspace, teacher.url, requests(4), concurrency=1, **QUICK)
    assert [samples[f"p{n}"].finish for n in range(4)] == ["stop", "error", "stop", "stop"]
    assert "garbage" in backend.errors["p1", 0]
    assert "4 times" in backend.errors["p1", 0]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        b"\xff\xfe",
        b'{"choices":[]}',
        b'{"choices":[{"message":{"content":null}}]}',
        b'{"choices":[{}]}',
        b'"x"',
    ],
)
def test_no_kind_of_garbage_is_an_answer(data):
    assert isinstance(read(200, {}, data), Retry)


def test_a_prompt_that_is_refused_is_asked_once(workspace, teacher):
    teacher.reply = lambda body, number: (
        400,
        {},
        b'{"error": {"message": "context length exceeded", "code": "too_long"}}',
    )
    samples, backend = generate(workspace, teacher.url, requests(2), **QUICK)
    assert {s.finish for s in samples.values()} == {"error"}
    assert len(teacher.asked) == 2
    assert backend.errors["p0", 0] == "400: context length exceeded (too_long)"


@pytest.mark.parametrize(
    ("status", "data", "said"),
    [(401, b"{}", "refuses the key"), (403, b"", "refuses the key"), (404, b'{"error": "no model"}', "no such"),
     (302, b"", "no such"), (429, b'{"error": {"message": "insufficient_quota"}}', "quota")],
)  # fmt: skip
def test_what_no_prompt_can_change_ends_it(workspace, teacher, status, data, said):
    teacher.reply = lambda body, number: (status, {}, data)
    with pytest.raises(BackendError, match=said) as refused:
        generate(workspace, teacher.url, requests(20), concurrency=2, **QUICK)
    assert refused.value.remedy
    assert len(teacher.asked) <= 4


def test_a_server_that_is_not_there_is_an_error_soon(workspace):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    with pytest.raises(BackendError, match="doesn't answer"):
        generate(workspace, f"http://127.0.0.1:{port}/v1", requests(3), backoff_s=0.001, retries=90)


def test_a_server_that_dies_is_given_up(workspace, teacher):
    teacher.reply = lambda body, number: echo(body, number) if number <= 5 else (500, {}, b"dead")
    with pytest.raises(BackendError, match="500: dead"):
        generate(workspace, teacher.url, requests(100), concurrency=2, give_up_after=3, **QUICK)
    assert len(teacher.asked) <= 5 + 2 * 3 * 4 + 4


def test_a_slow_server_meets_the_time_limit(workspace, teacher):
    teacher.latency_s = 30
    with pytest.raises(BackendError, match=r"doesn't answer: no connection: .*timed out"):
        generate(workspace, teacher.url, requests(1), timeout_s=0.2, backoff_s=0, retries=0)


def test_a_dripping_server_meets_the_time_limit(workspace):
    with socket.create_server(("127.0.0.1", 0)) as server:
        stop = threading.Event()

        def drip():
            while not stop.is_set():
                client, _ = server.accept()
                client.recv(65536)
                client.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
                try:
                    while not stop.wait(0.02):
                        client.sendall(b" ")
                except OSError:
                    client.close()

        threading.Thread(target=drip, daemon=True).start()
        url = f"http://127.0.0.1:{server.getsockname()[1]}/v1"
        with pytest.raises(BackendError, match=r"not answered within 0\.3 s"):
            generate(workspace, url, requests(1), timeout_s=0.3, backoff_s=0, retries=0)
        stop.set()


@pytest.mark.parametrize("said", [b"SSH-2.0-server\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort", b""])
def test_what_is_not_whole_http_is_no_answer(workspace, said):
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve():
            while True:
                try:
                    client, _ = server.accept()
                except OSError:
                    return
                client.recv(65536)
                client.sendall(said)
                client.close()

        threading.Thread(target=serve, daemon=True).start()
        url = f"http://127.0.0.1:{server.getsockname()[1]}/v1"
        with pytest.raises(BackendError, match="no connection"):
            generate(workspace, url, requests(1), timeout_s=5.0, backoff_s=0, retries=1)


def test_a_connection_that_was_closed_while_idle_is_opened_again(workspace, teacher):
    teacher.reply = lambda body, number: (200, {"Connection": "close"}, completion("x"))
    samples, backend = generate(workspace, teacher.url, requests(5), concurrency=1)
    assert len(samples) == 5
    assert backend.usage.retries == 0


def test_cost_is_counted(workspace, teacher):
    _, backend = generate(workspace, teacher.url, requests(4), price_prompt=1.5, price_completion=2.0)
    assert backend.cost() == pytest.approx((40 * 1.5 + 20 * 2.0) / 1e6)
    assert generate(workspace, teacher.url, requests(1))[1].cost() is None


def test_options_are_checked(workspace):
    with pytest.raises(UsageError, match="no option speed"):
        generate(workspace, "http://localhost:1/v1", [], speed=2)
    with pytest.raises(UsageError, match="concurrency"):
        generate(workspace, "http://localhost:1/v1", [], concurrency=0)


def test_a_busy_server_is_asked_less_at_a_time():
    async def main():
        pacer = Pacer(12, None, None)
        pacer.slow_down(None)
        low = pacer.limit
        pacer.slow_down(None)
        again = pacer.limit
        for _ in range(200):
            pacer.answered(1)
        return low, again, pacer.limit

    assert asyncio.run(main()) == (8, 8, 12)


def test_rates_per_minute_hold_requests_back():
    async def main():
        loop = asyncio.get_running_loop()
        pacer = Pacer(50, 60 * 50, None)
        began = loop.time()
        for _ in range(11):
            async with pacer:
                pass
        return loop.time() - began

    assert asyncio.run(main()) > 0.19


def test_tokens_per_minute_hold_requests_back():
    async def main():
        pacer = Pacer(5, None, 100)
        async with pacer:
            pacer.answered(150)
        try:
            async with asyncio.timeout(0.1):
                async with pacer:
                    return "let through"
        except TimeoutError:
            return "held"

    assert asyncio.run(main()) == "held"


def test_statuses_are_read_as_what_they_mean():
    assert isinstance(read(200, {}, completion("x")), Answer)
    assert isinstance(read(422, {}, b"{}"), Refused)
    assert read(429, {"retry-after": "2"}, b"{}") == Retry("429: {}", busy=True, after_s=2.0)
    assert read(200, {}, completion("", finish="content_filter")) == Answer("", "error", 10, 5)
