"""[model] kind = "resnet"."""

from typing import ClassVar, Literal

from pydantic import Field

from grokterm.spec.models.network import ModelSection, Precision, initial_scale, layer_norm, precision
from grokterm.spec.shown import Square


class ResNet(ModelSection):
    """A residual convolutional network for a square of numbers, with a second way in for the numbers beside it.

    With the default sizes, a 6 x 6 square and three numbers beside, it is the network of Lin's m-height report:
    1,027,585 parameters.
    """

    reads: ClassVar[frozenset[str]] = frozenset({"square"})

    kind: Literal["resnet"] = Field("resnet", description="The architecture.")
    channels: int = Field(
        64, ge=1, le=4096, description="Channels of every convolution. Cost grows with the square of it."
    )
    blocks: int = Field(5, ge=0, le=64, description="Residual blocks of two convolutions. Cost grows in proportion.")
    beside: int = Field(64, ge=1, le=8192, description="Neurons that read the numbers beside the square.")
    hidden: int = Field(256, ge=1, le=65536, description="Neurons of the layer where both ways in meet.")
    init_scale: float = initial_scale()
    dtype: Precision = precision()

    @property
    def width(self) -> int:
        return self.channels

    def tensors(self, shown: Square) -> dict[str, tuple[int, ...]]:
        ends = {"beside": (shown.beside, self.beside), "hidden": (self._joined(shown), self.hidden)}
        ends |= {"out": (self.hidden, shown.outputs)}
        found: dict[str, tuple[int, ...]] = {}
        for name, shape in ends.items():
            found |= {f"W_{name}": shape, f"b_{name}": shape[1:]}
        names = ["stem", *(f"blocks.{block}.{half}" for block in range(self.blocks) for half in (0, 1))]
        for name in names:
            entering = 1 if name == "stem" else self.channels
            found |= {f"{name}.W": (self.channels, entering, 3, 3), f"{name}.b": (self.channels,)}
            found |= layer_norm(f"{name}.ln", (self.channels, shown.side, shown.side))
        return found

    def multiplications(self, shown: Square) -> float:
        convolutions = 9 * self.channels * (1 + 2 * self.blocks * self.channels)
        return shown.side**2 * convolutions + shown.beside * self.beside + self._ends(shown)

    def kept(self, shown: Square) -> int:
        return 2 * (1 + 2 * self.blocks) * self.channels * shown.side**2 + self.beside + self.hidden

    def _ends(self, shown: Square) -> int:
        """Weights of the last two layers."""
        return self.hidden * (self._joined(shown) + shown.outputs)

    def _joined(self, shown: Square) -> int:
        """Numbers that both ways in make together."""
        return self.channels * shown.side**2 + self.beside
