"""What a task gives the engine, and how samples are shared out.

b sample
"""

from collections.abc import Callable
from typing import NamedTuple, Protocol

import torch

from grokterm.spec import Member

_SHUFFLED = 1 << 22  # more numbers than these are drawn one by one, without a list of all


class Split(NamedTuple):
    """The samples of one member in two parts.

    Inputs are what `spec.task.shown` says. Answers are the classes [b] int64, or the numbers [b] float64.
    """

    train_inputs: torch.Tensor
    train_answers: torch.Tensor
    test_inputs: torch.Tensor
    test_answers: torch.Tensor


class Progress(Protocol):
    """Hears how far the data of a member are; an exception from it ends the work."""

    def __call__(self, what: str, done: int, total: int) -> None:
        """`done` of `total` samples of `what` are there."""


def in_silence(what: str, done: int, total: int) -> None:
    """The progress that nobody hears."""


Build = Callable[[Member, Progress], Split]
"""Makes the samples of a member from its [task] section and `Member.split_seed`, on the CPU.

A task whose samples take seconds tells the progress, several times a second.
"""


def shared_out(available: int, train: int, test: int, draws: torch.Generator) -> tuple[torch.Tensor, torch.Tensor]:
    """Which samples are trained on, and which are tested.

    Each part is in rising order: without batches order means nothing to the mathematics, and neighbours in memory that
    share an operand make look-ups cheaper.

    Args:
        available: samples there are, numbered from 0; there may be more than fit into memory.
        train, test: how many of them are taken for each part.
        draws: decides; on the CPU, so that a split is the same on every device.
    """
    order = distinct(train + test, available, draws)
    return order[:train].sort().values, order[train:].sort().values


def distinct(count: int, below: int, draws: torch.Generator) -> torch.Tensor:
    """`count` different numbers from 0 to `below` - 1 in random order, [count] int64. More begin with fewer."""
    if below <= _SHUFFLED:
        return torch.randperm(below, generator=draws)[:count]
    found = torch.empty(0, dtype=torch.int64)
    while len(found) < count:
        drawn = torch.cat([found, torch.randint(below, (count,), generator=draws)])
        order = drawn.argsort(stable=True)
        ordered = drawn[order]
        first = torch.ones_like(ordered, dtype=torch.bool)
        first[1:] = ordered[1:] != ordered[:-1]
        found = drawn[order[first].sort().values]  # in the order in which they were drawn first
    return found[:count]
