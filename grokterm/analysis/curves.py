"""Curves out of streams, and the band that seeds make. Nothing is smoothed here, and thinned only for who asks.

Shapes: T rows (steps), E members of a cohort, C curves.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from grokterm.analysis.rows import Rows
from grokterm.analysis.thin import most_rows, thin
from grokterm.record import ExperimentFolder, StreamReader

Values = npt.NDArray[np.float64]


class Curve(NamedTuple):
    """One recorded quantity of one run.

    Attributes:
        arm: name of the arm.
        seed: the run's seed.
        steps: [T] int64, rising.
        values: [T]; nan where the run had no number.
        within: of every so many steps only the rows with extremes are here (`thin`); 1 where every row is.
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
        within: the coarsest of the curves'.
    """

    steps: npt.NDArray[np.int64]
    median: Values
    low: Values
    high: Values
    n: npt.NDArray[np.int64]
    within: int = 1


def load_curves(folder: ExperimentFolder, stream: str, column: str, whole: bool = True) -> tuple[Curve, ...]:
    """Everything committed so far of one column, a curve for each run, in the order of the cohorts' members.

    A cohort that has not written the stream or lacks the column has no curve. A column with one value for
    the whole cohort (wall time, say) is given to each of its members.

    Args:
        folder: the experiment.
        stream: `train`, `eval`, `weights`, `sparsity` or `clock`.
        column: a column of that stream, such as `test_acc`.
        whole: every row; otherwise a very long stream is thinned, as `CurveFeed` does it.
    """
    feed = CurveFeed(folder, stream, (column,), whole)
    feed.poll()
    return feed.curves(column)


class CurveFeed:
    """Columns of one stream that grow while runs train: each poll reads only what is new.

    Args:
        folder: the experiment.
        stream: the stream's name.
        columns: the columns to keep.
        whole: keep every row. Otherwise a stream of very many rows is thinned to those with extremes, so that it may be
            followed for days.
    """

    def __init__(self, folder: ExperimentFolder, stream: str, columns: Sequence[str], whole: bool = False) -> None:
        self._names = tuple(columns)
        self._parts = [_Part(cohort.members, cohort.stream(stream), whole) for cohort in folder.cohorts]

    def poll(self) -> bool:
        """Takes what was committed since the last call. True if anything changed.

        A run that went back to a checkpoint is read anew, so that no step is there twice.
        """
        changed = [part.poll(self._names) for part in self._parts]  # all of them, whatever the first says
        return any(changed)

    @property
    def generation(self) -> int:
        """Another number means that rows known before were taken back or thinned; otherwise they are as they were."""
        return sum(part.generation for part in self._parts)

    def curves(self, column: str) -> tuple[Curve, ...]:
        """The curves of one of the kept columns; none of a column that no cohort has."""
        return tuple(curve for part in self._parts for curve in part.curves(column))


class _Part:
    """The rows of one cohort."""

    def __init__(self, members: tuple[tuple[str, int], ...], reader: StreamReader, whole: bool) -> None:
        self._members, self._reader, self._whole = members, reader, whole
        self.generation = 0
        self._begin()

    def _begin(self) -> None:
        self._rows = Rows()
        self._within, self._most, self._limit = 1, 0, 0  # 0: not known before the first row
        self.generation += 1

    def poll(self, names: tuple[str, ...]) -> bool:
        table = self._reader.poll(names)
        if table.rewound:
            self._begin()
        if len(table):
            self._rows.append(table.steps, table.columns)
            self._most = self._most or most_rows(table.columns)
            if not self._whole and len(self._rows) > max(self._most, self._limit):
                self._thin()
        return bool(len(table) or table.rewound)

    def _thin(self) -> None:
        # Down to half, so that it is rarely done; where extremes are many, up to twice what they take.
        kept, self._within = thin(self._rows.steps, self._rows.columns(), self._most // 2, self._within)
        self._rows = self._rows.only(kept)
        self._limit = 2 * len(kept)
        self.generation += 1

    def curves(self, column: str) -> list[Curve]:
        values = self._rows.column(column)
        if values is None:
            return []
        steps = self._rows.steps
        each = values if values.ndim == 2 else [values] * len(self._members)
        runs = zip(self._members, each, strict=True)
        return [Curve(arm, seed, steps, own, self._within) for (arm, seed), own in runs]


def band(curves: Sequence[Curve], quartiles: bool = False, before: Band | None = None) -> Band:
    """Median of several seeds with their full range.

    The range, from the smallest to the largest value, is the default because with the usual four to ten
    seeds a quartile hides half of so few runs, and because a single seed's spike must stay visible. Curves
    are aligned by exact step on the union of their steps: nothing is interpolated, and a curve counts only
    where it has a row.

    Args:
        curves: of one column, of runs that belong together. They may have different lengths and cadences.
        quartiles: draw the interquartile range instead, for many seeds.
        before: the band of the same curves when they had fewer rows: only what is new is then computed.
    """
    if not curves:
        empty = np.empty(0)
        return Band(np.empty(0, np.int64), empty, empty, empty, np.empty(0, np.int64))
    known = len(before.steps) if before is not None and _goes_on(before, curves) else 0
    new = [curve._replace(steps=curve.steps[known:], values=curve.values[known:]) for curve in curves]
    steps, table = _align(new if known else curves)
    table.sort(axis=0)  # nan goes last
    n = (~np.isnan(table)).sum(axis=0)
    low, high = (0.25, 0.75) if quartiles else (0.0, 1.0)
    found = (steps, _quantile(table, n, 0.5), _quantile(table, n, low), _quantile(table, n, high), n)
    if known:
        found = tuple(np.concatenate(pair) for pair in zip(before, found, strict=False))
    return Band(*found, within=max(curve.within for curve in curves))


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
        if prefixes:
            row[: len(curve.steps)] = curve.values
        elif curve.within == 1:
            row[np.searchsorted(steps, curve.steps)] = curve.values
        else:
            # Thinned at other steps than its neighbours: the row before speaks for those left out behind it.
            inside = slice(*np.searchsorted(steps, (curve.steps[0], curve.steps[-1] + 1)))
            row[inside] = curve.values[np.searchsorted(curve.steps, steps[inside], side="right") - 1]
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
