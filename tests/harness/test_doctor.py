"""`magibench doctor`: what is there is found, what isn't has a remedy, and the exit status says if it matters."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from harness.cli.init import make_workspace

REPOSITORY = Path(__file__).resolve().parents[2]

STATES = {"ok", "warn", "missing"}
SECTIONS = ["engine", "runtimes", "images", "data", "workspace", "models", "engines", "runs", "machine"]


def doctor(*arguments, cwd, **variables):
    """Run the command in a process of its own."""
    env = {k: v for k, v in os.environ.items() if k != "MAGIBENCH_WORKSPACE"} | variables
    return subprocess.run(
        [sys.executable, "-m", "harness", "doctor", *arguments],
        cwd=cwd,
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )


def sections(said):
    return list(dict.fromkeys(item["section"] for item in said["items"]))


@pytest.mark.docker
def test_a_machine_with_all_that_matters_is_healthy(engine, workspace):
    from sandboxes.images import ensure_image

    image = ensure_image(engine, "python")
    done = doctor("--json", cwd=workspace.root)
    said = json.loads(done.stdout)
    assert done.returncode == 0, done.stdout + done.stderr
    assert said["healthy"] is True
    assert sections(said) == SECTIONS
    found = {(item["section"], item["name"]): item for item in said["items"]}
    assert found["images", "python"]["values"]["tag"] == image.tag
    assert found["images", "python"]["values"]["id"] == image.id
    assert found["engine", "Docker"]["values"]["storage_driver"]
    assert found["runtimes", "runc"]["state"] == "ok"
    for item in said["items"]:
        assert item["state"] in STATES
        assert item["detail"]
        assert item["state"] == "ok" or item["remedy"], item


def test_without_an_engine_the_rest_is_still_looked_at(workspace, tmp_path):
    done = doctor("--json", cwd=workspace.root, DOCKER_HOST=f"unix://{tmp_path}/none.sock")
    said = json.loads(done.stdout)
    assert done.returncode == 1
    assert said["healthy"] is False
    assert sections(said) == [name for name in SECTIONS if name != "runtimes"]
    missing = [item for item in said["items"] if item["essential"] and item["state"] == "missing"]
    assert {item["section"] for item in missing} == {"engine", "images"}
    assert all(item["remedy"] for item in missing)
    assert "Traceback" not in done.stderr


def test_outside_a_workspace_there_is_a_remedy(tmp_path):
    done = doctor("--json", cwd=tmp_path)
    item = next(item for item in json.loads(done.stdout)["items"] if item["section"] == "workspace")
    assert done.returncode == 1
    assert item["state"] == "missing"
    assert "magibench init" in item["remedy"]


def test_a_broken_registry_is_named_with_its_line(workspace):
    workspace.models.write_text("[[models]]\nname = \n", encoding="utf-8")
    done = doctor("--json", cwd=workspace.root)
    item = next(item for item in json.loads(done.stdout)["items"] if item["section"] == "models")
    assert done.returncode == 1
    assert item["state"] == "missing"
    assert "models.toml" in item["detail"]
    assert "2" in item["detail"]


def test_a_damaged_run_is_named(workspace):
    for name, text in (("torn", '{"schema_version": 1, "id"'), ("other", "[]")):
        (workspace.runs / name).mkdir(parents=True)
        (workspace.runs / name / "run.json").write_text(text, encoding="utf-8")
    (workspace.runs / "bare").mkdir()
    said = json.loads(doctor("--json", cwd=workspace.root).stdout)
    runs = {item["name"]: item for item in said["items"] if item["section"] == "runs"}
    for name in ("torn", "other", "bare"):
        assert runs[name]["state"] == "warn"
        assert name in runs[name]["detail"]
        assert runs[name]["remedy"]
    assert runs["runs"]["values"] == {"complete": 0, "unfinished": 0, "damaged": 3}


def test_a_pipe_gets_one_line_per_item(workspace):
    plain = doctor(cwd=workspace.root).stdout.splitlines()
    items = json.loads(doctor("--json", cwd=workspace.root).stdout)["items"]
    assert [line.split("\t")[:2] for line in plain] == [[item["section"], item["name"]] for item in items]


def test_init_makes_a_workspace_that_works_and_overwrites_nothing(tmp_path):
    def init(*arguments):
        return subprocess.run(
            [sys.executable, "-m", "harness", "init", *arguments],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )

    done = init("new/place")
    assert done.returncode == 0, done.stderr
    root = tmp_path / "new" / "place"
    assert sorted(path.name for path in root.iterdir()) == [".gitignore", "models.toml"]
    assert "runs" in (root / ".gitignore").read_text()

    (root / "models.toml").write_text("# mine\n")
    again = init("new/place")
    assert again.returncode == 2
    assert "models.toml" in again.stderr
    assert "Traceback" not in again.stderr
    assert (root / "models.toml").read_text() == "# mine\n"


def test_init_keeps_a_gitignore_that_is_there(tmp_path):
    (tmp_path / ".gitignore").write_text("mine/\n")
    make_workspace(tmp_path)
    assert (tmp_path / ".gitignore").read_text() == "mine/\n"


def test_a_place_that_can_not_be_written_is_a_clear_error(tmp_path):
    (tmp_path / "file").write_text("")
    done = subprocess.run(
        [sys.executable, "-m", "harness", "init", str(tmp_path / "file" / "below")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "below" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_default_model_of_a_new_workspace_is_the_repositorys(workspace):
    from harness.registry import find_model
    from harness.workspace import Workspace

    repository = Workspace(REPOSITORY)
    name = "smollm2-135m-instruct"
    assert find_model(workspace, name) == find_model(repository, name)
