"""The verdict cache: identical programs against identical tests are executed once, ever.

One SQLite file in the user's cache. Keys hold everything that a judgement depends on; what
depends on the clock or on a broken sandbox is never kept.
"""

from __future__ import annotations

import contextlib
import hashlib
import sqlite3
from pathlib import Path

import msgspec

from harness.judging.equality import RULE_VERSION
from harness.judging.judgement import Judgement
from harness.learning import learn
from harness.workspace import cache_dir

UNCACHED = ("idle", "on the clock")
"""Words of timeouts that a clock decided, not CPU time."""


class VerdictCache:
    """Judgements by content; a damaged or unwritable file means no cache, never an error."""

    def __init__(self, path: Path | None = None) -> None:
        """Open the cache (default: verdicts.sqlite in the user's cache folder)."""
        self._db: sqlite3.Connection | None = None
        path = path or cache_dir() / "verdicts.sqlite"
        with contextlib.suppress(sqlite3.Error, OSError):
            path.parent.mkdir(parents=True, exist_ok=True)
            database = sqlite3.connect(path, timeout=5, isolation_level=None)
            database.execute("PRAGMA journal_mode=WAL")
            database.execute("PRAGMA synchronous=NORMAL")
            database.execute("CREATE TABLE IF NOT EXISTS verdicts (key BLOB PRIMARY KEY, judgement BLOB) WITHOUT ROWID")
            self._db = database
        self._decoder = msgspec.msgpack.Decoder(Judgement)

    @staticmethod
    def key(tests: str, code: str) -> bytes:
        """Return the key of a program (source text) against tests (the judge's own key)."""
        parts = f"{RULE_VERSION}\0{tests}\0{code}"
        return hashlib.sha256(parts.encode("utf-8", "surrogatepass")).digest()

    def get(self, key: bytes) -> Judgement | None:
        """Return a judgement, or None."""
        if self._db is None:
            return None
        with contextlib.suppress(sqlite3.Error, msgspec.MsgspecError):
            row = self._db.execute("SELECT judgement FROM verdicts WHERE key = ?", (key,)).fetchone()
            return self._decoder.decode(row[0]) if row else None
        return None

    def put(self, key: bytes, judgement: Judgement) -> None:
        """Keep a judgement, unless a clock or a broken sandbox had a part in it."""
        proof = judgement.evidence
        by_clock = judgement.reason == "timeout" and proof is not None and proof.error.endswith(UNCACHED)
        if self._db is None or judgement.reason == "infrastructure" or by_clock:
            return
        with contextlib.suppress(sqlite3.Error):
            blob = msgspec.msgpack.encode(judgement)
            self._db.execute("INSERT OR REPLACE INTO verdicts VALUES (?, ?)", (key, blob))

    def close(self) -> None:
        """Close the file."""
        if self._db is not None:
            self._db.close()
            self._db = None


learn(Judgement)
