"""Every command of the console, once. Keys, footer, palette, help screen and remapping all read this table.

A command is carried out by the method `action_<id>` of the screen in whose scope it is; every full screen has the scope
`app` as well.
To add one: a line here and that method. To move a key: a line in the user's `keys.toml`.

Rows are walked with `j k` as with the arrows, and a value cursor with `h l`; so to stop is `K` and not `k`.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from textual.binding import Binding

APP, HOME, NEW, FORM, EXPERIMENT, COMPARE, HELP = "app", "home", "new", "form", "experiment", "compare", "help"
QUEUE, FORK, QUESTION, LINE = "queue", "fork", "question", "line"
PLACES = {
    APP: "Everywhere",
    HOME: "History",
    NEW: "New experiment",
    FORM: "The form of a new experiment",
    EXPERIMENT: "Experiment",
    COMPARE: "Comparison",
    QUEUE: "Devices and queue",
    FORK: "A fork",
    QUESTION: "A question",
    LINE: "A line of text",
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
        rank: its place in the footer; higher ranks are left out first where the line is short, 0 is never shown.
        action: what Textual calls, where it isn't the method `action_<id>` without arguments.
    """

    id: str
    key: str
    label: str
    help: str
    where: tuple[str, ...]
    rank: int = 0
    action: str = ""

    @property
    def method(self) -> str:
        """The name of the method that carries it out."""
        return f"action_{(self.action or self.id).partition('(')[0]}"

    @property
    def shown_key(self) -> str:
        """The (first) key as it is printed on the keyboard."""
        first = self.key.split(",")[0]
        return _KEY_NAMES.get(first, first)


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
    "shift+left": "Shift ←",
    "shift+right": "Shift →",
    "home": "Home",
    "end": "End",
    "ctrl+s": "Ctrl-S",
    "ctrl+p": "Ctrl-P",
    "f1": "F1",
    "f5": "F5",
}

_ONE = (HOME, EXPERIMENT)  # screens with one experiment, or several marked ones, to do something to
_CHARTS = (EXPERIMENT, COMPARE)
_CURVES = (EXPERIMENT, COMPARE, HOME)  # the preview of the history has curves too

