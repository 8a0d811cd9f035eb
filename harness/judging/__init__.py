"""Judging: from a program to a verdict, without ever letting the program near the answer.

Judge           verdicts of samples: gate, cache, identical programs once
FunctionJudge   outputs of calls, compared outside
CheckJudge      trusted assertions in a process of their own
ScriptJudge     a trusted script that executes the program itself
ProgramJudge    programs with their tests at their end, in any language
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any, Protocol

from harness.benchmarks import Benchmark
from harness.judging.cache import VerdictCache
from harness.judging.evidence import evidence
from harness.judging.judgement import Judgement
from harness.judging.shared import Shared
from harness.records import Extraction, Problem, Sample, Verdict
from sandboxes.contract import Sandbox

__all__ = ["Judge", "Judgement", "SuiteJudge", "VerdictCache", "suite_judge"]


class SuiteJudge(Protocol):
    """What knows one kind of tests."""

    async def gate(self, problem: Problem, suites: tuple[str, ...]) -> str:
        """Return why the reference fails in this image; empty if it passes."""
        ...

    async def key(self, problem: Problem, suites: tuple[str, ...]) -> str:
        """Return the content address of tests, limits and image."""
        ...

    async def cost(self, problem: Problem, suites: tuple[str, ...]) -> float:
        """Return about how many CPU seconds a right program takes."""
        ...

    def guess(self, problem: Problem) -> float:
        """Return a number that tends to be larger where a reference takes longer, before it ever ran."""
        ...

    async def judge(self, problem: Problem, code: str, suites: tuple[str, ...]) -> Judgement:
        """Judge one program."""
        ...

    async def close(self) -> None:
        """Stop whatever still runs."""
        ...


class Judge:
    """Gives verdicts on samples of one benchmark."""

    def __init__(
        self, benchmark: Benchmark, sandbox: Sandbox, image_id: str, cache: VerdictCache | None = None
    ) -> None:
        """Judge ``benchmark``'s problems in ``sandbox``; ``cache`` None means none."""
        self._benchmark = benchmark
        self._cache = cache
        self._running: Shared[Judgement] = Shared()
        # A sandbox on other machines judges there: inputs and outputs stay where programs run.
        remote = getattr(sandbox, "suite_judge", None)
        self._tests: SuiteJudge = remote(benchmark, image_id) if remote else suite_judge(benchmark, sandbox, image_id)

    async def gate(self, problem: Problem) -> str:
        """Return why this problem can't be judged here; empty if its reference passes."""
        return await self._tests.gate(problem, self._benchmark.suites)

    def longest_first(self, problems: Sequence[Problem]) -> list[Problem]:
        """Return problems in the order in which their gates should start: what takes longest must not come last."""
        return sorted(problems, key=lambda p: -self._tests.guess(p))

    async def cost(self, problem: Problem) -> float:
        """Return about how many CPU seconds a right program takes."""
        return await self._tests.cost(problem, self._benchmark.suites)

    async def verdict(self, problem: Problem, sample: Sample, extraction: Extraction) -> Verdict:
        """Judge one sample."""
        code = extraction.code
        sha = hashlib.sha256(code.encode("utf-8", "surrogatepass")).hexdigest()
        common: dict[str, Any] = {
            "problem_id": problem.id,
            "index": sample.index,
            "program_sha256": sha,
            "how": extraction.how,
        }
        broken = await self.gate(problem)
        if broken:
            proof = evidence("", test="reference gate", error=broken)
            return Verdict(passed=False, suites={}, reason="infrastructure", infra=True, evidence=proof, **common)
        # A script runs an empty answer too, as upstream does: an unchanged figure may be the right one.
        if not code.strip() and self._benchmark.tests != "script":
            return Verdict(passed=False, suites={}, reason="empty", **common)
        judgement, cached = await self._judgement(problem, code)
        infra = judgement.reason == "infrastructure"
        return Verdict(
            passed=judgement.reason == "passed",
            suites=judgement.suites,
            reason=judgement.reason,
            infra=infra,
            evidence=judgement.evidence,
            cpu_s=round(judgement.cpu_s, 4),
            peak_mib=judgement.peak_mib,
            cached=cached,
            peer_status=judgement.peer_status,
            peer_passed=judgement.peer_passed,
            steps=judgement.steps,
            **common,
        )

    async def _judgement(self, problem: Problem, code: str) -> tuple[Judgement, bool]:
        """Return a judgement and whether another execution's was used."""
        suites = self._benchmark.suites
        key = VerdictCache.key(await self._tests.key(problem, suites), code)
        known = self._cache.get(key) if self._cache else None
        if known is not None:
            return known, True
        twin = key in self._running
        judgement = await self._running.of(key, lambda: self._tests.judge(problem, code, suites))
        if judgement.reason == "infrastructure":
            self._running.forget(key)
        elif self._cache and not twin:
            self._cache.put(key, judgement)
        return judgement, twin

    async def close(self) -> None:
        """Stop whatever still runs: nobody waits for it any more."""
        await self._running.close()
        await self._tests.close()


class Tested(Protocol):
    """What a judge needs to know of a benchmark."""

    @property
    def tests(self) -> str:
        """As ``Benchmark.tests``."""
        ...

    @property
    def image(self) -> str:
        """As ``Benchmark.image``."""
        ...


def suite_judge(benchmark: Tested, sandbox: Sandbox, image_id: str) -> SuiteJudge:
    """Return the judge of the benchmark's kind of tests, in ``sandbox``."""
    if benchmark.tests == "check":
        from harness.judging.checks import CheckJudge

        return CheckJudge(sandbox, benchmark.image, image_id)
    if benchmark.tests == "script":
        from harness.judging.scripts import ScriptJudge

        return ScriptJudge(sandbox, benchmark.image, image_id)
    if benchmark.tests == "program":
        from harness.judging.programs import ProgramJudge

        return ProgramJudge(sandbox, benchmark.image, image_id)
    from harness.judging.expected import Expectations
    from harness.judging.functions import FunctionJudge

    expectations = Expectations(sandbox, benchmark.image, image_id)
    return FunctionJudge(sandbox, expectations, benchmark.image)
