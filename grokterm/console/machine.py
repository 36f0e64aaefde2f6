"""The devices and the line in front of them, as the watcher reads them and the screens show them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from grokterm.console.commands import told
from grokterm.console.text import plural
from grokterm.jobs import Device, Holding, Line, Waiting, devices, line
from grokterm.names import short_name


@dataclass(frozen=True)
class Machine:
    """One look at this machine.

    Attributes:
        runs: the runs folder in view, resolved; others may wait here too.
        devices: empty where nobody looks at them.
    """

    runs: Path
    line: Line
    devices: tuple[Device, ...] = ()

    def place(self, name: str) -> int:
        """The place of an experiment of this runs folder in the line, from 1; 0 where it doesn't wait."""
        return self.places.get(name, 0)

    @cached_property
    def places(self) -> dict[str, int]:
        """The places in the line, from 1, of the experiments of this runs folder; others stand in it too."""
        order = enumerate(self.line.experiments, 1)
        return {path.name: place for place, path in order if path.parent == self.runs}

    def ahead(self, name: str) -> str:
        """What an experiment waits for: `cpu; quickstart-k3f9 trains there`; and who is paused there."""
        wanted = self.line.wanted(self.runs / name)
        there = self.line.holders(wanted)
        names = dict.fromkeys(self.named(holding.folder) for holding in there if not holding.paused)
        trains = f"{_few(names)} {'trains' if len(names) == 1 else 'train'} there" if names else ""
        return "; ".join(filter(None, (" or ".join(wanted), trains, self.paused(there))))

    def paused(self, holding: Iterable[Holding]) -> str:
        """Who of these holders is paused, and how that ends; "" where nobody is."""
        idle = [one for one in holding if one.paused]
        names = dict.fromkeys(self.named(one.folder) for one in idle)
        if not names:
            return ""
        devices = _few(dict.fromkeys(one.device for one in idle))
        if len(names) == 1:
            return told(f"{_few(names)} is paused and holds {devices}; {{park}} on its page parks it")
        return told(f"{_few(names)} are paused and hold {devices}; {{park}} on their pages parks them")

    def blocked(self, name: str) -> str:
        """Who waits for a device that this experiment holds: `1 experiment waits for cpu`; "" where nobody does."""
        held = tuple(dict.fromkeys(h.device for h in self.line.holding if h.folder == self.runs / name))
        waiting = {w.folder for w in self.line.waiting if set(w.devices) & set(held)} - {self.runs / name}
        if not waiting:
            return ""
        return f"{plural(len(waiting), 'experiment')} {'waits' if len(waiting) == 1 else 'wait'} for {_few(held)}"

    def named(self, folder: Path) -> str:
        """An experiment in few words; one of another runs folder with that folder."""
        short = short_name(folder.name)
        return short if folder.parent == self.runs else f"{short} ({folder.parent})"

    def held(self, device: str) -> tuple[Holding, ...]:
        """Who holds slots of a device."""
        return self.line.holders((device,))

    def waiting(self) -> tuple[tuple[Path, tuple[Waiting, ...]], ...]:
        """The experiments that wait, in order, each with its workers."""
        return tuple((path, tuple(w for w in self.line.waiting if w.folder == path)) for path in self.line.experiments)


def read_machine(runs: Path, with_devices: bool) -> Machine:
    """Look now. Cheap without the devices."""
    return Machine(runs.resolve(), line(), devices() if with_devices else ())


def _few(names: Iterable[str]) -> str:
    names = tuple(names)
    if len(names) <= 2:
        return " and ".join(names)
    return f"{names[0]}, {names[1]} and {len(names) - 2} more"
