"""From a chart to a grid of coloured characters: limits, layers, markers, milestones. No axes yet."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from grokterm.console.charts.model import Chart, Milestone, Series, Window
from grokterm.console.charts.pens import Pen, pen_of, strokes
from grokterm.console.charts.raster import (
    Frame,
    Reducer,
    Spans,
    Traces,
    between,
    coarse,
    dotted,
    middles,
    traces,
)
from grokterm.console.look import Ink

_MARKER_GAP = 18  # cells between two markers of one curve, where there is room
_MOST_MARKERS = 24  # on one chart, more or less: with many curves each has fewer
_FAR = 5.0  # times the usual span: what lies further out on a linear axis is drawn as an arrow at the edge
_EDGE = 0.01  # of the height of the window: what is no further out is on the edge
_USUAL = 0.02  # of the columns at either end of the order of values are left out of the usual span


@dataclass(frozen=True, eq=False)
class Grid:
    """One character and one colour for every cell; a blank is `" "`. Row 0 is the top."""

    characters: np.ndarray  # [height, width] str
    colours: np.ndarray  # [height, width] str


@dataclass(frozen=True)
class Limits:
    """The window in the units drawn: x as it is, y as a logarithm on a log axis.

    Attributes:
        beyond: the value furthest outside, as recorded; None where everything is inside.
    """

    x0: float
    x1: float
    y0: float
    y1: float
    beyond: float | None = None


@dataclass(frozen=True, eq=False)
class Layer:
    """One series, reduced to columns of dots."""

    series: Series
    line: Spans
    low: Spans | None = None
    high: Spans | None = None
    raw: Spans | None = None


@dataclass(frozen=True, eq=False)
class Scene:
    """A chart reduced to the columns of a canvas, with limits that hold it."""

    chart: Chart
    layers: tuple[Layer, ...]
    limits: Limits


def scene(chart: Chart, columns: int, rows: int) -> Scene | None:
    """Reduce a chart to a canvas of `columns` x `rows` cells; None where nothing can be seen in its window.

    The y axis holds everything that is in the window. On a linear axis what lies very far from all the rest (a spike
    of the loss) would flatten the rest: the axis then ends before it, and it is drawn up to the edge under an arrow.
    """
    edges = _x_limits(chart)
    if edges is None:
        return None
    reducer = Reducer(columns * pen_of(chart.pen).across, *edges, chart.log_x, chart.log_y)
    layers = tuple(_layer(series, reducer) for series in sorted(chart.series, key=lambda series: not series.faint))
    limits = _limits(chart, layers, edges, rows)
    return None if limits is None else Scene(chart, layers, limits)


def _layer(series: Series, reducer: Reducer) -> Layer:
    def spans(values: np.ndarray | None) -> Spans | None:
        return None if values is None else reducer.spans(series.x, values)

    return Layer(series, spans(series.y), spans(series.low), spans(series.high), spans(series.raw_y))


def _x_limits(chart: Chart) -> Window | None:
    """The window, else the limits shared with other charts, else those of the data. A log axis begins above zero."""
    known = [series.x for series in chart.series if len(series.x)]
    if not known:
        return None
    first = min(float(x[0]) for x in known)
    if chart.log_x:
        above = [float(x[place]) for x in known if (place := int(np.searchsorted(x, 0, side="right"))) < len(x)]
        if not above:
            return None
        first = min(above)
    left, right = chart.window or chart.x_range or (first, max(float(x[-1]) for x in known))
    if chart.log_x and left <= 0:
        left = first
    if right > left:
        return left, right
    return (left / 2, left * 2) if chart.log_x else (left - 0.5, left + 0.5)


def _limits(chart: Chart, layers: tuple[Layer, ...], edges: Window, rows: int) -> Limits | None:
    parts = [part for layer in layers for part in (layer.line, layer.low, layer.high, layer.raw) if part is not None]
    lows, highs = (np.concatenate([getattr(part, side) for part in parts] or [[]]) for side in ("low", "high"))
    lows, highs = lows[np.isfinite(lows)], highs[np.isfinite(highs)]
    if not len(lows):
        return None
    low, high = float(lows.min()), float(highs.max())
    if chart.y_range is not None and (chart.y_range[0] > 0 or not chart.log_y):
        held = tuple(math.log10(edge) for edge in chart.y_range) if chart.log_y else chart.y_range
    else:
        held = _pad_y(*((low, high) if chart.log_y else _usual(lows, highs)), chart.log_y)
    limits = _with_head(Limits(*edges, *held), chart, rows)
    above, below = high - limits.y1, limits.y0 - low
    if max(above, below) < _EDGE * (limits.y1 - limits.y0):
        return limits
    beyond = high if above >= below else low
    return replace(limits, beyond=10**beyond if chart.log_y else beyond)


def _usual(lows: np.ndarray, highs: np.ndarray) -> Window:
    """The limits without what lies more than a few times the usual span away from it."""
    low, high = float(lows.min()), float(highs.max())
    floor, ceiling = float(np.quantile(lows, _USUAL)), float(np.quantile(highs, 1 - _USUAL))
    span = ceiling - floor
    if span <= 0:
        return low, high
    return (
        floor - 0.1 * span if floor - low > _FAR * span else low,
        ceiling + 0.1 * span if high - ceiling > _FAR * span else high,
    )


def _with_head(limits: Limits, chart: Chart, rows: int) -> Limits:
    """A chart with milestones keeps its first row free for their labels."""
    if not chart.milestones or rows < 6:
        return limits
    return replace(limits, y1=limits.y1 + (limits.y1 - limits.y0) * 1.25 / (rows - 1.25))


def _pad_y(low: float, high: float, log_y: bool) -> Window:
    """Room above and below. A flat curve gets a window of its own size, since an axis without length has no ticks."""
    span = high - low
    if span <= 1e-9 * max(abs(low), abs(high), 1e-280):
        pad = 0.5 if log_y else (0.5 * abs(high) or 1.0)
        return low - pad, high + pad
    bottom = low - 0.04 * span
    if not log_y and low >= 0 > bottom:
        bottom = 0.0
    return bottom, high + 0.04 * span


def compose(scene: Scene, frame: Frame, ink: Ink) -> Grid:
    """Every layer in `frame`, from the back: bands, raw curves, dotted curves, curves, milestones, markers."""
    chart, pen = scene.chart, pen_of(scene.chart.pen)
    grid = Grid(
        np.full((frame.height, frame.width), " ", dtype="<U1"),
        np.full((frame.height, frame.width), "", dtype="<U9"),
    )
    _draw_bands([layer for layer in scene.layers if layer.low is not None], chart, frame, pen, ink, grid)
    raws = [layer for layer in scene.layers if layer.raw is not None]
    raw_lines = traces([layer.raw for layer in raws], frame, pen)
    _draw_lines(raw_lines, raw_lines, [ink.mix(layer.series.colour, 0.35) for layer in raws], pen, grid)
    lines, drawn = _lines(scene.layers, frame, pen)
    series = [layer.series for layer in scene.layers]
    colours = [ink.mix(one.colour, 0.7) if one.faint else one.colour for one in series]
    _draw_lines(lines, drawn, colours, pen, grid, [one.faint for one in series])
    marks = [(m, math.floor(frame.column(m.x))) for m in chart.milestones if 0 <= frame.column(m.x) <= frame.width]
    for milestone, column in marks:
        _draw_milestone(grid, min(column, frame.width - 1), pen.milestone, ink.mix(milestone.colour, 0.6))
    for index, (one, rows) in enumerate(zip(series, middles(lines, frame, pen), strict=True)):
        _draw_markers(one, rows, index, len(series), grid)
    if scene.limits.beyond is not None:
        _draw_arrows([*series, *(layer.series for layer in raws)], _stacked(lines, raw_lines), frame, pen, grid)
    _draw_labels(marks, grid)
    return grid


def _lines(layers: tuple[Layer, ...], frame: Frame, pen: Pen) -> tuple[Traces, Traces]:
    """The curves as they run, and what is drawn of them: of the faint ones, which come first, every other column."""
    solid = traces([layer.line for layer in layers if not layer.series.faint], frame, pen)
    faint = coarse(traces([layer.line for layer in layers if layer.series.faint], frame, pen))
    return _stacked(faint, solid), _stacked(dotted(faint), solid)


def _stacked(one: Traces, other: Traces) -> Traces:
    return Traces(np.concatenate([one.top, other.top]), np.concatenate([one.bottom, other.bottom]))


def _draw_bands(layers: list[Layer], chart: Chart, frame: Frame, pen: Pen, ink: Ink, grid: Grid) -> None:
    lows, highs = [layer.low for layer in layers], [layer.high for layer in layers]
    if chart.log_y:
        # A lower edge at zero has no logarithm: the band then reaches the bottom of the window.
        lows = [Spans(low.columns, np.where(np.isnan(low.low), frame.y0, low.low), low.high) for low in lows]
    area = between(lows, highs, frame, pen)
    bits = pen.bits_of(area.top, area.bottom, frame.height) & pen.screen
    here = _colour(bits, [ink.mix(layer.series.colour, 0.55) for layer in layers], grid)[0]
    grid.characters[here] = pen.band or pen.glyphs(np.bitwise_or.reduce(bits, 0)[here])


def _draw_lines(
    lines: Traces, drawn: Traces, colours: list[str], pen: Pen, grid: Grid, faint: Sequence[bool] = ()
) -> None:
    """Curves of one layer; where several share a cell their dots are joined and the last one's colour wins."""
    bits = pen.bits_of(drawn.top, drawn.bottom, grid.characters.shape[0])
    here, last = _colour(bits, colours, grid)
    if pen.slanted:
        signs = strokes(lines.top, lines.bottom)
        signs[np.flatnonzero(faint)] = "."
        grid.characters[here] = signs[last, np.nonzero(here)[1]]
    else:
        grid.characters[here] = pen.glyphs(np.bitwise_or.reduce(bits, 0)[here])


