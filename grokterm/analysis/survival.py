"""Time to an event that some runs never reach: right-censored survival statistics.

A run that has not grokked when it stops is right-censored: all that is known is that its time is larger
than the last step at which it was watched. Such a run is never dropped and never counted as if it had
grokked at its budget.

Two conventions hold everywhere:

* *not reached* is nan here and `None` in JSON. It is never a large number.
* the median is the smallest time at which the survival curve is at or below one half (Brookmeyer and
  Crowley 1982). Where the curve rests at exactly one half, as it does with an even number of uncensored
  runs, that is the lower of the two middle times and not their mean: a time that was observed, which exists
  also when the upper of the two is censored.

Sources: Kaplan and Meier 1958; Brookmeyer and Crowley 1982 (interval of a median); Mantel 1966 (log-rank
test); Klein and Moeschberger, Survival Analysis, 2003. scipy computes the curve, its band and the test.
"""

import math
import warnings
from collections.abc import Sequence
from functools import lru_cache
from itertools import combinations
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

# Half, with room for the rounding of a product of fractions: (3/4)(2/3) must count as one half.
HALF = 0.5 + 1e-9

# Up to here every assignment of runs to arms is counted (8 against 8 is 12,870); beyond, this many are drawn.
EXACT_LIMIT = 20_000

# Drawn numbers start here, so that the same record gives the same p and the same interval on every machine.
RANDOM_SEED = 20170

Values = npt.NDArray[np.float64]


class Sample(NamedTuple):
    """The times of one arm. Build it with `sample`, which checks it."""

    times: Values
    observed: npt.NDArray[np.bool_]
    seeds: tuple[int, ...]


class SurvivalCurve(NamedTuple):
    """Kaplan-Meier: share of runs still waiting after each time, with its pointwise 95 % band (log-log)."""

    times: Values
    share: Values
    low: Values
    high: Values


class Median(NamedTuple):
    """A median and its 95 % interval, in steps.

    Attributes:
        value: nan where the curve never comes down to one half.
        low: nan where no lower end can be given (one run, or all runs tied).
        high: nan where the interval is open above. With six runs or fewer it always is, also when every run
            was
            observed: so few runs can't bound a median at 95 %.
    """

    value: float
    low: float
    high: float


class LogRank(NamedTuple):
    """Are two arms drawn from one distribution of times?

    Attributes:
        p: two-sided log-rank p from the normal approximation (scipy). Too small with a handful of runs.
        p_exact: two-sided p of the same statistic over all assignments of the runs to the two arms. What four
            runs against four can show at best is 2/70 = 0.029.
        z: positive where the first arm's events come sooner.
        All three are nan where there is nothing to compare: an empty arm, no event, or all events tied.
    """

    p: float
    p_exact: float
    z: float


NO_TEST = LogRank(np.nan, np.nan, np.nan)


def sample(times: npt.ArrayLike, observed: npt.ArrayLike, seeds: Sequence[int] | None = None) -> Sample:
    """Checks and packs the times of one arm.

    Args:
        times: [n] step of the event, or the last step known to be before it.
        observed: [n] whether the event was seen; False is right-censored.
        seeds: [n] the seed of each run, which pairs runs between arms. Absent: 0 to n-1.

    Raises:
        ValueError: lengths differ, a time is not finite, or a seed comes twice.
    """
    t = np.asarray(times, dtype=np.float64).reshape(-1)
    seen = np.asarray(observed, dtype=bool).reshape(-1)
    names = tuple(range(t.size)) if seeds is None else tuple(int(s) for s in seeds)
    if not t.size == seen.size == len(names):
        raise ValueError(f"{t.size} times, {seen.size} observed and {len(names)} seeds: lengths differ")
    if not np.isfinite(t).all():
        raise ValueError("a time is not finite: a run without an event has its last step as its time")
    if len(set(names)) != len(names):
        raise ValueError("a seed comes twice in one arm")
    return Sample(t, seen, names)


def _censored(data: Sample):
    # Imported here: it costs half a second, and the console imports this package at its start.
    from scipy import stats

    return stats.CensoredData(uncensored=data.times[data.observed], right=data.times[~data.observed])


def survival_curve(times: npt.ArrayLike, observed: npt.ArrayLike) -> SurvivalCurve:
    """Kaplan-Meier estimate of the share of runs that have not had the event, at each distinct time.

    Where the share is 0 the band is not defined by the log-log formula (the logarithm of 0); it is given as
    [0, 1] there, which says that nothing is known. Before the first event the share is 1 and so is the band.
    """
    data = sample(times, observed)
    if data.times.size == 0:
        empty = np.empty(0)
        return SurvivalCurve(empty, empty, empty, empty)
    from scipy import stats

    curve = stats.ecdf(_censored(data)).sf
    t, share = np.asarray(curve.quantiles, dtype=float), np.asarray(curve.probabilities, dtype=float)
    low, high = np.ones_like(share), np.ones_like(share)
    inside = (share > 1e-9) & (share < 1 - 1e-9)
    if inside.any():
        with warnings.catch_warnings():
            # scipy warns of the points where the formula is undefined; those are the ones that `inside`
            # leaves out.
            warnings.simplefilter("ignore", RuntimeWarning)
            interval = curve.confidence_interval(0.95, method="log-log")
        low[inside], high[inside] = interval.low.probabilities[inside], interval.high.probabilities[inside]
    low[share <= 1e-9], high[share <= 1e-9] = 0.0, 1.0
    return SurvivalCurve(t, share, low, high)


