"""A cohort's networks as one: every tensor has a leading member axis.

e member, n parameter

The network is written for one member and mapped over the axis with `torch.func`. All weights of the cohort live in one
buffer [e, n], all gradients in another; the tensors a network works with are views of them. So an optimizer sees two
matrices, whatever the network.
"""

import copy
import math
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any, Protocol

import torch
from torch import nn
from torch.func import functional_call, vmap

_ALIGN = 16  # every tensor starts at a multiple of 64 bytes, in every member: some kernels round by alignment


class Network(Protocol):
    """What a network offers to be stacked: a module, and the names under which its parameters are recorded.

    `looped` says that it can't be mapped, or is faster alone: then the members take turns, with the same mathematics.

    Its buffers are constants that all members share. A network with dropout takes a `grokterm.engine.dropout.Key` as
    the keyword `key` of its call; without one it drops nothing.

    It may also have `embeddings` and `unembeddings`: the last parts of the names of the tables that its input is looked
    up in, and of the matrices that make the outputs. Decay scopes and Muon go by them; without them it has none. And
    `turned`: those of the matrices that have a row for each number that they make, where x W has a column. With
    `whole_names` those are not last parts but names.

    And it may have `examined`: the last parts of the names of the tensors whose weights are looked at one by one, as
    for their sparsity; without it those are all whose name's last part begins with W.
    """

    looped: bool

    def field_name(self, path: str) -> str: ...


class Stack:
    """The networks of one cohort.

    Args:
        networks: one for each member, alike in shape, with their initial weights. They are copied.
        device: where the buffers live.

    Attributes:
        weights, gradients: [e, n]. Columns between tensors are padding and stay 0.
        names: the recorded name of every tensor, in the order of the buffer.
        embeddings, unembeddings, turned: the names of those that the network declares as such.
        examined: the names of those whose weights are looked at one by one, in the order of the buffer.
        groups: slices of members that run through the network together. One group does the least work a step; groups of
            one member hold the least memory, and suit networks that can't be mapped.
    """

    def __init__(self, networks: Sequence[nn.Module], device: torch.device) -> None:
        self._network = copy.deepcopy(networks[0]).to("meta")
        self._constants = {path: buffer.to(device) for path, buffer in networks[0].named_buffers()}
        self._shapes = {path: parameter.shape for path, parameter in self._network.named_parameters()}
        self._sizes = [size for shape in self._shapes.values() for size in (shape.numel(), -shape.numel() % _ALIGN)]
        self.names = tuple(self._network.field_name(path) for path in self._shapes)
        self.embeddings, self.unembeddings = (self._declared(role) for role in ("embeddings", "unembeddings"))
        self.turned = self._declared("turned")
        examined = self._declared("examined") or {name for name in self.names if _last_part(name).startswith("W")}
        self.examined = tuple(name for name in self.names if name in examined)
        dtype = next(self._network.parameters()).dtype
        self.weights = torch.zeros(len(networks), sum(self._sizes), dtype=dtype, device=device)
        self.gradients = torch.zeros_like(self.weights)
        initial, _ = torch.func.stack_module_state(list(networks))
        for view, path in zip(self.tensors(self.weights).values(), self._shapes, strict=True):
            view.copy_(initial[path].detach())
        self.group(len(networks))

    @property
    def width(self) -> int:
        """Members, e."""
        return len(self.weights)

    def tensors(self, flat: torch.Tensor) -> dict[str, torch.Tensor]:
        """Views of a buffer [e, n] by recorded name: [e, *shape of the tensor]."""
        return dict(zip(self.names, self._views(flat), strict=True))

    def group(self, size: int) -> None:
        """Run at most `size` members through the network at a time."""
        self.groups = tuple(slice(start, min(start + size, self.width)) for start in range(0, self.width, size))
        self._leaves = []
        for group in self.groups:
            leaf = self.weights[group].detach().requires_grad_()
            leaf.grad = self.gradients[group]  # autograd adds to it in place
            self._leaves.append(leaf)

    def halve(self) -> None:
        """Make the groups half as wide, after memory ran out.

        Raises:
            MemoryError: they are single members already.
        """
        widest = max(group.stop - group.start for group in self.groups)
        if widest == 1:
            raise MemoryError("one member alone does not fit into memory")
        self.group(math.ceil(widest / 2))

    def map(self, function: Callable, *data: torch.Tensor) -> Iterator[tuple[slice, tuple[torch.Tensor, ...]]]:
        """Run `function(network, *data)` for every member, group by group.

        Args:
            function: for one member: takes the network as a callable and the member's data, gives a tuple of tensors.
            data: tensors [e, ...].

        Yields:
            the group, and the results with a leading axis over its members. Their sum may be differentiated before the
            next group is asked for: gradients go to `gradients`.
        """
        run = partial(self._for_one, function)
        mapped = partial(_in_turn, run) if self._network.looped else vmap(run)
        for group, leaf in zip(self.groups, self._leaves, strict=True):
            parameters = dict(zip(self._shapes, self._views(leaf), strict=True))
            yield group, mapped(parameters, *(tensor[group] for tensor in data))

    def _declared(self, role: str) -> frozenset[str]:
        declared = getattr(self._network, role, ())
        part = str if getattr(self._network, "whole_names", False) else _last_part
        return frozenset(name for name in self.names if part(name) in declared)

    def _for_one(self, function: Callable, parameters: dict[str, torch.Tensor], *data: torch.Tensor) -> tuple:
        def network(*args: torch.Tensor, **options: Any) -> torch.Tensor:
            return functional_call(self._network, parameters | self._constants, args, options)

        return function(network, *data)

    def _views(self, flat: torch.Tensor) -> list[torch.Tensor]:
        """The tensors inside a buffer [e, n]. One split, so that backward joins all gradients in one go."""
        pieces = flat.split(self._sizes, dim=1)[::2]  # every other piece is padding
        return [piece.view(len(flat), *shape) for piece, shape in zip(pieces, self._shapes.values(), strict=True)]


def _last_part(name: str) -> str:
    return name.rpartition(".")[2]


def _in_turn(function: Callable, parameters: dict[str, torch.Tensor], *data: torch.Tensor) -> tuple[torch.Tensor, ...]:
    """What vmap does, one member after the other."""
    members = range(len(next(iter(parameters.values()))))
    results = [
        function({path: tensor[i] for path, tensor in parameters.items()}, *(x[i] for x in data)) for i in members
    ]
    return tuple(torch.stack(column) for column in zip(*results, strict=True))
