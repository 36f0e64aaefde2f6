"""A chart as lines of cells. The only module that knows the plotting library.

plotext lays out the canvas, the axes, ticks and labels. It is slow by the point and global by habit, so it gets one
figure of its own per drawing, made afresh, and its canvas is filled by whole rows of finished cells (see `raster`).
Scales are ours as well: its log axis can fail on a second build, a limit without a point inside raises, and a flat
series can keep its tick search busy for ever. The result is read from the figure's matrix, not from its string of
escape codes.
"""

import math
from dataclasses import replace
from functools import lru_cache, partial

import numpy as np
from plotext._figure import _figure_class as Figure
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from grokterm.console.charts.compose import Grid, Limits, compose, scene
from grokterm.console.charts.cursor import draw_cursor
from grokterm.console.charts.model import Chart
from grokterm.console.charts.pens import Pen, pen_of
from grokterm.console.charts.raster import Frame, rows_of
from grokterm.console.charts.ticks import Tick, linear_ticks, log_ticks, log_time_ticks, time_ticks
from grokterm.console.look import Ink
from grokterm.console.text import clip, number

SMALLEST = (18, 5)
_TITLE_ROWS, _AXIS_ROWS = 1, 2

Drawing = tuple[list[Strip], Frame | None]
MadeOf = tuple[Chart, int, int, Ink]


class Canvas:
    """Draws charts, and remembers the last one: where only the cursor has moved, only the cursor is drawn."""

    def __init__(self) -> None:
        self._last: tuple[MadeOf, Drawing] | None = None  # put there whole: it is read in other threads
        self._labels = 6  # cells of the labels of the y axis the last time: most often they are as wide again

    def draw(self, chart: Chart, width: int, height: int, ink: Ink) -> list[Strip]:
        """Draw `chart` in exactly `width` x `height` cells; see `draw`."""
        found = self.pointed(chart, width, height, ink)
        if found is None:
            made_of = _made_of(chart, width, height, ink)
            strips, frame = _draw(*made_of, self._labels)
            self._last = made_of, (strips, frame)
            if frame is not None:
                self._labels = width - 1 - frame.width
            found = _pointed(strips, frame, chart, ink)
        return found

    def pointed(self, chart: Chart, width: int, height: int, ink: Ink) -> list[Strip] | None:
        """The last drawing with the cursor of `chart`; None where it is of another chart or size. Quick."""
        made_of, drawing = self._last or (None, ([], None))
        return _pointed(*drawing, chart, ink) if made_of == _made_of(chart, width, height, ink) else None

    @property
    def columns(self) -> int:
        """Cells of the x axis of the last drawing; 0 where there are only words."""
        frame = self._last[1][1] if self._last is not None else None
        return 0 if frame is None else frame.width

    def x_at(self, column: int) -> float | None:
        """The x in the middle of a column of the last drawing; None outside the canvas."""
        made_of, (_, frame) = self._last or (None, ([], None))
        if frame is None or made_of is None:
            return None
        left = made_of[1] - frame.width
        return frame.at(column - left) if left <= column < made_of[1] else None


def _made_of(chart: Chart, width: int, height: int, ink: Ink) -> MadeOf:
    return replace(chart, cursor=None, pen="ascii" if ink.ascii else chart.pen), width, height, ink


def _pointed(strips: list[Strip], frame: Frame | None, chart: Chart, ink: Ink) -> list[Strip]:
    return strips if chart.cursor is None or frame is None else draw_cursor(strips, frame, chart, ink)


def draw(chart: Chart, width: int, height: int, ink: Ink) -> list[Strip]:
    """Draw `chart` in exactly `width` x `height` cells. Pure: safe in any thread, the same input gives the same lines.

    Args:
        width, height: the size in cells, the title line included; below `SMALLEST` only words are drawn.
        ink: the colours of the theme in force.
    """
    return Canvas().draw(chart, width, height, ink)


