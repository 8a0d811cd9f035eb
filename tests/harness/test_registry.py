"""models.toml: what is read, what is refused and in which words, and what editing leaves alone."""

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.errors import RegistryError, UnknownName
from harness.records import Model
from harness.registry import add_model, find_model, load_models, remove_model
from harness.workspace import Workspace

TEXT = """\
# The head of the file.

# Above the first.
[models."first"]
source = "path:first"  # beside a key
# inside the first
size = 1

# Above the second.
[models."second"]
source = "hub:org/name@0123abc"
style = "magicoder"

# Examples:
# [models."third"]
# source = "echo:"
"""


@pytest.fixture
def workspace(tmp_path):
    (tmp_path / "models.toml").write_text(TEXT)
    return Workspace(tmp_path)


def write(workspace, text):
    workspace.models.write_text(text)
    return workspace


def test_models_come_in_order_and_echo_is_always_there(workspace):
    models = load_models(workspace)
    assert list(models) == ["first", "second", "echo"]
    assert models["first"].size == 1.0
    assert models["second"].style == "magicoder"
    assert models["echo"].backend == "echo"


def test_an_empty_file_has_echo(workspace):
    assert list(load_models(write(workspace, ""))) == ["echo"]


def test_the_backend_follows_the_source(workspace):
    write(workspace, '[models.a]\nsource = "samples:x.jsonl"\n[models.b]\nsource = "path:x"\n')
    models = load_models(workspace)
    assert models["a"].backend == "replay"
    assert models["b"].backend == "transformers"


def test_unknown_model_is_guessed(workspace):
    with pytest.raises(UnknownName) as caught:
        find_model(workspace, "secnd")
    assert "secnd" in caught.value.message
    assert "'second'" in caught.value.remedy
    assert "magibench models list" in caught.value.remedy


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        ('[models."a"]\nsource = "echo:\n', ":2:16:", "Illegal character"),
        ('[models."a"\nsource = "echo:"\n', ":1:12:", "Expected"),
        ('[models.a]\nsource = "echo:"\n[models.a]\n', ":3:10:", "twice"),
        ('[models.a]\nsource = "echo:"\nnotes = """\n', ":4:1:", "Unterminated string"),
        ('[models.a]\n\nsorce = "echo:"\n', ":3:", "Did you mean source?"),
        ('[models.a]\nname = "a"\nsource = "echo:"\n', ":2:", "the name is the table's own"),
        ('[model.a]\nsource = "echo:"\n', ":1:", "Did you mean models?"),
        ('[models.a]\nsource = "path:x"\nsize = "1"\n', ':3: models."a".size:', "got `str`"),
        ('[models.a]\nsource = "path:x"\nparents = ["a", 3]\n', ':3: models."a".parents[1]:', "got `int`"),
        (
            '[models.a]\nsource = "path:x"\nstyle = "chats"\n',
            ':3: models."a".style:',
            "base, chat, insertion, magicoder",
        ),
        ('[models.a]\nsource = "path:x"\nsha256 = "abc"\n', ':3: models."a".sha256', "64 hexadecimal digits"),
        ('[models.a]\nsource = "path:x"\nsize = -1\n', ':3: models."a".size', "10^9"),
        ('[models.a]\nstyle = "chat"\n', ':1: models."a"', "has no source"),
        ('[models.a]\nsource = "hub:org"\n', ':2: models."a".source:', "hub:org/name@revision"),
        ('[models.a]\nsource = "echo:"\nbackend = "vllm"\n', ':3: models."a".backend:', '"echo"'),
        ('[models."a/b"]\nsource = "echo:"\n', ':1: models."a/b"', "letters, digits"),
        ("models = 3\n", ":1:", "not a table"),
        ("[models]\na = 3\n", ":2:", "not a table"),
    ],
)
def test_what_is_wrong_is_shown_where_it_is(workspace, text, place, words):
    with pytest.raises(RegistryError) as caught:
        load_models(write(workspace, text))
    assert f"{workspace.models}{place}" in caught.value.message
    assert words in str(caught.value)
    assert caught.value.remedy


