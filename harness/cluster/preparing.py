"""What must hold before a node takes work: the same code, the same image, references that pass."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Any, Protocol

import msgspec

from harness.cluster.messages import Hello, code_digest
from harness.cluster.room import NodeLost, call
from harness.errors import MagibenchError

LOOK_S = 30.0
"""Seconds that the nodes of the beginning have to say which image they have, before one is chosen without them."""


SOURCE_S = 300.0
"""Seconds to wait for a node that has an image that others lack."""


class Refused(MagibenchError):
    """A node may take no work; the message says why."""


class HasActor(Protocol):
    """A node whose actor answers."""

    name: str
    handle: Any


async def same_code(handle: Any) -> None:
    """Check that a node runs the driver's code.

    Raises:
        Refused: it does not.
    """
    from harness import __version__

    said = msgspec.convert(await call(handle.hello), Hello)
    if said.code != code_digest():
        theirs, ours = f"{said.version} ({said.code[:10]})", f"{__version__} ({code_digest()[:10]})"
        raise Refused(f"its Magibench is {theirs}, the driver's {ours}", "Install the same version there.")


class Images:
    """Which digest of an image counts, and where it can be had: built once, then sent."""

    def __init__(self) -> None:
        """Know nothing yet."""
        self.chosen: dict[str, str] = {}
        self.boxes: dict[str, dict[str, Any]] = {}
        """Provenance of the first node that was ready, by image."""
        self._sources: dict[str, HasActor] = {}
        self._lock = asyncio.Lock()
        self._looks: dict[str, dict[str, str]] = {}
        self._heard = asyncio.Event()

    async def have(self, node: HasActor, image: str, expected: int) -> None:
        """Give a node an image, and check that it is the one that counts; ``expected`` nodes look before one is chosen.

        Raises:
            Refused: it has another, and the right one can't be had.
            MagibenchError: nothing can run there.
        """
        looks = self._looks.setdefault(image, {})
        looks[node.name] = await call(node.handle.look, image)
        self._heard.set()
        if image not in self.chosen:
            await self._all_looked(image, expected)
        async with self._lock:
            if image not in self.chosen:
                await self._choose(node, image, Counter(i for i in looks.values() if i))
        wanted = self.chosen[image]
        if looks[node.name] != wanted:
            looks[node.name] = await self._fetch(node, image)
        box = await call(node.handle.prepare, image)
        found = box["images"].get(image, {}).get("id", "") or wanted
        if found != wanted:
            raise Refused(f"its image {image} is {found[:19]}, the run's is {wanted[:19]}")
        self._sources.setdefault(image, node)
        self.boxes.setdefault(image, box)

    async def _all_looked(self, image: str, expected: int) -> None:
        """Wait until as many nodes have looked as there were, but not for ever."""
        try:
            async with asyncio.timeout(LOOK_S):
                while image not in self.chosen and len(self._looks[image]) < expected:
                    self._heard.clear()
                    await self._heard.wait()
        except TimeoutError:
            return

    async def _choose(self, node: HasActor, image: str, present: Counter[str]) -> None:
        """Take the digest that most nodes have; where none has one, this node builds it."""
        if present:
            self.chosen[image] = present.most_common(1)[0][0]
            return
        box = await call(node.handle.prepare, image)
        digest = box["images"].get(image, {}).get("id", "")
        self._looks[image][node.name] = self.chosen[image] = digest
        self._sources[image] = node
        self.boxes[image] = box

    async def _fetch(self, node: HasActor, image: str) -> str:
        """Have a node load the image from one that has it; return its digest there."""
        source = await self._source(image)
        try:
            return str(await call(node.handle.fetch, image, source.handle))
        except NodeLost:
            raise
        except MagibenchError as error:
            raise Refused(f"the image {image} can't be sent there: {error.message}") from None

    async def _source(self, image: str) -> HasActor:
        """Wait for a node that has the image and is ready.

        Raises:
            Refused: there is none.
        """
        for _ in range(int(SOURCE_S / 0.2)):
            if image in self._sources:
                return self._sources[image]
            await asyncio.sleep(0.2)
        raise Refused(f"no node has the image {image} that this run began with ({self.chosen[image][:19]})")

    def drop(self, node: HasActor) -> None:
        """Ask a node that is lost for nothing any more."""
        self._sources = {image: source for image, source in self._sources.items() if source is not node}
