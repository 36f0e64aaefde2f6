"""Fully connected layers on one-hot operands, on embeddings, or on plain numbers.

b sample, k operand, i number that enters a layer, j number that leaves it
"""

import torch
from torch import nn
from torch.nn import functional as F

from grokterm.engine.dropout import Key, drop
from grokterm.engine.models.draws import normal, uniform
from grokterm.engine.models.gelu import gelu
from grokterm.engine.models.look_up import look_up
from grokterm.spec.models import MLP as MLPSpec
from grokterm.spec.shown import Shown, Tokens

_ACTIVATIONS = {"relu": F.relu, "gelu": gelu, "quadratic": torch.square}


class MLP(nn.Module):
    """x -> act(x W_1 + b_1) -> ... -> x W_n + b_n.

    One-hot operands are never multiplied: the product with W_1 is the sum of one row for each operand, which is looked
    up. Tied hidden layers are one matrix, used again. With a key, elements are dropped after each act.

    Parameters: W_1 ... W_n [i, j], b_1 ... b_n, and W_E [values, embedding] where operands are embedded.
    """

    looped = False
    embeddings = MLPSpec.embeddings

    def __init__(self, spec: MLPSpec, shown: Shown) -> None:
        super().__init__()
        self._scale, self._activate = spec.init_scale, _ACTIVATIONS[spec.activation]
        self._values = shown.values if isinstance(shown, Tokens) and spec.embedding is None else 0
        entering = shown.operands * (spec.embedding or shown.values) if isinstance(shown, Tokens) else shown.features
        if isinstance(shown, Tokens) and spec.embedding:
            self.W_E = nn.Parameter(torch.empty(shown.values, spec.embedding))
        else:
            self.W_E = None
        self._layers: list[int] = []  # the number of the matrix that each layer uses
        for rows, columns in zip((entering, *spec.hidden), (*spec.hidden, shown.outputs), strict=True):
            hidden = 1 < len(self._layers) < len(spec.hidden)  # there is one between hidden layers already
            self._layers.append(2 if spec.tied and hidden else self._add(rows, columns, spec.bias))
        self.unembeddings = (f"W_{self._layers[-1]}",)

    def _add(self, rows: int, columns: int, bias: bool) -> int:
        number = 1 + max(self._layers, default=0)
        setattr(self, f"W_{number}", nn.Parameter(torch.empty(rows, columns)))
        setattr(self, f"b_{number}", nn.Parameter(torch.empty(columns)) if bias else None)
        return number

    def initialise(self, generator: torch.Generator) -> None:
        """torch's rule for `Linear`, U(-1/sqrt(i), 1/sqrt(i)) for W and b; embeddings N(0, 1); times init_scale."""
        if self.W_E is not None:
            normal(self.W_E, self._scale, generator)
        for number in dict.fromkeys(self._layers):
            weight, bias = getattr(self, f"W_{number}"), getattr(self, f"b_{number}")
            uniform((weight,) if bias is None else (weight, bias), len(weight), self._scale, generator)

    def field_name(self, path: str) -> str:
        """The name under which a parameter is recorded."""
        return path

    def forward(self, inputs: torch.Tensor, key: Key | None = None) -> torch.Tensor:
        first, *others = self._layers
        x = self._plus(self._enter(inputs, getattr(self, f"W_{first}")), first)
        for layer, number in enumerate(others):
            x = self._plus(drop(self._activate(x), key, layer) @ getattr(self, f"W_{number}"), number)
        return x

    def _plus(self, x: torch.Tensor, number: int) -> torch.Tensor:
        bias = getattr(self, f"b_{number}")
        return x if bias is None else x + bias

    def _enter(self, inputs: torch.Tensor, weight: torch.Tensor) -> torch.Tensor:
        """The first product: [b, k] operands or [b, i] numbers to [b, j]."""
        if self._values:
            rows = inputs + self._values * torch.arange(inputs.shape[1], device=inputs.device)
            return look_up((weight,), rows)[0].sum(1)
        if self.W_E is not None:
            return look_up((self.W_E,), inputs)[0].flatten(1) @ weight
        return inputs @ weight
