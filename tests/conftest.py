"""Fixtures shared by all: what is not on this machine skips a test, with the reason."""

from __future__ import annotations

import os
from pathlib import Path

import hypothesis
import pytest

# A property's first example may import half a library: time is no property.
# The same examples every time: a check that fails must fail because of a change. To search: HYPOTHESIS_PROFILE=search.
hypothesis.settings.register_profile("magibench", deadline=None, derandomize=True)
hypothesis.settings.register_profile("search", deadline=None, derandomize=False, max_examples=2000)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "magibench"))

REPOSITORY = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def data() -> Path:
    """The folder of benchmark data that MAGIBENCH_DATA names."""
    named = os.environ.get("MAGIBENCH_DATA")
    if not named:
        pytest.skip("MAGIBENCH_DATA is not set")
    folder = Path(named).resolve()
    if not folder.is_dir():
        pytest.skip(f"MAGIBENCH_DATA is {folder}, which is no folder")
    return folder


@pytest.fixture(scope="session")
def engine():
    """A client of a container engine that answers."""
    from sandboxes.engine import connect
    from sandboxes.errors import EngineUnavailable

    try:
        client = connect()
    except EngineUnavailable as error:
        pytest.skip(error.message)
    yield client
    client.close()


@pytest.fixture
def workspace(tmp_path, monkeypatch):
    """A workspace of its own, fresh from `magibench init`, that is also the current folder."""
    from harness.cli.init import make_workspace

    made = make_workspace(tmp_path / "workspace")
    monkeypatch.delenv("MAGIBENCH_WORKSPACE", raising=False)
    monkeypatch.chdir(made.root)
    return made
