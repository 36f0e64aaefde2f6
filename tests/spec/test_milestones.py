"""Milestones on curves short enough to read."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from grokterm.spec import MilestoneRule, find_milestones

NAN = float("nan")
RULE = MilestoneRule(memorised=0.99, grokked=0.95, window=50)


def milestones(test, train=None, every=10, rule=RULE):
    """The milestones of one member, as plain numbers (None for not reached)."""
    steps = np.arange(len(test)) * every
    train = test if train is None else train
    found = find_milestones(steps, np.array(train)[:, None], np.array(test)[:, None], rule)
    return tuple(None if np.isnan(t[0]) else t[0] for t in found)


def test_a_clean_curve():
    train = [0.1, 0.5, 0.985, 0.99] + [1.0] * 8
    test = [0.0, 0.0, 0.1, 0.2, 0.9, 0.95] + [0.99] * 6
    assert milestones(test, train) == (30, 50, 50)


def test_a_touch_that_does_not_last_is_reported_apart():
    test = [0.0, 0.96, 0.9, 0.0] + [0.97] * 7
    assert milestones(test) == (None, 10, 40)


def test_a_dip_on_the_last_evaluation_of_the_window_counts():
    test = [0.96] * 5 + [0.94] + [0.96] * 6
    assert milestones(test) == (None, 0, 60)  # 0..40 all see the dip at 50; 60..110 is whole


def test_the_window_must_have_been_observed_whole():
    assert milestones([0.0] + [1.0] * 5) == (10, 10, None)
    assert milestones([0.0] + [1.0] * 6) == (10, 10, 10)


def test_a_window_that_is_no_multiple_of_the_cadence_waits_for_the_next_evaluation():
    assert milestones([1.0] * 3, every=25, rule=MilestoneRule(window=40)) == (0, 0, 0)
    assert milestones([1.0] * 2, every=25, rule=MilestoneRule(window=40)) == (0, 0, None)
    # The evaluation after the end of the window isn't in it.
    assert milestones([1.0, 1.0, 0.0], every=25, rule=MilestoneRule(window=40)) == (0, 0, 0)


def test_a_window_of_zero_is_the_first_touch():
    assert milestones([0.0, 0.96, 0.0], rule=MilestoneRule(window=0)) == (None, 10, 10)


def test_nan_never_satisfies_and_breaks_a_window():
    assert milestones([NAN] * 8) == (None, None, None)
    assert milestones([0.96, 0.96, NAN] + [0.96] * 6) == (None, 0, 30)


def test_members_do_not_feel_each_other():
    steps = np.arange(8) * 10
    curves = np.array([[0.0] * 8, [1.0] * 8, [0.0, NAN] + [1.0] * 6]).T
    found = find_milestones(steps, curves, curves, RULE)
    np.testing.assert_array_equal(found.t_mem, [NAN, 0, 20])
    np.testing.assert_array_equal(found.t_touch, [NAN, 0, 20])
    np.testing.assert_array_equal(found.t_grok, [NAN, 0, 20])
    assert all(t.dtype == np.float64 for t in found)


def test_what_comes_at_or_after_the_divergence_does_not_count():
    steps = np.arange(12) * 10
    curve = np.array([0.0, 0.0] + [1.0] * 10)[:, None].repeat(5, axis=1)
    found = find_milestones(steps, curve, curve, RULE, np.array([NAN, -1, 80, 70, 20]))
    np.testing.assert_array_equal(found.t_mem, [20, 20, 20, 20, NAN])
    np.testing.assert_array_equal(found.t_grok, [20, 20, 20, NAN, NAN])  # 20 + window 50 = 70 must have been seen
    at_once = find_milestones(steps, curve, curve, MilestoneRule(window=0), np.zeros(5))
    assert all(np.isnan(t).all() for t in at_once)


@given(st.lists(st.sampled_from([0.0, 0.9, 0.95, 1.0, NAN]), min_size=1, max_size=20), st.integers(-1, 220))
def test_a_diverged_member_is_one_whose_record_ends_there(accuracies, at):
    test = np.array(accuracies)[:, None]
    steps = np.arange(len(test)) * 10
    kept = len(test) if at < 0 else np.searchsorted(steps, at)
    found = find_milestones(steps, test, test, RULE, np.array([at]))
    for one, other in zip(found, find_milestones(steps[:kept], test[:kept], test[:kept], RULE), strict=True):
        np.testing.assert_array_equal(one, other)


def test_no_evaluation_yet():
    found = find_milestones(np.array([]), np.zeros((0, 3)), np.zeros((0, 3)), RULE)
    assert all(t.shape == (3,) and np.isnan(t).all() for t in found)


def brute_force(steps, test, rule):
    """The definition, read aloud."""
    for t in steps:
        inside = [acc for s, acc in zip(steps, test, strict=True) if t <= s <= t + rule.window]
        if steps[-1] >= t + rule.window and all(acc >= rule.grokked for acc in inside):
            return t
    return NAN


@given(
    st.lists(st.tuples(st.integers(1, 30), st.sampled_from([0.0, 0.9, 0.95, 1.0, NAN])), min_size=1, max_size=25),
    st.integers(0, 90),
)
def test_agrees_with_the_definition_on_any_cadence(rows, window):
    rule = MilestoneRule(window=window)
    steps = np.cumsum([gap for gap, _ in rows])
    test = np.array([acc for _, acc in rows])
    found = find_milestones(steps, test[:, None], test[:, None], rule)
    np.testing.assert_array_equal(found.t_grok, [brute_force(steps, test, rule)])
