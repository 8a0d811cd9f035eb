"""Templates to pages: Jinja's environment, what stands in it, and the policy of what may run."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

from markupsafe import Markup

from harness.records import Interval, Metric
from leaderboard import text, verdicts
from leaderboard.code import highlight
from leaderboard.drawing import difference_bar, interval_bar

HERE = Path(__file__).parent


@cache
def version() -> str:
    """Return the checksum of all that makes pages out of runs: templates, scripts, this package's code, its libraries."""
    digest = hashlib.sha256()
    for path in sorted(HERE.rglob("*")):
        if path.suffix in {".py", ".html", ".js", ".css", ".toml"}:
            digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    for library in ("jinja2", "pygments", "markupsafe"):
        digest.update(metadata.version(library).encode())
    return digest.hexdigest()


def render(template: str, root: str, **values: Any) -> bytes:
    """Return a page; ``root`` leads from it to the root of the site."""
    page = _environment().get_template(template).render(root=root, **values)
    # A model's text may hold lone surrogates, which UTF-8 can't.
    encoded: bytes = page.encode("utf-8", "replace")
    return encoded


def _values(metrics: dict[str, Metric]) -> dict[str, float]:
    """Return the values of metrics by suite."""
    return {suite: metric.value for suite, metric in metrics.items()}


def _shown(value: Any) -> Any:
    """Return what a template prints: nothing that a stranger wrote may hide in it."""
    return text.visible(value) if type(value) is str else value


@cache
def _environment() -> Any:
    """Return Jinja's environment: everything is escaped, unknown names are errors."""
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        finalize=_shown,
    )
    environment.filters |= {
        "benchmark_name": text.benchmark_name,
        "contamination": text.contamination,
        "count": text.count,
        "day": text.day,
        "flatten": text.flatten,
        "kind": text.kind,
        "language_name": text.language_name,
        "percent": text.percent,
        "p_value": text.p_value,
        "seconds": text.seconds,
        "sampling": text.sampling,
        "sandbox": text.sandbox,
        "signed": text.signed,
        "size": text.size,
        "slug": text.slug,
        "span": text.span,
        "style": text.style,
        "style_words": text.style_words,
        "highlight": highlight,
    }
    scripts = {
        name: (HERE / "assets" / f"{name}.js").read_text().strip() for name in ("page", "board", "compare", "problem")
    }
    # Only these scripts may run, whatever a model wrote: the pages' policy names their checksums.
    hashes = " ".join(
        f"'sha256-{base64.b64encode(hashlib.sha256(s.encode()).digest()).decode()}'" for s in scripts.values()
    )
    environment.globals |= {
        "page_js": Markup(scripts["page"]),  # noqa: S704 - our own file
        "board_js": Markup(scripts["board"]),  # noqa: S704
        "compare_js": Markup(scripts["compare"]),  # noqa: S704
        "problem_js": Markup(scripts["problem"]),  # noqa: S704
        "script_hashes": hashes,
        "interval_bar": interval_bar,
        "difference_bar": difference_bar,
        "states": verdicts.STATES,
        "values_of": _values,
        "example_interval": Interval(0.54, 0.695),
    }
    environment.globals["parts"] = environment.get_template("parts.html").module
    return environment
