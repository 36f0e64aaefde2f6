"""Curves out of real streams, and bands."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grokterm.analysis import Curve, CurveFeed, band
from grokterm.record import CohortWriter


def curve(steps, values, arm="a", seed=0):
    return Curve(arm, seed, np.array(steps, np.int64), np.array(values, float))


def load_curves(folder, stream, column):
    feed = CurveFeed(folder, stream, (column,))
    feed.poll()
    return feed.curves(column)


def test_curves_of_every_run(record):
    folder = record({"static": [775, None], "dynamic": [275, 300]})
    curves = load_curves(folder, "eval", "test_acc")
    assert [(c.arm, c.seed) for c in curves] == [("static", 0), ("static", 1), ("dynamic", 0), ("dynamic", 1)]
    dynamic = curves[2]
    assert dynamic.steps.tolist() == list(range(0, 901, 25))
    assert (dynamic.values == np.where(dynamic.steps >= 275, 0.99, 0.1)).all()


def test_cohorts_with_their_own_cadence(record):
    arms = {"fine": {}, "coarse": {"streams": {"eval_every": 100}}}
    folder = record({"fine": [300, 300], "coarse": [300, 300]}, arms=arms)
    assert len(folder.cohorts) == 2
    steps = {c.arm: len(c.steps) for c in load_curves(folder, "eval", "test_acc")}
    assert steps == {"fine": 37, "coarse": 10}


def test_what_is_not_there_has_no_curve(record):
    arms = {"started": {}, "waiting": {"streams": {"eval_every": 100}}}
    folder = record({"started": [300], "waiting": [300]}, arms=arms, only=[0])
    assert [c.arm for c in load_curves(folder, "eval", "test_acc")] == ["started"]
    assert load_curves(folder, "eval", "no_such_column") == ()
    assert load_curves(folder, "no_such_stream", "test_acc") == ()


def test_a_column_of_the_cohort_is_given_to_each_member(record):
    folder = record({"static": [300, 300]}, until=100, state="running")
    writer = CohortWriter(folder.cohorts[0].path)
    writer.append("clock", [0, 50], {"wall": np.array([0.5, 2.5])})
    writer.commit(state="running")
    curves = load_curves(folder, "clock", "wall")
    assert [(c.seed, c.values.tolist()) for c in curves] == [(0, [0.5, 2.5]), (1, [0.5, 2.5])]


def test_a_feed_reads_on_and_forgets_what_was_taken_back(record):
    folder = record({"static": [300, 300]}, until=50, state="running")
    writer = CohortWriter(folder.cohorts[0].path)
    feed = CurveFeed(folder, "train", ("train_loss",))
    assert not feed.poll()
    assert feed.curves("train_loss") == ()
    for start in (0, 10):
        steps = np.arange(start, start + 10)
        writer.append("train", steps, {"train_loss": np.stack([steps, steps * 2.0], axis=1)})
        writer.commit(state="running")
        assert feed.poll()
    assert not feed.poll()
    second = feed.curves("train_loss")[1]
    assert second.steps.tolist() == list(range(20))
    assert second.values.tolist() == [2.0 * s for s in range(20)]

    again = CohortWriter(folder.cohorts[0].path)
    again.load_checkpoint()  # there is none, so training begins again
    again.append("train", [0, 1], {"train_loss": np.full((2, 2), 7.0)})
    again.commit(state="running")
    assert feed.poll()
    assert feed.curves("train_loss")[0].steps.tolist() == [0, 1]
    assert feed.curves("train_loss")[0].values.tolist() == [7.0, 7.0]


def test_band_by_hand():
    result = band([curve([0, 10, 20], [1, 5, 3]), curve([0, 10, 20], [3, 1, 9]), curve([0, 10], [2, 9])])
    assert result.steps.tolist() == [0, 10, 20]
    assert result.median.tolist() == [2, 5, 6]
    assert result.low.tolist() == [1, 1, 3]
    assert result.high.tolist() == [3, 9, 9]
    assert result.n.tolist() == [3, 3, 2]


def test_band_is_over_the_union_of_exact_steps():
    result = band([curve([0, 10, 20], [1, 2, 3]), curve([0, 15], [5, 6])])
    assert result.steps.tolist() == [0, 10, 15, 20]
    assert result.median.tolist() == [3, 2, 6, 3]
    assert result.n.tolist() == [2, 1, 1, 1]


def test_a_run_without_a_number_leaves_the_band():
    result = band([curve([0, 1], [1, np.nan]), curve([0, 1], [3, 4]), curve([0, 1, 2], [5, 8, np.nan])])
    assert result.n.tolist() == [3, 2, 0]
    assert result.median[:2].tolist() == [3, 6]
    assert np.isnan([result.median[2], result.low[2], result.high[2]]).all()


def test_infinities_do_not_turn_into_nan():
    result = band([curve([0], [np.inf]), curve([0], [np.inf]), curve([0], [1.0])])
    assert (result.median[0], result.low[0], result.high[0]) == (np.inf, 1, np.inf)


def test_quartiles_and_no_curves():
    curves = [curve([0], [v], seed=v) for v in range(9)]
    result = band(curves, quartiles=True)
    assert (result.low[0], result.median[0], result.high[0]) == (2, 4, 6)
    assert band([]).steps.size == 0


@given(st.lists(st.lists(st.floats(-1e6, 1e6) | st.just(np.nan), min_size=3, max_size=3), min_size=1, max_size=6))
def test_band_is_numpys_median_and_extremes(rows):
    result = band([curve([0, 5, 9], row, seed=i) for i, row in enumerate(rows)])
    table = np.array(rows)
    for t in range(3):
        known = table[~np.isnan(table[:, t]), t]
        assert result.n[t] == known.size
        if known.size:
            assert result.median[t] == pytest.approx(np.median(known))
            assert (result.low[t], result.high[t]) == (known.min(), known.max())


def test_a_band_that_goes_on_is_the_band_of_all_rows():
    random = np.random.default_rng(0)
    values = random.standard_normal((4, 50))
    values[2, 30:] = np.nan

    def until(end):
        steps = np.arange(end)
        return [Curve("a", seed, steps, own[:end]) for seed, own in enumerate(values)]

    before = band(until(20))
    for end in (20, 35, 50):
        found, whole = band(until(end), before=before), band(until(end))
        for one, other in zip(found, whole, strict=True):
            assert np.array_equal(one, other, equal_nan=True)
        before = found


def test_a_band_of_other_rows_is_not_gone_on_from():
    before = band([curve([0, 1, 2], [1, 1, 1])])
    later = band([curve([0, 2, 4, 6], [5, 6, 7, 8])], before=before)
    assert later.median.tolist() == [5, 6, 7, 8]
    apart = [curve([0, 1, 2, 3], [5, 6, 7, 8]), curve([0, 1, 2], [7, 8, 9])]  # of two cohorts
    assert band(apart, before=before).median.tolist() == [6, 7, 8, 8]
