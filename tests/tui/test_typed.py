"""Whatever is typed where a path belongs, a form says what it thinks of it."""

import pytest

from tui.app import Dashboard
from tui.screens.export import ask_export
from tui.screens.form import Form
from tui.typed import is_file, is_folder, typed_path, with_ending


@pytest.mark.parametrize("text", ["/", "~", "~nobody-here", "..", "a/..", ".", "x" * 300, "a\0b", "mine", "mine.csv"])
def test_no_path_raises(tmp_path, text):
    path = with_ending(tmp_path / typed_path(text), ".csv")
    assert not is_file(path)
    assert is_folder(path) == (text in {"/", ".."})
    assert path.suffix == ("" if text in {"/", "..", "a/.."} else ".csv")


async def test_a_folder_is_no_file_to_export_to(workspace):
    app = Dashboard(workspace)
    async with app.run_test(size=(120, 36)) as pilot:
        await app.workers.wait_for_complete()
        await pilot.pause()
        ask_export(app)
        await pilot.pause()
        assert isinstance(app.screen, Form)
        app.screen.query_one("#field-file").focus()
        await pilot.press("slash")
        assert "/ is a folder" in str(app.screen.query_one("#trouble").render())
        await pilot.press("ctrl+s")
        assert isinstance(app.screen, Form)
