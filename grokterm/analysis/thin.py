"""Which points of a long curve to keep so that its extremes survive: what is followed for days must not grow for days.

Shapes: T points (steps), K values at each of them.
"""

import numpy as np
import numpy.typing as npt

BUCKETS = 1_024  # stretches at least, and so several to a column of dots on the widest screen


def thin(
    steps: npt.NDArray[np.int64], curves: npt.NDArray[np.float64], at_most: int, within: int = 1
) -> tuple[npt.NDArray[np.int64], int]:
    """The points that hold, of every stretch of steps, the smallest and the largest of each value, and the first gap.

    Nothing is averaged and nothing is moved: what is kept is what was there, the first and the last point included.
    Stretches are doubled until few enough points are left; those of an earlier call nest in them, so a curve may be
    thinned, grow, and be thinned again.

    Args:
        steps: [T] rising.
        curves: [K, T] what is looked at.
        at_most: points to come down to; more are left where that would take fewer stretches than `BUCKETS`.
        within: the stretch by which it was thinned before; 1 for a curve that is complete.

    Returns:
        The indices of the points to keep, rising, and the length of the stretches in steps.
    """
    kept = np.arange(len(steps))
    span = int(steps[-1] - steps[0]) if len(steps) else 0
    if within > 1:  # what has come since
        kept = _extreme(steps // within, curves)
    while len(kept) > at_most and span // (2 * within) >= BUCKETS:
        # As far as it would take if every stretch came down to two points; noise needs a few turns more.
        at_least = max(2, len(kept) * 2 // at_most)
        within *= min(1 << at_least.bit_length() - 1, 1 << (span // within // BUCKETS).bit_length() - 1)
        kept = kept[_extreme(steps[kept] // within, curves[:, kept])]
    return kept, within


def _extreme(bucket: npt.NDArray[np.int64], curves: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
    """The points with the first smallest or first largest value, or the first gap, of a curve in their bucket."""
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
    """[T] whole numbers in the order of the values, and of their places where values are equal; the place is in the
    lower half of each."""
    bits = values.view(np.int32)
    bits = bits ^ (bits >> 31 & 0x7FFFFFFF)  # negative floats rise where their bits fall
    return (bits.astype(np.int64) << 32) | np.arange(len(values))
