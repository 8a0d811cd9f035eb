"""Answers that another run has already: the same model, the same prompt, the same sampling.

HumanEval and HumanEval+ ask the same questions, so the second needs no model. What is taken is
written to the run like any sample, and the run's notes say where it came from.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from harness.errors import MagibenchError
from harness.plan import Plan
from harness.records import Prompt, Run, Sample
from harness.runs import Key, RunFolder, list_runs


def answers(plan: Plan, missing: Collection[Key], prompts: Mapping[str, Prompt]) -> dict[str, list[Sample]]:
    """Return samples for ``missing``, by the id of the run that has them.

    Args:
        plan: the run that misses them.
        missing: problem ids and indices.
        prompts: prompt by problem id; only an answer to the very same prompt counts.
    """
    left = set(missing)
    found: dict[str, list[Sample]] = {}
    for run in list_runs(plan.workspace):
        if not left:
            break
        if not _alike(plan, run):
            continue
        try:
            samples = RunFolder(plan.workspace.runs / run.id).samples()
        except MagibenchError:
            continue
        for key in sorted(left & samples.keys()):
            sample = samples[key]
            if sample.finish != "error" and sample.prompt_sha256 == prompts[key[0]].sha256:
                found.setdefault(run.id, []).append(sample)
                left.discard(key)
    return found


def _alike(plan: Plan, run: Run) -> bool:
    """Say whether a run asked the same model in the same way."""
    mine, theirs = plan.model, run.model
    same_model = (mine.source, mine.sha256, mine.name) == (theirs.source, theirs.sha256, theirs.name)
    return (
        same_model
        and run.backend.get("name") == plan.backend
        and run.backend.get("options", {}) == plan.telling
        and run.style == plan.style
        and run.sampling == plan.sampling
    )
