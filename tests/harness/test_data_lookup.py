"""Where benchmark data is looked for, and what happens when it isn't what it should be."""

from __future__ import annotations

import gzip
import hashlib
import http.server
import socket
import threading
import time
from contextlib import contextmanager
from dataclasses import replace

import pytest

from harness.benchmarks.data import data_of, inventory
from harness.benchmarks.download import Unreachable, fetch
from harness.benchmarks.releases import Release, all_releases
from harness.errors import DataError

CONTENT = b'{"task_id": "Toy/0"}\n'


@pytest.fixture(autouse=True)
def places(tmp_path, monkeypatch):
    """An empty folder of data and an empty cache of this test's own."""
    folder = tmp_path / "data"
    folder.mkdir()
    monkeypatch.setenv("MAGIBENCH_DATA", str(folder))
    monkeypatch.setenv("MAGIBENCH_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
    for name in ("http_proxy", "HTTP_PROXY"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


@pytest.fixture
def toy():
    """A release that no server has."""
    return Release(
        benchmark="toy+",
        version="v1.0-mini",
        folder="toy-plus/v1.0",
        stem="ToyPlus-Mini",
        sha256=hashlib.sha256(CONTENT).hexdigest(),
        problems=1,
        url=f"http://127.0.0.1:{closed_port()}/ToyPlus-Mini.jsonl.gz",
    )


def closed_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def server(answer: bytes, status: int = 200):
    """A web server that has one answer."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            self.send_response(status)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_):
            pass

    asked: list[str] = []
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as running:
        thread = threading.Thread(target=running.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{running.server_address[1]}/file.gz", asked
        finally:
            running.shutdown()
            thread.join()


@pytest.mark.parametrize(
    "name",
    [
        "toy-plus/v1.0/ToyPlus-Mini.jsonl.gz",
        "toy-plus/v1.0/ToyPlus-Mini.jsonl",
        "ToyPlus-Mini-v1.0.jsonl.gz",
        "ToyPlus-Mini-v1.0.jsonl",
    ],
)
def test_a_folder_may_be_nested_or_flat_and_packed_or_not(places, toy, name):
    path = places / "data" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gzip.compress(CONTENT) if name.endswith(".gz") else CONTENT)
    data = data_of(toy)
    assert (data.content, data.source, data.path) == (CONTENT, "folder", path)
    assert data.sha256 == toy.sha256


def test_other_data_in_the_users_folder_is_an_error_with_both_sums(places, toy):
    path = places / "data" / "ToyPlus-Mini-v1.0.jsonl"
    path.write_bytes(b"{}\n")
    with pytest.raises(DataError) as caught:
        data_of(toy)
    assert str(path) in caught.value.message
    assert toy.sha256 in caught.value.message
    assert hashlib.sha256(b"{}\n").hexdigest() in caught.value.message
    assert toy.url in caught.value.remedy


def test_a_torn_file_in_the_users_folder_is_an_error(places, toy):
    path = places / "data" / "ToyPlus-Mini-v1.0.jsonl.gz"
    path.write_bytes(gzip.compress(CONTENT)[:-6])
    with pytest.raises(DataError, match="can't be read"):
        data_of(toy)


def test_what_can_not_be_had_names_every_way_and_soon(places, toy):
    begin = time.monotonic()
    with pytest.raises(DataError) as caught:
        data_of(toy)
    assert time.monotonic() - begin < 30  # A guard against hanging, not a measurement.
    for way in ("folder:", "toy-plus/v1.0/ToyPlus-Mini", "cache:", "ToyPlus-Mini-v1.0", "release:", toy.url):
        assert way in caught.value.message
    assert "MAGIBENCH_DATA" in caught.value.remedy


def test_a_folder_that_is_not_there_is_named(places, toy, monkeypatch):
    monkeypatch.setenv("MAGIBENCH_DATA", str(places / "nowhere"))
    with pytest.raises(DataError, match=r"nowhere \(MAGIBENCH_DATA\) is no folder"):
        data_of(toy)


def test_a_release_is_fetched_once_and_then_comes_from_the_cache(places, toy):
    with server(gzip.compress(CONTENT)) as (url, asked):
        here = replace(toy, url=url)
        assert data_of(here).source == "release"
        assert data_of(here).source == "cache"
    assert len(asked) == 1
    assert data_of(here).content == CONTENT
    assert [path.name for path in (places / "cache" / "data").iterdir()] == ["ToyPlus-Mini-v1.0.jsonl.gz"]


def test_a_damaged_copy_in_the_cache_is_replaced(places, toy):
    path = places / "cache" / "data" / "ToyPlus-Mini-v1.0.jsonl.gz"
    path.parent.mkdir(parents=True)
    path.write_bytes(b"half a fi")
    with server(gzip.compress(CONTENT)) as (url, _):
        assert data_of(replace(toy, url=url)).content == CONTENT
    assert gzip.decompress(path.read_bytes()) == CONTENT


def test_a_download_with_another_checksum_is_not_kept(places, toy):
    with server(gzip.compress(b"something else")) as (url, _), pytest.raises(DataError, match="expected"):
        data_of(replace(toy, url=url))
    assert not any((places / "cache" / "data").iterdir())


def test_the_folder_comes_before_the_cache_and_the_net(places, toy):
    (places / "data" / "ToyPlus-Mini-v1.0.jsonl").write_bytes(CONTENT)
    with server(gzip.compress(CONTENT)) as (url, asked):
        assert data_of(replace(toy, url=url)).source == "folder"
    assert asked == []


def test_offline_means_offline(toy, monkeypatch):
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    with server(gzip.compress(CONTENT)) as (url, asked), pytest.raises(DataError, match="HF_HUB_OFFLINE"):
        data_of(replace(toy, url=url))
    assert asked == []


def test_a_server_that_says_no_is_quoted(places):
    with server(b"", status=404) as (url, _), pytest.raises(Unreachable, match="Not Found"):
        fetch(url, places / "file")
    assert not (places / "file").exists()


def test_a_server_that_says_nothing_is_waited_for_only_so_long(places):
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        begin = time.monotonic()
        with pytest.raises(Unreachable):
            fetch(f"http://127.0.0.1:{silent.getsockname()[1]}/", places / "file", connect_s=0.3)
    assert time.monotonic() - begin < 30


def test_the_inventory_lists_every_file_without_a_network(places):
    rows = inventory()
    assert [(row["name"], row["version"]) for row in rows] == [(r.benchmark, r.version) for r in all_releases()]
    by_name = {f"{row['name']}@{row['version']}": row for row in rows}
    assert by_name["humaneval@v1.0"]["available"]
    assert by_name["humaneval@v1.0"]["where"].startswith("package: ")
    missing = by_name["mbpp+@v0.2.0"]
    assert not missing["available"]
    assert "mbpp-plus/v0.2.0/MbppPlus.jsonl.gz" in missing["remedy"]


def test_the_inventory_says_which_file_is_not_what_it_should_be(places):
    (places / "data" / "MbppPlus-v0.2.0.jsonl").write_bytes(CONTENT)
    row = next(row for row in inventory() if (row["name"], row["version"]) == ("mbpp+", "v0.2.0"))
    assert not row["available"]
    assert row["sha256"] in row["where"]
    assert row["remedy"]
