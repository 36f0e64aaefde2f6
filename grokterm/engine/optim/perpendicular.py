"""The gradient without its part along the weights.

e member, n parameter, i tensor
"""

import torch

from grokterm.engine.optim.chain import Flow, Hyper, State, Stateless
from grokterm.engine.optim.recipe import Layout

_TINY = 1e-30  # the authors' guard against tensors of zeros, whose gradient stays as it is


class Perpendicular(Stateless):
    """g <- g - (w.g / w.w) w for every tensor: no step along the direction that only scales the logits.

    Rescaled, the result is brought back to the length of g, as the released code does and the paper does not say.
    Source: Prieto et al., arXiv 2501.04697, section 5 and orthograd.py.

    Args:
        layout: which parameters belong to one tensor.
        rescale: bring the result back to the norm of g.
    """

    def __init__(self, layout: Layout, rescale: bool) -> None:
        self.layout, self.rescale = layout, rescale

    def update(self, flow: Flow, state: State, hyper: Hyper) -> tuple[Flow, State]:
        out = torch.zeros_like(flow.updates)
        views = zip(*(self.layout.tensors(flat).values() for flat in (flow.weights, flow.updates, out)), strict=True)
        for w, g, into in views:
            into.copy_(self._project(w.flatten(1), g.flatten(1)).view(into.shape))
        return Flow(flow.weights, out), state

    def _project(self, w: torch.Tensor, g: torch.Tensor) -> torch.Tensor:
        """One tensor of every member: [e, n of the tensor], twice, to the same."""
        along = (w * g).sum(1, keepdim=True) / (w.square().sum(1, keepdim=True) + _TINY)
        rest = g - along * w
        if not self.rescale:
            return rest
        length, left = (torch.linalg.vector_norm(x, dim=1, keepdim=True) for x in (g, rest))
        return rest * (length / (left + _TINY))
