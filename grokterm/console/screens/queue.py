"""The devices of this machine, who holds them, and the line in front of them: a panel, and a page with a cursor."""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING, NamedTuple

from rich.text import Text
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.widgets import Static

from grokterm.console.commands import QUEUE, bindings
from grokterm.console.look import state_look
from grokterm.console.screens.acting import Acting
from grokterm.console.screens.page import rewrite
from grokterm.console.screens.parts import bar, title_line
from grokterm.console.snapshot import Snapshot
from grokterm.console.text import clip, clip_middle, duration, fold, ordinal, plural
from grokterm.console.widgets.keybar import KeyBar
from grokterm.console.widgets.table import Column, Table
from grokterm.sizes import size

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from grokterm.analysis import Summary
    from grokterm.console.look import Ink
    from grokterm.console.machine import Machine
    from grokterm.jobs import Device, Holding

_COLUMNS = (
    Column("place", "place", 5),
    Column("name", "experiment", 20, most=60),
    Column("cohorts", "workers", 7, right=True, rank=2),
    Column("devices", "waits for", 10, most=24, rank=1),
    Column("since", "waiting", 7, right=True, rank=3),
)


class Waiter(NamedTuple):
    """An experiment in the line."""

    path: Path
    place: int
    shown: str
    cohorts: int
    devices: tuple[str, ...]
    since: float


class QueuePanel(Static):
    """The devices and the line in words, where there is room beside the history."""

    def __init__(self) -> None:
        super().__init__(markup=False)

    def show(self, snapshot: Snapshot) -> None:
        """Draw what is known of the machine."""
        machine = snapshot.machine
        if machine is not None and machine.devices and self.size.width:
            ink, width = self.app.ink, self.size.width - 1
            lines = [*device_lines(machine, width, ink), *_line_words(machine, width, ink)]
            rewrite(self, Text("\n").join(lines))

    def on_resize(self) -> None:
        """Lines are made for the width."""
        self.show(self.app.snapshot)


class QueuePage(Acting):
    """Devices above, the line below; its keys move the highlighted experiment."""

    SCOPE = QUEUE
    BINDINGS = bindings(QUEUE)
    CSS_PATH = "queue.tcss"
    AUTO_FOCUS = "#line"

    def compose(self) -> ComposeResult:
        """Title, devices, the line, keys."""
        yield Static(id="title")
        with VerticalScroll(id="devices"):
            yield Static(id="held", markup=False)
        yield Static(id="waiting", markup=False)
        yield Table(_COLUMNS, self._paint, lambda row: str(row.path), look=lambda row: self._since(row), id="line")
        yield KeyBar(QUEUE)

    @property
    def line(self) -> Table:
        """The table of those who wait."""
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

    def target(self) -> str | None:
        """The highlighted experiment, if it is one of this runs folder."""
        row, machine = self.line.highlighted, self.app.snapshot.machine
        mine = row is not None and machine is not None and row.path.parent == machine.runs
        return row.path.name if mine else None

    def aimed(self) -> tuple[Summary, ...]:
        """What is known of the highlighted experiment."""
        name = self.target()
        return self.summaries((name,)) if name is not None else ()

    def nothing(self) -> str:
        """Why no experiment can be moved."""
        if self.app.snapshot.machine is None:
            return "Looking at the devices …"
        row = self.line.highlighted
        return f"{row.shown}: in another runs folder" if row is not None else "Nothing waits for a device"

    def obstacle(self, action: str) -> str:
        """Where nobody waits, nobody can be moved or opened."""
        if action in ("open", "earlier", "later") and self.target() is None:
            return self.nothing()
        return super().obstacle(action)

    def show(self, snapshot: Snapshot) -> None:
        """Draw what is known of the machine."""
        machine, ink, width = snapshot.machine, self.app.ink, self.size.width
        self.put("#title", title_line("Devices and queue", "", width, ink))
        if machine is None or not machine.devices:
            self.put("#held", " Looking at the devices …")
            self.line.display = False
            return
        rewrite(self.query_one("#held", Static), Text("\n").join(device_lines(machine, width - 1, ink)))
        rows = tuple(waiters(machine))
        words = f"{plural(len(rows), 'experiment')} in line" if rows else "Nothing waits for a device"
        wanted = {device for row in rows for device in row.devices}
        if blocking := machine.paused(machine.line.holders(wanted)):
            words = fold(f"{words}; {blocking}", width - 1, "", " ")
        self.put("#waiting", Text(f" {words}", f"bold {ink.foreground}" if rows else ink.muted))
        self.line.display = bool(rows)
        self.line.show(rows)
        self.offer()

    def _since(self, row: Waiter) -> str:
        return duration(self.app.clock() - row.since) if row.since else ""

    def _paint(self, row: Waiter, column: str, width: int) -> Text:
        texts = {
            "place": ordinal(row.place),
            "name": clip_middle(row.shown, width),
            "cohorts": str(row.cohorts),
            "devices": clip(" or ".join(row.devices), width),
            "since": self._since(row),
        }
        return Text(texts[column], self.app.ink.foreground if column == "name" else self.app.ink.muted)

    def action_open(self) -> None:
        """Open the highlighted experiment."""
        if self.target() is None:
            self.say(self.nothing())
        else:
            self.open_page(self.target())

    def on_table_opened(self) -> None:
        """A double click."""
        self.action_open()


