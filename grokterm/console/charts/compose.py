"""From a chart to a grid of coloured characters: scales, layers, markers, milestones. No axes yet."""

import math
from dataclasses import dataclass, replace

import numpy as np

from grokterm.console.charts.model import Chart, Milestone, Series
from grokterm.console.charts.raster import Frame, Trace, cells, shade, trace
from grokterm.console.look import Ink

_BRAILLE = 0x2800
_MARKER_GAP = 18  # cells between two markers of one curve, where there is room
_MOST_MARKERS = 24  # on one chart, more or less: with many curves each has fewer


@dataclass(frozen=True, eq=False)
class Grid:
    """One character and one colour for every cell; a blank is `" "`. Row 0 is the top."""

    characters: np.ndarray  # [height, width] str
    colours: np.ndarray  # [height, width] str


@dataclass(frozen=True)
class Limits:
    """The window in the units drawn: x as it is, y as a logarithm on a log axis."""

    x0: float
    x1: float
    y0: float
    y1: float


def drawn_y(values: np.ndarray, log_y: bool) -> np.ndarray:
    """`values` as the y axis shows them: logarithms on a log axis, nan for what can't be shown (inf, the log of 0)."""
    values = np.asarray(values, dtype=float)
    if not log_y:
        return np.where(np.isfinite(values), values, np.nan)
    fine = np.isfinite(values) & (values > 0)
    return np.where(fine, np.log10(np.where(fine, values, 1.0)), np.nan)


def limits(chart: Chart, rows: int) -> Limits | None:
    """The smallest window that holds every finite point of the chart, padded; None when there is no such point.

    Args:
        rows: the height of the canvas; a chart with milestones keeps its first row free for their labels.
    """
    window = _tight(chart)
    if window is None or not chart.milestones or rows < 6:
        return window
    head = (window.y1 - window.y0) * 1.25 / (rows - 1.25)
    return replace(window, y1=window.y1 + head)


def _tight(chart: Chart) -> Limits | None:
    lows, highs, lefts, rights = [], [], [], []
    for series in chart.series:
        x = np.asarray(series.x, dtype=float)
        edges = [drawn_y(part, chart.log_y) for part in (series.y, series.low, series.high) if part is not None]
        fine = np.isfinite(edges[0]) & np.isfinite(x) & ((x > 0) | (not chart.log_x))
        if fine.any():
            lefts.append(x[fine].min())
            rights.append(x[fine].max())
            shown = [edge[fine & np.isfinite(edge)] for edge in edges]
            lows.append(min(part.min() for part in shown if len(part)))
            highs.append(max(part.max() for part in shown if len(part)))
    if not lows:
        return None
    left, right = chart.x_range or (min(lefts), max(rights))
    x0, x1 = _pad_x(left if left > 0 or not chart.log_x else min(lefts), right, chart.log_x)
    if chart.y_range is not None and (chart.y_range[0] > 0 or not chart.log_y):
        return Limits(x0, x1, *map(float, drawn_y(np.array(chart.y_range), chart.log_y)))
    return Limits(x0, x1, *_pad_y(min(lows), max(highs), chart.log_y))


def _pad_x(low: float, high: float, log_x: bool) -> tuple[float, float]:
    if high > low:
        return low, high
    return (low / 2, high * 2) if log_x else (low - 0.5, high + 0.5)


def _pad_y(low: float, high: float, log_y: bool) -> tuple[float, float]:
    """Room above and below. A flat curve gets a window of its own size, since an axis without length has no ticks."""
    span = high - low
    if span <= 1e-9 * max(abs(low), abs(high), 1e-300):
        pad = 0.5 if log_y else (0.5 * abs(high) or 1.0)
        return low - pad, high + pad
    bottom = low - 0.04 * span
    if not log_y and low >= 0 > bottom:
        bottom = 0.0
    return bottom, high + 0.04 * span


def compose(chart: Chart, frame: Frame, ink: Ink) -> Grid:
    """Every layer of the chart in `frame`, from the back: bands, dotted curves, curves, milestones, markers."""
    grid = Grid(
        np.full((frame.height, frame.width), " ", dtype="<U1"),
        np.full((frame.height, frame.width), "", dtype="<U9"),
    )
    bits = np.zeros((frame.height, frame.width), dtype=np.uint16)
    traces = []
    ordered = sorted(chart.series, key=lambda series: not series.faint)
    for series in ordered:
        _draw_band(series, chart, frame, ink, grid)
    for series in ordered:
        line = trace(np.asarray(series.x, float), drawn_y(series.y, chart.log_y), frame, dotted=series.faint)
        traces.append((series, line))
        here = cells(line.dots)
        bits |= here
        grid.colours[here > 0] = ink.mix(series.colour, 0.7) if series.faint else series.colour
    drawn = bits > 0
    grid.characters[drawn] = _braille(bits[drawn])
    lines = [(m, math.floor(frame.column(m.x))) for m in chart.milestones if 0 <= frame.column(m.x) <= frame.width]
    for milestone, column in lines:
        _draw_line(grid, min(column, frame.width - 1), ink.mix(milestone.colour, 0.6))
    for index, (series, line) in enumerate(traces):
        _draw_markers(series, line, index, len(traces), grid)
    _draw_labels(lines, grid)
    return grid


def _draw_band(series: Series, chart: Chart, frame: Frame, ink: Ink, grid: Grid) -> None:
    if series.low is None or series.high is None:
        return
    low, high = drawn_y(series.low, chart.log_y), drawn_y(series.high, chart.log_y)
    if chart.log_y:
        # A lower edge at zero has no logarithm: the band then reaches the bottom of the window.
        low = np.where(np.isnan(low) & np.isfinite(high), frame.y0, low)
    bits = cells(shade(np.asarray(series.x, float), low, high, frame))
    here = bits > 0
    grid.characters[here] = _braille(bits[here])
    grid.colours[here] = ink.mix(series.colour, 0.55)


def _draw_line(grid: Grid, column: int, colour: str) -> None:
    blank = grid.characters[:, column] == " "
    grid.characters[blank, column] = "┊"
    grid.colours[blank, column] = colour


def _draw_markers(series: Series, line: Trace, index: int, count: int, grid: Grid) -> None:
    """The marker of the arm every few cells, each curve with its own offset so that markers don't hide each other."""
    width = grid.characters.shape[1]
    gap = max(_MARKER_GAP, width // 5, width * count // _MOST_MARKERS) * (2 if series.faint else 1)
    start = int((index + 0.5) / count * min(gap, width))
    drawn = 0
    for column in range(start, width, gap):
        drawn += _put_marker(series, line, column, grid)
    if not drawn and (line.middle >= 0).any():  # a young curve: one at its end
        _put_marker(series, line, int(np.flatnonzero(line.middle >= 0)[-1]), grid)


def _put_marker(series: Series, line: Trace, column: int, grid: Grid) -> bool:
    row = line.middle[column]
    if row >= 0:
        grid.characters[row // 4, column] = series.marker
        grid.colours[row // 4, column] = series.colour
    return bool(row >= 0)


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


def _braille(bits: np.ndarray) -> list[str]:
    return [chr(_BRAILLE + bit) for bit in bits.tolist()]
