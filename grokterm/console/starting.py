"""Starting an experiment from a screen: which device it is for, and the start itself, which belongs in a thread."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from textual.widget import Widget

from grokterm.console.latest import Latest

if TYPE_CHECKING:
    from grokterm.spec import Experiment

AUTO = "auto"


class DeviceChoice:
    """The device that was chosen, `auto` to begin with, and those that there are.

    Args:
        screen: which is sent `Latest.Done` when the devices of this machine are known; it hands it to `take`.
        chosen: what is chosen to begin with.
    """

    def __init__(self, screen: Widget, chosen: str = AUTO) -> None:
        self.chosen = chosen
        self._names = tuple(dict.fromkeys((AUTO, chosen)))
        self._list = Latest(screen, _names)

    def look(self) -> None:
        """Ask which devices there are."""
        self._list.ask()

    def take(self, message: Latest.Done) -> bool:
        """Whether the message was the answer."""
        if message.latest is not self._list:
            return False
        self._list.done()
        self._names = tuple(dict.fromkeys((*message.outcome, self.chosen)))
        return True

    def next(self) -> None:
        """Choose the next one."""
        self.chosen = self._names[(self._names.index(self.chosen) + 1) % len(self._names)]

    @property
    def words(self) -> str:
        """The choice, and among what."""
        others = [name for name in self._names if name != self.chosen]
        return f"{self.chosen}" + (f" (or {', '.join(others)})" if others else "")


def _names() -> tuple[str, ...]:
    from grokterm.jobs import devices

    return (AUTO, *(device.name for device in devices()))


def begin(runs: Path, experiment: Experiment, device: str) -> str:
    """Make the folder and start the workers; gives the experiment's name. Raises GroktermError."""
    from grokterm.jobs import check_device, described, launch
    from grokterm.record import create

    check_device(device)
    folder = create(runs, described(experiment))
    launch(folder, device)
    return folder.name
