"""Help: every key from the one table, the screen's own first, and what the signs mean."""

from rich.text import Text
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.widgets import Static

from grokterm.console.commands import APP, COMPARE, EXPERIMENT, FORM, HELP, HOME, NEW, PLACES, commands_in
from grokterm.console.look import STATES, Ink
from grokterm.console.screens.page import Page
from grokterm.console.snapshot import Snapshot
from grokterm.console.widgets.keybar import KeyBar

_SIGNS = (
    ("─ ┄", "solid and dotted: test and train, or what a chart's title line says"),
    ("⠡⠡", "shaded: from the smallest to the largest seed of the arm"),
    ("m● g●", "half of the arm's runs have memorised (m), grokked for good (g)"),
    ("3/4", "three of four runs; the median time stands beside it, or – while fewer than half are there"),
    ("◆", "marked for a comparison"),
)


class Help(Page):
    """All keys. It closes with Esc."""

    SCOPE = HELP
    CSS_PATH = "help.tcss"

    def __init__(self, scope: str) -> None:
        super().__init__()
        self._from = scope

    def compose(self) -> ComposeResult:
        """One scrolling text."""
        yield Static(Text(" Help"), id="title")
        with VerticalScroll():
            yield Static(id="body")
        yield KeyBar(HELP)

    def focus_name(self) -> str | None:
        """Help leaves the watcher where it was."""
        return self.app.snapshot.focus

    def show(self, snapshot: Snapshot) -> None:
        """Write the text; it depends on the theme only."""
        self.put("#body", help_text(self._from, self.app.ink))


def help_text(scope: str, ink: Ink) -> Text:
    """The keys of `scope`, then those of the other screens, then the signs and states."""
    text = Text(no_wrap=False)
    places = [scope, APP, *(place for place in (HOME, NEW, FORM, EXPERIMENT, COMPARE) if place != scope)]
    for place in dict.fromkeys(places):
        entries = commands_in(place)
        if place in PLACES and entries:
            _heading(text, PLACES[place], ink)
            for entry in entries:
                _line(text, entry.shown_key, f"{entry.help}", ink)
    _heading(text, "Signs", ink)
    for sign, meaning in _SIGNS:
        _line(text, sign, meaning, ink)
    _heading(text, "States", ink)
    for look in STATES.values():
        _line(text, f"{look.glyph} {look.word}", look.next_step or "training", ink, ink.tone(look.tone))
    return text


def _heading(text: Text, words: str, ink: Ink) -> None:
    text.append(f"{chr(10) if text else ''} {words}\n", f"bold {ink.accent}")


def _line(text: Text, left: str, right: str, ink: Ink, colour: str | None = None) -> None:
    text.append(f"   {left:<11}", colour or ink.foreground)
    text.append(f"{right}\n", ink.muted)
