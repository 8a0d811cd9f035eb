"""An image as a file: so that one machine builds it, and others have the very same."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from sandboxes.engine import DockerException, connect
from sandboxes.errors import ImageError
from sandboxes.images import find_image

CHUNK = 8 << 20
"""Bytes read from the engine at a time."""


def save_image(name: str, folder: Path) -> Path:
    """Write the image ``name`` with its tag into a new file of ``folder``; return it.

    Raises:
        EngineUnavailable: no engine answers.
        ImageError: it isn't built.
    """
    client = connect()
    try:
        image = find_image(client, name)
        if not image.present:
            raise ImageError(f"The image {name!r} ({image.tag}) is not built.", "Run `make images`.")
        handle, path = tempfile.mkstemp(dir=folder, prefix="magibench-image-", suffix=".tar")
        try:
            with os.fdopen(handle, "wb") as file:
                for chunk in client.images.get(image.tag).save(chunk_size=CHUNK, named=image.tag):
                    file.write(chunk)
        except BaseException:
            Path(path).unlink(missing_ok=True)
            raise
        return Path(path)
    finally:
        client.close()


def load_image(path: Path) -> None:
    """Load a file of ``save_image`` into this machine's engine: same tag, same digest.

    Raises:
        EngineUnavailable: no engine answers.
        ImageError: the engine refuses it.
    """
    client = connect()
    try:
        with path.open("rb") as file:
            client.images.load(file)
    except DockerException as error:
        raise ImageError(f"An image can't be loaded: {error}") from None
    finally:
        client.close()
