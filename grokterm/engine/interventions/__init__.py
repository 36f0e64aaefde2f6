"""What is done to runs while they train."""

from collections.abc import Mapping, Sequence

import torch

from grokterm.engine.interventions.change import Change
from grokterm.engine.interventions.clamp_norm import ClampNorm
from grokterm.engine.interventions.clock import Clock
from grokterm.engine.interventions.collapse import Collapse
from grokterm.engine.interventions.freeze import Freeze
from grokterm.engine.interventions.intervention import Donor, Intervention, Patient
from grokterm.engine.interventions.reset_optimizer import ResetOptimizer
from grokterm.engine.interventions.transplant import Transplant
from grokterm.engine.losses import Loss
from grokterm.engine.optim import Chain, Hyper
from grokterm.engine.optim.chain import State
from grokterm.engine.stack import Stack
from grokterm.spec import Member

__all__ = ["KINDS", "Donor", "Interventions"]

KINDS: dict[str, type[Intervention]] = {
    "change": Change,
    "transplant": Transplant,
    "reset_optimizer": ResetOptimizer,
    "collapse": Collapse,
    "clamp_norm": ClampNorm,
    "freeze": Freeze,
}
"""The interventions by the name of their table, in the order in which they act."""


class Interventions:
    """All interventions of a cohort. Without any, nothing is computed and nothing changes.

    Args:
        members: the cohort.
        stack, optimizer: what they reach into.
        donors: for each member the weights it gets some of, by recorded name. Without, nobody is transplanted.

    Raises:
        BadInput: a name of a tensor, or a donor, that doesn't fit the network.
    """

    def __init__(
        self, members: Sequence[Member], stack: Stack, optimizer: Chain, donors: Sequence[Donor | None] = ()
    ) -> None:
        device, values = stack.weights.device, getattr(members[0].spec.task.shown, "values", 0)
        patient = Patient(stack, optimizer, values, donors or (None,) * len(members))
        self._kinds: dict[str, Intervention] = {}
        for name, kind in KINDS.items():
            whens = [getattr(member.spec.intervene, name) for member in members]
            if any(when is not None for when in whens):
                self._kinds[name] = kind(whens, Clock(members, whens, device), patient)
        self._all = tuple(self._kinds.values())

    @property
    def other_loss(self) -> bool:
        """Whether what is minimised may be another loss than that of the spec."""
        return "collapse" in self._kinds

    @property
    def state(self) -> dict[str, State]:
        """What a checkpoint needs, by kind: tensors with the leading axis e."""
        return {name: {"due": one.clock.due} | one.state for name, one in self._kinds.items()}

    @property
    def due(self) -> dict[str, torch.Tensor]:
        """By kind, the first update that is different, [e] int64; -1 where it isn't known (yet)."""
        return {name: one.clock.due for name, one in self._kinds.items()}

    def begin(self, step: int, count: torch.Tensor, alive: torch.Tensor) -> None:
        """Before anything else of update `step`, which is `count` [] on the device. Weights may change here."""
        for one in self._all:
            one.begin(step, count, alive)

    def loss(self, loss: Loss) -> Loss:
        """The loss that is minimised, made out of that of the spec."""
        for one in self._all:
            loss = one.loss(loss)
        return loss

    def rates(self, lr: torch.Tensor, decay: torch.Tensor, count: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Learning rate and lambda of update `count`, [e] float64 each, out of those of the schedules."""
        for one in self._all:
            lr, decay = one.rates(lr, decay, count)
        return lr, decay

    def hyper(self, lr: torch.Tensor, decay: torch.Tensor, count: torch.Tensor) -> Hyper:
        """What the optimizer is told of update `count`."""
        number = count + 1
        for one in self._all:
            number = one.number(number, count)
        return Hyper(lr.unsqueeze(1), decay.unsqueeze(1), number, count)

    def hold(self, weights: torch.Tensor, states: list[State], count: torch.Tensor) -> tuple[torch.Tensor, list[State]]:
        """The outcome of update `count`, out of what the optimizer proposes, which may be written into."""
        for one in self._all:
            weights, states = one.hold(weights, states, count)
        return weights, states

    def observe(self, accuracies: Mapping[str, torch.Tensor], count: torch.Tensor, alive: torch.Tensor) -> None:
        """Note an evaluation made after `count` [] updates: the columns of the eval stream, [e] each."""
        for one in self._all:
            one.clock.observe(accuracies, count, alive)
