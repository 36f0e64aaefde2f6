"""Difference: the fields in which experiments, or the arms of one, are not the same."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.message import Message
from textual.widgets import Static

from grokterm.console.commands import DIFFERENCE, bindings, told
from grokterm.console.screens.fieldtable import FieldTable
from grokterm.console.screens.page import Page
from grokterm.console.screens.parts import title_line
from grokterm.console.snapshot import Snapshot
from grokterm.console.text import plain
from grokterm.console.widgets.filterline import FilterLine
from grokterm.console.widgets.keybar import KeyBar
from grokterm.errors import GroktermError
from grokterm.names import arm_labels, short_name

if TYPE_CHECKING:
    from grokterm.console.screens.fieldtable import Item


class Difference(Page):
    """A table of fields with a column for every arm.

    Args:
        names: folders, in order.
    """

    SCOPE = DIFFERENCE
    BINDINGS = bindings(DIFFERENCE)
    CSS_PATH: ClassVar = ["difference.tcss"]
    AUTO_FOCUS = "FieldTable Table"

    class Ready(Message):
        """The specs are read, or say why they can't be; sent by a thread."""

        def __init__(self, items: list[Item], problem: str = "") -> None:
            super().__init__()
            self.items, self.problem = items, problem

    def __init__(self, names: tuple[str, ...]) -> None:
        super().__init__()
        self._names = names

    def compose(self) -> ComposeResult:
        """A title, the table, a line for the filter."""
        yield Static(id="title", markup=False)
        yield Static("\n reading …", id="problem", markup=False)
        yield FieldTable(only_differing=True)
        yield FilterLine("which fields: text in their names or values")
        yield KeyBar(DIFFERENCE)

    def on_mount(self) -> None:
        """Read off the event loop."""
        self.run_worker(self._read, thread=True)

    def focus_name(self) -> str | None:
        """The watcher goes on with what it has."""
        return self.app.snapshot.focus

    def _read(self) -> None:
        from grokterm.record import open_folder

        try:
            folders = [open_folder(self.app.runs / name) for name in self._names]
            arms = [(folder, arm) for folder in folders for arm in folder.spec().arms]
            labels = arm_labels([(folder.path, arm.name) for folder, arm in arms])
            known = [(folder.spec(), arm, folder.past(arm.name)) for folder, arm in arms]
            items = [(label, *rest) for label, rest in zip(labels, known, strict=True)]
        except GroktermError as error:
            self.post_message(self.Ready([], str(error)))
        else:
            self.post_message(self.Ready(items))

    def on_difference_ready(self, message: Ready) -> None:
        """Show them."""
        self.put("#problem", f"\n {plain(message.problem)}\n {told('{back} goes back.')}")
        self.query_one("#problem").display = bool(message.problem)
        self.query_one(FieldTable).display = not message.problem
        if message.items:
            self.query_one(FieldTable).show(message.items)

    def show(self, snapshot: Snapshot) -> None:
        """The title; the fields never change."""
        names = ", ".join(plain(short_name(name)) for name in self._names)
        self.put("#title", title_line(f"What differs   {names}", "", self.size.width, self.app.ink))

    def action_difference(self) -> None:
        """Only what differs, or all fields."""
        self.query_one(FieldTable).flip()

    def action_filter(self) -> None:
        """Write a filter."""
        self.query_one(FilterLine).open()

    def on_filter_line_sifted(self, message: FilterLine.Sifted) -> None:
        """Filter while typing."""
        self.query_one(FieldTable).sift(message.text)

    def on_filter_line_left(self) -> None:
        """Back to the fields."""
        self.query_one("FieldTable Table").focus()

    def action_back(self) -> None:
        """The filter first, then the page."""
        line = self.query_one(FilterLine)
        if line.display or line.value:
            line.clear()
            self.query_one("FieldTable Table").focus()
        else:
            super().action_back()
