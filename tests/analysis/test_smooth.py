"""Smoothing, against a plain loop."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grokterm.analysis import smoothed


def plain(values, weight):
    """The definition, a value at a time."""
    out, total, share = [], 0.0, 0.0
    for value in values:
        if not math.isfinite(value):
            out.append(math.nan)
            continue
        total, share = weight * total + (1 - weight) * value, weight * share + (1 - weight)
        out.append(total / share)
    return out


@pytest.mark.parametrize("weight", [0.01, 0.6, 0.9, 0.99, 0.9999])
@pytest.mark.parametrize("count", [0, 1, 63, 64, 65, 5000])
def test_it_is_the_plain_loop(weight, count):
    values = np.random.default_rng(count).standard_normal(count)
    np.testing.assert_allclose(smoothed(values, weight), plain(values, weight), rtol=1e-9, atol=1e-11)


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.floats(-1e6, 1e6) | st.sampled_from([math.nan, math.inf, -math.inf]), max_size=200),
    st.floats(0, 0.999),
)  # fmt: skip
def test_gaps_stay_gaps_and_the_average_goes_on_behind_them(values, weight):
    out = smoothed(values, weight)
    np.testing.assert_array_equal(np.isfinite(out), np.isfinite(values))
    np.testing.assert_allclose(
        out[np.isfinite(out)], [v for v in plain(values, weight) if v == v], rtol=1e-6, atol=1e-6
    )


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.floats(-1e6, 1e6) | st.sampled_from([math.nan, math.inf]), max_size=300),
    st.lists(st.integers(0, 300), max_size=4).map(sorted),
    st.floats(0, 0.999),
)
def test_what_grows_is_smoothed_as_if_all_had_been_there_at_once(values, cuts, weight):
    values, known = np.array(values), (np.empty(0), np.empty(0))
    for cut in (*cuts, len(values)):
        known = values[:cut].copy(), smoothed(values[:cut], weight, known)
    np.testing.assert_allclose(known[1], smoothed(values, weight), rtol=1e-6, atol=1e-6)


def test_what_was_smoothed_of_other_numbers_does_not_count():
    values = np.array([1.0, 2.0, 3.0])
    for other in ([1.0, 2.5], [1.0, 2.0, 3.0, 4.0], [math.nan]):
        known = np.array(other), np.full(len(other), 99.0)
        np.testing.assert_array_equal(smoothed(values, 0.5, known), smoothed(values, 0.5))


def test_by_hand():
    np.testing.assert_allclose(smoothed([1.0, 3.0], 0.5), [1.0, 7 / 3])  # (0.25 * 1 + 0.5 * 3) / 0.75
    np.testing.assert_allclose(smoothed([4.0, 4.0, np.nan, 4.0], 0.9), [4, 4, np.nan, 4])


def test_no_weight_gives_the_values_and_leaves_them_alone():
    values = np.array([1.0, np.inf, 2.0])
    out = smoothed(values, 0)
    np.testing.assert_array_equal(out, values)
    assert out is not values


@pytest.mark.parametrize("weight", [1.0, -0.1, math.nan])
def test_other_weights_are_refused(weight):
    with pytest.raises(ValueError, match="weight"):
        smoothed([1.0], weight)
