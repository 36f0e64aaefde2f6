"""The part of the x axis in view, and the cursor on it. Pure functions from what was to what is."""

import math
from collections.abc import Sequence

import numpy as np

CLOSEST = 4.0  # where x is a count, a window is never narrower than this
_CLOSEST = 1e-4  # of the whole axis: nor is any other

Span = tuple[float, float]


def zoom(
    window: Span | None, whole: Span, factor: float, about: float | None, log: bool, closest: float = 0.0
) -> Span | None:
    """The window `factor` times as wide, with `about` (or its middle) staying where it is.

    Args:
        whole: the limits of the data.
        log: the axis is logarithmic, and equal steps on it are equal ratios.
        closest: the window gets no narrower than this, in the units of the data.

    Returns:
        the new window, or None where it would hold everything.
    """
    low, high, left, right = _drawn(window, whole, log)
    span = right - left
    wide = max(span * factor, (high - low) * _CLOSEST)
    if wide >= high - low:
        return None
    centre = _place(about, log) if about is not None and left <= _place(about, log) <= right else (left + right) / 2
    start = centre - (centre - left) / span * wide
    start = min(max(low, start), high - wide)
    near = _data(start, log), _data(start + wide, log)
    return window if factor < 1 and near[1] - near[0] < closest else near


def pan(window: Span | None, whole: Span, share: float, log: bool) -> Span | None:
    """The window moved by `share` of its width, kept inside `whole`."""
    if window is None:
        return None
    low, high, left, right = _drawn(window, whole, log)
    span = right - left
    start = min(max(low, left + share * span), max(low, high - span))
    return _data(start, log), _data(start + span, log)


def move_cursor(
    cursor: float | None,
    window: Span | None,
    whole: Span,
    columns: int,
    by: int,
    log: bool,
    places: Sequence[np.ndarray],
) -> float:
    """The cursor moved by `by` of the `columns` cells of the chart, and at least to the next place where something was
    recorded; without one it begins at the edge it comes from.

    Args:
        places: [T] each, rising: where the cursor may stand. Where the window holds none, it goes to the nearest
            beyond.
    """
    _, _, left, right = _drawn(window, whole, log)
    edges = _data(left, log), _data(right, log)
    if cursor is None or not left <= _place(cursor, log) <= right:
        return snap(edges[1] if by < 0 else edges[0], places, edges, log)
    cell = (right - left) / max(1, columns)
    wanted = _data(min(max(left, _place(cursor, log) + by * cell), right), log)
    found = snap(wanted, places, edges, log)
    if (found - cursor) * by > 0:
        return found
    beyond = _next(cursor, places, by > 0)
    return beyond if edges[0] <= beyond <= edges[1] else snap(cursor, places, edges, log)


def snap(x: float, places: Sequence[np.ndarray], edges: Span, log: bool = False) -> float:
    """The place nearest to `x` (as it is drawn) within the edges, or else beyond them; `x` where there is none."""
    near = [float(p[at]) for p in places for at in _around(p, (x, *edges))]
    inside = [place for place in near if edges[0] <= place <= edges[1]]
    fine = [place for place in inside or near if place > 0 or not log]
    return min(fine, key=lambda place: abs(_place(place, log) - _place(x, log)), default=x)


def _around(places: np.ndarray, xs: tuple[float, ...]) -> set[int]:
    """Where the last place before each x is, and the first that isn't before it."""
    found = np.searchsorted(places, xs)
    return {at for first in found.tolist() for at in (first - 1, first) if 0 <= at < len(places)}


def _next(x: float, places: Sequence[np.ndarray], later: bool) -> float:
    """The first place after x, or the last before it; infinity where there is none."""
    if later:
        return min((float(p[at]) for p in places if (at := np.searchsorted(p, x, "right")) < len(p)), default=math.inf)
    return max((float(p[at - 1]) for p in places if (at := np.searchsorted(p, x)) > 0), default=-math.inf)


def holding(window: Span | None, x: float) -> Span | None:
    """The window, moved so far that `x` is in it."""
    if window is None or window[0] <= x <= window[1]:
        return window
    half = (window[1] - window[0]) / 2
    return x - half, x + half


def _drawn(window: Span | None, whole: Span, log: bool) -> tuple[float, float, float, float]:
    low, high = (_place(edge, log) for edge in whole)
    left, right = (_place(edge, log) for edge in window or whole)
    left, right = max(low, left), min(high, right)
    return low, high, *((left, right) if right > left else (low, high))


def _place(x: float, log: bool) -> float:
    return math.log10(max(x, 1e-300)) if log else x


def _data(place: float, log: bool) -> float:
    return 10.0**place if log else place
