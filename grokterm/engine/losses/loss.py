"""What a loss is.

e member, b sample, v output
"""

from collections.abc import Sequence
from typing import ClassVar

import torch

from grokterm.spec.base import Section


class Loss:
    """The base of all losses. One object serves a cohort; its methods are for one member, and are mapped.

    Args:
        specs: the [loss] section of every member.
        device: where their numbers live.

    Attributes:
        dtype: precision of the loss and of its gradient.
        fields: names of the fields that may differ from member to member, with the value that has no effect.
        numbers: one tensor [e] float64 for each of them that has an effect in any member; `values` gets them, one
            number each, in this order. Where nothing has an effect there is nothing to pass, nor to compute.
        shares: names of what `flags` tells of a sample.
    """

    fields: ClassVar[dict[str, float]] = {}
    shares: ClassVar[tuple[str, ...]] = ()

    def __init__(self, specs: Sequence[Section], device: torch.device) -> None:
        self.dtype = getattr(torch, specs[0].dtype)
        found = {name: [getattr(spec, name) for spec in specs] for name in self.fields}
        self._used = tuple(name for name, neutral in self.fields.items() if any(x != neutral for x in found[name]))
        self.numbers = tuple(torch.tensor(found[name], dtype=torch.float64, device=device) for name in self._used)

    def values(self, outputs: torch.Tensor, answers: torch.Tensor, *numbers: torch.Tensor) -> torch.Tensor:
        """The loss of every sample, [b] in `dtype`, from the network's outputs [b, v] and the answers [b]."""
        raise NotImplementedError

    def flags(self, outputs: torch.Tensor, answers: torch.Tensor, *numbers: torch.Tensor) -> tuple[torch.Tensor, ...]:
        """What is true of every sample, [b] bool, for each name in `shares`."""
        return ()

    def _named(self, numbers: tuple[torch.Tensor, ...]) -> dict[str, torch.Tensor]:
        return dict(zip(self._used, numbers, strict=True))


def wide(outputs: torch.Tensor, dtype: torch.dtype) -> torch.Tensor:
    """The outputs in the more exact of their own precision and `dtype`."""
    return outputs.to(torch.promote_types(outputs.dtype, dtype))
