"""Speed of seeds and of generation.

Prints a table and writes bench/results/generation.json.

    python bench/generation.py [--documents 80000] [--requests 3000] [--latency-ms 250] [--concurrency 64]

seeds       one snippet of each of 80,000 documents, once as JSON lines with a quota of half of them, once as a folder of
            files; seconds of the whole step with its dataset, and the largest memory at a quarter and at all of them
generation  OSS-Instruct's step (prompts, journal, parsing, dataset) against a local server of fixed latency, beside the
            same backend alone with the same requests, and beside one request at a time (on a part, multiplied)

Documents are made of the standard library's lines, 100 each. A quiet machine; about 3 minutes.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import multiprocessing
import random
import resource
import shutil
import socket
import sysconfig
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from harness import provenance
from harness.backends import Request, open_backend
from harness.datagen.frame import make_dataset
from harness.datagen.oss_instruct import OssInstruct
from harness.datagen.seeds import Quota, Seeds
from harness.records import Model, Prompt, Sampling
from harness.workspace import Workspace

RESULTS = Path(__file__).parent / "results" / "generation.json"
LINES = 100


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--documents", type=int, default=80_000)
    parser.add_argument("--requests", type=int, default=3000)
    parser.add_argument("--latency-ms", type=float, default=250)
    parser.add_argument("--concurrency", type=int, default=64)
    asked = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="magibench-bench-"))
    try:
        (folder / "models.toml").write_text("")
        figures = {
            "machine": provenance.machine(),
            "seeds": seeds(folder, asked.documents),
            "generation": generation(folder, asked.requests, asked.latency_ms / 1000, asked.concurrency),
        }
    finally:
        shutil.rmtree(folder)
    RESULTS.write_text(json.dumps(figures, indent=1, sort_keys=True) + "\n")


def documents(count: int) -> Iterator[str]:
    """Yield documents of 100 lines each."""
    paths = sorted(Path(sysconfig.get_paths()["stdlib"]).glob("*.py"))
    pool = [line for path in paths for line in path.read_text(errors="replace").splitlines(keepends=True)]
    draw = random.Random(0)
    for _ in range(count):
        place = draw.randrange(len(pool) - LINES)
        yield "".join(pool[place : place + LINES])


def seeds(folder: Path, count: int) -> list[dict[str, Any]]:
    """Measure seeds: each corpus in a process of its own, so that its memory is its own."""
    lines = []
    for kind, number in itertools.product(("file", "folder"), (count // 4, count)):
        source = folder / f"{kind}-{number}"
        if kind == "file":
            with source.open("w") as file:
                for place, text in enumerate(documents(number)):
                    file.write(json.dumps({"id": place, "content": text, "license": "MIT"}) + "\n")
        else:
            for place, text in enumerate(documents(number)):
                path = source / f"{place % 200:03}" / f"{place}.py"
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text)
        quota = count // 8 if kind == "file" else None
        with multiprocessing.get_context("spawn").Pool(1) as pool:
            seconds, mib, rows = pool.apply(_seeds, (folder, f"{kind}:{source}", quota))
        lines.append({"corpus": kind, "documents": number, "seconds": seconds, "peak_mib": mib, "rows": rows})
        print(f"seeds       {kind:7} {number:6} documents  {seconds:6.2f} s  {mib:5.0f} MiB  {rows} rows")
    return lines


def _seeds(folder: Path, source: str, rows: int | None) -> tuple[float, float, int]:
    step = Seeds(corpora=[Quota(corpus=source, language="python", rows=rows)])
    began = time.perf_counter()
    dataset = make_dataset(Workspace(folder), source.rpartition("/")[2], [step], seed=976)
    seconds = time.perf_counter() - began
    mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return round(seconds, 2), round(mib, 1), dataset.manifest().rows


def generation(folder: Path, count: int, latency_s: float, concurrency: int) -> dict[str, Any]:
    """Measure the step beside its backend alone, both against the same server."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    server = multiprocessing.get_context("spawn").Process(target=_serve, args=(port, latency_s), daemon=True)
    server.start()
    url = f"http://127.0.0.1:{port}/v1"
    (folder / "models.toml").write_text(f'[models.teacher]\nsource = "openai:{url}#m"\nstyle = "chat"\n')
    _wait(port)
    workspace = Workspace(folder)
    parent = make_dataset(workspace, "bench-seeds", [Seeds(corpora=[Quota(corpus=f"file:{_corpus(folder, count)}")])])
    alone, ours = [], []
    for number in range(3):
        alone.append(_backend_alone(workspace, url, count, concurrency))
        step = OssInstruct(teacher="teacher", options={"concurrency": concurrency})
        began = time.perf_counter()
        made = make_dataset(workspace, f"bench-{number}", [step], parent=parent)
        ours.append(time.perf_counter() - began)
        assert made.manifest().rows == count
    one = _backend_alone(workspace, url, 20, 1) * count / 20
    server.kill()
    alone_s, ours_s = sorted(alone)[1], sorted(ours)[1]
    share = alone_s / ours_s
    print(
        f"generation  {count} requests of {latency_s * 1000:g} ms, {concurrency} at once: backend alone {alone_s:.2f} s, "
        f"the step {ours_s:.2f} s ({100 * share:.1f} % of its throughput), one at a time {one:.0f} s"
    )
    return {
        "requests": count, "latency_s": latency_s, "concurrency": concurrency, "backend_alone_s": round(alone_s, 3),
        "step_s": round(ours_s, 3), "share": round(share, 4), "one_at_a_time_s": round(one, 1),
        "least_possible_s": round(latency_s * -(-count // concurrency), 3),
    }  # fmt: skip


def _corpus(folder: Path, count: int) -> Path:
    path = folder / "bench.jsonl"
    lines = (json.dumps({"id": place, "content": text}) for place, text in enumerate(documents(count)))
    path.write_text("\n".join(lines))
    return path


def _backend_alone(workspace: Workspace, url: str, count: int, concurrency: int) -> float:
    """Return the seconds that the backend takes with requests of the same size, and nothing around it."""
    model = Model(name="m", source=f"openai:{url}#m", backend="openai")
    texts = list(documents(count))
    requests = [
        Request(prompt=Prompt(problem_id=str(n), style="chat", turns=[{"role": "user", "content": t[:1500]}]), index=0)
        for n, t in enumerate(texts)
    ]

    async def run() -> float:
        backend = open_backend("openai", model, workspace, concurrency=concurrency)
        began = time.perf_counter()
        async for _ in backend.generate(requests, Sampling(max_tokens=2500)):
            pass
        seconds = time.perf_counter() - began
        await backend.close()
        return seconds

    return asyncio.run(run())


def _wait(port: int) -> None:
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return


def _serve(port: int, latency_s: float) -> None:
    """Answer every request after a fixed time, in a process of its own."""
    text = "[Problem Description]\n" + "Write a function. " * 30 + "\n[Solution]\n```python\n" + "x = 1\n" * 60 + "```"
    choice = {"message": {"role": "assistant", "content": text}, "finish_reason": "stop"}
    body = json.dumps({"choices": [choice], "usage": {"prompt_tokens": 400, "completion_tokens": 400}}).encode()
    answer = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                length = next(int(x[15:]) for x in head.lower().split(b"\r\n") if x.startswith(b"content-length:"))
                await reader.readexactly(length)
                await asyncio.sleep(latency_s)
                writer.write(answer)
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    async def serve() -> None:
        server = await asyncio.start_server(handle, "127.0.0.1", port, backlog=1024)
        await server.serve_forever()

    asyncio.run(serve())


if __name__ == "__main__":
    main()
