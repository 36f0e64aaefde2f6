"""The norm of the weights, held.

e member, n parameter, k tensor
"""

from collections.abc import Sequence

import torch

from grokterm.engine.interventions.clock import Clock
from grokterm.engine.interventions.intervention import Intervention, Patient
from grokterm.engine.optim.chain import State
from grokterm.spec import When


class ClampNorm(Intervention):
    """w <- w N / |w| after each update, over the whole network or tensor by tensor. Source: arXiv 2606.13753.

    A tensor of zeros stays one, whatever its N; one whose N is 0 becomes one.
    """

    def __init__(self, whens: Sequence[When | None], clock: Clock, patient: Patient) -> None:
        super().__init__(whens, clock, patient)
        stack = patient.stack
        self._norms = torch.full((stack.width, len(stack.names)), torch.nan, dtype=torch.float64, device=self._device)
        self._factor = self._numbers("factor", absent=1.0).unsqueeze(1)
        self._given, self._norm = self._has("norm").unsqueeze(1), self._numbers("norm").unsqueeze(1)
        each = [getattr(when, "per", None) == "tensor" for when in whens]
        self._each = torch.tensor(each, device=self._device).unsqueeze(1)

    @property
    def state(self) -> State:
        return {"norms": self._norms}

    def begin(self, step: int, count: torch.Tensor, alive: torch.Tensor) -> None:
        if self.clock.may_begin(step):
            now = (alive & self.clock.begins(count)).unsqueeze(1)
            self._norms.copy_(torch.where(now, self._measure(self.patient.stack.weights), self._norms))

    def hold(self, weights: torch.Tensor, states: list[State], count: torch.Tensor) -> tuple[torch.Tensor, list[State]]:
        norms = self._measure(weights)  # [e, k]
        whole = torch.where(self._given, self._norm, self._factor * _length(self._norms))  # [e, 1]
        wanted = torch.where(self._each, self._factor * self._norms, whole)
        has = torch.where(self._each, norms, _length(norms))
        scale = torch.where(has > 0, wanted / has, 1.0)
        scale = torch.where(self.clock.begun(count).unsqueeze(1), scale, 1.0).to(weights.dtype)
        for tensor, factor in zip(self.patient.stack.tensors(weights).values(), scale.unbind(1), strict=True):
            tensor.mul_(factor.view(-1, *[1] * (tensor.dim() - 1)))
        return weights, states

    def _measure(self, weights: torch.Tensor) -> torch.Tensor:
        """The norm of each tensor, [e, k] float64."""
        tensors = self.patient.stack.tensors(weights).values()
        norms = [torch.linalg.vector_norm(tensor.flatten(1), dim=1, dtype=torch.float64) for tensor in tensors]
        return torch.stack(norms, 1)


def _length(norms: torch.Tensor) -> torch.Tensor:
    """The norm of all tensors together, [e, 1]."""
    return torch.linalg.vector_norm(norms, dim=1, keepdim=True)
