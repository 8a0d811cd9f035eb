"""The program in an answer to a free prompt, run in the sandbox as programs are when they are judged."""

from __future__ import annotations

from functools import cache

from harness.asking import Execute, Ran
from harness.errors import UnknownName
from harness.extraction.fences import PYTHON, blocks
from harness.extraction.readings import readings
from harness.extraction.syntax import quiet
from harness.records import Extraction, Style
from sandboxes.contract import Sandbox

SHOWN = 20_000
"""Characters of what a program wrote that are kept."""


@cache
def languages() -> dict[str, str]:
    """Return every name that a fence or a person may give a language, and the image that runs it."""
    from sandboxes.imaging.folder import image_folder, image_names

    found: dict[str, str] = {}
    for name in image_names():
        language = image_folder(name).language
        if language.run and language.file:
            found |= dict.fromkeys((name, *language.aliases, language.file.rpartition(".")[2]), name)
    return found | dict.fromkeys(PYTHON - {"", "code", "plaintext", "text"}, "python") | {"c++": "cpp", "c#": "cs"}


def language_of(text: str, asked: str = "") -> str:
    """Return the image for an answer: the one asked for, else that of its longest fence, else python.

    Raises:
        UnknownName: there is no image of that name.
    """
    known = languages()
    if asked:
        if asked.lower() not in known:
            raise UnknownName("language", asked, known, "magibench images list")
        return known[asked.lower()]
    fenced = [block for block in blocks(text) if block.language in known]
    return known[max(fenced, key=lambda block: block.size).language] if fenced else "python"


def program_in(text: str, prompt: str, style: Style, language: str) -> Extraction:
    """Return the program of an answer; never raises.

    Python is read as the judge reads it (docs/extraction.md), the likeliest reading that is code; but what tries
    the program out stays in it, because that is what one wants to see run. Of other languages it is the longest fence.
    """
    text = text.replace("\r\n", "\n")
    if language != "python":
        known = languages()
        found = [block for block in blocks(text) if known.get(block.language, language) == language]
        if found:
            longest = max(found, key=lambda block: block.size)
            return Extraction(code=longest.code, how="fenced" if longest.closed else "incomplete fence")
        return Extraction(code=text, how="whole")
    prefill = prompt if style == "base" else ""
    with quiet():
        best = None
        for reading in readings(text, prompt, "", prefill, style):
            if reading.is_code and (best is None or reading.weight > best.weight):
                best = reading
    if best is None:
        # Code for its fence alone: a single call, or what doesn't parse and is to be seen failing.
        fenced = [block for block in blocks(text) if block.language in PYTHON]
        if not fenced:
            return Extraction(code="", how="empty")
        return Extraction(code=max(fenced, key=lambda block: block.size).code, how="fenced")
    return Extraction(code=best.code, how=best.how, dropped=best.dropped)


async def run_answer(sandbox: Sandbox, asked: Execute, style: Style) -> Ran:
    """Run the program of an answer with the limits that programs have when they are judged.

    Raises:
        SandboxError: nothing can run.
        UnknownName: there is no such language.
    """
    from sandboxes.imaging.folder import image_folder
    from sandboxes.programs import run_program

    language = language_of(asked.text, asked.language)
    found = program_in(asked.text, asked.prompt, style, language)
    if not found.code.strip():
        return Ran(asked.id, language, "", found.how, "empty")
    described = image_folder(language).language
    await sandbox.prepare(language)
    outcome = await run_program(sandbox, described, found.code)
    steps = [*outcome.before, outcome]
    return Ran(
        id=asked.id,
        language=language,
        code=found.code,
        how=found.how,
        status=outcome.status,
        step="compile" if described.compile and not outcome.before else "run",
        exit_code=outcome.exit_code,
        signal=outcome.signal,
        stdout=_cut(outcome.stdout),
        stderr=_cut(outcome.stderr),
        detail=outcome.detail,
        cpu_s=round(sum(step.cpu_s for step in steps), 3),
        wall_s=round(sum(step.wall_s for step in steps), 3),
        peak_mib=round(max(step.peak_mib for step in steps), 1),
    )


def _cut(text: str) -> str:
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}\n… {len(text) - SHOWN:,} more characters"
