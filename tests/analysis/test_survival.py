"""Survival statistics against worked examples from the literature and by hand."""

import math
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from grokterm.analysis import holm, kaplan_meier_median, logrank, median_time, sample, survival_curve

# Freireich et al. 1963, remission of leukaemia in weeks: the example of most textbooks.
SIX_MP = sample([6, 6, 6, 7, 10, 13, 16, 22, 23, 6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35], [1] * 9 + [0] * 12)
PLACEBO = sample([1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23], [1] * 21)


def test_freireich_curve_and_medians():
    curve = survival_curve(SIX_MP.times, SIX_MP.observed)
    at = dict(zip(curve.times, curve.share, strict=True))
    published = {6: 0.857, 7: 0.807, 10: 0.753, 13: 0.690, 16: 0.627, 22: 0.538, 23: 0.448}
    for week, share in published.items():
        assert at[week] == pytest.approx(share, abs=5e-4)
    # Medians 23 and 8 weeks; log-log intervals [13, open) and [4, 11], as SAS prints them.
    median = kaplan_meier_median(SIX_MP.times, SIX_MP.observed)
    assert (median.value, median.low) == (23, 13)
    assert math.isnan(median.high)
    assert kaplan_meier_median(PLACEBO.times, PLACEBO.observed) == (8, 4, 11)


def test_freireich_logrank():
    result = logrank(PLACEBO, SIX_MP)
    assert result.z**2 == pytest.approx(16.793, abs=1e-3)
    assert result.p == pytest.approx(4.17e-5, rel=1e-2)
    assert result.z > 0  # placebo relapses sooner
    assert result.p_exact < 1e-3


def test_bland_altman_logrank():
    """Gliomas, BMJ 2004;328:1073: chi-squared 7.5, p 0.0062."""
    astrocytoma = [6, 13, 21, 30, 37, 38, 49, 50, 63, 79, 86, 98, 202, 219]
    watched = [31, 47, 80, 82, 82, 149]
    glioblastoma = [10, 10, 12, 13, 14, 15, 16, 17, 18, 20, 24, 24, 25, 28, 30, 33, 35, 37, 40, 40, 46, 48]
    glioblastoma += [76, 81, 82, 91, 112, 181]
    first = sample(astrocytoma + watched, [1] * 14 + [0] * 6)
    second = sample([*glioblastoma, 34, 40, 70], [1] * 28 + [0] * 3)
    result = logrank(first, second)
    assert result.z == pytest.approx(-2.738, abs=1e-3)
    assert result.p == pytest.approx(0.0062, abs=5e-5)
    assert result.p_exact == pytest.approx(result.p, abs=0.004)  # with fifty runs they agree


def test_two_against_two_by_hand():
    """Times 1, 2 against 3, 4.

    Expected events of the first arm 2/4 + 1/3, so O - E = 7/6; variance 1/4 + 2/9 = 17/36.
    Of the six assignments only {1, 2} and {3, 4} reach 7/6.
    """
    result = logrank(sample([1, 2], [1, 1]), sample([3, 4], [1, 1]))
    assert result.z == pytest.approx((7 / 6) / math.sqrt(17 / 36))
    assert result.p_exact == pytest.approx(2 / 6)


def test_censored_by_hand():
    """Times 1, 2+, 3, 4+: S = 3/4 after 1, then 3/4 * 1/2 = 3/8 after 3."""
    curve = survival_curve([1, 2, 3, 4], [1, 0, 1, 0])
    assert curve.share == pytest.approx([0.75, 0.75, 0.375, 0.375])
    assert kaplan_meier_median([1, 2, 3, 4], [1, 0, 1, 0]).value == 3


