"""What x may be, other than the step: seconds of training, or the integral of the weight decay."""

import numpy as np

from grokterm.analysis.curves import Curve, Values


def axis_values(steps: np.ndarray, own: Curve) -> Values:
    """Where `steps` lie on an axis that was recorded beside them.

    Between two recorded rows it is interpolated; outside of them nothing is known and it is nan.

    Args:
        steps: [T] or a single step.
        own: the axis as a column of the same run (`wall`, `weight_decay_integral`). It never falls; where rounding
            makes it fall, the largest value so far counts.
    """
    fine = np.isfinite(own.values)
    if not fine.any():
        return np.full(np.shape(steps), np.nan)
    risen = np.maximum.accumulate(own.values[fine])
    return np.interp(steps, own.steps[fine], risen, left=np.nan, right=np.nan)


_SECONDS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400)
_LOG_SECONDS = (1e-3, 1e-2, 0.1, 1, 10, 60, 600, 3600, 36000, 86400, 864000)


def time_ticks(low: float, high: float, at_most: int = 6) -> tuple[float, ...]:
    """Positions in seconds inside [low, high] that are whole seconds, minutes, hours or days apart."""
    from grokterm.analysis.reduce import linear_ticks

    if not (np.isfinite(high - low)) or at_most < 1 or (high - low) / at_most <= 0.5:
        return linear_ticks(low, high, at_most)
    for step in _SECONDS:
        first, last = np.ceil(low / step - 1e-12), np.floor(high / step + 1e-12)
        if last - first + 1 <= at_most:
            return tuple(float(i * step) for i in np.arange(first, last + 1))
    days = linear_ticks(low / 86400, high / 86400, at_most)
    return tuple(86400 * day for day in days if low <= 86400 * day <= high)


def log_time_ticks(low: float, high: float, at_most: int = 6) -> tuple[float, ...]:
    """Positions in seconds for a logarithmic axis over [low, high]: a second, ten, a minute, ten, an hour, …"""
    inside = [value for value in _LOG_SECONDS if low * (1 - 1e-9) <= value <= high * (1 + 1e-9)]
    if len(inside) < 2:
        return tuple(tick for tick in time_ticks(low, high, at_most) if tick > 0)
    stride = -(-len(inside) // at_most)
    return tuple(float(value) for value in inside[::stride])
