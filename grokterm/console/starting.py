"""Starting an experiment from a screen: which device it is for, and the start itself, which belongs in a thread."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from textual.message import Message
from textual.screen import Screen
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

    def next(self) -> bool:
        """Choose the next one; False where there is no other."""
        self.chosen = self._names[(self._names.index(self.chosen) + 1) % len(self._names)]
        return len(self._names) > 1

    @property
    def alone(self) -> str:
        """Why there is no other to choose."""
        return "The devices of this machine are being looked for" if self._list.busy else "There is no other device"

    @property
    def words(self) -> str:
        """The choice, and among what."""
        others = [name for name in self._names if name != self.chosen]
        return f"{self.chosen}" + (f" (or {', '.join(others)})" if others else "")


def _names() -> tuple[str, ...]:
    from grokterm.jobs import devices

    return (AUTO, *(device.name for device in devices()))


def begin(runs: Path, experiment: Experiment, device: str, force: bool = False) -> str:
    """Make the folder and start the workers; gives the experiment's name. Raises GroktermError.

    One that is too large for the device raises `jobs.TooLarge`, unless `force` says that it shall start nevertheless.
    """
    from grokterm.jobs import launch, prepared
    from grokterm.record import create

    folder = create(runs, prepared(experiment, device, force))
    launch(folder, device)
    return folder.name


class Oversized(Message):
    """Nothing was started, because one run alone is too large for the device; sent by a thread.

    Args:
        words: the figures.
        start: starts it all the same, in a thread.
    """

    def __init__(self, words: str, start: Callable[[], object]) -> None:
        super().__init__()
        self.words, self.start = words, start

    def ask(self, screen: Screen) -> None:
        """Ask whether it shall start all the same."""
        from grokterm.console.widgets.dialogs import Question

        question = Question("Start it all the same?", f"{self.words}. The machine may stand still.")
        start = partial(screen.run_worker, self.start, thread=True)
        screen.app.push_screen(question, lambda yes: start() if yes else None)
