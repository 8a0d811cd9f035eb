"""Keys are handled one after the other, however fast they come.

Textual gives a key to the widget that has the focus when it arrives, and runs its binding, if any, when it has
bubbled up. Of keys that arrive together, "/" and "q", the second would go to the table that had the focus and then
quit the app instead of being typed into the filter.
"""

from __future__ import annotations

import asyncio
from collections import deque

from textual import events
from textual.app import App
from textual.widget import Widget

PATIENCE_S = 2.0
"""How long a key may be under way before the next one is let through, whatever holds it: a busy machine takes 0.3 s."""


class OneByOne(App[None]):
    """An app that lets a key through when the one before has had its effect."""

    _under_way: events.Key | None = None

    def __init__(self) -> None:
        """Wait for keys."""
        super().__init__()
        self._waiting: deque[events.Key] = deque()

    async def on_event(self, event: events.Event) -> None:
        """Hold a key back while another is under way."""
        if not isinstance(event, events.Key) or event.is_forwarded:
            await super().on_event(event)
        elif self._under_way is not None or self._waiting:
            self._waiting.append(event)
        else:
            await self._let_through(event)

    async def _let_through(self, event: events.Key) -> None:
        target = self.focused or self.screen
        await super().on_event(event)
        if event.is_forwarded:
            self._under_way = event
            self._watcher = asyncio.create_task(self._watch(event, target))

    async def _on_key(self, event: events.Key) -> None:
        """Run the binding of a key that no widget wanted; then the next key may come."""
        event.prevent_default()  # else the base class would run it a second time
        await super()._on_key(event)
        if event is self._under_way:
            self._done()

    async def _watch(self, event: events.Key, target: Widget) -> None:
        """Notice a key that doesn't come back: a widget took it for itself, or took it along when it was removed."""
        clock = asyncio.get_running_loop().time
        until = clock() + PATIENCE_S
        while event is self._under_way:
            await asyncio.sleep(0.001)
            taken = event._stop_propagation  # noqa: SLF001 - Textual doesn't say it otherwise
            if taken or not target.is_attached or clock() > until:
                # A key that comes back is marked as taken at the last step, and is in our queue then: behind it.
                self.call_later(self._missed, event)
                return

    def _missed(self, event: events.Key) -> None:
        if event is self._under_way:
            self._done()

    def _done(self) -> None:
        self._under_way = None
        if self._waiting:
            # Behind what the key before asked to be done later, such as moving the focus.
            self.call_later(self._next)

    async def _next(self) -> None:
        if self._waiting and self._under_way is None:
            event = self._waiting.popleft()
            await self._let_through(event)
            if self._under_way is None:
                self._done()
