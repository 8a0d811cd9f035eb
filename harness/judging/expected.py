"""Expected outputs: computed once from the reference solution in the same sandbox, kept compactly.

They are also the reference gate: a reference that raises, or meets a limit, makes its problem
unjudgeable in this image, and that is reported, never scored. Cached by content: reference,
inputs, image and format.
"""

from __future__ import annotations

import hashlib
import marshal
import zlib
from array import array
from collections.abc import Sequence
from pathlib import Path
from struct import unpack_from
from typing import Any, NamedTuple

import msgspec

from harness.journal import keep
from harness.judging.equality import expected_value, is_floats
from harness.judging.shared import Shared
from harness.learning import learn
from harness.records import Problem
from harness.workspace import cache_dir
from sandboxes.contract import FunctionJob, Known, Limits, Outcome, Part, Result, Sandbox
from sandboxes.worker import wire
from sandboxes.worker.values import decode, digest_notes

FORMAT = 6
CPU_S = 600.0
"""CPU seconds for all calls of a reference: the slowest, Mbpp/599, takes 17."""
LIMITS = Limits(cpu_s=CPU_S, call_cpu_s=CPU_S, wall_s=20 * CPU_S, output_mib=1024)
"""Limits of a reference."""
CALL_CPU_S = 1.0
"""CPU seconds of a call whose reference is quick: EvalPlus 0.3.1's DEFAULT_MIN_TIME_LIMIT."""
FACTOR = 4.0
"""What a sample may take of the reference's own time: EvalPlus's DEFAULT_GT_TIME_LIMIT_FACTOR."""
ROOM = 1.75
"""Room for the error of both measurements. CPU time itself depends on what else runs: the same
references took 0.93 to 1.5 times their own time beside eight busy loops, single calls more. Without
room the two published answers to Mbpp/599 (3.4 and 3.8 times the reference's total, in single calls up
to 5.8 times) pass at one moment and fail at the next."""
_NAMES = {code[0]: kind for kind, code in wire.RESULTS.items()}


class Output(NamedTuple):
    """One expected output as it left the sandbox."""

    kind: str
    """value, digest, typed or canonical (``sandboxes.contract.Result``)."""
    payload: bytes


class Expected(msgspec.Struct, frozen=True, kw_only=True):
    """Expected outputs of one suite of one problem, as bytes: 127,000 objects would take 0.3 s to make."""

    key: str
    """Content address: what a verdict was judged against."""
    records: bytes
    """The outputs as they left the sandbox, one behind the other (``sandboxes.worker.wire``)."""
    ends: bytes
    """Position in ``records`` after each output: 4 bytes each, in this machine's order."""
    floats_from: int
    """Index of the first output that is a float or all floats: EvalPlus's tolerance starts there."""
    unsure: list[int]
    """Indices where equal bytes are not equality: NaN isn't equal to itself, typed values may be opaque."""
    cpu_s: float
    slow: dict[int, float] = {}
    """CPU seconds of the calls that took more than 0.05, by index."""
    failed: str = ""
    """Why the reference has no outputs here; empty if it has."""

    @property
    def count(self) -> int:
        """The number of outputs."""
        return len(self.ends) // 4

    def output(self, index: int) -> Output:
        """Return one output."""
        start = unpack_from("I", self.ends, 4 * index - 4)[0] if index else 0
        end = unpack_from("I", self.ends, 4 * index)[0]
        return Output(_NAMES[self.records[start]], self.records[start + wire.HEAD : end])

    def digests(self) -> list[int]:
        """Return the indices of the outputs of which only a digest is kept."""
        return [i for i in range(self.count) if self.output(i).kind == "digest"]

    def longer_calls(self) -> dict[int, float]:
        """Return the CPU seconds of calls that may take more than ``CALL_CPU_S``, by index."""
        factor = FACTOR * ROOM
        return {i: factor * s for i, s in self.slow.items() if factor * s > CALL_CPU_S}

    def known(self) -> Known:
        """Return the outputs for a comparison of bytes, without those where bytes can't tell."""
        ends = array("I", self.ends)
        if not self.unsure:
            return Known(self.records, ends)
        records = bytearray(self.records)
        for index in self.unsure:
            records[ends[index - 1] if index else 0] = 0
        return Known(bytes(records), ends)

    def limits(self) -> Limits:
        """Return the limits of a sample, EvalPlus's own but in CPU time and with ``ROOM``.

        EvalPlus 0.3.1 (config.py, eval/__init__.py): per call max(1 s, 4 x the reference's time), in
        all the sum of these up to 60 s, plus 1 s; here never less than 7 x the reference's in all.
        """
        longer = self.longer_calls()
        total = CALL_CPU_S * (self.count - len(longer)) + sum(longer.values())
        return Limits(cpu_s=max(min(60.0, total) + 1, FACTOR * ROOM * self.cpu_s), call_cpu_s=CALL_CPU_S)


