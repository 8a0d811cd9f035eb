"""Licences: recognised by a few words of their texts, found beside the code or in its first lines."""

from __future__ import annotations

import hashlib
import os
import re
from functools import lru_cache
from pathlib import Path

NAMES = re.compile(r"(?i)^(licen[cs]e|copying|unlicense|notice)([.\-_].*)?$")
SPDX = re.compile(r"SPDX-License-Identifier:\s*([\w.+()\- ]+?)\s*(?:\*/|-->|$)", re.MULTILINE)
READ = 65536
"""Bytes of a licence file that are looked at."""

TEXTS = (
    ("Apache-2.0", r"Apache License,?\s+Version 2\.0"),
    ("AGPL-3.0", r"GNU AFFERO GENERAL PUBLIC LICENSE\s+Version 3"),
    ("LGPL-3.0", r"GNU LESSER GENERAL PUBLIC LICENSE\s+Version 3"),
    ("LGPL-2.1", r"GNU LESSER GENERAL PUBLIC LICENSE\s+Version 2\.1"),
    ("GPL-3.0", r"GNU GENERAL PUBLIC LICENSE\s+Version 3"),
    ("GPL-2.0", r"GNU GENERAL PUBLIC LICENSE\s+Version 2"),
    ("MPL-2.0", r"Mozilla Public License,?\s+(?:Version|v\.)\s*2\.0"),
    ("PSF-2.0", r"PYTHON SOFTWARE FOUNDATION LICENSE VERSION 2"),
    ("BSL-1.0", r"Boost Software License\s+-?\s*Version 1\.0"),
    ("Unlicense", r"free and unencumbered software released into the public domain"),
    ("CC0-1.0", r"CC0 1\.0 Universal"),
    ("ISC", r"Permission to use, copy, modify,? and(?:/or)? distribute this software for any"),
    ("MIT", r"Permission is hereby granted, free of charge, to any person obtaining a copy"),
    ("BSD-3-Clause", r"Redistribution and use in source and binary forms[\s\S]+Neither the name"),
    ("BSD-2-Clause", r"Redistribution and use in source and binary forms"),
)
"""SPDX identifier and words that only its text has; the first that fits wins."""


class Licences:
    """Looks up the licence of documents of a folder; what it read is in ``files``."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self.files: dict[str, dict[str, str]] = {}
        """Path below the root to what it is and its SHA-256."""
        self._of_folder = lru_cache(maxsize=4096)(self._look)

    def of(self, path: Path, text: str) -> str:
        """Return a document's licence: what it says itself, or else the nearest licence file upwards says."""
        found = SPDX.search(text[:2000])
        return found[1].strip() if found else self._of_folder(path.parent)

    def _look(self, folder: Path) -> str:
        try:
            names = sorted(e.name for e in os.scandir(folder) if NAMES.match(e.name) and e.is_file())
        except OSError:
            names = []
        for name in names:
            try:
                with (folder / name).open("rb") as file:
                    data = file.read(READ)
            except OSError:
                continue
            licence = recognise(data.decode("utf-8", "replace"))
            relative = (folder / name).relative_to(self._root).as_posix()
            self.files[relative] = {"licence": licence, "sha256": hashlib.sha256(data).hexdigest()}
            if not name.lower().startswith("notice"):
                return licence or f"see {relative}"
        return "" if folder == self._root else self._of_folder(folder.parent)


def recognise(text: str) -> str:
    """Return the SPDX identifier of a licence's text; empty where it isn't known."""
    return next((name for name, words in TEXTS if re.search(words, text)), "")
