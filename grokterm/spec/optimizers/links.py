"""What any optimizer can be combined with: decay, the learning rate over time, and changes of the gradient.

They are fields of [optimizer] with names of their own, not a list of tables: so each can be set, swept, compared and
overridden alone (`--set optimizer.clip=1`, a grid over `optimizer.grokfast.lamb`), has one place in the form, and the
order in which they act is known without looking:

    l1, perpendicular, egalitarian, grokfast, normalise, clip      the gradient, before the update rule sees it
    weight decay                                                   lambda w added to it, or w <- (1 - lr lambda) w
    the update rule                                                moments, signs, orthogonalisation, ...
    cautious decay, the learning rate                              last
"""

from typing import Literal

from pydantic import Field, model_validator

from grokterm.spec.base import PER_MEMBER, Section, one_of, refuse
from grokterm.spec.optimizers.numbers import OFF, number
from grokterm.spec.rates import Rate
from grokterm.spec.schedules import WeightDecay


class GrokfastEMA(Section):
    """Grokfast with an exponential mean (arXiv 2405.20233): h <- alpha h + (1 - alpha) g;  g <- g + lamb h.

    h starts as the first gradient, as in the authors' code.
    """

    kind: Literal["ema"] = Field("ema", description="An exponential mean of the gradients.")
    alpha: float = number(
        0.98, "Memory of the mean, of the first gradient too: about 1 / (1 - alpha) steps.", ge=0, lt=1
    )
    lamb: float = number(2.0, "How many times the mean gradient is added to the gradient. 0 adds nothing.", ge=0)


class GrokfastMA(Section):
    """Grokfast with a moving average (arXiv 2405.20233): g <- g + lamb * mean of the last `window` gradients.

    Nothing is added until the window is full, as in the authors' code. The window is kept whole: `window` times the
    memory of the weights.
    """

    kind: Literal["ma"] = Field("ma", description="The mean of the last gradients, once there are enough.")
    window: int = Field(
        100, ge=1, le=10_000, description="Gradients that are averaged; each costs a copy of the weights."
    )
    lamb: float = number(5.0, "How many times the mean gradient is added to the gradient. 0 adds nothing.", ge=0)


Grokfast = one_of("kind", "ema", GrokfastEMA, GrokfastMA)


class Links(Section):
    """The fields that all optimizers share, after their own numbers."""

    weight_decay: WeightDecay = Field(
        json_schema_extra=PER_MEMBER,
        description="Weight decay lambda: a number, or a schedule. The pull that makes a memorising network grok.",
    )
    decay_scope: Literal["all", "no_embeddings", "embeddings"] = Field(
        "all",
        description="Which tensors decay: all of them, biases too; all but the embeddings; or the embeddings alone.",
    )
    cautious: bool = Field(
        False,
        description="Decay only the weights that the update doesn't move away from zero (arXiv 2510.12402).",
    )
    lr_schedule: Rate | None = Field(
        None,
        json_schema_extra=PER_MEMBER | {"default_text": "absent: constant"},
        description="The learning rate over time, as a factor on lr: a warm-up, a line, half a cosine or stairs.",
    )
    l1: float | None = Field(
        None,
        gt=0,
        json_schema_extra=PER_MEMBER | OFF,
        description="Adds l1 * sign(w) to the gradient: a penalty of l1 times the sum of all |w|.",
    )
    perpendicular: Literal["off", "equation", "rescaled"] = Field(
        "off",
        description="Take away the part of each tensor's gradient along the tensor (arXiv 2501.04697): as in the "
        "equation, or rescaled to the length it had, as in the authors' code. What l1 adds is part of that gradient.",
    )
    egalitarian: bool = Field(
        False,
        description="Make all singular values of each matrix's gradient 1 (arXiv 2510.04930), so that all directions "
        "are learned at one speed.",
    )
    grokfast: Grokfast | None = Field(
        None,
        json_schema_extra=OFF,
        description="Amplify the slow part of the gradient (arXiv 2405.20233), found by a mean over time.",
    )
    normalise: bool = Field(
        False,
        description="Divide the gradient by its norm over all tensors, so that vanishing gradients still move weights.",
    )
    clip: float | None = Field(
        None,
        gt=0,
        json_schema_extra=PER_MEMBER | OFF,
        description="Longest gradient, as a norm over all tensors; a longer one is scaled down to it.",
    )

    @property
    def decays_weights(self) -> bool:
        """Whether lambda multiplies the weights (decoupled), or is added to the gradient as lambda w (L2)."""
        return getattr(self, "decoupled", True)

    @property
    def keeps_momentum(self) -> bool:
        """Whether a momentum is kept that might as well be off: for every member of a cohort if for one."""
        return False

    @model_validator(mode="after")
    def _links_fit(self) -> "Links":
        problems = []
        if self.cautious and not self.decays_weights:
            sentence = "cautious needs decoupled weight decay, and here lambda w is added to the gradient"
            problems.append((("cautious", "decoupled"), sentence))
        if self.normalise and self.clip is not None:
            problems.append((("clip", "normalise"), "a normalised gradient has norm 1: clip it or normalise it"))
        refuse(problems)
        return self


class CoupledLinks(Links):
    """The same for optimizers whose weight decay is L2 in torch."""

    decoupled: bool = Field(
        False,
        description="true: w <- (1 - lr lambda) w beforehand; false: lambda w is added to the gradient, as in torch.",
    )
