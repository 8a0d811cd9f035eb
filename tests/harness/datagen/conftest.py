"""A teacher of our own on a local port: it speaks OpenAI's protocol and misbehaves as a test asks."""

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from harness.workspace import Workspace

ANSWER = (
    "[Problem Description]\nWrite `f{n}` that returns {n}.\n\n[Solution]\n```python\ndef f{n}():\n    return {n}\n```\n"
)


class Teacher:
    """What was asked (bodies and paths), and what is answered: ``reply(body, number)`` returns (status, headers, data)."""

    def __init__(self):
        self.asked = []
        self.paths = []
        self.headers = []
        self.latency_s = 0.0
        self.most_at_once = 0
        self.reply = lambda body, number: (200, {}, completion(oss_answer(body)))
        self._now = 0
        self._lock = threading.Lock()
        teacher = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do_POST(self):
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                with teacher._lock:
                    teacher.asked.append(body)
                    teacher.paths.append(self.path)
                    teacher.headers.append(dict(self.headers))
                    number = len(teacher.asked)
                    teacher._now += 1
                    teacher.most_at_once = max(teacher.most_at_once, teacher._now)
                if teacher.latency_s:
                    time.sleep(teacher.latency_s)
                status, headers, data = teacher.reply(body, number)
                with teacher._lock:
                    teacher._now -= 1
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *args):
                pass

        class Server(ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 256

            def handle_error(self, request, address):
                pass

        self.server = Server(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/v1"
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()


def completion(text, finish="stop", **usage):
    """Return the body of an answer."""
    tokens = {"prompt_tokens": 10, "completion_tokens": 5, **usage}
    choice = {"message": {"role": "assistant", "content": text}, "finish_reason": finish}
    return json.dumps({"choices": [choice], "usage": tokens}).encode()


def oss_answer(body):
    """Return an answer that depends on the prompt alone, in the form that OSS-Instruct asks for."""
    text = body["messages"][-1]["content"]
    return ANSWER.format(n=sum(map(ord, text)))


@pytest.fixture
def teacher(monkeypatch):
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    made = Teacher()
    yield made
    made.close()


@pytest.fixture
def workspace(tmp_path):
    folder = tmp_path / "workspace"
    folder.mkdir()
    (folder / "models.toml").write_text("")
    return Workspace(folder)


@pytest.fixture
def taught(workspace, teacher):
    """A workspace whose model "teacher" is the local server."""
    workspace.models.write_text(f'[models.teacher]\nsource = "openai:{teacher.url}#local"\nstyle = "chat"\n')
    return workspace


@pytest.fixture
def corpus(workspace):
    """A folder of 40 files of code, one of them licensed otherwise, and what no corpus should trip over."""
    folder = workspace.root / "code"
    (folder / "deep" / "er").mkdir(parents=True)
    (folder / "LICENSE").write_text("Permission is hereby granted, free of charge, to any person obtaining a copy")
    for number in range(40):
        place = folder if number % 2 else folder / "deep"
        lines = "".join(f"    x = {number} + {line}\n" for line in range(30))
        (place / f"module_{number:02}.py").write_text(f"def function_{number}():\n{lines}")
    (folder / "deep" / "er" / "own.py").write_text("# SPDX-License-Identifier: Apache-2.0\nx = 1\n")
    return folder
