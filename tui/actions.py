"""What derives from the tables of places and actions (tui/keys.py): bindings and the page of keys."""

from __future__ import annotations

from textual.binding import Binding

from tui.keys import ACTIONS, MODES, PLACES, Action, Room

__all__ = [
    "ACTIONS",
    "MODES",
    "PLACES",
    "Action",
    "Room",
    "actions_of",
    "bindings",
    "clash",
    "key_name",
    "key_names",
    "key_table",
    "keys_now",
]


def actions_of(place: str) -> list[Action]:
    """Return the actions of a place, in the order of the table."""
    return [action for action in ACTIONS if action.place == place]


def keys_now(action: Action, keymap: dict[str, str]) -> list[str]:
    """Return the keys of an action under a user's key map."""
    return [key.strip() for key in keymap.get(action.id, action.keys).split(",") if key.strip()]


GENERAL = ("app", "lists", "tables")
"""Tables of actions that hold in every place."""


def clash(action: Action, key: str, keymap: dict[str, str]) -> Action | None:
    """Return the other action that a key means where ``action`` can be pressed; None where it is free.

    Two actions that have one key in the table keep it: there the nearer one wins, as Esc does.
    """
    for other in ACTIONS:
        together = other.place == action.place or other.place in GENERAL or action.place in GENERAL
        if other.id == action.id or not together or key not in keys_now(other, keymap):
            continue
        if not (key in action.keys.split(",") and key in other.keys.split(",")):
            return other
    return None


def bindings(*places: str) -> list[Binding]:
    """Return Textual's bindings of some places."""
    return [
        Binding(
            action.keys,
            action.call or action.name,
            action.label,
            show=action.footer,
            tooltip=action.help,
            id=action.id,
            priority=action.name == "command_palette",  # also while something is typed
        )
        for place in places
        for action in actions_of(place)
    ]


SIGNS = {"escape": "Esc", "slash": "/", "question_mark": "?", "enter": "Enter", "space": "Space", "tab": "Tab"}
"""Key names that are not shown as they are."""


def key_name(key: str) -> str:
    """Return a key as people write it: "Ctrl+d", "Esc", "G"."""
    if key in SIGNS:
        return SIGNS[key]
    if len(key) == 1:
        return key
    *modifiers, last = key.split("+")
    named = last if len(last) == 1 else SIGNS.get(last, last.capitalize())
    return "+".join([*(m.capitalize() for m in modifiers), named])


def key_names(keys: str) -> str:
    """Return the keys of an action as people write them."""
    return "  ".join(key_name(key) for key in keys.split(","))


def key_table() -> str:
    """Return the Markdown tables of all keys, as they stand in docs/dashboard.md."""
    parts = []
    for place, room in PLACES.items():
        rows = []
        for action in actions_of(place):
            keys = " ".join(f"`{key_name(key)}`" for key in action.keys.split(","))
            rows.append(f"| {keys} | {action.label} | {action.help} | `{action.id}` |")
        parts.append(f"### {room.title}\n\n| Keys | | | Id |\n|---|---|---|---|\n" + "\n".join(rows) + "\n")
    return "\n".join(parts)


BEGIN, END = "<!-- keys: begin (python -m tui.actions FILE) -->", "<!-- keys: end -->"


def paste_keys(page: str) -> str:
    """Return a page with the tables of keys between its marks renewed."""
    head, _, rest = page.partition(BEGIN)
    _, _, tail = rest.partition(END)
    return f"{head}{BEGIN}\n\n{key_table()}\n{END}{tail}"


if __name__ == "__main__":
    import sys
    from pathlib import Path

    file = Path(sys.argv[1])
    file.write_text(paste_keys(file.read_text("utf-8")), "utf-8")
