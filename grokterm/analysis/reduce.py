"""Curves cut down to the columns of a chart without losing a spike, and ticks for its axes."""

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Values = npt.NDArray[np.float64]


class ColumnBounds(NamedTuple):
    """Which points of a curve fall into which column of a chart. Found once for all curves over the same x.

    Attributes:
        filled: [n] the columns that have points.
        starts, ends: [n] the first point of each, and the one after its last.
    """

    filled: npt.NDArray[np.int64]
    starts: npt.NDArray[np.int64]
    ends: npt.NDArray[np.int64]

    def low_high(self, y: Values) -> tuple[Values, Values]:
        """The smallest and largest value [..., n] of the filled columns; nan where a column has only nan.

        Args:
            y: [..., T]; nan values are passed over.
        """
        if not self.filled.size:
            return y[..., :0], y[..., :0]
        # reduceat runs each segment up to the next start: empty columns have none, and `ends` of the last needs a cut.
        inside = y[..., : self.ends[-1]]
        return (
            np.fmin.reduceat(inside, self.starts, axis=-1),
            np.fmax.reduceat(inside, self.starts, axis=-1),
        )


class Columns(NamedTuple):
    """What each column of cells has to show: [..., columns], nan where no point falls into a column.

    Attributes:
        low: smallest value in the column; nan values are passed over.
        high: largest value.
        first: value of the column's first point, which a line from the column before has to meet. May be nan.
        last: value of its last point.
    """

    low: Values
    high: Values
    first: Values
    last: Values


def reduce_columns(
    x: npt.ArrayLike,
    y: npt.ArrayLike,
    columns: int,
    x_range: tuple[float, float],
    log_x: bool = False,
) -> Columns:
    """Smallest and largest value of a curve in each column of a chart.

    Nothing is averaged: one step's spike among 25,000 points is in the maximum of its column. Points outside
    the range are left out, and on a logarithmic axis so are points at x <= 0.

    Args:
        x: [T] not decreasing; steps, seconds or an integral.
        y: [T] or [..., T], many curves over the same x.
        columns: number of columns, each of equal width (in log x where `log_x`).
        x_range: left and right edge; both belong to the chart.
        log_x: the axis is logarithmic. The left edge must be above 0.

    Raises:
        ValueError: x decreases or is nan, lengths differ, or the range is empty.
    """
    x, y = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    if x.ndim != 1 or y.shape[-1:] != x.shape:
        raise ValueError(f"x has shape {x.shape} and y {y.shape}: the last axis of y must be that of x")
    bounds = column_bounds(x, columns, x_range, log_x)
    out = Columns(*(np.full((*y.shape[:-1], columns), np.nan) for _ in range(4)))
    if bounds.filled.size:
        out.low[..., bounds.filled], out.high[..., bounds.filled] = bounds.low_high(y)
        out.first[..., bounds.filled] = y[..., bounds.starts]
        out.last[..., bounds.filled] = y[..., bounds.ends - 1]
    return out


def column_bounds(x: npt.ArrayLike, columns: int, x_range: tuple[float, float], log_x: bool = False) -> ColumnBounds:
    """Which points fall into which of `columns` columns; arguments and errors as of `reduce_columns`."""
    x = np.asarray(x, dtype=np.float64)
    if np.isnan(x[:1]).any() or not (x[1:] >= x[:-1]).all():  # nan compares false
        raise ValueError("x decreases or is not a number somewhere")
    bounds = np.searchsorted(x, _edges(columns, x_range, log_x))
    filled = np.flatnonzero(np.diff(bounds))
    return ColumnBounds(filled, bounds[filled], bounds[filled + 1])


def _edges(columns: int, x_range: tuple[float, float], log_x: bool) -> Values:
    left, right = map(float, x_range)
    if columns < 1 or not left < right or not math.isfinite(right - left):
        raise ValueError(f"{columns} columns over {x_range}: need at least one column and left < right")
    if log_x and left <= 0:
        raise ValueError(f"a logarithmic axis can't begin at {left:g}")
    edges = np.geomspace(left, right, columns + 1) if log_x else np.linspace(left, right, columns + 1)
    edges[0], edges[-1] = left, np.nextafter(right, np.inf)  # the right edge belongs to the last column
    return edges


def linear_ticks(low: float, high: float, at_most: int = 6, whole: bool = False) -> tuple[float, ...]:
    """Round positions (1, 2 or 5 times a power of ten apart) inside [low, high], `at_most` at most; only whole numbers
    where `whole`."""
    if not (math.isfinite(low) and math.isfinite(high)) or high < low or at_most < 1:
        return ()
    if high == low:
        return (low,) if not whole or low == round(low) else ()
    step = _nice_step((high - low) / max(at_most, 1))
    if whole:
        step = max(1.0, step)
    while True:
        first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
        if last - first + 1 <= at_most:
            # A product of a whole number and a round step, rounded again: 3 * 0.1 must read 0.3.
            digits = max(0, 1 - math.floor(math.log10(step)))
            return tuple(round(i * step, digits) + 0.0 for i in range(first, last + 1))
        step = _nice_step(step * 1.5)


def _nice_step(at_least: float) -> float:
    power = 10.0 ** math.floor(math.log10(at_least))
    return next(m * power for m in (1, 2, 5, 10) if m * power >= at_least * (1 - 1e-9))


def log_ticks(low: float, high: float, at_most: int = 6, whole: bool = False) -> tuple[float, ...]:
    """Positions for a logarithmic axis over [low, high].

    Powers of ten, with the 2s and 5s between them where there is room for all; every second or third of them where
    there are too many; linear ticks where there are fewer than two of all these, as long as two of those fit: a scale
    needs two labels. Only whole numbers where `whole`.
    """
    if not (0 < low <= high < math.inf) or at_most < 1:
        return ()
    first, last = math.ceil(math.log10(low) - 1e-9), math.floor(math.log10(high) + 1e-9)
    decades = last - first + 1
    fine = [m * 10.0**e for e in range(first - 1, last + 1) for m in (1, 2, 5)] if decades <= at_most else []
    fine = [v for v in fine if low * (1 - 1e-9) <= v <= high * (1 + 1e-9) and (v >= 1 or not whole)]
    if 2 <= len(fine) <= at_most:
        return tuple(fine)
    if decades >= 2:
        stride = math.ceil(decades / at_most)
        start = first + (-first) % stride  # multiples of the stride: 10^0 stays a tick while panning
        exponents = [e for e in range(start, last + 1, stride) if e >= 0 or not whole]
        if len(exponents) < 2 <= at_most:
            exponents = [e for e in (first, last) if e >= 0 or not whole]
        return tuple(10.0**e for e in exponents)
    # Zero is within rounding of a tiny `low`, and has no place on a logarithmic axis.
    even = tuple(tick for tick in linear_ticks(low, high, at_most, whole) if tick > 0)
    return (fine[0], fine[-1]) if len(even) < 2 <= min(at_most, len(fine)) else even
