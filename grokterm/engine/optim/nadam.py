"""Adam with Nesterov's momentum, as torch.optim.NAdam.

e member, n parameter
"""

import torch

from grokterm.engine.optim.chain import Flow, Hyper, Link, State
from grokterm.engine.optim.recipe import Recipe


class ScaleByNAdam:
    """mu_n = beta1 (1 - 0.96^(n psi) / 2);  P_n = mu_1 ... mu_n;  m, v as in Adam;

    u <- (g (1 - mu_n) / (1 - P_n) + m mu_(n+1) / (1 - P_n mu_(n+1))) / (sqrt(v / (1 - beta2^n)) + eps)

    Source: Dozat, "Incorporating Nesterov momentum into Adam" (2016).

    Args:
        beta1, beta2, eps, decay: [e, 1] float64; decay is psi, the speed at which mu grows.
    """

    def __init__(self, beta1: torch.Tensor, beta2: torch.Tensor, eps: torch.Tensor, decay: torch.Tensor) -> None:
        self.beta1, self.beta2, self.eps, self.decay = beta1, beta2, eps, decay

    def init(self, weights: torch.Tensor) -> State:
        moments = {name: torch.zeros_like(weights) for name in ("exp_avg", "exp_avg_sq")}
        return moments | {"mu_product": torch.ones_like(self.beta1)}  # [e, 1] float64

    def update(self, flow: Flow, state: State, hyper: Hyper) -> tuple[Flow, State]:
        g, dtype = flow.updates, flow.updates.dtype
        mu, ahead = self._mu(hyper.count), self._mu(hyper.count + 1)
        product = state["mu_product"] * mu
        m = torch.lerp(state["exp_avg"], g, (1 - self.beta1).to(dtype))
        v = (state["exp_avg_sq"] * self.beta2.to(dtype)).addcmul_(g * (1 - self.beta2).to(dtype), g)
        denominator = (v / (1 - self.beta2**hyper.count).to(dtype)).sqrt_().add_(self.eps.to(dtype))
        of_g, of_m = (1 - mu) / (1 - product), ahead / (1 - product * ahead)
        direction = (g * of_g.to(dtype)).add_(m * of_m.to(dtype)).div_(denominator)
        return Flow(flow.weights, direction), {"exp_avg": m, "exp_avg_sq": v, "mu_product": product}

    def _mu(self, count: torch.Tensor) -> torch.Tensor:
        return self.beta1 * (1 - 0.5 * torch.pow(0.96, count * self.decay))


def nadam(recipe: Recipe) -> list[Link]:
    """The direction of NAdam."""
    return [ScaleByNAdam(*(recipe.number(name) for name in ("beta1", "beta2", "eps", "momentum_decay")))]
