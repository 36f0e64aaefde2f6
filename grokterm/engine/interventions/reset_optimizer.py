"""An optimizer that forgets.

e member
"""

import torch

from grokterm.engine.interventions.intervention import Intervention
from grokterm.engine.optim import choose


class ResetOptimizer(Intervention):
    """Every state as before the first update, and the updates counted from 1 again."""

    def begin(self, step: int, count: torch.Tensor, alive: torch.Tensor) -> None:
        if not self.clock.may_begin(step):
            return
        optimizer, now = self.patient.optimizer, alive & self.clock.begins(count)
        for link, state in zip(optimizer.links, optimizer.states, strict=True):
            fresh = link.init(self.patient.stack.weights)
            for name, tensor in state.items():
                choose(now, fresh[name], into=tensor)

    def number(self, number: torch.Tensor, count: torch.Tensor) -> torch.Tensor:
        return (number - torch.where(self.clock.begun(count), self.clock.due, 0)).unsqueeze(1)
