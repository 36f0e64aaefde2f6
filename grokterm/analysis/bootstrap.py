"""The ratio of two median times with a bootstrap interval that stays honest where a median is not reached."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from grokterm.analysis.survival import HALF, RANDOM_SEED, Sample, Values, median_time

RESAMPLES = 10_000


class Ratio(NamedTuple):
    """How many times sooner the second arm is: median of the first over median of the second.

    Attributes:
        value: nan where either median is not reached.
        low: lower end of the 95 % interval; nan where it is open below (nothing above 0 can be said).
        high: upper end; nan where it is open above.
        at_least: the value, or a lower bound of it where only the first median is not reached: the last step
            at which the first arm was watched over the second median. nan where no bound can be given.
    """

    value: float
    low: float
    high: float
    at_least: float


def median_ratio(first: Sample, second: Sample, resamples: int = RESAMPLES) -> Ratio:
    """Ratio of two Kaplan-Meier medians with a percentile bootstrap over seeds.

    Seeds that are in both arms are resampled together, because the same seed is the same initial network
    and the same split; seeds that are in one arm only are resampled within it. The random numbers are
    fixed: the same times give the same interval.

    A resample whose median is not reached has no number but a range: from the last step at which it was
    watched to infinity. The ratio of such a resample is a range too; the interval's lower end is the 2.5 %
    point of the lower ends and its upper end the 97.5 % point of the upper ends. So a median that isn't
    reached can only make the interval wider, and may leave it open.

    With n seeds there are few different resamples (n = 4: 35). In simulations like the runs here (lognormal times,
    one in six censored) the interval covers the true ratio 80 % of the time with three seeds, 88 % with four and
    95 % or more from five on. One seed has no interval.

    Args:
        first: the arm the other is measured against.
        second: the arm in question; a ratio above 1 means that it is sooner.
        resamples: number of bootstrap resamples.
    """
    if first.times.size == 0 or second.times.size == 0:
        return Ratio(np.nan, np.nan, np.nan, np.nan)
    counts_first, counts_second = _draw(first, second, resamples)
    first_low, first_high = _median_ranges(first, counts_first)
    second_low, second_high = _median_ranges(second, counts_second)
    low = np.sort(_divide(first_low, second_high))[int(np.floor(0.025 * (resamples - 1)))]
    high = np.sort(_divide(first_high, second_low))[int(np.ceil(0.975 * (resamples - 1)))]
    top = median_time(first.times, first.observed)
    bottom = median_time(second.times, second.observed)
    horizon = float(first.times.max()) if np.isnan(top) else top
    several = min(first.times.size, second.times.size) > 1
    return Ratio(
        value=_over(top, bottom),
        low=float(low) if several and 0 < low < np.inf else float("nan"),
        high=float(high) if several and np.isfinite(high) else float("nan"),
        at_least=_over(horizon, bottom),
    )


def _over(top: float, bottom: float) -> float:
    return top / bottom if bottom > 0 else float("nan")  # nan compares false


def _divide(top: Values, bottom: Values) -> Values:
    """Ratio of bounds. Infinity over infinity doesn't occur: a low end is finite, and always on one side."""
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = top / bottom
    return np.where(np.isnan(ratio), 1.0, ratio)  # 0/0: both had the event at step 0


def _draw(first: Sample, second: Sample, resamples: int) -> tuple[npt.NDArray, npt.NDArray]:
    """How often each run is in each resample: two arrays [resamples, n]."""
    rng = np.random.default_rng(RANDOM_SEED)
    shared = sorted(set(first.seeds) & set(second.seeds))
    counts = []
    common = _multinomial(rng, len(shared), resamples)
    place = {seed: column for column, seed in enumerate(shared)}
    for arm in (first, second):
        alone = [i for i, seed in enumerate(arm.seeds) if seed not in place]
        both = [i for i, seed in enumerate(arm.seeds) if seed in place]
        count = np.zeros((resamples, len(arm.seeds)), dtype=np.int64)
        count[:, alone] = _multinomial(rng, len(alone), resamples)
        count[:, both] = common[:, [place[arm.seeds[i]] for i in both]]
        counts.append(count)
    return counts[0], counts[1]


def _multinomial(rng: np.random.Generator, n: int, resamples: int) -> npt.NDArray:
    if n == 0:
        return np.zeros((resamples, 0), np.int64)
    return rng.multinomial(n, np.full(n, 1.0 / n), size=resamples)


def _median_ranges(data: Sample, counts: npt.NDArray) -> tuple[Values, Values]:
    """Kaplan-Meier median of every resample as a range [low, high]; equal where it is reached.

    Args:
        data: the arm.
        counts: [resamples, n] how often each run was drawn.
    """
    order = np.argsort(data.times, kind="stable")
    moments, starts = np.unique(data.times[order], return_index=True)
    drawn = np.add.reduceat(counts[:, order], starts, axis=1)  # [resamples, moments]
    events = np.add.reduceat(counts[:, order] * data.observed[order], starts, axis=1)
    at_risk = np.cumsum(drawn[:, ::-1], axis=1)[:, ::-1]
    share = np.cumprod(1.0 - events / np.maximum(at_risk, 1), axis=1)
    down = share <= HALF
    reached = down.any(axis=1)
    median = moments[np.argmax(down, axis=1)]
    last = moments[moments.size - 1 - np.argmax(drawn[:, ::-1] > 0, axis=1)]
    return np.where(reached, median, last), np.where(reached, median, np.inf)