def _draw(chart: Chart, width: int, height: int, ink: Ink, labels: int) -> Drawing:
    """The chart without its cursor, and the frame it is drawn in: None where there are only words.

    Args:
        labels: a guess at the cells that the labels of the y axis take. They depend on the limits, and those on the
            width that the labels leave, so a wrong guess costs a second look.
    """
    if width < 1 or height < 1:
        return [], None
    if width < SMALLEST[0] or height < SMALLEST[1]:
        return _words(chart, "too small to draw here", width, height, ink), None
    rows = height - _TITLE_ROWS - _AXIS_ROWS
    columns = width - 1 - labels
    for _ in range(2):
        seen = scene(chart, columns, rows)
        if seen is None:
            return _words(chart, _why_nothing(chart), width, height, ink), None
        window = seen.limits
        y_ticks = _y_ticks(chart, window, rows)
        needed = width - 1 - max((len(tick.label) for tick in y_ticks), default=0)
        if needed == columns:
            break
        columns = needed
    else:
        seen = scene(chart, columns, rows) or seen
    frame = Frame(columns, rows, window.x0, window.x1, window.y0, window.y1, chart.log_x)
    axes = _axes(frame, _x_places(chart, frame), _y_places(y_ticks, frame, pen_of(chart.pen)), ink)
    return [_title(chart, window, width, ink), *_strips(axes, compose(seen, frame, ink), width)], frame


def _why_nothing(chart: Chart) -> str:
    if not any(len(series.y) for series in chart.series):
        why = chart.empty
    elif chart.window is not None:
        why = "nothing was recorded in this window"
    else:
        why = "nothing above zero for a log axis" if chart.log_y or chart.log_x else chart.empty
    return f"{why}; {chart.hint}" if chart.hint else why


