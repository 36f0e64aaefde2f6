"""kind = "adagrad"."""

from typing import Literal

from pydantic import Field

from grokterm.spec.base import Section
from grokterm.spec.optimizers.links import CoupledLinks
from grokterm.spec.optimizers.numbers import epsilon, number, step_size


class _Numbers(Section):
    kind: str
    lr: float = step_size()
    lr_decay: float = number(0.0, "The step size falls as lr / (1 + t lr_decay).", ge=0)
    eps: float = epsilon(1e-10)


class Adagrad(CoupledLinks, _Numbers):
    """Duchi, Hazan and Singer (2011), as torch.optim.Adagrad: s <- s + g^2;  w <- w - lr g / (sqrt(s) + eps)."""

    kind: Literal["adagrad"] = Field(
        "adagrad",
        description="The gradient divided by the square root of the sum of its squares: steps only get smaller.",
    )
