"""What design can be measured by: contrast in both themes, structure for assistive technology, the script in a browser."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from leaderboard.verdicts import STATES

CSS = (Path(__file__).parents[2] / "leaderboard/assets/site.css").read_text()
COLOURS = {m[1]: (m[2], m[3]) for m in re.finditer(r"--([\w-]+): light-dark\((#\w+), (#\w+)\)", CSS)}
PAIRS = [
    ("ink", "paper"), ("soft", "paper"), ("accent", "paper"), ("ink", "wash"), ("soft", "wash"), ("accent", "wash"),
    ("accent", "accent-wash"), ("pass", "wash"), ("part", "wash"), *((s, f"{s}-wash") for s in STATES),
]  # fmt: skip
"""Text on what it stands on."""


def luminance(colour):
    """WCAG 2.2, relative luminance."""
    digits = colour.lstrip("#")
    if len(digits) == 3:
        digits = "".join(d * 2 for d in digits)
    parts = [int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize("pair", PAIRS, ids="-on-".join)
def test_text_has_the_contrast_that_wcag_aa_asks_for(pair, theme):
    light, dark = sorted((luminance(COLOURS[name][theme]) for name in pair), reverse=True)
    assert (light + 0.05) / (dark + 0.05) >= 4.5


def test_every_page_can_be_read_without_seeing_it(site):
    for page in site.rglob("*.html"):
        text = page.read_text()
        assert '<html lang="en">' in text
        assert 'class="skip" href="#main"' in text
        assert text.count("<h1") == 1
        assert "<title>" in text
        for head in re.findall(r"<th\b[^>]*>", text):
            assert "scope=" in head
        for svg in re.findall(r"<svg\b[^>]*>", text):
            assert 'aria-hidden="true"' in svg or 'role="img" aria-label=' in svg, svg


def test_a_state_is_told_by_sign_and_word_too(site):
    text = next((site / "runs").glob("*magicoder*.html")).read_text()
    for state in set(re.findall(r'class="cell (\w+)" href', text)):
        assert f'id="i-{state}"' in text
        assert STATES[state] in text


def dump(url, tmp_path, *more):
    """Return the document as a browser leaves it, scripts run."""
    browser = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if browser is None:
        pytest.skip("no chromium to open the page with")
    flags = [
        "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-component-update",
        "--disable-background-networking", "--disable-sync", f"--user-data-dir={tmp_path / 'profile'}", "--dump-dom",
    ]  # fmt: skip
    done = subprocess.run([browser, *flags, *more, url], capture_output=True, text=True, timeout=60, check=True)
    return done.stdout


def models(document):
    table = re.search(r'<table[^>]*data-board="humaneval-plus-v0.1.10".*?</tbody>', document, re.DOTALL)[0]
    rows = re.findall(r"<tr[^>]*data-text=[^>]*>.*?</tr>", table, re.DOTALL)
    shown = [row for row in rows if not re.match(r"<tr[^>]*\bhidden", row)]
    return [re.search(r'<a href="runs/[^>]*>([^<]*)</a>', row)[1] for row in shown]


def test_the_address_of_a_view_brings_the_view_back(site, tmp_path):
    index = (site / "index.html").as_uri()
    ranked = models(dump(index, tmp_path))
    assert len(ranked) == 4
    view = dump(f"{index}#humaneval-plus-v0.1.10=size.asc&theme=dark", tmp_path)
    assert models(view) == [
        "smollm2-135m-instruct",
        "qwen2.5-coder-1.5b",
        "magicoder-s-ds-6.7b",
        "starcoder2-15b-instruct",
    ]
    assert re.search(r'<th[^>]*data-key="size"[^>]*aria-sort="ascending"', view)
    assert re.search(r'<html[^>]*data-theme="dark"', view)
    assert models(dump(f"{index}#q=instruct+chat", tmp_path)) == [m for m in ranked if m.endswith("instruct")]
