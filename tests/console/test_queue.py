"""The devices and the line: real workers, one slot."""

import pytest
from console.play import play, press, screen_text, settle, toasts, until, words
from console.test_deeds import said
from warm import warm_workers
from worker.lab import document, kill, state, step_of, wait_for_state
from worker.lab import until as wait

from grokterm.console.screens.experiment import ExperimentPage
from grokterm.console.screens.home import Home
from grokterm.console.screens.queue import QueuePage
from grokterm.jobs import launch, line
from grokterm.record import create, open_folder
from grokterm.spec import parse

pytestmark = pytest.mark.slow


@pytest.fixture
def start(runs, monkeypatch):
    """Starts small experiments that train for long, and kills their workers at the end."""
    monkeypatch.setenv("GROKTERM_SLOTS", "cpu=1")
    warm_workers(monkeypatch)
    made = []

    def begin(name: str):
        folder = create(runs, parse(document(name=name, stop={"steps": 200_000}), f"{name}.toml"))
        made.append(folder)
        launch(folder, "cpu")
        return folder

    yield begin
    for folder in made:
        kill(folder, 9)
    for folder in made:
        for cohort in folder.cohorts:
            wait(lambda cohort=cohort: not cohort.state().live, what=f"the end of {folder.name}")


@pytest.fixture
def three(start):
    """One that trains and two that wait."""
    first = start("first")
    wait(lambda: step_of(first) > 0, what="a step")
    second = start("second")
    wait(lambda: len(line().waiting) == 1, what="the line")
    third = start("third")
    wait(lambda: len(line().waiting) == 2, what="the line")
    return first, second, third


def state_is(folder, wanted: str) -> bool:
    return state(folder) == wanted


def order() -> list[str]:
    return [path.name.split("-")[2] for path in line().experiments]


async def test_who_waits_says_where_and_for_whom_and_can_be_moved(runs, three):
    async with play(runs) as pilot:
        await until(pilot, lambda: "1st in line" in screen_text(pilot) and "2nd in line" in screen_text(pilot))
        await until(pilot, lambda: "2nd in line for cpu; first-" in words(pilot, "#words"))
        assert "trains there" in words(pilot, "#words")
        assert order() == ["second", "third"]
        await press(pilot, "less_than_sign")
        await until(pilot, lambda: order() == ["third", "second"] and "is 1st in line" in toasts(pilot))
        await until(pilot, lambda: "1st in line for cpu" in words(pilot, "#words"))
        await press(pilot, "enter")
        await until(pilot, lambda: "1st in line for cpu; first-" in words(pilot, "#message"))
        await press(pilot, "greater_than_sign")
        await until(pilot, lambda: order() == ["second", "third"])
        await press(pilot, "Q")
        assert isinstance(pilot.app.screen, QueuePage)
        await press(pilot, "escape", "escape", "down", "down", "greater_than_sign")
        await until(pilot, lambda: "doesn't wait" in toasts(pilot))


async def test_the_page_shows_devices_holders_and_the_line(runs, three):
    async with play(runs, (80, 24)) as pilot:
        await press(pilot, "Q")
        assert isinstance(pilot.app.screen, QueuePage)
        await until(pilot, lambda: "1 of 1 slot taken" in screen_text(pilot))
        seen = screen_text(pilot)
        assert "memory" in seen and "1 experiment at the devices, 2 in line" in seen
        assert "–      first-" in seen and "1st    second-" in seen and "2nd    third-" in seen
        assert "▶ running" in seen and seen.count("◷ queued") == 2
        await press(pilot, "tab", "greater_than_sign")  # there is nothing else to go to
        await said(pilot, "doesn't wait; only those that do have a place in line")
        await press(pilot, "down", "greater_than_sign")
        await until(pilot, lambda: order() == ["third", "second"] and "1st    third-" in screen_text(pilot))
        assert pilot.app.screen.target().split("-")[2] == "second"  # the cursor goes with it
        await press(pilot, "enter")
        assert isinstance(pilot.app.screen, ExperimentPage)
        await press(pilot, "escape", "escape")
        assert isinstance(pilot.app.screen, Home)
        await until(pilot, lambda: pilot.app.snapshot.machine is not None and not pilot.app.snapshot.machine.devices)


