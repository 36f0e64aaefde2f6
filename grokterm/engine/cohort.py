"""From the members of a cohort to tensors: networks and data, one row a member.

e member, b sample
"""

from collections.abc import Sequence
from typing import NamedTuple

import torch

from grokterm.engine.models import build_network
from grokterm.engine.stack import Stack
from grokterm.engine.tasks import Progress, Split, build_split, in_silence
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


def build_data(members: Sequence[Member], device: torch.device, progress: Progress = in_silence) -> tuple[Part, Part]:
    """The training and the test part. Members split by their own seed, or by the task's where that is given.

    Members with the same seed have the same samples, which are made once; where all have, they are held once as well:
    the tensors are then views with a stride of 0 over members, and must not be written to.

    Inputs that aren't whole numbers have the precision of the network.
    """
    dtype = getattr(torch, members[0].spec.model.dtype)
    splits: dict[int, Split] = {}
    for member in members:
        if member.split_seed not in splits:
            splits[member.split_seed] = build_split(member, progress)
    tensors = []
    for name in Split._fields:
        own = {seed: getattr(split, name) for seed, split in splits.items()}
        placed = torch.stack([own[member.split_seed] for member in members] if len(own) > 1 else list(own.values()))
        placed = placed.to(device, dtype if placed.is_floating_point() and name.endswith("inputs") else placed.dtype)
        tensors.append(placed.expand(len(members), *placed.shape[1:]))
    return Part(*tensors[:2]), Part(*tensors[2:])
