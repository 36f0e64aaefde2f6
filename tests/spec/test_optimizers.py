"""Kinds of optimizer and loss, and the learning rate over time, as they are written in a preset."""

import numpy as np
import pytest
import tomli
from pydantic import TypeAdapter

from grokterm.errors import BadInput
from grokterm.spec import field_table, load, parse, rate_values
from grokterm.spec.rates import Rate

KINDS = ("adamw", "adam", "sgd", "rmsprop", "nadam", "adagrad", "lion", "muon")
LINKS = [  # after weight_decay, in every kind
    "decay_scope", "cautious", "lr_schedule", "l1", "perpendicular", "egalitarian", "grokfast", "normalise", "clip",
]  # fmt: skip
read = TypeAdapter(Rate).validate_python


def spec_of(document, **optimizer):
    document["optimizer"] |= optimizer
    return parse(document, "mine.toml").arms[0].spec


def lines(document):
    with pytest.raises(BadInput) as caught:
        parse(document, "mine.toml")
    return list(caught.value.problems)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_takes_every_link(small, kind):
    spec = spec_of(small, kind=kind)
    names = list(type(spec.optimizer).model_fields)
    assert names[:2] == ["kind", "lr"]
    assert names[names.index("weight_decay") + 1 :][:9] == LINKS
    paths = {field.path for field in field_table()}
    assert {f"optimizer[{kind}].{name}" for name in names} <= paths
    for path in ("grokfast[ema].alpha", "grokfast[ma].window", "lr_schedule[cosine].final", "weight_decay[linear].end"):
        assert f"optimizer[{kind}].{path}" in paths


def test_a_learning_rate_stays_a_number():
    experiment = load("quickstart")
    assert experiment.arms[0].spec.optimizer.lr == 2e-3
    assert tomli.loads(experiment.to_toml())["optimizer"]["lr"] == 2e-3
    assert "lr_schedule" not in tomli.loads(experiment.to_toml())["optimizer"]


def test_links_are_reached_by_their_names():
    spec = (
        load("quickstart", ["clip=1", "optimizer.grokfast.lamb=5", 'lr_schedule={schedule="warmup", warmup=9}'])
        .arms[0]
        .spec
    )
    assert (spec.optimizer.clip, spec.optimizer.grokfast.kind, spec.optimizer.grokfast.lamb) == (1.0, "ema", 5.0)
    grid = load("quickstart", ["grid.optimizer.grokfast.lamb=[2, 5]"])
    assert [arm.spec.optimizer.grokfast.lamb for arm in grid.arms[:2]] == [2.0, 5.0]


REFUSED = {
    "cautious l2": ({"kind": "adam", "cautious": True},
                    "optimizer.cautious: cautious needs decoupled weight decay, and here lambda w is added to the "
                    "gradient"),
    "clip a unit": ({"normalise": True, "clip": 1.0},
                    "optimizer.clip: a normalised gradient has norm 1: clip it or normalise it"),
    "nesterov": ({"kind": "sgd", "nesterov": True},
                 "optimizer.nesterov: nesterov needs a momentum above 0 and no dampening"),
    "warm-up": ({"lr_schedule": {"schedule": "cosine", "warmup": 100}},
                "optimizer.lr_schedule.warmup: warmup 100 must be below the schedule's end (stop.steps = 100)"),
    "kind": ({"kind": "adamax"}, "optimizer: expected a table whose kind is one of adamw, adam, sgd, rmsprop, nadam, "
                                 'adagrad, lion, muon (given {lr = 0.003, weight_decay = 1.0, kind = "adamax"}); '
                                 "nearest: adam"),
    "filter": ({"grokfast": {"kind": "emma"}},
               'optimizer.grokfast: expected a table whose kind is one of ema, ma (given {kind = "emma"}); '
               "nearest: ema"),
    "factor": ({"lr_schedule": {"schedule": "step", "every": 2, "gamma": 2.0}},
               "optimizer.lr_schedule.gamma: expected a number, above 0 and up to 1 (given 2.0)"),
    "decoupled": ({"kind": "sgd", "decoupled": True, "lr": 0.5, "weight_decay": 2.0},
                  "optimizer.weight_decay: lr * lambda = 1 must stay below 1: each step multiplies the weights by "
                  "1 - lr * lambda"),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_what_does_not_fit_is_one_line(small, case):
    fields, line = REFUSED[case]
    small["optimizer"] |= fields
    (found,) = lines(small)
    assert found.startswith(f"mine.toml: {line}")


def test_l2_has_no_bound_on_lr_times_lambda(small):
    """lambda w passes through the update rule there; perpendicular SGD wants lr 10."""
    assert spec_of(small, kind="sgd", lr=10.0, weight_decay=2.0).optimizer.lr == 10.0
    assert spec_of(small, kind="rmsprop", cautious=True, decoupled=True, lr=0.01).optimizer.cautious


def test_a_loss_of_numbers_needs_a_task_of_numbers(small):
    small["loss"] = {"kind": "log2_mse"}
    assert lines(small) == ["mine.toml: loss.kind: log2_mse needs answers that are numbers; modular has classes"]
    for kind in ("cross_entropy", "stablemax", "taylor_softmax", "mse"):
        small["loss"] = {"kind": kind}
        assert parse(small, "mine.toml").arms[0].spec.loss.kind == kind


def test_schedules_of_the_learning_rate_by_their_formulas():
    t = np.arange(100.0)
    rise = 0.1 + 0.9 * np.minimum(1, t / 9)
    warmup = rate_values(read({"schedule": "warmup", "warmup": 9}), 100)
    np.testing.assert_allclose(warmup, rise, rtol=1e-15)
    assert warmup[0] == pytest.approx(0.1) and warmup[9] == 1.0
    x = np.clip((t - 9) / 91, 0, 1)
    cosine = rate_values(read({"schedule": "cosine", "warmup": 9, "final": 0.2}), 100)
    np.testing.assert_allclose(cosine, rise * (0.2 + 0.8 * (1 + np.cos(np.pi * x)) / 2), rtol=1e-14)
    linear = rate_values(read({"schedule": "linear", "final": 0.5, "end": 50}), 100)
    np.testing.assert_allclose(linear, 1 - 0.5 * np.minimum(1, t / 50), rtol=1e-14)
    step = rate_values(read({"schedule": "step", "every": 30, "gamma": 0.5}), 100)
    np.testing.assert_allclose(step, 0.5 ** (t // 30), rtol=1e-14)
    assert rate_values(None, 3).tolist() == [1.0, 1.0, 1.0]
