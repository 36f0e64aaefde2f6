"""A folder that goes away while it is looked at."""

import shutil

from console.play import play, press, screen_text, until
from console.world import make

from grokterm.console.detail import Focus
from grokterm.record import open_folder


async def test_the_page_says_that_it_is_gone_and_shows_it_again_once_it_is_back(runs, tmp_path):
    folder = make(runs, "20261122-120000-quickstart-fin3")
    make(runs, "20261122-110000-quickstart-sto4", step=300, state="stopped")
    async with play(runs, (80, 24), open_at=folder.name) as pilot:
        shutil.move(folder.path, tmp_path / "elsewhere")
        await until(pilot, lambda: "its folder is gone from" in screen_text(pilot))
        for tab in "123456":
            await press(pilot, tab)
            assert "r looks again once" in screen_text(pilot) and "p starts one" not in screen_text(pilot)
        shutil.move(tmp_path / "elsewhere", folder.path)
        await press(pilot, "1", "r")
        await until(pilot, lambda: "4/4 grokked" in screen_text(pilot))


def test_a_folder_that_cannot_be_looked_at_is_not_gone(runs, monkeypatch):
    focus = Focus(open_folder(make(runs, "20261122-120000-quickstart-fin3").path))
    assert not focus.read().gone

    def refuse(path):
        raise PermissionError(13, "Permission denied")

    with monkeypatch.context() as patch:
        patch.setattr("grokterm.console.detail.Path.stat", refuse)
        assert not focus.read().gone