def median_time(times: npt.ArrayLike, observed: npt.ArrayLike) -> float:
    """The Kaplan-Meier median: the smallest time at which S(t) is at or below one half; nan where there is none.

    S(t) = product over times u <= t with an event of 1 - events(u) / at_risk(u); a run that is censored at u is
    still at risk there. This is the one definition of a median in the whole program, and needs no scipy.

    Args:
        times: [n] as in `sample`.
        observed: [n] as in `sample`.
    """
    data = sample(times, observed)
    moments, place = np.unique(data.times, return_inverse=True)
    events = np.bincount(place, weights=data.observed, minlength=moments.size)
    leaving = np.bincount(place, minlength=moments.size)
    at_risk = np.cumsum(leaving[::-1])[::-1]
    return _first(moments, np.cumprod(1.0 - events / at_risk) <= HALF)


def kaplan_meier_median(times: npt.ArrayLike, observed: npt.ArrayLike) -> Median:
    """Median time to the event with its 95 % interval.

    The interval is the set of times whose log-log band of S(t) contains one half (Brookmeyer and Crowley):
    from the first time whose lower limit is at or below one half to the first whose upper limit is below it.
    The log-log band stays inside [0, 1] and keeps its level better than Greenwood's with few runs.

    Args:
        times: [n] as in `sample`.
        observed: [n] as in `sample`.
    """
    curve = survival_curve(times, observed)
    known = (curve.share > 1e-9) & (curve.share < 1 - 1e-9)
    return Median(
        median_time(times, observed),
        _first(curve.times, known & (curve.low <= HALF)),
        _first(curve.times, known & (curve.high < 0.5)),
    )


def _first(times: Values, where: npt.NDArray[np.bool_]) -> float:
    # The same object each time it is missing, so that two summaries without it are equal: nan equals only itself.
    return float(times[np.argmax(where)]) if where.any() else math.nan


def logrank(first: Sample, second: Sample) -> LogRank:
    """Two-sided log-rank test of two arms, by the normal approximation and by permutation.

    At each time with an event it compares how many events the first arm had with how many its share of the
    runs still at risk would make. Time over which only one arm is watched adds nothing. That two runs share
    a seed is not used; where seeds make runs alike this is the cautious side.

    The test asks about the whole curves, the medians about one point of them: it has little power where
    curves cross.
    """
    if first.times.size == 0 or second.times.size == 0:
        return NO_TEST
    scores, variance = _scores(first, second)
    if variance <= 0:
        return NO_TEST
    from scipy import stats

    result = stats.logrank(_censored(first), _censored(second))
    return LogRank(float(result.pvalue), _permutation_p(scores, first.times.size), float(result.statistic))


def _scores(first: Sample, second: Sample) -> tuple[Values, float]:
    """Log-rank scores of all runs (summed over the first arm: observed minus expected), and the variance.

    score = event - H(t), H the Nelson-Aalen cumulative hazard of both arms together. Where one arm was watched
    for less long, times are cut there: runs may only change places while both arms are being watched.
    """
    horizon = min(_followed_to(first), _followed_to(second))
    times = np.concatenate([first.times, second.times])
    event = np.concatenate([first.observed, second.observed]) & (times <= horizon)
    times = np.minimum(times, horizon)
    moments = np.unique(times[event])
    at_risk = (times[:, None] >= moments).sum(axis=0)
    of_first = (times[: first.times.size, None] >= moments).sum(axis=0)
    events = ((times[:, None] == moments) & event[:, None]).sum(axis=0)
    hazard = np.concatenate([[0.0], np.cumsum(events / at_risk)])
    scores = event - hazard[np.searchsorted(moments, times, side="right")]
    alone = np.maximum(at_risk - 1, 1)
    variance = of_first * (at_risk - of_first) * events * (at_risk - events) / (at_risk**2.0 * alone)
    return scores, float(variance.sum())


def _followed_to(data: Sample) -> float:
    """Where the arm was no longer watched: its last time if a run is censored there, else beyond what matters.

    A run that is censored at the very step of another's event was not watched beyond it either.
    """
    last = data.times.max()
    return np.inf if data.observed[data.times == last].all() else last


def _permutation_p(scores: Values, n_first: int) -> float:
    """Share of the assignments of runs to arms whose score is at least as far from 0 as the real one's."""
    n = scores.size
    reached = abs(scores[:n_first].sum()) - 1e-9
    if math.comb(n, n_first) <= EXACT_LIMIT:
        sums = scores[_assignments(n, n_first)].sum(axis=1)
        return float((np.abs(sums) >= reached).mean())
    rng = np.random.default_rng(RANDOM_SEED)
    drawn = rng.permuted(np.broadcast_to(scores, (EXACT_LIMIT, n)), axis=1)[:, :n_first].sum(axis=1)
    # The assignment that happened is one of them: a drawn p is never 0.
    return float((1 + (np.abs(drawn) >= reached).sum()) / (1 + EXACT_LIMIT))


@lru_cache(maxsize=16)
def _assignments(n: int, k: int) -> npt.NDArray[np.intp]:
    return np.array(list(combinations(range(n), k)), dtype=np.intp).reshape(-1, k)


def holm(p_values: Sequence[float]) -> tuple[float, ...]:
    """Holm's step-down adjustment (1979): each p as it must be read when all of them are looked at together.

    A p that is nan belongs to no test that was made: it stays nan and is not counted.
    """
    p = np.asarray(p_values, dtype=float)
    adjusted = np.full(p.shape, np.nan)
    order = [i for i in np.argsort(p, kind="stable") if not np.isnan(p[i])]
    highest = 0.0
    for rank, i in enumerate(order):
        highest = max(highest, min(1.0, (len(order) - rank) * p[i]))
        adjusted[i] = highest
    return tuple(float(a) for a in adjusted)
