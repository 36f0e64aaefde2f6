"""The value cursor: a line through a finished drawing, with the x it stands at."""

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from grokterm.console.charts.model import Chart
from grokterm.console.charts.raster import Frame
from grokterm.console.charts.ticks import time_label
from grokterm.console.look import Ink
from grokterm.console.text import number, steps

_TITLE_ROWS = 1


def draw_cursor(strips: list[Strip], frame: Frame, chart: Chart, ink: Ink) -> list[Strip]:
    """The drawing with a vertical line at the chart's cursor, and its x where the axis has its labels.

    Whatever is drawn in that column stays, on a lighter ground. A cursor outside the window changes nothing.
    """
    assert chart.cursor is not None
    place = frame.column(chart.cursor)
    if not 0 <= place <= frame.width:
        return strips
    left = strips[0].cell_length - frame.width
    column = left + min(int(place), frame.width - 1)
    behind = Style(bgcolor=ink.mix(ink.foreground, 0.18))
    ground = Style(color=ink.foreground) + behind
    drawn = list(strips)
    for row in range(_TITLE_ROWS, _TITLE_ROWS + frame.height):
        under = next(iter(strips[row].crop(column, column + 1)), Segment(" "))
        there = Segment("│", ground) if under.text == " " else Segment(under.text, (under.style or Style()) + behind)
        drawn[row] = _put(strips[row], column, Strip([there], 1))
    words = f" {x_words(chart, chart.cursor)} "
    start = min(max(left - 1, column - len(words) // 2), strips[0].cell_length - len(words))
    if start >= 0:
        drawn[-1] = _labelled(strips[-1], start, words, Style(color=ink.background, bgcolor=ink.foreground))
    return drawn


def x_words(chart: Chart, x: float) -> str:
    """An x of the chart in words: `4,210`, `2m05`, `1.25`."""
    if chart.seconds:
        return time_label(round(x) if x >= 10 else x)
    return steps(x) if chart.counted else number(x, 4)


def _labelled(ticks: Strip, start: int, words: str, style: Style) -> Strip:
    """The line of tick labels with `words` in it. A label that they would cut is left out: half a number is another."""
    text, first, last = ticks.text, start, start + len(words)
    while first > 0 and text[first - 1] != " ":
        first -= 1
    while last < len(text) and text[last] != " ":
        last += 1
    blank = Segment(" " * (start - first)), Segment(words, style), Segment(" " * (last - start - len(words)))
    return _put(ticks, first, Strip(blank, last - first))


def _put(strip: Strip, at: int, piece: Strip) -> Strip:
    return Strip.join([strip.crop(0, at), piece, strip.crop(at + piece.cell_length)])
