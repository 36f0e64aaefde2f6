"""Squared error of a logarithm, for numbers that span orders of magnitude.

b sample
"""

from collections.abc import Sequence

import torch
from torch.nn import functional as F

from grokterm.engine.losses.loss import Loss, wide
from grokterm.spec.base import Section

_LEAST = 1e-9


class Log2MSE(Loss):
    """(log2 y - log2 h)^2, where the answers are log2 h [b] and the output z, [b, 1] or [b], means

    clamp: y = max(z, 1e-9). Below it the loss is (29.9 + log2 h)^2 and the gradient 0; how often is told by `flags`.
    softplus: y = 1 + log(1 + e^z), always above 1, as every height is.      log2: z = log2 y.

    Source: Lin, "m-height" (seed 002), whose loss is the first; the others are ours.
    """

    def __init__(self, specs: Sequence[Section], device: torch.device) -> None:
        super().__init__(specs, device)
        self._head = specs[0].head
        self.shares = ("clamped",) if self._head == "clamp" else ()

    def values(self, outputs: torch.Tensor, answers: torch.Tensor, *numbers: torch.Tensor) -> torch.Tensor:
        z = wide(outputs, self.dtype).to(self.dtype).reshape(answers.shape)
        return (self._log2(z) - answers.to(self.dtype)).square()

    def flags(self, outputs: torch.Tensor, answers: torch.Tensor, *numbers: torch.Tensor) -> tuple[torch.Tensor, ...]:
        return (outputs.reshape(answers.shape) < _LEAST,) if self.shares else ()

    def _log2(self, z: torch.Tensor) -> torch.Tensor:
        if self._head == "clamp":
            return z.clamp(min=_LEAST).log2()
        # softplus(z) is -logsigmoid(-z). torch's own rounds by where a number lies, so a member would feel its place.
        return (1 - F.logsigmoid(-z)).log2() if self._head == "softplus" else z
