"""The nodes of a cluster that a run is judged on, as lines of marks."""

from __future__ import annotations

from collections.abc import Sequence

from harness.events import NodeSeen
from tui.marks import Line, Mark, one_line

SIGNS: dict[str, Mark] = {
    "starting": Mark("▷", "accent"),
    "preparing": Mark("▷", "accent"),
    "working": Mark("●", "good"),
    "silent": Mark("◐", "warn"),
    "doubtful": Mark("◐", "warn"),
    "lost": Mark("✗", "bad"),
    "refused": Mark("✗", "bad"),
}
"""Glyph and role of a node's state."""

TROUBLE = ("refused", "lost", "doubtful", "silent")
"""States that come first where not all nodes have a line."""


def node_lines(nodes: Sequence[NodeSeen], lines: int, running: bool = True) -> list[Line]:
    """Return one line per node: name, state, slots, jobs, rate, errors, reason; those in trouble first.

    Args:
        nodes: the last that was said of each.
        lines: at most so many; what doesn't fit is counted in the last one.
        running: the run goes on; otherwise what is busy isn't said, for nothing is.
    """
    ordered = sorted(nodes, key=lambda n: (TROUBLE.index(n.state) if n.state in TROUBLE else len(TROUBLE), n.name))
    size = max((len(n.name) for n in ordered), default=0)
    if len(ordered) <= lines:
        return [_node_line(n, size, running) for n in ordered]
    shown, rest = ordered[: lines - 1], ordered[lines - 1 :]
    working = sum(n.state == "working" for n in rest)
    last = Mark(f"  {len(rest)} more nodes, {working} of them working", "muted")
    return [*(_node_line(n, size, running) for n in shown), (last,)]


def _node_line(node: NodeSeen, size: int, running: bool) -> Line:
    sign = SIGNS.get(node.state, Mark("·", "faint"))
    # A node holds jobs beyond its slots, so that it never waits for the driver.
    slots = f"{min(node.in_flight, node.slots)}/{node.slots} busy" if running else f"{node.slots} slots"
    return (
        Mark(f"{sign.text} ", sign.role),
        Mark(f"{one_line(node.name):<{size}}", "strong"),
        Mark(f"  {node.state:<9}", sign.role),
        Mark(f"  {slots:>10}", "muted"),
        Mark(f"  {node.rate:6.1f} jobs/s  {node.done:>7,} done", "muted"),
        Mark(f"  {node.errors:>3} errors", "warn" if node.errors else "faint"),
        Mark(f"  {one_line(node.reason)}" if node.reason else "", "muted"),
    )
