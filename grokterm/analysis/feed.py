"""Columns of a stream that grow while runs train. Each look reads only what is new.

Shapes: T rows (steps), E members of a cohort.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from grokterm.analysis.curves import Band, Curve, band
from grokterm.analysis.following import Members, Thinned, Whole
from grokterm.record import ExperimentFolder, StreamReader

_MOST_NUMBERS = 6_000_000  # of the columns of a cohort, above which they are thinned
_FEWEST_ROWS = (
    32_768  # that are kept however many runs there are: the 25,000 steps of a published run are never thinned
)
_MOST_ROWS = 131_072  # that are kept however few: drawing costs time by the row


class CurveFeed:
    """Some columns of one stream, as curves in the order of the cohorts' members, and as bands by arm.

    A cohort that has not written the stream or lacks a column has no curve. A column with one value for all members
    (wall time, say) is given to each of them.

    Args:
        folder: the experiment.
        stream: `train`, `eval`, `weights`, `sparsity`, `clock`, or the name of a probe.
        columns: the columns to keep.
        whole: keep every row. Otherwise very many rows are thinned to those with extremes (`thin`), so that they may be
            followed for days; unless the seeds of an arm are in several cohorts, whose rows belong together.
    """

    def __init__(self, folder: ExperimentFolder, stream: str, columns: Sequence[str], whole: bool = False) -> None:
        self.columns = tuple(columns)
        arms = [{arm for arm, _ in cohort.members} for cohort in folder.cohorts]
        self._split = sum(map(len, arms)) > len(set().union(*arms))
        kept = whole or self._split
        self._parts = [_Part(cohort.members, cohort.stream(stream), kept) for cohort in folder.cohorts]
        self._changed = False

    def poll(self) -> bool:
        """Takes what was committed since the last call. True if anything changed.

        A run that went back to a checkpoint is read anew, so that no step is there twice. Where a cohort can't be read,
        what was taken of others counts as a change at the next call that succeeds.

        Raises:
            DamagedRecord: a stream can't be read.
        """
        for part in self._parts if self.columns else ():
            self._changed |= part.poll(self.columns)
        changed, self._changed = self._changed, False
        return changed

    def curves(self, column: str) -> tuple[Curve, ...]:
        """The curves of one of the kept columns; none of a column that no cohort has."""
        return tuple(curve for part in self._parts for curve in part.curves(column))

    def bands(self, column: str) -> dict[str, Band]:
        """The band of every arm that has curves of a column."""
        if not self._split:
            return {arm: found for part in self._parts for arm, found in part.bands(column).items()}
        curves = self.curves(column)
        arms = dict.fromkeys(curve.arm for curve in curves)
        return {arm: band([curve for curve in curves if curve.arm == arm]) for arm in arms}


class _Part:
    """The columns of one cohort."""

    def __init__(self, members: Members, reader: StreamReader, whole: bool) -> None:
        self._members, self._reader, self._whole = members, reader, whole
        self._names: frozenset[str] = frozenset()
        self._kept: Whole | Thinned = Whole(members, ())

    def poll(self, names: tuple[str, ...]) -> bool:
        table = self._reader.poll(names)
        if table.rewound:
            self._names = frozenset()
        if len(table) and table.columns:
            if not self._names:
                self._names, self._kept = frozenset(table.columns), Whole(self._members, table.columns)
            self._kept.append(table.steps, {name: self._by_run(values) for name, values in table.columns.items()})
            if not self._whole and isinstance(self._kept, Whole) and len(self._kept) > self._most:
                self._kept = Thinned(self._kept)
        return bool(len(table) or table.rewound)

    def _by_run(self, values: npt.NDArray) -> npt.NDArray:
        """[E, T]."""
        return values.T if values.ndim == 2 else np.broadcast_to(values, (len(self._members), len(values)))

    @property
    def _most(self) -> int:
        """How many rows are kept whole."""
        return min(max(_FEWEST_ROWS, _MOST_NUMBERS // (len(self._members) * len(self._names))), _MOST_ROWS)

    def curves(self, column: str) -> list[Curve]:
        return self._kept.curves(column) if column in self._names else []

    def bands(self, column: str) -> dict[str, Band]:
        return self._kept.bands(column) if column in self._names else {}
