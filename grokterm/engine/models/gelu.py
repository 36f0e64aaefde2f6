"""The Gaussian error linear unit."""

import math

import torch
from torch.nn import functional as F


def gelu(x: torch.Tensor) -> torch.Tensor:
    """x P(N(0, 1) < x), the exact form, element by element. Source: Hendrycks and Gimpel, arXiv 1606.08415.

    In 64 bits torch's own rounds by where a number lies, so a member would feel its place; the complementary error
    function doesn't.
    """
    if x.dtype == torch.float32:
        return F.gelu(x)
    return x * torch.erfc(x * -math.sqrt(0.5)).mul_(0.5)
