"""The preset picker on a folder with good, bad and oddly named presets."""

import pytest
from console.play import play, press, toasts, words
from console.world import populate

from grokterm.console.screens.experiment import ExperimentPage
from grokterm.console.screens.new import New

GOOD = """
seeds = 1
task = { operation = "add", p = 5, train_fraction = 0.5 }
model = { d_model = 8, heads = 2, d_mlp = 16 }
optimizer = { lr = 1e-3, weight_decay = 1.0 }
stop = { steps = 100 }
"""
BAD = GOOD.replace("lr = 1e-3", "lr = -1.0").replace("p = 5", "p = 1")


@pytest.fixture
def presets(tmp_path, monkeypatch):
    """An empty folder that the program takes for that of its presets."""
    folder = tmp_path / "presets"
    folder.mkdir()
    monkeypatch.setattr("grokterm.spec.presets.presets_folder", lambda: folder)
    return folder


@pytest.fixture(autouse=True)
def _history(runs):
    populate(runs)


async def test_a_preset_with_mistakes_shows_them_and_does_not_start(runs, presets):
    (presets / "bad.toml").write_text(BAD)
    folders = set(runs.iterdir())
    async with play(runs) as pilot:
        await press(pilot, "n")
        shown = " ".join(words(pilot, "#words").split())
        assert "optimizer.lr" in shown and "task.p" in shown
        await press(pilot, "enter")
        assert isinstance(pilot.app.screen, New)
        said = toasts(pilot)
        assert len(said.splitlines()) == 2
        assert all(" ".join(line.split()) in shown for line in said.splitlines())
    assert set(runs.iterdir()) == folders


async def test_a_preset_that_is_no_toml_is_refused_with_the_words_beside_it(runs, presets):
    (presets / "bad.toml").write_text("stop = {")
    async with play(runs) as pilot:
        await press(pilot, "n", "enter")
        assert "line 1" in toasts(pilot)
        assert " ".join(toasts(pilot).split()) in " ".join(words(pilot, "#words").split())


@pytest.mark.parametrize(("file", "head"), [("MyPreset.toml", ""), ("plain.toml", 'name = "another-name"')])
async def test_a_preset_whose_experiment_has_another_name_is_read_once(runs, presets, monkeypatch, file, head):
    (presets / file).write_text(head + GOOD)
    async with play(runs) as pilot:
        await press(pilot, "n")  # waits until nothing is being read any more
        assert "1 arm x 1 seed" in words(pilot, "#words")


async def test_cautions_are_shown_before_the_start(runs, presets):
    (presets / "short.toml").write_text(GOOD.replace("steps = 100", "steps = 40"))
    async with play(runs) as pilot:
        await press(pilot, "n")
        assert "milestones.window 50 can't be observed" in words(pilot, "#words")
        assert not isinstance(pilot.app.screen, ExperimentPage)
