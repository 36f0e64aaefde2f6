"""Gradient descent with momentum, as torch.optim.SGD.

e member, n parameter
"""

import torch

from grokterm.engine.optim.chain import Flow, Hyper, Link, State
from grokterm.engine.optim.recipe import Recipe


class Momentum:
    """b <- mu b + (1 - dampening) g, b = g at first;  u <- b, or g + mu b with nesterov.

    Args:
        momentum: mu, [e, 1] float64.
        dampening: [e, 1] float64. It has no effect on a member without momentum, as in torch.
        nesterov: look ahead.
    """

    def __init__(self, momentum: torch.Tensor, dampening: torch.Tensor, nesterov: bool) -> None:
        self.momentum, self.nesterov = momentum, nesterov
        self.fresh = torch.where(momentum > 0, 1 - dampening, 1.0)

    def init(self, weights: torch.Tensor) -> State:
        return {"momentum": torch.zeros_like(weights)}

    def update(self, flow: Flow, state: State, hyper: Hyper) -> tuple[Flow, State]:
        g, mu = flow.updates, self.momentum.to(flow.updates.dtype)
        fresh = torch.where(hyper.count == 1, 1.0, self.fresh).to(g.dtype)
        buffer = (state["momentum"] * mu).add_(g * fresh)
        return Flow(flow.weights, g + buffer * mu if self.nesterov else buffer), {"momentum": buffer}


def sgd(recipe: Recipe) -> list[Link]:
    """The gradient itself, or its momentum where any member has some."""
    if not recipe.any("keeps_momentum"):
        return []
    return [Momentum(recipe.number("momentum"), recipe.number("dampening"), recipe.spec.nesterov)]
