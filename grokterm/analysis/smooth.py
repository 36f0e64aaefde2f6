"""Smoothing for the eye. What is smoothed is never counted, compared or exported as if it had been recorded."""

import numpy as np

from grokterm.analysis.curves import Values

_BLOCK = 64


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
    known = values[fine]
    if weight == 0 or known.size == 0:
        return values.copy()
    out = np.full(values.shape, np.nan)
    out[fine] = _decayed(known, weight) * (1 - weight) / -np.expm1(np.log(weight) * np.arange(1, known.size + 1))
    return out


def _decayed(values: Values, weight: float) -> Values:
    """s_t = weight s_(t-1) + y_t, without a loop over the values: by blocks, and then from block to block."""
    blocks = np.pad(values, (0, -values.size % _BLOCK)).reshape(-1, _BLOCK)
    apart = np.subtract.outer(np.arange(_BLOCK), np.arange(_BLOCK))
    inside = blocks @ np.where(apart >= 0, weight ** np.maximum(apart, 0), 0.0).T
    # A sum of 2s blocks is that of the last s and of the s before: the reach doubles until the rest weighs nothing.
    ends, step, reach = inside[:, -1].copy(), weight**_BLOCK, 1
    while reach < ends.size and step**reach > 1e-17:
        ends[reach:] = ends[reach:] + step**reach * ends[:-reach]
        reach *= 2
    inside[1:] += ends[:-1, None] * weight ** np.arange(1, _BLOCK + 1)
    return inside.ravel()[: values.size]
