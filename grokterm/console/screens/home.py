"""Home: the history, a preview of what is highlighted, and the devices beside it where there is room."""

from __future__ import annotations

from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Container, Vertical
from textual.widgets import Static

from grokterm.console.arranging import Heading, sort_of
from grokterm.console.commands import COMMANDS, HOME, bindings, command, told
from grokterm.console.screens.filterbar import FilterBar
from grokterm.console.screens.gathering import Gathering
from grokterm.console.screens.parts import title_line
from grokterm.console.screens.preview import Preview
from grokterm.console.snapshot import Snapshot
from grokterm.console.text import age, plain_lines, plural
from grokterm.console.widgets.keybar import KeyBar
from grokterm.console.widgets.table import Table

_AGES_SECONDS = 20.0
_CURVES = {entry.method.removeprefix("action_") for entry in COMMANDS if entry.about == "curves" if HOME in entry.where}


class Home(Gathering):
    """The first screen.

    Args:
        open_at: an experiment to open at once.
    """

    SCOPE = HOME
    BINDINGS = bindings(HOME)
    HORIZONTAL_BREAKPOINTS: ClassVar = [(0, "-narrow"), (150, "-wide")]
    VERTICAL_BREAKPOINTS: ClassVar = [(0, "-tiny"), (18, "-low"), (34, "-high")]
    AUTO_FOCUS = "#history"

    def __init__(self, open_at: str | None = None) -> None:
        super().__init__()
        self._open_at = open_at
        self._marks: frozenset[str] = frozenset()
        self._complete = False
        self._came_from = ""

    def compose(self) -> ComposeResult:
        """Title, history beside or above the preview, filter, keys."""
        from grokterm.console.screens.history import COLUMNS, heading, paint
        from grokterm.console.screens.queue_panel import QueuePanel

        yield Static(id="title")
        with Container(id="body"):
            with Vertical(id="list"):
                yield Table(
                    COLUMNS,
                    lambda row, column, width: paint(row, column, width, self.app.ink, self._look_of(row)),
                    lambda row: row.name,
                    span=lambda row, width: heading(row, width, self.app.ink),
                    look=self._look_of,
                    id="history",
                )
                yield Static(id="empty", markup=False)
            with Vertical(id="beside"):
                yield Preview()
                yield QueuePanel()
        yield FilterBar(self.app.memory.filter, self.known_values)
        yield KeyBar(HOME)

    def on_mount(self) -> None:
        """Begin with the history, or with the experiment asked for."""
        self.set_interval(_AGES_SECONDS, self.history.check)  # ages change with time alone
        if self._open_at and (self.app.runs / self._open_at).is_dir():
            self.call_after_refresh(self.open_page, self._open_at)

    @property
    def history(self) -> Table:
        """The table."""
        return self.query_one("#history", Table)

    def focus_name(self) -> str | None:
        """The highlighted experiment, for the preview."""
        return self.target()

    def seeds(self) -> tuple[int, ...]:
        """Those of the highlighted experiment."""
        return getattr(self.history.highlighted, "seeds", ())

    def _look_of(self, row: object) -> tuple:
        """What the drawing of a row depends on beside the row: its age, its mark, its place in the line."""
        if isinstance(row, Heading):
            return ("", False, 0)
        machine = self.app.snapshot.machine
        place = machine.place(row.name) if machine is not None and row.state == "queued" else 0
        return age(self.app.clock() - row.created), row.name in self._marks, place

    def on_screen_resume(self) -> None:
        """In front: the devices are looked at if they are shown here."""
        self.app.watcher.watch_machine("home", self.has_class("-wide"))
        self.ask_again()

    def on_screen_suspend(self) -> None:
        """Behind another page: nobody looks at the devices here."""
        self.app.watcher.watch_machine("home", False)

    def on_resize(self) -> None:
        """The title is laid out for the width, and the devices come or go."""
        if self.in_front:
            self.app.watcher.watch_machine("home", self.size.width >= self.HORIZONTAL_BREAKPOINTS[1][0])
            self.call_after_refresh(lambda: self.show(self.app.snapshot))

    def show(self, snapshot: Snapshot) -> None:
        """Lines, title, preview."""
        from grokterm.console.screens.queue_panel import QueuePanel

        arranged, self._marks = snapshot.arranged, frozenset(self.app.memory.marks)
        # While the history is still being read, the cursor waits on the first line: what lives is read last.
        waits = not self._complete and not self.history.moved and arranged.rows
        self.history.show(arranged.rows, self._returned(snapshot) or (arranged.rows[0].name if waits else None))
        self._complete |= not snapshot.loading
        sort = sort_of(arranged.query.sort)
        self.history.point(sort.column, ("▲" if arranged.query.reverse else "▼") if snapshot.history else "")
        self.put("#title", self._title(snapshot))
        self._show_empty(snapshot)
        self.query_one(FilterBar).hint()
        self.query_one(Preview).show(snapshot, self.target())
        self.query_one(QueuePanel).show(snapshot)
        self.offer()
        if self.target() != snapshot.focus:
            self.app.watcher.focus(self.target())

    def came_back(self, name: str) -> None:
        """Highlight this experiment, which may not be in the history yet, unless a row is chosen before."""
        self._came_from, self.history.moved = name, False

    def _returned(self, snapshot: Snapshot) -> str:
        """The experiment to highlight, once it is known; "" where there is none, or it isn't among what is shown."""
        name = self._came_from
        if self.history.moved:
            self._came_from = ""
        if not self._came_from or all(summary.name != name for summary in snapshot.history):
            return ""
        self._came_from, self.history.moved = "", True
        return name if any(row.name == name for row in snapshot.arranged.rows) else ""

    def obstacle(self, action: str) -> str:
        """Keys of curves need a preview with charts."""
        previewed = self.has_class("-high") or self.has_class("-wide")
        if action in _CURVES and not (previewed and self.target() is not None):
            return told("No curves are in view; {open} opens an experiment, and a higher window has a preview")
        return super().obstacle(action)

    def _title(self, snapshot: Snapshot) -> Text:
        arranged, memory = snapshot.arranged, self.app.memory
        parts = [plural(max(snapshot.total, 0), "experiment")]
        if snapshot.loading:
            known = f"reading {len(snapshot.history):,} of {max(snapshot.total, 0):,}"
            parts = [known if snapshot.total > 0 else "reading"]
        if arranged.running:
            parts.append(f"{arranged.running} running")
        if arranged.queued:
            parts.append(f"{arranged.queued} queued")
        if memory.filter:
            parts.append(f"{arranged.shown:,} shown")
        if arranged.archived:
            parts.append(f"{arranged.archived:,} archived")
        if self.marked:
            parts.append(f"{len(self.marked)} marked" + (f", {len(self.hidden)} hidden" if self.hidden else ""))
        if memory.sort not in ("", "age"):
            parts.append(f"by {memory.sort}")
        if memory.group:
            parts.append(f"grouped by {memory.group} ({command('group').shown_key})")
        room = self.size.width - len("grokterm") - 6
        while len(" · ".join(parts)) > room and len(parts) > 1:
            parts.pop()
        words = " · ".join(parts)
        where = f"{words}   {self.app.runs}"
        return title_line("grokterm", where if len(where) <= room else words, self.size.width, self.app.ink)

    def _show_empty(self, snapshot: Snapshot) -> None:
        rows = bool(snapshot.arranged.rows)
        self.put("#empty", "" if rows else plain_lines(self.nothing()))
        self.query_one("#empty").display, self.history.display = not rows, rows

    def nothing(self) -> str:
        """Why no experiment is highlighted, and what to do about that."""
        snapshot, memory = self.app.snapshot, self.app.memory
        if self.history.highlighted is not None and self.history.display:
            return told("That is the heading of a group: {open} folds it, an experiment is a line below")
        if snapshot.problem:
            return snapshot.problem
        if snapshot.loading:
            return "Reading the experiments …"
        if memory.filter and snapshot.history:
            return f"Nothing matches “{memory.filter}”.  {told('{back} shows everything again.')}"
        if snapshot.arranged.archived:
            count = plural(snapshot.arranged.archived, "experiment")
            how = told("{filter} and archived=yes show what is there")
            return f"{count} in the archive, and nothing else.\n\n{how}"
        if snapshot.binned:
            count = plural(snapshot.binned, "experiment")
            undo = "{undo} takes back what was moved there in this visit; " if self.app.undoing else ""
            how = f"{undo}`grokterm restore NAME` takes one out; {{new}} starts another"
            return f"{count} in the bin of {self.app.runs}, and nothing else.\n\n{told(how)}"
        how = "{new}   chooses a preset and starts it; `quickstart` groks within a minute\n{help}   shows every key"
        return f"No experiments in {self.app.runs} yet.\n\n{told(how)}"

    def on_table_highlighted(self) -> None:
        """Follow the cursor with the preview."""
        if self.in_front:  # the message may arrive after another screen has come in front
            self.app.watcher.focus(self.target())
            self.query_one(Preview).show(self.app.snapshot, self.target())
            self.offer()

    def on_table_viewed(self) -> None:
        """What is on the screen is looked at in every round."""
        self.app.watcher.look_at(tuple(row.name for row in self.history.in_view))

    def on_table_opened(self) -> None:
        """A double click."""
        self.action_open()
