"""[intervene.clamp_norm]."""

from typing import Any, Literal

from pydantic import Field, model_validator

from grokterm.spec.base import refuse
from grokterm.spec.interventions.when import Problem, When


class ClampNorm(When):
    """The norm of the weights is held: after each update they are rescaled, w <- w N / |w|.

    N is `factor` times the norm that they have when it begins, or `norm`. All tensors count, biases and gains too.
    Only the direction goes on learning. Source: arXiv 2606.13753.
    """

    per: Literal["network", "tensor"] = Field(
        "network", description="Hold one norm over all tensors, or the norm of each tensor for itself."
    )
    factor: float = Field(
        1.0, gt=0, description="Times the norm that the weights have when it begins; the first update jumps there."
    )
    norm: float | None = Field(
        None,
        gt=0,
        json_schema_extra={"default_text": "absent: as it is then"},
        description="The norm of the whole network to hold, instead of the one it has then.",
    )

    @model_validator(mode="after")
    def _one_norm(self) -> "ClampNorm":
        problems = []
        if self.norm is not None and self.per == "tensor":
            problems.append((("norm", "per"), 'a norm is that of the whole network; per = "tensor" takes a factor'))
        if self.norm is not None and self.factor != 1:
            problems.append((("norm", "factor"), "the norm to hold is given by norm or by factor, not by both"))
        refuse(problems)
        return self

    def check(self, spec: Any) -> list[Problem]:
        problems = super().check(spec)
        if self.per == "network" and spec.intervene.freeze is not None:
            sentence = 'rescaling the network would move its frozen tensors; per = "tensor" leaves them alone'
            problems.append(((".per", "intervene.freeze"), sentence))
        return problems
