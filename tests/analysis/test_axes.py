"""Positions on an axis that was recorded, against a plain loop; ticks of time."""

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from grokterm.analysis import Curve, axis_values
from grokterm.analysis.axes import log_time_ticks, time_ticks


def plain(step, steps, values):
    """The definition: a straight line between the two known rows around a step; the axis never falls."""
    known, highest = [], -math.inf
    for at, value in zip(steps, values, strict=True):
        if math.isfinite(value):
            highest = max(highest, value)
            known.append((at, highest))
    for at, value in known:
        if at == step:
            return value
    for (a, low), (b, high) in pairwise(known):
        if a < step < b:
            return low + (high - low) * (step - a) / (b - a)
    return math.nan


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.floats(-1e3, 1e3) | st.just(math.nan), min_size=1, max_size=12),
    st.lists(st.integers(-5, 130), min_size=1, max_size=12),
)
def test_it_is_the_plain_loop(values, wanted):
    steps = np.arange(len(values)) * 10
    found = axis_values(np.array(wanted), Curve("a", 0, steps, np.array(values)))
    np.testing.assert_allclose(found, [plain(step, steps, values) for step in wanted], rtol=1e-9, atol=1e-9)


def test_by_hand():
    own = Curve("a", 0, np.array([0, 10, 20, 30]), np.array([0.0, 5.0, np.nan, 25.0]))
    np.testing.assert_array_equal(axis_values(np.array([-1, 0, 5, 20, 30, 31]), own), [np.nan, 0, 2.5, 15, 25, np.nan])
    assert np.isnan(axis_values(np.array([1, 2]), own._replace(values=np.full(4, np.nan)))).all()


@pytest.mark.parametrize(
    ("low", "high", "ticks"),
    [
        (0, 10, (0, 2, 4, 6, 8, 10)), (0, 300, (0, 60, 120, 180, 240, 300)),
        (100, 4000, (600, 1200, 1800, 2400, 3000, 3600)),
        (0, 4 * 86400, (0, 86400, 172800, 259200, 345600)),
    ],
)  # fmt: skip
def test_ticks_of_time_are_whole_units(low, high, ticks):
    assert time_ticks(low, high) == ticks


@example(1e-5, 14_400.0, 1)
@example(0.005, 1e7, 1)
@given(st.floats(0, 1e7), st.floats(1e-3, 1e7), st.integers(1, 9))
def test_no_more_ticks_than_asked_for_and_all_inside(low, span, most):
    for ticks in (time_ticks(low, low + span, most), log_time_ticks(max(low, 1e-6), low + span, most)):
        assert len(ticks) <= most
        assert all(low * (1 - 1e-6) - 1e-3 <= tick <= (low + span) * (1 + 1e-6) for tick in ticks)
        assert list(ticks) == sorted(set(ticks))


def test_a_log_axis_has_no_tick_at_zero():
    assert all(tick > 0 for tick in log_time_ticks(1e-60, 1.0))
    assert all(tick > 0 for tick in log_time_ticks(1e-60, 5e-4))
