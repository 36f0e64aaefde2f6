"""Where a member stands in its cohort decides no bit: not even in operations whose kernels treat their last numbers
otherwise than the ones before."""

import pytest
import torch
from engine.cohorts import different_bits, trained
from torch.nn import functional as F

from grokterm.engine.models.gelu import gelu
from grokterm.spec import Member, RunSpec

PAIRS = {"kind": "modular", "operation": "add", "p": 11, "train_fraction": 0.6}  # 73 samples: no multiple of anything
MODELS = {
    "transformer gelu": {"kind": "transformer", "d_model": 9, "heads": 3, "d_mlp": 13, "activation": "gelu"},
    "transformer pre-norm": {"kind": "transformer", "d_model": 9, "heads": 3, "d_mlp": 13, "norm": "pre", "layers": 2},
    "mlp gelu": {"kind": "mlp", "hidden": [13, 7], "activation": "gelu", "bias": True},
    "mlp relu": {"kind": "mlp", "hidden": [13, 7]},
    "mlp quadratic": {"kind": "mlp", "hidden": [13, 7], "activation": "quadratic"},
    "lstm": {"kind": "lstm", "embedding": 5, "hidden": 7, "layers": 1},
    "rnn": {"kind": "rnn", "embedding": 5, "hidden": 7, "layers": 2},
}
LOSSES = ("cross_entropy", "stablemax", "taylor_softmax", "mse")


def cohort(model: dict, loss: str, dtype: str) -> list[Member]:
    sections = {"task": PAIRS, "model": model | {"dtype": dtype}, "loss": {"kind": loss, "dtype": dtype}}
    sections |= {"optimizer": {"kind": "adamw", "lr": 3e-3, "weight_decay": 0.5}, "stop": {"steps": 20}}
    return [Member("arm", seed, RunSpec.model_validate(sections)) for seed in range(3)]


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_gelu_is_torch_s_to_rounding_and_does_not_feel_where_a_number_lies(dtype):
    x = torch.randn(3, 511, generator=torch.Generator().manual_seed(0), dtype=dtype) * 3
    assert torch.allclose(gelu(x), F.gelu(x), rtol=1e-5, atol=10 * torch.finfo(dtype).eps)
    slopes = []
    for order in ([0, 1, 2], [2, 0, 1]):
        leaf = x[order].contiguous().requires_grad_()
        slopes.append((gelu(leaf).detach(), torch.autograd.grad(gelu(leaf).sum(), leaf)[0]))
    for here, there in zip(*slopes, strict=True):
        assert torch.equal(here[[2, 0, 1]], there)
    few = x[0, :6].double().requires_grad_()
    assert torch.autograd.gradcheck(gelu, (few,)) and torch.autograd.gradgradcheck(gelu, (few,))


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(
    ("model", "loss"), [*((model, "cross_entropy") for model in MODELS), *(("mlp relu", loss) for loss in LOSSES[1:])]
)
def test_members_that_change_places_keep_their_bits(model, loss, dtype):
    runs = cohort(MODELS[model], loss, dtype)
    here, there = trained(runs, 20), trained([runs[i] for i in (2, 0, 1)], 20)
    assert different_bits(here.state(), there.state(), [2, 0, 1]) == []
    ours, theirs = here.drain()["train"][1]["train_loss"], there.drain()["train"][1]["train_loss"]
    assert torch.equal(torch.tensor(ours[:, [2, 0, 1]]), torch.tensor(theirs))
