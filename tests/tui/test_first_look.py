"""`magibench --demo` on a real terminal, and `magibench serve-tui` as a browser would see it."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from harness.cli import serve_tui

ROOT = Path(__file__).resolve().parents[2]


def test_the_demo_opens_without_a_workspace_and_leaves_nothing(tmp_path):
    script = """
import os, pty, select, sys, time
pid, fd = pty.fork()
if pid == 0:
    os.environ.update(TERM="xterm-256color", COLORTERM="truecolor")
    os.execv(sys.executable, [sys.executable, "-m", "harness", "--demo"])
drawn, keys = b"", [b"6", b"q"]
end = time.monotonic() + 40
while time.monotonic() < end:
    if select.select([fd], [], [], 0.5)[0]:
        try:
            drawn += os.read(fd, 65536)
        except OSError:
            break
    elif keys:
        os.write(fd, keys.pop(0))
print(b"qwen2.5-coder" in drawn, os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
"""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "TMPDIR": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert done.stdout.split() == ["True", "0"], done.stderr
    assert not list(tmp_path.glob("magibench-demo-*"))


@pytest.fixture
def served(workspace):
    pytest.importorskip("textual_serve", reason="the extra web is not installed")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "harness", "-w", str(workspace.root), "serve-tui", "--port", str(port)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    server = subprocess.Popen(
        command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )
    yield port
    os.killpg(server.pid, signal.SIGTERM)
    server.wait(20)


async def test_a_browser_gets_the_page_and_the_app(served):
    import aiohttp

    page = f"http://localhost:{served}/"

    def get():
        with urllib.request.urlopen(page) as answer:
            return answer.read()

    for _ in range(200):
        try:
            text = await asyncio.to_thread(get)
            break
        except (urllib.error.URLError, ConnectionError):
            await asyncio.sleep(0.1)
    assert b"magibench" in text
    drawn = b""
    url = f"{page}ws?width=120&height=36"
    async with aiohttp.ClientSession() as session, session.ws_connect(url) as socket_:
        while b"Results" not in drawn:
            message = await socket_.receive(timeout=30)
            assert message.type in {aiohttp.WSMsgType.BINARY, aiohttp.WSMsgType.TEXT}, drawn[-500:]
            drawn += message.data if isinstance(message.data, bytes) else message.data.encode()


def test_without_the_extra_it_says_what_to_install(monkeypatch):
    from click.testing import CliRunner

    from harness.cli import main

    monkeypatch.setattr(serve_tui.importlib.util, "find_spec", lambda name: None)
    done = CliRunner().invoke(main, ["serve-tui", "--demo"])
    assert done.exit_code == 2
    assert 'pip install "magibench[web]"' in done.output
