"""Curves cut down to columns, and ticks."""

import math
import sys

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from grokterm.analysis import linear_ticks, log_ticks, reduce_columns

STEPS = np.arange(25_000.0)


@pytest.mark.parametrize("log_x", [False, True])
@pytest.mark.parametrize("at", [1, 2, 777, 24_998, 24_999])
def test_a_spike_of_one_step_stays(log_x, at):
    y = np.ones(STEPS.size)
    y[at] = 1e6
    columns = reduce_columns(STEPS, y, 150, (1, 24_999), log_x)
    assert np.nanmax(columns.high) == 1e6
    assert np.nanmin(columns.low) == 1
    assert (columns.high == 1e6).sum() == 1


def test_by_hand():
    columns = reduce_columns([0, 1, 2, 3, 4, 8], [5, 1, np.nan, 7, 2, 3], 4, (0, 8))
    np.testing.assert_array_equal(columns.low, [1, 7, 2, 3])  # [0, 2) [2, 4) [4, 6) [6, 8]
    np.testing.assert_array_equal(columns.high, [5, 7, 2, 3])
    np.testing.assert_array_equal(columns.first, [5, np.nan, 2, 3])
    np.testing.assert_array_equal(columns.last, [1, 7, 2, 3])


def test_columns_without_a_point_are_nan():
    columns = reduce_columns([0, 10], [1.0, 2.0], 5, (0, 10))
    np.testing.assert_array_equal(columns.low, [1, np.nan, np.nan, np.nan, 2])
    assert np.isnan(reduce_columns([], [], 3, (0, 1)).high).all()
    assert np.isnan(reduce_columns([5.0], [1.0], 3, (0, 1)).high).all()
    assert np.isnan(reduce_columns([0.5], [np.nan], 3, (0, 1)).high).all()


def test_a_logarithmic_axis_leaves_step_zero_out():
    columns = reduce_columns([0, 1, 10, 100], [9.0, 1.0, 2.0, 3.0], 2, (1, 100), log_x=True)
    np.testing.assert_array_equal(columns.high, [1, 3])


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 60), st.floats(-1e6, 1e6) | st.just(math.nan)), max_size=80),
    st.integers(1, 40),
    st.tuples(st.integers(1, 60), st.integers(1, 60)).filter(lambda r: r[0] < r[1]),
    st.booleans(),
)
def test_extremes_of_the_view_are_kept(points, columns, x_range, log_x):
    points.sort(key=lambda point: point[0])
    x, y = np.array([p[0] for p in points], float), np.array([p[1] for p in points], float)
    out = reduce_columns(x, y, columns, x_range, log_x)
    seen = y[(x >= x_range[0]) & (x <= x_range[1])]
    seen = seen[~np.isnan(seen)]
    if seen.size == 0:
        assert np.isnan(out.low).all()
        assert np.isnan(out.high).all()
        return
    assert np.nanmin(out.low) == seen.min()
    assert np.nanmax(out.high) == seen.max()
    assert set(out.low[~np.isnan(out.low)]) <= set(seen)  # no value that was not recorded
    filled = ~np.isnan(out.low)
    assert (out.low[filled] <= out.high[filled]).all()


def test_many_curves_at_once_are_the_same_curves():
    y = np.random.default_rng(0).normal(size=(6, STEPS.size))
    together = reduce_columns(STEPS, y, 150, (1, 24_999), True)
    for i in range(6):
        alone = reduce_columns(STEPS, y[i], 150, (1, 24_999), True)
        for a, b in zip(together, alone, strict=True):
            np.testing.assert_array_equal(a[i], b)


def calls_of(work) -> int:
    """How many functions `work` calls, those of libraries and built-in ones among them."""
    seen = []
    sys.setprofile(lambda frame, event, argument: seen.append(event) if event in ("call", "c_call") else None)
    try:
        work()
    finally:
        sys.setprofile(None)
    return len(seen)


