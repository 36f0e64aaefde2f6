"""Parts in combinations that nobody has thought of: each is refused at load, in one line, or trains."""

import random

import numpy as np
import pytest

from grokterm.engine.trainer import Trainer
from grokterm.errors import BadInput
from grokterm.spec import parse, plan_cohorts

TASKS = (
    *({"p": 7, "train_fraction": 0.5, "encoding": encoding} for encoding in
      ("tokens", "operators", "bare", "binary", "codes", "scalars", "fractions")),
    {"p": 7, "train_fraction": 0.5, "operation": "cubic", "encoding": "bare"},
    {"p": 5, "train_fraction": 0.5, "operands": 3},
    {"kind": "s5", "train_samples": 60, "test_samples": 40},
    {"kind": "parity", "relevant": 2, "noise": 4, "samples": 60, "train_fraction": 0.5},
    {"kind": "digits", "train_samples": 20, "test_samples": 20},
    {"kind": "m-height", "n": [6], "k": [3], "train_per_group": 8, "validation_per_group": 8},
)  # fmt: skip
MODELS = (
    *({"kind": "transformer", "d_model": 8, "heads": 2, "norm": norm, "layers": layers, "dropout": dropout}
      for norm, layers, dropout in (("none", 1, 0.0), ("pre", 2, 0.1), ("post", 2, 0.0))),
    {"kind": "mlp", "hidden": [12, 12], "tied": True, "dtype": "float64"},
    {"kind": "mlp", "hidden": [12], "embedding": 4, "activation": "quadratic"},
    {"kind": "lstm", "hidden": 8, "embedding": 4},
    {"kind": "rnn", "hidden": 8, "embedding": 4, "layers": 2},
    {"kind": "resnet", "channels": 4, "blocks": 1, "hidden": 8},
)  # fmt: skip
LOSSES = (
    *({"kind": "cross_entropy", "dtype": f"float{bits}"} for bits in (16, 32, 64)),
    {"kind": "cross_entropy", "dtype": "float32", "sum": "kahan"},
    {"kind": "cross_entropy", "label_smoothing": 0.1, "temperature": 2.0, "logit_norm": 1e-3, "logit_scale": 2.0},
    {"kind": "stablemax"}, {"kind": "taylor_softmax"}, {"kind": "mse"}, {"kind": "log2_mse"},
)  # fmt: skip
OPTIMIZERS = (
    *({"kind": kind} for kind in ("adamw", "adam", "rmsprop", "nadam", "adagrad", "lion", "muon")),
    {"kind": "sgd", "momentum": 0.9, "nesterov": True},
    {"kind": "adamw", "perpendicular": "rescaled", "decay_scope": "embeddings"},
    {"kind": "sgd", "perpendicular": "equation", "normalise": True},
    {"kind": "adam", "grokfast": {"kind": "ma", "window": 2}, "l1": 1e-4},
    {"kind": "lion", "grokfast": {"kind": "ema"}, "egalitarian": True},
    {"kind": "adamw", "lr_schedule": {"schedule": "cosine", "warmup": 2}, "decay_scope": "no_embeddings"},
    {"kind": "adamw", "cautious": True},
)  # fmt: skip
INTERVENTIONS = (
    {}, {"change": {"at": 1, "lr": 1e-4}}, {"collapse": {"at": 1}}, {"collapse": {"at": 1, "of": "gradient"}},
    {"clamp_norm": {"at": 1}}, {"reset_optimizer": {"at": 2}}, {"change": {"at": "memorised", "weight_decay": 0.0}},
)  # fmt: skip
BATCHES = ({}, {"size": 4})
PARTS = {
    "task": TASKS, "model": MODELS, "loss": LOSSES, "optimizer": OPTIMIZERS, "intervene": INTERVENTIONS,
    "batches": BATCHES,
}  # fmt: skip
ALWAYS = {"seeds": 2, "stop": {"steps": 4}, "streams": {"train_every": 1, "eval_every": 2, "checkpoint_every": 4}}


def drawn() -> list[dict]:
    """Every task meets every network and every loss, every network every optimizer; what is beside them is drawn."""
    chance, found = random.Random(1), []
    for one, other in (("task", "model"), ("task", "loss"), ("model", "optimizer")):
        for this in PARTS[one]:
            for that in PARTS[other]:
                rest = {name: chance.choice(parts) for name, parts in PARTS.items()}
                found.append(rest | {one: this, other: that})
    return found


COMBINATIONS = drawn()


@pytest.mark.parametrize("share", range(8))
def test_what_is_not_refused_trains(share):
    trained, kinds = 0, set()
    for combination in COMBINATIONS[share::8]:
        document = ALWAYS | combination | {"optimizer": {"lr": 1e-3, "weight_decay": 0.1} | combination["optimizer"]}
        try:
            experiment = parse(document, "combination")
        except BadInput as refused:
            assert all(line.count("\n") == 0 and ": " in line for line in refused.problems), combination
            continue
        for cohort in plan_cohorts(experiment):
            trainer = Trainer(cohort, "cpu")
            trainer.advance(4)
            losses = trainer.drain()["train"][1]["train_loss"]
            assert losses.shape == (4, 2) and np.isfinite(losses[0]).all(), combination
        trained += 1
        kinds.add(combination["model"]["kind"])
    assert trained > 10 and len(kinds) >= 3
