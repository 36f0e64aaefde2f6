"""Curves to dots: numpy in, dots in a grid of cells out.

A curve is first reduced to the smallest and largest value in every column of dots, so that the work depends on the
width of the chart and not on the length of the run, and a spike of one step keeps its full height. Limits and lines
are both taken from that reduction. The plotting library joins and merges points one at a time in Python, so it gets
finished cells.
"""

from dataclasses import dataclass

import numpy as np

from grokterm.analysis import ColumnBounds, column_bounds
from grokterm.console.charts.pens import Pen

_LARGEST = 1e300  # that is drawn

@dataclass(frozen=True)
class Frame:
    """The window that a grid of `width` x `height` cells shows; y is in the units drawn (a logarithm on a log axis)."""

    width: int
    height: int
    x0: float
    x1: float
    y0: float
    y1: float
    log_x: bool = False

    def column(self, x: float) -> float:
        """The fractional column of cells of `x`; nan where the axis can't show it."""
        if self.log_x:
            if x <= 0:
                return float("nan")
            share = (np.log10(x) - np.log10(self.x0)) / (np.log10(self.x1) - np.log10(self.x0))
        else:
            share = (x - self.x0) / (self.x1 - self.x0)
        return float(share * self.width)

    def at(self, column: float) -> float:
        """The x in the middle of a column of cells."""
        share = (column + 0.5) / self.width
        if self.log_x:
            return float(10 ** (np.log10(self.x0) + share * (np.log10(self.x1) - np.log10(self.x0))))
        return self.x0 + share * (self.x1 - self.x0)


@dataclass(frozen=True, eq=False)
class Spans:
    """A curve by columns of dots, in the units drawn.

    Attributes:
        columns: [n] those that have points. low, high: [n] the smallest and largest of each; nan in a gap.
    """

    columns: np.ndarray
    low: np.ndarray
    high: np.ndarray


@dataclass(frozen=True, eq=False)
class Trace:
    """A drawn curve.

    Attributes:
        dots: [rows of dots, columns of dots] bool.
        top, bottom: [columns of dots] the first and last row of dots, counted downwards; `rows` and -1 where it isn't.
    """

    dots: np.ndarray
    top: np.ndarray
    bottom: np.ndarray


class Reducer:
    """Reduces curves over one window to columns. Curves over the same x share the search for the edges."""

    def __init__(self, columns: int, x0: float, x1: float, log_x: bool, log_y: bool) -> None:
        self.columns, self._range, self._log_x, self._log_y = columns, (x0, x1), log_x, log_y
        self._bounds: dict[int, tuple[np.ndarray, ColumnBounds]] = {}

    def spans(self, x: np.ndarray, y: np.ndarray) -> Spans:
        """One curve. Infinite values, and on a logarithmic axis those of zero and below, are gaps.

        Where a curve enters or leaves the window between two points, it is there on the edge as well.
        """
        y, bounds = _fine(np.asarray(y, dtype=float), self._log_y), self._bounds_of(x)
        low, high = bounds.low_high(y)
        columns = bounds.filled
        for column, edge in ((0, self._range[0]), (self.columns - 1, self._range[1])):
            at = int(np.searchsorted(x, edge))
            if column not in columns[:: max(1, len(columns) - 1)] and 0 < at < len(x):
                place = 0 if column == 0 else len(columns)
                value = self._between(x[at - 1 : at + 1], y[at - 1 : at + 1], edge)
                columns = np.insert(columns, place, column)
                low, high = np.insert(low, place, value), np.insert(high, place, value)
        return Spans(columns, np.log10(low), np.log10(high)) if self._log_y else Spans(columns, low, high)

    def _between(self, x: np.ndarray, y: np.ndarray, at: float) -> float:
        """Where the straight line that is drawn from one point to the next is at `at`."""
        if self._log_x:
            x, at = np.log10(np.maximum(x, 1e-300)), np.log10(at)
        share = (at - x[0]) / (x[1] - x[0]) if x[1] > x[0] else 0.0
        return float(y[0] ** (1 - share) * y[1] ** share if self._log_y else y[0] + share * (y[1] - y[0]))

    def _bounds_of(self, x: np.ndarray) -> ColumnBounds:
        known = self._bounds.get(id(x))
        if known is None:  # x is kept beside its bounds: an identity is only one while the object lives
            known = self._bounds[id(x)] = (x, column_bounds(x, self.columns, self._range, self._log_x))
        return known[1]


def _fine(y: np.ndarray, log_y: bool) -> np.ndarray:
    """`y` with nan for what the axis can't show. Numbers so large that their differences are infinite are cut down."""
    fine = np.abs(y) <= _LARGEST
    if log_y:
        fine &= y > 0
    if fine.all():
        return y
    return np.where(np.isfinite(y) & ((y > 0) | (not log_y)), np.clip(y, -_LARGEST, _LARGEST), np.nan)


