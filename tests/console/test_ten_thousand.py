"""A runs folder with ten thousand experiments: shown while it is read, filtered, sorted and walked through."""

from unittest.mock import Mock

import pytest
from console.play import play, press, screen_text, until
from console.world import beating, fill, make

from grokterm.analysis.summary import summarise

COUNT = 10_000
OLDEST, RUNNING = "20260101-000000-quickstart-aaaa", "20281122-135500-quickstart-run2"

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]


@pytest.fixture(autouse=True)
def place(many, monkeypatch):
    """Both starts have one cache. Reading all takes ten seconds, or a minute where others use the machine."""
    monkeypatch.setenv("GROKTERM_STATE", str(many.parent / "state"))
    monkeypatch.setattr("console.play.PATIENCE", 400.0)


@pytest.fixture(scope="module")
def many(tmp_path_factory):
    """One that runs before many that have ended."""
    runs = tmp_path_factory.mktemp("many") / "runs"
    runs.mkdir()
    fill(runs, COUNT - 1)
    with beating(make(runs, RUNNING, step=610, state="running"), step=610):
        yield runs


async def test_ten_thousand_experiments(many):
    async with play(many) as pilot:
        await until(pilot, lambda: len(pilot.app.snapshot.history) == COUNT)
        await until(pilot, lambda: "1 running" in screen_text(pilot))
        assert f"{COUNT:,} experiments · 1 running" in screen_text(pilot)
        screen = pilot.app.screen
        await press(pilot, "end")
        await until(pilot, lambda: screen.target() == OLDEST)
        await press(pilot, "home", "space", "slash", *"state=running", "enter")
        await until(pilot, lambda: [row.name for row in screen.history.rows] == [RUNNING])
        await press(pilot, "escape", "escape", "o")
        await until(pilot, lambda: len(screen.history.rows) == COUNT)
        await press(pilot, "A", "end", "space", "c")
        await until(pilot, lambda: "Comparison" in screen_text(pilot))


async def test_the_second_start_knows_them_all_from_the_cache(many, monkeypatch):
    async with play(many):  # the first, for whichever process this test is given to
        pass
    read = Mock(wraps=summarise)
    monkeypatch.setattr("grokterm.console.listing.summarise", read)
    async with play(many) as pilot:
        assert len(pilot.app.snapshot.history) == COUNT
        assert read.call_count < COUNT / 10
        await press(pilot, "down", "enter")
        await until(pilot, lambda: "finished" in screen_text(pilot) and "charts" in screen_text(pilot))
