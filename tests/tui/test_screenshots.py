"""The pictures of the documentation are made by the app."""

from tui.screenshots import PLACES, take


async def test_every_place_has_a_picture(workspace, maker, make_dataset):
    make_dataset()
    maker.run("rival", model="rival", share=0.6)
    pictures = await take(workspace, (80, 24), "magibench", run="qwen-base")
    assert set(pictures) == set(PLACES)
    assert "against" in pictures["compare"]
    assert "published" in pictures["leaderboard"]
    assert "qwen2.5-coder" in pictures["results"]
    assert "pass@1" in pictures["run"]
    assert "wrong" in pictures["run"]
    assert "program" in pictures["problem"]
    assert "humaneval" in pictures["evaluate"]
    assert len(set(pictures.values())) == len(PLACES)


async def test_a_workspace_without_runs_has_pictures_too(maker):
    pictures = await take(maker.workspace, (80, 24), "magibench-light")
    assert set(pictures) == set(PLACES) - {"dataset", "run", "problem", "compare", "versus"}
