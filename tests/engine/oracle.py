"""A stacked network beside the plain one: losses and gradients of every member."""

from functools import partial

import pytest
import torch
from engine import plain

from grokterm.engine.dropout import Key
from grokterm.engine.losses import cross_entropy
from grokterm.engine.models import Transformer
from grokterm.engine.stack import Stack
from grokterm.spec.shown import Tokens


def network(seed: int, spec, shown: Tokens) -> Transformer:
    made = Transformer(spec, shown)
    made.initialise(torch.Generator().manual_seed(seed))
    return made


def every_sample(values: int, operands: int) -> torch.Tensor:
    """All combinations of operands [b, k]."""
    return torch.cartesian_prod(*[torch.arange(values)] * operands).reshape(-1, operands)


def assert_plain(
    spec,
    shown: Tokens,
    device: torch.device,
    dtype: torch.dtype,
    tolerance: float,
    key: Key | None = None,
    drops: tuple = (None, None),
) -> Transformer:
    """Compares two members beside each other with the oracle. Weights are far from zero, so that no path is idle.

    Args:
        key: of both members, [2], for a pass with dropout.
        drops: what the oracle does with it, for each member.
    """
    networks = [network(seed, spec, shown).to(dtype) for seed in range(2)]
    stack = Stack(networks, device)
    noise = torch.randn(stack.weights.shape, generator=torch.Generator().manual_seed(9), dtype=dtype) * 0.1
    stack.weights.add_(noise.to(device))
    inputs = every_sample(shown.values, shown.operands)
    answers = ((inputs * torch.arange(3, 3 + shown.operands)).sum(1) % shown.outputs).to(device)
    inputs = inputs.expand(2, *inputs.shape).contiguous().to(device)

    keys = () if key is None else key
    ((_, (losses,)),) = stack.map(partial(_loss, dtype=dtype), inputs, answers.expand(2, -1), *keys)
    losses.sum().backward()

    gradients = stack.tensors(stack.gradients)
    for index, drop in enumerate(drops):
        own = {name: tensor[index].clone().requires_grad_() for name, tensor in stack.tensors(stack.weights).items()}
        expected = plain.loss(own, spec, inputs[index], answers, dtype, shown.sequence, drop)
        expected.backward()
        assert losses[index].item() == pytest.approx(expected.item(), rel=tolerance)
        found = {name: 0 * weight if weight.grad is None else weight.grad for name, weight in own.items()}
        largest = max(gradient.abs().max() for gradient in found.values())
        for name, gradient in found.items():
            assert (gradients[name][index] - gradient).abs().max() <= tolerance * largest, name
    return networks[0]


def _loss(network, inputs, answers, *key, dtype):
    outputs = network(inputs, key=Key(*key)) if key else network(inputs)
    return (cross_entropy(outputs, answers, dtype).mean(),)
