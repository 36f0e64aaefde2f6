"""StableMax: a softmax whose exponential is a line above 0 and 1 / (1 - x) below.

b sample, v answer
"""

import torch


def stablemax_scores(logits: torch.Tensor) -> torch.Tensor:
    """g(x) = log(x + 1) for x >= 0 and -log(1 - x) below, [b, v] to [b, v]: StableMax(x) = Softmax(g(x)).

    The form with s(x) / sum s(x) is the same, and overflows where this doesn't. Each branch sees only its own half, so
    that neither's logarithm spoils the gradient of the other; g'(0) = 1.
    Source: Prieto et al., arXiv 2501.04697, definition 4 and proposition 1.
    """
    above, below = logits.clamp(min=0).log1p(), -(-logits.clamp(max=0)).log1p()
    return torch.where(logits >= 0, above, below)