def device_lines(machine: Machine, width: int, ink: Ink) -> Iterator[Text]:
    """Every device in two lines (what it is, how busy), and a line for each worker that holds a slot of it."""
    for device in machine.devices:
        held = machine.held(device.name)
        head = Text(f" {device.name}  ", f"bold {ink.foreground}", no_wrap=True)
        slots = f"  {len(held)} of {plural(device.slots, 'slot')} taken"
        title = clip(device.title, max(0, width - head.cell_len - len(slots)))
        yield head.append(title, ink.muted).append(slots, ink.foreground)
        yield _load(device, width, ink)
        for holding in held:
            yield _holder(machine, holding, width, ink)
    known = {device.name for device in machine.devices}
    for holding in machine.line.holding:
        if holding.device not in known:
            yield _holder(machine, holding, width, ink)


def _load(device: Device, width: int, ink: Ink) -> Text:
    line, cells = Text("   ", no_wrap=True), 12 if width >= 60 else 6
    share = device.memory_used / device.memory_total if device.memory_total else 0.0
    load = "load –" if math.isnan(device.load) else f"load {100 * device.load:3.0f}%"
    memory = f"memory {size(device.memory_used)} of {size(device.memory_total)}"
    line.append_text(bar(0.0 if math.isnan(device.load) else device.load, cells, ink)).append(f" {load}   ", ink.muted)
    return line.append_text(bar(share, cells, ink)).append(f" {memory}", ink.muted)


def _holder(machine: Machine, holding: Holding, width: int, ink: Ink) -> Text:
    since = duration(time.time() - holding.since) if holding.since else ""
    facts = "  ".join(filter(None, (f"worker {holding.cohort}", holding.state, since)))
    name = clip_middle(machine.named(holding.folder), max(8, width - len(facts) - 7))
    look = state_look(holding.state or "running")
    return (
        Text(f"   {look.glyph} ", ink.tone(look.tone), no_wrap=True)
        .append(name, ink.foreground)
        .append(f"  {facts}", ink.muted)
    )


def waiters(machine: Machine) -> Iterator[Waiter]:
    """Those who wait, in order."""
    for place, (path, workers) in enumerate(machine.waiting(), 1):
        devices = tuple(dict.fromkeys(device for worker in workers for device in worker.devices))
        since = min((worker.since for worker in workers if worker.since), default=0.0)
        yield Waiter(path, place, machine.named(path), len(workers), devices, since)


def _line_words(machine: Machine, width: int, ink: Ink) -> Iterator[Text]:
    """The first of those who wait."""
    rows = tuple(waiters(machine))
    if not rows:
        yield Text(" nothing waits", ink.muted)
    for row in rows[:5]:
        waits_for = f" for {' or '.join(row.devices)}"
        name = clip_middle(row.shown, max(8, width - 7 - len(waits_for)))
        yield (
            Text(f" {ordinal(row.place):>4}  ", ink.muted, no_wrap=True)
            .append(name, ink.foreground)
            .append(waits_for, ink.muted)
        )
    if len(rows) > 5:
        yield Text(f"   and {len(rows) - 5} more", ink.muted)
