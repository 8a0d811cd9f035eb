"""The exact rule: as Python's `in` finds it, string by string; and the strings it looks for."""

import gzip
import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from harness.datagen.decontamination.exact import Exact, Strings, searchable
from harness.datagen.decontamination.sources import TRIVIAL, Item, Source, before_solution, docstring, sources
from harness.errors import DataError, UnknownName

ALPHABET = st.text("aAbB ßİ\n\ud800é", max_size=5)


def naive(strings, text):
    """Search as find_substrings.py does; equal strings count once, as its first hit does."""
    found, seen = [], set()
    for index, string in enumerate(strings):
        if string and string not in seen and string in text:
            found.append(index)
        seen.add(string)
    return found


@given(st.lists(ALPHABET, max_size=8), st.lists(ALPHABET, max_size=10).map("".join))
@example(["ab", "b", "abab", "ab"], "xababx")
@example([""], "a")
@example([], "a")
def test_the_automaton_finds_what_in_finds(strings, text):
    strings = [searchable(s) for s in strings]
    text = searchable(text)
    assert [index for index, _, _ in Strings(strings).within(text)] == naive(strings, text)


@given(st.lists(ALPHABET.filter(bool), min_size=1, max_size=8), st.lists(ALPHABET, max_size=10).map("".join))
def test_places_are_those_of_the_first_occurrence(strings, text):
    for index, start, end in Strings(strings).within(text):
        assert text[start:end] == strings[index]
        assert text.find(strings[index]) == start


def rule(*texts):
    return Exact([Source(key="k", benchmark="B", items=tuple(Item(f"B/{n}", "text", t) for n, t in enumerate(texts)))])


def test_case_line_ends_and_the_ends_of_strings_dont_matter():
    exact = rule("  Return X\r\n  + Y\r\n")
    assert [hit.item.task for hit in exact.hits("so: RETURN x\n  + y.")] == ["B/0"]
    assert exact.hits("return x + y") == []


def test_the_first_string_of_the_list_is_the_reason():
    assert [hit.item.task for hit in rule("b", "a").hits("ab")] == ["B/0", "B/1"]


def test_what_is_shown_is_where_it_stands():
    (hit,) = rule("Needle").hits("hay NEEDLE hay")
    assert (hit.start, hit.end, hit.source) == (4, 10, "k")


@pytest.mark.parametrize(
    ("prompt", "expected"),
    [
        ('def f():\n    """ One. """\n', "One."),
        ('def g():\n    """Helper."""\n\ndef f():\n    """Two."""\n', "Two."),
        ("def f():\n    '''Three.'''\n", "Three."),
        ("no quotes", "no quotes"),
    ],
)
def test_docstrings(prompt, expected):
    assert docstring(prompt) == expected


def test_before_solution():
    assert before_solution("ask\n# SOLUTION START\nx") == "ask\n# "
    assert before_solution("ask\nBEGIN SOLUTION\n<code>") == "ask\n"


def test_the_allow_list_has_the_line_that_upstream_means():
    assert "return ''.join(strings)" in TRIVIAL
    assert "return .join(strings)" not in TRIVIAL


def test_humaneval_is_always_there_and_absent_sources_are_named(tmp_path, monkeypatch):
    monkeypatch.delenv("MAGIBENCH_DATA", raising=False)
    monkeypatch.setenv("MAGIBENCH_CACHE", str(tmp_path))
    found = {source.key: source for source in sources()}
    assert len(found["human_eval_docstrings"].items) == 164
    assert len(found["human_eval_solutions"].items) == 160
    for key in ("mbpp_docstrings", "mbpp_solutions", "apps_docstrings", "gsm8k_questions", "ds_1000_prompts"):
        assert not found[key].items
        assert "MAGIBENCH_DATA" in found[key].absent


def test_all_strings_that_upstream_has(data):
    found = {source.key: len(source.items) for source in sources()}
    assert found["mbpp_docstrings"] == found["mbpp_solutions"] == 500
    assert found["gsm8k_questions"] == 1319
    assert found["ds_1000_prompts"] == 1000


def test_apps_from_a_file(tmp_path):
    file = tmp_path / "apps.jsonl.gz"
    file.write_bytes(
        gzip.compress(b"".join(json.dumps({"question": q}).encode() + b"\n" for q in ("One? ", " ", "Two?")))
    )
    found = {source.key: source for source in sources(apps=file)}
    assert [item.text for item in found["apps_docstrings"].items] == ["One?", "Two?"]


def test_a_damaged_file_is_named_with_its_line(tmp_path):
    file = tmp_path / "apps.jsonl"
    file.write_text('{"question": "fine"}\n{"question"\n')
    with pytest.raises(DataError, match=r"apps\.jsonl:2"):
        sources(apps=file)


def test_an_unknown_key_is_refused():
    with pytest.raises(UnknownName, match="mbpp_docstring'"):
        sources(ignored=frozenset({"mbpp_docstring"}))
