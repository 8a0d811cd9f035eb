"""The view of a run: numbers, grid, list, filters, live updates."""

import pytest

from harness.events import NodeSeen
from harness.statistics import metrics
from tui.app import Dashboard
from tui.attention import nodes_said
from tui.marks import STATES
from tui.nodes import node_lines
from tui.screens.problem import ProblemPlace
from tui.screens.run import RunPlace
from tui.widgets.choice import Choice
from tui.widgets.grid import Grid
from tui.widgets.table import Table


async def settle(app, pilot):
    for _ in range(2):
        await app.workers.wait_for_complete()
        await pilot.pause()


async def opened(app, pilot, name):
    await settle(app, pilot)
    app.open_run(name)
    await settle(app, pilot)
    assert isinstance(app.screen, RunPlace)
    return app.screen


@pytest.mark.parametrize("size", [(80, 24), (120, 36), (200, 50)])
async def test_every_problem_has_its_sign(workspace, size):
    app = Dashboard(workspace)
    async with app.run_test(size=size) as pilot:
        place = await opened(app, pilot, "infra")
        grid = place.query_one(Grid)
        assert len(grid.keys) == 164
        verdicts = place.entry.folder.verdicts()
        for (problem, _), verdict in verdicts.items():
            expected = "infra" if verdict.infra else "passed" if verdict.passed else "failed"
            assert grid.states[problem] == expected
        line = "".join(segment.text for segment in grid.render_line(0))
        assert line.split()[1] == STATES["infra"].text
        assert grid.size.width >= grid.per_line * 2


async def test_header_has_the_derived_numbers(workspace):
    app = Dashboard(workspace)
    async with app.run_test(size=(120, 36)) as pilot:
        place = await opened(app, pilot, "cut")
        run = place.entry.run
        expected = metrics(place.entry.folder.verdicts().values(), run.problems, ["base", "plus"])
        text = str(place.query_one("#scores").render())
        for metric in expected:
            assert f"{100 * metric.value:.1f}" in text
        assert "so far" in text
        app.back()
        place = await opened(app, pilot, "qwen-chat")
        assert "so far" not in str(place.query_one("#scores").render())


async def test_several_samples_show_partly_and_pass_at_10(workspace):
    app = Dashboard(workspace)
    async with app.run_test(size=(120, 36)) as pilot:
        place = await opened(app, pilot, "sampled")
        assert "partly" in place.data.states.values()
        assert "pass@10" in str(place.query_one("#scores").render())
        assert "✓/n" in [c.title for c in place.query_one(Table).columns]


async def test_verdict_filter_cycles(workspace):
    app = Dashboard(workspace)
    async with app.run_test(size=(120, 36)) as pilot:
        place = await opened(app, pilot, "infra")
        table = place.query_one(Table)
        counts = place.data.counts()
        assert counts["all"] == 164 == counts["failed"] + counts["passed"] + counts["infra"]
        for name in ("failed", "passed", "infra", "all"):
            await pilot.press("f")
            assert place.query_one(Choice).value == name
            assert len(table.rows) == counts[name]
        assert counts["infra"] == 3


async def test_grid_and_list_share_the_cursor(workspace):
    app = Dashboard(workspace)
    async with app.run_test(size=(120, 36)) as pilot:
        place = await opened(app, pilot, "qwen-chat")
        grid, table = place.query_one(Grid), place.query_one(Table)
        assert table.has_focus
        await pilot.press("j", "j")
        await pilot.pause()
        assert table.key == grid.key == "HumanEval/2"
        await pilot.press("tab", "l", "j")
        await pilot.pause()
        assert grid.has_focus
        assert grid.key == table.key == f"HumanEval/{3 + grid.per_line}"
        await pilot.press("h", "k")
        assert grid.key == "HumanEval/2"
        await pilot.press("G")
        assert grid.key == "HumanEval/163"
        await pilot.press("g", "enter")
        await settle(app, pilot)
        assert isinstance(app.screen, ProblemPlace)
        assert app.screen.problem == "HumanEval/0"