def inputs_key(inputs: Sequence[Sequence[Any]]) -> str:
    """Return the content address of argument lists."""
    return hashlib.sha256(marshal.dumps(list(inputs), 2)).hexdigest()


class Expectations:
    """Finds or computes expected outputs; one per judge."""

    def __init__(self, sandbox: Sandbox, image: str, image_id: str, folder: Path | None = None) -> None:
        """Use ``sandbox`` for what the cache (``folder``, default in the user's cache) doesn't have."""
        self._sandbox = sandbox
        self._image = image
        self._image_id = image_id
        self._folder = folder or cache_dir() / "expected"
        self._known: Shared[dict[str, Expected]] = Shared()
        self._precise: dict[tuple[str, int], tuple[str, bytes]] = {}
        self._inputs_keys: dict[tuple[str, str], str] = {}
        self._as_bytes: dict[str, Known] = {}

    async def of(self, problem: Problem, suite: str) -> Expected:
        """Return the expected outputs of a suite; two callers share one computation, of all suites."""
        return (await self._known.of(problem.id, lambda: self._find(problem)))[suite]

    async def close(self) -> None:
        """Stop computing."""
        await self._known.close()

    def inputs_key(self, problem: Problem, suite: str) -> str:
        """Return the content address of a suite's inputs, made once and not for every sample."""
        key = self._inputs_keys.get((problem.id, suite))
        if key is None:
            inputs = problem.meta["inputs"]
            # Inputs know their address without being parsed: most are needed only when they are judged.
            known = inputs.key(suite) if hasattr(inputs, "key") else None
            key = self._inputs_keys[problem.id, suite] = known or inputs_key(inputs[suite])
        return key

    def known(self, expected: Expected) -> Known:
        """Return ``expected.known()``, made once and not for every sample."""
        found = self._as_bytes.get(expected.key)
        if found is None:
            found = self._as_bytes[expected.key] = expected.known()
        return found

    async def _find(self, problem: Problem) -> dict[str, Expected]:
        """Read from the cache what it has, compute the other suites in one job."""
        suites = list(problem.meta["inputs"])
        found = {suite: expected for suite in suites if (expected := self._cached(problem, suite))}
        missing = [suite for suite in suites if suite not in found]
        if not missing:
            return found
        job = FunctionJob(
            image=self._image,
            code=problem.reference,
            entry_point=problem.entry_point,
            parts=[
                Part(inputs_key=self.inputs_key(problem, s), inputs=problem.meta["inputs"][s], limits=LIMITS)
                for s in missing
            ],
            guarded=True,
        )
        outcome = await self._sandbox.run(job)
        # After a suite that fails nothing runs any more: its end is that of those behind it too.
        outcomes = [*outcome.before, *[outcome] * len(missing)]
        for suite, ended in zip(missing, outcomes, strict=False):
            key, file = self._place(problem, suite)
            expected = found[suite] = _from_outcome(key, problem, ended)
            if not expected.failed:
                keep(file, zlib.compress(msgspec.msgpack.encode(expected), 6))
        return found

    def _place(self, problem: Problem, suite: str) -> tuple[str, Path]:
        """Return the content address of a suite's expected outputs, and their file in the cache."""
        parts = [str(FORMAT), self._image_id, problem.entry_point, problem.reference, self.inputs_key(problem, suite)]
        key = hashlib.sha256("\0".join(parts).encode()).hexdigest()
        return key, self._folder / key[:2] / key

    def _cached(self, problem: Problem, suite: str) -> Expected | None:
        """Return what the cache has of a suite; a damaged file goes."""
        file = self._place(problem, suite)[1]
        if not file.exists():
            return None
        try:
            return msgspec.msgpack.decode(zlib.decompress(file.read_bytes()), type=Expected)
        except (msgspec.MsgspecError, zlib.error, OSError):
            file.unlink(missing_ok=True)
            return None

    async def values(self, problem: Problem, suite: str, indices: Sequence[int]) -> dict[int, Any]:
        """Return full values, or canonical digests, of expected outputs kept as digests only: computed again.

        What could not be computed, for the sandbox failed, is missing.
        """
        missing = [i for i in indices if (f"{problem.id} {suite}", i) not in self._precise]
        if missing:
            inputs = [problem.meta["inputs"][suite][i] for i in missing]
            job = FunctionJob(
                image=self._image,
                code=problem.reference,
                entry_point=problem.entry_point,
                parts=[Part(inputs_key=inputs_key(inputs), inputs=inputs, limits=LIMITS)],
                precise=True,
                guarded=True,
            )
            outcome = await self._sandbox.run(job)
            for index, result in zip(missing, outcome.results, strict=False):
                if result.kind in ("typed", "canonical"):
                    self._precise[f"{problem.id} {suite}", index] = (result.kind, result.payload)
        found = {}
        for index in indices:
            if (f"{problem.id} {suite}", index) in self._precise:
                value = decode(*self._precise[f"{problem.id} {suite}", index])
                found[index] = expected_value(problem.meta["dataset"], problem.entry_point, value)
        return found


