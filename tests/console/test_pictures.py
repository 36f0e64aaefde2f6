"""Pictures of the main screens, compared with stored ones. After a wanted change: `pytest --snapshot-update`."""

from pathlib import Path

import pytest
from console.play import settle
from console.world import NOW, make, populate

from grokterm.console.app import Console
from grokterm.console.look import LIGHT

SIZES = [(80, 24), (120, 40), (200, 60)]
FINISHED = "20261122-120000-quickstart-fin3"


@pytest.fixture
def world(tmp_path, monkeypatch):
    """The history under a path that is the same everywhere."""
    monkeypatch.chdir(tmp_path)
    runs = Path("runs")
    runs.mkdir()
    populate(runs)
    return runs


def look(snap_compare, runs, size, keys=(), open_at=None, theme=None):
    """Press keys one after the other and compare the picture at the end."""
    app = Console(runs, open_at, clock=lambda: NOW)
    if theme:
        app.theme = theme

    async def play(pilot):
        await settle(pilot)
        for key in keys:
            await pilot.press(key)
            await settle(pilot)

    assert snap_compare(app, terminal_size=size, run_before=play)


@pytest.mark.parametrize("size", SIZES)
def test_home(snap_compare, world, size):
    look(snap_compare, world, size)


@pytest.mark.parametrize("size", SIZES)
def test_experiment(snap_compare, world, size):
    look(snap_compare, world, size, open_at=FINISHED)


@pytest.mark.parametrize("size", SIZES)
def test_compare(snap_compare, world, size):
    look(snap_compare, world, size, ["c"], open_at=FINISHED)


def test_experiment_in_the_light_theme(snap_compare, world):
    look(snap_compare, world, (120, 40), open_at=FINISHED, theme=LIGHT.name)


def test_a_failed_experiment_with_every_seed_on_log_axes(snap_compare, world):
    look(snap_compare, world, (120, 40), ["g", "x"], open_at="20261122-090000-quickstart-fai4")


def test_the_question_before_stopping(snap_compare, world):
    look(snap_compare, world, (120, 40), ["space", "K"])


def test_empty(snap_compare, world):
    look(snap_compare, world / "empty", (80, 24))


def test_many_arms(snap_compare, world):
    make(world, "20261122-133000-grid-aaaa", arms=9)
    look(snap_compare, world, (120, 40), open_at="20261122-133000-grid-aaaa")
