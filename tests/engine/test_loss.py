"""Cross-entropy for each sample, and what its precision means."""

import pytest
import torch
from torch.nn import functional as F

from grokterm.engine.losses import cross_entropy


@pytest.mark.parametrize(("dtype", "tolerance"), [(torch.float32, 1e-6), (torch.float64, 1e-14)])
def test_it_is_torch_s_and_one_value_a_sample(device, dtype, tolerance):
    logits = (torch.randn(40, 11, generator=torch.Generator().manual_seed(0)) * 5).to(device).requires_grad_()
    answers = (torch.arange(40) % 11).to(device)
    ours = cross_entropy(logits, answers, dtype)
    torchs = F.cross_entropy(logits.to(dtype), answers, reduction="none")
    assert ours.shape == (40,) and ours.dtype == dtype
    assert torch.allclose(ours, torchs, rtol=tolerance, atol=tolerance)
    gradients = [torch.autograd.grad(values.mean(), logits, retain_graph=True)[0] for values in (ours, torchs)]
    assert gradients[0].dtype == torch.float32
    assert torch.allclose(*gradients, rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize(("margin", "dtype", "vanishes"), [
    (16.0, torch.float32, False),
    (18.0, torch.float32, True),
    (18.0, torch.float64, False),
    (36.0, torch.float64, False),
    (38.0, torch.float64, True),
])  # fmt: skip
def test_a_fitted_sample_s_loss_vanishes_where_the_precision_ends(margin, dtype, vanishes):
    logits = torch.tensor([[margin, 0.0]])
    loss = cross_entropy(logits, torch.tensor([0]), dtype)
    assert (loss.item() == 0) is vanishes
