"""One transformer block, in parts, so that each part can run at as few positions as the answer needs.

n row (a sample, a position of a sample, or a row of a table), b sample, t position, q query position, d width, h head,
k head width, m hidden

The stream is a matrix [n, d] throughout: a product of [b, t, d] with a weight may become b small products.
"""

import math

import torch
from torch import nn
from torch.nn import functional as F

from grokterm.engine.dropout import Key, drop
from grokterm.engine.models.gelu import gelu
from grokterm.spec.models import Transformer as TransformerSpec

_WEIGHTS, _ATTENTION, _HIDDEN, _MLP = range(
    4
)  # where a block drops elements: the numbers are part of what a seed means


class Block(nn.Module):
    """Attention and MLP, each added to the stream, with the normalisation of `spec.norm`:

    none:  x + f(x)          pre:  x + f(LN(x))          post:  LN(x + f(x))

    With a key, elements are dropped where `torch.nn.TransformerEncoderLayer` does it.
    """

    def __init__(self, spec: TransformerSpec) -> None:
        super().__init__()
        d, h, k, m = spec.d_model, spec.heads, spec.d_head, spec.d_mlp
        self.norm, self.activation, self.causal, self.heads, self.d_head = spec.norm, spec.activation, spec.causal, h, k
        shapes = {"Q": (h, d, k), "K": (h, d, k), "V": (h, d, k), "O": (h, k, d), "in": (d, m), "out": (m, d)}
        biases = {"Q": (h, k), "K": (h, k), "V": (h, k), "O": (d,), "in": (m,), "out": (d,)}
        for name, shape in shapes.items():
            setattr(self, f"W_{name}", nn.Parameter(torch.empty(shape)))
            setattr(self, f"b_{name}", nn.Parameter(torch.empty(biases[name])) if spec.bias else None)
        if spec.norm != "none":
            self.ln1, self.ln2 = nn.LayerNorm(d, bias=spec.bias), nn.LayerNorm(d, bias=spec.bias)

    def attention_input(self, x: torch.Tensor) -> torch.Tensor:
        """What queries, keys and values are made of, from the stream x [n, d]."""
        return self.ln1(x) if self.norm == "pre" else x

    def project(self, x: torch.Tensor, which: str) -> torch.Tensor:
        """Queries, keys or values (`Q`, `K`, `V`) of every row of x: [n, d] to [n, h k]."""
        weight = getattr(self, f"W_{which}").transpose(0, 1).flatten(1)  # [d, h k]
        bias = getattr(self, f"b_{which}")
        return affine(x, weight, None if bias is None else bias.flatten())

    def scores(self, query: torch.Tensor, keys: torch.Tensor) -> torch.Tensor:
        """What one query thinks of each key, per head: [..., 1, h k] and [..., t, h k] to [..., t, h]."""
        products = (query * keys).unflatten(-1, (self.heads, self.d_head))
        return products.sum(-1) / math.sqrt(self.d_head)

    def gather(self, scores: torch.Tensor, values: torch.Tensor, key: Key | None = None) -> torch.Tensor:
        """Softmax over the positions, then the weighted sum of the values: [b, t, h] and [b, t, h k] to [b, h k].

        Where there are fewer values than scores, the missing ones, at the end, count as 0.
        """
        weights = drop(scores.softmax(1), key, _WEIGHTS)[:, : values.shape[1]].unsqueeze(-1)  # [b, t, h, 1]
        return (weights * values.unflatten(-1, (self.heads, self.d_head))).sum(1).flatten(1)

    def attend(
        self, queries: torch.Tensor, keys: torch.Tensor, values: torch.Tensor, length: int, key: Key | None = None
    ) -> torch.Tensor:
        """Attention at every position of `length`: three times [b t, h k] to [b t, h k]."""
        shape = (-1, length, self.heads, self.d_head)
        q, k, v = (x.reshape(shape).transpose(1, 2) for x in (queries, keys, values))  # [b, h, t, k]
        scores = q @ k.transpose(-1, -2) / math.sqrt(self.d_head)  # [b, h, q, t]
        if self.causal:
            ahead = torch.ones(scores.shape[-2:], dtype=torch.bool, device=scores.device).triu(1)
            scores = scores.masked_fill(ahead, -math.inf)
        return (drop(scores.softmax(-1), key, _WEIGHTS) @ v).transpose(1, 2).reshape(queries.shape)

    def after_attention(self, x: torch.Tensor, heads: torch.Tensor, key: Key | None = None) -> torch.Tensor:
        """The stream after attention: x [n, d] (or one row for all) and what the heads gathered [n, h k]."""
        x = drop(affine(heads, self.W_O.flatten(0, 1), self.b_O), key, _ATTENTION).add_(x)
        return self.ln1(x) if self.norm == "post" else x

    def activate(self, hidden: torch.Tensor) -> torch.Tensor:
        """The non-linearity of the MLP; may write into its argument."""
        return F.relu(hidden, inplace=True) if self.activation == "relu" else gelu(hidden)

    def mlp(self, x: torch.Tensor, key: Key | None = None) -> torch.Tensor:
        """The stream after the MLP, row by row: [n, d] to [n, d]."""
        hidden = self.activate(affine(self.ln2(x) if self.norm == "pre" else x, self.W_in, self.b_in))  # [n, m]
        x = drop(affine(drop(hidden, key, _HIDDEN), self.W_out, self.b_out), key, _MLP).add_(x)
        return self.ln2(x) if self.norm == "post" else x


def affine(x: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor | None) -> torch.Tensor:
    """x W + b for every row of x [n, d]. Sums are in place, here and above: fresh memory costs more than adding."""
    out = x @ weight
    return out if bias is None else out.add_(bias)
