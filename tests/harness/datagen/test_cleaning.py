"""Cleaning: Magicoder's rule against a literal reading of it, and near-duplicates by MinHash."""

import random
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.datagen.cleaning import repeats
from harness.datagen.near import MinHash, near_duplicates


@dataclass(frozen=True)
class Plain:
    id: str
    problem: str
    solution: str
    seed: str = ""


def upstream(rows):
    """Say of each row what clean_data.py says, for rows whose texts aren't empty."""
    seen = {"seed": set(), "problem": set(), "solution": set()}
    for row in rows:
        bare = {column: "".join(getattr(row, column).split()) for column in seen}
        reason = next((column for column, texts in seen.items() if bare[column] in texts), None)
        if reason is None:
            for column, texts in seen.items():
                texts.add(bare[column])
        yield reason


TEXT = st.text("ab \n\t", min_size=1, max_size=4).filter(str.strip)


@given(st.lists(st.tuples(TEXT, TEXT, TEXT), max_size=20))
def test_the_rule_is_upstreams(texts):
    rows = [Plain(str(number), *three) for number, three in enumerate(texts)]
    assert [found for _, found, _ in repeats(rows)] == list(upstream(rows))


def test_the_first_row_wins_and_is_named():
    rows = [Plain("a", "p q", "s", "x"), Plain("b", "pq\n", "t", "y"), Plain("c", "r", " s", "z")]
    assert [(row.id, what, first) for row, what, first in repeats(rows)] == [
        ("a", None, ""),
        ("b", "problem", "a"),
        ("c", "solution", "a"),
    ]


def test_what_was_dropped_hides_nothing():
    rows = [Plain("a", "p", "s"), Plain("b", "p", "t"), Plain("c", "q", "t")]
    assert [what for _, what, _ in repeats(rows)] == [None, "problem", None]


def test_rows_without_seeds_are_not_copies_of_each_other():
    assert [what for _, what, _ in repeats([Plain("a", "p", "s"), Plain("b", "q", "t")])] == [None, None]


def words(seed, count=200):
    chance = random.Random(seed)
    return [f"word{chance.randrange(5000)}" for _ in range(count)]


def test_bands_are_those_of_the_peers():
    assert MinHash().bands() == (25, 10)


def test_near_duplicates_are_found_and_the_first_stays():
    original = words(1)
    changed = [*original[:100], "another", *original[101:]]
    found = near_duplicates([" ".join(words(0)), " ".join(original), " ".join(changed), " ".join(words(2))])
    assert [near and near.index for near in found] == [None, None, 1, None]
    assert 0.9 < found[2].similarity < 1


def test_layout_and_punctuation_make_no_difference():
    text = "\n    ".join(words(3))
    assert near_duplicates([" ".join(words(3)), text.replace(" ", "  ,")])[1].similarity == 1


def test_short_rows_are_compared_with_none():
    assert near_duplicates(["one two three", "one two three", ""]) == [None, None, None]


def test_nothing_in_nothing_out():
    assert near_duplicates([]) == []


@pytest.mark.parametrize("workers", [2, 3])
def test_any_number_of_workers_finds_the_same(workers):
    texts = [" ".join(words(number % 4000, 30)) for number in range(4500)]
    alone = near_duplicates(texts)
    assert sum(near is not None for near in alone) == 500
    assert near_duplicates(texts, workers=workers) == alone


def estimate(one, two):
    sets = [{tuple(t[i : i + 5]) for i in range(len(t) - 4)} for t in (one, two)]
    return len(sets[0] & sets[1]) / len(sets[0] | sets[1])


def test_the_estimate_is_near_the_truth():
    original = words(5, 400)
    for share in (0.02, 0.05):
        chance = random.Random(share)
        other = [w if chance.random() > share else "x" for w in original]
        near = near_duplicates([" ".join(original), " ".join(other)], MinHash(threshold=0.3))[1]
        assert near.similarity == pytest.approx(estimate(original, other), abs=0.1)
