"""Which rows of a long table to keep so that every extreme survives: what is followed for days must not grow for days.

Shapes: T rows (steps), E members of a cohort.
"""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

MOST_NUMBERS = 6_000_000  # of all columns together, above which rows are left out
FEWEST_ROWS = 32_768  # that are kept whatever their width: the 25,000 steps of a published run are never thinned
MOST_ROWS = 131_072  # that are kept however narrow they are: drawing and medians cost time by the row
_BUCKETS = 1_024  # at least, and so several to a column of dots on the widest screen


def most_rows(columns: Mapping[str, npt.NDArray]) -> int:
    """How many rows of these columns are kept in full."""
    width = sum(values[0].size for values in columns.values() if len(values))
    return min(max(FEWEST_ROWS, MOST_NUMBERS // max(1, width)), MOST_ROWS)


def thin(
    steps: npt.NDArray[np.int64], columns: Mapping[str, npt.NDArray], at_most: int, within: int = 1
) -> tuple[npt.NDArray[np.int64], int]:
    """Rows that hold, of every stretch of steps, the smallest and the largest value of each member in each column.

    Nothing is averaged and nothing is moved: what is kept are recorded rows, the same ones for all members, so that a
    median over seeds is still one of numbers recorded together. A row that begins a gap is kept, and so are the first
    and the last of all. Stretches are doubled until few enough rows are left; those of an earlier call nest in them, so
    a table may be thinned, grow, and be thinned again.

    Args:
        steps: [T] rising.
        columns: by name, [E, T] or [T].
        at_most: rows to come down to. Of very many members more are kept, since each has extremes of its own.
        within: the stretch by which these rows were thinned before; 1 for rows that are complete.

    Returns:
        The indices of the rows to keep, rising, and the length of the stretches in steps.
    """
    kept = np.arange(len(steps))
    span = int(steps[-1] - steps[0]) if len(steps) else 0
    curves = [curve for values in columns.values() for curve in np.atleast_2d(values)]
    if within > 1:  # what has come since
        kept = _extreme(steps // within, curves)
    while len(kept) > at_most and span // (2 * within) >= _BUCKETS:
        # As far as it would take if every stretch came down to two rows; noise needs a few turns more.
        at_least = max(2, len(kept) * 2 // at_most)
        within *= min(1 << at_least.bit_length() - 1, 1 << (span // within // _BUCKETS).bit_length() - 1)
        kept = kept[_extreme(steps[kept] // within, [curve[kept] for curve in curves])]
    return kept, within


def _extreme(bucket: npt.NDArray[np.int64], curves: list[npt.NDArray]) -> npt.NDArray[np.int64]:
    """The rows that hold the first smallest or first largest value, or the first gap, of a curve in their bucket."""
    starts = np.flatnonzero(np.diff(bucket, prepend=bucket[0] - 1))
    found = np.zeros(len(bucket), dtype=bool)
    found[[0, -1]] = True
    for curve in curves:
        values, missing = curve.astype(np.float32), np.isnan(curve)
        wanted = [values, -values]
        if missing.any():
            wanted = [np.where(missing, np.inf, values) for values in wanted]
            wanted.append(np.where(missing, np.float32(0), np.float32(1)))
        for ranks in map(_ranked, wanted):
            found[np.minimum.reduceat(ranks, starts) & 0xFFFFFFFF] = True
    return np.flatnonzero(found)


def _ranked(values: npt.NDArray[np.float32]) -> npt.NDArray[np.int64]:
    """[T] whole numbers in the order of the values, and of their rows where values are equal; the row is in the lower
    half of each."""
    bits = values.view(np.int32)
    bits = bits ^ (bits >> 31 & 0x7FFFFFFF)  # negative floats rise where their bits fall
    return (bits.astype(np.int64) << 32) | np.arange(len(values))
