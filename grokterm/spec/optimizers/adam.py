"""kind = "adam"."""

from typing import Literal

from pydantic import Field

from grokterm.spec.optimizers.links import Links
from grokterm.spec.optimizers.numbers import AdamNumbers


class Adam(Links, AdamNumbers):
    """Adam with L2 (arXiv 1412.6980, torch.optim.Adam): lambda w is added to the gradient and passes the moments.

    So the decay of a weight is divided by sqrt(v) like its gradient: weights with large gradients decay least.
    """

    kind: Literal["adam"] = Field(
        "adam", description="Adam as it was first: weight decay is added to the gradient (L2)."
    )

    @property
    def decays_weights(self) -> bool:
        return False