def test_bytes_that_are_no_text_are_an_error(workspace):
    workspace.models.write_bytes(b'[models.a]\nsource = "\xff"\n')
    with pytest.raises(RegistryError, match="not UTF-8"):
        load_models(workspace)


def test_adding_keeps_every_line(workspace):
    add_model(workspace, Model(name="new", source="path:x", style="chat", parents=["a"], notes='say "hi"\n'))
    text = workspace.models.read_text()
    assert text.startswith(TEXT + "\n[models.")
    assert tomllib.loads(text)["models"]["new"] == {
        "source": "path:x",
        "style": "chat",
        "parents": ["a"],
        "notes": 'say "hi"\n',
    }


def test_adding_writes_nothing_that_would_not_load(workspace):
    for model in (
        Model(name="first", source="path:x"),
        Model(name="a b", source="path:x"),
        Model(name="x", source="nowhere:x"),
        Model(name="x", source="echo:"),  # the default backend can't use it
        Model(name="x", source="path:x", size=-3),
    ):
        with pytest.raises(RegistryError):
            add_model(workspace, model)
    assert workspace.models.read_text() == TEXT


def test_removing_keeps_comments_outside_the_table(workspace):
    remove_model(workspace, "first")
    text = workspace.models.read_text()
    assert text == TEXT.replace(TEXT[TEXT.index("[models") : TEXT.index("# Above the second")], "")
    remove_model(workspace, "second")
    left = workspace.models.read_text()
    assert "# The head" in left
    assert "# Examples" in left
    assert list(load_models(workspace)) == ["echo"]


def test_removing_what_is_not_there(workspace):
    with pytest.raises(UnknownName):
        remove_model(workspace, "frist")
    with pytest.raises(RegistryError, match="built in"):
        remove_model(workspace, "echo")
    assert workspace.models.read_text() == TEXT


def test_a_broken_file_is_never_edited(workspace):
    write(workspace, TEXT + "[models.\n")
    with pytest.raises(RegistryError):
        add_model(workspace, Model(name="new", source="path:x"))
    assert workspace.models.read_text() == TEXT + "[models.\n"


names = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._+-]{0,12}", fullmatch=True)
texts = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=30)
entries = st.builds(
    Model,
    name=names,
    source=st.just("path:weights"),
    style=st.sampled_from(["base", "chat", "magicoder"]),
    size=st.none() | st.floats(0.001, 1000),
    family=texts,
    base=texts,
    parents=st.lists(texts, max_size=3),
    open_data=st.sampled_from(["none", "partial", "full", "unknown"]),
    license=texts,
    notes=texts,
)


@given(model=entries)
def test_what_is_added_is_read_back_and_removing_undoes_it(tmp_path_factory, model):
    folder = tmp_path_factory.mktemp("workspace")
    workspace = Workspace(folder)
    write(workspace, TEXT)
    if model.name in {"first", "second"}:
        return
    add_model(workspace, model)
    assert find_model(workspace, model.name) == model
    remove_model(workspace, model.name)
    assert workspace.models.read_text() == TEXT


def test_the_repository_lists_the_default_model():
    from pathlib import Path

    root = Path(__file__).parents[2]
    model = find_model(Workspace(root), "smollm2-135m-instruct")
    assert model.source.startswith("pypi:")
    assert len(model.sha256) == 64
    assert model.license == "Apache-2.0"


def test_the_examples_in_the_repository_s_file_load(workspace):
    """What people are told to copy works when the # is taken away."""
    from pathlib import Path

    lines = (Path(__file__).parents[2] / "models.toml").read_text().split("\n")
    kept = [line.removeprefix("# ") for line in lines if line.startswith(("# [models.", '# source = "'))]
    models = load_models(write(workspace, "\n".join(kept)))
    assert {m.source.partition(":")[0] for m in models.values()} == {"hub", "path", "openai", "samples", "echo"}
