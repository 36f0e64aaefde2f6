"""One line of the history, from real folders."""

import math
import time

import pytest

from grokterm.analysis import compare, run_results, summarise
from grokterm.analysis.comparing import arms_of
from grokterm.record import CohortWriter, State


def test_a_finished_experiment(quickstart):
    summary = summarise(quickstart)
    assert (summary.name, summary.title, summary.state) == (quickstart.name, "made up", State.FINISHED)
    assert summary.problem is None
    assert list(summary.arms) == ["static", "dynamic", "static-high"]
    assert summary.seeds == (0, 1, 2, 3)
    assert (summary.step, summary.steps, summary.progress) == (900, 900, 1.0)
    assert math.isnan(summary.rate)
    assert math.isnan(summary.eta)
    static = summary.arms["static"]
    assert (static.runs, static.memorised, static.grokked, static.diverged) == (4, 4, 2, 0)


def test_an_unchanged_folder_gives_an_equal_summary(quickstart):
    """So that a screen redraws only what changed; nan must not make it look new."""
    assert summarise(quickstart) == summarise(type(quickstart)(quickstart.path))


def test_medians_are_those_of_the_comparison(quickstart):
    summary = summarise(quickstart)
    for row in compare(arms_of(quickstart)).rows:
        assert summary.arms[row.label].t_grok == row.t_grok.value


def test_a_run_that_was_stopped_early_is_censored_there_and_not_later(record):
    """1 - 1/2 after 500, because the run that was watched to 100 is no longer at risk."""
    folder = record({"static": [None, 500, 600]}, cohort_width=1, until=[100, 900, 900])
    assert summarise(folder).arms["static"].t_grok == compare(arms_of(folder)).rows[0].t_grok.value == 500


@pytest.mark.parametrize("state", ["running", "stopped"])
def test_a_run_inside_its_window_is_censored_before_it(record, state):
    """The first touched at 825 and is at 870: it is not at risk at 850, where one of the other two grokked."""
    folder = record(
        {"static": [825, 850, None]}, cohort_width=1, until=[870, 900, 900], state=[state, "finished", "finished"]
    )
    assert summarise(folder).arms["static"].t_grok == compare(arms_of(folder)).rows[0].t_grok.value == 850


def test_a_run_that_left_its_first_window_is_watched_on(record, fate):
    """The second fell back at 325, and is below still: it is at risk at 500, so a third has grokked and no half."""
    folder = record({"static": [500, fate(300, falls_back=(325, 2000)), None]})
    assert math.isnan(compare(arms_of(folder)).rows[0].t_grok.value)
    assert math.isnan(summarise(folder).arms["static"].t_grok)


def test_a_run_that_diverged_is_watched_to_the_budget(record, fate):
    """Also where its own worker found everything else grokked and ended early: the other arm's run grokked later."""
    folder = record({"static": [fate(None, diverge=100), 600, None]}, cohort_width=1, until=[300, 900, 900])
    CohortWriter(folder.cohorts[0].path).commit(state="finished", step=300, steps=300)
    assert math.isnan(compare(arms_of(folder)).rows[0].t_grok.value)
    assert math.isnan(summarise(folder).arms["static"].t_grok)


def test_the_evaluation_of_the_present_step_is_made_with_the_next_update(record):
    """Stopped at 500 before it was evaluated there: it may have grokked at 500, as the other run did."""
    folder = record(
        {"static": [None, 500, 600]}, cohort_width=1, until=[490, 900, 900], state=["stopped"] + ["finished"] * 2
    )
    CohortWriter(folder.cohorts[0].path).commit(state="stopped", step=500)
    assert summarise(folder).arms["static"].t_grok == compare(arms_of(folder)).rows[0].t_grok.value == 500


