"""Help: every key from the one table, what has focus first, and what the signs mean. `/` searches it."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Input, Static

from grokterm.console.commands import (
    ABOUT,
    APP,
    COMPARE,
    EXPERIMENT,
    FORM,
    HELP,
    HOME,
    NEW,
    PLACES,
    Command,
    bindings,
    commands_in,
    key_name,
    writes,
)
from grokterm.console.look import MARKED, MARKERS, STATES, Ink, state_look
from grokterm.console.screens.page import Page
from grokterm.console.screens.parts import title_line
from grokterm.console.snapshot import Snapshot
from grokterm.console.text import fold
from grokterm.console.widgets.filterline import FilterLine
from grokterm.console.widgets.keybar import KeyBar

_SIGNS = (
    ("─ ┄", "solid and dotted: test and train, or what a chart's title line says"),
    ("⠡⠡", "shaded: from the smallest to the largest seed of the arm"),
    ("m● g●", "half of the arm's runs have memorised (m), grokked for good (g)"),
    ("i●", "an intervention in the arm's runs, at its median step"),
    ("f●", "a fork, from which on other values are set for the arm"),
    ("3/4", "three of four runs; the median time stands beside it, or – while fewer than half are there"),
    (" ".join(MARKERS), "the arms, in their order; the markers come again after eight, in other colours"),
    ("┊", "the step of a milestone"),
    ("▴ ▾", "on a chart: the curve goes on beyond its edge; the title says how far"),
    ("›", "the arm that has the keys, or the row at the cursor"),
    (MARKED, "marked: deeds and comparisons are about all that are marked"),
    ("★", "starred, before the name of an experiment"),
    ("▾ ▸", "a group of experiments, unfolded or folded"),
    ("▲ ▼", "behind the title of a column: sorted by it, turned round or as usual"),
    ("≠", "a field that isn't the same in all arms, or that a fork has changed"),
    ("•", "a field of the form that was changed"),
    ("✖ ! ✔ ·", "a mistake, a warning, a success, and anything else that is told"),
    ("–", "no value: not reached, or not recorded"),
    ("…", "words left out for want of room"),
)
_KEYS = 15  # cells for the keys and the blank behind them
_TYPED = "While a line is written, letters are letters"


@dataclass(frozen=True)
class Section:
    """A heading and its lines: (keys or sign, meaning, tone)."""

    heading: str
    lines: tuple[tuple[str, str, str], ...]


class Help(Page):
    """All keys. It closes with Esc.

    Args:
        scope: the screen that it was asked on.
        focused: what had focus there.
        obstacle: why an action can't be done there; see `Page.obstacle`.
    """

    SCOPE = HELP
    BINDINGS = bindings(HELP)
    CSS_PATH = "help.tcss"
    AUTO_FOCUS = "VerticalScroll"

    def __init__(
        self, scope: str, focused: Widget | None = None, obstacle: Callable[[str], str] = lambda action: ""
    ) -> None:
        super().__init__()
        self._sections = sections(scope, focused, obstacle)

    def compose(self) -> ComposeResult:
        """One scrolling text, and a line to search it."""
        yield Static(id="title", markup=False)
        with VerticalScroll():
            yield Static(id="body", markup=False)
        yield FilterLine("a key, or words of what it does", stays=True)
        yield KeyBar(HELP)

    def on_resize(self) -> None:
        """Sentences are folded for the width."""
        self.show(self.app.snapshot)

    def focus_name(self) -> str | None:
        """Help leaves the watcher where it was."""
        return self.app.snapshot.focus

    def show(self, snapshot: Snapshot) -> None:
        """Write the text; it depends on theme, width and what is searched for."""
        wanted = self.query_one(FilterLine).text
        found = matching(self._sections, wanted)
        self.put("#title", title_line("Help", f"{wanted!r} " if wanted else "", self.size.width, self.app.ink))
        none = f" Nothing here speaks of “{wanted}”."
        self.put("#body", written(found, self.size.width, self.app.ink) if found else Text(none))

    def action_filter(self) -> None:
        """Search."""
        self.query_one(FilterLine).open()

    def on_filter_line_sifted(self) -> None:
        """Search while typing."""
        self.show(self.app.snapshot)

    def on_filter_line_left(self) -> None:
        """Keep what was found, and scroll with the keys again."""
        self.query_one(VerticalScroll).focus()

    def action_back(self) -> None:
        """Everything again; then back to where help was asked for."""
        line = self.query_one(FilterLine)
        if line.display:
            line.clear()
            self.query_one(VerticalScroll).focus()
        else:
            super().action_back()

    def action_help(self) -> None:
        """The same key closes it again."""
        super().action_back()


def sections(
    scope: str, focused: Widget | None = None, obstacle: Callable[[str], str] = lambda action: ""
) -> tuple[Section, ...]:
    """What has focus, what can be done on the screen `scope` and why the rest can't, the others, signs and states."""
    parts = []
    if focused is not None and (own := _own(focused)):
        parts.append(Section(_title(focused), own))
    typing = scope == FORM or isinstance(focused, Input)
    here, told, elsewhere = [], set(), {}
    for entry in commands_in(scope, APP):
        why = obstacle(entry.method.removeprefix("action_"))
        usable = replace(entry, key=_while_typing(entry)) if typing else entry
        if not why and usable.key:
            here.append(usable)
            told.add(entry.id)
        elif why or APP not in entry.where:
            elsewhere.setdefault(why or _TYPED, []).append(entry)
            told.add(entry.id)
    for subject in sorted(ABOUT, key=lambda subject: scope == HOME and subject == "curves"):  # there they come last
        heading = ABOUT[subject]
        lines = [entry for entry in here if entry.about == subject and APP not in entry.where]
        parts += _section(f"{PLACES[scope]}: {heading[0].lower()}{heading[1:]}", lines)
    parts += _section(PLACES[APP], [entry for entry in here if APP in entry.where])
    for why, entries in elsewhere.items():
        parts += _section(f"Not now. {why}", entries)
    for place in (APP, HOME, NEW, FORM, EXPERIMENT, COMPARE):
        entries = [entry for entry in commands_in(place) if entry.id not in told]
        told |= {entry.id for entry in entries}
        parts += _section("Everywhere else" if place == APP else PLACES[place], entries)
    parts.append(Section("Signs", tuple((sign, meaning, "") for sign, meaning in _SIGNS)))
    looks = [state_look(name) for name in STATES]
    parts.append(Section("States", tuple((f"{o.glyph} {o.word}", o.next_step or "training", o.tone) for o in looks)))
    return tuple(parts)


