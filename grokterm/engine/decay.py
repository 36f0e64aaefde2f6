"""Weight decay over time: lambda as a table on the device, read by a clock for each member.

e member, s step of the schedule
"""

from collections.abc import Sequence

import numpy as np
import torch

from grokterm.spec import Member, plateau_of, schedule_values


class DecaySchedules:
    """The schedules of a cohort.

    A member's clock is its step, unless its schedule waits for a plateau of the test loss: then the clock stays at 0
    until the loss has not improved for `patience` evaluations in a row, and counts from there. An evaluation improves
    when it is below (1 - min_delta) times the best so far, and only then becomes the best (torch's ReduceLROnPlateau).

    Args:
        members: the cohort; budgets are alike.
        device: where the tables and clocks live.

    Attributes:
        state: the tensors [e] that change, for the checkpoint. `switched_at` is -1 until the plateau; `integral` is the
            sum of lambda over the updates made, without which two schedules can't be compared.
    """

    def __init__(self, members: Sequence[Member], device: torch.device) -> None:
        decays = [member.spec.optimizer.weight_decay for member in members]
        steps = members[0].spec.stop.steps
        plateaus = [plateau_of(decay) for decay in decays]
        distinct = list(dict.fromkeys(decays))  # the seeds of an arm share a row: long budgets make long rows
        table = np.stack([schedule_values(decay, steps) for decay in distinct])
        self._table = torch.from_numpy(table).to(device)  # [distinct schedules, s]
        self._row = torch.tensor([distinct.index(decay) for decay in decays], device=device)
        self._patience = torch.tensor([x.patience if x else 0 for x in plateaus], device=device)
        self._target = torch.tensor(
            [1 - x.min_delta if x else 1.0 for x in plateaus], dtype=torch.float64, device=device
        )
        waiting = torch.tensor([x is not None for x in plateaus], device=device)
        self.state = {
            "clock": torch.zeros(len(members), dtype=torch.int64, device=device),
            "waiting": waiting,
            "best": torch.full((len(members),), torch.inf, dtype=torch.float64, device=device),
            "bad": torch.zeros(len(members), dtype=torch.int64, device=device),
            "switched_at": torch.full((len(members),), -1, dtype=torch.int64, device=device),
            "integral": torch.zeros(len(members), dtype=torch.float64, device=device),
        }
        self._any_plateau = any(plateaus)

    def current(self) -> torch.Tensor:
        """lambda of the coming update, [e] float64; at the end of the budget, that of the last one."""
        index = self.state["clock"].clamp(max=self._table.shape[1] - 1)
        return self._table[self._row, index]

    def observe(self, test_loss: torch.Tensor, count: torch.Tensor, alive: torch.Tensor) -> None:
        """Note an evaluation [e], made after `count` [] updates. Only living members that wait for a plateau care."""
        if not self._any_plateau:
            return
        state = self.state
        loss = test_loss.to(torch.float64)
        improved = loss < state["best"] * self._target
        state["best"].copy_(torch.where(improved, loss, state["best"]))
        state["bad"].copy_(torch.where(improved, 0, state["bad"] + 1))
        flat = alive & state["waiting"] & (state["bad"] >= self._patience)
        state["switched_at"].copy_(torch.where(flat, count, state["switched_at"]))
        state["waiting"].logical_and_(~flat)

    def tick(self, used: torch.Tensor, alive: torch.Tensor) -> None:
        """One update has been made with lambda = `used` [e]; frozen members (alive [e] False) were not decayed."""
        self.state["integral"] += torch.where(alive, used, 0.0)
        self.state["clock"] += alive & ~self.state["waiting"]
