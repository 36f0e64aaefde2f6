"""Smoothing for the eye. What is smoothed is never counted, compared or exported as if it had been recorded."""

import math

import numpy as np

from grokterm.analysis.curves import Values


def smoothed(values: Values, weight: float, known: tuple[Values, Values] | None = None) -> Values:
    """Exponential moving average over the recorded points of one curve.

    m_t = weight m_(t-1) + (1 - weight) y_t, divided by 1 - weight^t, so that a curve begins at its first value and not
    at zero. Gaps (nan and inf) stay gaps, and the average goes on behind them as if they weren't there.

    Args:
        values: [T] of one run, in the order of its steps. The median of seeds is taken of smoothed runs.
        weight: 0 up to 1, that one excluded; 0 gives the values as they are.
        known: values smoothed before with the same weight, and what came out. Where `values` begin with them, only the
            rest is computed: a curve that grows costs what is new.

    Raises:
        ValueError: a weight outside [0, 1).
    """
    if not 0 <= weight < 1:
        raise ValueError(f"weight {weight:g}: need 0 <= weight < 1")
    values = np.asarray(values, dtype=np.float64)
    if weight == 0:
        return values.copy()
    done, out = 0, np.full(values.shape, np.nan)
    if known is not None and np.array_equal(known[0], values[: len(known[0])], equal_nan=True):
        done = len(known[0])
        out[:done] = known[1]
    earlier = np.flatnonzero(np.isfinite(values[:done]))
    # The sum that the last average was made of, before it was divided.
    carried = -np.expm1(earlier.size * np.log(weight)) * out[earlier[-1]] if earlier.size else 0.0
    fine = np.isfinite(values[done:])
    out[done:][fine] = _averages(values[done:][fine], weight, earlier.size, carried)
    return out


def _averages(values: Values, weight: float, count: int, carried: float) -> Values:
    """The averages of finite values that come after `count` others, whose weighted sum is `carried`."""
    total = (1 - weight) * values
    if not total.size:
        return total
    total[0] += weight * carried
    # A sum of 2s terms is that of the last s and of the s before: the reach doubles until the rest weighs nothing.
    reach = 1
    while reach < total.size and weight**reach > 1e-17:
        total[reach:] = total[reach:] + weight**reach * total[:-reach]
        reach *= 2
    young = min(max(0, math.ceil(-40 / math.log(weight)) - count), total.size)  # the others are divided by 1
    total[:young] /= -np.expm1(np.log(weight) * np.arange(count + 1, count + young + 1))
    return total
