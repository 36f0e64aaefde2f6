"""The devices, who holds them and the line in front of them, in words: the panel beside a wide history."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from rich.text import Text
from textual.widgets import Static

from grokterm.console.look import state_look
from grokterm.console.screens.page import rewrite
from grokterm.console.screens.parts import bar
from grokterm.console.text import clip, clip_middle, duration, ordinal, plural
from grokterm.sizes import size

if TYPE_CHECKING:
    from collections.abc import Iterator

    from grokterm.console.look import Ink
    from grokterm.console.machine import Machine
    from grokterm.console.snapshot import Snapshot
    from grokterm.jobs import Device, Holding


class QueuePanel(Static):
    """The devices and the line in words, where there is room beside the history."""

    def __init__(self) -> None:
        super().__init__(markup=False)

    def show(self, snapshot: Snapshot) -> None:
        """Draw what is known of the machine."""
        machine = snapshot.machine
        if machine is not None and machine.devices and self.size.width:
            ink, width = self.app.ink, self.size.width - 1
            lines = [*device_lines(machine, width, ink, self.app.clock()), *_line_words(machine, width, ink)]
            rewrite(self, Text("\n").join(lines))

    def on_resize(self) -> None:
        """Lines are made for the width."""
        self.show(self.app.snapshot)


def device_lines(machine: Machine, width: int, ink: Ink, now: float) -> Iterator[Text]:
    """Every device, and a line for each worker that holds a slot of it, with how long it has by the time `now`."""
    for device in machine.devices:
        held = machine.held(device.name)
        yield from device_words(device, len(held), width, ink)
        for holding in held:
            yield _holder(machine, holding, width, ink, now)
    known = {device.name for device in machine.devices}
    for holding in machine.line.holding:
        if holding.device not in known:
            yield _holder(machine, holding, width, ink, now)


def device_words(device: Device, taken: int, width: int, ink: Ink) -> Iterator[Text]:
    """A device in two lines: what it is and how many of its slots are taken, and how busy it is."""
    head = Text(f" {device.name}  ", f"bold {ink.foreground}", no_wrap=True)
    slots = f"  {taken} of {plural(device.slots, 'slot')} taken"
    title = clip(device.title, max(0, width - head.cell_len - len(slots)))
    yield head.append(title, ink.muted).append(slots, ink.foreground)
    yield _load(device, width, ink)


def device_in_short(device: Device, taken: int, ink: Ink) -> Text:
    """A device in one line, for where many have to stand below each other."""
    load, memory = _busy(device)
    head = Text(f" {device.name}  ", f"bold {ink.foreground}", no_wrap=True)
    return head.append(f"{taken} of {device.slots} taken", ink.foreground).append(f"  {load}  {memory}", ink.muted)


def _busy(device: Device) -> tuple[str, str]:
    load = "load –" if math.isnan(device.load) else f"load {100 * device.load:3.0f}%"
    return load, f"memory {size(device.memory_used)} of {size(device.memory_total)}"


def _load(device: Device, width: int, ink: Ink) -> Text:
    line, cells = Text("   ", no_wrap=True), 12 if width >= 60 else 6
    share = device.memory_used / device.memory_total if device.memory_total else 0.0
    load, memory = _busy(device)
    line.append_text(bar(0.0 if math.isnan(device.load) else device.load, cells, ink)).append(f" {load}   ", ink.muted)
    return line.append_text(bar(share, cells, ink)).append(f" {memory}", ink.muted)


def _holder(machine: Machine, holding: Holding, width: int, ink: Ink, now: float) -> Text:
    since = duration(now - holding.since) if holding.since else ""
    facts = "  ".join(filter(None, (f"worker {holding.cohort}", holding.state, since)))
    name = clip_middle(machine.named(holding.folder), max(8, width - len(facts) - 7))
    look = state_look(holding.state or "running")
    return (
        Text(f"   {look.glyph} ", ink.tone(look.tone), no_wrap=True)
        .append(name, ink.foreground)
        .append(f"  {facts}", ink.muted)
    )


def _line_words(machine: Machine, width: int, ink: Ink) -> Iterator[Text]:
    """The first of those who wait."""
    rows = machine.waiters()
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
