"""From a command to the console on the screen: what the user wants, what the terminal can do, and then the app."""

import gc
import os
import sys
import threading
from dataclasses import dataclass
from pathlib import Path

from grokterm.console import plainascii, terminal
from grokterm.console.background import ask, shade_from_environment
from grokterm.console.memory import Memory
from grokterm.console.settings import Settings, load_settings
from grokterm.places import check_listable

LOADED_SECONDS = 5.0  # until all that the usual screens need has been imported
LAST_SECONDS = 3.0  # to leave in order, once the terminal is gone


@dataclass(frozen=True)
class Wishes:
    """What the command line says; None where it says nothing.

    Attributes:
        theme: `dark`, `light` or `auto`.
        mouse: False leaves the mouse to the terminal.
    """

    theme: str | None = None
    mouse: bool | None = None


def open_console(runs: Path, open_at: str | None = None, wishes: Wishes | None = None) -> None:
    """Open the console and return when it is left. What is still training then is said on standard error.

    Args:
        runs: the folder of experiments.
        open_at: the name of an experiment to open on.

    Raises:
        BadInput: the terminal can't draw it, or `runs` is no folder.
    """
    if "TEXTUAL_DRIVER" not in os.environ:  # a shell that exports these would fix the size, whatever the window's
        os.environ.pop("COLUMNS", None), os.environ.pop("LINES", None)
    terminal.refuse_if_unable()
    check_listable(Path(runs))
    wishes, settings, memory = wishes or Wishes(), load_settings(), Memory.load(Path(runs))
    os.environ[terminal.COLOURS] = terminal.colours()  # before Textual is imported, which reads it then
    if wishes.theme is not None:
        memory.remember(theme=None if wishes.theme == "auto" else wishes.theme)
    said = _decided(memory, settings)
    shade, late = (said, False) if said else ask(_load)
    from grokterm.console.app import Console
    from grokterm.console.leaving import farewell

    why = plainascii.locale_without_unicode()
    app = Console(
        Path(runs),
        open_at,
        memory,
        settings=settings,
        shade=shade or shade_from_environment() or "dark",
        few=terminal.colours() == "standard",
        ascii=plainascii.wanted(settings.ascii),
        late=late,
        greet=not memory.greeted,
        said=_told(settings, why),
        leave_by=_end_soon,
    )
    _spare_what_stays()
    app.run(mouse=settings.mouse if wishes.mouse is None else wishes.mouse)
    words = farewell(app.snapshot)
    if words and "TEXTUAL_DRIVER" not in os.environ:  # in a browser nobody would read it
        print(words, file=sys.stderr)
    if app.return_code:
        raise SystemExit(app.return_code)


def _spare_what_stays() -> None:
    """Keep the collector of garbage from going through all that was imported: that holds everything for 30 ms."""
    spare = threading.Timer(LOADED_SECONDS, gc.freeze)
    spare.daemon = True
    spare.start()


def _end_soon(code: int) -> None:
    """End the process in a few seconds, whatever it waits for then: nothing that is kept depends on it."""
    end = threading.Timer(LAST_SECONDS, os._exit, (code,))
    end.daemon = True
    end.start()


def _decided(memory: Memory, settings: Settings) -> str:
    """The theme that somebody has chosen, or "" where the terminal is to be asked."""
    for said in (memory.theme, settings.theme):
        if said and said != "auto":
            return "light" if "light" in said else "dark"
    return ""


def _told(settings: Settings, why: str) -> tuple[str, ...]:
    if why and settings.ascii is None and plainascii.ENVIRONMENT not in os.environ:
        return (f"Plain ASCII, because of {why}. `grokterm --no-ascii` shows all signs.",)
    return ()


def _load() -> None:
    """The slow part of the start, which goes on while the terminal thinks about its answer."""
    import grokterm.console.app  # noqa: F401
