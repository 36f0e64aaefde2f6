"""kind = "muon"."""

from typing import Literal

from pydantic import Field

from grokterm.spec.base import Section
from grokterm.spec.optimizers.links import Links
from grokterm.spec.optimizers.numbers import epsilon, learning_rate, number, own_number


class _Numbers(Section):
    kind: str
    lr: float = learning_rate()
    momentum: float = own_number(0.95, "Memory of the matrices' momentum, about 1 / (1 - momentum) steps.", ge=0, lt=1)
    nesterov: bool = Field(True, description="Orthogonalise (1 - momentum) g + momentum m, not m alone.")
    newton_schulz: int = Field(5, ge=1, le=20, description="Newton-Schulz iterations: 5 bring singular values near 1.")
    scale: Literal["adamw", "original"] = Field(
        "adamw",
        description="Size of a matrix's update. adamw: 0.2 sqrt(max(in, out)), so that AdamW's lr suits it. original: "
        "sqrt(max(1, out / in)), as in Jordan's code, where lr is about 0.02.",
    )
    matrices: Literal["hidden", "all"] = Field(
        "hidden",
        description="Which matrices Muon moves: those that are neither embedding nor unembedding, or all of them.",
    )
    beta1: float = number(0.9, "Memory of the mean gradient, for the tensors left to AdamW.", ge=0, lt=1)
    beta2: float = number(0.98, "Memory of the squared gradient, for the tensors left to AdamW.", ge=0, lt=1)
    eps: float = epsilon(1e-8)


class Muon(Links, _Numbers):
    """Momentum orthogonalised by Newton-Schulz, for matrices; AdamW for the other tensors.

    m <- mu m + (1 - mu) g;  O = NewtonSchulz((1 - mu) g + mu m);  w <- (1 - lr lambda) w - size lr O

    The size is 0.2 sqrt(max(in, out)) for a matrix that makes `out` numbers of `in`: AdamW's updates have it, so one lr
    and one lambda serve both (arXiv 2502.16982, equation 4). Or it is Jordan's (kellerjordan.github.io/posts/muon);
    then lr, which is also AdamW's for the other tensors, means something else. Each head of an attention tensor is a
    matrix of its own; a convolution is one matrix. Grokking with it: arXiv 2504.16041.
    """

    kind: Literal["muon"] = Field(
        "muon", description="Momentum of each matrix made orthogonal; AdamW for the other tensors."
    )
