"""Pictures of every screen in three sizes, dark and light, compared with stored ones.

Each size is one walk through the console: keys are pressed, and at every stop the screen is compared in both themes.
After a wanted change: `pytest tests/console/test_pictures.py --snapshot-update`.
"""

import json
import time
from pathlib import Path

import pytest
from console.play import play, settle
from console.world import NOW, make, populate
from pytest_textual_snapshot import SVGImageExtension
from textual.widgets import Input

from grokterm.console.look import DARK, LIGHT
from grokterm.console.screens import writing
from grokterm.record import open_folder

SIZES = [(80, 24), (120, 40), (200, 60)]
FINISHED = "20261122-120000-quickstart-fin3"

# Where to stop, and the keys that lead there from the stop before.
HOLD = {"20261122-135500-quickstart-run2": "running", "/home/ada/sweeps/20261122-135000-lin-wd-pau7": "paused"}
WAITS = "20261122-134000-quickstart-que2"
WALK = (
    ("history", ()),
    ("history-grouped", ("G", "G")),
    ("history-filtered", ("G", "G", "slash", *"state=fin")),
    ("devices", ("escape", "escape", "Q")),
    ("help", ("escape", "question_mark")),
    ("question", ("escape", "K")),
    ("note", ("n", "t")),
    ("new", ("escape", "n")),
    ("form", ("e",)),
    ("charts", ("escape", "escape", "down", "down", "enter")),
    ("charts-cursor", ("plus", "right", "right", "right")),
    ("numbers", ("m",)),
    ("write", ("m", "w")),
    ("comparison", ("escape", "escape", "0", "2")),
    ("probes", ("3",)),
    ("configuration", ("4",)),
    ("log", ("5",)),
    ("difference", ("1", "d")),
    ("compare", ("escape", "c")),
    ("side-by-side", ("v",)),
)


@pytest.fixture
def world(tmp_path, monkeypatch):
    """The history under a path that is the same everywhere, made at one moment, on a machine that stands still."""
    from grokterm.jobs import Device, Holding, Line, Waiting

    monkeypatch.chdir(tmp_path)
    cpu = Device("cpu", "2 cores", 0.25, 3 << 30, 24 << 30, 2)
    monkeypatch.setattr("grokterm.console.machine.devices", lambda: (cpu,))
    runs = Path("runs")
    runs.mkdir()
    there = runs.resolve()
    holding = (
        Holding("cpu", n, there / name, 0, 1, NOW - 300.0, state) for n, (name, state) in enumerate(HOLD.items())
    )
    busy = Line((Waiting(there / WAITS, 0, ("cpu",), 2, NOW - 90.0),), tuple(holding), {"cpu": 2})
    for place in ("grokterm.console.machine.line", "grokterm.jobs.line"):
        monkeypatch.setattr(place, lambda: busy)
    monkeypatch.setattr("getpass.getuser", lambda: "ada")
    monkeypatch.setattr(writing.Path, "cwd", staticmethod(lambda: Path("/home/ada/grokking")))
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    with monkeypatch.context() as then:
        then.setattr(time, "time", lambda: NOW - 60.0)
        populate(runs)
    running = open_folder(runs / "20261122-135500-quickstart-run2").cohorts[0].paths.status
    beat = time.time() + 3600  # it would count as stalled on a machine that takes half a minute for the walk
    running.write_text(json.dumps(json.loads(running.read_text()) | {"heartbeat_at": beat}))
    provenance = {"step": 0, "time": NOW - 7200, "device_name": "2 cores", "torch": "2.13.0", "host": "box"}
    open_folder(runs / FINISHED).cohorts[0].paths.provenance.write_text(json.dumps([provenance]))
    return runs


@pytest.fixture
def picture(snapshot):
    """Compares what is on the screen with the stored picture of that name."""
    stored = snapshot.use_extension(SVGImageExtension)

    async def compare(pilot, name: str) -> bool:
        for line in pilot.app.screen.query(Input):
            line.cursor_blink = False
        pilot.app.notices = ()  # how long they stay is a matter of the clock
        same = True
        for theme in (LIGHT, DARK):
            pilot.app.theme = theme.name
            await settle(pilot)
            same &= stored(name=f"{name}-{theme.name.removeprefix('grokterm-')}") == pilot.app.export_screenshot()
        return same

    return compare


@pytest.mark.slow
@pytest.mark.timeout(400)
@pytest.mark.parametrize("size", SIZES, ids=lambda size: "x".join(map(str, size)))
async def test_every_screen(world, picture, size):
    async with play(world, size) as pilot:
        different = []
        for name, keys in WALK:
            for key in keys:
                await pilot.press(key)
                await settle(pilot)
            if not await picture(pilot, name):
                different.append(name)
        assert not different


@pytest.mark.parametrize(
    ("name", "keys"), [("20261122-090000-quickstart-fai4", ("g", "x")), ("20261122-134000-quickstart-que2", ())]
)
async def test_experiments_in_other_states(world, picture, name, keys):
    async with play(world, (120, 40), open_at=name) as pilot:
        await pilot.press(*keys)
        assert await picture(pilot, name[-4:])


async def test_nothing_there_yet(world, picture):
    async with play(world / "empty", (80, 24)) as pilot:
        assert await picture(pilot, "empty")


async def test_many_arms(world, picture):
    make(world, "20261122-133000-grid-aaaa", arms=9)
    async with play(world, (120, 40), open_at="20261122-133000-grid-aaaa") as pilot:
        assert await picture(pilot, "many-arms")
