"""Other numbers for the optimizer.

e member
"""

from collections.abc import Sequence

import torch

from grokterm.engine.interventions.clock import Clock
from grokterm.engine.interventions.intervention import Intervention, Patient
from grokterm.spec import When
from grokterm.spec.interventions.change import NUMBERS


class Change(Intervention):
    """lr, lambda, beta1, ... <- the table's, from its update on; whoever has none keeps its own."""

    def __init__(self, whens: Sequence[When | None], clock: Clock, patient: Patient) -> None:
        super().__init__(whens, clock, patient)
        self._new = {name: (self._has(name), self._numbers(name)) for name in ("lr", "weight_decay")}
        numbers = patient.optimizer.numbers
        self._links = [
            (numbers[name], numbers[name].clone(), self._has(name).unsqueeze(1), self._numbers(name).unsqueeze(1))
            for name in NUMBERS
            if any(getattr(when, name, None) is not None for when in whens)
        ]

    def begin(self, step: int, count: torch.Tensor, alive: torch.Tensor) -> None:
        begun = self.clock.begun(count).unsqueeze(1)  # [e, 1]
        for number, before, has, new in self._links:
            torch.where(begun & has, new, before, out=number)

    def rates(self, lr: torch.Tensor, decay: torch.Tensor, count: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        begun = self.clock.begun(count)
        return tuple(
            torch.where(begun & has, new, value)
            for value, (has, new) in zip((lr, decay), self._new.values(), strict=True)
        )
