"""From the members of a cohort to tensors: networks, data and hyper-parameters, one row a member.

e member, b sample
"""

from collections.abc import Sequence
from typing import NamedTuple

import torch

from grokterm.engine.models import Transformer
from grokterm.engine.seeds import Purpose, generator
from grokterm.engine.stack import Stack
from grokterm.engine.tasks import Split, split_pairs
from grokterm.spec import Member


class Part(NamedTuple):
    """One part of the data, for every member."""

    inputs: torch.Tensor  # [e, b, 2]
    answers: torch.Tensor  # [e, b]


def build_stack(members: Sequence[Member], device: torch.device) -> Stack:
    """The members' networks with their initial weights, each drawn from its own seed."""
    return Stack([_network(member) for member in members], device)


def build_data(members: Sequence[Member], device: torch.device) -> tuple[Part, Part]:
    """The training and the test part. Members split by their own seed, or by `task.split_seed` where that is given."""
    splits = [_split(member) for member in members]
    a, b, c, d = (torch.stack(tensors).to(device) for tensors in zip(*splits, strict=True))
    return Part(a, b), Part(c, d)


def _network(member: Member) -> Transformer:
    spec = member.spec
    network = Transformer(spec.model, spec.task.p)
    network.initialise(spec.model.init_std * spec.model.init_scale, generator(member.seed, Purpose.WEIGHTS))
    return network


def _split(member: Member) -> Split:
    task = member.spec.task
    seed = member.seed if task.split_seed is None else task.split_seed
    return split_pairs(task.operation, task.p, task.train_size, generator(seed, Purpose.SPLIT))
