"""``python -m harness.cluster.training ADDRESS FOLDER --workspace DIR``: one training on a cluster, under Ray Train.

Stands where ``accelerate launch`` does on one machine: Ray places the processes and joins them, each then runs the
same trainer. The workspace lies in a folder that all nodes share: the first process writes there what it always does.
"""

from __future__ import annotations

import argparse
import os
import sys
import threading
import time
from pathlib import Path
from typing import Any

from harness.cluster import room
from harness.errors import MagibenchError
from harness.finetune.folder import TrainingFolder


def main() -> None:
    """Train; exit with 2 and a line on stderr if the cluster can't, with 1 if the training failed."""
    parser = argparse.ArgumentParser()
    parser.add_argument("address")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--workspace", type=Path, required=True)
    parser.add_argument("--parent", type=int, default=0)
    given = parser.parse_args()
    if given.parent:
        threading.Thread(target=_die_with, args=(given.parent,), daemon=True).start()
    recipe = TrainingFolder(given.folder).recipe()
    argv = [str(given.folder.resolve()), "--workspace", str(given.workspace.resolve())]
    try:
        room.connect(given.address)
        device = recipe.compute.device
        gpus = device == "cuda" or (device == "auto" and any(place.gpus for place in room.places()))
        settings = {"argv": argv, "cpu": not gpus}
        room.train(_worker, settings, recipe.compute.processes, gpus=gpus, folder=given.folder / ".ray")
    except MagibenchError as error:
        print(error, file=sys.stderr)
        sys.exit(2)
    finally:
        room.disconnect()


def _worker(settings: dict[str, Any]) -> None:
    """Be one of the processes: Ray has joined them, Accelerate finds them joined."""
    if settings["cpu"]:
        os.environ["ACCELERATE_USE_CPU"] = "true"
    from harness.finetune.trainer.__main__ import main as trainer

    sys.argv = ["trainer", *settings["argv"]]
    trainer()


def _die_with(parent: int) -> None:
    """End with the command that began this: Ray then ends the workers."""
    while os.getppid() == parent:
        time.sleep(0.5)
    os._exit(1)


if __name__ == "__main__":
    main()
