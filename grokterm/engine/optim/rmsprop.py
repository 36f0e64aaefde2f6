"""RMSprop, as torch.optim.RMSprop.

e member, n parameter
"""

import torch

from grokterm.engine.optim.chain import Flow, Hyper, Link, State
from grokterm.engine.optim.recipe import Recipe


class ScaleByRMS:
    """v <- a v + (1 - a) g^2;  u <- g / (sqrt(v) + eps), with v - m^2 in the place of v where centered.

    Args:
        alpha, eps: [e, 1] float64.
        centered: take the mean m of the gradient off; what rounding makes negative counts as 0.
    """

    def __init__(self, alpha: torch.Tensor, eps: torch.Tensor, centered: bool) -> None:
        self.alpha, self.eps, self.centered = alpha, eps, centered

    def init(self, weights: torch.Tensor) -> State:
        names = ("square_avg", "grad_avg") if self.centered else ("square_avg",)
        return {name: torch.zeros_like(weights) for name in names}

    def update(self, flow: Flow, state: State, hyper: Hyper) -> tuple[Flow, State]:
        g, dtype = flow.updates, flow.updates.dtype
        fresh = (1 - self.alpha).to(dtype)
        v = (state["square_avg"] * self.alpha.to(dtype)).addcmul_(g * fresh, g)
        new = {"square_avg": v}
        if self.centered:
            new["grad_avg"] = m = torch.lerp(state["grad_avg"], g, fresh)
            v = v.addcmul(m, m, value=-1).clamp_(min=0)
        return Flow(flow.weights, g / v.sqrt().add_(self.eps.to(dtype))), new


class HeavyBall:
    """b <- mu b + u;  u <- b.

    Args:
        momentum: mu, [e, 1] float64.
    """

    def __init__(self, momentum: torch.Tensor) -> None:
        self.momentum = momentum

    def init(self, weights: torch.Tensor) -> State:
        return {"momentum": torch.zeros_like(weights)}

    def update(self, flow: Flow, state: State, hyper: Hyper) -> tuple[Flow, State]:
        buffer = (state["momentum"] * self.momentum.to(flow.updates.dtype)).add_(flow.updates)
        return Flow(flow.weights, buffer), {"momentum": buffer}


def rmsprop(recipe: Recipe) -> list[Link]:
    """Scaling, and momentum after it where any member has some."""
    links: list[Link] = [ScaleByRMS(recipe.number("alpha"), recipe.number("eps"), recipe.spec.centered)]
    return [*links, HeavyBall(recipe.number("momentum"))] if recipe.any("keeps_momentum") else links
