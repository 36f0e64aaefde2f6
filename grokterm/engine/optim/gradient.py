"""Changes of the gradient before the update rule sees it, in the order in which they act.

e member, n parameter
"""

import torch

from grokterm.engine.optim.chain import Flow, Hyper, Link, State, Stateless
from grokterm.engine.optim.egalitarian import Egalitarian
from grokterm.engine.optim.grokfast import grokfast
from grokterm.engine.optim.perpendicular import Perpendicular
from grokterm.engine.optim.recipe import Recipe


class L1(Stateless):
    """g <- g + l1 sign(w): the gradient of l1 times the sum of all |w|, with sign(0) = 0.

    Args:
        l1: [e, 1] float64.
    """

    def __init__(self, l1: torch.Tensor) -> None:
        self.l1 = l1

    def update(self, flow: Flow, state: State, hyper: Hyper) -> tuple[Flow, State]:
        w, dtype = flow.weights, flow.weights.dtype
        sign = (w > 0).to(dtype) - (w < 0).to(dtype)  # of nan, which eps = 0 leaves in the padding, this makes 0
        return Flow(w, flow.updates + sign * self.l1.to(dtype)), state


class Normalise(Stateless):
    """g <- g / |g|, the norm being that of all tensors of a member together; a gradient of 0 stays 0.

    With SGD the step then has the length lr, however small the gradient has become.
    """

    def update(self, flow: Flow, state: State, hyper: Hyper) -> tuple[Flow, State]:
        length = _length(flow.updates)
        return Flow(flow.weights, flow.updates / torch.where(length > 0, length, 1.0)), state


class Clip(Stateless):
    """g <- g min(1, c / (|g| + 1e-6)), |g| over all tensors of a member (torch.nn.utils.clip_grad_norm_).

    Args:
        longest: c, [e, 1] float64; inf leaves a member's gradient as it is.
    """

    def __init__(self, longest: torch.Tensor) -> None:
        self.longest = longest

    def update(self, flow: Flow, state: State, hyper: Hyper) -> tuple[Flow, State]:
        factor = (self.longest.to(flow.updates.dtype) / (_length(flow.updates) + 1e-6)).clamp(max=1.0)
        return Flow(flow.weights, flow.updates * factor), state


def gradient_links(recipe: Recipe) -> list[Link]:
    """l1 (it belongs to the loss), perpendicular, egalitarian, grokfast, normalise, clip: those that are wanted."""
    spec, links = recipe.spec, []
    if recipe.any("l1"):
        links.append(L1(recipe.number("l1", absent=0.0)))
    if spec.perpendicular != "off":
        links.append(Perpendicular(recipe.layout, rescale=spec.perpendicular == "rescaled"))
    if spec.egalitarian:
        links.append(Egalitarian(recipe.layout, recipe.matrices()))
    if spec.grokfast is not None:
        links.append(grokfast(recipe))
    if spec.normalise:
        links.append(Normalise())
    if recipe.any("clip"):
        links.append(Clip(recipe.number("clip", absent=torch.inf)))
    return links


def _length(flat: torch.Tensor) -> torch.Tensor:
    """The norm of each row, [e, 1]."""
    return torch.linalg.vector_norm(flat, dim=1, keepdim=True)
