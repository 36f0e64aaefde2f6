"""Every command of the console, once. Keys, footer, palette, help screen and remapping all read this table.

A command is carried out by the method `action_<id>` of the screen in whose scope it is; every full screen has the scope
`app` as well.
To add one: a line here and that method. To move a key: `App.set_keymap({id: key})`.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from textual.binding import Binding

APP, HOME, NEW, EXPERIMENT, COMPARE, HELP = "app", "home", "new", "experiment", "compare", "help"
QUESTION, LINE = "question", "line"
PLACES = {
    APP: "Everywhere",
    HOME: "History",
    NEW: "New experiment",
    EXPERIMENT: "Experiment",
    COMPARE: "Comparison",
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
    """

    id: str
    key: str
    label: str
    help: str
    where: tuple[str, ...]
    rank: int = 0

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
}

_ONE = (HOME, EXPERIMENT)  # screens with an experiment to do something to
_CHARTS = (EXPERIMENT, COMPARE, HOME)

COMMANDS = (
    Command("open", "enter", "open", "Open the highlighted experiment.", (HOME,), 1),
    Command("new", "n", "new", "Choose a preset and start an experiment from it.", (HOME,), 2),
    Command("start", "enter", "start", "Start the highlighted preset in a worker of its own.", (NEW,), 1),
    Command("mark", "space", "mark", "Mark or unmark the highlighted experiment for a comparison.", (HOME,), 4),
    Command("compare", "c", "compare", "Compare the marked experiments, or the arms of this one.", _ONE, 3),
    Command("filter", "slash", "filter", "Show what has these words in name, title, arms or state.", (HOME,), 5),
    Command("pause", "p", "pause/resume", "Pause what runs; let go on what is paused, stopped or lost.", _ONE, 2),
    Command("stop", "k", "stop", "Write a checkpoint and end the worker. Asks first.", _ONE, 6),
    Command("log_y", "y", "log y", "The y axes: automatic (log for the loss), all log, all linear.", _CHARTS, 4),
    Command("log_x", "x", "log x", "The step axes: linear or logarithmic.", _CHARTS, 4),
    Command("seeds", "g", "seeds", "Seeds as median and band, all of them, or one at a time.", _CHARTS, 5),
    Command("next_pane", "tab", "next pane", "To the text beside the list, to scroll it, and back.", (NEW,), 4),
    Command("note", "t", "note", "Add a note to this experiment.", _ONE, 8),
    Command("reread", "r", "re-read", "Read the folders again now.", (APP,), 9),
    Command("back", "escape", "back", "One layer back. Never leaves the console.", (APP,), 7),
    Command("help", "question_mark,f1", "help", "Show every key, and what the signs mean.", (APP,), 1),
    Command("quit", "q", "leave", "Leave the console. Workers go on.", (APP,), 3),
    Command("yes", "y,enter", "yes", "Do it.", (QUESTION,), 1),
    Command("no", "n,escape", "no", "Leave everything as it is.", (QUESTION,), 2),
    Command("accept", "enter", "keep", "Keep what is written.", (LINE,), 1),
    Command("cancel", "escape", "cancel", "Forget what is written.", (LINE,), 2),
    Command("command_palette", "ctrl+p", "commands", "Every command by its name.", (APP,), 0),
)


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
    if scope in (QUESTION, LINE):
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
    return Binding(entry.key, entry.id, entry.label, show=False, id=entry.id, tooltip=entry.help)