def test_what_a_run_reached_once_it_had_diverged_does_not_count(record, fate):
    folder = record({"static": [fate(300, mem=350, diverge=300), fate(300, diverge=600), fate(None)]})
    arm = summarise(folder).arms["static"]
    assert (arm.memorised, arm.grokked, arm.diverged) == (2, 1, 2)
    assert [r.outcome for r in run_results(folder)] == ["diverged", "grokked", "censored"]
    assert math.isnan(arm.t_grok)


def test_fewer_than_half_grokked_has_no_median(record):
    assert math.isnan(summarise(record({"static": [300, None, None]})).arms["static"].t_grok)


def test_a_running_experiment_of_two_cohorts(record):
    arms = {"fine": {}, "coarse": {"streams": {"eval_every": 100}}}
    folder = record({"fine": [300], "coarse": [300]}, arms=arms, until=450, state="running")
    summary = summarise(folder)
    assert (summary.state, summary.step, summary.progress) == (State.RUNNING, 450, 0.5)
    assert (summary.rate, summary.eta, summary.eta_rough) == (40.0, 450 / 20, False)
    assert (summary.done, summary.workers) == (0, 2)
    assert summary.devices == ("cpu",)
    assert time.time() - summary.heartbeat_at < 60


def test_where_half_waits_the_step_is_that_of_the_other_and_the_time_left_is_rough(record):
    arms = {"fine": {}, "coarse": {"streams": {"eval_every": 100}}}
    folder = record({"fine": [300], "coarse": [300]}, arms=arms, until=450, state="running", only=[0])
    waiting = CohortWriter(folder.cohorts[1].path)
    waiting.commit(state="queued")
    summary = summarise(folder)
    assert (summary.step, summary.progress, summary.rate) == (450, 0.25, 20.0)
    assert (summary.eta, summary.eta_rough) == ((450 + 900) / 20, True)
    waiting.commit(state="paused")
    assert math.isnan(summarise(folder).eta)


def test_where_nothing_trains_the_step_is_of_what_has_begun_and_not_finished(record):
    arms = {name: {"streams": {"eval_every": every}} for name, every in (("a", 10), ("b", 20), ("c", 30))}
    folder = record({"a": [300], "b": [300], "c": [300]}, arms=arms, until=450, state="running", only=[0, 1])
    CohortWriter(folder.cohorts[0].path).commit(state="finished")
    CohortWriter(folder.cohorts[1].path).commit(state="paused")
    summary = summarise(folder)
    assert (summary.step, summary.done, summary.workers) == (450, 1, 3)


def test_an_experiment_that_never_began(record):
    summary = summarise(record({"static": [None, None]}, only=[]))
    assert (summary.state, summary.step, summary.steps, summary.progress) == (State.CREATED, 0, 900, 0)
    assert summary.arms["static"].runs == 2


def test_marks_are_shown(quickstart):
    quickstart.add_note("star", True)
    quickstart.add_note("tag", "keep-[red]")
    assert summarise(quickstart).marks.starred
    assert summarise(quickstart).marks.tags == ("keep-[red]",)


@pytest.mark.parametrize("file", ["format.json", "cohorts/00/members.json", "cohorts/00/status.json"])
def test_a_broken_folder_is_a_line_with_a_problem(quickstart, file):
    (quickstart.path / file).write_text('{"format": ')
    summary = summarise(type(quickstart)(quickstart.path))
    assert summary.name == quickstart.name
    assert summary.problem
    assert "\n" not in summary.problem


def test_a_folder_that_is_gone(quickstart, tmp_path):
    assert "missing" in summarise(type(quickstart)(tmp_path / "20260101-000000-gone-abcd")).problem


def test_diverged_runs_are_counted(record, fate):
    folder = record({"static": [fate(None, diverge=300), fate(300)]})
    arm = summarise(folder).arms["static"]
    assert (arm.runs, arm.grokked, arm.diverged, arm.t_grok) == (2, 1, 1, 300)
    assert [r.outcome for r in run_results(folder)] == ["diverged", "grokked"]
