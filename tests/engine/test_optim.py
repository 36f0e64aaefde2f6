"""The chain against torch.optim, problem by problem; members with numbers of their own; frozen members."""

import pytest
import torch
from engine import plain
from engine.cohorts import CPU, member, run_spec

from grokterm.engine.cohort import build_data, build_stack
from grokterm.engine.optim import Hyper, adamw

STEPS = 50


def parabola(w: torch.Tensor) -> torch.Tensor:
    return (torch.arange(1, 5, dtype=w.dtype, device=w.device) * (w - 1).square()).sum()


def rosenbrock(w: torch.Tensor) -> torch.Tensor:
    return (100 * (w[1::2] - w[::2] ** 2).square() + (1 - w[::2]).square()).sum()


def transformer(w: torch.Tensor) -> torch.Tensor:
    """Loss of a small network whose weights are the entries of w, in the order of the stack.

    Without biases: the gradient of b_K is 0 (it shifts all scores alike), and Adam would make large steps of its noise.
    """
    sections = {"task": {"p": 5}, "model": {"d_model": 8, "d_mlp": 16, "bias": False}}
    spec, runs = run_spec(**sections), [member(**sections)]
    stack, (train, _) = build_stack(runs, CPU), build_data(runs, CPU)
    weights, start = {}, 0
    for name, tensor in stack.tensors(stack.weights).items():
        weights[name] = w[start : start + tensor[0].numel()].view(tensor[0].shape)
        start += tensor[0].numel()
    return plain.loss(weights, spec.model, train.inputs[0].to(w.device), train.answers[0].to(w.device), w.dtype)


STARTS = {
    parabola: torch.tensor([3.0, -2.0, 0.5, 8.0]),
    rosenbrock: torch.tensor([-1.2, 1.0, 0.3, -0.4]),
    transformer: torch.randn(624, generator=torch.Generator().manual_seed(2)) * 0.3,
}


def _hyper(rows: list[dict], count: int, device: torch.device) -> Hyper:
    columns = {
        name: torch.tensor([row[name] for row in rows], dtype=torch.float64, device=device).unsqueeze(1)
        for name in rows[0]
    }
    return Hyper(**columns, count=torch.tensor(count, device=device))


def _ours(problem, start: torch.Tensor, rows: list[dict]) -> torch.Tensor:
    """Trains one member for each row of hyper-parameters, side by side, from the same start."""
    weights = start.repeat(len(rows), 1)
    chain = adamw(weights)
    alive = torch.ones(len(rows), dtype=torch.bool, device=start.device)
    for count in range(1, STEPS + 1):
        leaf = weights.clone().requires_grad_()
        sum(problem(row) for row in leaf).backward()
        weights, states = chain.propose(weights, leaf.grad, _hyper(rows, count, start.device))
        chain.commit(states, alive)
    return weights


def _torchs(problem, start: torch.Tensor, row: dict) -> torch.Tensor:
    weights = start.clone().requires_grad_()
    betas = (row["beta1"], row["beta2"])
    optimizer = torch.optim.AdamW([weights], row["lr"], betas, row["eps"], row["weight_decay"], foreach=False)
    for _ in range(STEPS):
        optimizer.zero_grad()
        problem(weights).backward()
        optimizer.step()
    return weights.detach()


USUAL = {"lr": 0.02, "beta1": 0.9, "beta2": 0.98, "eps": 1e-8, "weight_decay": 1.0}
ROWS = [
    USUAL,
    USUAL | {"beta1": 0.0, "lr": 0.01},
    USUAL | {"beta2": 0.999, "weight_decay": 0.0},
    USUAL | {"eps": 0.1, "beta1": 0.5},
]


@pytest.mark.parametrize(("dtype", "tolerance"), [(torch.float32, 2e-5), (torch.float64, 1e-12)])
@pytest.mark.parametrize("problem", [parabola, rosenbrock, transformer])
def test_one_member_walks_as_torch_s_adamw(device, problem, dtype, tolerance):
    start = STARTS[problem].to(device, dtype)
    ours, torchs = _ours(problem, start, [USUAL])[0], _torchs(problem, start, USUAL)
    assert (torchs - start).abs().max() > 0.1  # it did go somewhere
    assert (ours - torchs).abs().max() <= tolerance * torchs.abs().max()


@pytest.mark.parametrize("problem", [parabola, rosenbrock, transformer])
def test_every_member_follows_its_own_numbers(device, problem):
    start = STARTS[problem].to(device, torch.float64)
    together = _ours(problem, start, ROWS)
    for found, row in zip(together, ROWS, strict=True):
        assert torch.allclose(found, _torchs(problem, start, row), rtol=1e-10, atol=1e-10)


def test_decay_comes_first_and_does_not_pass_through_the_moments(device):
    """With no gradient only the decay acts: w (1 - lr lambda) a step, and the moments stay 0."""
    weights = torch.tensor([[2.0, -4.0]], dtype=torch.float64, device=device)
    chain = adamw(weights)
    new, states = chain.propose(
        weights, torch.zeros_like(weights), _hyper([USUAL | {"lr": 0.1, "weight_decay": 2.0}], 1, device)
    )
    assert torch.allclose(new, weights * 0.8, rtol=1e-15)
    assert all(not tensor.any() for state in states for tensor in state.values())


def test_a_proposal_changes_nothing_and_a_frozen_member_keeps_its_state(device):
    weights = torch.ones(2, 3, device=device)
    chain = adamw(weights)
    bad = torch.tensor([[1.0, 1.0, 1.0], [1.0, torch.nan, torch.inf]], device=device)
    _, states = chain.propose(weights, bad, _hyper([USUAL, USUAL], 1, device))
    assert bool((weights == 1).all()) and not chain.states[1]["exp_avg"].any()
    chain.commit(states, torch.tensor([True, False], device=device))
    assert bool((chain.states[1]["exp_avg"][0] != 0).all()) and not chain.states[1]["exp_avg"][1].any()
    assert not chain.states[1]["exp_avg_sq"][1].any()
