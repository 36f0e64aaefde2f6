"""Lion: the sign of a momentum.

e member, n parameter
"""

import torch

from grokterm.engine.optim.chain import Flow, Hyper, Link, State
from grokterm.engine.optim.recipe import Recipe


class SignOfMomentum:
    """u <- sign(beta1 m + (1 - beta1) g);  m <- beta2 m + (1 - beta2) g. Source: arXiv 2302.06675, algorithm 2.

    Args:
        beta1, beta2: [e, 1] float64.
    """

    def __init__(self, beta1: torch.Tensor, beta2: torch.Tensor) -> None:
        self.beta1, self.beta2 = beta1, beta2

    def init(self, weights: torch.Tensor) -> State:
        return {"exp_avg": torch.zeros_like(weights)}

    def update(self, flow: Flow, state: State, hyper: Hyper) -> tuple[Flow, State]:
        g, m, dtype = flow.updates, state["exp_avg"], flow.updates.dtype
        direction = torch.lerp(m, g, (1 - self.beta1).to(dtype)).sign_()
        return Flow(flow.weights, direction), {"exp_avg": torch.lerp(m, g, (1 - self.beta2).to(dtype))}


def lion(recipe: Recipe) -> list[Link]:
    """The direction of Lion."""
    return [SignOfMomentum(recipe.number("beta1"), recipe.number("beta2"))]
