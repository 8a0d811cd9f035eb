"""Formats of published instruction data: read into rows, and written from rows.

    alpaca         instruction, input, output (Code Alpaca)
    evol           instruction, output (evol-codealpaca-v1)
    oss-instruct   problem, solution, seed, lang (Magicoder-OSS-Instruct-75K)
    sharegpt       conversations: [{from, value}]
    messages       messages: [{role, content}]
    rows           our own rows.jsonl

What a format has and a row has no field for is kept in the column ``source``; the texts are kept to the letter.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Literal

import msgspec

from harness.datagen.corpora.languages import ENDINGS, language_name
from harness.datagen.rows import Row, SeedSource, make_row

Format = Literal["alpaca", "evol", "oss-instruct", "sharegpt", "messages", "rows"]
FORMATS: tuple[Format, ...] = ("alpaca", "evol", "oss-instruct", "sharegpt", "messages", "rows")

ROLES = {"human": "user", "user": "user", "gpt": "assistant", "assistant": "assistant", "chatgpt": "assistant",
         "bard": "assistant", "bing": "assistant", "system": "system"}  # fmt: skip
"""ShareGPT's names of who speaks."""
FENCE = re.compile(r"^[ \t]*```[ \t]*([\w+#-]+)", re.MULTILINE)


class Unreadable(ValueError):
    """A record that isn't of its format; the text is the reason."""


def detect(record: Mapping[str, Any]) -> Format | None:
    """Return the format of a record; None if it has none of them."""
    keys = set(record)
    if {"id", "problem", "solution", "method"} <= keys:
        return "rows"
    if {"problem", "solution"} <= keys:
        return "oss-instruct"
    if "conversations" in keys:
        return "sharegpt"
    if "messages" in keys:
        return "messages"
    if {"instruction", "input"} <= keys:
        return "alpaca"
    return "evol" if "instruction" in keys else None


def read_record(record: Mapping[str, Any], form: Format, source: SeedSource, language: str = "") -> Row:
    """Return the row of a record.

    Args:
        record: As it stands in the file.
        form: Its format.
        source: File, place in it and licence.
        language: Of the row, where the record doesn't say.

    Raises:
        Unreadable: fields are missing, or texts are empty.
    """
    if form == "rows":
        try:
            return msgspec.convert(record, Row)
        except msgspec.ValidationError as error:
            raise Unreadable(f"not a row: {error}") from None
    fields, rest = _READERS[form](record)
    for name in ("problem", "solution"):
        if not fields[name].strip():
            raise Unreadable(f"empty {name}")
    said = str(rest.pop("lang", "") or rest.pop("language", "") or language)
    columns = {**fields.pop("columns", {}), **({"source": rest} if rest else {})}
    return make_row(
        **fields,
        language=language_name(said) or _fenced(fields["solution"]),
        seed_source=source,
        method="imported",
        finish="unknown",
        columns=columns,
    )


def write_record(row: Row, form: Format) -> dict[str, Any]:
    """Return a row in a format: the inverse of ``read_record`` as far as the format has fields."""
    if form == "rows":
        fields: dict[str, Any] = msgspec.to_builtins(row)
        return fields
    return _WRITERS[form](row)


def _texts(record: Mapping[str, Any], *names: str) -> list[str]:
    """Return fields that must be texts."""
    missing = [name for name in names if not isinstance(record.get(name), str)]
    if missing:
        raise Unreadable(f"no {missing[0]}")
    return [record[name] for name in names]


def _rest(record: Mapping[str, Any], *taken: str) -> dict[str, Any]:
    return {k: v for k, v in record.items() if k not in taken}


