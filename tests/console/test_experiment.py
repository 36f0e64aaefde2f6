"""The experiment, new and compare screens, driven by keys."""

import os
import signal
from dataclasses import replace
from functools import partial

import pytest
from console.play import chart_lines, play, press, screen_text, settle, toasts, until, words
from console.world import PRESET, make, populate, silence

from grokterm.console.memory import Memory
from grokterm.console.screens.experiment import ExperimentPage
from grokterm.console.screens.home import Home
from grokterm.console.screens.new import New
from grokterm.console.screens.parts import origin_words
from grokterm.jobs import request
from grokterm.record import create, list_folders, open_folder
from grokterm.spec import load

FINISHED = "20261122-120000-quickstart-fin3"
CHARTS = ("#loss", "#accuracy", "#norm", "#lambda")


@pytest.fixture
def world(runs):
    """One experiment of every kind."""
    populate(runs)
    return runs


@pytest.fixture
def unanswered(monkeypatch):
    """Nobody is there to answer a request, and that is soon seen."""
    monkeypatch.setattr("grokterm.jobs.request", partial(request, wait=0.5))


@pytest.fixture
def no_worker_left(runs):
    """Whatever a test started ends with it."""
    yield
    for folder in list_folders(runs):
        for cohort in folder.cohorts:
            status = cohort.status()
            if cohort.state().live and status is not None and status.pid not in (0, os.getpid()):
                os.kill(status.pid, signal.SIGKILL)


@pytest.mark.parametrize(
    "name, said",
    [
        ("20261122-134000-quickstart-que2", "waits for a free device"),
        ("20261122-090000-quickstart-fai4", "RuntimeError: CUDA error: device-side assert triggered"),
        ("20261121-140000-quickstart-los5", "p goes on from the last checkpoint"),
        ("20261120-140000-quickstart-sto6", "p goes on from its last checkpoint"),
    ],
)
async def test_every_unusual_state_says_what_it_is_and_what_to_do(world, name, said):
    async with play(world, open_at=name) as pilot:
        assert said in words(pilot, "#message")


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_the_title_says_what_it_was_made_from(runs, size):
    fork = "fork of 20261122-120000-quickstart-fin3 at step 500: static: optimizer.weight_decay = 3"
    folder = create(runs, replace(load(PRESET), origin=fork))
    async with play(runs, size, open_at=folder.name) as pilot:
        title = words(pilot, "#title")
        assert "   fork of quickstart-fin3 at 500   " in title and "median and range of 4 seeds" in title
        assert len(title) <= size[0]


def test_origins_in_few_words():
    assert origin_words("repeat of 20261122-120000-quickstart-fin3 with new seeds: lr=1") == "repeat of quickstart-fin3"
    assert origin_words("fork of mine at step 25000, static only") == "fork of mine at 25,000"
    assert origin_words("") == origin_words("found in the street") == ""


async def test_legend_and_marks_are_those_of_the_one_seed_in_view(world):
    async with play(world, open_at=FINISHED) as pilot:
        assert "1/4 grokked  t_grok –" in screen_text(pilot) and "g●" not in screen_text(pilot)
        await press(pilot, "g", "g")
        assert "seed 0  t_grok 820" in screen_text(pilot) and "g●" in screen_text(pilot)
        await press(pilot, "g", "g")
        legend = str(pilot.app.screen.legend.content)
        assert "static       seed 2  t_grok –" in legend and "dynamic      seed 2  t_grok 37" in legend
        assert "g●" not in screen_text(pilot) and "g▲" in screen_text(pilot)


async def test_stop_asks_first_and_leaves_a_request(world, unanswered):
    async with play(world) as pilot:
        control = open_folder(world / "20261122-135500-quickstart-run2").cohorts[0].paths.control
        await press(pilot, "K")
        assert "checkpoint" in screen_text(pilot)
        await press(pilot, "n")
        assert not list(control.iterdir())
        await pilot.press("K", "y")
        await until(pilot, lambda: len(list(control.glob("*.json"))) == 1)


async def test_pause_leaves_a_request(world, unanswered):
    async with play(world) as pilot:
        control = open_folder(world / "20261122-135500-quickstart-run2").cohorts[0].paths.control
        await pilot.press("p")
        await until(pilot, lambda: "pause" in "".join(path.read_text() for path in control.glob("*.json")))


async def test_what_cannot_be_paused_is_said_in_one_line(world):
    async with play(world) as pilot:
        await press(pilot, "down", "down", "p")
        await until(pilot, lambda: "nothing to pause or resume" in toasts(pilot))


