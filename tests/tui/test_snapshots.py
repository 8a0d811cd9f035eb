"""Every place of the recorded runs looks as it did: a picture that changed is written beside the one that is kept.

To accept changes: MAGIBENCH_SNAPSHOTS=accept python -m pytest tests/tui/test_snapshots.py
What the places do is asserted elsewhere; this is for what nobody thought to assert.
"""

import difflib
import html
import os
import re
import time
from pathlib import Path

import pytest

from harness.workspace import Workspace
from tui.demo import unpack
from tui.health import Health, Item
from tui.screenshots import PLACES, take

KEPT = Path(__file__).parent / "snapshots"
HEALTH = Health(
    items=[
        Item(section="engine", name="Docker", state="ok", detail="27.0 at unix:///var/run/docker.sock", essential=True),
        Item(section="images", name="python", state="ok", detail="magibench/python, 245 MB", essential=True),
        Item(
            section="images", name="swift", state="missing", detail="not built", remedy="magibench images build swift"
        ),
        Item(section="data", name="humaneval+", state="warn", detail="not here", remedy="Put it into MAGIBENCH_DATA."),
    ]
)


def plain(svg: str) -> str:
    """Return a picture without what differs from one taking to the next."""
    svg = re.sub(r"terminal-\d+", "terminal", svg)
    svg = re.sub(r"<clipPath id=\"[^\"]*line[^\"]*\">.*?</clipPath>\s*", "", svg, flags=re.DOTALL)
    svg = re.sub(r' clip-path="[^"]*line[^"]*"', "", svg)
    return re.sub(r"tmp\w{8}(?=/)", "tmp", svg)


@pytest.fixture
def steady(tmp_path, monkeypatch) -> Workspace:
    """The recorded runs, on a machine with nothing in its caches, in one time zone."""
    monkeypatch.setenv("MAGIBENCH_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("HF_HOME", str(tmp_path / "hub"))
    monkeypatch.delenv("MAGIBENCH_DATA", raising=False)
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    monkeypatch.setattr("tui.health.examine", lambda workspace: HEALTH)
    yield unpack(tmp_path / "demo")
    monkeypatch.undo()
    time.tzset()


def alike(name: str, kept: str, now: str) -> bool:
    """Say whether a picture is as it was; of Home, only what it says: which list has the focus is told elsewhere."""
    return kept == now or (name == "home" and said(kept) == said(now))


def said(svg: str) -> list[str]:
    """Return the texts of a picture without the cursor and the line of keys."""
    found = re.findall(r'<text[^>]* y="([^"]*)"[^>]*>([^<]*)</text>', svg)
    last = max(float(y) for y, _ in found)
    return [text for y, text in found if text != "▌" and float(y) < last and text.replace("&#160;", "").strip()]


def differences(kept: str, now: str) -> str:
    """Say in words what changed: texts, else the lines whose colours did."""

    def texts(svg: str) -> list[str]:
        return [html.unescape(text).replace("\xa0", " ") for text in re.findall(r"<text[^>]*>([^<]*)</text>", svg)]

    def colours(svg: str) -> list[str]:
        return re.findall(r'<rect fill="[^"]*" x="[^"]*" y="[^"]*"', svg)

    for pick in (texts, colours):
        found = list(difflib.unified_diff(pick(kept), pick(now), "kept", "now", n=1, lineterm=""))
        if found:
            return "\n".join(found[:40])
    return "styles of texts"


async def test_every_place_looks_as_it_did(steady, tmp_path):
    accepting = os.environ.get("MAGIBENCH_SNAPSHOTS") == "accept"

    def same(name: str, svg: str) -> bool:
        kept = KEPT / f"{name}.svg"
        return accepting or not kept.is_file() or alike(name, kept.read_text("utf-8"), plain(svg))

    taken = await take(steady, (120, 36), "magibench", accept=same)
    assert set(taken) == set(PLACES)
    changed = []
    for name, svg in taken.items():
        kept = KEPT / f"{name}.svg"
        if accepting:
            KEPT.mkdir(exist_ok=True)
            kept.write_text(plain(svg), "utf-8")
        elif not kept.is_file() or not alike(name, kept.read_text("utf-8"), plain(svg)):
            (tmp_path / f"{name}.svg").write_text(plain(svg), "utf-8")
            changed.append(name)
            print(name, differences(kept.read_text("utf-8"), plain(svg)) if kept.is_file() else "is new", sep="\n")
    assert not changed, f"look at {tmp_path}/*.svg beside {KEPT}; accept them with MAGIBENCH_SNAPSHOTS=accept"
