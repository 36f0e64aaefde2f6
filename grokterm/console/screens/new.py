"""New experiment: the presets, and what the highlighted one is about. Enter starts it in a worker of its own."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Container, VerticalScroll
from textual.message import Message
from textual.widgets import Static

from grokterm.console.commands import NEW, bindings
from grokterm.console.look import Ink, marker
from grokterm.console.screens.page import Page
from grokterm.console.screens.parts import title_line
from grokterm.console.snapshot import Snapshot
from grokterm.console.text import clip, fold, plain, plain_lines, plural, steps
from grokterm.console.widgets.keybar import KeyBar
from grokterm.console.widgets.table import Column, Table
from grokterm.errors import BadInput, GroktermError

if TYPE_CHECKING:
    from grokterm.spec import Experiment, PresetInfo


@dataclass(frozen=True, eq=False)
class Whole:
    """A preset that was read whole: the experiment with its cautions, or the problems that keep it from being one."""

    experiment: Experiment | None = None
    cautions: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()


class New(Page):
    """The preset picker."""

    SCOPE = NEW
    BINDINGS = bindings(NEW)
    CSS_PATH = "new.tcss"
    AUTO_FOCUS = "#presets"
    HORIZONTAL_BREAKPOINTS: ClassVar = [(0, "-narrow"), (76, "-normal")]

    class Read(Message):
        """The presets are read, or some of them whole, by the name they have in the list; sent by a thread."""

        def __init__(self, presets: tuple[PresetInfo, ...] = (), wholes: dict[str, Whole] | None = None) -> None:
            super().__init__()
            self.presets, self.wholes = presets, wholes or {}

    class Started(Message):
        """An experiment exists and its workers are on their way; sent by a thread."""

        def __init__(self, name: str) -> None:
            super().__init__()
            self.name = name

    def __init__(self) -> None:
        super().__init__()
        self._wholes: dict[str, Whole] = {}  # by the name in the list, which need not be the experiment's
        self._starting = False

    def compose(self) -> ComposeResult:
        """The list to the left, what the preset says to the right."""
        columns = (Column("name", "preset", 24, most=60),)
        yield Static(id="title", markup=False)
        with Container(id="body"):
            yield Table(
                columns, lambda info, _, width: Text(clip(info.name, width)), lambda info: info.name, id="presets"
            )
            with VerticalScroll(id="about"):
                yield Static(id="words", markup=False)
        yield KeyBar(NEW)

    def on_mount(self) -> None:
        """Read the list off the event loop."""
        self.run_worker(self._read_list, thread=True)

    def focus_name(self) -> str | None:
        """Nothing needs to be followed closely here."""
        return None

    def show(self, snapshot: Snapshot) -> None:
        """The heading; the rest depends on the cursor only."""
        words = f"into {self.app.runs}"
        self.put("#title", title_line("New experiment", words, self.size.width, self.app.ink))
        self._show_preset()

    def on_resize(self) -> None:
        """Words are folded for the width."""
        self.call_after_refresh(self._show_preset)

    def _read_list(self) -> None:
        from grokterm.spec import list_presets

        presets = list_presets()
        broken = {info.name: Whole(problems=(info.problem,)) for info in presets if info.problem}
        self.post_message(self.Read(presets, broken))

    def _read_one(self, info: PresetInfo) -> None:
        self.post_message(self.Read(wholes={info.name: read_whole(info)}))

    def on_new_read(self, message: Read) -> None:
        """Show what was read."""
        self._wholes |= message.wholes
        if message.presets:
            self.query_one(Table).show(message.presets)
        self._show_preset()

    def on_table_highlighted(self) -> None:
        """Another preset."""
        self._show_preset()

    def on_table_opened(self) -> None:
        """A double click."""
        self.action_start()

    def _show_preset(self) -> None:
        info = self.query_one(Table).highlighted
        if info is None:
            return
        whole = self._wholes.get(info.name)
        if whole is None:
            self.run_worker(partial(self._read_one, info), thread=True, group="read", exclusive=True)
        text = preset_text(info, whole or Whole(), self.query_one("#about").size.width - 1, self.app.ink)
        self.put("#words", text)

    def action_next_pane(self) -> None:
        """From the list to the text and back."""
        self.focus_next()

    def action_start(self) -> None:
        """Make the folder, start the workers, open the experiment."""
        info = self.query_one(Table).highlighted
        if info is None or self._starting:
            return
        whole = self._wholes.get(info.name)
        if whole is not None and whole.problems:
            self._refuse("\n".join(whole.problems))
            return
        self._starting = True
        self.run_worker(partial(self._start, info), thread=True)

    def action_edit(self) -> None:
        """Change the preset before it starts."""
        from grokterm.console.screens.form import Form

        info = self.query_one(Table).highlighted
        if info is not None:
            self.app.push_screen(Form(info.path), self._formed)

    def _formed(self, name: str | None) -> None:
        """The form was left: where it started something, go there; else there may be one more preset."""
        if name:
            self.post_message(self.Started(name))
        else:
            self.run_worker(self._read_list, thread=True)

    def _refuse(self, words: object) -> None:
        self.app.notify(plain_lines(words), severity="error", markup=False)

    def _start(self, info: PresetInfo) -> None:
        from grokterm.jobs import launch
        from grokterm.record import create
        from grokterm.spec import load

        try:
            folder = create(self.app.runs, load(info.path))
            launch(folder)
        except GroktermError as error:
            self._starting = False
            self._refuse(error)
            return
        self.post_message(self.Started(folder.name))

    def on_new_started(self, message: Started) -> None:
        """Go to the new experiment; Esc there leads to the history."""
        from grokterm.console.screens.experiment import ExperimentPage

        self.app.watcher.reread()
        self.app.switch_screen(ExperimentPage(message.name))


def read_whole(info: PresetInfo) -> Whole:
    """The experiment that a preset describes, or why it describes none."""
    from grokterm.spec import cautions, load

    try:
        experiment = load(info.path)
    except BadInput as error:
        return Whole(problems=error.problems)
    except GroktermError as error:
        return Whole(problems=(error.message,))
    return Whole(experiment, cautions(experiment))


def preset_text(info: PresetInfo, whole: Whole, width: int, ink: Ink) -> Text:
    """Everything a preset says about itself, what to think of before it starts, and the arms with what tells them
    apart; or its problems, one line each.
    """
    text = Text()
    text.append(f"{fold(info.title or info.name, width)}\n", f"bold {ink.foreground}")
    for problem in whole.problems:
        text.append(f"\n{fold(problem, width, rest='  ')}", ink.bad)
    if whole.problems:
        return text
    for label, words in (
        ("question", info.question),
        ("source", info.source),
        ("expect", info.expect),
        ("cost", info.cost),
    ):
        if words:
            text.append(f"\n{label:<10}", ink.accent).append(f"{_behind(words, width, 10)}\n", ink.foreground)
    if whole.experiment is None:
        return text
    for caution in whole.cautions:
        text.append("\n! ", f"bold {ink.accent}").append(f"{_behind(caution, width, 2)}\n", ink.foreground)
    return text.append_text(_arms_text(whole.experiment, width, ink))


def _arms_text(experiment: Experiment, width: int, ink: Ink) -> Text:
    text = Text()
    runs = f"{plural(len(experiment.arms), 'arm')} x {plural(len(experiment.seeds), 'seed')}"
    budget = steps(experiment.arms[0].spec.stop.steps)
    text.append(f"\n{'arms':<10}", ink.accent).append(f"{runs}, {budget} steps each\n", ink.foreground)
    own = experiment.to_document()["arms"]
    for index, arm in enumerate(experiment.arms):
        text.append(f"\n{marker(index)} ", ink.arm(index)).append(f"{plain(arm.name)}\n", f"bold {ink.foreground}")
        if arm.about:
            text.append(f"{fold(arm.about, width, '  ', '  ')}\n", ink.foreground)
        for field, value in flat(own[arm.name]):
            text.append(f"{fold(f'{field} = {value}', width, '  ', '    ')}\n", ink.muted)
    return text


def _behind(words: str, width: int, indent: int) -> str:
    """`words` folded to stand behind a label of `indent` cells."""
    return fold(words, width, " " * indent, " " * indent)[indent:]


def flat(table: dict, prefix: str = "") -> list[tuple[str, object]]:
    """The values of nested tables with their dotted names, `about` left out; a schedule on one line."""
    pairs: list[tuple[str, object]] = []
    for name, value in table.items():
        if name == "about" and not prefix:
            continue
        if isinstance(value, dict) and "schedule" in value:
            rest = " ".join(f"{key} {part}" for key, part in value.items() if key != "schedule")
            pairs.append((f"{prefix}{name}", f"{value['schedule']}: {rest}" if rest else value["schedule"]))
        elif isinstance(value, dict):
            pairs += flat(value, f"{prefix}{name}.")
        else:
            pairs.append((f"{prefix}{name}", value))
    return pairs
