"""A task whose answers are numbers: no accuracy, no milestones, and arms compared by their final test losses."""

import math
import re

import numpy as np
import pytest
from scipy.stats import mannwhitneyu

from grokterm.analysis import arms_of, compare, run_results, summarise
from grokterm.analysis.losses import LOSS_METHOD, _test
from grokterm.console.screens.comparison import values
from grokterm.record import CohortWriter, create, open_folder
from grokterm.spec import parse

DOCUMENT = {
    "task": {"kind": "m-height", "n": [9], "k": [4], "groups": [[9, 4, 2]], "train_per_group": 8},
    "model": {"kind": "mlp", "hidden": [4]},
    "optimizer": {"lr": 1e-3, "weight_decay": 0.0},
    "loss": {"kind": "log2_mse", "head": "softplus"},
    "stop": {"steps": 50},
}
LOW = [0.11, 0.12, 0.13, 0.14, 0.15, 0.16]
HIGH = [0.21, 0.22, 0.23, 0.24, 0.25, 0.26]


@pytest.fixture
def losses(runs):
    """losses(arm=[final test loss of each seed, nan: diverged at 20], …) -> a folder as a worker leaves it."""

    def make(until=50, state="finished", **finals):
        count = len(next(iter(finals.values())))
        folder = create(runs, parse(DOCUMENT | {"seeds": count, "arms": {arm: {} for arm in finals}}, "numbers"))
        (cohort,) = folder.cohorts
        steps, members = np.array([0, 10, 20, 30, 40, until]), folder.planned(cohort)
        last = np.array([finals[member.arm][member.seed] for member in members])
        test = np.linspace(1.0, 0.0, len(steps))[:, None] * 5 + last
        test[:2] = 5.0
        writer = CohortWriter(cohort.path)
        for member, value in zip(members, last, strict=True):
            if math.isnan(value):
                writer.event("diverged", step=20, arm=member.arm, seed=member.seed)
        writer.append("eval", steps, {"test_loss": test, "train_loss": test / 2})
        writer.append("weights", steps, {"weight_decay_integral": np.outer(steps, np.full(len(members), 0.01))})
        writer.commit(state=state, step=until)
        if state == "finished":
            writer.event(state, step=until)
        return open_folder(folder.path)

    return make


def test_runs_end_without_milestones_and_are_not_censored(losses):
    (one, other) = run_results(losses(only=[0.5, math.nan]))
    assert (one.outcome, one.scored, one.test_loss, one.train_loss) == ("ended", False, 0.5, 0.25)
    assert math.isnan(one.t_mem) and math.isnan(one.t_grok) and math.isnan(one.test_acc) and not one.holding
    assert other.outcome == "diverged"
    (running, _) = run_results(losses(only=[0.5, 0.6], state="running", until=45))
    assert running.outcome == "running"


def test_the_list_knows_that_there_is_nothing_to_grok(losses, record):
    assert not summarise(losses(only=[0.5])).scored
    assert summarise(record({"static": [400]})).scored


def test_an_arm_that_ends_lower_is_told_with_the_test_s_p(losses):
    found = compare(arms_of(losses(first=HIGH, second=LOW, third=HIGH)))
    assert not found.scored and [row.n_censored for row in found.rows] == [0, 0, 0] and found.going == ()
    p = mannwhitneyu(HIGH, LOW, method="exact").pvalue
    lower, alike = found.verdict
    assert lower == (
        f"second ends with a lower test loss than first (medians 0.135 and 0.235, p = {p:.2g}, "
        f"p = {2 * p:.2g} by Holm over 2 arms, 6 seeds) (an indication: fewer than 10 seeds)"
    )
    assert alike.startswith("third can't be told apart from first by final test loss (medians 0.235 and 0.235, ")
    assert found.rows[1].test_loss_range == (0.11, 0.16) and found.rows[1].speed_up is not None
    assert found.warnings[0].startswith("the answers are numbers, so there is no accuracy and there are no milestones")
    assert "censored" not in " ".join((*found.warnings, *found.verdict, found.method))


@pytest.mark.parametrize(
    ("runs_each", "equal", "method"), [(9, 0, "exact"), (6, 1, "asymptotic"), (100, 0, "exact"), (101, 0, "asymptotic")]
)
def test_p_is_exact_where_the_method_says_so(runs_each, equal, method):
    first, second = np.linspace(0.1, 0.5, runs_each), np.linspace(0.21, 0.617, runs_each)
    second[:equal] = first[:equal]
    assert _test(first, second) == mannwhitneyu(first, second, method=method).pvalue
    assert "exact where no two are equal and no arm has more than 100 runs, else by the normal" in LOSS_METHOD


def test_a_run_that_diverged_counts_as_the_worst(losses):
    found = compare(arms_of(losses(first=LOW, second=[*LOW[:3], math.nan, math.nan, math.nan])))
    assert found.rows[1].n_diverged == 3 and found.rows[1].test_loss_range == (0.11, 0.13)
    assert "second: 3 runs diverged; its loss counts as infinite" in found.warnings


def test_few_seeds_show_nothing_and_one_arm_is_told_alone(losses):
    found = compare(arms_of(losses(first=HIGH[:4], second=LOW[:4])))
    assert found.verdict[0].startswith("second can't be told apart from first by final test loss (medians 0.125 and")
    alone = compare(arms_of(losses(only=[0.5, 0.7])))
    assert alone.verdict == ("only ends at a test loss of 0.6 (2 seeds)",)


def test_what_is_at_the_end_of_an_arm_that_trains_is_so_far(losses):
    going, over = losses(going=LOW, state="running", until=45), losses(over=LOW)
    found = compare([*arms_of(over), *arms_of(going)])
    assert found.going == found.rows[1:]
    first, second = (values(row, row in found.going)["integral_end"] for row in found.rows)
    assert (first, second) == ("0.5", "0.45 so far")


def test_beside_a_task_with_an_accuracy_no_times_are_compared(losses, record):
    found = compare([*arms_of(record({"static": [400] * 6})), *arms_of(losses(numbers=LOW))])
    assert found.scored
    assert tuple(re.sub(r"\b\w{4}:(?=\w)", "", line) for line in found.verdict) == (
        "numbers can't be compared with static: the answers of a task are numbers, which have no accuracy to grok by",
    )
    assert any("numbers: the answers are numbers, so there is no accuracy" in line for line in found.warnings)


def test_losses_that_are_lost_are_not_called_unrecorded(losses):
    folder = losses(a=LOW, b=HIGH)
    folder.cohorts[0].paths.stream("eval").unlink()
    found = compare(arms_of(folder))
    assert [row.n_incomplete for row in found.rows] == [6, 6] and math.isnan(found.rows[0].test_loss)
    assert "the record of 6 of 6 runs of a and 6 of 6 runs of b is incomplete" in found.verdict[0]
    assert "grokked" not in found.warnings[0] and "evaluations of 12 of 12 runs can't be read" in found.warnings[0]
