"""Taylor softmax: 1 + x + x^2 / 2 in the place of the exponential.

b sample, v answer
"""

import torch


def taylor_scores(logits: torch.Tensor) -> torch.Tensor:
    """log(1 + t + t^2 / 2), t = x - min x, [b, v] to [b, v]: the softmax of this has the polynomial in exp's place.

    The polynomial falls below x = -1, hence the subtraction; the gradient flows through it, as in the authors' code.
    Source: Prieto et al., arXiv 2501.04697, appendix C.1.
    """
    t = logits - logits.amin(-1, keepdim=True)
    return torch.log1p(t + t.square() / 2)
