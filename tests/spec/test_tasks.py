"""[task]: sizes, and what is refused in which words."""

import pytest

from grokterm.errors import BadInput
from grokterm.spec import parse
from grokterm.spec.tasks import S5, Modular, Parity

REST = {"model": {"kind": "mlp"}, "optimizer": {"lr": 0.1, "weight_decay": 0}, "stop": {"steps": 9}}
MODULAR = {"p": 11, "train_fraction": 0.5}


def problem(**task):
    """The line about a task."""
    with pytest.raises(BadInput) as caught:
        parse({"task": task} | REST, "mine.toml")
    (line,) = caught.value.problems
    return line.removeprefix("mine.toml: task.")


@pytest.mark.parametrize(
    ("task", "line"),
    [
        ({"p": 11}, "train_fraction: missing; expected a number, above 0 and below 1"),
        ({"kind": "s5"}, "train_fraction: missing; expected a number, above 0 and below 1"),
        (
            MODULAR | {"train_samples": 9},
            "train_samples: 9 beside train_fraction = 0.5: exactly one of the two would be right",
        ),
        ({"p": 11, "train_samples": 121}, "train_samples: 121 of 121 pairs leaves no test sample"),
        ({"p": 11, "operands": 3, "train_samples": 1331}, "train_samples: 1331 of 1331 samples leaves no test sample"),
        (
            MODULAR | {"operation": "divide", "operands": 3},
            "operands: divide takes 2; add and multiply take 2, 3 or 4",
        ),
        (MODULAR | {"operands": 5}, "operands: expected an integer, 2 to 4 (given 5)"),
        (
            {"p": 97, "operands": 4, "train_fraction": 0.5},
            "p: 88529281 samples are more than a run may hold, 4194304; train_samples and test_samples can limit them",
        ),
        ({"kind": "s5", "train_fraction": 1e-5}, "train_fraction: 1e-05 of 14400 pairs leaves no training sample"),
        (
            {"kind": "parity", "noise": 58, "train_fraction": 0.5},
            "noise: 3 relevant and 58 noise bits; up to 60 in all would be right",
        ),
        (
            {"kind": "parity", "noise": 2, "train_fraction": 0.5},
            "noise: 2000 samples of 5 bits can't all differ; there are 32",
        ),
        (
            {"kind": "digits", "train_samples": 205},
            "train_samples: 205 can't be balanced over 10 digits; a multiple would be right",
        ),
        (
            {"kind": "digits", "train_samples": 1750},
            "train_samples: 1750 can't be balanced: one digit has 174 images of 8 x 8",
        ),
        (
            {"kind": "digits", "train_samples": 1797, "balanced": False},
            "train_samples: 1797 of the 1797 images of 8 x 8 leaves no test image",
        ),
        ({"kind": "digits", "folder": ""}, 'folder: expected a folder (given "")'),
    ],
)
def test_what_is_refused(task, line):
    assert problem(**task) == line


def test_sizes():
    assert [Modular(p=23, operands=k, train_fraction=0.5).train_size for k in (2, 3, 4)] == [264, 6083, 139_920]
    control = Modular(p=23, operands=4, train_samples=264, test_samples=5000)
    assert (control.train_size, control.test_size) == (264, 5000)
    assert Modular(p=23, train_samples=264, test_samples=5000).test_size == 265
    assert (S5(train_fraction=0.5).train_size, Parity(train_fraction=0.5).test_size) == (7200, 1000)


def test_an_arm_may_say_what_the_base_leaves_open():
    arms = {"a": {"task": {"train_fraction": 0.5}}, "b": {"task": {"operands": 3, "train_samples": 60}}}
    experiment = parse({"task": {"p": 11}, "arms": arms} | REST, "mine.toml")
    assert [arm.spec.task.train_size for arm in experiment.arms] == [60, 60]
    assert parse(experiment.to_document(), "mine.toml").arms == experiment.arms
