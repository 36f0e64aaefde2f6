"""Adagrad, as torch.optim.Adagrad.

e member, n parameter
"""

import torch

from grokterm.engine.optim.chain import Flow, Hyper, Link, State
from grokterm.engine.optim.recipe import Recipe


class ScaleByAdagrad:
    """s <- s + g^2;  u <- g / (sqrt(s) + eps) / (1 + (n - 1) lr_decay). Source: Duchi, Hazan and Singer (2011).

    Args:
        lr_decay, eps: [e, 1] float64.
    """

    def __init__(self, lr_decay: torch.Tensor, eps: torch.Tensor) -> None:
        self.lr_decay, self.eps = lr_decay, eps

    def init(self, weights: torch.Tensor) -> State:
        return {"sum": torch.zeros_like(weights)}

    def update(self, flow: Flow, state: State, hyper: Hyper) -> tuple[Flow, State]:
        g, dtype = flow.updates, flow.updates.dtype
        total = torch.addcmul(state["sum"], g, g)
        slower = (1 / (1 + (hyper.count - 1) * self.lr_decay)).to(dtype)
        return Flow(flow.weights, (g / total.sqrt().add_(self.eps.to(dtype))).mul_(slower)), {"sum": total}


def adagrad(recipe: Recipe) -> list[Link]:
    """The direction of Adagrad."""
    return [ScaleByAdagrad(recipe.number("lr_decay"), recipe.number("eps"))]
