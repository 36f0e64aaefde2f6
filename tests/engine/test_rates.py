"""The learning rate over time against torch's schedulers."""

import numpy as np
import pytest
import torch
from engine.cohorts import member
from torch.optim import lr_scheduler as S

from grokterm.engine.rates import LearningRates

CASES = {
    "warmup": ({"schedule": "warmup", "warmup": 9}, lambda o: S.LinearLR(o, start_factor=0.1, total_iters=9)),
    "linear": (
        {"schedule": "linear", "final": 0.25, "end": 40},
        lambda o: S.LinearLR(o, start_factor=1.0, end_factor=0.25, total_iters=40),
    ),
    "cosine": ({"schedule": "cosine"}, lambda o: S.CosineAnnealingLR(o, 60)),
    "step": ({"schedule": "step", "every": 7, "gamma": 0.5}, lambda o: S.StepLR(o, 7, 0.5)),
}


@pytest.mark.parametrize("case", CASES)
def test_a_schedule_is_torch_s(device, case):
    fields, scheduler = CASES[case]
    rates = LearningRates([member(0, optimizer={"lr_schedule": fields}), member(1)], device)
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], 3e-3)
    theirs, ours = scheduler(optimizer), []
    expected = []
    for count in range(60):
        ours.append(rates.at(torch.tensor(count, device=device)).cpu().numpy())
        expected.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        theirs.step()
    np.testing.assert_allclose(np.stack(ours)[:, 0], expected, rtol=1e-9, atol=1e-12)
    assert np.stack(ours)[:, 1].tolist() == [3e-3] * 60
    assert rates.at(torch.tensor(60, device=device))[0].item() == ours[-1][0]
