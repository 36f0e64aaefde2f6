"""Networks, each written for one member in plain PyTorch. `grokterm.engine.stack` runs them for all members.

A kind is a class of `torch.nn.Module`, built as `kind(spec, shown)` from its [model] section and what the task shows.
It has `forward(inputs)`, to outputs [b, shown.outputs], and `forward(inputs, key)` if its section has `dropout`;
`initialise(generator)`, which draws all weights; and what `grokterm.engine.stack.Network` asks for.
"""

import torch
from torch import nn

from grokterm.engine.models.lstm import LSTM
from grokterm.engine.models.mlp import MLP
from grokterm.engine.models.module import Module
from grokterm.engine.models.resnet import ResNet
from grokterm.engine.models.rnn import RNN
from grokterm.engine.models.transformer import Transformer
from grokterm.engine.seeds import Purpose, generator
from grokterm.spec import Member

__all__ = ["KINDS", "LSTM", "MLP", "RNN", "Module", "ResNet", "Transformer", "build_network"]

KINDS: dict[str, type[nn.Module]] = {
    "transformer": Transformer,
    "mlp": MLP,
    "lstm": LSTM,
    "rnn": RNN,
    "resnet": ResNet,
    "module": Module,
}
"""The networks by the `kind` of their section."""


def build_network(member: Member) -> nn.Module:
    """The network of a member with its initial weights, on the CPU, in the precision of its section."""
    spec = member.spec.model
    network = KINDS[spec.kind](spec, member.spec.task.shown).to(getattr(torch, spec.dtype))
    network.initialise(generator(member.seed, Purpose.WEIGHTS))
    return network
