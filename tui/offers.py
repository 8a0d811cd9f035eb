"""Models, benchmarks and samplings as rows to choose from."""

from __future__ import annotations

from collections.abc import Mapping

from tui.evaluation import Offer
from tui.marks import Mark, one_line
from tui.widgets.table import Row


def model_rows(offer: Offer) -> list[Row]:
    """Return a row per model of models.toml."""
    return [
        Row(
            name,
            {
                "name": (Mark(one_line(name), "strong"), Mark(f"  {one_line(model.backend)}, {model.style}", "muted")),
                "size": (Mark(f"{model.size:g}B" if model.size else "", "muted"),),
            },
            {"name": name},
            name,
        )
        for name, model in offer.models.items()
    ]


def benchmark_rows(offer: Offer) -> list[Row]:
    """Return a row per benchmark version."""
    return [
        Row(
            choice.spec,
            {
                "name": (
                    Mark(choice.name, "strong" if choice.default else ""),
                    Mark(f"@{choice.version}", "muted" if choice.default else "faint"),
                ),
                "problems": (Mark(str(choice.problems), "muted"),),
                "data": (Mark("✓", "good") if choice.here else Mark("↓", "muted"),),
            },
            {"name": choice.spec},
            choice.spec,
        )
        for choice in offer.benchmarks
    ]


def sampling_rows(presets: Mapping[str, str]) -> list[Row]:
    """Return a row per sampling."""
    return [Row(key, {"name": (Mark(text),)}, {"name": key}, text) for key, text in presets.items()]
