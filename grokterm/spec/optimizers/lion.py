"""kind = "lion"."""

from typing import Literal

from pydantic import Field

from grokterm.spec.base import Section
from grokterm.spec.optimizers.links import Links
from grokterm.spec.optimizers.numbers import number, own_number


class _Numbers(Section):
    kind: str
    lr: float = number(..., "Learning rate: exactly the change of one weight a step. 3 to 10 times below Adam's.", gt=0)
    beta1: float = own_number(0.9, "Share of the momentum in the direction whose sign is taken.", ge=0, lt=1)
    beta2: float = own_number(0.99, "Memory of the momentum, about 1 / (1 - beta2) steps.", ge=0, lt=1)


class Lion(Links, _Numbers):
    """EvoLved Sign Momentum (arXiv 2302.06675, algorithm 2), with decoupled decay.

    u = sign(b1 m + (1 - b1) g);  m <- b2 m + (1 - b2) g;  w <- (1 - lr lambda) w - lr u
    """

    kind: Literal["lion"] = Field(
        "lion", description="The sign of a mean gradient: every weight moves by the same amount."
    )
