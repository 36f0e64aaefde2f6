"""What an intervention is.

e member, n parameter
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch

from grokterm.engine.interventions.clock import Clock
from grokterm.engine.losses import Loss
from grokterm.engine.optim import Chain
from grokterm.engine.optim.chain import State
from grokterm.engine.stack import Stack
from grokterm.spec import When

Donor = Mapping[str, np.ndarray]


@dataclass(frozen=True)
class Patient:
    """What interventions reach into.

    Attributes:
        values: how many values an operand has; 0 where the task shows no tokens.
        donors: for each member the weights of the run that it gets some from, by recorded name; None without any.
    """

    stack: Stack
    optimizer: Chain
    values: int
    donors: Sequence[Donor | None]


class Intervention:
    """The base of all kinds. A kind overrides what it touches; nobody else's numbers change, to the last bit.

    Everything is a function of the clock and the step, and may be done twice in one step: a step in which memory ran
    out begins again. No method waits for the device.

    Args:
        whens: the kind's table of every member, None where it has none.
        clock: says who is concerned, and from when on.
        patient: what it reaches into.
    """

    def __init__(self, whens: Sequence[When | None], clock: Clock, patient: Patient) -> None:
        self.clock, self.patient = clock, patient
        self._whens, self._device = tuple(whens), patient.stack.weights.device

    @property
    def state(self) -> State:
        """What a checkpoint needs beside the clock; tensors with the leading axis e."""
        return {}

    def begin(self, step: int, count: torch.Tensor, alive: torch.Tensor) -> None:
        """Before anything else of update `step`, which is `count` [] on the device; alive [e] bool."""

    def loss(self, loss: Loss) -> Loss:
        """The loss that is minimised, made out of that of the spec; asked for once."""
        return loss

    def rates(self, lr: torch.Tensor, decay: torch.Tensor, count: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Learning rate and lambda of update `count`, [e] float64 each."""
        return lr, decay

    def number(self, number: torch.Tensor, count: torch.Tensor) -> torch.Tensor:
        """The number of update `count` as the optimizer counts, from 1: [] or [e, 1] int64."""
        return number

    def hold(self, weights: torch.Tensor, states: list[State], count: torch.Tensor) -> tuple[torch.Tensor, list[State]]:
        """The outcome of update `count`, out of what is proposed: weights [e, n], which may be written into."""
        return weights, states

    def _numbers(self, field: str, absent: float = 0.0) -> torch.Tensor:
        """A field of the tables, [e] float64; `absent` for members without the table or without a value."""
        found = [getattr(when, field, None) for when in self._whens]
        return torch.tensor([absent if x is None else x for x in found], dtype=torch.float64, device=self._device)

    def _has(self, field: str) -> torch.Tensor:
        """Which members have a value in a field, [e] bool."""
        return torch.tensor([getattr(when, field, None) is not None for when in self._whens], device=self._device)