# fmt: off
COMMANDS = (
    # what has focus
    Command("open", "enter", "open", "Open what is highlighted; a chart fills the screen.", (HOME, QUEUE, *_CHARTS), 1),
    Command("next_pane", "tab", "next pane", "To the next pane or chart.", (HOME, NEW, *_CHARTS), 9),
    Command("filter", "slash", "filter", "Filter what has focus.", (HOME, NEW, *_CHARTS), 5),
    Command("mark", "space", "mark", "Mark or unmark; marked ones are acted on together.", (HOME,), 4),
    Command("toggle", "space", "show/hide", "Show or hide the curves of the highlighted arm.", _CHARTS, 7),
    Command("all", "a", "all/none", "All of them, or none: marks in the history, arms on charts.", _CURVES, 12),
    # experiments
    Command("new", "n", "new", "Choose a preset and start an experiment from it.", (HOME,), 2),
    Command("compare", "c", "compare", "Compare the marked experiments, or the arms of this one.", _ONE, 3),
    Command("difference", "d", "difference", "Where marked experiments, or arms, differ.", (*_ONE, COMPARE), 11),
    Command("pause", "p", "pause/resume", "Pause what runs; let go on what is paused, stopped or lost.", _ONE, 2),
    Command("stop", "K", "stop", "Write a checkpoint and end the worker. Asks first.", (*_ONE, QUEUE), 6),
    Command("park", "P", "park", "Checkpoint, then leave the device to others; p goes on later.", _ONE, 13),
    Command("checkpoint", "C", "checkpoint", "Write a checkpoint now, one that is kept.", _ONE, 14),
    Command("fork", "f", "fork", "A new experiment from a checkpoint of this one, with changed fields.", _ONE, 13),
    Command("repeat", "R", "repeat", "The same experiment again with new seeds.", _ONE, 13),
    Command("note", "t", "note/tags", "Write a note; #word adds a tag, -#word takes it away.", _ONE, 8),
    # the history
    Command("sort", "o", "sort", "Sort by the next column.", (HOME,), 10),
    Command("reverse", "O", "reverse", "Sort the other way round.", (HOME,), 15),
    Command("group", "G", "group", "Group by preset, state, tag, or not at all.", (HOME,), 11),
    Command("star", "asterisk", "star", "Star, or take the star away.", (HOME,), 15),
    Command("archive", "A", "archive", "Out of the history or back; archived=yes shows them.", (HOME,), 16),
    Command("bin", "D,delete", "bin", "Into the bin of the runs folder. Asks first; u takes it back.", (HOME,), 15),
    Command("undo", "u", "undo", "Take back the last star, archive, tag or bin.", (HOME,), 14),
    Command("earlier", "less_than_sign", "earlier", "One place forward in the line for the device.", (HOME, QUEUE), 17),
    Command("later", "greater_than_sign", "later", "One place back in the line for the device.", (HOME, QUEUE), 17),
    Command("queue", "Q", "queue", "What holds the devices, and what waits for them.", (HOME,), 12),
    # how curves are shown
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
    # tabs of an experiment
    Command("tab_charts", "1", "charts", "Charts.", (EXPERIMENT,), 20, "tab('charts')"),
    Command("tab_comparison", "2", "comparison", "Arms against each other.", (EXPERIMENT,), 20, "tab('comparison')"),
    Command("tab_probes", "3", "probes", "Every other recorded column.", (EXPERIMENT,), 20, "tab('probes')"),
    Command("tab_configuration", "4", "configuration", "The fields.", (EXPERIMENT,), 20, "tab('configuration')"),
    Command("tab_log", "5", "log", "Events and the worker's words.", (EXPERIMENT,), 20, "tab('log')"),
    Command("tab_system", "6", "system", "Machine, versions, memory, checkpoints.", (EXPERIMENT,), 20, "tab('system')"),
    # a new experiment
    Command("start", "enter", "start", "Start it in a worker; it waits while the device is busy.", (NEW,), 1),
    Command("edit", "e", "change", "Change fields, arms and seeds before it starts.", (NEW,), 2),
    Command("measure", "m", "time it", "Measure how long a step takes here, for the estimate.", (NEW,), 3),
    Command("launch", "f5", "start", "Start what the form describes.", (FORM,), 1),
    Command("save", "ctrl+s", "save", "Keep the form as a preset of your own.", (FORM,), 2),
    Command("time_it", "f6", "time it", "Measure how long a step takes here, for the estimate.", (FORM,), 3),
    # everywhere
    Command("reread", "r", "re-read", "Read the folders again now.", (APP,), 9),
    Command("theme", "T", "light/dark", "The light or the dark theme.", (APP,), 20),
    Command("back", "escape", "back", "One layer back. Never leaves the console.", (APP,), 7),
    Command("help", "question_mark,f1", "help", "Show every key, and what the signs mean.", (APP,), 1),
    Command("quit", "q", "leave", "Leave the console. Workers go on.", (APP,), 3),
    Command("yes", "y,enter", "yes", "Do it.", (QUESTION,), 1),
    Command("no", "n,escape", "no", "Leave everything as it is.", (QUESTION,), 2),
    Command("accept", "enter", "keep", "Keep what is written.", (LINE,), 1),
    Command("make", "enter", "fork", "Make the fork and start it.", (FORK,), 1, "accept"),
    Command("up", "up", "later", "The checkpoint above.", (FORK,), 3),
    Command("down", "down", "earlier", "The checkpoint below.", (FORK,), 3),
    Command("cancel", "escape", "cancel", "Forget what is written.", (LINE, FORK), 2),
    Command("command_palette", "ctrl+p", "commands", "Every command by its name.", (APP,), 0),
)
# fmt: on


def commands_in(*scopes: str) -> tuple[Command, ...]:
    """The commands of any of these scopes, in the order of the table."""
    return tuple(command for command in COMMANDS if set(scopes) & set(command.where))


def command(name: str) -> Command:
    """The command called `name`."""
    return next(entry for entry in COMMANDS if entry.id == name)


def bindings(scope: str) -> list[Binding]:
    """What a screen (or the app) puts into its `BINDINGS`."""
    return [_binding(entry) for entry in commands_in(scope) if entry.id != "command_palette"]


def footer(scope: str, width: int) -> tuple[Command, ...]:
    """As many commands as fit into `width` cells, the least needed left out first; help and leaving stay."""
    own = sorted((entry for entry in commands_in(scope) if entry.rank), key=lambda entry: entry.rank)
    common = sorted((entry for entry in commands_in(APP) if entry.rank), key=lambda entry: entry.rank)
    if scope in (QUESTION, LINE, FORK):
        common = []
    chosen: list[Command] = []
    room = width
    for entry in (*common[:2], *own, *common[2:]):
        if footer_width([entry]) <= room:
            chosen.append(entry)
            room -= footer_width([entry])
    order = {entry.id: place for place, entry in enumerate((*own, *reversed(common)))}
    return tuple(sorted(chosen, key=lambda entry: order[entry.id]))


def footer_width(entries: Iterable[Command]) -> int:
    """Cells that these commands take in the footer: key, space, label, two spaces."""
    return sum(len(entry.shown_key) + len(entry.label) + 3 for entry in entries)


def _binding(entry: Command) -> Binding:
    return Binding(entry.key, entry.action or entry.id, entry.label, show=False, id=entry.id, tooltip=entry.help)
