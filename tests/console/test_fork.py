"""The fork dialog where the memory of the device isn't enough: it asks, as New does, and forks by consent."""

import sys

import pytest
from console.play import play, press, screen_text, settle, until, words
from console.world import make
from worker.lab import document, wait_for_state

from grokterm.console.screens.experiment import ExperimentPage
from grokterm.jobs import launch
from grokterm.jobs.devices import Device
from grokterm.record import create, list_folders, open_folder
from grokterm.spec import parse


async def test_a_fork_that_does_not_fit_is_made_by_consent(runs, monkeypatch):
    spec = parse(document(seeds=1, stop={"steps": 40}, streams={"checkpoint_every": 20}), "tiny")
    folder = create(runs, spec)
    launch(folder, "cpu")
    wait_for_state(folder, "finished")
    small = Device("cpu", "", 0, 0, 10_000, 1)
    async with play(runs, open_at=folder.name) as pilot:
        monkeypatch.setattr(sys.modules["grokterm.jobs.room"], "devices", lambda: (small,))
        await press(pilot, "f")
        await until(pilot, lambda: "goes on from step 20" in words(pilot, "#outcome"))  # at 40 there is nothing left
        await press(pilot, "tab", "up")
        await until(pilot, lambda: "stop.steps: 40 is reached" in words(pilot, "#outcome"))
        await press(pilot, *"stop.steps=80")
        await until(pilot, lambda: "to 80" in words(pilot, "#outcome"))
        await press(pilot, "enter")
        await until(pilot, lambda: "Start it all the same?" in screen_text(pilot))
        assert "one run alone needs about" in screen_text(pilot)
        await press(pilot, "n")
        assert "to 80" in words(pilot, "#outcome") and len(list_folders(runs)) == 1
        await press(pilot, "enter")
        await until(pilot, lambda: "Start it all the same?" in screen_text(pilot))
        await press(pilot, "y")
        await until(pilot, lambda: isinstance(pilot.app.screen, ExperimentPage))
        forked = open_folder(runs / pilot.app.screen.target())
        assert forked.forked().name == folder.name
        wait_for_state(forked, "finished")


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_however_much_is_said_the_keys_and_some_checkpoints_stay(runs, monkeypatch, size):
    folder = make(runs, "20261122-120000-quickstart-fin3")
    monkeypatch.setattr("grokterm.jobs.fork_points", lambda folder: tuple(range(50, 900, 50)))
    async with play(runs, size, open_at=folder.name) as pilot:
        await press(pilot, "f")
        for many in (1, 5, 60):
            pilot.app.screen._tell("\n".join(["the schedule of arm dynamic is another one"] * many), wrong=True)
            await settle(pilot)
            seen = screen_text(pilot)
            assert "Enter fork" in seen and " 850 " in seen and " 800 " in seen
            assert seen.count("the schedule of arm") >= min(many, 6)
            assert (seen.count("…") > 1) is (many == 60)  # beside that of the empty line
