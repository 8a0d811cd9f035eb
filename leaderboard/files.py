"""The folder of a site: files are replaced where they changed, and leftovers of old builds go."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from harness.errors import UsageError

MANIFEST = ".magibench-site.json"
"""Names every file that a build wrote, and of which inputs: what a later build may remove or leave, and nothing else."""


class SiteFolder:
    """A folder that only builds of the site write to."""

    def __init__(self, path: Path) -> None:
        """Take ``path`` over, created if missing.

        Raises:
            UsageError: it is a file, or holds things that no build of the site wrote.
        """
        self.path = path
        self.written: dict[str, int] = {}
        if path.exists() and not path.is_dir():
            raise UsageError(f"{path} is a file.", "Name a folder with --out.")
        manifest = path / MANIFEST
        if path.is_dir() and any(path.iterdir()) and not manifest.exists():
            raise UsageError(
                f"{path} is not empty and was not made by `magibench publish`.",
                "Name another folder with --out: files in it would be overwritten.",
            )
        path.mkdir(parents=True, exist_ok=True)
        self._old = self._read(manifest)
        self._keys: dict[str, str] = {}
        if not manifest.exists():
            manifest.write_text("{}\n")

    @staticmethod
    def _read(manifest: Path) -> dict[str, str]:
        """Return names and keys in a manifest; none where it is missing or damaged."""
        try:
            found = json.loads(manifest.read_text())
            names = found if isinstance(found, dict) else dict.fromkeys(found, "")
            return {n: str(key) for n, key in names.items() if ".." not in n and not n.startswith("/")}
        except (OSError, ValueError, TypeError):
            return {}

    def make(self, name: str, key: str, how: Callable[[], bytes]) -> None:
        """Make one file, unless the last build made it of the same inputs and it is still there.

        Args:
            name: relative to the root of the site.
            key: stands for its inputs.
            how: returns its content.
        """
        self._keys[name] = key
        if self._old.get(name) == key:
            try:
                self.written[name] = (self.path / name).stat().st_size
            except OSError:
                pass
            else:
                return
        self.write(name, how())

    def write(self, name: str, data: bytes) -> None:
        """Write one file, unless it says the same already: its time then stays."""
        file = self.path / name
        self.written[name] = len(data)
        try:
            if file.read_bytes() == data:
                return
        except OSError:
            file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)

    def finish(self) -> int:
        """Write the manifest, remove files of earlier builds, return how many were removed."""
        gone = sorted(set(self._old) - set(self.written), reverse=True)
        names = {name: self._keys.get(name, "") for name in sorted(self.written)}
        (self.path / MANIFEST).write_text(json.dumps(names, indent=0) + "\n")
        for name in gone:
            file = self.path / name
            file.unlink(missing_ok=True)
            if file.parent != self.path and file.parent.is_dir() and not any(file.parent.iterdir()):
                file.parent.rmdir()
        return len(gone)
