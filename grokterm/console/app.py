"""The app: theme, keys, first screen, and the one place where snapshots arrive. What an experiment is, screens know."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.app import App, SystemCommand
from textual.filter import LineFilter
from textual.message import Message
from textual.reactive import var
from textual.screen import Screen

from grokterm.console.background import Late
from grokterm.console.commands import APP, command, commands_in, use
from grokterm.console.filters import Ascii, NoColour
from grokterm.console.look import DARK, THEMES, Ink, ink, theme_of
from grokterm.console.memory import Memory
from grokterm.console.screens.home import Home
from grokterm.console.settings import Settings
from grokterm.console.snapshot import EMPTY, Snapshot, Watcher
from grokterm.console.text import plain

if TYPE_CHECKING:
    from grokterm.console.deeds import Undo

LATE_SECONDS = 3.0  # for so long after the start keys may be a late answer of the terminal
UNSEEN_SECONDS = 10.0  # how often the screen is drawn while the terminal has no focus
_LAST_WORDS = 1.0  # seconds for the watcher to write down what it has read


class Console(App[None]):
    """The terminal laboratory.

    Args:
        runs: the folder of experiments; it may not exist yet.
        open_at: the experiment to open on, or None for the history.
        memory: the view of the last time, and where to keep this one.
        clock: unix seconds; what ages are measured against.
        settings: moved keys, and what is wrong with the user's settings.
        shade: `dark` or `light`. few: the terminal has 16 colours.
        ascii: draw nothing but ASCII.
        late: the terminal hasn't said yet how light it is, and may still do so.
        greet: this is the very first time.
        said: something to say at the start.
        leave_by: called with an exit code when the process was told to end; ends it if it hasn't gone by itself soon.
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
        *,
        settings: Settings | None = None,
        shade: str = "",
        few: bool = False,
        ascii: bool = False,
        late: bool = False,
        greet: bool = False,
        said: tuple[str, ...] = (),
        leave_by: Callable[[int], None] = lambda code: None,
    ) -> None:
        self.settings = settings or Settings()
        use(self.settings.keys)
        self.COMMAND_PALETTE_BINDING = command("command_palette").key
        super().__init__()
        self.runs, self.clock, self.ascii = runs, clock, ascii
        self.memory = memory or Memory(None)
        self._few, self._leave_by = few, leave_by
        self._late = Late() if late else None
        self._greet, self._said = greet, (*said, *self.settings.problems)
        self._held: Snapshot | None = None
        self._last_filters = ([NoColour()] if self.no_color else []) + ([Ascii()] if ascii else [])
        for theme in THEMES:
            self.register_theme(theme)
        self.theme = theme_of(shade, self._few).name
        self._open_at = open_at
        self.watcher = Watcher(
            runs,
            lambda snapshot: self.post_message(self.Arrived(snapshot)),
            self._fail_later,
            clock,
        )
        self.undoing: list[Undo] = []  # what was done in this visit and can be taken back, the last one last

    @property
    def ink(self) -> Ink:
        """The colours of the theme in force, for what is drawn cell by cell."""
        return _ink(self.theme, self.ascii, self)

    def get_line_filters(self) -> Sequence[LineFilter]:
        """What is done to every line last; without colours that stands in place of Textual's greys."""
        return self._last_filters if self.no_color else [*super().get_line_filters(), *self._last_filters]

    def get_default_screen(self) -> Screen:
        """The history; everything that takes time happens in the watcher."""
        return Home(self._open_at or self.memory.open)

    def on_mount(self) -> None:
        """Begin to watch once something is on the screen."""
        self.set_keymap(dict(self.settings.keys))
        self.set_interval(1.0, self.memory.save)
        self.set_interval(UNSEEN_SECONDS, self._show_held)
        self._loop = asyncio.get_running_loop()
        for end in (signal.SIGHUP, signal.SIGTERM):
            signal.signal(end, self._told_to_leave)
        self.app_resume_signal.subscribe(self, lambda _: self.screen.refresh())  # back from the shell, on a bare screen
        if "GROKTERM_SERVER" in os.environ:
            self.set_interval(2.0, self._leave_with_server)
        self.call_after_refresh(self._begin)

    def _told_to_leave(self, number: int, _frame: object) -> None:
        """The terminal is gone, or somebody wants us gone: leave as if `q` had been pressed, at the latest soon.

        Whoever writes to a terminal that is gone may wait for ever, and then nothing of the loop runs any more; so this
        is a handler of the process and not of the loop, and `leave_by` sets the end.
        """
        self.memory.save()
        self._leave_by(128 + number)
        self._loop.call_soon_threadsafe(self.call_later, self.action_quit)

    def _begin(self) -> None:
        self.watcher.start()
        if self._late is not None:
            self.set_timer(LATE_SECONDS, self._stop_listening)
        for line in self._said:
            self.notify(plain(line), severity="warning", markup=False, timeout=10)

    def _leave_with_server(self) -> None:
        """A server that was killed can't say so."""
        if os.getppid() != int(os.environ["GROKTERM_SERVER"]):
            self.exit()

    def on_console_arrived(self, message: Arrived) -> None:
        """Fan a snapshot out: screens watch `snapshot`. Without focus that waits: see `UNSEEN_SECONDS`."""
        self._held = message.snapshot
        if self.app_focus or self.is_web or self.snapshot.loading:
            self._show_held()

    def watch_app_focus(self, focus: bool) -> None:
        """The terminal is looked at again: show what has come meanwhile."""
        if focus:
            self._show_held()

    def _show_held(self) -> None:
        if self._held is not None:
            self.snapshot, self._held = self._held, None
        if self._greet and not self.snapshot.loading:
            from grokterm.console.widgets.greeting import Greeting

            self._greet = False
            self.memory.remember(greeted=True)
            self.call_after_refresh(self.push_screen, Greeting())  # over the history, so after it

    async def on_event(self, event: events.Event) -> None:
        """Keep a late answer of the terminal from being taken for keys."""
        if self._late is None or not isinstance(event, events.Key) or not self._late.swallows(event.character):
            await super().on_event(event)
        elif self._late.shade and self.memory.theme is None:
            self.theme = theme_of(self._late.shade, self._few).name

    def _stop_listening(self) -> None:
        self._late = None

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
        shade = "light" if self.current_theme.dark else "dark"
        self.theme = theme_of(shade, self._few).name
        self.memory.remember(theme=shade)

    async def action_quit(self) -> None:
        """Leave. Workers are other processes and don't notice."""
        self.exit()

    def on_unmount(self) -> None:
        """However it ends: keep the view and stop reading."""
        self.memory.save()
        self.watcher.stop()
        if self.watcher.is_alive():
            self.watcher.join(_LAST_WORDS)

    def aside(self, work: Callable[..., None], *arguments: object, wait: bool = False) -> None:
        """Do `work` in a thread of its own. A mistake in it ends the console, as it does everywhere else.

        Args:
            wait: leaving the console waits for it.
        """

        def watched() -> None:
            try:
                work(*arguments)
            except BaseException as error:  # noqa: BLE001 - raised again where it ends the console
                self._fail_later(error)

        threading.Thread(target=watched, name="aside", daemon=not wait).start()

    def _fail_later(self, error: BaseException) -> None:
        """From any thread. (`call_from_thread` would hand the error back to the thread, where nobody sees it.)"""
        self.call_later(self._fail, error)

    def _fail(self, error: BaseException) -> None:
        raise error


@lru_cache(maxsize=4)
def _ink(theme: str, ascii: bool, app: App) -> Ink:
    return ink(app.get_theme(theme) or DARK, ascii)


def farewell(snapshot: Snapshot) -> str:
    """What still trains when the console is left, or "": leaving it stops nothing."""
    live = [line.name for line in snapshot.history if line.state is not None and line.state.live]
    if not live:
        return ""
    names = ", ".join(plain(name) for name in live[:3]) + (f" and {len(live) - 3} more" if len(live) > 3 else "")
    return f"{names}: still training, without the console. `grokterm` shows it again."
