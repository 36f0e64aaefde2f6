"""The devices of this machine, and below them who holds them and who waits, with a cursor."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from rich.text import Text
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.widgets import Static

from grokterm.console.commands import QUEUE, bindings, told
from grokterm.console.look import state_look
from grokterm.console.screens.acting import Acting
from grokterm.console.screens.page import rewrite
from grokterm.console.screens.parts import title_line
from grokterm.console.screens.queue_panel import device_in_short, device_words
from grokterm.console.snapshot import Snapshot
from grokterm.console.text import clip, clip_middle, duration, fold, ordinal, plural
from grokterm.console.widgets.keybar import KeyBar
from grokterm.console.widgets.table import Column, Table

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from grokterm.analysis import Summary
    from grokterm.console.machine import Machine, Standing

_COLUMNS = (
    Column("place", "place", 5),
    Column("name", "experiment", 20, most=60),
    Column("state", "state", 11),
    Column("devices", "device", 6, most=24),
    Column("workers", "workers", 7, right=True, rank=2),
    Column("since", "for", 6, right=True, rank=1),
)
_OF_A_WAITER = ("earlier", "later")
_OF_A_ROW = ("open", "pause", "stop", "park", "checkpoint", "fork", "repeat", *_OF_A_WAITER)
_TELLING = ("paused", "starting", "running", "queued")  # of an experiment whose workers do different things


class QueuePage(Acting):
    """Devices above, who holds them and who waits below; the keys act on the highlighted experiment.

    One that leaves while it is highlighted stays until the cursor does: whoever has parked it can let it go on, and no
    key that was meant for it reaches its neighbour.
    """

    SCOPE = QUEUE
    BINDINGS = bindings(QUEUE)
    CSS_PATH = "queue.tcss"
    AUTO_FOCUS = "#line"
    _looked = False

    def compose(self) -> ComposeResult:
        """Title, devices, the line, keys."""
        yield Static(id="title")
        with VerticalScroll(id="devices", can_focus=False):
            yield Static(id="held", markup=False)
        yield Static(id="waiting", markup=False)
        yield Table(_COLUMNS, self._paint, _identity, look=lambda row: self._since(row), id="line")
        yield KeyBar(QUEUE)

    @property
    def line(self) -> Table:
        """The table of those who hold a device and those who wait."""
        return self.query_one("#line", Table)

    def on_screen_resume(self) -> None:
        """The devices are looked at while this is in front."""
        self.app.watcher.watch_machine("queue", True)

    def on_screen_suspend(self) -> None:
        """Nobody looks any more; whoever comes in front says so if it does."""
        self.app.watcher.watch_machine("queue", False)

    def on_resize(self) -> None:
        """Lines are made for the width."""
        self.show(self.app.snapshot)

    @cached_property
    def _runs(self) -> Path:
        return self.app.runs.resolve()

    def target(self) -> str | None:
        """The highlighted experiment, if it is one of this runs folder."""
        row = self.line.highlighted
        return row.path.name if row is not None and row.path.parent == self._runs else None

    def aimed(self) -> tuple[Summary, ...]:
        """What is known of the highlighted experiment."""
        name = self.target()
        return self.summaries((name,)) if name is not None else ()

    def nothing(self) -> str:
        """Why there is no experiment to do something to."""
        row, machine = self.line.highlighted, self.app.snapshot.machine
        if row is not None:
            return f"{row.shown}: in another runs folder"
        looking = machine is None or not machine.devices
        return "Looking at the devices …" if looking else "Nothing trains and nothing waits"

    def obstacle(self, action: str) -> str:
        """Where nobody is, nothing can be done to anybody; and only those who wait have a place in line."""
        name, machine = self.target(), self.app.snapshot.machine
        if action in _OF_A_ROW and name is None:
            return self.nothing()
        if action in _OF_A_WAITER and machine is not None and not machine.place(name):
            return f"{self.line.highlighted.shown} doesn't wait; only those that do have a place in line"
        return super().obstacle(action)

    def show(self, snapshot: Snapshot) -> None:
        """Draw what is known of the machine."""
        machine, ink, width = snapshot.machine, self.app.ink, self.size.width
        self.put("#title", title_line("Devices and queue", "", width, ink))
        if machine is None or not machine.devices:
            if not self._looked:  # else what was seen a moment ago stays
                self.put("#held", " Looking at the devices …")
                self.line.display = False
            return
        self._looked = True
        rewrite(self.query_one("#held", Static), Text("\n").join(self._devices(machine)))
        rows, highlight = self._rows(machine)
        words = fold(_counted(machine), width - 1, "", " ")
        self.put("#waiting", Text(f" {words}", f"bold {ink.foreground}" if rows else ink.muted))
        hidden, self.line.display = not self.line.display, bool(rows)
        self.line.show(rows, highlight)
        if rows and hidden:
            self.line.focus()  # what is hidden has lost it
        self.offer()

    def _devices(self, machine: Machine) -> Iterator[Text]:
        """Every device; in one line each where two would leave less than half of the screen to the experiments."""
        short = 2 * len(machine.devices) > self.size.height // 2 - 2
        for device in machine.devices:
            taken = len(machine.held(device.name))
            if short:
                yield device_in_short(device, taken, self.app.ink)
            else:
                yield from device_words(device, taken, self.size.width - 1, self.app.ink)

    def _rows(self, machine: Machine) -> tuple[list[Standing], str | None]:
        """Those that hold devices and those that wait; and the row for the cursor, where it isn't on the same one."""
        rows, before = [*machine.holders(), *machine.waiters()], self.line.highlighted
        if before is None or any(_identity(row) == _identity(before) for row in rows):
            return rows, None
        same = next((row for row in rows if row.path == before.path), None)  # it waited, and has a device now
        ended = "" if same else next((one.state or "" for one in self.aimed() if not one.problem), "")
        if ended:
            same = before._replace(place=0, states=(str(ended),), devices=(), since=0.0)
            rows.insert(self.line.rows.index(before), same)
        return rows, _identity(same) if same else None

    def on_table_highlighted(self) -> None:
        """Other keys may do something there; and what has left goes."""
        if self.in_front:
            self.show(self.app.snapshot)

    def _since(self, row: Standing) -> str:
        return duration(self.app.clock() - row.since) if row.since else ""

    def _paint(self, row: Standing, column: str, width: int) -> Text:
        ink = self.app.ink
        state = min(row.states, key=_TELLING.index) if set(row.states) <= {*_TELLING} else row.states[0]
        if column == "state":
            look = state_look(state)
            return Text(f"{look.glyph} {look.word}", ink.tone(look.tone))
        some, all_ = row.states.count(state), len(row.states)
        texts = {
            "place": ordinal(row.place) if row.place else "–",
            "name": clip_middle(row.shown, width),
            "workers": "" if not row.devices else f"{some} of {all_}" if some < all_ else str(all_),
            "devices": clip((" or " if row.place else ", ").join(row.devices), width),
            "since": self._since(row),
        }
        return Text(texts[column], ink.foreground if column == "name" else ink.muted)

    def action_open(self) -> None:
        """Open the highlighted experiment."""
        if self.target() is None:
            self.say(self.nothing())
        else:
            self.open_page(self.target())

    def on_table_opened(self) -> None:
        """A double click."""
        self.action_open()


def _identity(row: Standing) -> str:
    """Some workers of an experiment may hold slots while others wait."""
    return f"{row.path} {'waits' if row.place else 'holds'}"


def _counted(machine: Machine) -> str:
    """How many there are; and who is paused and in the way of those that wait."""
    held, waiting = machine.holders(), machine.waiters()
    if not held and not waiting:
        return told("Nothing trains and nothing waits for a device; {new} begins an experiment")
    words = f"{plural(len(held), 'experiment')} at the devices, {len(waiting) or 'none'} in line"
    wanted = {device for row in waiting for device in row.devices}
    return "; ".join(filter(None, (words, machine.paused(machine.line.holders(wanted), "row"))))
