"""Attacks of programs in other languages: none passes, nothing is left, and the next job finds what the first found.

Each file of programs/<image>/ is one attack, its first comment says what it tries. Its function is wrong, so
that only dishonesty could make it pass. Each is followed by an honest program of the same language, and by
one that looks at everything which the attack could have left or changed.
"""

from __future__ import annotations

import json
import os
import re
import secrets
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
import pytest_asyncio

from sandboxes.contract import Limits, Outcome, ProgramJob, Step
from sandboxes.images import at_hand
from sandboxes.imaging.folder import ImageFolder, image_folder
from sandboxes.pool import DockerPool
from sandboxes.programs import complaint, program_job, reached_end, with_end

pytestmark = [pytest.mark.docker, pytest.mark.asyncio(loop_scope="module")]
PROGRAMS = Path(__file__).parent / "programs"
ATTACKS = sorted(path for path in PROGRAMS.glob("*/*") if path.is_file())
TEXTS = {path: path.read_text(encoding="utf-8") for path in ATTACKS}
MEMORY_MIB = 1024
"""Half of what a language may use: memory bombs go off sooner."""
COMPILE_CPU_S, RUN_CPU_S, IDLE_S = 6.0, 1.5, 3.0
"""The same limits, sooner. scalac needs the most to compile an honest program."""
RENEWED = {"memory_family"}
"""Attacks for which a container may be replaced: they fill it so that the kernel kills the worker."""
if "runsc" in os.environ.get("MAGIBENCH_RUNTIME", ""):
    # A container's memory is gVisor's own there: what fills it ends all of it. A fork bomb takes many seconds to end.
    RENEWED |= {"memory_bomb", "include_zeros", "giant_binary", "fork_bomb"}
LOOK = (PROGRAMS.parent / "state.py.txt").read_text(
    encoding="utf-8"
) + "\nimport json\nprint(json.dumps(state(), default=str))\n"


def tighter(job: ProgramJob) -> ProgramJob:
    """The same job with limits that are met sooner."""
    steps = [
        msgspec.structs.replace(
            step,
            limits=msgspec.structs.replace(
                step.limits,
                cpu_s=RUN_CPU_S if step is job.steps[-1] else COMPILE_CPU_S,
                idle_s=IDLE_S if step is job.steps[-1] else step.limits.idle_s,
                output_mib=8,
                memory_mib=MEMORY_MIB,
            ),
        )
        for step in job.steps
    ]
    return msgspec.structs.replace(job, steps=steps)


async def run(pool: DockerPool, folder: ImageFolder, text: str, hastily: bool = False) -> tuple[bool, Outcome]:
    """Run a program with its end; return whether it passed."""
    nonce = "n" + secrets.token_hex(16)
    assert folder.language.end is not None
    job = program_job(folder.language, with_end(text, folder.language.end, nonce))
    outcome = await pool.run(tighter(job) if hastily else job)
    passed = outcome.status == "ok" and reached_end(outcome, nonce) and not complaint(folder.language, outcome)
    return passed, outcome


async def look(pool: DockerPool, image: str) -> dict[str, Any]:
    """What a program finds in this image's container now."""
    step = Step(argv=["/usr/bin/python3", "-I", "look.py"], limits=Limits(memory_mib=MEMORY_MIB, stack_mib=8))
    outcome = await pool.run(ProgramJob(image=image, files={"look.py": LOOK}, steps=[step]))
    assert outcome.status == "ok", outcome
    found: dict[str, Any] = json.loads(outcome.stdout)
    found.pop("environment")
    return found


class Bench:
    """One container per image at a time, and what was found in it before any attack."""

    def __init__(self, engine: Any) -> None:
        self.engine = engine
        self.pool: DockerPool | None = None
        self.image = ""
        self.before: dict[str, Any] = {}

    async def of(self, image: str) -> DockerPool:
        """The pool of an image; tests come in order of images, so that one is open."""
        if image != self.image or self.pool is None:
            await self.close()
            if not at_hand(self.engine, image):
                pytest.skip(f"the image {image} is not built here (magibench images build {image})")
            self.pool, self.image = DockerPool(slots=1, limits=Limits(memory_mib=MEMORY_MIB)), image
            self.before = await look(self.pool, image)
        return self.pool

    async def close(self) -> None:
        """Remove the container."""
        if self.pool is not None:
            await self.pool.close()
        self.pool = None


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def bench(engine: object) -> AsyncIterator[Bench]:
    made = Bench(engine)
    yield made
    await made.close()


@pytest.mark.parametrize("path", ATTACKS, ids=lambda path: f"{path.parent.name}-{path.stem}")
async def test_a_program_earns_nothing_and_leaves_nothing(path: Path, bench: Bench) -> None:
    folder = image_folder(path.parent.name)
    pool = await bench.of(folder.name)
    renewed = pool.renewed
    passed, outcome = await run(pool, folder, TEXTS[path], hastily=True)
    assert not passed, outcome
    assert outcome.status != "sandbox_error", outcome
    assert "REACHED" not in outcome.stdout, outcome
    assert pool.renewed == renewed or path.stem in RENEWED, "the container did not survive, or was not clean"
    honest, after = await run(pool, folder, folder.checks()["good"])
    assert honest, after
    assert await look(pool, folder.name) == bench.before


async def test_an_attack_compiles_unless_its_aim_is_the_compiler(bench: Bench) -> None:
    """An attack that is refused for a typing error would show nothing."""
    for path in ATTACKS:
        folder = image_folder(path.parent.name)
        if not folder.language.compile or re.search("bomb$|include|giant|zeros", path.stem):
            continue
        if not at_hand(bench.engine, folder.name):
            continue
        pool = await bench.of(folder.name)
        job = program_job(folder.language, TEXTS[path])
        outcome = await pool.run(msgspec.structs.replace(job, steps=job.steps[:1]))
        assert outcome.status == "ok", (path, outcome)


async def test_every_attack_says_what_it_tries() -> None:
    for path in ATTACKS:
        first = TEXTS[path].splitlines()[:2]
        assert any(re.match(r"(//|#|--|;;) [A-Z].*\.$", line) for line in first), path
