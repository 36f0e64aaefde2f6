"""Hidden neurons by name: which tensors hold them.

i number that enters a layer, j neuron
"""

from collections.abc import Sequence
from typing import NamedTuple


class Hidden(NamedTuple):
    """The tensors of one hidden layer, by recorded name."""

    block: str  # what stands before the names of its block
    into: str  # [i, j]
    bias: str | None  # [j]
    out: str  # [j, i]

    @property
    def names(self) -> tuple[str, ...]:
        """Those that there are."""
        return tuple(name for name in (self.into, self.bias, self.out) if name)


def hidden_layer(names: Sequence[str], layer: int) -> Hidden | None:
    """Hidden layer number `layer`: of a transformer that of a block, W_in and W_out; of an MLP W_1 and W_2, ...

    None where there is no such layer.
    """
    for block in (f"blocks.{layer}.", *([""] if layer == 0 else [])):
        if {f"{block}W_in", f"{block}W_out"} <= set(names):
            return _hidden(names, block, "in", "out")
    if {f"W_{layer + 1}", f"W_{layer + 2}"} <= set(names):
        return _hidden(names, "", layer + 1, layer + 2)
    return None


def _hidden(names: Sequence[str], block: str, into: str | int, out: str | int) -> Hidden:
    bias = f"{block}b_{into}"
    return Hidden(block, f"{block}W_{into}", bias if bias in names else None, f"{block}W_{out}")
