"""Grokfast: the slow part of the gradient, amplified. Source: Lee et al., arXiv 2405.20233, and its grokfast.py.

e member, n parameter, k gradient in the window
"""

import torch

from grokterm.engine.optim.chain import Flow, Hyper, Link, Slot, State
from grokterm.engine.optim.recipe import Recipe


class GrokfastEMA:
    """h <- alpha h + (1 - alpha) g, h = g at first;  g <- g + lamb h.

    Args:
        alpha, lamb: [e, 1] float64.
    """

    def __init__(self, alpha: torch.Tensor, lamb: torch.Tensor) -> None:
        self.alpha, self.lamb = alpha, lamb

    def init(self, weights: torch.Tensor) -> State:
        return {"mean": torch.zeros_like(weights)}

    def update(self, flow: Flow, state: State, hyper: Hyper) -> tuple[Flow, State]:
        g, dtype = flow.updates, flow.updates.dtype
        before = torch.where(hyper.count == 1, g, state["mean"])
        mean = before * self.alpha.to(dtype) + g * (1 - self.alpha).to(dtype)
        return Flow(flow.weights, g + mean * self.lamb.to(dtype)), {"mean": mean}


class GrokfastMA:
    """g <- g + lamb (mean of the last `window` gradients, this one included), once there are so many.

    The mean is summed anew from the window at every step: a running sum would keep the rounding of large early
    gradients for ever, and late ones are smaller than that.

    Args:
        window: gradients that are averaged.
        lamb: [e, 1] float64.
    """

    def __init__(self, window: int, lamb: torch.Tensor) -> None:
        self.window, self.lamb = window, lamb

    def init(self, weights: torch.Tensor) -> State:
        return {"window": weights.new_zeros(weights.shape[0], self.window, weights.shape[1])}

    def update(self, flow: Flow, state: State, hyper: Hyper) -> tuple[Flow, State]:
        g, dtype = flow.updates, flow.updates.dtype
        index = (hyper.step % self.window).view(1)  # where the oldest gradient is
        kept = (torch.arange(self.window, device=g.device) != index).to(dtype).expand(len(g), 1, -1)  # [e, 1, k]
        total = torch.bmm(kept, state["window"]).squeeze(1) + g  # [e, n]
        share = torch.where(hyper.count >= self.window, self.lamb / self.window, 0.0)
        return Flow(flow.weights, g + total * share.to(dtype)), {"window": Slot(index, g)}


def grokfast(recipe: Recipe) -> Link:
    """The filter that `optimizer.grokfast` describes."""
    lamb = recipe.number("grokfast.lamb")
    if recipe.spec.grokfast.kind == "ma":
        return GrokfastMA(recipe.spec.grokfast.window, lamb)
    return GrokfastEMA(recipe.number("grokfast.alpha"), lamb)
