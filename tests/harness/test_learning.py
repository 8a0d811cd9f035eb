"""Threads may meet a type at the same moment: msgspec alone would crash the process (a segmentation fault)."""

import subprocess
import sys

MEET = """
import sys, threading
from pathlib import Path
from harness.datagen import recipes as data
from harness.finetune import recipes as training
from harness.registry import load_models
from harness.workspace import Workspace

sys.setswitchinterval(1e-7)
workspace = Workspace(Path(sys.argv[1]))
gate = threading.Barrier(6)
said = []

def work():
    gate.wait()
    try:
        for name in data.list_recipes(workspace):
            data.load_recipe(workspace, name)
        for name in training.list_recipes(workspace):
            training.load_recipe(workspace, name)
        load_models(workspace)
    except Exception as error:
        said.append(error)

threads = [threading.Thread(target=work) for _ in range(6)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
assert not said, said
"""


def test_six_threads_read_recipes_and_models_at_once(workspace):
    done = subprocess.run([sys.executable, "-c", MEET, str(workspace.root)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