def _section(heading: str, entries: list[Command]) -> list[Section]:
    return [Section(heading, tuple((e.shown_keys, e.help, "") for e in entries))] if entries else []


def _while_typing(entry: Command) -> str:
    """Those of its keys that a line of text leaves alone; it takes characters and what moves about in it."""
    taken = {key for binding in Input.BINDINGS for key in binding.key.split(",")}
    return ",".join(key for key in entry.key.split(",") if key not in taken and not writes(key))


def _title(focused: Widget) -> str:
    return (focused.HELP or "").strip().partition("\n")[0] or "What has focus"


def _own(focused: Widget) -> tuple[tuple[str, str, str], ...]:
    """The keys that the focused widget, and what it lies in, have for themselves; those with a description."""
    lines = []
    for widget in focused.ancestors_with_self:
        if not isinstance(widget, Widget) or isinstance(widget, Screen):
            break
        declared = [entry for entry in widget.__class__.__dict__.get("BINDINGS", ()) if isinstance(entry, Binding)]
        for entry in declared:
            if entry.description and not entry.system:
                keys = " ".join(key_name(key.strip()) for key in entry.key.split(","))
                lines.append((keys, entry.description, ""))
    return tuple(lines)


def matching(parts: tuple[Section, ...], wanted: str) -> tuple[Section, ...]:
    """The lines that hold every word of `wanted`; a single character is a key."""
    words = wanted.lower().split()
    if not words:
        return parts

    def fits(line: tuple[str, str, str], heading: str) -> bool:
        if len(wanted.strip()) == 1:
            return wanted.strip() in line[0].split()
        return all(word in f"{line[0]} {line[1]} {heading}".lower() for word in words)

    found = [Section(part.heading, tuple(line for line in part.lines if fits(line, part.heading))) for part in parts]
    return tuple(part for part in found if part.lines)


def written(parts: tuple[Section, ...], width: int, ink: Ink) -> Text:
    """The sections as text, with meanings folded beside their keys."""
    text = Text(no_wrap=True)
    for part in parts:
        heading = fold(part.heading, max(20, width - 1), " ", " ")
        text.append(f"{chr(10) if text else ''}{heading}\n", f"bold {ink.accent}")
        for sign, meaning, tone in part.lines:
            head = f"   {sign:<{_KEYS - 1}} "
            text.append(head, ink.tone(tone) if tone else ink.foreground)
            folded = fold(meaning, max(20, width - 2), " " * len(head), " " * (_KEYS + 3))
            text.append(f"{folded[len(head) :]}\n", ink.muted)
    return text
