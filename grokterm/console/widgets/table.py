"""A table by lines: it draws only rows in view, sheds columns instead of cutting numbers, refreshes changed rows."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar, Generic, TypeVar

from rich.segment import Segment
from rich.style import Style
from rich.text import Text
from textual import events
from textual.binding import Binding
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip


@dataclass(frozen=True)
class Column:
    """A column and what it may lose.

    Attributes:
        width: cells it needs, without the gap; it is never drawn with fewer.
        most: cells it may grow to when there is room (words only).
        wants: cells it grows to before any other grows.
        rank: columns with a high rank go first when the table is narrow; rank 0 stays.
    """

    id: str
    title: str
    width: int
    most: int = 0
    wants: int = 0
    right: bool = False
    rank: int = 0


GAP = 2


def fit(columns: Sequence[Column], width: int) -> tuple[tuple[Column, int], ...]:
    """The columns that fit into `width` cells, in their order, each with the cells it gets."""
    kept = list(columns)
    while sum(column.width + GAP for column in kept) > width + GAP:
        losable = [column for column in kept if column.rank]
        if not losable:
            break
        kept.remove(max(losable, key=lambda column: column.rank))
    spare = max(0, width + GAP - sum(column.width + GAP for column in kept))
    sizes = [column.width for column in kept]
    while spare > 0:  # a cell each in turn, so that no column takes all there is
        growing = [place for place, column in enumerate(kept) if sizes[place] < column.wants]
        growing = growing or [place for place, column in enumerate(kept) if sizes[place] < column.most]
        growing = growing[:spare]
        if not growing:
            break
        for place in growing:
            sizes[place] += 1
        spare -= len(growing)
    return tuple(zip(kept, sizes, strict=True))


Row = TypeVar("Row")


class Table(ScrollView, Generic[Row], can_focus=True):
    """A list of rows with a cursor.

    Args:
        columns: see `Column`.
        paint: draws one cell of a row: `paint(row, column id, width) -> Text`. Called for rows in view only.
        key: the identity of a row, which the cursor follows when rows come and go.
        span: what is drawn across all columns in place of cells, for rows that are headings; None for the others.
        look: what the drawing of a row depends on besides the row; see `check`.
    """

    COMPONENT_CLASSES: ClassVar = {"table--head", "table--cursor"}
    ALLOW_SELECT = False
    HELP = "The list"
    BINDINGS: ClassVar = [
        Binding("up,k", "move(-1)", "The row above.", show=False),
        Binding("down,j", "move(1)", "The row below.", show=False),
        Binding("pageup", "page(-1)", "A screenful up.", show=False),
        Binding("pagedown", "page(1)", "A screenful down.", show=False),
        Binding("home", "move(-1000000000)", "The first row.", show=False),
        Binding("end", "move(1000000000)", "The last row.", show=False),
    ]

    class Viewed(Message):
        """Other rows may be in view."""

    class Highlighted(Message):
        """The cursor is on another row."""

    class Opened(Message):
        """A row was clicked twice."""

    def __init__(
        self,
        columns: Sequence[Column],
        paint: Callable[[Row, str, int], Text],
        key: Callable[[Row], str],
        *,
        span: Callable[[Row, int], Text | None] = lambda row, width: None,
        look: Callable[[Row], object] = lambda row: None,
        id: str | None = None,
    ) -> None:
        super().__init__(id=id)
        self._columns, self._paint, self._key, self._span, self._look = tuple(columns), paint, key, span, look
        self._rows: tuple[Row, ...] = ()
        self._drawn: dict[int, object] = {}  # by place: what the row in view looked like when it was drawn
        self._arrow: tuple[str, str] = ("", "")
        self.moved = False  # somebody has chosen a row
        self._cursor = 0
        self._sizes: tuple[tuple[Column, int], ...] = ()

    @property
    def highlighted(self) -> Row | None:
        """The row under the cursor."""
        return self._rows[self._cursor] if self._rows else None

    @property
    def rows(self) -> tuple[Row, ...]:
        """The rows shown."""
        return self._rows

    @property
    def in_view(self) -> tuple[Row, ...]:
        """The rows that the table has room for where it is scrolled to."""
        first = round(self.scroll_offset.y)
        return self._rows[first : first + max(1, self.size.height - 1)]

    def point(self, column: str, arrow: str) -> None:
        """Put a sign behind the title of a column, as of the one that rows are sorted by."""
        if (column, arrow) != self._arrow:
            self._arrow = (column, arrow)
            self.refresh(Region(0, 0, self.size.width, 1))

    def show(self, rows: Sequence[Row], highlight: str | None = None) -> None:
        """Show these rows; the cursor stays with its row, or goes to the one whose key is `highlight`."""
        new, old = tuple(rows), self._rows
        if not self._sizes:  # a table laid out before it was mounted hears nothing of its size
            self._fit()
        before = self.highlighted
        wanted = highlight or (self._key(before) if before is not None else None)
        self._rows = new
        there = self._cursor < len(new) and self._key(new[self._cursor]) == wanted
        if not there:
            place = next((place for place, row in enumerate(new) if self._key(row) == wanted), self._cursor)
            self._cursor = min(place, max(0, len(new) - 1))
        if len(new) != len(old):
            self._resize_rows()
        if len(new) != len(old) or not there:
            self._keep_in_view()
        self.check()
        self.post_message(self.Viewed())
        after = self.highlighted
        if (before is None) != (after is None) or (before is not None and self._key(before) != self._key(after)):
            self._announce()

    def check(self) -> None:
        """Draw the rows in view again that look another way than when they were drawn."""
        first = round(self.scroll_offset.y)
        for place in range(first, first + max(0, self.size.height - 1)):
            if self._drawn.get(place) != self._appearance(place):
                self._refresh_row(place)

    def _appearance(self, place: int) -> object:
        """All that the drawing of the row at a place depends on; None where there is no row."""
        if place >= len(self._rows):
            return None
        return self._rows[place], self._look(self._rows[place]), place == self._cursor

    def watch_scroll_y(self, old: float, new: float) -> None:
        """Say that other rows are in view."""
        super().watch_scroll_y(old, new)
        self.post_message(self.Viewed())

    def _refresh_row(self, place: int) -> None:
        line = place - self.scroll_offset.y + 1
        if 1 <= line < self.size.height:
            self.refresh(Region(0, line, self.size.width, 1))

    def _resize_rows(self) -> None:
        self.virtual_size = Size(self.size.width, len(self._rows) + 1)

    def on_resize(self, event: events.Resize) -> None:
        """Choose the columns that fit."""
        self._fit()
        self._resize_rows()
        self._keep_in_view()
        self.refresh()
        self.post_message(self.Viewed())

    def _fit(self) -> None:
        self._sizes = fit(self._columns, self.size.width - 2)

    def render_line(self, y: int) -> Strip:
        """Line 0 is the head and stays; the rest scroll."""
        width = self.size.width
        if y == 0:
            texts = [Text(self._title(column, cells), no_wrap=True) for column, cells in self._sizes]
            return self._line(texts, self.get_component_rich_style("table--head"), width)
        place = y - 1 + round(self.scroll_offset.y)
        self._drawn = {there: look for there, look in self._drawn.items() if abs(there - place) < self.size.height}
        self._drawn[place] = self._appearance(place)
        if place >= len(self._rows):
            return Strip.blank(width, self.rich_style)
        row = self._rows[place]
        on_cursor = place == self._cursor
        style = self.get_component_rich_style("table--cursor") if on_cursor else self.rich_style
        across = self._span(row, width - 2)
        if across is not None:
            return self._strip(Text(" ", no_wrap=True, end="") + across, style, width)
        return self._line([self._paint(row, column.id, cells) for column, cells in self._sizes], style, width)

    def _title(self, column: Column, cells: int) -> str:
        if column.id != self._arrow[0]:
            return column.title
        if not column.title:
            return self._arrow[1]
        room = max(0, cells - len(self._arrow[1]) - 1)
        return f"{column.title[:room].rstrip()} {self._arrow[1]}"

    def _line(self, texts: Sequence[Text], style: Style, width: int) -> Strip:
        line = Text(" ", no_wrap=True, end="")
        for text, (column, cells) in zip(texts, self._sizes, strict=True):
            text.truncate(cells, overflow="ellipsis")
            blank = " " * (cells - text.cell_len)
            line.append_text(Text(blank) + text if column.right else text + Text(blank))
            line.append(" " * GAP)
        return self._strip(line, style, width)

    def _strip(self, line: Text, style: Style, width: int) -> Strip:
        segments = [
            Segment(part.text, style + part.style if part.style else style)
            for part in line.render(self.app.console)
            if part.text
        ]
        return Strip(segments).adjust_cell_length(width, style)

    def action_move(self, by: int) -> None:
        """Move the cursor."""
        if not self._rows:
            return
        self.moved = True
        place = min(max(0, self._cursor + by), len(self._rows) - 1)
        if place != self._cursor:
            old, self._cursor = self._cursor, place
            self._keep_in_view()
            self._refresh_row(old)
            self._refresh_row(place)
            self._announce()

    def action_page(self, direction: int) -> None:
        """Move the cursor by a screenful."""
        self.action_move(direction * max(1, self.size.height - 2))

    def _keep_in_view(self) -> None:
        first, shown = round(self.scroll_offset.y), max(1, self.size.height - 1)
        if self._cursor < first:
            self.scroll_to(y=self._cursor, animate=False, immediate=True)
        elif self._cursor >= first + shown:
            self.scroll_to(y=self._cursor - shown + 1, animate=False, immediate=True)

    def _announce(self) -> None:
        self.post_message(self.Highlighted())

    def on_click(self, event: events.Click) -> None:
        """One click moves the cursor, a second one opens."""
        place = event.y - 1 + round(self.scroll_offset.y)
        if event.y >= 1 and place < len(self._rows):
            self.action_move(place - self._cursor)
            if event.chain == 2:
                self.post_message(self.Opened())
