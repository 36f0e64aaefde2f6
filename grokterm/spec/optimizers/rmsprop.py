"""kind = "rmsprop"."""

from typing import Literal

from pydantic import Field

from grokterm.spec.base import Section
from grokterm.spec.optimizers.links import CoupledLinks
from grokterm.spec.optimizers.numbers import epsilon, number, step_size


class _Numbers(Section):
    kind: str
    lr: float = step_size()
    alpha: float = number(0.99, "Memory of the squared gradient, about 1 / (1 - alpha) steps.", ge=0, lt=1)
    eps: float = epsilon(1e-8)
    momentum: float = number(0.0, "Share of the last direction that is kept; 0 switches momentum off.", ge=0, lt=1)
    centered: bool = Field(False, description="Divide by the standard deviation of the gradient, its mean taken off.")


class RMSprop(CoupledLinks, _Numbers):
    """Hinton's RMSprop as torch.optim.RMSprop: v <- a v + (1 - a) g^2;  u = g / (sqrt(v) + eps);  w <- w - lr u.

    centered: v - m^2 in the place of v, m the running mean of g. momentum: b <- mu b + u, w <- w - lr b.
    """

    kind: Literal["rmsprop"] = Field(
        "rmsprop", description="The gradient divided by the square root of a mean of its square."
    )

    @property
    def keeps_momentum(self) -> bool:
        return self.momentum > 0
