"""From the members of a cohort to tensors: networks and data, one row a member.

e member, b sample
"""

from collections.abc import Sequence
from typing import NamedTuple

import torch

from grokterm.engine.models import build_network
from grokterm.engine.stack import Stack
from grokterm.engine.tasks import build_split
from grokterm.spec import Member


class Part(NamedTuple):
    """One part of the data, for every member."""

    inputs: torch.Tensor  # [e, b, ...], see `grokterm.spec.shown`
    answers: torch.Tensor  # [e, b], int64 for classes

    @property
    def size(self) -> int:
        """Samples of a member, b."""
        return self.answers.shape[1]

    def pieces(self, most: int) -> list["Part"]:
        """The part in pieces of at most `most` samples; itself where it is no larger."""
        if self.size <= most:
            return [self]
        return [Part(*pair) for pair in zip(self.inputs.split(most, 1), self.answers.split(most, 1), strict=True)]


def build_stack(members: Sequence[Member], device: torch.device) -> Stack:
    """The members' networks with their initial weights, each drawn from its own seed."""
    return Stack([build_network(member) for member in members], device)


def build_data(members: Sequence[Member], device: torch.device) -> tuple[Part, Part]:
    """The training and the test part. Members split by their own seed, or by the task's where that is given.

    Inputs that aren't whole numbers have the precision of the network.
    """
    dtype = getattr(torch, members[0].spec.model.dtype)
    splits = [build_split(member) for member in members]
    a, b, c, d = (torch.stack(tensors).to(device) for tensors in zip(*splits, strict=True))
    a, c = (inputs.to(dtype) if inputs.is_floating_point() else inputs for inputs in (a, c))
    return Part(a, b), Part(c, d)
