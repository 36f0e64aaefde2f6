"""Smoothing for the eye. What is smoothed is never counted, compared or exported as if it had been recorded."""

import numpy as np

from grokterm.analysis.curves import Values


def smoothed(values: Values, weight: float) -> Values:
    """Exponential moving average over the recorded points of one curve.

    m_t = weight m_(t-1) + (1 - weight) y_t, divided by 1 - weight^t, so that a curve begins at its first value and not
    at zero. Gaps (nan and inf) stay gaps, and the average goes on behind them as if they weren't there.

    Args:
        values: [T] of one run, in the order of its steps. The median of seeds is taken of smoothed runs.
        weight: 0 up to 1, that one excluded; 0 gives the values as they are.

    Raises:
        ValueError: a weight outside [0, 1).
    """
    if not 0 <= weight < 1:
        raise ValueError(f"weight {weight:g}: need 0 <= weight < 1")
    values = np.asarray(values, dtype=np.float64)
    fine = np.isfinite(values)
    total = values[fine]
    count = total.size
    if weight == 0 or count == 0:
        return values.copy()
    # A sum of 2s terms is that of the last s and of the s before: the reach doubles until the rest weighs nothing.
    reach = 1
    while reach < count and weight**reach > 1e-17:
        total[reach:] = total[reach:] + weight**reach * total[:-reach]
        reach *= 2
    out = np.full(values.shape, np.nan)
    total *= 1 - weight
    total[:reach] /= -np.expm1(np.log(weight) * np.arange(1, min(reach, count) + 1))  # further on it divides by 1
    out[fine] = total
    return out
