"""A fork: choose a checkpoint, write what is to change, see at once whether that can be and what will come of it."""

from __future__ import annotations

import shlex
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from grokterm.console.commands import FORK, bindings, told
from grokterm.console.latest import Latest
from grokterm.console.starting import Oversized
from grokterm.console.text import clip_middle, fold, plain, steps
from grokterm.console.widgets.keybar import KeyBar
from grokterm.console.widgets.table import Column, Table
from grokterm.errors import GroktermError
from grokterm.names import short_name

if TYPE_CHECKING:
    from grokterm.console.app import Console
    from grokterm.spec import Experiment

_WIDTH = 72  # of words in the dialog
_HIGHEST, _ELSEWHERE = 0.96, 12  # its share of the screen, and its lines beside checkpoints and outcome
_MOST, _FEWEST = 8, 3  # lines of checkpoints, with their heading
_NONE = "It has no checkpoint yet: {checkpoint} writes one while it trains"


class Planned(NamedTuple):
    """What would come of the changes at a step, or what is wrong with them."""

    step: int
    changes: str
    experiment: Experiment | None
    problem: str = ""


class Fork(ModalScreen[str | None]):
    """The dialog. It is left with the name of the new experiment, or None.

    Args:
        name: of the experiment to fork.
    """

    BINDINGS = bindings(FORK)
    CSS_PATH = "fork.tcss"
    app: Console

    class Points(Message):
        """The steps with a checkpoint, and the step at which training ends; sent by a thread."""

        def __init__(self, steps: tuple[int, ...], problem: str = "", end: int = 0) -> None:
            super().__init__()
            self.steps, self.problem, self.end = steps, problem, end

    class Made(Message):
        """The fork is there, or was refused; sent by a thread."""

        def __init__(self, name: str, problem: str = "") -> None:
            super().__init__()
            self.name, self.problem = name, problem

    def __init__(self, name: str) -> None:
        super().__init__()
        self._from, self._wrong, self._busy = name, True, False
        self._said: tuple[str, bool] | None = None
        self._planner = Latest(self, self._work_out)

    def compose(self) -> ComposeResult:
        """Checkpoints, changes, what comes of it, keys."""
        columns = (Column("step", "from the checkpoint at step", 28),)
        with Vertical():
            yield Static(plain(f"Fork {short_name(self._from)}"), id="question", markup=False)
            yield Table(columns, lambda step, _, width: Text(steps(step)), str, id="points")
            yield Static(" changes, if any, such as stop.steps=20000 arms.NAME.optimizer.lr=1e-4", id="label")
            yield Input(placeholder="field=value …", id="changes")
            yield Static("reading its checkpoints …", id="outcome", markup=False)
            yield KeyBar(FORK)

    def on_mount(self) -> None:
        """Read the checkpoints off the event loop."""
        self.query_one(Table).can_focus = False  # its arrows reach it from the field, and letters stay there
        self.query_one(Input).focus()
        self.run_worker(self._read_points, thread=True)

    def _read_points(self) -> None:
        from grokterm.console.deeds import check_there
        from grokterm.jobs import fork_points
        from grokterm.record import open_folder

        folder = open_folder(self.app.runs / self._from)
        try:
            check_there(folder)
            end = max(arm.spec.stop.steps for arm in folder.spec().arms)
            self.post_message(self.Points(fork_points(folder), end=end))
        except GroktermError as error:
            self.post_message(self.Points((), str(error)))
            self.app.watcher.reread((self._from,))

    def on_fork_points(self, message: Points) -> None:
        """The newest first; the cursor is on the first from which there is something left to train."""
        left = next((step for step in message.steps[::-1] if step < message.end), None)
        self.query_one(Table).show(message.steps[::-1], str(left) if left is not None else None)
        if message.steps:
            self._plan()
        else:
            self._tell(message.problem or told(_NONE), wrong=True)

    @property
    def _changes(self) -> str:
        return self.query_one(Input).value

    def on_input_changed(self) -> None:
        """Check while typing."""
        self._plan()

    def on_table_highlighted(self) -> None:
        """Another checkpoint."""
        self._plan()

    def _plan(self) -> None:
        step = self.query_one(Table).highlighted
        if step is not None:
            self._planner.ask(step, self._changes)

    def _work_out(self, step: int, changes: str) -> Planned:
        from grokterm.jobs import plan_fork
        from grokterm.record import open_folder

        try:
            folder = open_folder(self.app.runs / self._from)
            return Planned(step, changes, plan_fork(folder, step, overrides(changes)))
        except (GroktermError, ValueError) as error:
            return Planned(step, changes, None, str(error).replace("--set ", ""))

    def on_latest_done(self, message: Latest.Done) -> None:
        """Say what would come of it, unless something else has been chosen or typed since."""
        message.latest.done()
        planned: Planned = message.outcome
        step, made = self.query_one(Table).highlighted, planned.experiment
        if (planned.step, planned.changes) != (step, self._changes) or self._busy:
            return
        if made is None:
            self._tell(planned.problem, wrong=True)
            return
        most = max(arm.spec.stop.steps for arm in made.arms)
        runs = f"{len(made.arms)} x {len(made.seeds)} runs"
        origin = made.origin.partition(": ")[2]
        self._tell(
            f"A new experiment of {runs} goes on from step {steps(step)} to {steps(most)}, "
            f"with {origin or 'nothing changed'}. {short_name(self._from)} stays as it is.",
            wrong=False,
        )

    def _tell(self, words: str, wrong: bool) -> None:
        self._wrong, self._said = wrong, (words, wrong)
        outcome = self.query_one("#outcome", Static)
        outcome.set_class(wrong, "-wrong")
        lines = [part for line in words.split("\n") for part in fold(line, _WIDTH, rest="  ").split("\n")]
        room = int(self.size.height * _HIGHEST) - _ELSEWHERE
        room = max(room, _FEWEST + 1)  # of a lower screen the end is cut
        points = max(_FEWEST, min(_MOST, room - len(lines)))
        self.query_one(Table).styles.max_height = points
        outcome.update("\n".join(lines if points + len(lines) <= room else [*lines[: max(1, room - points - 1)], "…"]))

    def on_resize(self) -> None:
        """What is said is cut to the height."""
        if self._said and not self._busy:
            self._tell(*self._said)

    def action_up(self) -> None:
        """The checkpoint above."""
        self.query_one(Table).action_move(-1)

    def action_down(self) -> None:
        """The checkpoint below."""
        self.query_one(Table).action_move(1)

    def on_input_submitted(self) -> None:
        """Enter inside the input."""
        self.action_accept()

    def on_table_opened(self) -> None:
        """A double click."""
        self.action_accept()

    def action_accept(self) -> None:
        """Make it, unless something is wrong."""
        step = self.query_one(Table).highlighted
        if step is not None and not self._wrong and not self._busy:
            self._busy = True
            self.query_one("#outcome", Static).update("making it …")
            self.run_worker(partial(self._make, step, self._changes), thread=True)

    def _make(self, step: int, changes: str, force: bool = False) -> None:
        from grokterm.jobs import TooLarge, fork
        from grokterm.record import open_folder

        try:
            new = fork(open_folder(self.app.runs / self._from), step, overrides(changes), force=force)
            self.post_message(self.Made(new.name))
        except TooLarge as error:
            self.post_message(Oversized(error.message, partial(self._make, step, changes, True)))
        except GroktermError as error:
            self.post_message(self.Made("", str(error)))

    def on_oversized(self, message: Oversized) -> None:
        """Ask first."""
        self._busy = False
        self._plan()
        message.ask(self)

    def on_fork_made(self, message: Made) -> None:
        """To the new experiment, or the reason why there is none."""
        self._busy = False
        if message.problem:
            self._tell(message.problem, wrong=True)
            return
        self.app.notify(f"{clip_middle(short_name(message.name), 40)} goes on from there", markup=False)
        self.app.watcher.reread((message.name,))
        self.dismiss(message.name)

    def action_cancel(self) -> None:
        """Leave everything as it is."""
        self.dismiss(None)


def overrides(text: str) -> list[str]:
    """The changes in a line: separated by spaces; quotes hold a value together. Raises ValueError while one is open."""
    if "{" in text or "[" in text:  # a table or a list of TOML has spaces and quotes of its own
        return [part.strip() for part in _outside_brackets(text)]
    return shlex.split(text)


def _outside_brackets(text: str) -> list[str]:
    parts, depth = [""], 0
    for character in text:
        depth += (character in "{[") - (character in "}]")
        if character == " " and depth <= 0:
            parts.append("")
        else:
            parts[-1] += character
    return [part for part in parts if part.strip()]
