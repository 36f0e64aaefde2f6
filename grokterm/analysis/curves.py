"""Curves out of streams, and the band that seeds make. Nothing is smoothed or thinned here.

Shapes: T rows (steps), E members of a cohort, C curves.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from grokterm.record import ExperimentFolder, StreamReader

Values = npt.NDArray[np.float64]


class Curve(NamedTuple):
    """One recorded quantity of one run.

    Attributes:
        arm: name of the arm.
        seed: the run's seed.
        steps: [T] int64, rising.
        values: [T]; nan where the run had no number.
    """

    arm: str
    seed: int
    steps: npt.NDArray[np.int64]
    values: Values


class Band(NamedTuple):
    """Curves of several seeds as one.

    Attributes:
        steps: [T] every step at which some curve has a row.
        median: [T] of the curves that have a number there; nan where none has.
        low, high: [T] smallest and largest of them, or the quartiles where asked for.
        n: [T] how many curves have a number there. It falls where runs end early or diverge, and the median
            then speaks of fewer runs than before: a jump of the median at a change of n is no event in
            training.
    """

    steps: npt.NDArray[np.int64]
    median: Values
    low: Values
    high: Values
    n: npt.NDArray[np.int64]


def load_curves(folder: ExperimentFolder, stream: str, column: str) -> tuple[Curve, ...]:
    """Everything committed so far of one column, a curve for each run, in the order of the cohorts' members.

    A cohort that has not written the stream or lacks the column has no curve. A column with one value for
    the whole cohort (wall time, say) is given to each of its members.

    Args:
        folder: the experiment.
        stream: `train`, `eval`, `weights`, `sparsity` or `clock`.
        column: a column of that stream, such as `test_acc`.
    """
    feed = CurveFeed(folder, stream, (column,))
    feed.poll()
    return feed.curves(column)


class CurveFeed:
    """Columns of one stream that grow while runs train: each poll reads only what is new.

    Args:
        folder: the experiment.
        stream: the stream's name.
        columns: the columns to keep.
    """

    def __init__(self, folder: ExperimentFolder, stream: str, columns: Sequence[str]) -> None:
        self._names = tuple(columns)
        self._parts = [_Part(cohort.members, cohort.stream(stream)) for cohort in folder.cohorts]

    def poll(self) -> bool:
        """Takes what was committed since the last call. True if anything changed.

        A run that went back to a checkpoint is read anew, so that no step is there twice.
        """
        changed = [part.poll(self._names) for part in self._parts]  # all of them, whatever the first says
        return any(changed)

    def curves(self, column: str) -> tuple[Curve, ...]:
        """The curves of one of the kept columns; none of a column that no cohort has."""
        return tuple(curve for part in self._parts for curve in part.curves(column))


@dataclass
class _Part:
    """The rows of one cohort. Chunks are joined when they are looked at, not when they come."""

    members: tuple[tuple[str, int], ...]
    reader: StreamReader

    def __post_init__(self) -> None:
        self._chunks: list = []

    def poll(self, names: tuple[str, ...]) -> bool:
        table = self.reader.poll(names)
        if table.rewound:
            self._chunks.clear()
        if len(table):
            self._chunks.append((table.steps, table.columns))
        return bool(len(table) or table.rewound)

    def _join(self) -> None:
        if len(self._chunks) > 1:
            steps = np.concatenate([steps for steps, _ in self._chunks])
            names = self._chunks[0][1]
            columns = {name: np.concatenate([chunk[name] for _, chunk in self._chunks]) for name in names}
            self._chunks = [(steps, columns)]

    def curves(self, column: str) -> list[Curve]:
        self._join()
        if not self._chunks or column not in self._chunks[0][1]:
            return []
        steps, columns = self._chunks[0]
        values = np.asarray(columns[column], dtype=np.float64)
        if values.ndim == 1:
            return [Curve(arm, seed, steps, values) for arm, seed in self.members]
        by_member = np.ascontiguousarray(values.T)  # [E, T]
        return [Curve(arm, seed, steps, by_member[e]) for e, (arm, seed) in enumerate(self.members)]


def band(curves: Sequence[Curve], quartiles: bool = False) -> Band:
    """Median of several seeds with their full range.

    The range, from the smallest to the largest value, is the default because with the usual four to ten
    seeds a quartile hides half of so few runs, and because a single seed's spike must stay visible. Curves
    are aligned by exact step on the union of their steps: nothing is interpolated, and a curve counts only
    where it has a row.

    Args:
        curves: of one column, of runs that belong together. They may have different lengths and cadences.
        quartiles: draw the interquartile range instead, for many seeds.
    """
    if not curves:
        empty = np.empty(0)
        return Band(np.empty(0, np.int64), empty, empty, empty, np.empty(0, np.int64))
    steps, table = _align(curves)
    table.sort(axis=0)  # nan goes last
    n = (~np.isnan(table)).sum(axis=0)
    low, high = (0.25, 0.75) if quartiles else (0.0, 1.0)
    return Band(steps, _quantile(table, n, 0.5), _quantile(table, n, low), _quantile(table, n, high), n)


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
