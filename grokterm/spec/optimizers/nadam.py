"""kind = "nadam"."""

from typing import Literal

from pydantic import Field

from grokterm.spec.base import Section
from grokterm.spec.optimizers.links import CoupledLinks
from grokterm.spec.optimizers.numbers import AdamNumbers, number


class _Numbers(AdamNumbers, Section):
    momentum_decay: float = number(
        4e-3,
        "Speed psi at which the momentum grows from beta1 / 2 to beta1: mu = beta1 (1 - 0.96^(n psi) / 2).",
        ge=0,
    )


class NAdam(CoupledLinks, _Numbers):
    """Adam with Nesterov's momentum (Dozat, 2016), as torch.optim.NAdam."""

    kind: Literal["nadam"] = Field("nadam", description="Adam with Nesterov's momentum, which looks a step ahead.")
