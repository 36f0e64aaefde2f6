"""kind = "taylor_softmax"."""

from typing import Literal

from pydantic import Field

from grokterm.spec.base import Section
from grokterm.spec.losses.classes import ClassLoss, Precision


class _Kind(Section):
    kind: Literal["taylor_softmax"] = Field(
        "taylor_softmax",
        description="Cross-entropy with 1 + x + x^2 / 2 in the place of exp(x), where x is a logit less the smallest "
        "of its sample, through which the gradient flows as well.",
    )
    dtype: Precision = Field("float64", description="Precision of the loss and its gradient.")


class TaylorSoftmax(ClassLoss, _Kind):
    """-log f(z)_y / sum f(z), f(x) = 1 + x + x^2 / 2 after the smallest logit is subtracted (arXiv 2501.04697, C.1).

    The gradient flows through the subtraction as well, which the authors note acts as a pull on the logits.
    """
