"""The devices and the line in front of them, as the watcher reads them and the screens show them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from grokterm.console.commands import told
from grokterm.console.text import plural
from grokterm.jobs import Device, Holding, Line, Waiting, devices, line
from grokterm.names import name_from


class Standing(NamedTuple):
    """An experiment at the devices, by the workers that hold slots or by those that wait.

    Attributes:
        place: in the line, from 1; 0 for workers that hold slots.
        shown: its name in few words.
        states: what each of its workers says of itself; of one that has left, what became of it.
        devices: what is held or waited for; none for one that has left.
        since: unix seconds, of the first of the workers; 0 where it isn't known.
    """

    path: Path
    place: int
    shown: str
    states: tuple[str, ...]
    devices: tuple[str, ...] = ()
    since: float = 0.0


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
        return "; ".join(filter(None, (" or ".join(wanted), trains, self.paused(there, "page"))))

    def paused(self, holding: Iterable[Holding], where: str) -> str:
        """Who of these holders is paused, and how that ends; "" where nobody is.

        Args:
            where: what of each of them is in front when the key does it: its page, its row.
        """
        idle = [one for one in holding if one.paused]
        names = dict.fromkeys(self.named(one.folder) for one in idle)
        if not names:
            return ""
        devices = _few(dict.fromkeys(one.device for one in idle))
        one = len(names) == 1
        words = f"{_few(names)} {'is' if one else 'are'} paused and {'holds' if one else 'hold'} {devices}"
        if any(holder.folder.parent != self.runs for holder in idle):
            return words  # no key reaches into another runs folder
        return words + told(f"; {{park}} on {f'its {where} parks it' if one else f'their {where}s parks them'}")

    def blocked(self, name: str) -> str:
        """Who waits for a device that this experiment holds: `1 experiment waits for cpu`; "" where nobody does."""
        held = tuple(dict.fromkeys(h.device for h in self.line.holding if h.folder == self.runs / name))
        waiting = {w.folder for w in self.line.waiting if set(w.devices) & set(held)} - {self.runs / name}
        if not waiting:
            return ""
        return f"{plural(len(waiting), 'experiment')} {'waits' if len(waiting) == 1 else 'wait'} for {_few(held)}"

    def named(self, folder: Path) -> str:
        """An experiment in few words; one of another runs folder with that folder."""
        return name_from(self.runs, folder)

    def held(self, device: str) -> tuple[Holding, ...]:
        """Who holds slots of a device."""
        return self.line.holders((device,))

    def holders(self) -> tuple[Standing, ...]:
        """The experiments whose workers hold slots, those that began first before the others."""
        folders = dict.fromkeys(holding.folder for holding in self.line.holding)
        standing = (self._standing(0, path, [h for h in self.line.holding if h.folder == path]) for path in folders)
        return tuple(sorted(standing, key=lambda one: one.since))

    def waiters(self) -> tuple[Standing, ...]:
        """The experiments that wait, in the order of the line."""
        waiting = self.line.waiting
        paths = enumerate(self.line.experiments, 1)
        return tuple(self._standing(place, path, [w for w in waiting if w.folder == path]) for place, path in paths)

    def _standing(self, place: int, path: Path, workers: Sequence[Holding | Waiting]) -> Standing:
        states = ["queued" if isinstance(worker, Waiting) else worker.state or "running" for worker in workers]
        devices = [name for worker in workers for name in _devices(worker)]
        since = min((worker.since for worker in workers if worker.since), default=0.0)
        return Standing(path, place, self.named(path), tuple(states), tuple(dict.fromkeys(devices)), since)


def read_machine(runs: Path, with_devices: bool) -> Machine:
    """Look now. Cheap without the devices."""
    return Machine(runs.resolve(), line(), devices() if with_devices else ())


def _devices(worker: Holding | Waiting) -> tuple[str, ...]:
    return worker.devices if isinstance(worker, Waiting) else (worker.device,)


def _few(names: Iterable[str]) -> str:
    names = tuple(names)
    if len(names) <= 2:
        return " and ".join(names)
    return f"{names[0]}, {names[1]} and {len(names) - 2} more"
