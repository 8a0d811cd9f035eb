"""A dataset with everything in it, written by the product's own classes out of real problems."""

from __future__ import annotations

import msgspec

from harness.datagen.analysis.categories import NAMES, Categories
from harness.datagen.analysis.lengths import Lengths
from harness.datagen.analysis.report import Analysis
from harness.datagen.analysis.similarity import Similarity
from harness.datagen.dataset import (
    MANIFEST,
    PARQUET,
    REJECTED,
    REPORTS,
    ROWS,
    Dataset,
    LineWriter,
    Manifest,
    StepRecord,
)
from harness.datagen.decontamination.findings import Finding
from harness.datagen.decontamination.report import Evidence, Report
from harness.datagen.parquet import write_parquet
from harness.datagen.rows import Rejected, Row, SeedSource, make_row
from harness.journal import write_atomic
from harness.workspace import Workspace

LANGUAGES = ("python", "python", "cpp")


def rows_of(problems: list[dict], count: int) -> list[Row]:
    """Return rows as a teacher would make them: every third is of another language."""
    found = []
    for number, problem in enumerate(problems[:count]):
        found.append(
            make_row(
                problem=f"Problem {number}: {problem['prompt']}",
                solution=f"Here it is:\n\n```python\n{problem['prompt']}{problem['canonical_solution']}\n```\n",
                language=LANGUAGES[number % 3],
                seed=problem["canonical_solution"],
                seed_source=SeedSource(
                    corpus="stdlib:", document=f"module_{number}.py", licence="PSF-2.0", lines=(3, 9)
                ),
                method="oss-instruct",
                teacher="smollm2-135m",
                columns={"execution": {"status": "passed", "cpu_s": 0.1}},
            )
        )
    return found


def make_dataset(
    workspace: Workspace, problems: list[dict], name: str = "oss", count: int = 30, *, parquet: bool = False
) -> Dataset:
    """Write a dataset of ``count`` rows, three rejected, one of them for what it shares with HumanEval/5, and reports."""
    dataset = Dataset(workspace.datasets / name)
    rows = rows_of(problems, count + 2)
    kept, copied, broken = rows[:count], rows[count], rows[count + 1]
    if parquet:
        dataset.path.mkdir(parents=True)
        write_parquet(kept, dataset.path / PARQUET)
    else:
        writer = LineWriter(dataset.path / ROWS)
        writer.extend(kept)
        writer.finish()
    rejected = [
        Rejected(reason="no fence", raw="I can't do that.", document="module_99.py", step="oss-instruct"),
        Rejected(reason="HumanEval (words)", evidence="HumanEval/5 text", row=copied, step="decontaminate"),
        Rejected(reason="duplicate seed", evidence=broken.id, row=broken, step="clean"),
    ]
    dropped = LineWriter(dataset.path / REJECTED)
    dropped.extend(rejected)
    dropped.finish()
    shared = copied.problem[20:70]
    finding = Finding(
        rule="words", benchmark="HumanEval", task="HumanEval/5", part="text", score=1.0, start=20, matched=shared,
        reference=f"{shared} and more",
    )  # fmt: skip
    report = Report(
        mode="strict", columns=("problem", "solution"), parameters={}, searched=[], rows=count + 1, dropped=1,
        evidence=[Evidence(row=copied.id, findings=[finding], count=1)],
    )  # fmt: skip
    lengths = Lengths(rows=count, mean=91.4, median=80, longest=300, bins={20: 3, 80: 20, 300: 7})
    analysis = Analysis(
        datasets=[name],
        tokenizer="a tokenizer",
        lengths={name: {"problem": lengths, "solution": lengths}},
        categories={name: Categories(model="m", mode="solution", rows=count, counts=dict.fromkeys(NAMES, count // 10))},
        similarity={name: Similarity(rows=count, mean=0.123, histogram={"0.10": 0.25, "0.20": 0.75})},
    )
    write_atomic(dataset.path / REPORTS / "decontaminate" / "decontamination.json", report.encode())
    write_atomic(dataset.path / REPORTS / "analyze" / "analysis.json", msgspec.json.encode(analysis))
    steps = [("seeds", 0, count + 3, {}), ("oss-instruct", count + 3, count + 2, {"no fence": 1}),
             ("clean", count + 2, count + 1, {"duplicate seed": 1}),
             ("decontaminate", count + 1, count, {"HumanEval (words)": 1})]  # fmt: skip
    records = [
        StepRecord(name=step, version=1, parameters={}, seed=976, input_sha256="", output_sha256="ab" * 32, rows_in=came,
                   rows_out=went, rejected=why)
        for step, came, went, why in steps
    ]  # fmt: skip
    manifest = Manifest(
        name=name, description="Made for tests.", seed=976, rows=count, rows_sha256="cd" * 32, steps=records
    )
    write_atomic(dataset.path / MANIFEST, msgspec.json.encode(manifest))
    return dataset
