"""The logarithm of a softmax, and what its sum looks like in few digits.

b sample, v answer
"""

from typing import Any

import torch

SIXTEEN = (torch.float16, torch.bfloat16)


def log_softmax(scores: torch.Tensor, kahan: bool = False) -> torch.Tensor:
    """Log of exp(x) / sum exp(x) over the last axis, in the precision of x [b, v].

    In 16 bits torch's own computes in 32 inside and rounds the result, which hides the collapse that is to be seen.
    Here every operation (subtraction, exponential, sum, logarithm) rounds to 16 bits, on any device; within one sum
    torch adds in 32 bits, as tensor hardware does. So does the gradient, operation by operation.

    Args:
        scores: x.
        kahan: add up with Kahan's compensation, operation by operation in the precision of x.
    """
    if not kahan and scores.dtype not in SIXTEEN:
        return torch.log_softmax(scores, dim=-1)
    shifted = scores - scores.amax(-1, keepdim=True).detach()
    return shifted - total(shifted.exp(), kahan).log().unsqueeze(-1)


def total(terms: torch.Tensor, kahan: bool) -> torch.Tensor:
    """The sum over the last axis: [b, v] to [b]."""
    return KahanSum.apply(terms) if kahan else terms.sum(-1)


def collapsed(scores: torch.Tensor, kahan: bool) -> torch.Tensor:
    """Where the sum of exp(x - max x) is exactly 1 in the precision of x: all but one class are lost, [b] bool.

    Source: Prieto et al., arXiv 2501.04697, definition 2.
    """
    return total((scores - scores.amax(-1, keepdim=True)).exp(), kahan) == 1


class KahanSum(torch.autograd.Function):
    """Compensated summation over the last axis: s <- s + x with what was lost carried to the next x.

    The error doesn't grow with the number of terms (arXiv 2501.04697, algorithm 1). The derivative by every term is 1.
    """

    generate_vmap_rule = True

    @staticmethod
    def forward(terms: torch.Tensor) -> torch.Tensor:
        first, *rest = terms.unbind(-1)
        running, lost = first.clone(), torch.zeros_like(first)
        for term in rest:
            corrected = term - lost
            following = running + corrected
            lost = (following - running) - corrected
            running = following
        return running

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[torch.Tensor], output: torch.Tensor) -> None:
        ctx.width = inputs[0].shape[-1]

    @staticmethod
    def backward(ctx: Any, gradient: torch.Tensor) -> torch.Tensor:
        return gradient.unsqueeze(-1).expand(*gradient.shape, ctx.width)
