"""The ratio of two medians and its interval."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grokterm.analysis import kaplan_meier_median, median_ratio, sample
from grokterm.analysis.bootstrap import _draw, _median_ranges


def test_the_same_times_give_the_same_interval():
    first, second = sample([775, 825, 870, 880], [1] * 4), sample([275, 300, 350, 400], [1] * 4)
    assert median_ratio(first, second) == median_ratio(first, second)


def test_no_band_is_computed_for_two_medians(monkeypatch):
    """The band of a median needs scipy, which takes half a second to load, and nothing of it is read here."""
    monkeypatch.setattr("grokterm.analysis.survival.survival_curve", lambda *_: pytest.fail("a band"))
    assert median_ratio(sample([200, 400], [1, 0]), sample([100, 300], [1, 1])).value == 2


def test_pairs_by_seed_whatever_the_order():
    """Every seed is exactly twice as fast in the second arm, so every paired resample has the ratio 2."""
    times = np.array([100, 400, 900, 1600, 2500])
    first = sample(times * 2, np.ones(5), [3, 1, 4, 0, 2])
    paired = median_ratio(first, sample(times[::-1], np.ones(5), [2, 0, 4, 1, 3]))
    assert paired == (2, 2, 2, 2)
    strangers = median_ratio(first, sample(times, np.ones(5), [13, 11, 14, 10, 12]))
    assert strangers.value == 2
    assert strangers.low < 2 < strangers.high


def test_partly_shared_seeds_are_paired_where_they_are_shared():
    first, second = sample([1, 2, 3], [1] * 3, [0, 1, 2]), sample([1, 2, 3, 4], [1] * 4, [9, 2, 1, 8])
    a, b = _draw(first, second, 500)
    assert (a[:, 1] == b[:, 2]).all()
    assert (a[:, 2] == b[:, 1]).all()
    assert (a.sum(axis=1) == 3).all()
    assert (b.sum(axis=1) == 4).all()
    assert (b[:, 0] != b[:, 3]).any()


def test_an_interval_is_open_above_where_resamples_miss_the_first_median():
    """Two of four static runs censored: a third of all resamples keeps at most one event of two needed."""
    ratio = median_ratio(sample([775, 825, 900, 900], [1, 1, 0, 0]), sample([275, 300, 350, 400], [1] * 4))
    assert ratio.value == 825 / 300
    assert ratio.at_least == ratio.value
    assert math.isnan(ratio.high)
    assert 1.9 < ratio.low < 825 / 300


def test_a_first_arm_that_never_gets_there_gives_a_lower_bound():
    ratio = median_ratio(sample([25_000] * 5, [0] * 5), sample([200, 240, 250, 260, 300], [1] * 5))
    assert math.isnan(ratio.value)
    assert math.isnan(ratio.high)
    assert ratio.at_least == 100
    assert 25_000 / 300 <= ratio.low <= 100


def test_a_second_arm_that_never_gets_there_gives_an_upper_bound():
    ratio = median_ratio(sample([200, 240, 250, 260, 300], [1] * 5), sample([25_000] * 5, [0] * 5))
    assert math.isnan(ratio.value)
    assert math.isnan(ratio.low)
    assert math.isnan(ratio.at_least)
    assert 250 / 25_000 <= ratio.high <= 300 / 25_000


@pytest.mark.parametrize(
    ("first", "second"),
    [(([900] * 4, [0] * 4), ([900] * 4, [0] * 4)), (([], []), ([1, 2], [1, 1]))],
    ids=["nobody groks", "empty arm"],
)
def test_nothing_can_be_said(first, second):
    assert all(math.isnan(v) for v in median_ratio(sample(*first), sample(*second)))


def test_one_seed_has_a_ratio_and_no_interval():
    ratio = median_ratio(sample([600], [1]), sample([300], [1]))
    assert (ratio.value, ratio.at_least) == (2, 2)
    assert math.isnan(ratio.low)
    assert math.isnan(ratio.high)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 9), st.booleans()), min_size=1, max_size=6), st.data())
def test_resampled_medians_are_those_of_the_kaplan_meier_curve(runs, data):
    arm = sample(*zip(*runs, strict=True))
    n = len(runs)
    counts = np.array(data.draw(st.lists(st.integers(0, n - 1), min_size=n, max_size=n)))
    counts = np.bincount(counts, minlength=n)[None, :]
    low, high = _median_ranges(arm, counts)
    times, seen = np.repeat(arm.times, counts[0]), np.repeat(arm.observed, counts[0])
    expected = kaplan_meier_median(times, seen).value
    if math.isnan(expected):
        assert (low[0], high[0]) == (times.max(), np.inf)
    else:
        assert low[0] == high[0] == expected


def test_the_interval_covers_about_as_often_as_it_says():
    """Ten seeds an arm, true ratio 2, one in six censored: percentile intervals fall just short of 95 %."""
    rng = np.random.default_rng(3)
    hits = 0
    for _ in range(200):
        a, b = rng.lognormal(np.log(600), 0.4, 10), rng.lognormal(np.log(300), 0.4, 10)
        ratio = median_ratio(sample(np.minimum(a, 900), a < 900), sample(b, np.ones(10)), resamples=1000)
        low = 0 if math.isnan(ratio.low) else ratio.low
        high = math.inf if math.isnan(ratio.high) else ratio.high
        hits += low <= 2 <= high
    assert 0.88 <= hits / 200 <= 1.0