async def test_who_holds_a_device_is_paused_and_parked_from_its_page(runs, three):
    async with play(runs, (80, 24)) as pilot:
        await press(pilot, "Q", "p")
        await until(pilot, lambda: state_is(three[0], "paused") and "⏸ paused" in screen_text(pilot))
        await until(pilot, lambda: "P on its row parks it" in " ".join(words(pilot, "#waiting").split()))
        await press(pilot, "P")
        await until(pilot, lambda: state_is(three[0], "parked") and state_is(three[1], "running"))
        await until(pilot, lambda: "–      second-" in screen_text(pilot) and "◫ parked" in screen_text(pilot))
        assert "1 experiment at the devices, 1 in line" in words(pilot, "#waiting")
        await press(pilot, "p")  # it is still under the cursor
        await until(pilot, lambda: state_is(three[0], "queued") and order() == ["third", "first"])
        await until(pilot, lambda: "2nd    first-" in screen_text(pilot))
        assert pilot.app.screen.target().split("-")[2] == "first"
        await press(pilot, "P")
        await until(pilot, lambda: state_is(three[0], "parked"))
        await until(pilot, lambda: "◫ parked" in screen_text(pilot))
        await press(pilot, "home")
        await until(pilot, lambda: "first-" not in screen_text(pilot))


async def test_the_devices_stand_beside_a_wide_history(runs):
    async with play(runs, (200, 60)) as pilot:
        await until(pilot, lambda: ("nothing waits" in screen_text(pilot) and "0 of 1" in screen_text(pilot))
                    or "slots taken" in screen_text(pilot))  # fmt: skip
    async with play(runs, (120, 40)) as pilot:
        await settle(pilot)
        assert "slot" not in screen_text(pilot) and pilot.app.snapshot.machine is None


async def test_pause_go_on_park_and_stop_by_keys(runs, start):
    folder = start("first")
    wait(lambda: step_of(folder) > 0, what="a step")
    async with play(runs) as pilot:
        await press(pilot, "p")
        await until(pilot, lambda: "is paused; its memory stays" in toasts(pilot) and "⏸ paused" in screen_text(pilot))
        await press(pilot, "p")
        await until(pilot, lambda: "goes on" in toasts(pilot) and state_is(folder, "running"))
        await press(pilot, "C")
        await until(pilot, lambda: "has a checkpoint; f forks from it (step" in toasts(pilot))
        await press(pilot, "P")
        await until(
            pilot, lambda: "is parked: the device is free" in toasts(pilot) and "◫ parked" in screen_text(pilot)
        )
        await press(pilot, "p")
        await until(pilot, lambda: "a worker goes on from the last checkpoint" in toasts(pilot))
        wait_for_state(folder, "running")
        await until(pilot, lambda: "▶ running" in screen_text(pilot))
        await press(pilot, "K", "y")
        await until(pilot, lambda: "is stopped; p goes on" in toasts(pilot) and "▣ stopped" in screen_text(pilot))


async def test_fork_and_repeat_open_what_they_made(runs, start):
    folder = start("first")
    wait(lambda: step_of(folder) > 0, what="a step")
    async with play(runs) as pilot:
        await press(pilot, "C")
        await until(pilot, lambda: "has a checkpoint" in toasts(pilot))
        await press(pilot, "K", "y")
        await until(pilot, lambda: "is stopped" in toasts(pilot))
        await press(pilot, "f")
        await until(pilot, lambda: "A new experiment of 2 x 2 runs goes on from step" in words(pilot, "#outcome"))
        await press(pilot, *"model.d_mlp=64")
        await until(pilot, lambda: "model.d_mlp: can't change in a fork" in words(pilot, "#outcome"))
        await press(pilot, "enter")  # nothing is made of a mistake
        pilot.app.screen.query_one("#changes").value = "stop.steps=300000"
        await until(pilot, lambda: "to 300,000" in words(pilot, "#outcome"))
        await press(pilot, "enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, ExperimentPage))
        forked = open_folder(runs / pilot.app.screen.target())
        assert forked.spec().origin.startswith(f"fork of {folder.name}") and forked.forked().name == folder.name
        kill(forked, 9)
        await press(pilot, "escape", "end", "R")
        await until(
            pilot, lambda: pilot.app.screen.query("Input") and "2,3" in pilot.app.screen.query_one("Input").value
        )
        await press(pilot, "enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, ExperimentPage))
        again = open_folder(runs / pilot.app.screen.target())
        assert again.spec().seeds == (2, 3)
        wait(lambda: again.state().live, what="its worker")
        for made in (forked, again):
            wait(lambda made=made: kill(made, 9) or not made.state().live, what="the end")
