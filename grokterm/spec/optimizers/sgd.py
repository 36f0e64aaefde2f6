"""kind = "sgd"."""

from typing import Literal

from pydantic import Field, model_validator

from grokterm.spec.base import Section, refuse
from grokterm.spec.optimizers.links import CoupledLinks
from grokterm.spec.optimizers.numbers import number, step_size


class _Numbers(Section):
    kind: str
    lr: float = step_size()
    momentum: float = number(0.0, "Share of the last direction that is kept; 0 is plain gradient descent.", ge=0, lt=1)
    dampening: float = number(0.0, "A new gradient enters the momentum as (1 - dampening) g.", ge=0, le=1)
    nesterov: bool = Field(False, description="Look ahead: step along g + momentum * buffer.")


class SGD(CoupledLinks, _Numbers):
    """Gradient descent with momentum, as torch.optim.SGD: b <- mu b + (1 - dampening) g;  w <- w - lr b.

    b = g at first. With nesterov: w <- w - lr (g + mu b).
    """

    kind: Literal["sgd"] = Field("sgd", description="Gradient descent, with momentum if wanted.")

    @property
    def keeps_momentum(self) -> bool:
        return self.momentum > 0

    @model_validator(mode="after")
    def _nesterov_has_momentum(self) -> "SGD":
        if self.nesterov and (self.momentum == 0 or self.dampening > 0):
            refuse([(("nesterov", "momentum", "dampening"), "nesterov needs a momentum above 0 and no dampening")])
        return self
