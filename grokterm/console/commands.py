"""Every command of the console, once. Keys, footer, palette, help screen and remapping all read this table.

A command is carried out by the method `action_<id>` of the screen in whose scope it is; every full screen has the scope
`app` as well.
To add one: a line here and that method. To move a key: a line in the user's `console.toml` (see `settings`), which
`use` puts into the table, so that every surface tells the new key.

Rows are walked with `j k` as with the arrows, and a value cursor with `h l`; so to stop is `K` and not `k`.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from textual.binding import Binding

APP, HOME, NEW, FORM, EXPERIMENT, COMPARE, HELP = "app", "home", "new", "form", "experiment", "compare", "help"
QUEUE, FORK, WRITE, DIFFERENCE = "queue", "fork", "write", "difference"
QUESTION, LINE = "question", "line"
DIALOGS = (QUESTION, LINE, WRITE, FORK)  # small windows over a page: the commands of every page don't apply there
PLACES = {
    APP: "Everywhere",
    HOME: "History",
    NEW: "New experiment",
    FORM: "The form of a new experiment",
    EXPERIMENT: "Experiment",
    COMPARE: "Comparison",
    QUEUE: "Devices and queue",
    FORK: "A fork",
    HELP: "Help",
    QUESTION: "A question",
    LINE: "A line of text",
    WRITE: "Writing charts",
    DIFFERENCE: "Differences",
}


@dataclass(frozen=True)
class Command:
    """One thing the user can do.

    Attributes:
        id: the name of the action, of the binding and of the entry in a keymap.
        key: Textual's name of the key, or several separated by commas.
        label: one or two words for the footer and the palette.
        help: a sentence.
        where: the scopes it applies in.
        rank: its place in the footer after `FIRST`; higher ranks are left out first, 0 is never shown.
        action: what Textual calls, where it isn't the method `action_<id>` without arguments.
        about: what it does something to, one of `ABOUT`; help tells these together.
    """

    id: str
    key: str
    label: str
    help: str
    where: tuple[str, ...]
    rank: int = 0
    action: str = ""
    about: str = ""

    @property
    def method(self) -> str:
        """The name of the method that carries it out."""
        return f"action_{(self.action or self.id).partition('(')[0]}"

    @property
    def shown_key(self) -> str:
        """The (first) key as it is printed on the keyboard."""
        return key_name(self.key.split(",")[0])

    @property
    def shown_keys(self) -> str:
        """All of its keys, as they are printed on the keyboard."""
        return " ".join(key_name(key) for key in self.key.split(","))


def key_name(key: str) -> str:
    """Textual's name of a key as it is printed on the keyboard: `?`, `Ctrl-S`, `Shift ←`."""
    if key in _ARROWS and not _arrows:
        return key.capitalize()
    if key in _KEY_NAMES:
        return _KEY_NAMES[key]
    modifier, plus, rest = key.partition("+")
    if plus and modifier in _MODIFIERS:
        name = key_name(rest)
        return _MODIFIERS[modifier] + (name.upper() if len(name) == 1 else name)
    return key.upper() if re.fullmatch(r"f\d+", key) else key


_KEY_NAMES = {
    "question_mark": "?",
    "slash": "/",
    "escape": "Esc",
    "enter": "Enter",
    "space": "Space",
    "tab": "Tab",
    "plus": "+",
    "minus": "-",
    "left_square_bracket": "[",
    "right_square_bracket": "]",
    "less_than_sign": "<",
    "greater_than_sign": ">",
    "asterisk": "*",
    "left": "←",
    "right": "→",
    "up": "↑",
    "down": "↓",
    "home": "Home",
    "end": "End",
    "pageup": "PgUp",
    "pagedown": "PgDn",
    "delete": "Del",
    "equals_sign": "=",
    "comma": ",",
    "full_stop": ".",
}
_ARROWS = ("left", "right", "up", "down")
_arrows = True
_MODIFIERS = {"ctrl": "Ctrl-", "shift": "Shift ", "alt": "Alt-", "super": "Super-"}

