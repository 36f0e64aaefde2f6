"""Adam's moments, in torch's order of operations.

e member, n parameter
"""

import torch

from grokterm.engine.optim.chain import Flow, Hyper, Link, State
from grokterm.engine.optim.recipe import Recipe


class ScaleByAdam:
    """u <- (m / (1 - beta1^n)) / (sqrt(v) / sqrt(1 - beta2^n) + eps), with m and v the running means of g and g^2.

    The two corrections are computed in float64, as torch does: in float32, 1 - 0.999^n has lost three digits at n = 1.
    eps is added after the correction, so it acts alike at every step.

    Args:
        beta1, beta2, eps: [e, 1] float64.
    """

    def __init__(self, beta1: torch.Tensor, beta2: torch.Tensor, eps: torch.Tensor) -> None:
        self.beta1, self.beta2, self.eps = beta1, beta2, eps

    def init(self, weights: torch.Tensor) -> State:
        return {"exp_avg": torch.zeros_like(weights), "exp_avg_sq": torch.zeros_like(weights)}

    def update(self, flow: Flow, state: State, hyper: Hyper) -> tuple[Flow, State]:
        g, dtype = flow.updates, flow.updates.dtype
        m = torch.lerp(state["exp_avg"], g, (1 - self.beta1).to(dtype))
        v = (state["exp_avg_sq"] * self.beta2.to(dtype)).addcmul_(g * (1 - self.beta2).to(dtype), g)
        bias1, bias2 = 1 - self.beta1**hyper.count, 1 - self.beta2**hyper.count
        denominator = v.sqrt().div_(bias2.sqrt().to(dtype)).add_(self.eps.to(dtype))
        return Flow(flow.weights, (m / bias1.to(dtype)).div_(denominator)), {"exp_avg": m, "exp_avg_sq": v}


def adam(recipe: Recipe) -> list[Link]:
    """The direction of Adam, and of AdamW: what sets them apart is the decay."""
    return [ScaleByAdam(recipe.number("beta1"), recipe.number("beta2"), recipe.number("eps"))]
