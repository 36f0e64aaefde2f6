"""Columns of one cohort as they grow: a curve for each run and a band for each arm, whole or thinned.

Shapes: T rows (steps), E members of a cohort, C columns.

While there are few rows, all are kept, and a band is gone on with where it had come to. Very many are `Thinned`: the
bands of new rows are computed from all of them, and only then does every curve and every band, each for itself, leave
the points without extremes. So what is kept of a median is the median that all rows had.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import numpy.typing as npt

from grokterm.analysis.curves import Band, Curve, band
from grokterm.analysis.rows import Rows
from grokterm.analysis.thin import thin

MOST_POINTS = 8_192  # of one thinned curve
Members = Sequence[tuple[str, int]]
Columns = Mapping[str, npt.NDArray]  # by name, [E, T]


class Whole:
    """Every row; all columns share their steps."""

    def __init__(self, members: Members, names: Iterable[str]) -> None:
        self.members = members
        self._places = {
            name: slice(place * len(members), (place + 1) * len(members)) for place, name in enumerate(names)
        }
        self._rows = Rows(np.empty(0), np.empty((len(self._places) * len(members), 0)))
        self._bands: dict[str, dict[str, Band]] = {}

    def __len__(self) -> int:
        return len(self._rows)

    @property
    def names(self) -> tuple[str, ...]:
        """Of the columns."""
        return tuple(self._places)

    def append(self, steps: npt.NDArray[np.int64], columns: Columns) -> None:
        """Add rows: [T] steps, and the columns at them."""
        self._rows.append(steps, np.concatenate([columns[name] for name in self._places]))

    def curves(self, name: str) -> list[Curve]:
        """Of each run, in the order of the members."""
        return _curves(self.members, self._rows.steps, self._rows.values[self._places[name]])

    def bands(self, name: str) -> dict[str, Band]:
        """Of each arm."""
        before = self._bands.get(name, {})
        own = _by_arm(self.curves(name))
        self._bands[name] = {arm: band(curves, before=before.get(arm)) for arm, curves in own.items()}
        return self._bands[name]


class Thinned:
    """Of each curve and of each band the points that hold its own extremes.

    Args:
        whole: what is known so far.
    """

    def __init__(self, whole: Whole) -> None:
        self._members = whole.members
        self._curves = {
            name: [_Line(one.steps, one.values[None]) for one in whole.curves(name)] for name in whole.names
        }
        self._bands = {
            name: {arm: _Line(found.steps, _stacked(found)) for arm, found in whole.bands(name).items()}
            for name in whole.names
        }

    def append(self, steps: npt.NDArray[np.int64], columns: Columns) -> None:
        """As of `Whole`."""
        for name, lines in self._curves.items():
            for line, own in zip(lines, columns[name], strict=True):
                line.append(steps, own[None])
            for arm, curves in _by_arm(_curves(self._members, steps, columns[name])).items():
                self._bands[name][arm].append(steps, _stacked(band(curves)))

    def curves(self, name: str) -> list[Curve]:
        """As of `Whole`."""
        pairs = zip(self._members, self._curves[name], strict=True)
        return [Curve(arm, seed, line.rows.steps, line.rows.values[0], line.within) for (arm, seed), line in pairs]

    def bands(self, name: str) -> dict[str, Band]:
        """As of `Whole`."""
        return {arm: _unstacked(line) for arm, line in self._bands[name].items()}


class _Line:
    """Values that are thinned whenever there are too many. All that stand at one step stay together."""

    def __init__(self, steps: npt.NDArray[np.int64], values: npt.NDArray) -> None:
        self.rows, self.within = Rows(steps, values), 1
        self._thin()

    def append(self, steps: npt.NDArray[np.int64], values: npt.NDArray) -> None:
        self.rows.append(steps, values)
        if len(self.rows) > self._limit:
            self._thin()

    def _thin(self) -> None:
        # Down to half, so that it is rarely done.
        kept, self.within = thin(self.rows.steps, self.rows.values, MOST_POINTS // 2, self.within)
        self.rows = Rows(self.rows.steps[kept], self.rows.values[:, kept])
        self._limit = max(MOST_POINTS, 2 * len(kept))


def _curves(members: Members, steps: npt.NDArray[np.int64], values: npt.NDArray) -> list[Curve]:
    return [Curve(arm, seed, steps, own) for (arm, seed), own in zip(members, values, strict=True)]


def _by_arm(curves: Iterable[Curve]) -> dict[str, list[Curve]]:
    found: dict[str, list[Curve]] = {}
    for curve in curves:
        found.setdefault(curve.arm, []).append(curve)
    return found


def _stacked(found: Band) -> npt.NDArray[np.float64]:
    return np.stack([found.median, found.low, found.high, found.n.astype(np.float64)])


def _unstacked(line: _Line) -> Band:
    median, low, high, n = line.rows.values
    return Band(line.rows.steps, median, low, high, n.astype(np.int64), line.within)
