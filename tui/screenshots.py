"""Pictures of every place for the documentation: `python -m tui.screenshots OUTDIR`.

They are made by the app itself from the recorded runs of `magibench --demo` (or of --workspace), as SVG, in two sizes
and two themes. Where there are no runs, only the places that need none.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
from collections.abc import Callable
from pathlib import Path

from textual.widgets import Input

from harness.workspace import Workspace, find_workspace
from tui.app import Dashboard
from tui.demo import unpack
from tui.keys import MODES
from tui.settings import Settings
from tui.store import RunEntry, Store

SIZES = {"80x24": (80, 24), "120x36": (120, 36)}
THEMES = {"dark": "magibench", "light": "magibench-light"}
PLACES = (
    "home",
    "models",
    "data",
    "dataset",
    "train",
    "doctor",
    "results",
    "run",
    "problem",
    "compare",
    "versus",
    "evaluate",
    "playground",
    "leaderboard",
    "settings",
    "help",
    "palette",
)
"""Names of the pictures, in the order in which they are taken."""


Accept = Callable[[str, str], bool]
"""Given the name of a picture and its SVG: whether it is as it should be."""
PATIENCE = 100
"""Tenths of a second that a picture is waited for."""


async def take(
    workspace: Workspace, size: tuple[int, int], theme: str, run: str = "", accept: Accept | None = None
) -> dict[str, str]:
    """Walk through the places and return the SVG of each by name.

    Args:
        workspace: whose runs are shown.
        size: columns and lines.
        theme: name of a theme.
        run: id of the run to open; the complete one with the best score where it isn't named.
        accept: where given, a picture is taken again until it is accepted, for ten seconds at most.
    """
    found: dict[str, str] = {}
    with tempfile.TemporaryDirectory(dir=workspace.root) as folder:
        # The user's own settings are neither shown nor changed.
        app = Dashboard(workspace, Settings(theme=theme, path=Path(folder) / "dashboard.toml"))
        async with app.run_test(size=size) as pilot:

            async def snap(name: str, *keys: str) -> None:
                await pilot.press(*keys)
                for _ in range(3):
                    await app.workers.wait_for_complete()
                    await pilot.pause(0.1)
                for _ in range(PATIENCE if accept is not None else 1):
                    for field in app.screen.query(Input):
                        field.cursor_blink = False
                    found[name] = app.export_screenshot(title="magibench")
                    if accept is None or name == "back" or accept(name, found[name]):
                        break
                    await pilot.pause(0.1)

            for name in ("home", "models", "data", "train", "doctor", "results"):
                await snap(name, MODES[name].key)
                if name == "data" and any(work.state == "complete" for work in app.screen.makings.values()):  # type: ignore[attr-defined]
                    await snap("dataset", "enter", "j")
                    await snap("back", "escape")
                    del found["back"]
            entries = sorted(app.store.entries.values(), key=lambda entry: (_score(entry), entry.created), reverse=True)
            wanted = [e for e in entries if (e.id == run if run else e.state == "complete")] or entries
            if wanted:
                app.open_run(wanted[0].id)
                await snap("run")
                await snap("problem", "f", "enter")
                await snap("back", "escape", "escape")
                del found["back"]
            app.marked = rivals(app.store)
            if app.marked:
                await snap("compare", MODES["compare"].key)
                await snap("versus", "j", "enter")
                await snap("back", "escape")
                del found["back"]
            await snap("evaluate", MODES["evaluate"].key, "space", "tab", "space", "j", "space", "tab", "space")
            await snap("playground", MODES["playground"].key)
            await snap("leaderboard", "escape", MODES["leaderboard"].key)
            await snap("settings", "f3")
            await snap("help", "escape", "question_mark")
            await snap("palette", "escape", "ctrl+p")
    return found


def rivals(store: Store) -> list[str]:
    """Return two complete runs of different models on the same benchmark, the better one last; or none."""
    complete = sorted((e for e in store.entries.values() if e.state == "complete" and e.metrics), key=_score)
    for one in complete:
        for two in reversed(complete):
            if one.model != two.model and one.benchmark == two.benchmark and 0 < _score(one) < _score(two) < 1:
                return [one.id, two.id]
    return []


def _score(entry: RunEntry) -> float:
    return entry.metrics[-1].value if entry.metrics else 0.0


def main() -> None:
    """Write the pictures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, metavar="OUTDIR")
    parser.add_argument("--workspace", metavar="DIR")
    parser.add_argument(
        "--run", default="", metavar="ID", help="the run to open; default: the complete one with the best score"
    )
    options = parser.parse_args()
    # Below home: what is shown begins with ~ on every machine.
    with tempfile.TemporaryDirectory(dir=Path.home(), prefix=".") as scratch:
        demo = Path(scratch) / "demo"
        workspace = find_workspace(options.workspace) if options.workspace else unpack(demo)
        write(options, workspace)


def write(options: argparse.Namespace, workspace: Workspace) -> None:
    """Write the pictures of a workspace."""
    options.folder.mkdir(parents=True, exist_ok=True)
    for size_name, size in SIZES.items():
        for theme_name, theme in THEMES.items():
            for name, svg in asyncio.run(take(workspace, size, theme, options.run)).items():
                path = options.folder / f"{name}-{theme_name}-{size_name}.svg"
                path.write_text(svg, "utf-8")
                print(path)


if __name__ == "__main__":
    main()