def test_band_by_hand():
    """S(1) = 3/4 with Greenwood sum 1/12: theta = 1.96 sqrt(1/12) / ln S, band S ** exp(+-theta)."""
    curve = survival_curve([1, 2, 3, 4], [1, 1, 1, 1])
    theta = stats.norm.ppf(0.975) * math.sqrt(1 / 12) / math.log(0.75)
    assert curve.low[0] == pytest.approx(0.75 ** math.exp(-theta))
    assert curve.high[0] == pytest.approx(0.75 ** math.exp(theta))
    assert (curve.low[-1], curve.high[-1]) == (0, 1)  # S = 0: the formula says nothing


def test_median_at_exactly_one_half_is_the_lower_middle_time():
    assert kaplan_meier_median([275, 300, 350, 400], [1, 1, 1, 1]).value == 300
    # (1 - 1/4)(1 - 1/3) is one half up to rounding, and must count.
    assert kaplan_meier_median([775, 825, 900, 900], [1, 1, 0, 0]).value == 825
    assert math.isnan(kaplan_meier_median([775, 900, 900, 900], [1, 0, 0, 0]).value)


@pytest.mark.parametrize(("n", "bounded"), [(2, False), (4, False), (6, False), (7, True), (10, True)])
def test_so_few_runs_cannot_bound_a_median(n, bounded):
    median = kaplan_meier_median(np.arange(1, n + 1), np.ones(n))
    assert median.low == 1
    assert math.isfinite(median.high) == bounded


def test_ten_runs_give_nearly_the_order_statistic_interval():
    """Without censoring the exact interval of a median of ten is the 2nd to the 9th time (97.9 %)."""
    median = kaplan_meier_median(np.arange(1, 11), np.ones(10))
    assert median.low <= 2
    assert 8 <= median.high <= 9


@pytest.mark.parametrize(
    ("times", "observed", "value"),
    [([], [], None), ([900] * 4, [0] * 4, None), ([500], [1], 500), ([500], [0], None), ([0, 0], [1, 1], 0)],
    ids=["no run", "all censored", "one", "one censored", "tied at step 0"],
)
def test_degenerate_arms_are_defined(times, observed, value):
    median = kaplan_meier_median(times, observed)
    assert (None if math.isnan(median.value) else median.value) == value
    assert math.isnan(median.low)
    assert math.isnan(median.high)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (([], []), ([1, 2], [1, 1])),
        (([900, 900], [0, 0]), ([900, 900], [0, 0])),
        (([500, 500], [1, 1]), ([500, 500], [1, 1])),
        (([100, 100], [0, 0]), ([300, 400], [1, 1])),
    ],
    ids=["empty arm", "all censored", "all tied", "events only where one arm is watched"],
)
def test_no_test_where_there_is_nothing_to_compare(first, second):
    assert all(math.isnan(v) for v in logrank(sample(*first), sample(*second)))


def test_four_against_four_cannot_show_more_than_their_permutations():
    """The quickstart: the normal approximation says 0.007 where only 2 of 70 assignments are as extreme."""
    result = logrank(sample([775, 825, 900, 900], [1, 1, 0, 0]), sample([275, 300, 350, 400], [1] * 4))
    assert result.p == pytest.approx(0.0067, abs=1e-4)
    assert result.p_exact == pytest.approx(2 / 70)
    assert result.z < 0


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 12), st.booleans()), min_size=1, max_size=12))
def test_the_median_is_that_of_scipys_curve(runs):
    times, observed = zip(*runs, strict=True)
    curve = survival_curve(times, observed)
    down = curve.times[curve.share <= 0.5 + 1e-9]
    expected = down[0] if down.size else math.nan
    np.testing.assert_equal(median_time(times, observed), expected)
    np.testing.assert_equal(kaplan_meier_median(times, observed).value, expected)


def test_the_median_of_no_run_is_not_reached():
    assert math.isnan(median_time([], []))


TIMES = st.lists(st.tuples(st.integers(1, 12), st.booleans()), min_size=1, max_size=5)


