"""Steps of a program job: what one leaves the next one finds, unless it is removed, or given away once."""

from __future__ import annotations

from collections.abc import AsyncIterator

import msgspec
import pytest
import pytest_asyncio

from sandboxes.contract import Limits, Outcome, ProgramJob, Step
from sandboxes.images import at_hand
from sandboxes.imaging.folder import image_folder
from sandboxes.pool import DockerPool

pytestmark = [pytest.mark.docker, pytest.mark.asyncio(loop_scope="module")]
LIMITS = Limits(memory_mib=512, stack_mib=8)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def pool(engine: object) -> AsyncIterator[DockerPool]:
    pool = DockerPool(slots=1)
    yield pool
    await pool.close()


async def steps(pool: DockerPool, files: dict[str, str], *made: Step) -> Outcome:
    return await pool.run(ProgramJob(image="python", files=files, steps=made))


def step(script: str, remove: tuple[str, ...] = (), pipe: str = "") -> Step:
    return Step(argv=["sh", "-c", script], limits=LIMITS, remove=remove, pipe=pipe)


async def test_a_file_is_gone_before_the_step_that_removes_it(pool: DockerPool) -> None:
    outcome = await steps(pool, {"a": "1", "b": "2"}, step("cp a c"), step("ls", remove=("a", "none")))
    assert outcome.stdout.split() == ["b", "c"]
    assert outcome.status == "ok"


async def test_a_piped_file_can_be_read_once(pool: DockerPool) -> None:
    text = "né\n" * 1000
    again = "cat /dev/fd/3; echo again:; cat /dev/fd/3; ls -A"
    outcome = await steps(pool, {"a": text}, step(again, pipe="a"))
    assert outcome.stdout == f"{text}again:\n"
    second = await steps(pool, {"a": text}, step("true"), step(again, pipe="a"))
    assert second.stdout == outcome.stdout


async def test_what_is_larger_than_a_pipe_comes_through_all_the_same(pool: DockerPool) -> None:
    outcome = await steps(pool, {"a": "x" * (3 << 20)}, step("cat <&3 | wc -c; ls -A", pipe="a"))
    assert outcome.stdout.split() == [str(3 << 20)]


async def test_nothing_to_pipe_is_a_failing_step(pool: DockerPool) -> None:
    outcome = await steps(pool, {}, step("mkfifo p"), step("echo started", pipe="none"))
    assert (outcome.status, outcome.exit_code, outcome.stdout) == ("failed", 127, "")
    assert "none" in outcome.stderr
    # A compiler may have been made to leave a pipe that nobody writes to.
    outcome = await steps(pool, {}, step("mkfifo p"), step("cat /dev/fd/3; echo started", pipe="p"))
    assert (outcome.status, outcome.stdout) == ("ok", "started\n")


async def test_a_language_has_room_for_the_processes_that_it_allows(pool: DockerPool, engine: object) -> None:
    if not at_hand(engine, "bash"):
        pytest.skip("the image bash is not built here (magibench images build bash)")
    allowed = image_folder("bash").language.limits.processes
    many = "i=0; while [ $i -lt 200 ]; do sleep 2 & i=$((i + 1)); done; echo all"
    limits = msgspec.structs.replace(LIMITS, processes=allowed)
    job = ProgramJob(image="bash", files={}, steps=[Step(argv=["sh", "-c", many], limits=limits)])
    outcome = await pool.run(job)
    assert (outcome.status, outcome.stdout) == ("ok", "all\n"), outcome
