"""What driver and nodes say to each other: msgpack, so that a batch is one piece of bytes."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import Any, Literal

import msgspec

import harness
import sandboxes
from harness.judging.judgement import Judgement


class Work(msgspec.Struct, frozen=True, array_like=True):
    """One job for a node."""

    id: int
    kind: Literal["gate", "judge"]
    tests: str
    """Name of the problem set (``Tests``)."""
    problem: str
    code: bytes = b""
    """Of a program: UTF-8, surrogates passed."""


class Gate(msgspec.Struct, frozen=True, array_like=True):
    """What a node knows of a problem once its reference ran there."""

    broken: str
    """Why the reference fails there; empty if it passes."""
    key: str = ""
    """Content address of tests, limits and image."""
    cost: float = 0.0
    """CPU seconds of the reference."""


class Answer(msgspec.Struct, frozen=True, array_like=True):
    """What became of a job."""

    id: int
    gate: Gate | None = None
    """Of a gate job; of a program whose problem's reference fails on the node."""
    judgement: Judgement | None = None
    error: str = ""
    """What the node's own code raised: the job moves."""
    seconds: float = 0.0
    """From the job's start on the node to its end."""


class Hello(msgspec.Struct, frozen=True, kw_only=True):
    """What a node says of itself."""

    version: str
    """Of Magibench."""
    code: str
    """``code_digest``."""
    python: str


class Tests(msgspec.Struct, frozen=True, kw_only=True):
    """What a node must know of a benchmark: the part of ``harness.benchmarks.Benchmark`` that judging uses."""

    name: str
    tests: str
    image: str
    suites: tuple[str, ...]


encode = msgspec.msgpack.Encoder().encode
decode_work = msgspec.msgpack.Decoder(list[Work]).decode
decode_answers = msgspec.msgpack.Decoder(list[Answer]).decode


@cache
def code_digest() -> str:
    """Return a digest of all code of ours that judges: two nodes with the same one judge alike."""
    digest = hashlib.sha256()
    for package in (harness, sandboxes):
        root = Path(str(package.__file__)).parent
        for path in sorted(p for p in root.rglob("*.py") if "__pycache__" not in p.parts):
            digest.update(f"{root.name}/{path.relative_to(root).as_posix()}\0".encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()


def local(value: Any) -> Any:
    """Return msgspec's plain form of a record, for what Ray carries by itself."""
    return msgspec.to_builtins(value)
