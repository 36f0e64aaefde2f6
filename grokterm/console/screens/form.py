"""The form of a new experiment: every field of its spec, what is wrong with it as it is typed, and its start.

The page keeps one `Draft` and asks for everything else: rows from `spec.rows`, mistakes from `spec.check` in a thread,
words from `form_texts`.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path as File
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.containers import Container, VerticalScroll
from textual.message import Message
from textual.widgets import Static

from grokterm.console.commands import FORM, bindings, told
from grokterm.console.costs import Cost, cost_of, measured_cost
from grokterm.console.judging import Judged, judge
from grokterm.console.latest import Latest
from grokterm.console.screens import form_texts as texts
from grokterm.console.screens.form_edit import FormEdit
from grokterm.console.snapshot import Snapshot
from grokterm.console.starting import AUTO, DeviceChoice, Oversized, begin
from grokterm.console.text import plain, plural, steps
from grokterm.console.widgets.keybar import KeyBar
from grokterm.console.widgets.sheet import Line, Sheet
from grokterm.errors import GroktermError

if TYPE_CHECKING:
    from grokterm.spec import Draft, Experiment


class Form(FormEdit):
    """A draft being edited. It is dismissed with the name of the experiment that was started, or None.

    Args:
        source: the name or the path of a preset, or a draft (`spec.draft_of` makes one of an experiment's document).
        device: which one it is for, to begin with.
        small: the preset's small form is meant.
    """

    SCOPE = FORM
    BINDINGS = bindings(FORM)
    CSS_PATH = "form.tcss"
    AUTO_FOCUS = "Cell"
    HORIZONTAL_BREAKPOINTS: ClassVar = [(0, "-narrow"), (104, "-normal")]

    class Opened(Message):
        """The draft is read, or why it can't be; sent by a thread."""

        def __init__(self, draft: Draft | None, refusal: str = "") -> None:
            super().__init__()
            self.draft, self.refusal = draft, refusal

    class Started(Message):
        """An experiment exists and its workers are on their way, or why not; sent by a thread."""

        def __init__(self, name: str = "", refusal: str = "", problems: Sequence[tuple[str, str]] = ()) -> None:
            super().__init__()
            self.name, self.refusal, self.problems = name, refusal, problems

    class Saved(Message):
        """The draft is kept as a preset, or why not; sent by a thread."""

        def __init__(self, name: str, draft: Draft, path: File | None = None, refusal: str = "") -> None:
            super().__init__()
            self.name, self.draft, self.path, self.refusal = name, draft, path, refusal

    def __init__(self, source: str | File | Draft, device: str = AUTO, small: bool = False) -> None:
        super().__init__()
        self._source = source
        self._small = small
        self._saved: dict | None = None  # the document that leaving would not lose
        self._judged: Judged | None = None
        self._known: Judged | None = None  # the last without mistakes
        self._starting = False
        self._cost: Cost | None = None
        self._judge = Latest(self, judge)
        self._estimate = Latest(self, lambda experiment, device: cost_of(experiment, self.app.runs, device))
        self._measure = Latest(self, measured_cost)
        self._device = DeviceChoice(self, device)

    def compose(self) -> ComposeResult:
        """Heading, totals, what is wrong with the whole, the fields, words about the one in focus."""
        yield Static(id="title", markup=False)
        yield Static(id="totals", markup=False)
        yield Static(id="warnings", markup=False)
        with Container(id="body"):
            yield Sheet(self._paint, texts.value_span, id="fields")
            with VerticalScroll(id="side", can_focus=False):
                yield Static(id="about", markup=False)
                yield Static(id="decay", markup=False)
        yield KeyBar(FORM)

    def _paint(self, line: Line, width: int):
        return texts.paint_line(line, width, self.app.ink)

    def on_mount(self) -> None:
        """Read what it is made from."""
        self.run_worker(self._open, thread=True)
        self._device.look()

    def _open(self) -> None:
        from grokterm.spec import Draft, open_draft

        try:
            self.post_message(
                self.Opened(self._source if isinstance(self._source, Draft) else open_draft(self._source, self._small))
            )
        except GroktermError as error:
            self.post_message(self.Opened(None, error.message))

    def on_form_opened(self, message: Opened) -> None:
        """Begin with the first field that is about something to vary."""
        if message.draft is None:
            self.say(message.refusal, "error")
            self.dismiss(None)
            return
        self.draft, self._saved = message.draft, message.draft.document
        self._path = ("seeds",)
        self._judge.ask(self.draft)
        self.query_one(KeyBar).refresh()  # most keys do nothing until now
        self._show_all(True)

    def show(self, snapshot: Snapshot) -> None:
        """Nothing here depends on what is recorded; the theme may have changed."""
        if self.draft is not None:
            self._show_all()
        else:
            self.put("#title", texts.heading(None, None, "", self.size.width, self.app.ink))

    def on_resize(self) -> None:
        """Words are folded for the width."""
        self.call_after_refresh(self._show_all)

    def on_latest_done(self, message: Latest.Done) -> None:
        """Mistakes and cautions have been found, or a time, or the devices are known."""
        if self._device.take(message):
            self._show_all()
            return
        message.latest.done()
        if message.latest is self._judge:
            self._judged = message.outcome
            experiment = self._judged.verdict.experiment
            self._known = self._judged if experiment else self._known
            if experiment and not self._has_cost(experiment):
                self._estimate.ask(experiment, self._device.chosen)
        elif message.latest is self._measure or not self._is_measured(message.outcome):
            self._cost = message.outcome
        self._show_all()

    def _has_cost(self, experiment: Experiment | None) -> bool:
        known = self._cost is not None
        return known and (self._cost.experiment, self._cost.device) == (experiment, self._device.chosen)

    def _is_measured(self, found: Cost) -> bool:
        cost = self._cost
        same = cost is not None and (cost.experiment, cost.device) == (found.experiment, found.device)
        return same and cost.measured

    def action_device(self) -> None:
        """Another device."""
        if not self._device.next():
            self.say(self._device.alone)
            return
        if self._known is not None:
            self._estimate.ask(self._known.verdict.experiment, self._device.chosen)
        self._show_all()

    def action_time_it(self) -> None:
        """Train a few steps of what the form describes, for the estimate."""
        experiment = self._judged.verdict.experiment if self._judged else None
        if experiment is None:
            self.say("the mistakes have to be mended first")
        elif self._measure.busy:
            self.say("it is being measured")
        else:
            self._measure.ask(experiment, self._device.chosen)
            self._show_all()

    @property
    def _times(self) -> tuple[str, ...]:
        experiment = self._known.verdict.experiment if self._known else None
        cost = self._cost
        if self._measure.busy:
            return ("measuring a few steps …", "measuring …")
        if cost is None or not self._has_cost(experiment):
            return ("…",)
        if not cost.known and not cost.measured:
            return (told(f"{cost.time}, {{time_it}} does"), told("{time_it} times it"))
        return (f"{cost.time}, {cost.line}", cost.time, cost.brief) if cost.known else (cost.time, "no measurement")

    def _changed(self) -> None:
        self._judge.ask(self.draft)

    @property
    def settled(self) -> bool:
        """Whether what is shown is about the draft as it is."""
        return self._judged is not None and self._judged.verdict.draft is self.draft

    # --- what is shown

    def _show_all(self, fresh: bool = False, ahead: bool = False) -> None:
        """Everything that depends on the draft. With `fresh` the cell takes the value of the row in focus."""
        if self.draft is None:
            return
        from grokterm.spec import attach, rows

        ink, width = self.app.ink, self.size.width
        verdict = self._judged.verdict if self._judged else None
        self._rows = rows(self.draft, self._also, self._path)
        under, others = attach(self._rows, verdict.problems if verdict else ())
        sheet = self.query_one(Sheet)
        lines = texts.sheet_lines(self._rows, under | self._refused, sheet.lines.size.width)
        self.put("#title", texts.heading(self.draft, verdict, self._device.words, width, ink))
        self.put("#totals", texts.totals(self._judged, self._times, width, ink))
        self._show_warnings(others)
        sheet.show(lines, self._place, ahead)
        row = self._row
        if fresh:
            self._written = row.text
            sheet.cell.show(plain(row.text), plain(row.default), texts.choices_of(row))
        side = self.query_one("#side").size.width - 1
        self.put("#about", texts.about(row, self.draft, side, ink, self._not_kept))
        self.put("#decay", self._courses(side))

    def _show_warnings(self, others: tuple[str, ...]) -> None:
        cautions = self._judged.verdict.cautions if self._judged else ()
        if self._cost is not None and self._cost.caution and self._known is self._judged:
            cautions = (*cautions, self._cost.caution)
        self.put("#warnings", texts.warnings(others, cautions, self.size.width, self.app.ink))
        self.query_one("#warnings").display = bool(others or cautions)

    def _courses(self, width: int):
        known, ink = self._known, self.app.ink
        decays = texts.course_lines("weight decay", known.decays if known else (), self._budget, width, ink)
        rates = texts.course_lines("learning rate", known.rates if known else (), self._budget, width, ink)
        return decays.append_text(rates)

    @property
    def _budget(self) -> str:
        return steps(self._known.verdict.experiment.arms[0].spec.stop.steps) if self._known else ""

    # --- starting, saving, leaving

    def action_launch(self) -> None:
        """Check everything once more, make the folder, start the workers."""
        if self._starting:
            self.say("it is being started")
            return
        self._leave()
        self._starting = True
        self.run_worker(partial(self._start, self.draft, self._device.chosen), thread=True)

    def _start(self, draft: Draft, device: str, force: bool = False) -> None:
        from grokterm.jobs import TooLarge
        from grokterm.spec import check

        verdict = check(draft)
        if verdict.experiment is None:  # said as it stands under the field
            field, words = verdict.problems[0]
            self.post_message(self.Started("", f"{field}: {words}" if field else words, verdict.problems))
            return
        try:
            self.post_message(self.Started(begin(self.app.runs, verdict.experiment, device, force)))
        except TooLarge as error:
            self._starting = False
            self.post_message(Oversized(error.message, partial(self._start, draft, device, True)))
        except GroktermError as error:
            self.post_message(self.Started(refusal=error.message))

    def on_oversized(self, message: Oversized) -> None:
        """Ask first."""
        message.ask(self)

    def on_form_started(self, message: Started) -> None:
        """Leave for the experiment, or stay with the first mistake."""
        self._starting = False
        if message.name:
            self.app.watcher.reread()
            self.dismiss(message.name)
            return
        from grokterm.spec import attach

        self.say(message.refusal.split("\n")[0], "error")
        under = attach(self._rows, message.problems)[0]
        wrong = [place for place, row in enumerate(self._rows) if row.key in under and row.focusable]
        if wrong:
            self._go(wrong[0])

    def action_save(self) -> None:
        """Keep the draft as a preset; asks for its name."""
        self._leave()
        self._ask_name()

    def _ask_name(self, name: str = "", detail: str = "") -> None:
        from grokterm.console.widgets.dialogs import Line as Ask
        from grokterm.spec import name_problem

        ask = Ask(
            "Keep as a preset of yours, called",
            "letters, digits and . _ -",
            detail=detail,
            value=name,
            check=lambda text: name_problem(text) if text else "",
        )
        self.app.push_screen(ask, self._save)

    def _save(self, name: str | None, overwrite: bool = False) -> None:
        if name:
            self.run_worker(partial(self._write, name, self.draft, overwrite), thread=True)

    def _write(self, name: str, draft: Draft, overwrite: bool) -> None:
        from grokterm.spec import Exists, save_preset

        try:
            self.post_message(self.Saved(name, draft, save_preset(name, draft.to_toml(), overwrite)))
        except Exists:
            self.post_message(self.Saved(name, draft))
        except GroktermError as error:
            self.post_message(self.Saved(name, draft, refusal=error.message))

    def on_form_saved(self, message: Saved) -> None:
        """Say where it is; ask before writing over another, and for another name where it couldn't be written."""
        from grokterm.console.widgets.dialogs import Question

        name = message.name
        if message.refusal:
            self._ask_name(name, message.refusal)
        elif message.path is None:
            question = Question(f"Write over {name}?", "There is a preset of yours by that name.")
            self.app.push_screen(question, lambda yes: self._save(name, True) if yes else self._ask_name(name))
        else:
            self._saved = message.draft.document
            mistakes = len(self._judged.verdict.problems) if self._judged else 0
            self.say(f"kept in {message.path}" + (f", with {plural(mistakes, 'mistake')}" if mistakes else ""))

    def action_back(self) -> None:
        """Leave; asks where changes would be lost."""
        if self.draft is None or self.draft.document == self._saved:
            self.dismiss(None)
            return
        from grokterm.console.widgets.dialogs import Question

        changes = plural(len(self.draft.changes()), "change")
        question = Question("Leave the form?", f"{changes} would be lost. {told('{save} keeps it all as a preset.')}")
        self.app.push_screen(question, lambda yes: self.dismiss(None) if yes else None)