def trace(spans: Spans, frame: Frame, pen: Pen, dotted: bool = False) -> Trace:
    """The dots of one curve. A gap stays a gap; points further apart than a dot are joined.

    Args:
        dotted: one column of dots in two (of cells in three, where a cell is a single dot); it covers what the columns
            left out hold, so that no point goes unseen.
    """
    columns, rows = frame.width * pen.across, frame.height * pen.down
    top, bottom = _stretched(*_edges(spans, frame, columns, rows))
    stride = 1 if not dotted else 2
    if stride > 1:
        pad = -columns % stride
        top = np.pad(top, (0, pad), constant_values=rows).reshape(-1, stride).min(1)
        bottom = np.pad(bottom, (0, pad), constant_values=-1).reshape(-1, stride).max(1)
    dots = np.zeros((rows, columns), dtype=bool)
    row = np.arange(rows)[:, None]
    dots[:, ::stride] = (row >= top) & (row <= bottom)
    if stride > 1:
        top, bottom = np.repeat(top, stride)[:columns], np.repeat(bottom, stride)[:columns]
    return Trace(dots, top, bottom)


def shade(low: Spans, high: Spans, frame: Frame, pen: Pen) -> np.ndarray:
    """The dots of a band between two curves: a screen that lies behind the lines. [rows, columns] bool"""
    columns, rows = frame.width * pen.across, frame.height * pen.down
    upper, _ = _edges(high, frame, columns, rows)
    _, lower = _edges(low, frame, columns, rows)
    row, column = np.arange(rows)[:, None], np.arange(columns)[None, :]
    inside = (row >= upper) & (row <= lower)
    return inside if pen.band else inside & (row % 2 == 0) & ((column + row // 2) % 2 == 0)


def middles(line: Trace, frame: Frame, pen: Pen) -> np.ndarray:
    """The row of cells that a curve passes in every column of cells; -1 where it isn't inside the frame. [width] int"""
    rows = frame.height * pen.down
    top, bottom = line.top[:: pen.across], line.bottom[:: pen.across]
    seen = (bottom >= top) & (bottom >= 0) & (top < rows)
    return np.where(seen, np.clip((np.clip(top, 0, rows) + np.clip(bottom, -1, rows - 1)) // 2, 0, rows - 1), -1) // (
        pen.down
    )


def _edges(spans: Spans, frame: Frame, columns: int, rows: int) -> tuple[np.ndarray, np.ndarray]:
    """First and last row of dots of a curve in every column; `rows` and -1 where it isn't."""
    top, bottom = np.full(columns, rows), np.full(columns, -1)
    fine = np.isfinite(spans.low)
    there = spans.columns[fine]
    if len(there) == 0:
        return top, bottom
    inside = np.arange(there[0], there[-1] + 1)
    # Columns without a point lie between two points: join those by a straight line, unless a gap is between them.
    low, high = np.interp(inside, there, spans.low[fine]), np.interp(inside, there, spans.high[fine])
    top[inside], bottom[inside] = _rows_of(high, frame, rows), _rows_of(low, frame, rows)
    for left, right in _gaps(spans.columns, fine):
        top[left:right], bottom[left:right] = rows, -1
    return top, bottom


def _rows_of(values: np.ndarray, frame: Frame, rows: int) -> np.ndarray:
    """The row of dots of every value; one dot beyond either edge stands for "outside", however far."""
    span = frame.y1 - frame.y0
    near = np.clip(values, frame.y0 - span, frame.y1 + span)
    return np.clip(np.rint((frame.y1 - near) * ((rows - 1) / span)), -1, rows).astype(int)


def _gaps(columns: np.ndarray, fine: np.ndarray) -> list[tuple[int, int]]:
    """The columns from after the last point before a gap up to the first point after it, for every gap."""
    if fine.all():
        return []
    place = np.flatnonzero(fine)
    broken = np.flatnonzero(np.diff(place) > 1)
    return [(int(columns[place[i]]) + 1, int(columns[place[i + 1]])) for i in broken]


def _stretched(top: np.ndarray, bottom: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Every column stretched half-way to its neighbours, so that a steep line has no holes."""
    there = np.flatnonzero(bottom >= top)
    next_to = np.flatnonzero(np.diff(there) == 1) if len(there) > 1 else np.empty(0, int)
    if not len(next_to):
        return top, bottom
    a, b = there[next_to], there[next_to + 1]
    falls, rises = top[b] > bottom[a] + 1, bottom[b] < top[a] - 1
    middle_fall, middle_rise = (bottom[a] + top[b]) // 2, (top[a] + bottom[b]) // 2
    new_top, new_bottom = top.copy(), bottom.copy()
    new_bottom[a] = np.where(falls, np.maximum(new_bottom[a], middle_fall), new_bottom[a])
    new_top[b] = np.where(falls, np.minimum(new_top[b], middle_fall + 1), new_top[b])
    new_top[a] = np.where(rises, np.minimum(new_top[a], middle_rise + 1), new_top[a])
    new_bottom[b] = np.where(rises, np.maximum(new_bottom[b], middle_rise), new_bottom[b])
    return new_top, new_bottom
