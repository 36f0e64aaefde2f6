"""Milestones and censoring of single runs, read from real records."""

import math

import pytest

from grokterm.analysis import grok_times, run_results
from grokterm.analysis.results import first_times, gaps


def one(folder):
    (result,) = run_results(folder)
    return result


def test_a_run_that_groks(record):
    result = one(record({"static": [400]}))
    assert (result.t_mem, result.t_touch, result.t_grok, result.gap) == (100, 400, 400, 300)
    assert (result.last_step, result.budget, result.state, result.outcome) == (
        900,
        900,
        "finished",
        "grokked",
    )
    assert (result.train_loss, result.integral, result.integral_at_grok) == (0, 900, 400)
    assert result.test_acc == 0.99
    assert not result.diverged


def test_a_run_that_does_not_grok_is_censored_at_its_budget(record):
    result = one(record({"static": [None]}))
    assert math.isnan(result.t_grok)
    assert (result.outcome, result.watched_to, result.holding) == ("censored", 900, False)
    times = grok_times([result])
    assert (times.times.tolist(), times.observed.tolist()) == ([900], [False])


def test_a_touch_is_not_grokking(record, fate):
    result = one(record({"static": [fate(grok=300, falls_back=(325, 600))]}))
    assert (result.t_touch, result.t_grok) == (300, 600)


def test_a_run_inside_its_window_at_the_end_is_censored_before_it(record):
    """At 875 it went above, and 900 is 25 steps later: t_grok may be 875, so it can't be called larger than 900."""
    result = one(record({"static": [875]}))
    assert math.isnan(result.t_grok)
    assert result.holding
    assert (result.t_touch, result.watched_to, result.outcome) == (875, 850, "censored")


def test_a_running_run_is_censored_where_it_is(record):
    result = one(record({"static": [None]}, until=500, state="running"))
    assert (result.running, result.outcome, result.last_step, result.watched_to) == (
        True,
        "running",
        500,
        500,
    )


@pytest.mark.parametrize("state", ["stopped", "parked", "failed"])
def test_a_run_that_was_ended_is_censored_where_it_ended(record, state):
    result = one(record({"static": [None]}, until=500, state=state))
    assert (result.state, result.outcome, result.watched_to) == (state, "censored", 500)


def test_a_diverged_run_is_censored_at_the_budget(record, fate):
    """It is frozen: it is known that it does not grok in the 600 steps that are left."""
    result = one(record({"static": [fate(grok=None, diverge=300)]}))
    assert (result.diverged_at, result.outcome, result.watched_to) == (300, "diverged", 900)
    stopped = one(record({"static": [fate(grok=None, diverge=300)]}, until=500, state="running"))
    assert (stopped.outcome, stopped.watched_to) == ("diverged", 900)


def test_what_frozen_weights_score_is_no_milestone(record, fate):
    """It touched the threshold and diverged 25 steps later; the frozen network keeps its accuracy for ever."""
    result = one(record({"static": [fate(grok=300, mem=350, diverge=325)]}))
    assert math.isnan(result.t_grok)
    assert math.isnan(result.t_mem)
    assert (result.t_touch, result.outcome, result.holding) == (300, "diverged", False)


def test_a_window_that_was_not_whole_when_the_run_diverged_is_no_grokking(record, fate):
    """The event has the exact step, 340; the first broken evaluation is at 350, which would complete the window."""
    folder = record({"static": [fate(grok=275, diverge=340)]})
    assert run_results(folder)[0].t_grok == 275
    inside = one(record({"static": [fate(grok=300, diverge=340)]}))
    assert (inside.diverged_at, inside.outcome) == (340, "diverged")
    assert math.isnan(inside.t_grok)


def test_a_run_that_diverged_after_grokking_has_grokked(record, fate):
    result = one(record({"static": [fate(grok=300, diverge=600)]}))
    assert (result.t_grok, result.outcome, result.diverged) == (300, "grokked", True)


def test_divergence_without_its_event_is_seen_in_the_numbers(record, fate):
    folder = record({"static": [fate(grok=None, diverge=300)]})
    folder.cohorts[0].paths.events.write_text("")
    assert one(folder).diverged_at == 300


def test_a_run_that_never_began(record):
    result = one(record({"static": [None]}, only=[]))
    assert (result.state, result.outcome, result.last_step, result.watched_to) == ("created", "running", 0, 0)
    assert math.isnan(result.test_loss)


def test_only_the_arms_asked_for(record):
    folder = record({"static": [400, 500], "dynamic": [200, 250]})
    assert [(r.arm, r.seed) for r in run_results(folder, ["dynamic"])] == [("dynamic", 0), ("dynamic", 1)]


def test_times_of_an_arm(record, fate):
    fates = [fate(400, mem=100), fate(None, mem=200), fate(None, mem=None), fate(None, mem=None, diverge=50)]
    results = run_results(record({"static": fates}))
    t_mem = first_times(results, "t_mem")
    assert t_mem.times.tolist() == [100, 200, 900, 900]
    assert t_mem.observed.tolist() == [True, True, False, False]
    gap = gaps(results)  # two never memorised and have no gap
    assert (gap.times.tolist(), gap.observed.tolist(), gap.seeds) == ([300, 700], [True, False], (0, 1))


def test_the_gap_may_be_negative(record, fate):
    result = one(record({"static": [fate(grok=200, mem=300)]}))
    assert result.gap == -100
    assert gaps([result]).times.tolist() == [-100]


def test_the_spec_says_what_grokked_means(record):
    result = one(record({"static": [400]}, milestones={"grokked": 0.995}))
    assert math.isnan(result.t_touch)