def _y_ticks(chart: Chart, window: Limits, rows: int) -> tuple[Tick, ...]:
    most = max(2, min(7, rows // 2))
    if chart.y_range is not None and not chart.log_y:
        return linear_ticks(*chart.y_range, most)  # the room for labels above is not part of the scale
    return (log_ticks if chart.log_y else linear_ticks)(window.y0, window.y1, most)


def _y_places(ticks: tuple[Tick, ...], frame: Frame, pen: Pen) -> list[tuple[int, str]]:
    """The row of cells (counted upwards) and the label of every tick, on the row where a curve of that value is; of two
    ticks in one row the first stays."""
    rows = rows_of(np.array([tick.at for tick in ticks]), frame, frame.height * pen.down) // pen.down
    places: dict[int, str] = {}
    for row, tick in zip(rows.tolist(), ticks, strict=True):
        places.setdefault(frame.height - 1 - row, tick.label)
    return sorted(places.items())


def _x_places(chart: Chart, frame: Frame) -> list[tuple[int, str]]:
    """The column and label of every tick on the x axis, so far apart that none is dropped or shifted into another."""
    most = max(2, min(9, frame.width // 7))
    if chart.log_x:
        find = log_time_ticks if chart.seconds else partial(log_ticks, whole=chart.counted)
        values = [(10**tick.at, tick.label) for tick in find(math.log10(frame.x0), math.log10(frame.x1), most)]
    else:
        find = time_ticks if chart.seconds else partial(linear_ticks, whole=chart.counted)
        values = [(tick.at, tick.label) for tick in find(frame.x0, frame.x1, most)]
    places: list[tuple[int, str]] = []
    end = -2
    for value, label in values:
        column = min(int(frame.column(value)), frame.width - 1)
        if column - len(label) // 2 > end + 1 or not places:
            places.append((column, label))
            end = column + (len(label) + 1) // 2
    return places or [(0, " ")]  # between two steps there is nothing to write, and the line of labels stays


def _axes(frame: Frame, x_places: list[tuple[int, str]], y_places: list[tuple[int, str]], ink: Ink) -> Figure:
    """A figure with an empty canvas and our ticks, in units of cells, laid out but not printed."""
    figure = Figure()
    figure._limit_size(False, False)  # the size of the widget counts, not that of the terminal
    figure.plot_size(frame.width + 1 + max((len(label) for _, label in y_places), default=0), frame.height + _AXIS_ROWS)
    figure.theme("clear")
    figure.ticks_color(_rgb(ink.muted))
    figure.xaxes(True, False)
    figure.yaxes(True, False)
    figure.scatter([0], [0], marker=" ")  # without a point there are no axes
    figure.xlim(0, max(frame.width - 1, 1))
    figure.ylim(0, max(frame.height - 1, 1))
    figure.xticks([column for column, _ in x_places], [label for _, label in x_places])
    figure.yticks([row for row, _ in y_places], [label for _, label in y_places])
    figure._set_sizes()
    figure._build_matrix()
    return figure


def _strips(figure: Figure, grid: Grid, width: int) -> list[Strip]:
    """The figure's matrix, with the grid as its canvas, as strips of one segment per run of equal colour."""
    matrix = figure.monitor.matrix
    lines = [
        ("".join(characters), [_style(colour) for colour in colours])
        for characters, colours in zip(reversed(matrix.marker), reversed(matrix.fullground), strict=True)
    ]
    strips = []
    left = len(lines[0][0]) - grid.characters.shape[1]
    for row, (text, styles) in enumerate(lines):
        if row < len(grid.characters):
            text = text[:left] + "".join(grid.characters[row].tolist())
            styles = styles[:left] + [_style(colour) for colour in grid.colours[row].tolist()]
        strips.append(_strip(text, styles).adjust_cell_length(width))
    return strips


def _strip(text: str, styles: list[Style]) -> Strip:
    segments, start = [], 0
    for end in range(1, len(text) + 1):
        if end == len(text) or styles[end] is not styles[start]:
            segments.append(Segment(text[start:end], styles[start]))
            start = end
    return Strip(segments, len(text))


def _title(chart: Chart, window: Limits | None, width: int, ink: Ink) -> Strip:
    """The title, and to the right as many notes as there is room for, the most needed first."""
    title = clip(chart.title, width - 1)
    segments = [Segment(" " + title, Style(color=ink.foreground, bold=True))]
    notes = (f"x {chart.x_title}" if chart.x_title else "", _beyond(chart, window), *chart.notes)
    notes = [note for note in notes if note]
    room = width - len(title) - 4
    while notes and len(" · ".join(notes)) > room:
        notes.pop()
    if notes:
        words = " · ".join(notes)
        segments.append(Segment(" " * (room - len(words) + 2) + words, Style(color=ink.muted)))
    return Strip(segments).adjust_cell_length(width)


def _beyond(chart: Chart, window: Limits | None) -> str:
    """What lies furthest outside of the y axis; "" where nothing does."""
    if window is None or window.beyond is None:
        return ""
    up = window.beyond > (10**window.y1 if chart.log_y else window.y1)
    return f"▴ up to {number(window.beyond)}" if up else f"▾ down to {number(window.beyond)}"


def _words(chart: Chart, why: str, width: int, height: int, ink: Ink) -> list[Strip]:
    """The chart's title and a sentence in the middle, where there is nothing to draw."""
    sentence = clip(why, width)
    lines = [Strip.blank(width)] * height
    lines[0] = _title(chart, None, width, ink)
    row = height // 2 if height > 1 else 0
    left = (width - len(sentence)) // 2
    if row:
        lines[row] = Strip([Segment(" " * left), Segment(sentence, Style(color=ink.muted))]).adjust_cell_length(width)
    return lines


@lru_cache(maxsize=512)
def _rgb(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


@lru_cache(maxsize=512)
def _style(colour: str | tuple[int, int, int]) -> Style:
    """The style of a colour, ours or the library's, which writes `default` where none was set."""
    if colour in ("", "default"):
        return Style.null()
    return Style(color=colour if isinstance(colour, str) else "#{:02x}{:02x}{:02x}".format(*colour))
