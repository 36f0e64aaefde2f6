"""An experiment's folder and a preset name code; looking at either never runs it."""

import sys

import pytest
from console.play import play, press, screen_text, settle, toasts, until, words
from own.lab import PRESET, TASKS, make_lab
from worker.lab import wait_for_state

from grokterm.console.screens.experiment import ExperimentPage
from grokterm.console.screens.form import Form
from grokterm.console.screens.new import New
from grokterm.spec import my_folder

LOOKING = (
    ("ls",), ("ls", "--json"), ("ls", "--filter", "task=module"), ("show", "@last"), ("show", "@last", "--json"),
    ("compare", "@last"), ("export", "@last", "--format", "json"), ("plot", "@last", "--list"), ("logs", "@last"),
    ("note", "@last", "text"), ("presets",), ("presets", "--json"), ("presets", "show", "mine"), ("presets", "fields"),
    ("presets", "save", "other", "mine"),
)  # fmt: skip


@pytest.fixture
def mark(tmp_path):
    """A file that the user's module leaves wherever it is imported; its preset, `mine`, is among the presets."""
    mark = tmp_path / "ran.txt"
    places = f', folders = ["{tmp_path}/lab"] }}'
    preset = PRESET.replace('Cube" }', f'Cube"{places}').replace('Tiny" }', f'Tiny"{places}')
    make_lab(tmp_path / "lab", tasks=f"open({str(mark)!r}, 'a').write('x')\n{TASKS}", preset=preset)
    (my_folder() / "mine.toml").write_text(preset)
    return mark


@pytest.fixture
def presets(tmp_path, monkeypatch):
    """No presets but those of the user's own."""
    (tmp_path / "none").mkdir()
    monkeypatch.setattr("grokterm.spec.presets.presets_folder", lambda: tmp_path / "none")


def test_no_command_that_looks_runs_it(mark, started, answer, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    folder = started(my_folder() / "mine.toml")
    wait_for_state(folder, "finished")
    mark.unlink()  # it was looked at, and trained
    for command in LOOKING:
        code, _, err = answer(*command, *(() if command[0] == "presets" else ("--runs", folder.path.parent)))
        assert code == 0, (command, err)
        assert not mark.exists(), command
    assert "my_lab" not in sys.modules
    assert answer("presets", "check", "mine")[0] == 0 and mark.exists()


async def test_the_console_runs_it_only_when_something_is_started(mark, started, presets):
    folder = started(my_folder() / "mine.toml")
    wait_for_state(folder, "finished")
    mark.unlink()
    async with play(folder.path.parent) as pilot:
        await press(pilot, "enter", "2", "3", "4", "5", "6", "escape", "n")
        assert isinstance(pilot.app.screen, New) and "not known before your module is looked at" in shown(pilot)
        assert "1 arm x 2 seeds" in shown(pilot)
        await press(pilot, "e")
        await until(pilot, lambda: isinstance(pilot.app.screen, Form) and pilot.app.screen.settled)
        assert "my_lab.tasks:Cube" in screen_text(pilot)
        assert not mark.exists()
        await press(pilot, "escape", "enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, ExperimentPage))
    assert mark.exists()
    assert "my_lab" not in sys.modules


async def test_the_console_refuses_code_that_is_wrong_when_it_is_started_or_measured(mark, presets, runs, tmp_path):
    (tmp_path / "lab" / "my_lab" / "tasks.py").write_text("raise ValueError('not today')\n")
    problem = "tasks.py, line 1: ValueError: not today"
    async with play(runs) as pilot:
        await press(pilot, "n", "m")
        await until(pilot, lambda: problem in shown(pilot))
        await press(pilot, "enter")
        await until(pilot, lambda: problem in toasts(pilot))
        assert isinstance(pilot.app.screen, New)
        await press(pilot, "e")
        await until(pilot, lambda: isinstance(pilot.app.screen, Form) and pilot.app.screen.settled)
        await press(pilot, "f5")
        await until(pilot, lambda: problem in toasts(pilot))
        assert isinstance(pilot.app.screen, Form)
        await settle(pilot)
    assert not list(runs.iterdir())


def shown(pilot) -> str:
    """What the picker says of the preset under the cursor, on one line."""
    return " ".join(words(pilot, "#words").split())