def _alpaca(record: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    instruction, output = _texts(record, "instruction", "output")
    given = str(record.get("input") or "")
    problem = f"{instruction}\nInput: {given}" if given.strip() else instruction
    columns = {"instruction": instruction, "input": given}
    return {"problem": problem, "solution": output, "columns": columns}, _rest(record, "instruction", "input", "output")


def _evol(record: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    answer = "output" if "output" in record else "response"
    instruction, output = _texts(record, "instruction", answer)
    return {"problem": instruction, "solution": output}, _rest(record, "instruction", answer)


def _oss(record: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    problem, solution = _texts(record, "problem", "solution")
    fields = {"problem": problem, "solution": solution, "seed": str(record.get("seed") or "")}
    return fields, _rest(record, "problem", "solution", "seed")


def _sharegpt(record: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    turns = [(ROLES.get(str(t.get("from")).lower(), ""), t.get("value")) for t in _turns(record, "conversations")]
    return _chat(turns), _rest(record, "conversations")


def _messages(record: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    turns = [(str(t.get("role")).lower(), t.get("content")) for t in _turns(record, "messages")]
    return _chat(turns), _rest(record, "messages")


def _turns(record: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    turns = record.get(name)
    if not isinstance(turns, list) or not turns or not all(isinstance(t, dict) for t in turns):
        raise Unreadable(f"no {name}")
    return turns


def _chat(turns: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return the first question and its answer; more than that is kept whole in the column ``messages``."""
    if not all(isinstance(text, str) and role in {"system", "user", "assistant"} for role, text in turns):
        raise Unreadable("a turn without a known role or without text")
    messages = [{"role": role, "content": text} for role, text in turns]
    talk = messages[1:] if messages[0]["role"] == "system" else messages
    if len(talk) < 2 or [t["role"] for t in talk[:2]] != ["user", "assistant"]:
        raise Unreadable("doesn't begin with a question and its answer")
    columns = {"messages": messages} if len(messages) > 2 else {}
    return {"problem": talk[0]["content"], "solution": talk[1]["content"], "columns": columns}


def _fenced(solution: str) -> str:
    """Return the language of a solution's first block of code, if it is one that is known."""
    found = FENCE.search(solution)
    name = language_name(found[1]) if found else ""
    return name if name in ENDINGS else ""


def _source(row: Row) -> dict[str, Any]:
    found = row.columns.get("source")
    return dict(found) if isinstance(found, dict) else {}


def _to_alpaca(row: Row) -> dict[str, Any]:
    instruction, given = row.columns.get("instruction", row.problem), row.columns.get("input", "")
    return {"instruction": instruction, "input": given, "output": row.solution, **_source(row)}


def _to_evol(row: Row) -> dict[str, Any]:
    return {"instruction": row.problem, "output": row.solution, **_source(row)}


def _to_oss(row: Row) -> dict[str, Any]:
    return {"lang": row.language, "seed": row.seed, "problem": row.problem, "solution": row.solution, **_source(row)}


def _talk(row: Row) -> list[dict[str, str]]:
    kept = row.columns.get("messages")
    if isinstance(kept, list):
        return kept
    return [{"role": "user", "content": row.problem}, {"role": "assistant", "content": row.solution}]


def _to_sharegpt(row: Row) -> dict[str, Any]:
    names = {"user": "human", "assistant": "gpt", "system": "system"}
    turns = [{"from": names[t["role"]], "value": t["content"]} for t in _talk(row)]
    return {"id": row.id, "conversations": turns, **_source(row)}


def _to_messages(row: Row) -> dict[str, Any]:
    return {"messages": _talk(row), **_source(row)}


_READERS: dict[str, Callable[[Mapping[str, Any]], tuple[dict[str, Any], dict[str, Any]]]] = {
    "alpaca": _alpaca, "evol": _evol, "oss-instruct": _oss, "sharegpt": _sharegpt, "messages": _messages,
}  # fmt: skip
_WRITERS: dict[str, Callable[[Row], dict[str, Any]]] = {
    "alpaca": _to_alpaca, "evol": _to_evol, "oss-instruct": _to_oss, "sharegpt": _to_sharegpt, "messages": _to_messages,
}  # fmt: skip