async def test_provenance_can_be_hidden(workspace):
    app = Dashboard(workspace)
    async with app.run_test(size=(120, 36)) as pilot:
        place = await opened(app, pilot, "qwen-chat")
        panel = place.query_one("#provenance")
        assert panel.display
        text = place.query_one("#facts").plain
        for fact in ("transformers", "docker", "humaneval+@v0.1.10", "greedy", "736f78d0c4b1", "magibench eval"):
            assert fact in text
        await pilot.press("i")
        assert not panel.display
        await pilot.resize_terminal(80, 24)
        await pilot.pause()
        assert panel.display, "where it is narrow it is hidden until asked for"


async def test_live_grid_fills(maker, worker):
    app = Dashboard(maker.workspace)
    async with app.run_test(size=(120, 36)) as pilot:
        place = await opened(app, pilot, "live")
        grid = place.query_one(Grid)
        assert grid.states.get("HumanEval/12", "pending") == "pending"
        worker.start(every=0.01)
        for _ in range(60):
            await pilot.pause(0.1)
            if place.entry.state == "complete":
                break
        await pilot.pause(0.3)
        assert place.entry.state == "complete"
        assert len(grid.states) == 40
        assert "pending" not in grid.states.values()
        assert "so far" not in str(place.query_one("#scores").render())


async def test_a_run_that_is_removed_while_open_is_left(workspace):
    import shutil

    app = Dashboard(workspace)
    async with app.run_test(size=(120, 36)) as pilot:
        await opened(app, pilot, "qwen-chat")
        shutil.rmtree(workspace.runs / "qwen-chat")
        app.look()
        await pilot.pause()
        await pilot.pause()
        assert not isinstance(app.screen, RunPlace)


def nodes_seen() -> list[NodeSeen]:
    """Return what a cluster run of two nodes wrote of them, and of one that was refused."""
    return [
        NodeSeen(name="127.0.0.1 b3c1", state="working", slots=2, done=7, in_flight=4, rate=3.5),
        NodeSeen(name="127.0.0.1 9a20", state="working", slots=1, done=5, in_flight=1, errors=2, rate=2.1),
        NodeSeen(name="127.0.0.1 77fe", state="refused", slots=0, reason="its Magibench is 0.1.0, here it is 0.2.0"),
    ]


@pytest.mark.parametrize("size", [(80, 24), (120, 36)])
async def test_nodes_of_a_cluster_are_shown_while_it_runs(maker, worker, size):
    app = Dashboard(maker.workspace)
    async with app.run_test(size=size) as pilot:
        place = await opened(app, pilot, "live")
        nodes = place.query_one("#nodes")
        assert not nodes.display
        with place.entry.folder.event_journal() as events:
            for event in nodes_seen():
                events.append(event)
        app.look()
        await settle(app, pilot)
        lines = str(nodes.render()).split("\n")
        assert nodes.display
        assert nodes.size.height == 3
        assert lines[0].startswith("✗ 127.0.0.1 77fe")
        assert lines[0].endswith("its Magibench is 0.1.0, here it is 0.2.0")
        assert lines[1].split()[3:] == ["working", "1/1", "busy", "2.1", "jobs/s", "5", "done", "2", "errors"]
        assert "2/2 busy" in lines[2]
        assert nodes_said(place.entry.live) == " on 2/3 nodes"
        assert place.query_one(Table).size.height > 2


def test_many_nodes_are_counted_in_the_last_line():
    many = [NodeSeen(name=f"10.0.0.{i}", state="lost" if i == 99 else "working", slots=8) for i in range(100)]
    lines = ["".join(mark.text for mark in line) for line in node_lines(many, 4)]
    assert "10.0.0.99" in lines[0]
    assert lines[3].strip() == "97 more nodes, 97 of them working"
