"""Random keys and mouse events on the dashboard, with the recorded runs of the demo: nothing may be raised."""

from __future__ import annotations

import random
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

from textual import events
from textual.pilot import OutOfBounds

from tui.app import Dashboard
from tui.askers import Asker
from tui.demo import unpack
from tui.settings import Settings

NAMED = [
    "enter",
    "escape",
    "escape",
    "escape",
    "tab",
    "shift+tab",
    "space",
    "ctrl+d",
    "ctrl+u",
    "up",
    "down",
    "left",
    "right",
    "home",
    "end",
    "pageup",
    "pagedown",
    "f1",
    "f2",
    "ctrl+p",
    "ctrl+e",
    "ctrl+o",
    "ctrl+s",
    "backspace",
    "slash",
    "question_mark",
]
TYPED = "jjkkhlgGnpNPsSfixrLye0123456789qQcCvdwobmuabtEDRVXYZ._@-"


async def walk(seed: int, size: tuple[int, int], count: int) -> dict[str, Any]:
    """Send ``count`` events and return what was seen; raises what the app raises.

    Nothing is started, stopped, published or quit: those actions are taken out, all others are real.
    """
    rng = random.Random(seed)
    places: Counter[str] = Counter()
    began = time.perf_counter()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        workspace = unpack(folder)
        app = Dashboard(workspace, Settings(path=folder / "dashboard.toml"))
        app.start_job = _nothing  # type: ignore[method-assign]
        Asker.launch = _nothing  # type: ignore[assignment,method-assign]
        app.action_quit = lambda: None  # type: ignore[assignment,method-assign]
        app.examine = lambda: None  # type: ignore[method-assign]
        async with app.run_test(size=size) as pilot:
            await app.workers.wait_for_complete()
            done = turn = 0
            while done < count:
                turn += 1
                places[getattr(app.screen, "PLACE", "") or type(app.screen).__name__] += 1
                done += await _some(app, pilot, rng)
                if turn % 20 == 19:
                    await pilot.resize_terminal(rng.randrange(20, 220), rng.randrange(6, 66))
                    await pilot.resize_terminal(*size)
                if app.screen.__class__.__name__ == "TextDialog" and getattr(app.screen, "bad", False):
                    raise AssertionError(getattr(app.screen, "text", ""))
                if turn % 150 == 149:
                    app.marked = [*app.store.entries][:3]
                    app.clear_notifications()
            await app.workers.wait_for_complete()
    seconds = round(time.perf_counter() - began, 1)
    return {"size": f"{size[0]}x{size[1]}", "events": done, "seconds": seconds, "places": dict(places.most_common())}


async def _some(app: Dashboard, pilot: Any, rng: random.Random) -> int:
    """Send a mouse event, or up to eight keys as fast as they are taken; return how many."""
    chance, count = rng.random(), 1
    where = (rng.randrange(app.size.width), rng.randrange(app.size.height))
    try:
        if chance < 0.3:
            await pilot.click(offset=where, times=rng.choice((1, 1, 2)))
        elif chance < 0.4:
            await pilot.hover(offset=where)
        elif chance < 0.5:
            kind = rng.choice((events.MouseScrollDown, events.MouseScrollUp))
            app.screen.post_message(kind(None, *where, 0, 0, 0, False, False, False))
        else:
            count = rng.randint(1, 8)
            await pilot.press(*(rng.choice(NAMED if rng.random() < 0.5 else TYPED) for _ in range(count)))
    except OutOfBounds:
        pass  # the terminal has just become smaller
    return count


def _nothing(*_given: object, **_named: object) -> bool:
    return False