def test_points_columns_and_curves_are_gone_through_by_numpy():
    """The work that Python does is the same for ten points and for 24 curves of 25,000."""
    few, many = np.ones(10), np.random.default_rng(0).normal(size=(24, STEPS.size))
    reduce_columns(STEPS[:10], few, 5, (1, 9), True)  # what is imported by the first call is no part of it
    by_few = calls_of(lambda: reduce_columns(STEPS[:10], few, 5, (1, 9), True))
    assert by_few == calls_of(lambda: reduce_columns(STEPS, many, 150, (1, 24_999), True)) > 0


@pytest.mark.parametrize(
    ("x", "columns", "x_range", "log_x"),
    [
        ([0, 2, 1], 3, (0, 2), False),
        ([0, np.nan, 1], 3, (0, 2), False),
        ([0, 1, 2], 0, (0, 2), False),
        ([0, 1, 2], 3, (2, 2), False),
        ([0, 1, 2], 3, (0, 2), True),
        ([0, 1], 3, (0, 2), False),
    ],
    ids=["x decreases", "x is nan", "no columns", "empty range", "log from 0", "lengths differ"],
)
def test_what_is_refused(x, columns, x_range, log_x):
    with pytest.raises(ValueError):
        reduce_columns(x, [1.0, 2.0, 3.0], columns, x_range, log_x)


@pytest.mark.parametrize(
    ("low", "high", "ticks"),
    [
        (0, 900, (0, 200, 400, 600, 800)),
        (0, 1, (0, 0.2, 0.4, 0.6, 0.8, 1)),
        (-0.3, 0.7, (-0.2, 0, 0.2, 0.4, 0.6)),
        (0, 25_000, (0, 5000, 10_000, 15_000, 20_000, 25_000)),
        (3, 3, (3,)),
        (1, 0, ()),
        (0, math.inf, ()),
    ],
)
def test_linear_ticks(low, high, ticks):
    assert linear_ticks(low, high) == ticks


@pytest.mark.parametrize(
    ("low", "high", "ticks"),
    [
        (1, 25_000, (1, 10, 100, 1000, 10_000)),
        (1e-8, 10, (1e-8, 1e-6, 1e-4, 1e-2, 1)),
        (2, 70, (2, 5, 10, 20, 50)),
        (3, 4, (3, 3.2, 3.4, 3.6, 3.8, 4)),
        (0, 10, ()),
    ],
)
def test_log_ticks(low, high, ticks):
    assert log_ticks(low, high) == pytest.approx(ticks)


def test_a_log_axis_has_two_labels_where_two_fit():
    assert log_ticks(0.3, 8, at_most=2) == (0.5, 5)
    assert log_ticks(0.3, 8, at_most=2, whole=True) == (1, 5)


@settings(max_examples=200)
@given(st.floats(-290, 290), st.floats(0, 5), st.integers(1, 12), st.booleans())
@example(-10.0, 0.5, 2, True)
def test_log_ticks_are_few_and_above_zero(low, decades, at_most, whole):
    low, high = 10.0**low, 10.0 ** (low + decades)
    ticks = log_ticks(low, high, at_most, whole)
    assert len(ticks) <= at_most
    assert all(t > 0 and low * (1 - 1e-6) - 1e-6 <= t <= high * (1 + 1e-6) for t in ticks)
    assert not whole or all(t == round(t) for t in ticks)
    assert len(ticks) >= 2 or at_most < 2 or decades < 2.1 or (whole and low < 1)


@settings(max_examples=200)
@given(st.floats(-1e6, 1e6), st.floats(1e-3, 1e9), st.integers(1, 12))
def test_linear_ticks_are_inside_few_and_evenly_spaced(low, width, at_most):
    high = low + width
    ticks = linear_ticks(low, high, at_most)
    assert len(ticks) <= at_most
    slack = 1e-6 * width
    assert all(low - slack <= t <= high + slack for t in ticks)
    if len(ticks) > 2:
        gaps = np.diff(ticks)
        assert gaps == pytest.approx(gaps[0], rel=1e-3)
