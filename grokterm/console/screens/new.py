"""New experiment: the presets, and what the highlighted one is about. Enter starts it in a worker of its own."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from textual.app import ComposeResult
from textual.containers import Container, Vertical, VerticalScroll
from textual.message import Message
from textual.widgets import Static

from grokterm.console.commands import NEW, bindings, told
from grokterm.console.costs import Cost, cost_of, measured_cost
from grokterm.console.latest import Latest
from grokterm.console.screens.page import Page
from grokterm.console.screens.parts import title_line
from grokterm.console.screens.preset_list import PresetList, entries
from grokterm.console.screens.preset_text import Whole, preset_text, read_whole
from grokterm.console.snapshot import Snapshot
from grokterm.console.starting import DeviceChoice, Oversized, begin
from grokterm.console.widgets.filterline import FilterLine
from grokterm.console.widgets.keybar import KeyBar
from grokterm.errors import GroktermError

if TYPE_CHECKING:
    from grokterm.spec import PresetInfo

_OF_A_PRESET = ("start", "edit", "measure")


class Chosen(NamedTuple):
    """A preset's file, for its name in the list need not be the experiment's; and whether its small form is meant."""

    path: Path
    small: bool


class New(Page):
    """The preset picker."""

    SCOPE = NEW
    BINDINGS = bindings(NEW)
    CSS_PATH = "new.tcss"
    AUTO_FOCUS = "#presets"
    HORIZONTAL_BREAKPOINTS: ClassVar = [(0, "-narrow"), (76, "-normal")]

    class Read(Message):
        """The presets are read, and those that can't be; sent by a thread."""

        def __init__(
            self, presets: tuple[PresetInfo, ...] | None = None, wholes: dict[Chosen, Whole] | None = None
        ) -> None:
            super().__init__()
            self.presets, self.wholes = presets, wholes or {}

    class Started(Message):
        """An experiment exists and its workers are on their way, or why not; sent by a thread."""

        def __init__(self, name: str = "", refusal: str = "") -> None:
            super().__init__()
            self.name, self.refusal = name, refusal

    def __init__(self) -> None:
        super().__init__()
        self._presets: tuple[PresetInfo, ...] = ()
        self._small = False
        self._wholes: dict[Chosen, Whole] = {}
        self._costs: dict[Chosen, Cost] = {}
        self._starting = False
        self._measuring: Chosen | None = None
        self._reading: Chosen | None = None
        self._device = DeviceChoice(self)
        self._reader = Latest(self, lambda chosen: {chosen: read_whole(*chosen)})
        self._cost = Latest(self, self._find_cost)
        self._measure = Latest(self, lambda chosen, *asked: (chosen, measured_cost(*asked)))

    def compose(self) -> ComposeResult:
        """The list to the left, what the preset says to the right."""
        yield Static(id="title", markup=False)
        with Container(id="body"):
            with Vertical(id="left"):
                yield PresetList(id="presets")
                yield FilterLine("a part of a name or of a question", stays=True)
            with VerticalScroll(id="about"):
                yield Static(id="words", markup=False)
        yield KeyBar(NEW)

    def on_mount(self) -> None:
        """Read the list off the event loop."""
        self.run_worker(self._read_list, thread=True)
        self._device.look()

    def focus_name(self) -> str | None:
        """Nothing needs to be followed closely here."""
        return None

    def show(self, snapshot: Snapshot) -> None:
        """The heading; the rest depends on the cursor only."""
        words = f"{'small forms, ' if self._small else ''}into {self.app.runs}"
        self.put("#title", title_line("New experiment", words, self.size.width, self.app.ink))
        self._show_preset()

    def on_resize(self) -> None:
        """Words are folded for the width."""
        self.call_after_refresh(self._show_preset)

    @property
    def highlighted(self) -> PresetInfo | None:
        """The preset under the cursor."""
        entry = self.query_one(PresetList).highlighted
        return entry.info if entry is not None else None

    # --- what is read, in threads

    def _read_list(self) -> None:
        from grokterm.spec import list_presets

        presets = list_presets()
        broken = {
            Chosen(info.path, small): Whole(problems=(info.problem,))
            for info in presets
            if info.problem
            for small in (False, True)
        }
        self.post_message(self.Read(presets, broken))

    def _find_cost(self, chosen: Chosen, experiment, device: str) -> tuple[Chosen, Cost]:
        return chosen, cost_of(experiment, self.app.runs, device)

    def on_new_read(self, message: Read) -> None:
        """Show what was read."""
        if message.presets is not None:
            self._presets, self._wholes, self._reading = message.presets, {}, None
            self._show_list()
        self._wholes |= message.wholes
        self._show_preset()

    def on_latest_done(self, message: Latest.Done) -> None:
        """A cost was found or measured, a preset read whole, or the devices are known."""
        if not self._device.take(message):
            message.latest.done()
            if message.latest is self._reader:
                self._wholes |= message.outcome
            else:
                chosen, cost = message.outcome
                self._costs[chosen] = cost
        self._show_preset()

    # --- what is shown

    def _show_list(self) -> None:
        wanted = self.query_one(FilterLine).text
        self.query_one(PresetList).show(entries(self._presets, wanted))

    def on_table_highlighted(self) -> None:
        """Another preset."""
        self._show_preset()

    def _show_preset(self) -> None:
        self.offer()
        info = self.highlighted
        if info is None:
            none = "No preset matches.  {back} shows all of them again." if self._presets else "reading the presets …"
            self.put("#words", told(none))
            return
        chosen = Chosen(info.path, self._small)
        whole = self._wholes.get(chosen)
        if whole is None and self._reading != chosen:
            self._reading = chosen
            self._reader.ask(chosen)
        cost = self._costs.get(chosen)
        wanted = (whole.experiment if whole is not None else None, self._device.chosen)
        if wanted[0] is not None and (not cost or (cost.experiment, cost.device) != wanted):
            self._cost.ask(chosen, *wanted)
        width = self.query_one("#about").size.width - 1
        self.put("#words", preset_text(info, whole or Whole(), self._here(cost), width, self.app.ink))

    def _here(self, cost: Cost | None) -> tuple[str, ...]:
        """What is known of this machine, or how to find out."""
        if self._measure.busy and self._measuring == Chosen(self.highlighted.path, self._small):
            return ("measuring: a few real steps, for some seconds",)
        if cost is None:
            return ()
        ask = "" if cost.known or cost.measured else "; m trains a few steps to find out"
        device = f"device: {self._device.words}, d changes it"
        return tuple(filter(None, (cost.time + ask, cost.line, cost.caution, device)))

    # --- what is done

    def action_next_pane(self) -> None:
        """From the list to the text and back."""
        self.focus_next()

    def action_filter(self) -> None:
        """Write a filter."""
        self.query_one(FilterLine).open()

    def on_filter_line_sifted(self) -> None:
        """Filter while typing."""
        self._show_list()
        self._show_preset()

    def on_filter_line_left(self) -> None:
        """Back to the list."""
        self.query_one(PresetList).focus()

    def action_back(self) -> None:
        """Take the filter away; then back to the history."""
        line = self.query_one(FilterLine)
        if line.display:
            line.clear()
            self.query_one(PresetList).focus()
        else:
            super().action_back()

    def action_reread(self) -> None:
        """Read the presets again, and the line."""
        self._costs = {}
        self.run_worker(self._read_list, thread=True)
        super().action_reread()

    def action_measure(self) -> None:
        """Train a few steps of the highlighted preset, for the estimate."""
        info = self.highlighted
        chosen = Chosen(info.path, self._small)
        whole = self._wholes.get(chosen)
        if whole is None or self._measure.busy:
            self.say("A preset is being measured" if self._measure.busy else "This preset is still being read")
        elif whole.experiment is None:
            self.say("\n".join(whole.problems), "error")
        else:
            self._measuring = chosen
            self._measure.ask(chosen, whole.experiment, self._device.chosen)
            self._show_preset()

    def obstacle(self, action: str) -> str:
        """Most keys are about a preset."""
        if action in _OF_A_PRESET and self.highlighted is None:
            return told("No preset matches; {back} shows all of them" if self._presets else "Reading the presets …")
        return super().obstacle(action)

    def action_device(self) -> None:
        """Another device for what starts from here."""
        if not self._device.next():
            self.say(self._device.alone)
        self._show_preset()

    def action_small(self) -> None:
        """The small forms in place of the whole ones, or back."""
        self._small = not self._small
        self.show(self.app.snapshot)

    def action_edit(self) -> None:
        """Change the preset before it starts."""
        from grokterm.console.screens.form import Form

        self.app.push_screen(Form(self.highlighted.path, self._device.chosen, self._small), self._formed)

    def _formed(self, name: str | None) -> None:
        """The form was left: where it started something, go there; else there may be one more preset."""
        if name:
            self.post_message(self.Started(name))
        else:
            self.run_worker(self._read_list, thread=True)

    def on_table_opened(self) -> None:
        """A double click."""
        if self.highlighted is not None:
            self.action_start()

    def action_start(self) -> None:
        """Make the folder, start the workers, open the experiment."""
        info = self.highlighted
        if self._starting:
            self.say("It is being started")
            return
        whole = self._wholes.get(Chosen(info.path, self._small))
        if whole is not None and whole.problems:
            self.say("\n".join(whole.problems), "error")
            return
        self._starting = True
        self.run_worker(partial(self._start, Chosen(info.path, self._small), self._device.chosen), thread=True)

    def _start(self, chosen: Chosen, device: str, force: bool = False) -> None:
        from grokterm.jobs import TooLarge
        from grokterm.spec import load

        try:
            started = self.Started(begin(self.app.runs, load(chosen.path, small=chosen.small), device, force))
        except TooLarge as error:
            self.post_message(Oversized(error.message, partial(self._start, chosen, device, True)))
            return
        except GroktermError as error:
            started = self.Started(refusal=str(error))
        self.post_message(started)

    def on_oversized(self, message: Oversized) -> None:
        """Ask first."""
        self._starting = False
        message.ask(self)

    def on_new_started(self, message: Started) -> None:
        """Go to the new experiment, whatever lies over this page by now; it takes the place of this one."""
        from grokterm.console.screens.experiment import ExperimentPage

        self._starting = False
        if message.refusal:
            self.say(message.refusal, "error")
            return
        self.app.watcher.reread()
        while self.app.screen is not self:
            self.app.pop_screen()
        self.app.switch_screen(ExperimentPage(message.name))
