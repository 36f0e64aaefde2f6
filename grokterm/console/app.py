"""The app: theme, keys, first screen, and the one place where snapshots arrive. What an experiment is, screens know."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.app import App
from textual.filter import LineFilter
from textual.message import Message
from textual.reactive import var
from textual.screen import Screen

from grokterm.console.asides import Asides
from grokterm.console.background import Late
from grokterm.console.commands import FORM, command, told, use
from grokterm.console.filters import Ascii, NoColour
from grokterm.console.inorder import InOrder
from grokterm.console.keeping import Keeping
from grokterm.console.leaving import Leaving
from grokterm.console.look import DARK, THEMES, Ink, ink, theme_of
from grokterm.console.memory import Memory
from grokterm.console.notices import Telling
from grokterm.console.palette import Calling
from grokterm.console.screens.home import Home
from grokterm.console.settings import Settings
from grokterm.console.snapshot import EMPTY, Snapshot, Watcher
from grokterm.console.text import plain_lines
from grokterm.names import short_name

if TYPE_CHECKING:
    from grokterm.console.deeds import Undo

LATE_SECONDS = 3.0  # for so long after the start keys may be a late answer of the terminal
UNSEEN_SECONDS = 10.0  # how often the screen is drawn while the terminal has no focus
_LAST_WORDS = 1.0  # seconds for the watcher to write down what it has read


class Console(InOrder, Telling, Asides, Leaving, Keeping, Calling):
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
    CSS_PATH: ClassVar = ["tokens.tcss", "screens/home.tcss"]  # a default screen's own isn't loaded by itself
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
        use(self.settings.keys, arrows=not ascii)
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
            self.fail_later,
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
        self.set_interval(1.0, self.keep)
        self.set_interval(UNSEEN_SECONDS, self._show_held)
        self.leave_when_told(self._leave_by)
        self.app_resume_signal.subscribe(self, lambda _: self.screen.refresh())  # back from the shell, on a bare screen
        self.call_after_refresh(self._begin)

    def _begin(self) -> None:
        self.watcher.start()
        if self._late is not None:
            self.set_timer(LATE_SECONDS, self._stop_listening)
        for line in self._said:
            self.notify(plain_lines(line), severity="warning", timeout=10)

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
            behind = "" if isinstance(self.screen, Home) else self.watcher.wanted or ""
            self.call_after_refresh(self.push_screen, Greeting(short_name(behind)))  # over the page, so after it

    async def on_event(self, event: events.Event) -> None:
        """Keep a late answer of the terminal from being taken for keys."""
        if self._late is None or not isinstance(event, events.Key) or not self._late.swallows(event.character):
            await super().on_event(event)
        elif self._late.shade and self.memory.theme is None:
            self.theme = theme_of(self._late.shade, self._few).name

    def _stop_listening(self) -> None:
        self._late = None

    def action_theme(self) -> None:
        """Dark becomes light and light becomes dark."""
        shade = "light" if self.current_theme.dark else "dark"
        self.theme = theme_of(shade, self._few).name
        self.memory.remember(theme=shade)

    def action_help_quit(self) -> None:
        """Ctrl-C, which ends other programs."""
        writing = getattr(self.screen, "SCOPE", "") == FORM  # where a letter is only a letter
        way = "{back} leaves the form, and {quit} then" if writing else "{quit} leaves"
        self.notify(told(f"{way} the console; what trains goes on"))

    async def action_quit(self) -> None:
        """Leave. Workers are other processes and don't notice."""
        self.exit()

    def on_unmount(self) -> None:
        """However it ends: keep the view and stop reading."""
        self.memory.save()
        self.watcher.stop()
        if self.watcher.is_alive():
            self.watcher.join(_LAST_WORDS)


@lru_cache(maxsize=4)
def _ink(theme: str, ascii: bool, app: App) -> Ink:
    return ink(app.get_theme(theme) or DARK, ascii)
