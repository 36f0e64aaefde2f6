"""Curves to dots: numpy in, dots in a grid of cells out.

A curve is first reduced to the smallest and largest value in every column of dots, so that the work depends on the
width of the chart and not on the length of the run, and a spike of one step keeps its full height. Limits and lines
are both taken from that reduction. The plotting library joins and merges points one at a time in Python, so it gets
finished cells.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from grokterm.analysis import ColumnBounds, column_bounds
from grokterm.console.charts.pens import Pen

_LARGEST = 1e300  # that is drawn
_NOWHERE = np.iinfo(np.int32).max // 4, -2  # top and bottom of a curve where it isn't


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
class Traces:
    """Where curves run.

    Attributes:
        top, bottom: [n, columns of dots] the first and last row of dots that each covers, counted downwards; -1 and
            `rows` stand for what is beyond either edge, a `top` below `bottom` for where a curve isn't.
    """

    top: np.ndarray
    bottom: np.ndarray

    @property
    def there(self) -> np.ndarray:
        """Columns in which a curve is, inside the frame or beyond it. [n, columns of dots] bool"""
        return self.bottom >= self.top


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


def traces(curves: Sequence[Spans], frame: Frame, pen: Pen) -> Traces:
    """Where these curves run. A gap stays a gap; points further apart than a dot are joined."""
    return _stretched(_edges(curves, curves, frame, pen))


def between(lows: Sequence[Spans], highs: Sequence[Spans], frame: Frame, pen: Pen) -> Traces:
    """What lies between pairs of curves: bands."""
    return _edges(highs, lows, frame, pen)


def coarse(lines: Traces) -> Traces:
    """Every two columns as one: what the second holds is in the first, so that dotting hides no point."""
    count, columns = lines.top.shape
    pad = (0, 0), (0, columns % 2)
    top, bottom = (
        np.pad(part, pad, "edge").reshape(count, (columns + 1) // 2, 2) for part in (lines.top, lines.bottom)
    )
    return Traces(np.repeat(top.min(2), 2, 1)[:, :columns], np.repeat(bottom.max(2), 2, 1)[:, :columns])


def dotted(lines: Traces) -> Traces:
    """Only every other column."""
    top, bottom = lines.top.copy(), lines.bottom.copy()
    top[:, 1::2], bottom[:, 1::2] = _NOWHERE
    return Traces(top, bottom)


def middles(lines: Traces, frame: Frame, pen: Pen) -> np.ndarray:
    """The row of cells that each curve passes in every column of cells; -1 where it isn't in the frame. [n, width]"""
    rows = frame.height * pen.down
    top, bottom = lines.top[:, :: pen.across], lines.bottom[:, :: pen.across]
    seen = (bottom >= top) & (bottom >= 0) & (top < rows)
    return np.where(seen, (np.maximum(top, 0) + np.minimum(bottom, rows - 1)) // 2 // pen.down, -1)


def _edges(uppers: Sequence[Spans], lowers: Sequence[Spans], frame: Frame, pen: Pen) -> Traces:
    """First row of dots of the upper curves and last of the lower ones, in every column."""
    columns, rows = frame.width * pen.across, frame.height * pen.down
    high, low = np.full((len(uppers), columns), np.nan), np.full((len(lowers), columns), np.nan)
    for place, (upper, lower) in enumerate(zip(uppers, lowers, strict=True)):
        _joined(upper.columns, upper.high, high[place])
        _joined(lower.columns, lower.low, low[place])
    top, bottom = rows_of(high, frame, rows), rows_of(low, frame, rows)
    nowhere = np.isnan(high) | np.isnan(low)
    top[nowhere], bottom[nowhere] = _NOWHERE
    return Traces(top, bottom)


def _joined(columns: np.ndarray, values: np.ndarray, out: np.ndarray) -> None:
    """Put values into their columns, and between them straight lines, unless a gap is there."""
    fine = np.isfinite(values)
    there = columns[fine]
    if not len(there):
        return
    inside = np.arange(there[0], there[-1] + 1)
    out[inside] = np.interp(inside, there, values[fine])
    for left, right in _gaps(columns, fine):
        out[left:right] = np.nan


def rows_of(values: np.ndarray, frame: Frame, rows: int) -> np.ndarray:
    """The row of dots of every value; one dot beyond either edge stands for "outside", however far."""
    span = frame.y1 - frame.y0
    near = np.nan_to_num(np.clip(values, frame.y0 - span, frame.y1 + span), nan=frame.y0)
    return np.clip(np.rint((frame.y1 - near) * ((rows - 1) / span)), -1, rows).astype(np.int32)


def _gaps(columns: np.ndarray, fine: np.ndarray) -> list[tuple[int, int]]:
    """The columns from after the last point before a gap up to the first point after it, for every gap."""
    if fine.all():
        return []
    place = np.flatnonzero(fine)
    broken = np.flatnonzero(np.diff(place) > 1)
    return [(int(columns[place[i]]) + 1, int(columns[place[i + 1]])) for i in broken]


def _stretched(lines: Traces) -> Traces:
    """Every column stretched half-way to its neighbours, so that a steep line has no holes."""
    top, bottom = lines.top.copy(), lines.bottom.copy()
    (a_top, b_top), (a_bottom, b_bottom) = ((part[:, :-1], part[:, 1:]) for part in (lines.top, lines.bottom))
    pairs = lines.there[:, :-1] & lines.there[:, 1:]
    falls, rises = pairs & (b_top > a_bottom + 1), pairs & (b_bottom < a_top - 1)
    fall, rise = (a_bottom + b_top) // 2, (a_top + b_bottom) // 2
    np.copyto(bottom[:, :-1], np.maximum(bottom[:, :-1], fall), where=falls)
    np.copyto(top[:, 1:], np.minimum(top[:, 1:], fall + 1), where=falls)
    np.copyto(top[:, :-1], np.minimum(top[:, :-1], rise + 1), where=rises)
    np.copyto(bottom[:, 1:], np.maximum(bottom[:, 1:], rise), where=rises)
    return Traces(top, bottom)
