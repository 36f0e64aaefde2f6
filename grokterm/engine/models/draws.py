"""Initial weights by the rule of torch's own layers."""

import math
from collections.abc import Iterable

import torch


@torch.no_grad()
def uniform(tensors: Iterable[torch.Tensor], fan_in: int, scale: float, generator: torch.Generator) -> None:
    """Fill each from U(-1/sqrt(fan_in), 1/sqrt(fan_in)), times `scale`.

    torch draws weights and biases of `Linear` and of convolutions this way, with the numbers that enter a neuron for
    `fan_in`; and those of recurrent layers, with the width of the state.
    """
    for tensor in tensors:
        drawn = torch.rand(tensor.shape, generator=generator) * 2 - 1
        tensor.copy_(drawn * (scale / math.sqrt(fan_in)))


@torch.no_grad()
def normal(tensor: torch.Tensor, scale: float, generator: torch.Generator) -> None:
    """Fill from N(0, 1), as torch does `Embedding`, times `scale`."""
    tensor.copy_(torch.randn(tensor.shape, generator=generator) * scale)
