"""AdamW, in torch's order of operations.

e member, n parameter
"""

import torch

from grokterm.engine.optim.chain import Chain, Flow, Hyper, State


class DecoupledDecay:
    """w <- (1 - lr lambda) w, before the gradient is used: decay that Adam's denominator does not touch.

    Source: Loshchilov and Hutter, arXiv 1711.05101; torch.optim.AdamW decays first, and so does this.
    """

    def init(self, weights: torch.Tensor) -> State:
        return {}

    def update(self, flow: Flow, state: State, hyper: Hyper) -> tuple[Flow, State]:
        keep = (1 - hyper.lr * hyper.weight_decay).to(flow.weights.dtype)
        return Flow(flow.weights * keep, flow.updates), state


class ScaleByAdam:
    """u <- (m / (1 - beta1^n)) / (sqrt(v) / sqrt(1 - beta2^n) + eps), with m and v the running means of g and g^2.

    The two corrections are computed in float64, as torch does: in float32, 1 - 0.999^n has lost three digits at n = 1.
    eps is added after the correction, so it acts alike at every step.
    """

    def init(self, weights: torch.Tensor) -> State:
        return {"exp_avg": torch.zeros_like(weights), "exp_avg_sq": torch.zeros_like(weights)}

    def update(self, flow: Flow, state: State, hyper: Hyper) -> tuple[Flow, State]:
        g, dtype = flow.updates, flow.updates.dtype
        m = torch.lerp(state["exp_avg"], g, (1 - hyper.beta1).to(dtype))
        v = (state["exp_avg_sq"] * hyper.beta2.to(dtype)).addcmul_(g * (1 - hyper.beta2).to(dtype), g)
        bias1, bias2 = 1 - hyper.beta1**hyper.count, 1 - hyper.beta2**hyper.count
        denominator = v.sqrt().div_(bias2.sqrt().to(dtype)).add_(hyper.eps.to(dtype))
        return Flow(flow.weights, (m / bias1.to(dtype)).div_(denominator)), {"exp_avg": m, "exp_avg_sq": v}


class ScaleByLearningRate:
    """u <- -lr u. The last link: what comes before it speaks of directions, not of step sizes."""

    def init(self, weights: torch.Tensor) -> State:
        return {}

    def update(self, flow: Flow, state: State, hyper: Hyper) -> tuple[Flow, State]:
        return Flow(flow.weights, flow.updates * -hyper.lr.to(flow.updates.dtype)), state


def adamw(weights: torch.Tensor) -> Chain:
    """AdamW over stacked weights [e, n]; lr, beta1, beta2, eps and lambda come with every step, one for each member."""
    return Chain([DecoupledDecay(), ScaleByAdam(), ScaleByLearningRate()], weights)
