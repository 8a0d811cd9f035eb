"""Judge an answer by a trusted script that executes it itself (DS-1000).

The script and the answer share a process, as upstream has it; what an answer can't get at there is said in
sandboxes/worker/scripts.py. The reference is judged first, in the same way; its CPU time sets the limit.
"""

from __future__ import annotations

import contextlib
import hashlib

import msgspec

from harness.benchmarks.ds1000 import program
from harness.journal import keep
from harness.judging.evidence import LIMIT, evidence
from harness.judging.judgement import Judgement, reason_of
from harness.judging.shared import Shared
from harness.learning import learn
from harness.records import Evidence, Problem, Reason, SuiteResult
from harness.workspace import cache_dir
from sandboxes.contract import Limits, Outcome, Sandbox, ScriptJob

RULES = 1
"""Changes with what a script is made of and how its end is read."""
CPU_S = 60.0
"""CPU seconds of an answer whose reference is quick. Upstream gives 120 s on the clock, imports included; of the
answers published with it, none that passes takes more than 20."""
FACTOR = 10.0
"""What an answer may take of the reference's own CPU time, where that is more."""
LIMITS = Limits(cpu_s=CPU_S, idle_s=60.0, bounded_addresses=False, stack_mib=8, output_mib=64)
REFERENCE = msgspec.structs.replace(LIMITS, cpu_s=300.0)


class Gate(msgspec.Struct, frozen=True):
    """What is kept of a reference that passes."""

    cpu_s: float


class ScriptJudge:
    """Judges answers to problems whose tests are a script."""

    def __init__(self, sandbox: Sandbox, image: str, image_id: str) -> None:
        """Run scripts in ``sandbox``."""
        self._sandbox = sandbox
        self._image = image
        self._image_id = image_id
        self._gates: Shared[Gate | str] = Shared()

    async def gate(self, problem: Problem, suites: tuple[str, ...]) -> str:
        """Return why the reference fails here; empty if it passes."""
        gate = await self._gate(problem, suites)
        return gate if isinstance(gate, str) else ""

    async def key(self, problem: Problem, suites: tuple[str, ...]) -> str:
        """Return the content address of the tests."""
        script = program(problem, "")
        parts = [self._image_id, str(RULES), script, problem.meta["zygote"], str(LIMITS), str(FACTOR), *suites]
        return hashlib.sha256("\0".join(parts).encode()).hexdigest()

    def guess(self, problem: Problem) -> float:
        """Nothing is known of a reference that has not run."""
        return 0.0

    async def cost(self, problem: Problem, suites: tuple[str, ...]) -> float:
        """Return the reference's CPU seconds."""
        gate = await self._gate(problem, suites)
        return 0.0 if isinstance(gate, str) else gate.cpu_s

    async def judge(self, problem: Problem, code: str, suites: tuple[str, ...]) -> Judgement:
        """Run the script once; it is one suite."""
        gate = await self._gate(problem, suites)
        spent = 0.0 if isinstance(gate, str) else gate.cpu_s
        limits = msgspec.structs.replace(LIMITS, cpu_s=max(CPU_S, FACTOR * spent))
        return await self._run(problem, code, limits, suites[0])

    async def close(self) -> None:
        """Stop gating."""
        await self._gates.close()

    async def _gate(self, problem: Problem, suites: tuple[str, ...]) -> Gate | str:
        """Return the gate of a problem, or why its reference fails; judged once."""
        return await self._gates.of(problem.id, lambda: self._judge_reference(problem, suites))

    async def _judge_reference(self, problem: Problem, suites: tuple[str, ...]) -> Gate | str:
        """Judge the reference, unless the cache says that it passed in this image."""
        key = hashlib.sha256(f"{await self.key(problem, suites)}\0{problem.reference}".encode()).hexdigest()
        mark = cache_dir() / "expected" / key[:2] / key
        with contextlib.suppress(OSError, msgspec.MsgspecError):
            return msgspec.json.decode(mark.read_bytes(), type=Gate)
        judgement = await self._run(problem, problem.reference, REFERENCE, suites[0])
        if judgement.reason == "passed":
            gate = Gate(round(judgement.cpu_s, 3))
            keep(mark, msgspec.json.encode(gate))
            return gate
        proof = judgement.evidence
        return f"the reference fails: {judgement.reason} {(proof.error or proof.test) if proof else ''}".strip()

    async def _run(self, problem: Problem, code: str, limits: Limits, suite: str) -> Judgement:
        """Run one script."""
        job = ScriptJob(image=self._image, zygote=problem.meta["zygote"], code=program(problem, code), limits=limits)
        outcome = await self._sandbox.run(job)
        reason, proof = read(outcome, suite)
        if reason == "infrastructure":
            return Judgement({}, reason, proof, outcome.cpu_s, outcome.peak_mib)
        result = SuiteResult(
            passed=reason == "passed",
            tests=max(1, int(problem.meta["test_cases"])),
            ran=max(1, int(problem.meta["test_cases"])) if reason == "passed" else 0,
            cpu_s=round(outcome.cpu_s, 4),
            wall_s=round(outcome.wall_s, 4),
        )
        return Judgement({suite: result}, reason, proof, outcome.cpu_s, outcome.peak_mib)


def read(outcome: Outcome, suite: str) -> tuple[Reason, Evidence | None]:
    """Return reason and evidence of a script's end; the evidence's test is the end of the traceback."""
    if outcome.status == "ok":
        return "passed", None
    error = outcome.load_error
    reason = reason_of(outcome, "")
    if outcome.status == "failed" and error.startswith("AssertionError"):
        reason = "wrong answer"
    elif outcome.status == "failed" and error.startswith("SystemExit"):
        reason = "early exit"
    return reason, evidence(suite, test=outcome.stderr[-LIMIT:].strip(), error=error or outcome.detail)


learn(Gate)
