"""What an optimizer is made from: the members' numbers and the tensors of their network.

e member, n parameter, r row, c column
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol

import torch

from grokterm.spec.base import Section


class Layout(Protocol):
    """What a link may know of the network: `grokterm.engine.stack.Stack` without what runs it."""

    weights: torch.Tensor  # [e, n]
    embeddings: frozenset[str]
    unembeddings: frozenset[str]
    turned: frozenset[str]  # matrices with a row for each output, where the others have a column

    def tensors(self, flat: torch.Tensor) -> dict[str, torch.Tensor]:
        """Views of a buffer [e, n] by recorded name: [e, *shape of the tensor]."""


class Recipe:
    """The ingredients of one cohort's optimizer.

    Args:
        specs: the [optimizer] section of every member; alike but for the fields marked per member.
        layout: the cohort's stack.

    Attributes:
        spec: the section of the first member, for structural fields.
        numbers: what `number` has given out, by field. The links read these tensors at every step.
    """

    def __init__(self, specs: Sequence[Section], layout: Layout) -> None:
        self.spec, self.layout, self._specs = specs[0], layout, tuple(specs)
        self.numbers: dict[str, torch.Tensor] = {}

    def number(self, field: str, absent: float | None = None) -> torch.Tensor:
        """One number for every member, [e, 1] float64.

        Args:
            field: dotted below [optimizer]: `eps`, `grokfast.lamb`.
            absent: stands in where a member doesn't have it.
        """
        values = [absent if value is None else value for value in self._values(field)]
        number = torch.tensor(values, dtype=torch.float64, device=self.layout.weights.device).unsqueeze(1)
        return self.numbers.setdefault(field, number)

    def any(self, field: str) -> bool:
        """Whether a field, or a property, is there and neither 0 nor False in any member: else its link is left out."""
        return any(self._values(field))

    def mask(self, names: Iterator[str] | frozenset[str] | set[str]) -> torch.Tensor:
        """True where a parameter belongs to one of these tensors, [1, n]. Padding belongs to none."""
        flat = torch.zeros_like(self.layout.weights[:1])
        for name, tensor in self.layout.tensors(flat).items():
            tensor.fill_(name in names)
        return flat.to(torch.bool)

    def matrices(self, without: frozenset[str] = frozenset()) -> tuple[str, ...]:
        """Names of the tensors that are matrices, or stacks of them; biases and gains aren't, whatever their shape."""
        tensors = self.layout.tensors(self.layout.weights)
        return tuple(
            name
            for name, tensor in tensors.items()
            if tensor.dim() >= 3 and name not in without and not _is_bias_or_gain(name)
        )

    def _values(self, field: str) -> list:
        found: list = list(self._specs)
        for name in field.split("."):
            found = [None if value is None else getattr(value, name) for value in found]
        return found


def _is_bias_or_gain(name: str) -> bool:
    *path, last = name.split(".")
    return last.startswith("b") or any(part.startswith("ln") for part in path)


def as_matrices(tensor: torch.Tensor) -> torch.Tensor:
    """A stacked tensor as matrices [e, ..., r, c].

    [e, r, c] is one matrix a member, [e, h, r, c] one for each head, and a convolution [e, out, in, h, w] is one with a
    row for each output channel.
    """
    return tensor.flatten(2) if tensor.dim() == 5 else tensor


def replaced(layout: Layout, flat: torch.Tensor, names: Sequence[str], new: Mapping[str, torch.Tensor]) -> torch.Tensor:
    """A copy of a buffer [e, n] in which the tensors `names` are `new`, each of as many elements."""
    out = flat.clone()
    views = layout.tensors(out)
    for name in names:
        views[name].copy_(new[name].reshape(views[name].shape))
    return out
