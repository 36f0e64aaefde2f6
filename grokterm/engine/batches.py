"""Which samples an update sees.

e member, b sample
"""

from collections.abc import Sequence

import numpy as np
import torch

from grokterm.engine.cohort import Part
from grokterm.engine.seeds import Purpose
from grokterm.spec import Member


class Batches:
    """The batch of every step, from the training part.

    The order of an epoch depends on the member's batch seed and the number of the epoch alone: nothing needs to be kept
    to go on after an interruption.

    Args:
        members: of the cohort.
        part: what they train on.

    Attributes:
        whole: every update sees the whole part.
        epoch: steps of an epoch.
    """

    def __init__(self, members: Sequence[Member], part: Part) -> None:
        spec = members[0].spec
        self._part, self._size, self.epoch = part, spec.batch_size, spec.epoch
        self.whole = self.epoch == 1
        self._seeds = [m.seed if m.spec.batches.seed is None else m.spec.batches.seed for m in members]
        self._drawn, self._order = -1, torch.empty(0)

    def at(self, step: int) -> Part:
        """The batch of update `step`. The host only queues work, and at the start of an epoch sends its order."""
        if self.whole:
            return self._part
        epoch, place = divmod(step, self.epoch)
        if epoch != self._drawn:
            self._drawn, self._order = epoch, self._draw(epoch)
        chosen = self._order[:, place * self._size : (place + 1) * self._size]  # [e, b]
        members = torch.arange(len(chosen), device=chosen.device).unsqueeze(1)
        return Part(self._part.inputs[members, chosen], self._part.answers[members, chosen])

    def _draw(self, epoch: int) -> torch.Tensor:
        samples, device = self._part.answers.shape[1], self._part.answers.device
        orders = [order(seed, epoch, samples) for seed in self._seeds]
        return torch.stack(orders).to(device, non_blocking=True)


def order(seed: int, epoch: int, samples: int) -> torch.Tensor:
    """The order in which an epoch shows the samples, [b] int64, on the CPU."""
    state = np.random.SeedSequence((seed, int(Purpose.BATCHES), epoch)).generate_state(1, np.uint64)
    return torch.randperm(samples, generator=torch.Generator("cpu").manual_seed(int(state[0])))
