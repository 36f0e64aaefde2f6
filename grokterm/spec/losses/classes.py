"""What the losses over classes share: -log p_y, p = f(z_j) / sum_k f(z_k), and what can be done to the logits z."""

from typing import ClassVar, Literal

from pydantic import Field

from grokterm.spec.base import PER_MEMBER, Section

Precision = Literal["float16", "bfloat16", "float32", "float64"]


class LogitScale(Section):
    """A factor on what the network puts out."""

    logit_scale: float = Field(
        1.0,
        gt=0,
        json_schema_extra=PER_MEMBER,
        description="Factor alpha on the network's outputs. A large one makes training lazy and grokking late; the "
        "learning rate usually goes with lr / alpha^2.",
    )


class ClassLoss(LogitScale):
    """Fields of every loss over classes."""

    answers: ClassVar[frozenset[str]] = frozenset({"classes"})

    temperature: float = Field(
        1.0,
        gt=0,
        json_schema_extra=PER_MEMBER,
        description="Divides the logits before the softmax: above 1 it is softer and stays away from collapse longer.",
    )
    label_smoothing: float = Field(
        0.0,
        ge=0,
        lt=1,
        json_schema_extra=PER_MEMBER,
        description="Share of each label spread evenly over all classes, so that logits have a finite optimum.",
    )
    logit_norm: float = Field(
        0.0,
        ge=0,
        json_schema_extra=PER_MEMBER,
        description="Adds this times the Euclidean norm of a sample's logits to its loss: a pull against their growth.",
    )
    sum: Literal["plain", "kahan"] = Field(
        "plain",
        description="How the softmax adds up: plain, or Kahan's compensated sum, which loses less to rounding.",
    )
