"""Before training: what is said of who waits in line or loads, of those in the way, and of what was never trained."""

import pytest
from console.play import play, press, screen_text, settle, toasts, until, words
from console.test_deeds import said
from console.world import make

from grokterm.console.logbook import in_words
from grokterm.console.machine import Machine
from grokterm.console.screens.queue_panel import device_lines
from grokterm.console.widgets.dialogs import Question
from grokterm.jobs import Device, Holding, Line, Waiting
from grokterm.jobs.control import Answer
from grokterm.record import Event, open_folder

QUEUED, STARTING = "20261122-134000-quickstart-que2", "20261122-135500-quickstart-sta2"
PAUSED, RUNNING = "20261122-135000-quickstart-pau7", "20261122-135500-quickstart-run2"


def answered(monkeypatch, step: int | None) -> list[str]:
    """Workers that answer at once; what they are asked."""
    asked = []

    def request(folder, action, **_):
        asked.append(action)
        return (Answer(0, action, True, step),)

    monkeypatch.setattr("grokterm.jobs.request", request)
    return asked


def line_of(runs, *holding: tuple[str, str], waiting: tuple[str, ...] = ()) -> Line:
    """Who holds the CPU, each with its state, and who waits for it."""
    runs = runs.resolve()
    return Line(
        tuple(Waiting(runs / name, 0, ("cpu",), 2) for name in waiting),
        tuple(Holding("cpu", slot, runs / name, 0, 1, 0.0, state) for slot, (name, state) in enumerate(holding)),
        {"cpu": len(holding)},
    )


async def test_what_never_trained_is_only_taken_out_of_the_line(runs, monkeypatch):
    make(runs, QUEUED, state="queued")
    answered(monkeypatch, None)
    async with play(runs) as pilot:
        await press(pilot, "K")
        assert isinstance(pilot.app.screen, Question)
        assert words(pilot, "#detail") == (
            "Nothing is trained yet: it is only taken out of the line, and p queues it again."
        )
        await press(pilot, "y")
        await said(pilot, "que2 is taken out of the line; nothing was trained, and p queues it again")
        assert "checkpoint" not in toasts(pilot)


async def test_what_trains_writes_a_checkpoint_first(runs, monkeypatch):
    make(runs, RUNNING, step=300, state="running")
    make(runs, QUEUED, state="queued")
    answered(monkeypatch, 300)
    async with play(runs) as pilot:
        await press(pilot, "K")
        assert "A checkpoint is written first." in words(pilot, "#detail")
        await press(pilot, "n", "a", "K")
        assert "those that wait leave the line" in words(pilot, "#detail")
        await press(pilot, "n", "a", "K", "y")
        await said(pilot, "is stopped; p goes on from its checkpoint (step 300)")


@pytest.mark.parametrize("state", ["stopped", "failed", "lost"])
async def test_what_ended_untrained_does_not_speak_of_a_checkpoint(runs, state):
    make(runs, QUEUED, step=0, state=state)
    async with play(runs, open_at=QUEUED) as pilot:
        assert "p " in words(pilot, "#message") and "checkpoint" not in words(pilot, "#message")


@pytest.mark.parametrize(("kind", "data"), [("stopped", {}), ("parked", {"signal": "SIGTERM"}), ("parked", {})])
def test_the_log_knows_what_ended_before_it_trained(kind, data):
    assert "before it trained" in in_words(Event(1, kind, 0.0, None, data))
    assert "no checkpoint" in in_words(Event(1, kind, 0.0, None, data))
    assert "before it trained" not in in_words(Event(1, kind, 0.0, 40, data))


async def test_a_pause_while_it_loads_is_confirmed_and_can_be_taken_back(runs):
    folder = make(runs, STARTING, state="starting")
    async with play(runs, open_at=STARTING) as pilot:
        await press(pilot, "p")
        await said(pilot, "pause asked for; it takes effect when training begins, and p takes it back")
        await press(pilot, "p")
        await said(pilot, "the pause is taken back; it trains as soon as it has loaded")
        assert open_folder(folder.path).cohorts[0].asked() == ("pause", "resume")
        await press(pilot, "p")
        await said(pilot, "pause asked for")


def test_who_is_paused_is_named_as_the_one_in_the_way(runs):
    machine = Machine(runs.resolve(), line_of(runs, (PAUSED, "paused"), waiting=(QUEUED,)))
    assert machine.ahead(QUEUED) == "cpu; quickstart-pau7 is paused and holds cpu; P on its page parks it"
    assert machine.blocked(PAUSED) == "1 experiment waits for cpu" and machine.blocked(QUEUED) == ""
    both = Machine(runs.resolve(), line_of(runs, (PAUSED, "paused"), (RUNNING, "running"), waiting=(QUEUED,)))
    assert both.ahead(QUEUED).startswith("cpu; quickstart-run2 trains there; quickstart-pau7 is paused")


