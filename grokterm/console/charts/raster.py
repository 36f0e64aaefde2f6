"""Curves to dots: numpy in, one grid of braille cells out.

Each cell holds 2 x 4 dots. A curve is first reduced to the smallest and largest value in every column of dots, so the
work depends on the width of the chart and not on the length of the run, and a spike of one step keeps its full height.
The plotting library joins and merges points one at a time in Python: 14 ms for 3 curves of 25,000 points at 100x18
cells on one core, 104 ms for 24, reduced in the same way before. Drawing the dots here and handing it finished cells
takes 5 and 14 ms.
"""

from dataclasses import dataclass

import numpy as np

from grokterm.analysis import reduce_columns

DOTS_X, DOTS_Y = 2, 4
# The bit of each dot in a braille character, by row and column inside the cell.
_BITS = np.array([[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]], dtype=np.uint16)
_MOST_PIECES = 64


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


@dataclass(frozen=True, eq=False)
class Trace:
    """A drawn curve: its dots, and the row of dots it passes in every column of cells (-1: not there)."""

    dots: np.ndarray  # [rows of dots, columns of dots] bool
    middle: np.ndarray  # [cells] int


def trace(x: np.ndarray, y: np.ndarray, frame: Frame, dotted: bool = False) -> Trace:
    """The dots of one curve. A gap (nan, inf) in `y` stays a gap; points further apart than a dot are joined.

    Args:
        dotted: one dot in two across; the reduction is per cell then, so that no column of data goes unseen.
    """
    stride = DOTS_X if dotted else 1
    columns, rows = frame.width * DOTS_X // stride, frame.height * DOTS_Y
    top, bottom = np.full(columns, rows), np.full(columns, -1)  # rows count downwards: top <= bottom where drawn
    for xs, ys in _pieces(x, y):
        piece_top, piece_bottom = _spans(xs, ys, frame, columns, rows)
        top, bottom = np.minimum(top, piece_top), np.maximum(bottom, piece_bottom)
    row = np.arange(rows)[:, None]
    dots = np.zeros((rows, frame.width * DOTS_X), dtype=bool)
    dots[:, ::stride] = (row >= top) & (row <= bottom)
    seen = bottom >= top
    middle = np.where(seen, np.clip((np.clip(top, 0, rows) + np.clip(bottom, -1, rows - 1)) // 2, 0, rows - 1), -1)
    return Trace(dots, middle[:: DOTS_X // stride])


def shade(x: np.ndarray, low: np.ndarray, high: np.ndarray, frame: Frame) -> np.ndarray:
    """The dots of a band between two curves: one dot in four, so that it lies behind the lines. [rows, columns] bool"""
    columns, rows = frame.width * DOTS_X, frame.height * DOTS_Y
    fine = np.isfinite(low) & np.isfinite(high)
    if not fine.any():
        return np.zeros((rows, columns), dtype=bool)
    upper_top, _ = _edge(x[fine], high[fine], frame, columns, rows)
    _, lower_bottom = _edge(x[fine], low[fine], frame, columns, rows)
    row, column = np.arange(rows)[:, None], np.arange(columns)[None, :]
    screen = (row % 2 == 0) & ((column + row // 2) % 2 == 0)
    return (row >= upper_top) & (row <= lower_bottom) & screen


def cells(dots: np.ndarray) -> np.ndarray:
    """The braille bits of every cell. [cell rows, cell columns] uint16, 0 where the cell is empty"""
    rows, columns = dots.shape
    blocks = dots.reshape(rows // DOTS_Y, DOTS_Y, columns // DOTS_X, DOTS_X)
    return np.einsum("rycx,yx->rc", blocks, _BITS)


def _pieces(x: np.ndarray, y: np.ndarray) -> list[tuple[np.ndarray, np.ndarray]]:
    """The runs of finite points. With very many gaps the finite points are taken as one run."""
    fine = np.isfinite(x) & np.isfinite(y)
    if fine.all():
        return [(x, y)] if len(x) else []
    if not fine.any():
        return []
    edges = np.flatnonzero(np.diff(fine.astype(np.int8))) + 1
    if len(edges) > _MOST_PIECES:
        return [(x[fine], y[fine])]
    parts = np.split(np.arange(len(x)), edges)
    return [(x[part], y[part]) for part in parts if fine[part[0]]]


def _edge(x: np.ndarray, y: np.ndarray, frame: Frame, columns: int, rows: int) -> tuple[np.ndarray, np.ndarray]:
    """First and last row of dots of a curve in every column; `rows` and -1 where it isn't."""
    reduced = reduce_columns(x, y, columns, (frame.x0, frame.x1), frame.log_x)
    low, high = reduced.low, reduced.high
    there = np.flatnonzero(np.isfinite(low))
    top, bottom = np.full(columns, rows), np.full(columns, -1)
    if len(there) == 0:
        return top, bottom
    inside = np.arange(there[0], there[-1] + 1)
    # Columns without a point lie between two points: join those by a straight line.
    low, high = np.interp(inside, there, low[there]), np.interp(inside, there, high[there])
    scale = (rows - 1) / (frame.y1 - frame.y0)
    # One dot beyond either edge stands for "outside", however far.
    top[inside] = np.clip(np.rint((frame.y1 - high) * scale), -1, rows).astype(int)
    bottom[inside] = np.clip(np.rint((frame.y1 - low) * scale), -1, rows).astype(int)
    return top, bottom


def _spans(x: np.ndarray, y: np.ndarray, frame: Frame, columns: int, rows: int) -> tuple[np.ndarray, np.ndarray]:
    """`_edge`, with every column stretched half-way to its neighbours so that the line has no holes."""
    top, bottom = _edge(x, y, frame, columns, rows)
    there = np.flatnonzero(bottom >= top)
    if len(there) < 2:
        return top, bottom
    a, b = there[:-1], there[1:]
    falls, rises = top[b] > bottom[a] + 1, bottom[b] < top[a] - 1
    middle_fall, middle_rise = (bottom[a] + top[b]) // 2, (top[a] + bottom[b]) // 2
    new_top, new_bottom = top.copy(), bottom.copy()
    new_bottom[a] = np.where(falls, np.maximum(new_bottom[a], middle_fall), new_bottom[a])
    new_top[b] = np.where(falls, np.minimum(new_top[b], middle_fall + 1), new_top[b])
    new_top[a] = np.where(rises, np.minimum(new_top[a], middle_rise + 1), new_top[a])
    new_bottom[b] = np.where(rises, np.maximum(new_bottom[b], middle_rise), new_bottom[b])
    return new_top, new_bottom
