"""The learning rate over time: a factor as a table on the device, read by the number of updates made.

e member, s step
"""

from collections.abc import Sequence

import numpy as np
import torch

from grokterm.spec import Member, rate_values


class LearningRates:
    """The learning rates of a cohort.

    Args:
        members: the cohort; budgets are alike.
        device: where the table lives.

    Attributes:
        vary: whether any member's learning rate changes; where none does, `lr` isn't recorded.
    """

    def __init__(self, members: Sequence[Member], device: torch.device) -> None:
        optimizers = [member.spec.optimizer for member in members]
        self._lr = torch.tensor([one.lr for one in optimizers], dtype=torch.float64, device=device)  # [e]
        schedules = [one.lr_schedule for one in optimizers]
        self._scheduled = any(schedule is not None for schedule in schedules)
        self.vary = any(member.spec.records_lr for member in members)
        if self._scheduled:
            distinct = list(dict.fromkeys(schedules))  # the seeds of an arm share a row: long budgets make long rows
            table = np.stack([rate_values(schedule, members[0].spec.stop.steps) for schedule in distinct])
            self._table = torch.from_numpy(table).to(device)  # [distinct schedules, s]
            self._row = torch.tensor([distinct.index(schedule) for schedule in schedules], device=device)

    def at(self, count: torch.Tensor) -> torch.Tensor:
        """lr of the update after `count` [] int64 updates, [e] float64; after the budget, that of the last one."""
        if not self._scheduled:
            return self._lr
        column = self._table.index_select(1, count.clamp(max=self._table.shape[1] - 1).view(1)).squeeze(1)
        return self._lr * column[self._row]