async def test_new_shows_presets_and_what_their_arms_differ_in(runs):
    async with play(runs) as pilot:
        await press(pilot, "n")
        said = words(pilot, "#words")
        assert isinstance(pilot.app.screen, New)
        assert all(label in said for label in ("question", "source", "expect", "cost", "3 arms x 4 seeds, 900 steps"))
        assert "optimizer.weight_decay = linear: initial 3.0 final 0.5" in said
        await press(pilot, "down")
        assert "mod 113" in words(pilot, "#words")
        await press(pilot, "escape")
        assert isinstance(pilot.app.screen, Home) and not list_folders(runs)


@pytest.mark.slow
async def test_a_preset_is_started_paused_stopped_and_resumed_from_the_keyboard(runs, no_worker_left):
    async with play(runs) as pilot:

        async def becomes(word: str) -> None:
            await until(pilot, lambda: f" {word} " in words(pilot, "#state"), patience=60)

        await press(pilot, "n")
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, ExperimentPage))
        await becomes("running")
        await until(pilot, lambda: any("┤" in line for line in chart_lines(pilot, "#loss")), patience=60)
        await pilot.press("p")
        await becomes("paused")
        await pilot.press("p")
        await becomes("running")
        await pilot.press("K", "y")
        await becomes("stopped")
        await pilot.press("p")
        await becomes("running")
        await pilot.press("K", "y")
        await becomes("stopped")
        assert [folder.name for folder in list_folders(runs)] == [pilot.app.screen.target()]


async def test_the_view_is_remembered_and_restored(world, tmp_path, monkeypatch):
    monkeypatch.setenv("GROKTERM_STATE", str(tmp_path / "state"))
    async with play(world, open_at=FINISHED, memory=Memory.load(world)) as pilot:
        await press(pilot, "x", "y")
        await until(pilot, lambda: (tmp_path / "state" / "console.json").exists())
    async with play(world, memory=Memory.load(world)) as pilot:
        await settle(pilot)
        assert pilot.app.screen.target() == FINISHED and isinstance(pilot.app.screen, ExperimentPage)
        assert pilot.app.memory.view.log_x and pilot.app.memory.view.y == "log"


def test_a_damaged_memory_counts_as_none(tmp_path, monkeypatch):
    monkeypatch.setenv("GROKTERM_STATE", str(tmp_path))
    for text in ("", "{", "[]", '{"runs": 3, "theme": 4}', '{"runs": {"/x": []}}'):
        (tmp_path / "console.json").write_text(text)
        assert Memory.load(tmp_path / "x").view.y == "auto"


async def test_a_hangup_leaves_cleanly(world):
    async with play(world) as pilot:
        os.kill(os.getpid(), signal.SIGHUP)
        await until(pilot, lambda: pilot.app._exit)
    pilot.app.watcher.join(10)
    assert not pilot.app.watcher.is_alive()
    assert pilot.app.return_code == 0


async def test_leaving_touches_no_folder(world):
    before = sorted(path.stat().st_mtime_ns for path in world.rglob("*"))
    async with play(world) as pilot:
        await pilot.press("q")
        await until(pilot, lambda: pilot.app._exit)
    assert sorted(path.stat().st_mtime_ns for path in world.rglob("*")) == before


async def test_a_stalled_worker_is_neither_dead_nor_restarted(runs, monkeypatch):
    folder = make(runs, "20261122-120000-quickstart-sta7", step=300, state="running")
    silence(folder)
    async with play(runs, open_at=folder.name) as pilot:
        assert "may be dead, or only slow" in words(pilot, "#message")
        await press(pilot, "p")
        await until(pilot, lambda: "nothing was started" in toasts(pilot))


async def test_a_new_experiment_begins_on_any_page(runs):
    populate(runs)
    async with play(runs) as pilot:
        for keys in (["enter"], ["c"], ["escape", "escape", "Q"]):
            await press(pilot, *keys)
            page = pilot.app.screen
            await press(pilot, "n")
            assert isinstance(pilot.app.screen, New), keys
            await press(pilot, "escape")
            assert pilot.app.screen is page


async def test_what_is_open_is_what_is_in_front(world):
    async with play(world, memory=Memory(None)) as pilot:
        other = next(row.name for row in pilot.app.snapshot.arranged.rows if row.name != FINISHED)
        for name in (FINISHED, other):
            pilot.app.push_screen(ExperimentPage(name))
            await settle(pilot)
            assert pilot.app.memory.open == name
        await press(pilot, "escape")
        assert pilot.app.memory.open == FINISHED and pilot.app.screen.target() == FINISHED
        await press(pilot, "escape")
        assert pilot.app.memory.open is None and pilot.app.screen.target() == FINISHED
