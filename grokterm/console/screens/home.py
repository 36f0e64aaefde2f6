"""Home: the history, and a preview of what is highlighted."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.containers import Container, Vertical
from textual.widgets import Input, Static

from grokterm.console.commands import HOME, bindings
from grokterm.console.screens.acting import Acting
from grokterm.console.screens.parts import title_line
from grokterm.console.screens.preview import Preview
from grokterm.console.snapshot import Snapshot
from grokterm.console.text import plain_lines, plural
from grokterm.console.widgets.keybar import KeyBar
from grokterm.console.widgets.table import Table


class Home(Acting):
    """The first screen.

    Args:
        open_at: an experiment to open at once.
    """

    SCOPE = HOME
    BINDINGS = bindings(HOME)
    HORIZONTAL_BREAKPOINTS: ClassVar = [(0, "-narrow"), (150, "-wide")]
    VERTICAL_BREAKPOINTS: ClassVar = [(0, "-low"), (34, "-high")]
    AUTO_FOCUS = "#history"

    def __init__(self, open_at: str | None = None) -> None:
        super().__init__()
        self._open_at = open_at
        self._filter = ""

    def compose(self) -> ComposeResult:
        """Title, history beside or above the preview, filter, keys."""
        from grokterm.console.screens.history import COLUMNS, paint

        yield Static(id="title")
        with Container(id="body"):
            with Vertical(id="list"):
                yield Table(COLUMNS, lambda *cell: paint(*cell, self.app.ink), lambda line: line.name, id="history")
                yield Static(id="empty", markup=False)
            yield Preview()
        yield Input(placeholder="text in name, title, arms or state", id="filter")
        yield KeyBar(HOME)

    def on_mount(self) -> None:
        """Begin with the history, or with the experiment asked for."""
        self.query_one("#filter", Input).display = False
        if self._open_at and (self.app.runs / self._open_at).is_dir():
            self.call_after_refresh(self._open, self._open_at)

    @property
    def history(self) -> Table:
        """The table."""
        return self.query_one("#history", Table)

    def focus_name(self) -> str | None:
        """The highlighted experiment, for the preview."""
        return self.target()

    def target(self) -> str | None:
        """The highlighted experiment."""
        line = self.history.highlighted
        return line.name if line is not None else None

    def seeds(self) -> tuple[int, ...]:
        """Those of the highlighted experiment."""
        line = self.history.highlighted
        return line.summary.seeds if line is not None else ()

    def show(self, snapshot: Snapshot) -> None:
        """Lines, title, preview."""
        from grokterm.console.screens.history import line_of, matches

        now, marks = self.app.clock(), self.app.memory.marks
        lines = [
            line_of(summary, now, summary.name in marks)
            for summary in snapshot.history
            if not self._filter or matches(summary, self._filter)
        ]
        self.history.show(lines)
        self.put("#title", self._title(snapshot, len(lines)))
        self._show_empty(snapshot, len(lines))
        self.query_one(Preview).show(snapshot, self.target())
        if self.target() != snapshot.focus:
            self.app.watcher.focus(self.target())

    def _title(self, snapshot: Snapshot, shown: int):
        running = sum(summary.state in ("running", "starting") for summary in snapshot.history)
        parts = [plural(max(snapshot.total, 0), "experiment")]
        if snapshot.loading:
            parts = [
                f"reading {len(snapshot.history):,} of {max(snapshot.total, 0):,}" if snapshot.total > 0 else "reading"
            ]
        if running:
            parts.append(f"{running} running")
        if self._filter:
            parts.append(f"{shown:,} shown")
        if self.app.memory.marks:
            parts.append(f"{len(self.app.memory.marks)} marked")
        return title_line("grokterm", f"{' · '.join(parts)}   {self.app.runs}", self.size.width, self.app.ink)

    def _show_empty(self, snapshot: Snapshot, shown: int) -> None:
        if shown:
            words = ""
        elif snapshot.problem:
            words = snapshot.problem
        elif self._filter and snapshot.history:
            words = f"Nothing matches “{self._filter}”.  Esc shows everything again."
        elif snapshot.loading:
            words = "Reading the experiments …"
        else:
            words = (
                f"No experiments in {self.app.runs} yet.\n\n"
                "n   chooses a preset and starts it; `quickstart` groks within a minute\n"
                "?   shows every key"
            )
        self.put("#empty", plain_lines(words))
        self.query_one("#empty").display, self.history.display = not shown, bool(shown)

    def on_table_highlighted(self) -> None:
        """Follow the cursor with the preview."""
        if self.in_front:  # the message may arrive after another screen has come in front
            self.app.watcher.focus(self.target())
            self.query_one(Preview).show(self.app.snapshot, self.target())

    def on_table_opened(self) -> None:
        """A double click."""
        self.action_open()

    def action_open(self) -> None:
        """Open the highlighted experiment."""
        if self.target() is not None:
            self._open(self.target())

    def _open(self, name: str) -> None:
        from grokterm.console.screens.experiment import ExperimentPage

        self.app.push_screen(ExperimentPage(name))

    def action_new(self) -> None:
        """Choose a preset."""
        from grokterm.console.screens.new import New

        self.app.push_screen(New())

    def action_mark(self) -> None:
        """Mark or unmark, and go on to the next line."""
        name, marks = self.target(), self.app.memory.marks
        if name is None:
            return
        others = tuple(mark for mark in marks if mark != name)
        self.app.memory.remember(marks=others if name in marks else (*marks, name))
        self.history.action_move(1)
        self.show(self.app.snapshot)

    def action_filter(self) -> None:
        """Write a filter."""
        line = self.query_one("#filter", Input)
        line.display = True
        line.focus()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Filter while typing."""
        self._filter = event.value.strip()
        self.show(self.app.snapshot)

    def on_input_submitted(self) -> None:
        """Keep the filter and go back to the table."""
        self.query_one("#filter", Input).display = bool(self._filter)
        self.history.focus()

    def action_back(self) -> None:
        """Take the filter away, then the marks; then there is nothing left to go back from."""
        line = self.query_one("#filter", Input)
        if line.display:
            line.value, line.display = "", False
            self.history.focus()
        elif self.app.memory.marks:
            self.app.memory.remember(marks=())
            self.show(self.app.snapshot)
