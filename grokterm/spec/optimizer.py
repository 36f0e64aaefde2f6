"""[optimizer]: how a step follows from a gradient."""

from typing import Literal

from pydantic import Field

from grokterm.spec.base import PER_MEMBER, Section, one_of
from grokterm.spec.schedules import WeightDecay


class AdamW(Section):
    """Adam with decoupled weight decay (arXiv 1711.05101), in torch's order.

    w <- (1 - lr lambda(t)) w;  m <- b1 m + (1 - b1) g;  v <- b2 v + (1 - b2) g^2;
    w <- w - lr (m / (1 - b1^n)) / (sqrt(v / (1 - b2^n)) + eps)      with n = t + 1

    Biases decay like all other tensors.
    """

    kind: Literal["adamw"] = Field("adamw", description="The update rule.")
    lr: float = Field(
        gt=0,
        json_schema_extra=PER_MEMBER,
        description="Learning rate: about the change of one weight a step. It multiplies the weight decay too.",
    )
    beta1: float = Field(
        0.9,
        ge=0,
        lt=1,
        json_schema_extra=PER_MEMBER,
        description="Memory of the mean gradient, about 1 / (1 - beta1) steps. 0 switches momentum off.",
    )
    beta2: float = Field(
        0.98,
        ge=0,
        lt=1,
        json_schema_extra=PER_MEMBER,
        description="Memory of the squared gradient, about 1 / (1 - beta2) steps. Close to 1 it reacts late to spikes.",
    )
    eps: float = Field(
        1e-8,
        ge=0,
        json_schema_extra=PER_MEMBER,
        description="Added to sqrt(v). Gradients far below it no longer move the weights; 0 divides by zero where "
        "they vanish.",
    )
    weight_decay: WeightDecay = Field(
        json_schema_extra=PER_MEMBER,
        description="Decoupled weight decay lambda: a number, or a schedule. The pull that makes a memorising network "
        "grok.",
    )


Optimizer = one_of("kind", "adamw", AdamW)
