"""The residual network of the m-height report: a square of numbers through convolutions, a few more beside it.

b sample, c channel, s side of the square, n number beside it, m neuron, v output
"""

import torch
from torch import nn
from torch.nn import functional as F

from grokterm.engine.models.draws import uniform
from grokterm.spec.models import ResNet as ResNetSpec
from grokterm.spec.shown import Square


class Convolution(nn.Module):
    """LN(x * W + b), 3 x 3 with a border of zeros; the norm is over all channels and cells of a sample."""

    def __init__(self, entering: int, channels: int, side: int) -> None:
        super().__init__()
        self.W = nn.Parameter(torch.empty(channels, entering, 3, 3))
        self.b = nn.Parameter(torch.empty(channels))
        self.ln = nn.LayerNorm([channels, side, side])

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.ln(F.conv2d(x, self.W, self.b, padding=1))


class ResNet(nn.Module):
    """x = relu(C(square)); x = relu(x + C'(relu(C(x)))) in each block; then two linear layers on x, flattened, and on
    relu(beside W_beside + b_beside): relu(. W_hidden + b_hidden) W_out + b_out.

    Source: Lin, "m-height" (seed 002).
    """

    looped = True  # mapped convolutions become grouped ones, which are half as fast
    unembeddings = ("W_out",)
    turned = ("W",)

    def __init__(self, spec: ResNetSpec, shown: Square) -> None:
        super().__init__()
        c, self._side, self._scale = spec.channels, shown.side, spec.init_scale
        self.stem = Convolution(1, c, shown.side)
        self.blocks = nn.ModuleList(
            nn.ModuleList((Convolution(c, c, shown.side), Convolution(c, c, shown.side))) for _ in range(spec.blocks)
        )
        joined = c * shown.side**2 + spec.beside
        shapes = {
            "beside": (shown.beside, spec.beside),
            "hidden": (joined, spec.hidden),
            "out": (spec.hidden, shown.outputs),
        }
        for name, (rows, columns) in shapes.items():
            setattr(self, f"W_{name}", nn.Parameter(torch.empty(rows, columns)))
            setattr(self, f"b_{name}", nn.Parameter(torch.empty(columns)))

    def initialise(self, generator: torch.Generator) -> None:
        """torch's rule for convolutions and linear layers, times init_scale; gains of norms 1, their biases 0."""
        convolutions = [module for module in self.modules() if isinstance(module, Convolution)]
        for convolution in convolutions:
            uniform((convolution.W, convolution.b), convolution.W[0].numel(), self._scale, generator)
        for name in ("beside", "hidden", "out"):
            weight, bias = getattr(self, f"W_{name}"), getattr(self, f"b_{name}")
            uniform((weight, bias), len(weight), self._scale, generator)

    def field_name(self, path: str) -> str:
        """The name under which a parameter is recorded: `stem.W`, `blocks.0.1.ln.weight`, `W_hidden`."""
        return path

    def forward(self, inputs: torch.Tensor) -> torch.Tensor:
        square, beside = inputs.split([self._side**2, inputs.shape[1] - self._side**2], 1)
        x = F.relu(self.stem(square.unflatten(1, (1, self._side, self._side))))  # [b, c, s, s]
        for first, second in self.blocks:
            x = F.relu(x + second(F.relu(first(x))))
        beside = F.relu(beside @ self.W_beside + self.b_beside)
        hidden = F.relu(torch.cat([x.flatten(1), beside], 1) @ self.W_hidden + self.b_hidden)
        return hidden @ self.W_out + self.b_out
