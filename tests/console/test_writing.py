"""The dialog that writes charts, given names and folders that no file can have."""

from console.play import play, press, screen_text, toasts, until
from console.world import make
from textual.widgets import Input

FINISHED = "20261122-120000-quickstart-fin3"


async def test_a_name_of_any_length_is_written_shortened(runs, tmp_path, monkeypatch):
    make(runs, FINISHED)
    monkeypatch.chdir(tmp_path)
    async with play(runs, open_at=FINISHED) as pilot:
        for count in (1, 2):
            await press(pilot, "w")
            pilot.app.screen.query_one(Input).value = "a" * 300
            await pilot.pause()
            await press(pilot, "c")
            await until(pilot, lambda count=count: len(list(tmp_path.glob("a*.csv"))) == count)
    assert {path.name for path in tmp_path.glob("a*.csv")} == {"a" * 200 + ".csv", "a" * 200 + "-2.csv"}


async def test_a_folder_that_is_gone_is_told(runs, tmp_path, monkeypatch):
    make(runs, FINISHED)
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    async with play(runs, open_at=FINISHED) as pilot:
        gone.rmdir()
        await press(pilot, "w")
        assert "into a folder that is gone" in screen_text(pilot)
        await press(pilot, "c")
        await until(pilot, lambda: "the folder of the console can't be reached: No such file" in toasts(pilot))


LONG = "20261122-120000-a-name-that-is-much-longer-than-the-room-for-it-fin3"


async def test_the_charts_are_named_and_a_long_name_keeps_its_extension(runs):
    make(runs, LONG)
    async with play(runs, (80, 24), open_at=LONG) as pilot:
        await press(pilot, "w")
        seen = screen_text(pilot)
        assert "Write 2 charts: loss, accuracy" in seen
        assert all(f"it-fin3.{form}" in seen for form in ("svg", "png", "csv"))
    async with play(runs, (140, 44), open_at=LONG) as pilot:
        await press(pilot, "w")
        assert "Write 4 charts: loss, accuracy, weight norm, weight decay λ" in screen_text(pilot)
