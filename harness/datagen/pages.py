"""Report pages in the site's style: one file each, no scripts, nothing from elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import resources

import msgspec


class Section(msgspec.Struct, frozen=True, kw_only=True):
    """A heading with a text, a picture and a table, each where there is one."""

    heading: str
    text: str = ""
    svg: str = ""
    """A picture of ours, put in as it is."""
    columns: Sequence[str] = ()
    rows: Sequence[Sequence[str]] = ()
    right: tuple[int, ...] = ()
    """Columns of numbers."""
    evidence: bool = False
    """Whether the columns from the fourth on are quotations."""


def page(title: str, lede: str, sections: Sequence[Section], source: str) -> bytes:
    """Return an HTML page; texts are escaped, whatever a row says.

    Args:
        title: Heading of the page.
        lede: One sentence below it.
        sections: In their order.
        source: Name of the file with the numbers.
    """
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("harness.datagen"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    from markupsafe import Markup

    # The sheet is the site's own; a page that is sent around needs it inside.
    css = resources.files("leaderboard").joinpath("assets/site.css").read_text(encoding="utf-8")
    template = environment.get_template("report.html")
    text = template.render(title=title, lede=lede, sections=sections, source=source, css=Markup(css))  # noqa: S704 - ours
    return text.encode("utf-8", "replace")
