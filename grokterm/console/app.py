"""The app: theme, keys, first screen, and the one place where snapshots arrive. What an experiment is, screens know."""

from __future__ import annotations

import asyncio
import signal
import sys
import time
from collections.abc import Callable, Iterable
from functools import lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual.app import App, SystemCommand
from textual.message import Message
from textual.reactive import var
from textual.screen import Screen

from grokterm.console.commands import APP, command, commands_in
from grokterm.console.look import DARK, LIGHT, Ink, ink
from grokterm.console.memory import Memory
from grokterm.console.screens.home import Home
from grokterm.console.snapshot import EMPTY, Snapshot, Watcher
from grokterm.console.text import plain

if TYPE_CHECKING:
    from grokterm.console.deeds import Undo

_LAST_WORDS = 1.0  # seconds for the watcher to write down what it has read


class Console(App[None]):
    """The terminal laboratory.

    Args:
        runs: the folder of experiments; it may not exist yet.
        open_at: the experiment to open on, or None for the history.
        memory: the view of the last time, and where to keep this one.
        clock: unix seconds; what ages are measured against.
    """

    TITLE = "grokterm"
    CSS_PATH: ClassVar = [
        "tokens.tcss",
        "screens/home.tcss",
    ]  # a default screen's own isn't loaded by itself
    COMMAND_PALETTE_BINDING = command("command_palette").key
    snapshot: var[Snapshot] = var(EMPTY)  # not `reactive`: that would draw the whole screen again at every change

    class Arrived(Message):
        """A new snapshot; of several that wait only the last is looked at."""

        def __init__(self, snapshot: Snapshot) -> None:
            super().__init__()
            self.snapshot = snapshot

        def can_replace(self, message: Message) -> bool:
            """A newer snapshot makes an older one worthless."""
            return isinstance(message, Console.Arrived)

    def __init__(
        self,
        runs: Path,
        open_at: str | None = None,
        memory: Memory | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        super().__init__()
        self.runs, self.clock = runs, clock
        self.memory = memory or Memory(None)
        self.register_theme(DARK)
        self.register_theme(LIGHT)
        self.theme = self.memory.theme if self.memory.theme in self.available_themes else DARK.name
        self._open_at = open_at
        self.watcher = Watcher(
            runs,
            lambda snapshot: self.post_message(self.Arrived(snapshot)),
            lambda error: self.call_from_thread(self._fail, error),
            clock,
        )
        self.undoing: list[Undo] = []  # what was done in this visit and can be taken back, the last one last

    @property
    def ink(self) -> Ink:
        """The colours of the theme in force, for what is drawn cell by cell."""
        return _ink(self.theme, self)

    def get_default_screen(self) -> Screen:
        """The history; everything that takes time happens in the watcher."""
        return Home(self._open_at or self.memory.open)

    def on_mount(self) -> None:
        """Begin to watch once something is on the screen."""
        self.set_interval(1.0, self.memory.save)
        if hasattr(signal, "SIGHUP"):
            # The terminal is gone: leave as if `q` had been pressed.
            asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, self.call_later, self.action_quit)
        self.call_after_refresh(self.watcher.start)

    def on_console_arrived(self, message: Arrived) -> None:
        """Fan a snapshot out: screens watch `snapshot`."""
        self.snapshot = message.snapshot

    def get_system_commands(self, screen: Screen) -> Iterable[SystemCommand]:
        """The palette: the same commands as the keys, by name."""
        for entry in commands_in(getattr(screen, "SCOPE", APP), APP):
            if entry.id != "command_palette":
                yield SystemCommand(
                    f"{entry.label}  ({entry.shown_key})",
                    entry.help,
                    partial(screen.run_action, entry.action or entry.id),
                )

    def action_theme(self) -> None:
        """Dark becomes light and light becomes dark."""
        self.theme = LIGHT.name if self.theme == DARK.name else DARK.name
        self.memory.remember(theme=self.theme)

    async def action_quit(self) -> None:
        """Leave. Workers are other processes and don't notice."""
        self.exit()

    def on_unmount(self) -> None:
        """However it ends: keep the view and stop reading."""
        self.memory.save()
        self.watcher.stop()
        if self.watcher.is_alive():
            self.watcher.join(_LAST_WORDS)

    def _fail(self, error: BaseException) -> None:
        raise error


@lru_cache(maxsize=4)
def _ink(theme: str, app: App) -> Ink:
    return ink(app.get_theme(theme) or DARK)


def run_console(runs: Path, open_at: str | None = None) -> None:
    """Open the console and return when it is left. What is still training then is said on standard error.

    Args:
        runs: the folder of experiments.
        open_at: the name of an experiment to open on.
    """
    app = Console(Path(runs), open_at, Memory.load(Path(runs)))
    app.run()
    said = farewell(app.snapshot)
    if said:
        print(said, file=sys.stderr)


def farewell(snapshot: Snapshot) -> str:
    """What still trains when the console is left, or "": leaving it stops nothing."""
    live = [line.name for line in snapshot.history if line.state is not None and line.state.live]
    if not live:
        return ""
    names = ", ".join(plain(name) for name in live[:3]) + (f" and {len(live) - 3} more" if len(live) > 3 else "")
    return f"{names}: still training, without the console. `grokterm` shows it again."
