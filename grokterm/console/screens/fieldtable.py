"""A table of the fields of a spec with a value for every arm, and below it what the highlighted field means."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.text import Text
from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Static

from grokterm.console.commands import told
from grokterm.console.configuration import Field, about, fields, listed
from grokterm.console.look import Ink, marker
from grokterm.console.screens.page import rewrite
from grokterm.console.text import clip, clip_apart, fold, plain
from grokterm.console.widgets.table import GAP, Column, Table

if TYPE_CHECKING:
    from grokterm.record import Past
    from grokterm.spec import Arm, Experiment

    Item = tuple[str, Experiment, Arm, Sequence[Past]]

_VALUE, _WIDE, _NAME = 12, 60, 34  # cells of a column of values, at least and at most; most cells of a name


class FieldTable(Vertical):
    """Shows `(label, experiment, arm, what forks have changed in it)` beside each other."""

    def __init__(self, only_differing: bool = False) -> None:
        super().__init__()
        self._labels: tuple[str, ...] = ()
        self._fields: tuple[Field, ...] = ()
        self._only_differing, self._containing = only_differing, ""
        self._columns: tuple[Column, ...] = ()
        self._table: Table | None = None  # not found by a query: one with other columns may still be on its way out

    def compose(self) -> ComposeResult:
        """What the signs mean, and what the highlighted field means; the table comes when its columns are known."""
        yield Static(id="signs", markup=False)
        yield Static(id="about", markup=False)

    def show(self, items: Sequence[Item]) -> None:
        """Show the fields of these arms."""
        self._labels = tuple(f"{marker(place)} {plain(label)}" for place, (label, *_) in enumerate(items))
        self._fields = fields([item[1:3] for item in items], [item[3] for item in items])
        self._lay_out()

    def sift(self, text: str) -> None:
        """Only fields with this in their name or values."""
        self._containing = text
        self._fill()

    def flip(self) -> None:
        """All fields, or those that differ."""
        self._only_differing = not self._only_differing
        self._fill()

    def on_resize(self, event: events.Resize) -> None:
        """Arms stand beside each other where there is room."""
        if self._fields:
            self._lay_out()

    def _lay_out(self) -> None:
        columns = columns_for(self._labels, self._fields, self.size.width)
        if columns == self._columns or not self.size.width:
            self._fill()
            return
        self._columns = columns
        table = Table(columns, self._paint, lambda row: f"{row.heading} {row.key}")
        before, self._table = self._table, table
        focused = self.screen.focused is None or (before is not None and before.has_focus)
        if before is not None:
            before.remove()
        self.mount(table, after="#signs")
        if focused:
            table.focus()
        table.call_after_refresh(self._fill)  # once it is mounted

    def _fill(self) -> None:
        if self._table is None or not self._table.is_mounted:
            return
        rows = listed(self._fields, self._only_differing, self._containing)
        first = next((row for row in rows if not row.heading), None)
        fresh = not self._table.rows and first is not None
        self._table.show(rows, highlight=f"{first.heading} {first.key}" if fresh else None)
        differ = sum(row.differs for row in self._fields)
        shown, other = ("fields that differ", "all") if self._only_differing else ("all fields", "only these")
        words = f" {shown} · {differ} of {len(self._fields)} differ, marked ≠ · {told('{difference} shows')} {other}"
        if self._containing:
            found = sum(not row.heading for row in rows)
            words = f" with “{plain(self._containing)}”: {found} of {len(self._fields)} fields ·{words}"
        if not rows and self._containing:
            words = f" no field {'that differs ' if self._only_differing else ''}contains “{plain(self._containing)}”"
            words += told(" · {difference} shows all fields") if self._only_differing else ""
        elif not rows:
            words = told(" nothing differs · {difference} shows all fields")
        rewrite(self.query_one("#signs", Static), clip(words, self.size.width))
        self.on_table_highlighted()

    def _paint(self, row: Field, column: str, width: int) -> Text:
        return paint(row, column, width, self._labels, self.app.ink)

    def on_table_highlighted(self) -> None:
        """What the highlighted field means, and its values in full."""
        row = self._table.highlighted if self._table is not None else None
        height = 4 if self.screen.size.height < 30 else 6
        self.query_one("#about").styles.height = height
        rewrite(self.query_one("#about", Static), about_text(row, self._labels, self.size.width, height, self.app.ink))


def columns_for(labels: tuple[str, ...], rows: tuple[Field, ...], width: int) -> tuple[Column, ...]:
    """A column for every arm where they fit, each as wide as the others; else one for the values of all."""
    names = min(_NAME, max((len(row.label) for row in rows), default=0) + 2)
    head = (Column("sign", "", 1), Column("name", "field", names))
    room = width - 3 - 1 - GAP - names - GAP
    each = room // max(1, len(labels)) - GAP
    if each < _VALUE or len(labels) == 1:
        return (*head, Column("values", "value", _VALUE, most=400))
    each = min(each, _WIDE)
    return (*head, *(Column(str(place), label, each) for place, label in enumerate(clip_apart(labels, each))))


def paint(row: Field, column: str, width: int, labels: tuple[str, ...], ink: Ink) -> Text:
    """One cell. A value that all arms have stands in the first column, and the others say that it is the same."""
    if row.heading:
        return Text(clip(row.section, width) if column == "name" else "", f"bold {ink.foreground}")
    if column == "sign":
        return Text("≠" if row.differs else "", f"bold {ink.accent}")
    if column == "name":
        return Text(clip(f"  {row.label}", width), ink.foreground if row.differs else ink.muted)
    if column == "values":
        values = [f"{label[0]} {value}" for label, value in zip(labels, row.values, strict=True)]
        return Text(clip("   ".join(values) if row.differs else row.values[0], width), ink.foreground)
    place = int(column)
    if not row.differs and place:
        return Text("=", ink.faint)
    return Text(clip(row.values[place], width), ink.foreground)


def about_text(row: Field | None, labels: tuple[str, ...], width: int, height: int, ink: Ink) -> Text:
    """The field in words: name, what is allowed, what it means, every value in full; at most `height` lines."""
    text = Text(no_wrap=True)
    if row is None or row.heading:
        return text
    info = about(row)
    text.append(f" {row.key}", f"bold {ink.foreground}")
    if info is not None:
        allowed = clip(f"   {info.type}; default {info.default}", max(4, width - len(row.key) - 2))
        text.append(allowed, ink.muted).append("\n" + fold(info.description, width - 1, " ", " "), ink.foreground)
    if row.differs:
        values = "   ".join(f"{label}: {value}" for label, value in zip(labels, row.values, strict=True))
    else:
        values = row.values[0]
    text.append("\n" + fold(values, width - 1, " ", " "), ink.accent if row.differs else ink.foreground)
    lines = text.split("\n")
    return Text("\n").join(lines[:height])
