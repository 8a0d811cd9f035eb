"""The pictures of the documentation are made by the app."""

from pathlib import Path

from tui.screenshots import PLACES, SIZES, THEMES, take

PICTURES = Path(__file__).resolve().parents[2] / "docs" / "screenshots"


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


def test_the_documentation_has_every_picture_and_no_folder_of_its_machine():
    page = (PICTURES / "README.md").read_text("utf-8")
    for place in PLACES:
        for size in SIZES:
            for theme in THEMES:
                name = f"{place}-{theme}-{size}.svg"
                assert name in page
                picture = (PICTURES / name).read_text("utf-8")
                assert not any(folder in picture for folder in ("/root", "/home/", "/tmp")), name
