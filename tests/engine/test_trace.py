"""Fifty steps whose numbers are stored: rewriting the engine may make it faster, not different.

python tests/engine/test_trace.py      writes trace.json anew, after a change that is meant to change the numbers
"""

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from grokterm.engine.trainer import Trainer
from grokterm.spec import Member, RunSpec

STORED = Path(__file__).parent / "trace.json"
NUMBERS = {
    "train": ("train_loss", "train_acc"),
    "eval": ("test_loss", "test_acc"),
    "weights": ("weight_norm", "update_norm"),
}
CASES = {
    "one layer": {},
    # without biases: a deep network makes its own thing of b_K, which has no gradient but rounding
    "two layers, pre-norm, gelu, no bias": {"layers": 2, "norm": "pre", "activation": "gelu", "bias": False},
    "one layer, post-norm, no bias, no positions": {"norm": "post", "bias": False, "positions": "none"},
}


def _trace(model: dict, device: torch.device) -> dict[str, list[float]]:
    """Two members with different decay, ten steps apart."""
    decays = (1.0, {"schedule": "cosine", "initial": 2.0, "final": 0.5})
    cohort = [
        Member("trace", seed, RunSpec.model_validate({
            "task": {"operation": "divide", "p": 12, "train_fraction": 0.7},
            "model": {"d_model": 16, "heads": 2, "d_mlp": 32} | model,
            "optimizer": {"lr": 3e-3, "weight_decay": decay},
            "loss": {"dtype": "float64"},
            "stop": {"steps": 50},
        }))
        for seed, decay in enumerate(decays)
    ]  # fmt: skip
    trainer = Trainer(cohort, device)
    trainer.advance(50)
    streams = trainer.drain()
    every = {"train": 10, "eval": 1, "weights": 1}
    return {
        f"{stream}.{name}": streams[stream][1][name][:: every[stream]].round(9).flatten().tolist()
        for stream, names in NUMBERS.items()
        for name in names
    }


@pytest.mark.parametrize("case", CASES)
def test_the_stored_trace_is_walked_again(device, case):
    """Other processors and libraries round differently, and fifty steps of Adam let that grow.

    Changing the initial weights in the seventh digit moves these numbers by at most 1e-4 of themselves, hence 1e-3; and
    an accuracy may be one sample off.
    """
    stored = json.loads(STORED.read_text())[case]
    for name, values in _trace(CASES[case], device).items():
        tolerance = {"rtol": 0, "atol": 0.1} if name.endswith("_acc") else {"rtol": 1e-3, "atol": 1e-6}
        np.testing.assert_allclose(values, stored[name], **tolerance, err_msg=name)


if __name__ == "__main__":
    traces = {case: _trace(model, torch.device("cpu")) for case, model in CASES.items()}
    STORED.write_text(json.dumps(traces, indent=1) + "\n")