@settings(max_examples=60, deadline=None)
@given(TIMES, TIMES)
def test_logrank_is_symmetric_and_its_permutations_are_those_of_scipys_statistic(first, second):
    a, b = (sample(*zip(*runs, strict=True)) for runs in (first, second))
    there, back = logrank(a, b), logrank(b, a)
    assert there.p == pytest.approx(back.p, nan_ok=True)
    assert there.p_exact == pytest.approx(back.p_exact, nan_ok=True)
    if math.isnan(there.p):
        return
    # Observed minus expected of every assignment, computed the long way.
    ends = [arm.times.max() for arm in (a, b) if not arm.observed[arm.times == arm.times.max()].all()]
    horizon = min(ends, default=np.inf)  # an arm of which a run is censored at its last step was watched up to there
    times = np.minimum(np.concatenate([a.times, b.times]), horizon)
    event = np.concatenate([a.observed, b.observed]) & (np.concatenate([a.times, b.times]) <= horizon)

    def distance(mine):
        total = 0.0
        for t in np.unique(times[event]):
            dead, risk = event & (times == t), times >= t
            total += (dead & mine).sum() - dead.sum() * (risk & mine).sum() / risk.sum()
        return abs(total)

    masks = []
    for chosen in combinations(range(times.size), a.times.size):
        mask = np.zeros(times.size, bool)
        mask[list(chosen)] = True
        masks.append(mask)
    real = distance(np.arange(times.size) < a.times.size)
    assert there.p_exact == pytest.approx(np.mean([distance(m) >= real - 1e-9 for m in masks]))


@pytest.mark.parametrize("ends", [(900, 900), (400, 900)], ids=["same budget", "one is still running"])
def test_exact_p_keeps_its_level(ends):
    """Where arms do not differ, p at or below 0.05 comes at most 5 % of the time, and no more than by z."""
    rng = np.random.default_rng(1)
    results = []
    for _ in range(400):
        times, end = rng.exponential(500, 8).round(-1), np.repeat(ends, 4)
        times, seen = np.minimum(times, end), times < end
        results.append(logrank(sample(times[:4], seen[:4]), sample(times[4:], seen[4:])))
    exact = np.mean([result.p_exact <= 0.05 for result in results])
    assert exact <= 0.05 + 2 * math.sqrt(0.05 * 0.95 / 400)
    assert exact <= np.mean([result.p <= 0.05 for result in results])


@pytest.mark.parametrize("last", [200, 201])
def test_no_run_changes_places_after_an_arm_was_watched(last):
    """The first arm was watched to `last`, which is also where one of its runs had the event if that is 200."""
    first = sample([150, 151, 200, 200, last], [1, 1, 1, 1, 0])
    whole, cut = sample([50, 360, 420, 460], [1] * 4), sample([50, last, last, last], [1, 0, 0, 0])
    assert logrank(first, whole).p_exact == pytest.approx(logrank(first, cut).p_exact)


def test_holm_by_hand():
    """Sorted 0.01, 0.02, 0.03, 0.04 times 4, 3, 2, 1 and made to rise: 0.04, 0.06, 0.06, 0.06."""
    assert holm([0.04, 0.01, 0.03, 0.02]) == pytest.approx((0.06, 0.04, 0.06, 0.06))
    assert holm([0.6, 0.9]) == pytest.approx((1.0, 1.0))
    assert holm([]) == ()
    adjusted = holm([0.01, math.nan, 0.02])
    assert adjusted[0] == pytest.approx(0.02)  # two tests were made, not three
    assert math.isnan(adjusted[1])


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (([1, 2], [1]), "lengths differ"),
        (([1, math.nan], [1, 0]), "not finite"),
        (([1, math.inf], [1, 0]), "not finite"),
        (([1, 2], [1, 1], [7, 7]), "twice"),
    ],
)
def test_a_sample_is_checked(args, message):
    with pytest.raises(ValueError, match=message):
        sample(*args)