_ONE = (HOME, EXPERIMENT)  # screens with one experiment, or several marked ones, to do something to
_LIVE = (*_ONE, QUEUE)
_CHARTS = (EXPERIMENT, COMPARE)
_CURVES = (EXPERIMENT, COMPARE, HOME)  # the preview of the history has curves too

_DIFFERING = (*_ONE, COMPARE, DIFFERENCE)

# What commands do something to, as help groups them: what is looked at first comes first.
ABOUT = {
    "focus": "What has focus",
    "curves": "Curves",
    "history": "The history",
    "experiments": "Experiments",
    "tabs": "Tabs",
    "start": "A new experiment",
    "all": "Everywhere",
}


def _about(subject: str, *entries: Command) -> tuple[Command, ...]:
    return tuple(replace(entry, about=subject) for entry in entries)


# fmt: off
COMMANDS = (
    *_about("focus",
    Command("open", "enter", "open", "Open what is highlighted; a chart fills the screen.", (HOME, QUEUE, *_CHARTS), 1),
    Command("next_pane", "tab", "next pane", "To the next pane or chart.", (HOME, NEW, *_CHARTS), 9),
    Command("filter", "slash", "filter", "Filter what has focus.", (HOME, NEW, DIFFERENCE, *_CHARTS, HELP), 5),
    Command("mark", "space", "mark", "Mark or unmark; marked ones are acted on together.", (HOME,), 4),
    Command("toggle", "space", "show/hide", "Show or hide the curves of the highlighted arm.", _CHARTS, 7),
    Command("all", "a", "all/none", "All of them, or none: marks in the history, arms on charts.", _CURVES, 12),
    ),
    *_about("experiments",
    Command("new", "n", "new", "Choose a preset and start an experiment from it.", (HOME, *_CHARTS, QUEUE), 2),
    Command("compare", "c", "compare", "Compare the marked experiments, or the arms of this one.", _ONE, 3),
    Command("difference", "d", "difference", "Where marked experiments, or arms, differ.", _DIFFERING, 11),
    Command("pause", "p", "pause/go on", "Pause what runs; let go on what is paused, stopped or lost.", _LIVE, 2),
    Command("stop", "K", "stop", "Write a checkpoint and end the worker. Asks first.", _LIVE, 6),
    Command("park", "P", "park", "Checkpoint, then leave the device to others; it can go on later.", _LIVE, 13),
    Command("checkpoint", "C", "checkpoint", "Write a checkpoint now, one that is kept.", _LIVE, 14),
    Command("fork", "f", "fork", "A new experiment from a checkpoint of this one, with changed fields.", _LIVE, 13),
    Command("repeat", "R", "repeat", "The same experiment again with new seeds.", _LIVE, 13),
    Command("note", "t", "note/tags", "Write a note; #word adds a tag, -#word takes it away.", _ONE, 8),
    ),
    *_about("history",
    Command("sort", "o", "sort", "Sort by the next column.", (HOME,), 10),
    Command("reverse", "O", "reverse", "Sort the other way round.", (HOME,), 15),
    Command("group", "G", "group", "Group by preset, state, tag, or not at all.", (HOME,), 11),
    Command("star", "asterisk", "star", "Star, or take the star away.", (HOME,), 15),
    Command("archive", "A", "archive", "Out of the history or back; archived=yes shows them.", (HOME,), 16),
    Command("bin", "D,delete", "bin", "Into the bin of the runs folder. Asks first; can be taken back.", (HOME,), 15),
    Command("undo", "u", "undo", "Take back the last star, archive, tag or bin.", (HOME,), 14),
    Command("earlier", "less_than_sign", "earlier", "The highlighted one a place forward in the line.", _LIVE, 17),
    Command("later", "greater_than_sign", "later", "The highlighted one a place back in the line.", _LIVE, 17),
    Command("queue", "Q", "queue", "What holds the devices, and what waits for them.", _ONE, 12),
    ),
    *_about("curves",
    Command("log_y", "y", "log y", "The y axes: automatic (log for the loss), all log, all linear.", _CURVES, 4),
    Command("log_x", "x", "log x", "The x axes: linear or logarithmic.", _CURVES, 4),
    Command("axis", "X", "x axis", "x is step, epoch, wall time or the integral of lambda.", _CURVES, 10),
    Command("seeds", "g", "seeds", "Seeds as median and band, all of them, or one at a time.", _CURVES, 5),
    Command("smoother", "s", "smoother", "Smooth more; the raw curve stays, dimmed.", _CURVES, 10),
    Command("rougher", "S", "rougher", "Smooth less.", _CURVES, 18),
    Command("isolate", "i", "isolate", "Only the highlighted arm, or all of them again.", _CHARTS, 12),
    Command("zoom_in", "plus,equals_sign", "zoom", "Half as much of the x axis, around the cursor.", _CHARTS, 8),
    Command("zoom_out", "minus", "zoom out", "Twice as much of the x axis.", _CHARTS, 18),
    Command("pan_left", "left_square_bracket", "left", "A quarter of the window to the left.", _CHARTS, 18),
    Command("pan_right", "right_square_bracket", "right", "A quarter of the window to the right.", _CHARTS, 18),
    Command("whole", "0", "whole", "The whole x axis again.", _CHARTS, 18),
    Command("cursor_left", "left,h", "cursor", "The value cursor to the left.", _CHARTS, 9, "cursor(-1)"),
    Command("cursor_right", "right,l", "cursor right", "The value cursor to the right.", _CHARTS, 0, "cursor(1)"),
    Command("cursor_far_left", "shift+left,H", "far left", "The cursor far to the left.", _CHARTS, 0, "cursor(-10)"),
    Command("cursor_far_right", "shift+right,L", "far right", "The cursor far to the right.", _CHARTS, 0, "cursor(10)"),
    Command("cursor_first", "home", "first", "The cursor to the left edge.", _CHARTS, 0, "cursor(-1000000)"),
    Command("cursor_last", "end", "last", "The cursor to the right edge.", _CHARTS, 0, "cursor(1000000)"),
    Command("arm_up", "up,k", "arm above", "Highlight the arm above.", _CHARTS, 0, "arm(-1)"),
    Command("arm_down", "down,j", "arm below", "Highlight the arm below.", _CHARTS, 0, "arm(1)"),
    Command("table", "m", "table", "Numbers in place of charts, and back.", _CHARTS, 11),
    Command("pen", "M", "pen", "Curves as braille dots, half blocks, dots or plain ASCII.", _CURVES, 19),
    Command("side_by_side", "v", "side by side", "The arms side by side, or overlaid.", (COMPARE,), 5),
    Command("write", "w", "write", "Write the chart in view as SVG, PNG, CSV or JSON.", _CHARTS, 7),
    ),
    *_about("tabs",
    Command("tab_charts", "1", "charts", "Charts.", (EXPERIMENT,), 20, "tab('charts')"),
    Command("tab_comparison", "2", "comparison", "Arms against each other.", (EXPERIMENT,), 20, "tab('comparison')"),
    Command("tab_probes", "3", "probes", "Every other recorded column.", (EXPERIMENT,), 20, "tab('probes')"),
    Command("tab_configuration", "4", "configuration", "The fields.", (EXPERIMENT,), 20, "tab('configuration')"),
    Command("tab_log", "5", "log", "Events and the worker's words.", (EXPERIMENT,), 20, "tab('log')"),
    Command("tab_system", "6", "system", "Machine, versions, memory, checkpoints.", (EXPERIMENT,), 20, "tab('system')"),
    ),
    *_about("start",
    Command("start", "enter", "start", "Start it in a worker; it waits while the device is busy.", (NEW,), 1),
    Command("edit", "e", "change", "Change fields, arms and seeds before it starts.", (NEW,), 2),
    Command("measure", "m", "time it", "Measure how long a step takes here, for the estimate.", (NEW,), 3),
    Command("small", "s", "small", "The small form, which ends in a minute or two, or the whole again.", (NEW,), 4),
    Command("device", "d", "device", "The next device: auto, the CPU, each GPU.", (NEW,), 5),
    Command("launch", "f5", "start", "Start what the form describes.", (FORM,), 1),
    Command("save", "ctrl+s", "save", "Keep the form as a preset of your own.", (FORM,), 2),
    Command("field_down", "down,tab", "next field", "The next field.", (FORM,), 0, "field(1)"),
    Command("field_up", "up,shift+tab", "field before", "The field before.", (FORM,), 0, "field(-1)"),
    Command("section_down", "pagedown", "section", "The next section or arm.", (FORM,), 9, "section(1)"),
    Command("section_up", "pageup", "section before", "The section or arm before.", (FORM,), 0, "section(-1)"),
    Command("copy_arm", "f3", "copy arm", "One more arm, like the one the cursor is in.", (FORM,), 7),
    Command("vary", "f4", "for one arm", "Set the field for one arm only; asks which.", (FORM,), 6),
    Command("as_it_was", "f7", "as it was", "Back to the value that the preset has.", (FORM,), 8),
    Command("remove", "f8", "remove", "Take away the value, the arm's field, the arm or the axis.", (FORM,), 5),
    Command("take_back", "ctrl+z", "undo", "Take back the last change.", (FORM,), 4),
    Command("next_device", "f9", "device", "The next device: auto, the CPU, each GPU.", (FORM,), 4, "device"),
    Command("time_it", "f6", "time it", "Measure how long a step takes here, for the estimate.", (FORM,), 3),
    ),
    *_about("all",
    Command("reread", "r", "re-read", "Read the folders again now.", (APP,), 9),
    Command("theme", "T", "light/dark", "The light or the dark theme.", (APP,), 20),
    Command("suspend", "ctrl+z", "shell", "To the shell; `fg` comes back.", (*_ONE, COMPARE), 0),
    Command("back", "escape", "back", "One layer back. Never leaves the console.", (APP,), 7),
    Command("help", "question_mark,f1", "help", "Show every key, and what the signs mean.", (APP,), 1),
    Command("quit", "q", "leave", "Leave the console. Workers go on.", (APP,), 3),
    Command("yes", "y", "yes", "Do it.", (QUESTION,), 1),
    Command("no", "n,escape", "no", "Leave everything as it is.", (QUESTION,), 2),
    Command("write_marked", "enter", "write", "Write in the form that is marked.", (WRITE,), 1, "write"),
    Command("form_above", "up", "form above", "Mark the form above.", (WRITE,), 0, "mark(-1)"),
    Command("form_below", "down", "form below", "Mark the form below.", (WRITE,), 0, "mark(1)"),
    Command("write_svg", "s", "SVG", "A picture that scales.", (WRITE,), 1, "form('svg')"),
    Command("write_png", "p", "PNG", "A picture of dots.", (WRITE,), 1, "form('png')"),
    Command("write_csv", "c", "CSV", "The recorded numbers as a table.", (WRITE,), 1, "form('csv')"),
    Command("write_json", "j", "JSON", "The recorded numbers as JSON.", (WRITE,), 1, "form('json')"),
    Command("rename", "tab", "name", "Another name for the file.", (WRITE,), 2),
    Command("accept", "enter", "ok", "Do it with what is written.", (LINE,), 1),
    Command("make", "enter", "fork", "Make the fork and start it.", (FORK,), 1, "accept"),
    Command("up", "up", "later", "The checkpoint above.", (FORK,), 3),
    Command("down", "down", "earlier", "The checkpoint below.", (FORK,), 3),
    Command("cancel", "escape", "cancel", "Forget what is written.", (LINE, WRITE, FORK), 3),
    Command("command_palette", "ctrl+p", "commands", "Every command by its name.", (APP,), 0),
    ),
)
# fmt: on


