"""Driving the console in tests: start it on a frozen world, press keys, wait until it has nothing left to do."""

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from unittest.mock import patch

from console.world import NOW
from textual.css.model import RuleSet
from textual.css.stylesheet import Stylesheet
from textual.pilot import Pilot
from textual.screen import Screen
from textual.widgets import Static

from grokterm.console.app import Console
from grokterm.console.charts.widget import ChartView
from grokterm.console.latest import THREAD
from grokterm.console.memory import Memory
from grokterm.console.scales import Spot

FINISHED = "20261122-120000-quickstart-fin3"
CHARTS = ("#loss", "#accuracy", "#norm", "#lambda")
PATIENCE = 60.0
ROUNDS = 100  # a screen that always has something to draw is as settled as it gets


@asynccontextmanager
async def play(
    runs: Path, size: tuple[int, int] = (120, 40), open_at: str | None = None, memory: Memory | None = None
) -> AsyncIterator[Pilot]:
    """A running console that has read everything."""
    async with shown(Console(runs, open_at, memory, clock=lambda: NOW), size) as pilot:
        yield pilot


@asynccontextmanager
async def shown(app: Console, size: tuple[int, int] = (80, 24)) -> AsyncIterator[Pilot]:
    """This console, running, once it has read everything."""

    async def wait_for_idle(*_: float) -> None:
        await drained(app)

    # Textual waits until this process has used no time for 20 ms: long, and it says little where threads read files.
    with (
        patch("textual.app.wait_for_idle", wait_for_idle),
        patch("textual.pilot.wait_for_idle", wait_for_idle),
        patch.object(Stylesheet, "_parse_rules", _parsed_once),
    ):
        async with app.run_test(size=size) as pilot:
            await settle(pilot)
            yield pilot


_parse_rules, _RULES = Stylesheet._parse_rules, {}


def _parsed_once(sheet: Stylesheet, css: str, *where: object, **how: object) -> list[RuleSet]:
    """Every app parses every style sheet when it starts, and again when its theme changes; here they are kept."""
    key = css, where, frozenset(how.items()), frozenset(sheet._variables.items())
    if key not in _RULES:
        _RULES[key] = _parse_rules(sheet, css, *where, **how)
    return _RULES[key]


async def drained(app: Console) -> None:
    """Wait until every message has been handled, and what follows from it is laid out and drawn."""
    for _ in range(ROUNDS):
        await Pilot(app)._wait_for_screen()
        if not app.screen_stack:
            return
        screen = app.screen
        screen._on_timer_update()
        drawn = not (screen._callbacks or screen._dirty_widgets or screen._layout_required)
        pumps = (app, *(widget for screen in seen(app) for widget in screen.walk_children(with_self=True)))
        if drawn and not app.typing and all(pump._message_queue.empty() for pump in pumps):
            return


def seen(app: Console) -> list[Screen]:
    """The screen in front, and those that a dialog lies over."""
    return [*app._background_screens, app.screen]


async def press(pilot: Pilot, *keys: str) -> None:
    """Press keys, each after the one before has had its effect."""
    for key in keys:
        await pilot.press(key)
        await settle(pilot)


async def hold(pilot: Pilot, key: str, times: int) -> None:
    """Hold a key down: it comes again before what it did is drawn."""
    await rush(pilot, *[key] * times)


async def rush(pilot: Pilot, *keys: str) -> None:
    """Type so fast that a key comes before what the one before it did is drawn."""
    with patch("textual.app.wait_for_idle", lambda *_: asyncio.sleep(0)):
        await pilot.press(*keys)
    await pilot.pause()


async def settle(pilot: Pilot) -> None:
    """Wait until everything is read, computed and drawn."""
    await until(pilot, lambda: _settled(pilot.app))
    await pilot.pause()


async def until(pilot: Pilot, condition: Callable[[], bool], patience: float | None = None) -> None:
    """Wait for a condition; fail after `patience` seconds, or after PATIENCE."""
    start = time.monotonic()
    deadline = start + (patience or PATIENCE)
    quiet = 0
    while quiet < 2:
        await pilot.pause()
        quiet = quiet + 1 if condition() else 0
        assert time.monotonic() < deadline, "the console did not settle"
        # A look draws the screen: many of them would hold up the threads that are waited for.
        await asyncio.sleep(0 if quiet else min(0.5, 0.01 + (time.monotonic() - start) / 20))


def _settled(app: Console) -> bool:
    wanted, snapshot = app.watcher.wanted, app.snapshot
    read = not snapshot.loading and snapshot.focus == wanted and (wanted is None) == (snapshot.detail is None)
    read = read and app.watcher.resting
    computing = any(thread.name in (THREAD, "aside") for thread in threading.enumerate())
    busy = computing or any(worker.is_running for worker in app.workers)
    shown = getattr(app.screen, "settled", True)
    arranged = bool(snapshot.problem) or snapshot.arranged.query == app.watcher.query
    wants_machine = bool(app.watcher._machine_for)
    machine = not wants_machine or (snapshot.machine is not None and bool(snapshot.machine.devices))
    return (
        read
        and arranged
        and machine
        and not busy
        and shown
        and all(view.settled for screen in seen(app) for view in screen.query(ChartView))
    )


def screen_text(pilot: Pilot) -> str:
    """Everything on the screen, as text."""
    return "\n".join(strip.text for strip in pilot.app.screen._compositor.render_strips())


def toasts(pilot: Pilot) -> str:
    """What the console says in its key bar now."""
    return " ".join(notice.words for notice in pilot.app.notices)


def words(pilot: Pilot, selector: str) -> str:
    """The text of a `Static`."""
    return str(pilot.app.screen.query_one(selector, Static).content)


def chart_lines(pilot: Pilot, selector: str) -> list[str]:
    """A chart on the screen, as rows of characters."""
    return pilot.app.screen.query_one(selector, ChartView).lines


def legend(pilot: Pilot) -> str:
    """The legend of the charts."""
    return str(pilot.app.screen.legend.content)


def tabs(pilot: Pilot) -> str:
    """The line of tabs, which says where the cursor is."""
    return words(pilot, "TabLine")


def spot(pilot: Pilot) -> Spot:
    """Where one looks."""
    return pilot.app.screen.spot


def x_labels(lines: list[str]) -> list[str]:
    """What stands at the x axis of a chart."""
    return lines[-1].split()
