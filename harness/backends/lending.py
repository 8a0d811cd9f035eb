"""One model in memory for all the runs that ask it: opened when the first of them generates, closed after the last."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Any

from harness.backends import Backend
from harness.backends.opening import opened
from harness.plan import Plan
from harness.sources import Progress


class Lender:
    """Opens a backend per plan, or lends again the one that is open.

    At most one is open at a time, and none that has nothing left to do: judging what it wrote needs
    the memory. A backend that doesn't say ``any_benchmark`` is opened anew for each plan.
    """

    def __init__(self, plans: Sequence[Plan], opener: Callable[..., Awaitable[Backend]] = opened) -> None:
        """Take the plans that will be evaluated, in their order, and what opens a backend: here, or on a cluster."""
        self._plans = list(plans)
        self._open = opener
        self._key: object = None
        self._backend: Backend | None = None

    @contextlib.asynccontextmanager
    async def lend(self, plan: Plan, progress: Progress) -> AsyncIterator[Backend]:
        """Give a plan its backend; ``progress`` gets a line before each step of loading.

        If the plan breaks off, the backend is closed, which stops what it is still doing.

        Raises:
            MagibenchError: the model can't be opened, see ``open_backend``.
        """
        key = _key(plan)
        if self._backend is None or self._key != key:
            await self.close()
            self._backend = await self._open(
                plan.backend,
                plan.model,
                plan.workspace,
                benchmark=plan.benchmark,
                progress=progress,
                **plan.backend_options,
            )
            self._key = key
        keep = False
        try:
            yield self._backend
            keep = getattr(self._backend, "any_benchmark", False) and any(_key(p) == key for p in self._after(plan))
        finally:
            if not keep:
                await self.close()

    def opens(self, plan: Plan) -> bool:
        """Say whether lending to ``plan`` would load something."""
        return self._backend is None or self._key != _key(plan)

    async def close(self) -> None:
        """Close what is open; safe to call twice."""
        backend, self._backend, self._key = self._backend, None, None
        if backend is not None:
            await backend.close()

    def _after(self, plan: Plan) -> list[Plan]:
        """Return the plans that come after this one."""
        at = next((i for i, other in enumerate(self._plans) if other is plan), len(self._plans))
        return self._plans[at + 1 :]


def _key(plan: Plan) -> tuple[Any, ...]:
    """Return what a backend is opened with, but for the benchmark."""
    return plan.backend, plan.model, plan.backend_options, plan.workspace.root
