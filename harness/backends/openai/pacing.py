"""How many requests may be under way, and when the next may start."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from types import TracebackType

LESS = 2 / 3
"""What is left of the limit when the server is busy."""
WINDOW_S = 60.0


class Pacer:
    """An adaptive limit (additive increase, multiplicative decrease) and rates per minute; one loop's own."""

    def __init__(self, most: int, requests_per_minute: float | None, tokens_per_minute: float | None) -> None:
        self._most = most
        self._limit = float(most)
        self._under_way = 0
        self._changed = asyncio.Event()
        self._gap_s = 60 / requests_per_minute if requests_per_minute else 0.0
        self._next = 0.0
        self._tokens_per_minute = tokens_per_minute
        self._tokens: deque[tuple[float, int]] = deque()
        self._used = 0
        self._closed_until = 0.0
        self._slowed = 0.0

    @property
    def limit(self) -> int:
        """Requests that may be under way now."""
        return max(1, int(self._limit))

    async def __aenter__(self) -> None:
        """Wait for a place, and for the time of the next request."""
        while True:
            if self._under_way >= self.limit:
                self._changed.clear()
                await self._changed.wait()
                continue
            wait = self._pause()
            if wait <= 0:
                break
            await asyncio.sleep(min(wait, 1.0))
        self._under_way += 1
        if self._gap_s:
            self._next = max(time.monotonic(), self._next) + self._gap_s

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Give the place back."""
        self._under_way -= 1
        self._changed.set()

    def answered(self, tokens: int) -> None:
        """Note an answer: the limit grows by one per as many answers as it is."""
        self._limit = min(self._most, self._limit + 1 / self._limit)
        if self._tokens_per_minute:
            self._tokens.append((time.monotonic(), tokens))
            self._used += tokens
        self._changed.set()

    def slow_down(self, after_s: float | None) -> None:
        """Lower the limit, once a second at most: a full house answers 429 many times for one cause."""
        now = time.monotonic()
        if now - self._slowed > 1.0:
            self._slowed = now
            self._limit = max(1.0, self._limit * LESS)
        if after_s:
            self._closed_until = max(self._closed_until, now + min(after_s, 5 * WINDOW_S))

    def _pause(self) -> float:
        """Return the seconds until the next request may start, as far as is known."""
        now = time.monotonic()
        wait = max(self._closed_until - now, self._next - now if self._gap_s else 0.0)
        if self._tokens_per_minute:
            while self._tokens and now - self._tokens[0][0] > WINDOW_S:
                self._used -= self._tokens.popleft()[1]
            if self._used >= self._tokens_per_minute and self._tokens:
                wait = max(wait, self._tokens[0][0] + WINDOW_S - now)
        return wait