# What a newcomer needs, in the order of importance: these come first in the footer, the others follow by rank.
_LOOKING = ("whole", "log_y", "log_x", "cursor_left", "zoom_in", "table")
FIRST = {
    APP: ("help", "quit"),
    HOME: ("open", "new", "mark", "compare", "filter", "pause", "stop", "note", "sort", "queue", "undo", "difference"),
    EXPERIMENT: ("back", "pause", "seeds", *_LOOKING, "compare", "stop", "write"),
    COMPARE: ("back", "side_by_side", "seeds", *_LOOKING, "difference", "write"),
    NEW: ("start", "edit", "small", "measure", "device", "filter", "back"),
    FORM: ("launch", "save", "time_it", "next_device", "back"),
    HELP: ("filter", "back"),
    QUEUE: ("open", "pause", "earlier", "later", "park", "stop", "back"),
}

_table = COMMANDS


def use(keys: Mapping[str, str], *, arrows: bool = True) -> None:
    """Put other keys into the table, for the whole process: `{id: keys separated by commas}`. {} brings back its own.

    Args:
        arrows: the terminal can draw arrows. In ASCII `←` would be told as `<`, which is a key too: so it is `Left`.

    Only the table is changed; Textual dispatches by `App.set_keymap`, which is given the same.
    """
    global _arrows, _table
    _arrows = arrows
    _table = tuple(replace(entry, key=keys.get(entry.id, entry.key)) for entry in COMMANDS)