def _colour(bits: np.ndarray, colours: list[str], grid: Grid) -> tuple[np.ndarray, np.ndarray]:
    """Colour every cell that some curve is in, and say which those are [height, width] and whose is the last [n]."""
    inside = bits > 0
    here = inside.any(0)
    if not colours:
        return here, np.empty(0, int)
    last = len(colours) - 1 - inside[::-1].argmax(0)[here]
    grid.colours[here] = np.array(colours, dtype="<U9")[last]
    return here, last


def _draw_milestone(grid: Grid, column: int, sign: str, colour: str) -> None:
    blank = grid.characters[:, column] == " "
    grid.characters[blank, column] = sign
    grid.colours[blank, column] = colour


def _draw_markers(series: Series, rows: np.ndarray, index: int, count: int, grid: Grid) -> None:
    """The marker of the arm every few cells, each curve with its own offset so that markers don't hide each other."""
    width = grid.characters.shape[1]
    gap = max(_MARKER_GAP, width // 5, width * count // _MOST_MARKERS) * (2 if series.faint else 1)
    start = int((index + 0.5) / count * min(gap, width))
    places = [column for column in range(start, width, gap) if rows[column] >= 0]
    if not places and (rows >= 0).any():  # a young curve: one at its end
        places = [int(np.flatnonzero(rows >= 0)[-1])]
    for column in places:
        grid.characters[rows[column], column] = series.marker
        grid.colours[rows[column], column] = series.colour


def _draw_arrows(series: list[Series], lines: Traces, frame: Frame, pen: Pen, grid: Grid) -> None:
    """An arrow at the edge in every column of cells where a curve goes beyond it."""
    rows = frame.height * pen.down
    for row, sign, out in ((0, "▴", lines.top < 0), (frame.height - 1, "▾", lines.bottom >= rows)):
        beyond = (out & lines.there).reshape(len(series), frame.width, pen.across).any(2)
        for one, columns in zip(series, beyond, strict=True):
            grid.characters[row, columns] = sign
            grid.colours[row, columns] = one.colour


def _draw_labels(lines: list[tuple[Milestone, int]], grid: Grid) -> None:
    """Milestone labels along the top; where two would touch, the later one goes a row lower, down to the third."""
    height, width = grid.characters.shape
    ends = [-1] * min(3, height)
    for milestone, column in sorted(lines, key=lambda pair: pair[1]):
        label = milestone.label
        start = min(max(0, column - len(label) // 2), width - len(label))
        for row, end in enumerate(ends):
            if start > end and start >= 0:
                for offset, character in enumerate(label):
                    grid.characters[row, start + offset] = character
                    grid.colours[row, start + offset] = milestone.colour
                ends[row] = start + len(label)
                break
