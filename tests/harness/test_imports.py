"""What must not be loaded: `--help`, the commands' own helps and the dashboard start without the heavy libraries.

In processes of their own, because a test session has loaded everything long since.
"""

import json
import subprocess
import sys

import pytest

from harness.cli import COMMANDS

HEAVY = {
    "accelerate", "datasets", "docker", "duckdb", "evalplus", "gguf", "matplotlib", "peft", "pyarrow", "ray", "sentence_transformers",
    "sklearn", "tiktoken", "torch", "transformers", "trl", "vllm",
}  # fmt: skip
"""Seconds of loading each, or a folder of dependencies."""
UNNEEDED = HEAVY | {"jinja2", "numpy", "pandas", "rich", "scipy", "textual", "tree_sitter"}
"""What a page of help has no use for."""

HELP = """
import json, sys
sys.argv = ["magibench", *{arguments!r}]
from harness.cli import main
try:
    main()
except SystemExit as end:
    assert not end.code, end.code
print(json.dumps(sorted({{name.partition(".")[0] for name in sys.modules}})), file=sys.stderr)
"""
IMPORT = """
import json, sys
import {package}
print(json.dumps(sorted({{name.partition(".")[0] for name in sys.modules}})), file=sys.stderr)
"""


def loaded(script):
    """Run ``script`` in a fresh interpreter; return its stdout and the top-level modules it ended with."""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout, set(json.loads(done.stderr.splitlines()[-1]))


def test_help_loads_nothing_that_it_has_no_use_for():
    said, modules = loaded(HELP.format(arguments=["--help"]))
    assert all(command in said for command in COMMANDS)
    assert modules & UNNEEDED == set()


@pytest.mark.parametrize("command", COMMANDS)
def test_the_help_of_a_command_loads_no_heavy_library(command):
    said, modules = loaded(HELP.format(arguments=[command, "--help"]))
    assert f"Usage: magibench {command}" in said
    assert modules & HEAVY == set()


def test_judging_without_a_cluster_knows_nothing_of_ray():
    opened = "harness.pipeline, harness.sandboxing; harness.sandboxing.open_sandbox()"
    _, modules = loaded(IMPORT.format(package=opened))
    assert modules & {"ray", "duckdb"} == set()
    nothing = "; assert not [name for name in sys.modules if name.startswith('harness.cluster')]"
    loaded(IMPORT.format(package=f"{opened}{nothing}"))


@pytest.mark.parametrize("package", ["harness", "sandboxes", "leaderboard", "tui"])
def test_a_package_loads_no_heavy_library(package):
    _, modules = loaded(IMPORT.format(package=package))
    assert modules & HEAVY == set()
    if package != "tui":
        assert "textual" not in modules
