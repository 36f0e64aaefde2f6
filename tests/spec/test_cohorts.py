"""Which runs are stacked together."""

import pytest

from grokterm.spec import field_table, load, parse, plan_cohorts
from grokterm.spec.intervene import Intervene


def plan(document, origin="mine.toml"):
    """Cohorts as lists of "arm/seed"."""
    return [[f"{m.arm}/{m.seed}" for m in cohort] for cohort in plan_cohorts(parse(document, origin))]


def test_hyper_parameters_differ_inside_one_cohort(small):
    small["arms"] = {
        "a": {},
        "b": {"optimizer": {"lr": 0.1, "beta1": 0.0, "beta2": 0.5, "eps": 1e-3}},
        "c": {"optimizer": {"weight_decay": {"schedule": "linear", "initial": 3.0, "final": 0.0}}},
        "d": {"task": {"split_seed": 1}, "model": {"init_scale": 2.0, "dropout": 0.1, "init": "torch"}},
        "e": {"optimizer": {"clip": 1.0, "l1": 0.1, "lr_schedule": {"schedule": "warmup", "warmup": 9}}},
        "f": {"loss": {"temperature": 2.0, "label_smoothing": 0.1, "logit_norm": 0.1, "logit_scale": 3.0}},
    }
    assert plan(small) == [[f"{arm}/{seed}" for arm in "abcdef" for seed in (0, 1)]]


def test_the_numbers_of_a_filter_differ_inside_one_cohort(small):
    small["optimizer"]["grokfast"] = {"alpha": 0.98}
    small["arms"] = {"a": {}, "b": {"optimizer": {"grokfast": {"lamb": 5.0}}}}
    assert plan(small) == [["a/0", "a/1", "b/0", "b/1"]]
    small["arms"]["c"] = {"optimizer": {"grokfast": {"kind": "ma", "window": 9}}}
    small["arms"]["d"] = {"optimizer": {"grokfast": {"kind": "ma", "window": 9, "lamb": 1.0}}}
    assert plan(small) == [["a/0", "a/1", "b/0", "b/1"], ["c/0", "c/1", "d/0", "d/1"]]


@pytest.mark.parametrize(
    "override",
    [
        {"task": {"p": 13}},
        {"task": {"train_fraction": 0.4}},
        {"model": {"d_mlp": 8}},
        {"loss": {"dtype": "float64"}},
        {"loss": {"kind": "stablemax"}},
        {"optimizer": {"kind": "adam", "lr": 0.1, "weight_decay": 1.0}},
        {"optimizer": {"decay_scope": "embeddings"}},
        {"optimizer": {"cautious": True}},
        {"optimizer": {"perpendicular": "equation"}},
        {"optimizer": {"egalitarian": True}},
        {"optimizer": {"normalise": True}},
        {"optimizer": {"grokfast": {"kind": "ma"}}},
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
        "task.data_seed",
        "batches.seed",
        *(f"model.{name}" for name in ("dropout", "init", "init_scale")),
        *(f"intervene.{name}" for name in Intervene.model_fields),
        *(f"optimizer.{name}" for name in ("lr", "beta1", "beta2", "eps", "weight_decay", "lr_schedule", "l1", "clip")),
        *(f"optimizer.{name}" for name in ("momentum", "dampening", "alpha", "momentum_decay", "lr_decay")),
        *(f"loss.{name}" for name in ("temperature", "label_smoothing", "logit_norm", "logit_scale")),
    }
