"""What a curve is, and the band that seeds make.

Shapes: T rows (steps), E members of a cohort, C curves.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Values = npt.NDArray[np.float64]


class Curve(NamedTuple):
    """One recorded quantity of one run.

    Attributes:
        arm: name of the arm.
        seed: the run's seed.
        steps: [T] int64, rising.
        values: [T]; nan where the run had no number.
        within: of every so many steps only the points with extremes are here (`thin`); 1 where every row is.
    """

    arm: str
    seed: int
    steps: npt.NDArray[np.int64]
    values: Values
    within: int = 1


class Band(NamedTuple):
    """Curves of several seeds as one.

    Attributes:
        steps: [T] every step at which some curve has a row.
        median: [T] of the curves that have a number there; nan where none has.
        low, high: [T] smallest and largest of them, or the quartiles where asked for.
        n: [T] how many curves have a number there. It falls where runs end early or diverge, and the median
            then speaks of fewer runs than before: a jump of the median at a change of n is no event in
            training.
        within: as of a curve.
    """

    steps: npt.NDArray[np.int64]
    median: Values
    low: Values
    high: Values
    n: npt.NDArray[np.int64]
    within: int = 1


def band(curves: Sequence[Curve], quartiles: bool = False, before: Band | None = None) -> Band:
    """Median of several seeds with their full range.

    The range, from the smallest to the largest value, is the default because with the usual four to ten
    seeds a quartile hides half of so few runs, and because a single seed's spike must stay visible. Curves
    are aligned by exact step on the union of their steps: nothing is interpolated, and a curve counts only
    where it has a row.

    Args:
        curves: of one column, of runs that belong together, whole. They may have different lengths and cadences.
        quartiles: draw the interquartile range instead, for many seeds.
        before: the band of the same curves when they had fewer rows: only what is new is then computed.
    """
    if not curves:
        empty = np.empty(0)
        return Band(np.empty(0, np.int64), empty, empty, empty, np.empty(0, np.int64))
    known = len(before.steps) if before is not None and _goes_on(before, curves) else 0
    if known and known == len(curves[0].steps):
        return before
    new = [curve._replace(steps=curve.steps[known:], values=curve.values[known:]) for curve in curves]
    steps, table = _align(new if known else curves)
    table.sort(axis=0)  # nan goes last
    n = (~np.isnan(table)).sum(axis=0)
    low, high = (0.25, 0.75) if quartiles else (0.0, 1.0)
    found = (_quantile(table, n, 0.5), _quantile(table, n, low), _quantile(table, n, high), n)
    if known:
        return Band(curves[0].steps, *map(np.concatenate, zip(before[1:], found, strict=False)))
    return Band(steps, *found)


def _goes_on(before: Band, curves: Sequence[Curve]) -> bool:
    """All curves have the same rows, and began with those of the band: each row of it stands for itself."""
    steps = curves[0].steps
    return all(curve.steps is steps for curve in curves) and np.array_equal(before.steps, steps[: len(before.steps)])


def _align(curves: Sequence[Curve]) -> tuple[npt.NDArray[np.int64], Values]:
    """The union of all steps, and a table [C, T] with nan where a curve has no row."""
    longest = max((curve.steps for curve in curves), key=len)
    prefixes = all(np.array_equal(curve.steps, longest[: len(curve.steps)]) for curve in curves)
    steps = longest if prefixes else np.unique(np.concatenate([curve.steps for curve in curves]))
    table = np.full((len(curves), steps.size), np.nan)
    for row, curve in zip(table, curves, strict=True):
        place = slice(len(curve.steps)) if prefixes else np.searchsorted(steps, curve.steps)
        row[place] = curve.values
    return steps, table


def _quantile(table: Values, n: npt.NDArray[np.int64], share: float) -> Values:
    """Quantile over the first n of each column of a sorted table [C, T]; linear between neighbours."""
    if n.size and n.min() == n.max() > 0:  # nobody is missing anywhere: whole rows
        place = share * (int(n[0]) - 1)
        below, weight = int(place), place % 1
        lower = table[below]
        with np.errstate(invalid="ignore"):
            return lower.copy() if not weight else lower * (1 - weight) + table[below + 1] * weight
    place = share * np.maximum(n - 1, 0)
    below = np.floor(place).astype(np.int64)
    above = np.ceil(place).astype(np.int64)
    lower = np.take_along_axis(table, below[None], axis=0)[0]
    upper = np.take_along_axis(table, above[None], axis=0)[0]
    # Not lower + weight * (upper - lower): between two infinities that is nan.
    weight = place - below
    with np.errstate(invalid="ignore"):
        return np.where(weight == 0, lower, lower * (1 - weight) + upper * weight)
