"""Links and chains: how an optimizer is put together.

e member, n parameter

A link is one idea (decay, moments, a projection of the gradient, a filter). It owns some state and the members'
numbers, and turns what comes in into what goes out, without changing anything in place: so a step that fails halfway,
or a member that is frozen, leaves no trace. The chain runs its links in order and writes the outcome once.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple, Protocol

import torch

State = dict[str, torch.Tensor]


class Flow(NamedTuple):
    """What passes from link to link. The step ends with w <- weights + updates."""

    weights: torch.Tensor  # [e, n]
    updates: torch.Tensor  # [e, n], the gradient at first


class Hyper(NamedTuple):
    """The numbers that change from step to step, one row a member: [e, 1] float64, on the device."""

    lr: torch.Tensor  # lr(t)
    weight_decay: torch.Tensor  # lambda(t)
    count: torch.Tensor  # [] or [e, 1] int64: the number of this update since the optimizer last was new, from 1
    step: torch.Tensor  # [] int64: updates before this one


class Link(Protocol):
    """One link of a chain. Numbers of its own are [e, 1] float64, given to its constructor."""

    def init(self, weights: torch.Tensor) -> State:
        """The state before the first step, from the initial weights [e, n]. Tensors have the leading axis e."""

    def update(self, flow: Flow, state: State, hyper: Hyper) -> tuple[Flow, State]:
        """The outgoing flow and the next state, as new tensors."""


class Stateless:
    """The base of links that remember nothing."""

    def init(self, weights: torch.Tensor) -> State:
        return {}


class Slot(NamedTuple):
    """One place in a state tensor that is too large to be written anew at every step: [e, window, ...] at `index`."""

    index: torch.Tensor  # [1] int64
    value: torch.Tensor  # [e, ...]


class Chain:
    """An optimizer over stacked weights.

    Args:
        links: in the order in which they act.
        weights: [e, n], for the shape of the state.
        numbers: the members' numbers by field, [e, 1] float64, as the links hold them.

    Attributes:
        states: one dict for each link.
    """

    def __init__(
        self, links: Sequence[Link], weights: torch.Tensor, numbers: Mapping[str, torch.Tensor] | None = None
    ) -> None:
        self.links, self.numbers = tuple(links), dict(numbers or {})
        self.states: list[State] = [link.init(weights) for link in links]

    def propose(self, weights: torch.Tensor, gradients: torch.Tensor, hyper: Hyper) -> tuple[torch.Tensor, list[State]]:
        """The next weights and states, with nothing written yet."""
        flow, states = Flow(weights, gradients), []
        for link, state in zip(self.links, self.states, strict=True):
            flow, new = link.update(flow, state, hyper)
            states.append(new)
        return flow.weights + flow.updates, states

    def commit(self, states: list[State], alive: torch.Tensor) -> None:
        """Take over proposed states, for living members only.

        Args:
            alive: [e] bool. The others keep their state by choosing, not by multiplying: 0 * nan is nan.
        """
        for old, new in zip(self.states, states, strict=True):
            for name, tensor in old.items():
                if isinstance(new[name], Slot):
                    _choose_slot(alive, new[name], tensor)
                else:
                    choose(alive, new[name], tensor)


def choose(alive: torch.Tensor, new: torch.Tensor, into: torch.Tensor) -> None:
    """into <- new where a member is alive. alive [e], the others [e, ...]."""
    torch.where(alive.view(-1, *[1] * (into.dim() - 1)), new, into, out=into)


def _choose_slot(alive: torch.Tensor, slot: Slot, into: torch.Tensor) -> None:
    """The same for one slot of into [e, window, n]."""
    kept = into.index_select(1, slot.index).squeeze(1)
    chosen = torch.where(alive.view(-1, *[1] * (kept.dim() - 1)), slot.value, kept)
    into.index_copy_(1, slot.index, chosen.unsqueeze(1))
