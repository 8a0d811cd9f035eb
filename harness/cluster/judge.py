"""Judging where the programs run: the driver's side of a judge that lives on the nodes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from harness.benchmarks import Benchmark
from harness.cluster.dispatch import Dispatcher, gate_of, judgement_of
from harness.cluster.messages import Gate
from harness.judging import SuiteJudge
from harness.judging.judgement import Judgement
from harness.judging.shared import Shared
from harness.records import Problem


class RemoteJudge:
    """Judges programs of one benchmark on any node that is ready for it."""

    def __init__(
        self, name: str, benchmark: Benchmark, local: SuiteJudge, dispatcher: Dispatcher, close: Callable[[], Any]
    ) -> None:
        """Ask for jobs of the problem set ``name``; ``local`` only guesses which problems take long."""
        self.name = name
        self._local = local
        self._dispatcher = dispatcher
        self._gates: Shared[Gate] = Shared()
        self._close: Callable[[], Awaitable[None]] = close

    async def gate(self, problem: Problem, suites: tuple[str, ...]) -> str:
        """Return why the reference fails, on every node that was asked; empty if it passes."""
        return (await self._gate(problem)).broken

    async def key(self, problem: Problem, suites: tuple[str, ...]) -> str:
        """Return the content address of tests, limits and image, as the nodes know it."""
        return (await self._gate(problem)).key

    async def cost(self, problem: Problem, suites: tuple[str, ...]) -> float:
        """Return about how many CPU seconds a right program takes."""
        return (await self._gate(problem)).cost

    def guess(self, problem: Problem) -> float:
        """Return a number that tends to be larger where a reference takes longer."""
        return self._local.guess(problem)

    async def judge(self, problem: Problem, code: str, suites: tuple[str, ...]) -> Judgement:
        """Judge one program on some node."""
        data = code.encode("utf-8", "surrogatepass")
        return judgement_of(await self._dispatcher.ask("judge", self.name, problem.id, data))

    async def close(self) -> None:
        """Stop waiting; nodes forget the problems."""
        await self._gates.close()
        await self._close()

    async def _gate(self, problem: Problem) -> Gate:
        """Gate a problem somewhere, once."""

        async def ask() -> Gate:
            return gate_of(await self._dispatcher.ask("gate", self.name, problem.id))

        return await self._gates.of(problem.id, ask)
