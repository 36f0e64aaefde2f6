"""Softmax collapse by force.

e member, b sample, v answer
"""

from collections.abc import Sequence

import torch

from grokterm.engine.interventions.clock import Clock
from grokterm.engine.interventions.intervention import Intervention, Patient
from grokterm.engine.losses import Loss
from grokterm.spec import When


class Collapse(Intervention):
    """z_y <- factor z_y in the training loss, y the right class; or its gradient alone.

    Source: Prieto et al., arXiv 2501.04697.
    """

    def __init__(self, whens: Sequence[When | None], clock: Clock, patient: Patient) -> None:
        super().__init__(whens, clock, patient)
        self._wanted = self._numbers("factor", absent=1.0)
        self._one = torch.ones_like(self._wanted)
        self._factor = self._one.clone()
        keeps = [getattr(when, "of", "logit") == "gradient" for when in whens]
        self._kept = torch.tensor(keeps, dtype=self._one.dtype, device=self._one.device)

    def begin(self, step: int, count: torch.Tensor, alive: torch.Tensor) -> None:
        torch.where(self.clock.begun(count), self._wanted, self._one, out=self._factor)

    def loss(self, loss: Loss) -> Loss:
        return _Scaled(loss, self._factor, self._kept)


class _Scaled(Loss):
    """Another loss, of logits whose right one is multiplied by `factor`; where `kept` is 1 its value stays."""

    def __init__(self, loss: Loss, factor: torch.Tensor, kept: torch.Tensor) -> None:
        self._loss, self.dtype = loss, loss.dtype
        self.numbers = (*loss.numbers, factor, kept)

    def values(self, outputs: torch.Tensor, answers: torch.Tensor, *numbers: torch.Tensor) -> torch.Tensor:
        *own, factor, kept = numbers
        classes = torch.arange(outputs.shape[-1], device=outputs.device)
        right = classes == answers.unsqueeze(-1)  # [b, v]
        rest = (kept * (1 - factor)).to(outputs.dtype) * outputs.detach()
        scaled = outputs * factor.to(outputs.dtype) + rest
        return self._loss.values(torch.where(right, scaled, outputs), answers, *own)
