"""When an intervention begins for each member.

e member
"""

from collections.abc import Mapping, Sequence

import torch

from grokterm.spec import Member, When

_COLUMN = {"memorised": "train_acc", "grokked": "test_acc"}


class Clock:
    """The first update that is different, for each member; milestones are looked for on the device.

    Args:
        members: the cohort.
        whens: what each of them says of one kind of intervention; None where it has none.
        device: where the clock lives.

    Attributes:
        due: [e] int64, the first update that is different; -1 where it isn't known yet, or will never come.
        takes: [e] bool, which members have this intervention.
    """

    def __init__(self, members: Sequence[Member], whens: Sequence[When | None], device: torch.device) -> None:
        self.due = torch.tensor([-1 if when is None else when.first for when in whens], device=device)
        self.takes = torch.tensor([when is not None for when in whens], device=device)
        self._waits = {
            column: torch.tensor([when is not None and when.at == name for when in whens], device=device)
            for name, column in _COLUMN.items()
            if any(when is not None and when.at == name for when in whens)
        }
        self._wanted = {
            column: torch.tensor(
                [getattr(member.spec.milestones, name) for member in members], dtype=torch.float64, device=device
            )
            for name, column in _COLUMN.items()
        }
        self._lag = torch.tensor([0 if when is None else when.after + 1 for when in whens], device=device)
        self._every = members[0].spec.streams.eval_every
        self._lags = {when.after + 1 for when in whens if when is not None and when.milestone}
        self._steps = {when.first for when in whens if when is not None and not when.milestone}

    def observe(self, accuracies: Mapping[str, torch.Tensor], count: torch.Tensor, alive: torch.Tensor) -> None:
        """Note an evaluation, train_acc and test_acc [e], made after `count` [] updates; of living members."""
        for column, waits in self._waits.items():
            there = alive & waits & (self.due < 0) & (accuracies[column] >= self._wanted[column])
            self.due.copy_(torch.where(there, count + self._lag, self.due))

    def begun(self, count: torch.Tensor) -> torch.Tensor:
        """For whom update `count` [] is different, [e] bool."""
        return (self.due >= 0) & (self.due <= count)

    def begins(self, count: torch.Tensor) -> torch.Tensor:
        """For whom update `count` [] is the first that is different, [e] bool."""
        return self.due == count

    def may_begin(self, step: int) -> bool:
        """Whether anyone's first update can be number `step`. The host knows without asking the device."""
        return step in self._steps or any(step >= lag and (step - lag) % self._every == 0 for lag in self._lags)
