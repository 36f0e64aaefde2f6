"""A sheet: many lines with values, and one input that lies over the value in focus.

Sixty inputs would take a second to open and be laid out anew at every change; one is moved instead.
"""

from collections.abc import Callable, Sequence
from typing import Any, ClassVar, NamedTuple

from rich.segment import Segment
from rich.text import Text
from textual import events
from textual.app import ComposeResult
from textual.containers import Container
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.suggester import SuggestFromList
from textual.widgets import Input


class Line(NamedTuple):
    """One line of a sheet.

    Attributes:
        place: the number of the value that it belongs to, -1 for none.
        main: whether the value stands in it; the others are about the value above.
        content: what `paint` makes cells of; lines with equal content look alike.
    """

    place: int
    main: bool
    content: Any


class Lines(ScrollView):
    """The lines, drawn as far as they are in view."""

    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar = {"sheet--cursor"}

    class Clicked(Message):
        """A line that belongs to a value was clicked."""

        def __init__(self, place: int) -> None:
            super().__init__()
            self.place = place

    class Scrolled(Message):
        """Other lines are in view."""

    def __init__(self, paint: Callable[[Line, int], Text]) -> None:
        super().__init__()
        self.can_focus = False
        self._paint = paint
        self.lines: tuple[Line, ...] = ()
        self.place = -1

    def show(self, lines: Sequence[Line], place: int) -> None:
        """Show these lines, with the value `place` in focus; only what differs is drawn again."""
        old, was, self.lines, self.place = self.lines, self.place, tuple(lines), place
        if len(old) != len(self.lines):
            self.virtual_size = Size(self.size.width, len(self.lines))
            self.refresh()
        else:
            for y, (line, before) in enumerate(zip(self.lines, old, strict=True)):
                if line != before or (was != place and line.main and line.place in (was, place)):
                    self.refresh(Region(0, y - round(self.scroll_offset.y), self.size.width, 1))

    def of(self, place: int) -> range:
        """The numbers of the lines of a value."""
        found = [y for y, line in enumerate(self.lines) if line.place == place]
        return range(found[0], found[-1] + 1) if found else range(0)

    def keep_in_view(self, ahead: bool = False) -> None:
        """Scroll as little as needed to show the value in focus with the lines about it, and the one before.

        Args:
            ahead: scroll as much as possible, for what comes after it.
        """
        own, first, height = self.of(self.place), round(self.scroll_offset.y), self.size.height
        if not own or not height:
            return
        top = 0 if own.start <= 3 else max(0, own.start - 1)
        if top < first or ahead:
            self.scroll_to(y=top, animate=False, immediate=True)
        elif own.stop + 1 > first + height:
            self.scroll_to(y=min(top, own.stop + 1 - height), animate=False, immediate=True)

    def watch_scroll_y(self, old: float, new: float) -> None:
        """The input moves along."""
        super().watch_scroll_y(old, new)
        self.post_message(self.Scrolled())

    def on_resize(self, event: events.Resize) -> None:
        """Another width."""
        self.virtual_size = Size(self.size.width, len(self.lines))
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """One line, on the colour of the cursor where it is in focus."""
        width, number = self.size.width, y + round(self.scroll_offset.y)
        if number >= len(self.lines):
            return Strip.blank(width, self.rich_style)
        line = self.lines[number]
        focused = line.main and line.place == self.place
        style = self.get_component_rich_style("sheet--cursor") if focused else self.rich_style
        text = self._paint(line, width)
        text.end = ""
        segments = [
            Segment(part.text, style + part.style if part.style else style)
            for part in text.render(self.app.console)
            if part.text
        ]
        return Strip(segments).adjust_cell_length(width, style)

    def on_click(self, event: events.Click) -> None:
        """Go to the value that was clicked."""
        number = event.y + round(self.scroll_offset.y)
        if number < len(self.lines) and self.lines[number].place >= 0:
            self.post_message(self.Clicked(self.lines[number].place))


class Cell(Input):
    """The input. Where there are choices, left and right go through them until something is typed.

    One of them may be "", nothing at all.
    """

    def __init__(self) -> None:
        super().__init__(compact=True, select_on_focus=True)
        self.cursor_blink = False
        self.choices: tuple[str, ...] = ()
        self._chosen = ""

    def show(self, text: str, default: str, choices: tuple[str, ...]) -> None:
        """Another value to change."""
        self.choices, self._chosen = choices, text
        self.suggester = SuggestFromList(filter(None, choices), case_sensitive=False) if choices else None
        self.placeholder = default
        with self.prevent(Input.Changed):
            self.value = text
        self.action_select_all()

    @property
    def choosing(self) -> bool:
        """Whether there are choices, and what it says was chosen and not typed."""
        return bool(self.choices) and self.value == self._chosen

    def action_cursor_left(self, select: bool = False) -> None:
        """The choice before, or one character to the left."""
        if not self.choosing or not self._choose(-1):
            super().action_cursor_left(select)

    def action_cursor_right(self, select: bool = False) -> None:
        """The next choice, or one character to the right."""
        if not self.choosing or not self._choose(1):
            super().action_cursor_right(select)

    def _choose(self, by: int) -> bool:
        at = self.value if self.value in self.choices else self.value or self.placeholder
        # A number where a schedule may be stands for the first of them, the constant one.
        place = by + self.choices.index(at) if at in self.choices else by if self.value else min(0, by)
        self._chosen = self.choices[place % len(self.choices)]
        self.value = self._chosen
        self.action_select_all()
        return True


class Sheet(Container):
    """Lines and the cell over them.

    Args:
        paint: draws a line: `paint(line, width) -> Text`.
        span: where a value stands in a sheet so wide: `span(line, width) -> (first cell, cells)`.
    """

    def __init__(
        self, paint: Callable[[Line, int], Text], span: Callable[[Line, int], tuple[int, int]], id: str
    ) -> None:
        super().__init__(id=id)
        self._paint, self._span = paint, span

    def compose(self) -> ComposeResult:
        """The cell lies above."""
        yield Lines(self._paint)
        yield Cell()

    @property
    def lines(self) -> Lines:
        """The lines."""
        return self.query_one(Lines)

    @property
    def cell(self) -> Cell:
        """The input."""
        return self.query_one(Cell)

    def show(self, lines: Sequence[Line], place: int, ahead: bool = False) -> None:
        """Show these lines and go to the value `place`, in view with what is said about it; see `keep_in_view`."""
        self.lines.show(lines, place)
        self.lines.keep_in_view(ahead)
        self._put_cell()

    def on_lines_scrolled(self) -> None:
        """The cell stays on its value, also out of sight."""
        self._put_cell()

    def on_resize(self) -> None:
        """Another width."""
        self.call_after_refresh(self._resized)

    def _resized(self) -> None:
        self.lines.keep_in_view()
        self._put_cell()

    def _put_cell(self) -> None:
        own = self.lines.of(self.lines.place)
        if not own:
            return
        first, cells = self._span(self.lines.lines[own.start], self.lines.size.width)
        y = own.start - round(self.lines.scroll_offset.y)
        self.cell.styles.offset = (first, y if 0 <= y < self.size.height else -2)
        self.cell.styles.width = max(1, cells)