def commands_in(*scopes: str) -> tuple[Command, ...]:
    """The commands of any of these scopes, in the order of the table."""
    return tuple(command for command in _table if set(scopes) & set(command.where))


def command(name: str) -> Command:
    """The command called `name`."""
    return next(entry for entry in _table if entry.id == name)


def told(words: str) -> str:
    """`words` with the key of a command where its id stands in braces: `{pause} goes on` reads `p goes on`."""
    return re.sub(r"\{(\w+)\}", lambda match: command(match[1]).shown_key, words)


def bindings(scope: str) -> list[Binding]:
    """What a screen (or the app) puts into its `BINDINGS`. Moved keys come from the app's keymap."""
    return [
        Binding(entry.key, entry.action or entry.id, entry.label, show=False, id=entry.id, tooltip=entry.help)
        for entry in COMMANDS
        if scope in entry.where and entry.id != "command_palette"
    ]


def footer(
    scope: str, width: int, offered: Callable[[Command], bool | None] = lambda entry: True
) -> tuple[Command, ...]:
    """As many commands as fit into `width` cells, the least needed left out first; help and leaving stay.

    Args:
        offered: whether a command can be given now.
    """
    scopes = (scope,) if scope in DIALOGS else (scope, APP)
    shown = {entry.id: entry for entry in commands_in(*scopes) if entry.rank and offered(entry)}
    if scope == FORM:  # there letters are written
        typed = {entry.id for entry in shown.values() if APP in entry.where and not _never_typed(entry)}
        shown = {name: entry for name, entry in shown.items() if name not in typed}
        shown |= {n: replace(e, key=_never_typed(e)) for n, e in shown.items() if APP in e.where}
    first = [shown[name] for place in reversed(scopes) for name in FIRST.get(place, ()) if name in shown]
    others = sorted((entry for entry in shown.values() if entry not in first), key=lambda entry: entry.rank)
    chosen: list[Command] = []
    for entry in (*first, *others):
        if footer_width([*chosen, entry]) > width:
            break  # a lesser command that still fits would look like one of those that matter
        chosen.append(entry)
    last = FIRST[APP]  # at the right end, where they are on every screen
    return tuple(sorted(chosen, key=lambda entry: entry.id in last))


def _never_typed(entry: Command) -> str:
    """The first key of a command that doesn't write a character, "" where there is none."""
    return next((key for key in entry.key.split(",") if not writes(key)), "")


def writes(key: str) -> bool:
    """The key puts a character into a line of text."""
    return key == "space" or (len(key_name(key)) == 1 and key not in _ARROWS)


def footer_width(entries: Iterable[Command]) -> int:
    """Cells that these commands take in the footer: key, space, label, and two spaces between any two."""
    return sum(len(entry.shown_key) + len(entry.label) + 3 for entry in entries) - 2
