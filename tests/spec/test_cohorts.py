"""Which runs are stacked together."""

import pytest

from grokterm.spec import field_table, load, parse, plan_cohorts


def plan(document, origin="mine.toml"):
    """Cohorts as lists of "arm/seed"."""
    return [[f"{m.arm}/{m.seed}" for m in cohort] for cohort in plan_cohorts(parse(document, origin))]


def test_hyper_parameters_differ_inside_one_cohort(small):
    small["arms"] = {
        "a": {},
        "b": {"optimizer": {"lr": 0.1, "beta1": 0.0, "beta2": 0.5, "eps": 1e-3}},
        "c": {"optimizer": {"weight_decay": {"schedule": "linear", "initial": 3.0, "final": 0.0}}},
        "d": {"task": {"split_seed": 1}, "model": {"init_scale": 2.0}},
    }
    assert plan(small) == [["a/0", "a/1", "b/0", "b/1", "c/0", "c/1", "d/0", "d/1"]]


@pytest.mark.parametrize(
    "override",
    [
        {"task": {"p": 13}},
        {"task": {"train_fraction": 0.4}},
        {"model": {"d_mlp": 8}},
        {"loss": {"dtype": "float64"}},
        {"stop": {"steps": 99}},
        {"streams": {"eval_every": 5}},
        {"milestones": {"window": 20}},
    ],
)
def test_structure_parts_cohorts_that_keep_their_order(small, override):
    small["arms"] = {"a": {}, "odd": override, "b": {"optimizer": {"lr": 0.1}}}
    assert plan(small) == [["a/0", "a/1", "b/0", "b/1"], ["odd/0", "odd/1"]]


def test_cohorts_are_at_most_as_wide_as_asked(small):
    small |= {"seeds": 3, "cohort_width": 2, "arms": {"a": {}, "b": {}}}
    assert plan(small) == [["a/0", "a/1"], ["a/2", "b/0"], ["b/1", "b/2"]]


def test_the_quickstart_is_one_cohort():
    assert [len(cohort) for cohort in plan_cohorts(load("quickstart"))] == [12]


def test_the_fields_that_may_differ_are_those_marked_in_the_table():
    marked = {field.key for field in field_table() if field.per_member and field.key.count(".") == 1}
    assert marked == {
        "task.split_seed",
        "model.init_scale",
        *(f"optimizer.{name}" for name in ("lr", "beta1", "beta2", "eps", "weight_decay")),
    }
