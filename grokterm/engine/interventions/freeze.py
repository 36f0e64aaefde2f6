"""Tensors that stop moving.

e member, n parameter
"""

from collections.abc import Sequence

import torch

from grokterm.engine.interventions.clock import Clock
from grokterm.engine.interventions.intervention import Intervention, Patient
from grokterm.engine.optim.chain import Slot, State
from grokterm.spec import When
from grokterm.spec.interventions.names import matching


class Freeze(Intervention):
    """w <- w for some tensors, and the same for what the optimizer remembers of each of their weights."""

    def __init__(self, whens: Sequence[When | None], clock: Clock, patient: Patient) -> None:
        super().__init__(whens, clock, patient)
        stack = patient.stack
        frozen = torch.zeros_like(stack.weights, dtype=torch.bool)
        views = stack.tensors(frozen)
        for index, when in enumerate(whens):
            for name in () if when is None else matching(stack.names, when.tensors):
                views[name][index] = True
        self._frozen = frozen

    def hold(self, weights: torch.Tensor, states: list[State], count: torch.Tensor) -> tuple[torch.Tensor, list[State]]:
        still = self._frozen & self.clock.begun(count).unsqueeze(1)  # [e, n]
        kept = [
            {name: self._keep(still, before[name], new) for name, new in state.items()}
            for before, state in zip(self.patient.optimizer.states, states, strict=True)
        ]
        return torch.where(still, self.patient.stack.weights, weights), kept

    def _keep(self, still: torch.Tensor, before: torch.Tensor, new: torch.Tensor | Slot) -> torch.Tensor | Slot:
        """A new state with the old one where it is `still`. What is not about single weights goes on."""
        if isinstance(new, Slot):
            return Slot(new.index, torch.where(still, before.index_select(1, new.index).squeeze(1), new.value))
        return torch.where(still, before, new) if new.shape == still.shape else new
