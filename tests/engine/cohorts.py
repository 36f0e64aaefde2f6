"""Small cohorts for the tests of the engine."""

import torch

from grokterm.engine.trainer import Trainer
from grokterm.spec import Member, RunSpec

CPU = torch.device("cpu")


def run_spec(**sections: dict) -> RunSpec:
    """A run of 60 steps on p = 11, with a network of 16 dimensions; each keyword replaces values of one section."""
    defaults = {
        "task": {"kind": "modular", "operation": "add", "p": 11, "train_fraction": 0.6},
        "model": {"kind": "transformer", "d_model": 16, "heads": 2, "d_mlp": 32},
        "optimizer": {"kind": "adamw", "lr": 3e-3, "weight_decay": 1.0},
        "loss": {"kind": "cross_entropy", "dtype": "float32"},
        "stop": {"steps": 60},
        "streams": {"train_every": 1, "eval_every": 5, "weights_every": 5, "sparsity_every": 20},
    }
    return RunSpec.model_validate(
        {name: values | sections.pop(name, {}) for name, values in defaults.items()} | sections
    )


def member(seed: int = 0, **sections: dict) -> Member:
    return Member("arm", seed, run_spec(**sections))


def members(count: int, **sections: dict) -> list[Member]:
    return [member(seed, **sections) for seed in range(count)]


def trained(cohort: list[Member], steps: int, device: torch.device = CPU) -> Trainer:
    """A trainer that has run `steps` steps and has not been drained."""
    trainer = Trainer(cohort, device)
    trainer.advance(steps)
    return trainer


def different_bits(
    one: dict, other: dict, rows: slice | list[int] = slice(None), other_rows: slice | list[int] = slice(None)
) -> list[str]:
    """Names of the arrays of two states that differ, in the chosen members; nan equals nan."""
    return [name for name in one if name != "step" and one[name][rows].tobytes() != other[name][other_rows].tobytes()]