def _from_outcome(key: str, problem: Problem, outcome: Outcome) -> Expected:
    """Check that the reference answered every input, and note what comparing needs."""
    errors = [r for r in outcome.results if r.kind == "error"]
    failed = ""
    if errors:
        failed = f"the reference raised on input {errors[0].index}: {errors[0].payload.decode('utf-8', 'replace')}"
    elif outcome.status != "ok":
        failed = f"the reference did not finish: {outcome.status} ({outcome.detail})"
    floats_from, unsure = len(outcome.results), []
    records, ends = bytearray(), array("I")
    for result in outcome.results if not failed else []:
        records += wire.record(wire.RESULTS[result.kind], result.payload)
        ends.append(len(records))
        floats, sure = _nature(problem, result)
        if floats:
            floats_from = min(floats_from, result.index)
        if not sure:
            unsure.append(result.index)
    return Expected(
        key=key,
        records=bytes(records),
        ends=ends.tobytes(),
        floats_from=floats_from,
        unsure=unsure,
        cpu_s=outcome.cpu_s,
        slow=outcome.slow,
        failed=failed,
    )


def _nature(problem: Problem, result: Result) -> tuple[bool, bool]:
    """Say whether an output is a float or all floats, and whether equal bytes mean that it is equal."""
    if result.kind == "digest":
        has_nan, floats = digest_notes(result.payload)
        return floats, not has_nan
    if result.kind == "value" and b"g" not in result.payload and b"y" not in result.payload:
        # Neither a float nor a complex number in it: most need not be decoded, which takes 10 µs.
        return False, True
    value = expected_value(problem.meta["dataset"], problem.entry_point, decode(result.kind, result.payload))
    return is_floats(value), result.kind == "value" and _equals_itself(result)


def _equals_itself(result: Result) -> bool:
    """Decode twice and compare: false for NaN, anywhere in a value."""
    return bool(decode(result.kind, result.payload) == decode(result.kind, result.payload))


learn(Expected)
