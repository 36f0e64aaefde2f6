"""StableMax: a softmax whose exponential is a line above 0 and 1 / (1 - x) below.

b sample, v answer
"""

from typing import Any

import torch


def stablemax_scores(logits: torch.Tensor) -> torch.Tensor:
    """g(x) = log(x + 1) for x >= 0 and -log(1 - x) below, [b, v] to [b, v]: StableMax(x) = Softmax(g(x)).

    The form with s(x) / sum s(x) is the same, and overflows where this doesn't.
    Source: Prieto et al., arXiv 2501.04697, definition 4 and proposition 1.
    """
    return _Scores.apply(logits)


class _Scores(torch.autograd.Function):
    """sign(x) log(1 + |x|), whose slope 1 / (1 + |x|) is 1 at 0, where that of |x| isn't defined."""

    generate_vmap_rule = True

    @staticmethod
    def forward(logits: torch.Tensor) -> torch.Tensor:
        return logits.abs().log1p_().copysign_(logits)

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[torch.Tensor], output: torch.Tensor) -> None:
        ctx.save_for_backward(*inputs)

    @staticmethod
    def backward(ctx: Any, gradient: torch.Tensor) -> torch.Tensor:
        (logits,) = ctx.saved_tensors
        return gradient / (1 + logits.abs())
