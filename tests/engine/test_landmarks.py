"""Softmax collapse and what it costs, as Prieto et al. (arXiv 2501.04697) publish it, on a run of a minute.

Theirs: p = 113, 70 % of the pairs, up to 80,000 epochs; with 16, 32 and 64 bits in the loss more than half of the
samples collapse from epoch 2,000, 3,000 and 7,000 on, and 48, 66 and 88 % of the test set are right in the end (figure
2). StableMax does not collapse, and groks. The same here: p = 31, 90 %, 64 neurons a layer and the optimizer of their
appendix B.2: gradient descent by steps of one length, which goes on learning however small the loss has become.
"""

from functools import cache

import numpy as np
import pytest
from engine.cohorts import CPU

from grokterm.engine.trainer import Trainer
from grokterm.spec import Member, RunSpec

STEPS, EVERY, SEEDS = 1200, 50, (0, 1, 2)
_OFF = ("train_every", "weights_every", "sparsity_every")
SPEC = {
    "task": {"kind": "modular", "operation": "add", "p": 31, "train_fraction": 0.9},
    "model": {"kind": "mlp", "hidden": [64, 64]},
    "optimizer": {"kind": "sgd", "lr": 0.3, "normalise": True, "weight_decay": 0.0},
    "stop": {"steps": STEPS},
    "streams": {"eval_every": EVERY, "numerics_every": EVERY} | dict.fromkeys(_OFF, 0),
}
BITS = ("float16", "float32", "float64")


@cache
def curves(kind: str, dtype: str) -> dict[str, np.ndarray]:
    """Accuracies and the collapsed share by the name of their column, [evaluation, seed]."""
    spec = RunSpec.model_validate(SPEC | {"loss": {"kind": kind, "dtype": dtype}})
    trainer, parts = Trainer([Member("arm", seed, spec) for seed in SEEDS], CPU), []
    while trainer.step < STEPS:
        trainer.advance(min(trainer.max_chunk, STEPS - trainer.step))
        streams = trainer.drain()
        parts.append(streams["eval"][1] | streams["numerics"][1])
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def first(reached: np.ndarray) -> np.ndarray:
    """The step at which it is so for the first time, of each seed; the budget where that never comes."""
    return np.where(reached.any(0), EVERY * reached.argmax(0), STEPS)


@pytest.mark.slow
def test_more_bits_in_the_loss_collapse_later_and_generalise_further():
    runs = [curves("cross_entropy", dtype) for dtype in BITS]
    collapse = np.array([first(run["train_collapsed"] >= 0.5) for run in runs])  # [bits, seed]
    right = np.array([run["test_acc"][-1] for run in runs])
    assert (np.diff(collapse, axis=0) > 0).all(), collapse
    assert (np.diff(right, axis=0) > 0).all() and np.diff(right.mean(1)).min() > 0.05, right
    for run, half in zip(runs, collapse, strict=True):  # what collapses is what has been memorised
        assert (first(run["train_acc"] >= 0.99) < half).all()


@pytest.mark.slow
def test_stablemax_groks_where_cross_entropy_does_not():
    stable, plain = curves("stablemax", "float64"), curves("cross_entropy", "float64")
    assert not stable["train_collapsed"].any()
    assert (stable["test_acc"][-1] > 0.9).all() and (plain["test_acc"] < 0.8).all()
