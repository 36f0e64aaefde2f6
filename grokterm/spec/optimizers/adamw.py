"""kind = "adamw"."""

from typing import Literal

from pydantic import Field

from grokterm.spec.optimizers.links import Links
from grokterm.spec.optimizers.numbers import AdamNumbers


class AdamW(Links, AdamNumbers):
    """Adam with decoupled weight decay (arXiv 1711.05101), in torch's order.

    w <- (1 - lr lambda(t)) w;  m <- b1 m + (1 - b1) g;  v <- b2 v + (1 - b2) g^2;
    w <- w - lr (m / (1 - b1^n)) / (sqrt(v / (1 - b2^n)) + eps)      with n = t + 1

    Biases decay like all other tensors, unless `decay_scope` says otherwise.
    """

    kind: Literal["adamw"] = Field(
        "adamw", description="Adam with decoupled weight decay: the weights shrink beside the update, not through it."
    )