async def test_the_page_of_a_paused_one_says_that_others_wait_for_it(runs, monkeypatch):
    make(runs, PAUSED, step=300, state="paused")
    make(runs, QUEUED, state="queued")
    line = line_of(runs, (PAUSED, "paused"), waiting=(QUEUED,))
    monkeypatch.setattr("grokterm.console.machine.line", lambda: line)
    async with play(runs, (110, 30)) as pilot:
        await until(pilot, lambda: "1 experiment waits for cpu that this holds" in screen_text(pilot))
        await press(pilot, "enter")
        await until(pilot, lambda: "1 experiment waits for cpu that this holds; P parks it" in words(pilot, "#message"))
        await press(pilot, "escape", "down", "enter")
        await until(pilot, lambda: "quickstart-pau7 is paused and holds cpu" in words(pilot, "#message"))
        await press(pilot, "Q")
        await until(pilot, lambda: "⏸ paused" in screen_text(pilot))
        await settle(pilot)
        seen = words(pilot, "#waiting").strip()
        assert (
            seen
            == "1 experiment at the devices, 1 in line; quickstart-pau7 is paused and holds cpu; P on its row parks it"
        )


async def test_a_holder_is_shown_by_what_it_does(runs):
    device = Device("cpu", "16 cores", 0.5, 1, 2, 1)
    machine = Machine(runs.resolve(), line_of(runs, (PAUSED, "paused"), (RUNNING, "running")), (device,))
    async with play(runs) as pilot:
        drawn = [str(text) for text in device_lines(machine, 100, pilot.app.ink, 0.0)]
    assert "⏸ quickstart-pau7" in drawn[2] and "▶ quickstart-run2" in drawn[3]


@pytest.fixture
def queue_page(runs, monkeypatch):
    """The page over a line that a test changes: `queue_page(line)` shows that one from then on."""
    seen = []
    monkeypatch.setattr("grokterm.console.machine.line", lambda: seen[-1])
    monkeypatch.setattr("grokterm.console.machine.devices", lambda: (Device("cpu", "16 cores", 0.5, 1, 2, 2),))
    return seen.append


async def look_again(pilot) -> None:
    pilot.app.watcher.reread()
    await settle(pilot)


async def test_the_cursor_stays_with_one_that_gets_its_device_and_with_one_that_leaves(runs, queue_page):
    make(runs, RUNNING, step=300, state="running")
    make(runs, PAUSED, step=300, state="paused")
    make(runs, QUEUED)  # its record is ahead of the line
    queue_page(line_of(runs, (RUNNING, "running"), (PAUSED, "paused"), waiting=(QUEUED,)))
    async with play(runs, (80, 24)) as pilot:
        await press(pilot, "Q", "end")
        page = pilot.app.screen
        assert page.target() == QUEUED and page.offers("earlier")
        queue_page(line_of(runs, (RUNNING, "running"), (QUEUED, "running"), (PAUSED, "paused")))
        await look_again(pilot)
        assert page.target() == QUEUED and page.line.highlighted.place == 0 and not page.offers("earlier")
        queue_page(line_of(runs, (RUNNING, "running"), (PAUSED, "paused")))
        await look_again(pilot)
        assert page.target() == QUEUED and "✔ finished" in screen_text(pilot)
        await press(pilot, "home")
        assert page.target() == RUNNING and "que2" not in screen_text(pilot)


async def test_a_key_is_named_for_who_is_paused_here_alone(runs, tmp_path, queue_page):
    make(runs, RUNNING, step=300, state="running")
    make(runs, QUEUED, state="queued")
    other = Holding("cpu", 1, tmp_path / "other" / PAUSED, 0, 1, 0.0, "paused")
    line = line_of(runs, (RUNNING, "running"), waiting=(QUEUED,))
    queue_page(Line(line.waiting, (*line.holding, other), {"cpu": 2}))
    async with play(runs, (120, 24)) as pilot:
        await press(pilot, "Q", "down")
        assert words(pilot, "#waiting").split("; ")[-1].endswith("is paused and holds cpu")
        await press(pilot, "P")
        await said(pilot, "in another runs folder")


async def test_an_experiment_may_hold_and_wait_and_is_shown_as_both(runs, queue_page):
    make(runs, RUNNING, step=300, state="running")
    queue_page(line_of(runs, (RUNNING, "running"), (RUNNING, "paused"), waiting=(RUNNING,)))
    async with play(runs, (80, 24)) as pilot:
        await press(pilot, "Q")
        rows = [line for line in screen_text(pilot).splitlines() if "quickstart-run2" in line and "cpu  " in line]
        assert "⏸ paused" in rows[0] and "1 of 2" in rows[0] and "◷ queued" in rows[1]
        assert not pilot.app.screen.obstacle("earlier")


async def test_many_devices_leave_room_for_the_experiments(runs, monkeypatch, queue_page):
    many = tuple(Device(f"cuda:{n}", "NVIDIA H200", 0.98, 130 << 30, 139 << 30, 1) for n in range(8))
    monkeypatch.setattr("grokterm.console.machine.devices", lambda: many)
    make(runs, RUNNING, step=300, state="running")
    queue_page(line_of(runs, (RUNNING, "running")))
    async with play(runs, (80, 24)) as pilot:
        await press(pilot, "Q")
        seen = screen_text(pilot)
        assert all(f"cuda:{n}  0 of 1 taken  load  98%  memory 140 GB of 149 GB" in seen for n in range(8))
        assert "quickstart-run2" in seen
