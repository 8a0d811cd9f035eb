"""Training under Ray Train, on two nodes of a real cluster on this machine."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from harness.cli import main
from harness.finetune.folder import TrainingFolder
from harness.finetune.launching import train
from harness.finetune.recipes import load_recipe
from harness.registry import load_models

pytest.importorskip("ray", reason="Ray is not installed (the extra cluster)")


@pytest.mark.slow
def test_two_nodes_learn_what_one_process_does(trainable, monkeypatch):
    from ray.cluster_utils import Cluster

    # Nodes import what is tested, wherever it lies.
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[3]))
    workspace, write = trainable
    one = train(workspace, load_recipe(workspace, str(write("one", steps=2))), lambda _: None)
    path = write("two", steps=2)
    path.write_text(path.read_text().replace("[compute]", "[compute]\nprocesses = 2"))
    nodes = Cluster(initialize_head=True, head_node_args={"num_cpus": 1, "include_dashboard": False})
    nodes.add_node(num_cpus=1)
    try:
        done = CliRunner().invoke(main, ["train", str(path), "--cluster", nodes.address, "--json"])
    finally:
        nodes.shutdown()
    assert done.exit_code == 0, done.output
    together = TrainingFolder(workspace.trainings / "two").losses()
    assert [m.loss for m in together] == pytest.approx([m.loss for m in one.losses()], rel=1e-4)
    assert load_models(workspace)["two"].training["step"] == 2
